"""The query language: parsed once into a small tree that each store translates. ``docs/search.md`` is the user's description."""

import re
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from difflib import get_close_matches
from typing import Literal, cast, get_args

from wirewatch.core.errors import UsageError
from wirewatch.core.search.analysis import searchable
from wirewatch.core.search.query import (
    ENTITY_TYPES,
    And,
    Dated,
    DateField,
    EntityField,
    Everything,
    Named,
    Not,
    Or,
    Phrase,
    Prefix,
    Query,
    TagField,
    Tagged,
    Word,
    render,
)

__all__ = [
    "ENTITY_TYPES",
    "And",
    "DateField",
    "Dated",
    "EntityField",
    "Everything",
    "Named",
    "Not",
    "Or",
    "Phrase",
    "Prefix",
    "Query",
    "QueryError",
    "TagField",
    "Tagged",
    "Word",
    "parse",
    "render",
]

_ENTITY_FIELDS = tuple(ENTITY_TYPES)
_TAG_FIELDS = get_args(TagField)
_FIELDS = (*_ENTITY_FIELDS, *_TAG_FIELDS, *get_args(DateField))

# Far beyond what people type; they keep a hostile query from taking a store's time.
MAX_LENGTH = 2_000
MAX_TERMS = 100
MAX_DEPTH = 20
# Shorter prefixes match so much that they mean nothing and take long.
MIN_PREFIX = 3
# How much of a query an error shows.
_SHOWN = 76

_QUOTES = '"„“”«»'
_BARE_END = re.compile(rf"[\s(){_QUOTES}]")
_QUOTE_END = re.compile(f"[{_QUOTES}]")
_DATE = re.compile(r"(\d{4})(?:-(\d\d)(?:-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d))?(Z|[+-]\d\d:\d\d)?)?)?)?")


