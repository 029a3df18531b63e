"""The tree of a query, which stores translate; ``core.search.parser`` makes it from text."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from wirewatch.core.article import EntityType
from wirewatch.core.errors import UsageError

EntityField = Literal["entity", "person", "org", "place"]
TagField = Literal["topic", "lang", "source"]
DateField = Literal["after", "before"]

ENTITY_TYPES: dict[EntityField, tuple[EntityType, ...]] = {
    "entity": ("PER", "ORG", "LOC", "MISC"),
    "person": ("PER",),
    "org": ("ORG",),
    "place": ("LOC",),
}


@dataclass(frozen=True, slots=True)
class Everything:
    """All articles: the empty query."""


@dataclass(frozen=True, slots=True)
class Word:
    """One token, in any of its inflected forms."""

    text: str


@dataclass(frozen=True, slots=True)
class Prefix:
    """A token that starts with ``text``, which has no star."""

    text: str


@dataclass(frozen=True, slots=True)
class Phrase:
    """Tokens as written, in this order, within one field."""

    text: str


@dataclass(frozen=True, slots=True)
class Named:
    """An entity of the field's type with this id or this name."""

    field: EntityField
    value: str


@dataclass(frozen=True, slots=True)
class Tagged:
    """A topic, a language or a source."""

    field: TagField
    value: str


@dataclass(frozen=True, slots=True)
class Dated:
    """``after`` includes ``time``, ``before`` excludes it; UTC, whole seconds."""

    field: DateField
    time: datetime


@dataclass(frozen=True, slots=True)
class Not:
    """Articles that don't match ``part``."""

    part: "Query"


@dataclass(frozen=True, slots=True)
class And:
    """Articles that match all parts: two or more, none of them an ``And``."""

    parts: tuple["Query", ...]


@dataclass(frozen=True, slots=True)
class Or:
    """Articles that match any of the parts: two or more, none of them an ``Or``."""

    parts: tuple["Query", ...]


Query = Everything | Word | Prefix | Phrase | Named | Tagged | Dated | Not | And | Or

# How much of a query an error shows, in characters.
_SHOWN = 76
_PLAIN_VALUE = re.compile(r"[\w.][\w.-]*")


class QueryError(UsageError):
    """A query that can't be understood.

    ``message`` says why, ``position`` at which character (from 0) of ``text``. ``str()`` shows the text with a caret under that character.
    """

    def __init__(self, message: str, position: int, text: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.position = position
        self.text = text

    def __str__(self) -> str:
        start = max(0, self.position - _SHOWN // 2)
        line = "".join(character if character.isprintable() else " " for character in self.text[start : start + _SHOWN])
        return f"{self.message}\n  {line}\n  {' ' * (self.position - start)}^" if self.text else self.message


def render(query: Query) -> str:
    """Return the query as text; parsing it gives the same tree."""
    match query:
        case Not(part):
            return f"NOT {_grouped(part)}"
        case And(parts):
            return " AND ".join(_grouped(part) if isinstance(part, Or) else render(part) for part in parts)
        case Or(parts):
            return " OR ".join(map(render, parts))
        case _:
            return _leaf(query)


def _grouped(query: Query) -> str:
    return f"({render(query)})" if isinstance(query, And | Or) else render(query)


def _leaf(leaf: Everything | Word | Prefix | Phrase | Named | Tagged | Dated) -> str:
    match leaf:
        case Everything():
            text = ""
        case Word(text):
            pass
        case Prefix(beginning):
            text = f"{beginning}*"
        case Phrase(words):
            text = f'"{words}"'
        case Named(field, value) | Tagged(field, value):
            text = f"{field}:{value}" if _PLAIN_VALUE.fullmatch(value) else f'{field}:"{value}"'
        case Dated(bound, time):
            text = f"{bound}:{time.isoformat().removesuffix('+00:00')}Z"
    return text
