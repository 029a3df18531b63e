"""The query language: text is parsed once into a small tree that each store translates. ``docs/search.md`` describes it for users."""

from collections.abc import Callable
from typing import cast

from wirewatch.core.search.lexer import Token, tokens
from wirewatch.core.search.query import And, Everything, Not, Or, Query, QueryError

# Far beyond what people type; they keep a hostile query from taking a store's time.
MAX_LENGTH = 2_000
MAX_DEPTH = 20


def parse(text: str) -> Query:
    """Return the tree of a query; an empty text gives ``Everything``. Raises QueryError."""
    if len(text) > MAX_LENGTH:
        raise QueryError(f"the query is longer than {MAX_LENGTH:,} characters", MAX_LENGTH, text)
    try:
        return _Parser(tokens(text)).query()
    except QueryError as error:
        raise QueryError(error.message, error.position, text) from None


class _Parser:
    """Recursive descent: OR binds loosest, then AND (which need not be written), then NOT."""

    def __init__(self, tokens: list[Token]) -> None:
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

    def _peek(self) -> Token | None:
        return self._tokens[self._next] if self._next < len(self._tokens) else None

    def _accept(self, kind: str) -> Token | None:
        token = self._peek()
        if token is None or token.kind != kind:
            return None
        self._next += 1
        return token

    def _or(self) -> Query:
        parts = [self._and()]
        while self._accept("OR"):
            parts.append(self._and())
        return _joined(Or, parts)

    def _and(self) -> Query:
        parts = [self._not()]
        while (token := self._peek()) and token.kind not in {"OR", ")"}:
            self._accept("AND")
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

    def _group(self, opening: Token) -> Query:
        if self._peek() is None:
            raise QueryError("this parenthesis is never closed", opening.position)
        tree = self._or()
        if not self._accept(")"):
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
