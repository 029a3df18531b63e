"""The query tree in SQL: what the full-text index can answer becomes one MATCH, and dates become ranges of row ids.

A word becomes the forms that the vocabulary has of it (``sanction`` OR ``sanctions`` OR ...), so the index holds no stems.
"""

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from wirewatch.adapters.sqlite.index import EVERY_ROW, code_token, first_row_id, stem_token
from wirewatch.core.article import EntityType
from wirewatch.core.search.analysis import Analyser, name_form, searchable
from wirewatch.core.search.query import ENTITY_TYPES, And, Dated, Everything, Named, Not, Or, Phrase, Prefix, Query, Tagged, Word

_COLUMNS: dict[EntityType, str] = {"PER": "persons", "ORG": "organisations", "LOC": "places", "MISC": "others"}
_TEXT = "{title body}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """Where hits come from (``search`` if there is a ``match``, else all rows) and the condition on ``hit.rowid``."""

    match: str | None = None
    condition: str = "1"
    given: tuple[str | int, ...] = ()

    def select(self, columns: str, tail: str = "", *, facets: bool = False) -> str:
        """SELECT ``columns`` of each ``hit``, which include ``terms`` with ``facets``; ``tail`` follows the condition."""
        clauses = ["SELECT", columns, "FROM", "facets AS hit" if self.match is None else "search(?) AS hit"]
        if facets and self.match is not None:
            clauses.append("JOIN facets ON facets.rowid = hit.rowid")
        return " ".join((*clauses, "WHERE", self.condition, tail))

    @property
    def parameters(self) -> tuple[str | int, ...]:
        """The values of the question marks in ``select``; those of ``tail`` follow."""
        return self.given if self.match is None else (self.match, *self.given)


def plan(query: Query, forms: "WordForms") -> Plan:
    """How to find the articles of a query."""
    parts = query.parts if isinstance(query, And) else (query,)
    matched = [part for part in parts if _is_text(part)]
    others = [_condition(part, forms) for part in parts if not _is_text(part) and not isinstance(part, Everything)]
    condition = " AND ".join(sql for sql, _ in others) or "1"
    parameters = tuple(parameter for _, given in others for parameter in given)
    return Plan(match=_all_of(matched, forms) if matched else None, condition=condition, given=parameters)


def _is_text(query: Query) -> bool:
    """Whether the full-text index can answer it alone."""
    match query:
        case Everything() | Dated():
            return False
        case Not(part):
            return _is_text(part)
        case And(parts) | Or(parts):
            return all(map(_is_text, parts))
        case _:
            return True


def _condition(query: Query, forms: "WordForms") -> tuple[str, tuple[str | int, ...]]:
    if _is_text(query):
        # The plus keeps SQLite from asking the full-text index once for each row id.
        return "+hit.rowid IN (SELECT rowid FROM search(?))", (_match(query, forms),)
    match query:
        case Dated(bound, time):
            return f"hit.rowid {'>=' if bound == 'after' else '<'} ?", (first_row_id(time),)
        case Not(part):
            sql, parameters = _condition(part, forms)
            return f"NOT ({sql})", parameters
        case And(parts) | Or(parts):
            word = " AND " if isinstance(query, And) else " OR "
            texts = tuple(part for part in parts if _is_text(part))
            joined = [type(query)(texts)] if len(texts) > 1 else list(texts)
            conditions = [_condition(part, forms) for part in (*joined, *(part for part in parts if not _is_text(part)))]
            return f"({word.join(sql for sql, _ in conditions)})", tuple(value for _, given in conditions for value in given)
        case _:
            return "1", ()


def _match(query: Query, forms: "WordForms") -> str:
    match query:
        case Or(parts):
            return _any_of(_match(part, forms) for part in parts)
        case And(parts):
            return _all_of(parts, forms)
        case Not():
            return _all_of((query,), forms)
        case Word(text):
            return forms.match(searchable(text).split()[0])
        case _:
            return _exact(query)


def _exact(query: Query) -> str:
    """A MATCH for exactly these tokens."""
    match query:
        case Prefix(text):
            return f"{_TEXT} : {_quoted(searchable(text).split())} *"
        case Phrase(text):
            return f"{_TEXT} : {_quoted(searchable(text).split())}"
        case Named(name, value):
            columns = " ".join(_COLUMNS[kind] for kind in ENTITY_TYPES[name])
            return f"{{{columns}}} : ({_quoted(name_form(value).split())} OR {_quoted([code_token('id', value)])})"
        case Tagged("source", value):
            return f"tags : {_quoted(searchable(value).split())}"
        case Tagged(name, value):
            return f"tags : {_quoted([code_token(name, value)])}"
        case _:
            raise TypeError(f"{type(query).__name__} can't be matched with text")


def _all_of(parts: Sequence[Query], forms: "WordForms") -> str:
    wanted = [_match(part, forms) for part in parts if not isinstance(part, Not)]
    unwanted = [_match(part.part, forms) for part in parts if isinstance(part, Not)]
    matching = " AND ".join(f"({part})" for part in wanted) or f"tags : {_quoted([EVERY_ROW])}"
    return f"({matching}) NOT ({_any_of(unwanted)})" if unwanted else matching


def _any_of(parts: Iterable[str]) -> str:
    return " OR ".join(f"({part})" for part in parts)


def _quoted(tokens: Iterable[str]) -> str:
    """A phrase; tokens are letters and digits, so nothing has to be escaped."""
    return f'"{" ".join(tokens)}"'


def _words(words: Iterable[str]) -> str:
    return f"{_TEXT} : ({' OR '.join(_quoted([word]) for word in sorted(words))})"


def _languages(languages: Iterable[str]) -> str:
    return f"tags : ({' OR '.join(_quoted([code_token('lang', language)]) for language in sorted(languages))})"


@dataclass(frozen=True, slots=True)
class WordForms:
    """Looks up which words of the store have the same stem as a word of a query, language by language."""

    connection: sqlite3.Connection
    analyser: Analyser
    languages: Sequence[str]

    def match(self, word: str) -> str:
        """A MATCH for articles with the word, one of its forms, or a compound with it, in the article's language."""
        stemmed = [language for language in self.languages if language in self.analyser.languages]
        stems = {language: stem_token(self.analyser.stems([word], language)[0], language) for language in stemmed}
        forms = {language: self._words_with(stem) - {word} for language, stem in stems.items()}
        every = frozenset[str]().union(*forms.values())
        elsewhere = {language: self._seen(every - forms[language], language) for language in stemmed}
        # A form with this stem in every language it was seen in needs no test of the language, which takes time.
        doubtful = frozenset[str]().union(*elsewhere.values())
        expressions = [_words([word])]
        if certain := every - doubtful:
            without_stems = [language for language in self.languages if language not in stems]
            expression = _words(certain)
            expressions.append(f"({expression}) NOT ({_languages(without_stems)})" if without_stems else expression)
        limited = {language: forms[language] & doubtful for language in stemmed}
        expressions += [f"({_words(words)}) AND ({_languages([language])})" for language, words in limited.items() if words]
        if stems:
            expressions.append(f"parts : ({' OR '.join(_quoted([stem]) for stem in stems.values())})")
        return _any_of(expressions)

    def _words_with(self, stem: str) -> frozenset[str]:
        return frozenset(word for (word,) in self.connection.execute("SELECT word FROM vocabulary WHERE stem = ?", (stem,)))

    def _seen(self, words: frozenset[str], language: str) -> frozenset[str]:
        ordered = sorted(words)
        stems = self.analyser.stems(ordered, language)
        sql = "SELECT EXISTS (SELECT * FROM vocabulary WHERE stem = ? AND word = ?)"
        return frozenset(
            word
            for word, stem in zip(ordered, stems, strict=True)
            if self.connection.execute(sql, (stem_token(stem, language), word)).fetchone()[0]
        )