class QueryError(UsageError):
    """A query that can't be understood: why, at which character (from 0) of which text. As a string, with a caret under the character."""

    def __init__(self, message: str, position: int, text: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.position = position
        self.text = text

    def __str__(self) -> str:
        start = max(0, self.position - _SHOWN // 2)
        line = "".join(character if character.isprintable() else " " for character in self.text[start : start + _SHOWN])
        return f"{self.message}\n  {line}\n  {' ' * (self.position - start)}^" if self.text else self.message


def parse(text: str) -> Query:
    """The tree of a query. Raises QueryError."""
    if len(text) > MAX_LENGTH:
        raise QueryError(f"the query is longer than {MAX_LENGTH:,} characters", MAX_LENGTH, text)
    try:
        return _Parser(_tokens(text)).query()
    except QueryError as error:
        raise QueryError(error.message, error.position, text) from None


_Kind = Literal["(", ")", "AND", "OR", "NOT", "leaf"]
_OPERATORS: dict[str, _Kind] = {"AND": "AND", "OR": "OR", "NOT": "NOT"}


@dataclass(frozen=True, slots=True)
class _Token:
    kind: _Kind
    position: int
    text: str
    leaf: Query | None = None


def _tokens(text: str) -> list[_Token]:
    tokens: list[_Token] = []
    position = terms = 0
    while position < len(text):
        character = text[position]
        if character.isspace():
            position += 1
        elif character in "()":
            tokens.append(_Token("(" if character == "(" else ")", position, character))
            position += 1
        elif character == "-" and position + 1 < len(text) and not text[position + 1].isspace() and text[position + 1] != ")":
            tokens.append(_Token("NOT", position, character))
            position += 1
        else:
            token, position = _leaf(text, position)
            terms += token.kind == "leaf"
            if terms > MAX_TERMS:
                raise QueryError(f"the query has more than {MAX_TERMS} terms", token.position)
            tokens.append(token)
    return tokens


def _leaf(text: str, start: int) -> tuple[_Token, int]:
    if text[start] in _QUOTES:
        value, end = _quoted(text, start)
        _need_token(value, start)
        return _Token("leaf", start, text[start:end], Phrase(value)), end
    found = _BARE_END.search(text, start)
    end = found.start() if found else len(text)
    bare = text[start:end]
    if bare in _OPERATORS:
        return _Token(_OPERATORS[bare], start, bare), end
    name, colon, value = bare.partition(":")
    if not (colon and name.isalpha()):
        return _Token("leaf", start, bare, _word(bare, start)), end
    field = _field(name, start)
    at = start + len(name) + 1
    quoted = not value and end < len(text) and text[end] in _QUOTES
    if quoted:
        value, end = _quoted(text, end)
    if not value:
        raise QueryError(f'{field}: needs a value right behind the colon, such as {field}:value or {field}:"two words"', at)
    return _Token("leaf", start, text[start:end], _field_leaf(field, value, at, quoted=quoted)), end


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
        # Kim Jong-un: what punctuation joins stands together.
        return Word(bare) if _need_token(bare, start) == 1 else Phrase(bare)
    stem = bare[:-1]
    if not stem:
        raise QueryError("a star needs the beginning of a word before it, such as sanction*", start)
    if star != len(bare) - 1:
        raise QueryError("a star stands only at the end of a word", start + star)
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
        raise QueryError("a star works in words, not in fields", position + value.index("*"))
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
    raise QueryError("no date; write 2026, 2026-11, 2026-11-24 or 2026-11-24T18:00:00Z", position)


class _Parser:
    """Recursive descent; OR binds loosest, then AND (which need not be written), then NOT."""

    def __init__(self, tokens: list[_Token]) -> None:
        self._tokens = tokens
        self._next = 0
        self._depth = 0

    def query(self) -> Query:
        if not self._tokens:
            return Everything()
        tree = self._or()
        if token := self._peek():
            raise QueryError("this closing parenthesis has no opening one", token.position)
        return tree

    def _peek(self) -> _Token | None:
        return self._tokens[self._next] if self._next < len(self._tokens) else None

    def _take(self, kind: str) -> _Token | None:
        token = self._peek()
        if token is None or token.kind != kind:
            return None
        self._next += 1
        return token

    def _or(self) -> Query:
        parts = [self._and()]
        while self._take("OR"):
            parts.append(self._and())
        return _joined(Or, parts)

    def _and(self) -> Query:
        parts = [self._not()]
        while (token := self._peek()) and token.kind not in {"OR", ")"}:
            self._take("AND")
            parts.append(self._not())
        return _joined(And, parts)

    def _not(self) -> Query:
        token = self._peek()
        if token is None:
            last = self._tokens[-1]
            raise QueryError(f"nothing follows {last.text}", last.position)
        self._next += 1
        if token.leaf is not None:
            return token.leaf
        if token.kind in {"AND", "OR"}:
            raise QueryError(f"{token.kind} needs something on both sides; to search for the word, put it in quotes", token.position)
        if token.kind == ")":
            before = self._tokens[self._next - 2] if self._next > 1 else None
            if before is None or before.kind == "leaf":
                raise QueryError("this closing parenthesis has no opening one", token.position)
            empty = before.kind == "("
            raise QueryError("there is nothing between these parentheses" if empty else f"nothing follows {before.text}", before.position)
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise QueryError(f"nested more than {MAX_DEPTH} deep", token.position)
        tree = Not(self._not()) if token.kind == "NOT" else self._group(token)
        self._depth -= 1
        return tree

    def _group(self, opening: _Token) -> Query:
        if self._peek() is None:
            raise QueryError("this parenthesis is never closed", opening.position)
        tree = self._or()
        if not self._take(")"):
            raise QueryError("this parenthesis is never closed", opening.position)
        return tree


def _joined(kind: Callable[[tuple[Query, ...]], And | Or], parts: list[Query]) -> Query:
    if len(parts) == 1:
        return parts[0]
    flat: list[Query] = []
    for part in parts:
        nested = isinstance(part, And | Or) and part.__class__ is kind
        flat.extend(cast("And | Or", part).parts if nested else (part,))
    return kind(tuple(flat))
