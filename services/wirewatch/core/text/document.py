"""The text that taggers work on: each field as written and folded, with the same length."""

from dataclasses import dataclass
from typing import Self

from wirewatch.core.article import Field
from wirewatch.core.text.folding import fold


@dataclass(frozen=True, slots=True)
class FieldText:
    """One field. ``folded[i]`` is the folded form of ``text[i]``, so offsets are right in both."""

    name: Field
    text: str
    folded: str


@dataclass(frozen=True, slots=True)
class Document:
    """An article's fields, title first, and its language (ISO 639-1, ``und`` if unknown)."""

    language: str
    fields: tuple[FieldText, ...]

    @classmethod
    def of(cls, *, title: str, body: str, language: str) -> Self:
        """Return a document of both fields, folded; an empty one is left out."""
        named: tuple[tuple[Field, str], ...] = (("title", title), ("body", body))
        return cls(language, tuple(FieldText(name, text, fold(text)) for name, text in named if text))
