"""Topic rules: what a topic is found by, and the syntax of its terms.

A term is one or more words in normal spelling. A star leaves a word open: ``sanktion*`` (any ending), ``*gipfel`` (any beginning),
``*sanktion*`` (both). Terms are matched on folded text (``core.text.folding``), so case, accents, hyphens and apostrophes don't matter.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import blake2b
from typing import NamedTuple

import msgspec

from wirewatch.core.text.folding import fold, spellings

_GERMAN_DIGRAPHS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue"})
# An open word with fewer letters, if it is the whole term, is found in too many other words.
_LEAST_LETTERS_OPEN = 3
_LEAST_LETTERS_OPEN_TWICE = 4


class Word(NamedTuple):
    """One word of a term, folded, and at which ends it is open."""

    literal: str
    open_start: bool = False
    open_end: bool = False

    def matches(self, token: str) -> bool:
        """Return whether a folded word of a text is this one."""
        if self.open_start:
            return self.literal in token if self.open_end else token.endswith(self.literal)
        return token.startswith(self.literal) if self.open_end else token == self.literal

    def expression(self) -> str:
        """Return a regular expression for the word in folded text."""
        return f"{'[^ ]*' if self.open_start else ''}{re.escape(self.literal)}{'[^ ]*' if self.open_end else ''}"


def parse_term(text: str, language: str) -> tuple[tuple[Word, ...], ...]:
    """Return the words of a term, once for each spelling in use (ß and ss; German ü and ue). Raises ValueError that says what is wrong.

    ``language``: ISO 639-1 code.
    """
    written = {text, text.translate(_GERMAN_DIGRAPHS)} if language == "de" else {text}
    return tuple(sorted({words for form in written for words in _parse(form)}))


def _parse(text: str) -> Iterable[tuple[Word, ...]]:
    words: list[Word] = []
    for token in text.split():
        open_start, open_end = token.startswith("*"), token.endswith("*")
        bare = token.removeprefix("*").removesuffix("*")
        if "*" in bare:
            raise ValueError("a star may only be at the start or the end of a word; write two terms")
        # A hyphen or an apostrophe makes several words out of one.
        parts = fold(bare).split()
        if not parts:
            raise ValueError("it has no letter or digit; write a word")
        last = len(parts) - 1
        words += [Word(part, open_start and at == 0, open_end and at == last) for at, part in enumerate(parts)]
    if not words:
        raise ValueError("it is empty; write a word or remove it")
    only = words[0]
    least = (0, _LEAST_LETTERS_OPEN, _LEAST_LETTERS_OPEN_TWICE)[only.open_start + only.open_end]
    if len(words) == 1 and len(only.literal) < least:
        raise ValueError(f"it is too short to be open; write {least} letters or more next to the star")
    expanded = [{Word(spelling, word.open_start, word.open_end) for spelling in spellings(word.literal)} for word in words]
    # A text hardly ever mixes spellings, so all words are in their first one, or all in their second.
    return {tuple(min(choice) for choice in expanded), tuple(max(choice) for choice in expanded)}


@dataclass(frozen=True)
class Context:
    """Terms of which one must, or none may, be near a term."""

    terms: tuple[str, ...]
    language: str

    @cached_property
    def _expression(self) -> re.Pattern[str]:
        forms = sorted({words for term in self.terms for words in parse_term(term, self.language)})
        # The space before them all lets the search skip to the next word.
        return re.compile(f" (?:{'|'.join(' +'.join(word.expression() for word in words) + ' ' for words in forms)})")

    def found_in(self, window: str) -> str | None:
        """Return the first of the terms in ``window`` as it is written there, or None; ``window`` is folded and between spaces."""
        match = self._expression.search(window)
        return match.group().strip() if match else None


@dataclass(frozen=True, slots=True)
class Term:
    """A term, what one occurrence of it counts, and its context: ``within`` is the number of words checked on each side."""

    text: str
    weight: float = 1.0
    near: Context | None = None
    unless: Context | None = None
    within: int = 8


@dataclass(frozen=True, slots=True)
class LanguageRules:
    """A topic's terms in one language, and phrases that contain a term but mean something else (``exceptions``)."""

    terms: tuple[Term, ...]
    exceptions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicRule:
    """A topic. ``threshold``: the weight a short text needs; ``title_boost``: the factor for terms in the title.

    ``mediatopics`` are IPTC Media Topic codes, ``eurovoc`` are EuroVoc concept ids; labels and languages are by ISO 639-1 code.
    """

    id: str
    labels: Mapping[str, str]
    languages: Mapping[str, LanguageRules]
    threshold: float = 1.0
    title_boost: float = 2.0
    mediatopics: tuple[str, ...] = ()
    eurovoc: tuple[str, ...] = field(default=())


def topics_version(rules: Iterable[TopicRule]) -> str:
    """Return twelve hexadecimal digits that change whenever a rule does; the order of the rules doesn't matter."""
    content = msgspec.json.encode(sorted(rules, key=lambda rule: rule.id), order="deterministic")
    return blake2b(content, digest_size=6).hexdigest()
