"""The query tree in Elasticsearch's query language."""

from typing import Any, assert_never

from wirewatch.adapters.elastic.documents import ID_FIELDS, NAME_FIELDS, microsecond_of, stem_token
from wirewatch.core.search.analysis import Analyser, name_form, same_code, searchable
from wirewatch.core.search.query import ENTITY_TYPES, And, Dated, Everything, Named, Not, Or, Phrase, Prefix, Query, Tagged, Word

Clause = dict[str, Any]
# A title says what an article is about, and a stem says less than the word itself; as in SQLite.
_FIELDS = {"search.title": 5.0, "search.body": 1.0}
_STEM_FIELDS = {"search.title_stems": 2.5, "search.stems": 0.5}


def clause(query: Query, analyser: Analyser) -> Clause:
    """The clause that finds and ranks the articles of a query."""
    match query:
        case Everything():
            return {"match_all": {}}
        case Not(part):
            return {"bool": {"must_not": [clause(part, analyser)]}}
        case And(parts):
            return {"bool": {"must": [clause(part, analyser) for part in parts]}}
        case Or(parts):
            return _any_of([clause(part, analyser) for part in parts])
        case Word() | Prefix() | Phrase():
            return _text(query, analyser)
        case Named() | Tagged() | Dated():
            return {"constant_score": {"filter": _field(query), "boost": 0.0}}
    assert_never(query)


def _text(query: Word | Prefix | Phrase, analyser: Analyser) -> Clause:
    text = searchable(query.text)
    if isinstance(query, Phrase):
        return _any_of([_phrase(field, text, boost) for field, boost in _FIELDS.items()])
    word = text.split()[0]
    if isinstance(query, Word):
        return _word(word, analyser)
    return _any_of([{"prefix": {field: {"value": word, "boost": boost}}} for field, boost in _FIELDS.items()])


def _word(word: str, analyser: Analyser) -> Clause:
    """The word itself or, in each language, a word with the same stem."""
    languages = sorted(analyser.languages)
    stems = [stem_token(analyser.stems([word], language)[0], language) for language in languages]
    exact = [{"term": {field: {"value": word, "boost": boost}}} for field, boost in _FIELDS.items()]
    # The same score for every stem, since an article is in one language.
    stemmed = [{"constant_score": {"filter": {"terms": {field: stems}}, "boost": boost}} for field, boost in _STEM_FIELDS.items()]
    return _any_of([*exact, *stemmed])


def _field(query: Named | Tagged | Dated) -> Clause:
    match query:
        case Dated(bound, time):
            return {"range": {"search.microsecond": {"gte" if bound == "after" else "lt": microsecond_of(time)}}}
        case Named(name, value):
            kinds = ENTITY_TYPES[name]
            named = [_phrase(f"search.{NAME_FIELDS[kind]}", name_form(value)) for kind in kinds]
            return _any_of([*named, *({"term": {f"search.{ID_FIELDS[kind]}": same_code(value)}} for kind in kinds)])
        case Tagged("topic", value):
            return {"term": {"search.topics": same_code(value)}}
        case Tagged("lang", value):
            return {"term": {"search.language": same_code(value)}}
        case Tagged(_, value):
            return _phrase("search.source", searchable(value))
    assert_never(query)


def _phrase(field: str, text: str, boost: float = 1.0) -> Clause:
    return {"match_phrase": {field: {"query": text, "boost": boost}}}


def _any_of(clauses: list[Clause]) -> Clause:
    return {"bool": {"should": clauses, "minimum_should_match": 1}}
