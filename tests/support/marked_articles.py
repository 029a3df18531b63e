"""Articles with marked names (tests/marked/README.md), and how well taggers find what is marked."""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from wirewatch.core.article import Entity, Field
from wirewatch.core.text.document import Document

FOLDER = Path(__file__).parent.parent / "marked"
MISSING = "missing"
_MARK = re.compile(r"\[([^\]|]+)\|([A-Z/]+)(?: (\S+))?\]")
_TYPES = {"PER", "LOC", "ORG", "MISC"}


class Place(NamedTuple):
    """Where a name stands, in code points."""

    field: Field
    start: int
    end: int


@dataclass(frozen=True)
class Mark:
    """A marked name: its types, of which one will do, and its id."""

    text: str
    types: frozenset[str]
    id: str | None

    @property
    def counts(self) -> bool:
        """Whether it has to be found."""
        return "MISC" not in self.types


@dataclass(frozen=True)
class MarkedArticle:
    """An article's plain text and its marks."""

    document: Document
    marks: dict[Place, Mark]

    @classmethod
    def of(cls, language: str, title: str, body: str = "") -> "MarkedArticle":
        """From marked text."""
        marks: dict[Place, Mark] = {}
        return cls(Document.of(title=_plain("title", title, marks), body=_plain("body", body, marks), language=language), marks)

    def shown(self, place: Place) -> str:
        """A place with a few words around it."""
        text = next(field.text for field in self.document.fields if field.name == place.field)
        before, after = text[max(0, place.start - 30) : place.start], text[place.end : place.end + 15]
        return f"{before}[{text[place.start : place.end]}]{after}".replace("\n", " ")


def read_articles(name: str) -> list[MarkedArticle]:
    """The articles of a file."""
    _, *blocks = re.split(r"^=== ", (FOLDER / name).read_text(encoding="utf-8"), flags=re.MULTILINE)
    articles = []
    for block in blocks:
        language, title, *paragraphs = block.strip().split("\n")
        body = "\n".join(paragraphs).strip()
        articles.append(MarkedArticle.of(language, title, re.sub(r"(?<!\n)\n(?!\n)", " ", body)))
    return articles


def read_sentences(name: str) -> list[MarkedArticle]:
    """The sentences of a file, one a line, each as an article without a headline."""
    lines = (FOLDER / name).read_text(encoding="utf-8").splitlines()
    return [MarkedArticle.of(language, "", text) for language, _, text in (line.partition(" ") for line in lines if line)]


def _plain(name: Field, text: str, marks: dict[Place, Mark]) -> str:
    """The text without marks, which are added to ``marks``. Raises ValueError if one can't be read."""
    plain = ""
    after = 0
    for found in _MARK.finditer(text):
        plain += text[after : found.start()]
        types = frozenset(found[2].split("/"))
        if not types <= _TYPES:
            raise ValueError(f"{found[0]}: a type is none; use {', '.join(sorted(_TYPES))}")
        marks[Place(name, len(plain), len(plain) + len(found[1]))] = Mark(found[1], types, found[3])
        plain += found[1]
        after = found.end()
    plain += text[after:]
    if fault := re.search(r"[|\[\]]", plain):
        raise ValueError(f"{plain[max(0, fault.start() - 20) : fault.end() + 20]}: no mark is written so")
    return plain


@dataclass
class Score:
    """How many names were found, linked, and right among those found; ``misses`` tells the others."""

    counts: Counter[str] = field(default_factory=Counter)
    misses: list[str] = field(default_factory=list)

    @property
    def found(self) -> float:
        """Percent of the marked persons, places and organisations that were found with exact span and right type."""
        return 100 * self.counts["found"] / self.counts["marked"]

    @property
    def linked(self) -> float:
        """Percent of the marked persons, places and organisations with an id that were found and linked to it."""
        return 100 * self.counts["linked"] / self.counts["with id"]

    @property
    def precise(self) -> float:
        """Percent of the persons, places and organisations found that are marked so."""
        return 100 * self.counts["right"] / self.counts["taken"]

    def add(self, article: MarkedArticle, entities: Iterable[Entity]) -> None:
        """Count one article. Mentions inside of longer words are left out."""
        taken = {
            Place(mention.field, mention.start, mention.end): entity
            for entity in entities
            for mention in entity.mentions
            if not mention.part
        }
        for place, mark in article.marks.items():
            if mark.counts:
                self._mark(article, place, mark, taken)
        for place, entity in taken.items():
            if entity.type != "MISC":
                named = article.marks.get(place)
                right = named is not None and entity.type in named.types
                self.counts.update({"taken": 1, "right": int(right)})
                if not right:
                    self.misses.append(f"made up {entity.type} {entity.id}: {article.shown(place)}")

    def _mark(self, article: MarkedArticle, place: Place, mark: Mark, taken: dict[Place, Entity]) -> None:
        entity = taken.get(place)
        found = entity is not None and entity.type in mark.types
        linked = entity is not None and found and entity.id == mark.id
        self.counts.update({"marked": 1, "found": int(found), "with id": int(mark.id is not None), "linked": int(linked)})
        if not found:
            instead = ", ".join(
                f"{other.type} {article.shown(at)}" for at, other in taken.items() if at.field == place.field and _overlap(at, place)
            )
            self.misses.append(f"not found {'/'.join(sorted(mark.types))}: {article.shown(place)}; instead: {instead or 'nothing'}")
        elif mark.id is not None and entity is not None and not linked:
            self.misses.append(f"not linked to {mark.id} but {entity.id}: {article.shown(place)}")

    def __str__(self) -> str:
        return f"found {self.found:.1f} %, linked {self.linked:.1f} %, right {self.precise:.1f} % of {dict(self.counts)}"


def _overlap(one: Place, other: Place) -> bool:
    return one.start < other.end and other.start < one.end
