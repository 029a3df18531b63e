"""The tokens of a query: operators, parentheses, and leaves, which are parts of the query's tree already."""

import re
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from difflib import get_close_matches
from typing import Literal, cast, get_args

from wirewatch.core.search.analysis import searchable
from wirewatch.core.search.query import ENTITY_TYPES, Dated, DateField, Named, Phrase, Prefix, Query, QueryError, TagField, Tagged, Word

_ENTITY_FIELDS = tuple(ENTITY_TYPES)
_TAG_FIELDS = get_args(TagField)
_FIELDS = (*_ENTITY_FIELDS, *_TAG_FIELDS, *get_args(DateField))

# Far beyond what people type; it keeps a hostile query from taking a store's time.
MAX_TERMS = 100
# Shorter prefixes match so much that they mean nothing and take long.
MIN_PREFIX = 3

_QUOTES = '"„“”«»'
_BARE_END = re.compile(rf"[\s(){_QUOTES}]")
_QUOTE_END = re.compile(f"[{_QUOTES}]")
_DATE = re.compile(r"(\d{4})(?:-(\d\d)(?:-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d))?(Z|[+-]\d\d:\d\d)?)?)?)?")

_Kind = Literal["(", ")", "AND", "OR", "NOT", "leaf"]
_OPERATORS: dict[str, _Kind] = {"AND": "AND", "OR": "OR", "NOT": "NOT"}


@dataclass(frozen=True, slots=True)
class Token:
    """A part of a query's text at ``position`` (code points); ``leaf`` is what it means, None for operators and parentheses."""

    kind: _Kind
    position: int
    text: str
    leaf: Query | None = None


def tokens(text: str) -> list[Token]:
    """Return the tokens of a query in order. Raises QueryError, without the query's text."""
    found: list[Token] = []
    position = terms = 0
    while position < len(text):
        character = text[position]
        if character.isspace():
            position += 1
        elif character in "()":
            found.append(Token("(" if character == "(" else ")", position, character))
            position += 1
        elif character == "-" and position + 1 < len(text) and not text[position + 1].isspace() and text[position + 1] != ")":
            found.append(Token("NOT", position, character))
            position += 1
        else:
            token, position = _leaf(text, position)
            terms += token.kind == "leaf"
            if terms > MAX_TERMS:
                raise QueryError(f"the query has more than {MAX_TERMS} terms", token.position)
            found.append(token)
    return found


def _leaf(text: str, start: int) -> tuple[Token, int]:
    if text[start] in _QUOTES:
        value, end = _quoted(text, start)
        _need_token(value, start)
        return Token("leaf", start, text[start:end], Phrase(value)), end
    found = _BARE_END.search(text, start)
    end = found.start() if found else len(text)
    bare = text[start:end]
    if bare in _OPERATORS:
        return Token(_OPERATORS[bare], start, bare), end
    name, colon, value = bare.partition(":")
    if not (colon and name.isalpha()):
        return Token("leaf", start, bare, _word(bare, start)), end
    field = _field(name, start)
    at = start + len(name) + 1
    quoted = not value and end < len(text) and text[end] in _QUOTES
    if quoted:
        value, end = _quoted(text, end)
    if not value:
        raise QueryError(f'{field}: needs a value right after the colon, such as {field}:value or {field}:"two words"', at)
    return Token("leaf", start, text[start:end], _field_leaf(field, value, at, quoted=quoted)), end


def _quoted(text: str, start: int) -> tuple[str, int]:
    found = _QUOTE_END.search(text, start + 1)
    if found is None:
        raise QueryError("this quote is never closed", start)
    return text[start + 1 : found.start()], found.end()


def _need_token(value: str, position: int) -> int:
    count = len(searchable(value).split())
    if not count:
        raise QueryError("no letter or digit to search for here; leave it out", position)
    return count


def _word(bare: str, start: int) -> Query:
    star = bare.find("*")
    if star < 0:
        # Words joined by punctuation are a phrase: Kim Jong-un.
        return Word(bare) if _need_token(bare, start) == 1 else Phrase(bare)
    stem = bare[:-1]
    if not stem:
        raise QueryError("a star needs the beginning of a word before it, such as sanction*", start)
    if star != len(bare) - 1:
        raise QueryError("a star can only be at the end of a word", start + star)
    if _need_token(stem, start) > 1:
        raise QueryError("a star needs a single word before it", start)
    if len("".join(searchable(stem).split())) < MIN_PREFIX:
        raise QueryError(f"a star needs at least {MIN_PREFIX} letters before it", start)
    return Prefix(stem)


def _field(name: str, position: int) -> str:
    field = name.lower()
    if field in _FIELDS:
        return field
    near = get_close_matches(field, _FIELDS, n=1)
    hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(_FIELDS)}."
    raise QueryError(f"no field {name}: {hint} To search for the text itself, put it in quotes", position)


def _field_leaf(field: str, value: str, position: int, *, quoted: bool) -> Query:
    if field in get_args(DateField):
        return Dated(cast(DateField, field), _time(value, position))
    if "*" in value and not quoted:
        raise QueryError("a star works for words, not for fields", position + value.index("*"))
    _need_token(value, position)
    if field in _ENTITY_FIELDS:
        return Named(field, value)
    return Tagged(cast(TagField, field), value)


def _time(value: str, position: int) -> datetime:
    if found := _DATE.fullmatch(value):
        year, month, day, hour, minute, second, zone = found.groups()
        iso = f"{year}-{month or '01'}-{day or '01'}T{hour or '00'}:{minute or '00'}:{second or '00'}{zone or '+00:00'}"
        with suppress(ValueError, OverflowError):
            return datetime.fromisoformat(iso).astimezone(UTC)
    raise QueryError("this is not a date; write 2026, 2026-11, 2026-11-24 or 2026-11-24T18:00:00Z", position)
