"""Whatever the articles and the query: SQLite finds what the store in memory finds, which evaluates the query article by article."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import example, given, settings
from hypothesis import strategies as st
from tests.support.articles import analyser, article, entity

from wirewatch.adapters.memory.store import MemoryStore
from wirewatch.adapters.sqlite.store import SqliteStore
from wirewatch.core.article import EnrichedArticle
from wirewatch.core.search.parser import parse
from wirewatch.core.search.query import QueryError
from wirewatch.ports.store import Bucket, EmbeddedStore, FacetField, Sort

WORDS = (
    "die dies died Gipfel Gipfels Gipfeltreffen Treffen Rüstung Ruestung rustung Rüstungskontrollgespräche Kontrolle kontrollieren "
    "Gespräch sanction sanctions Sanktion Sanktionen Wirtschaftssanktionen sanctioned war wars waren was us use uses id ids G7 x-1 Jong-un "
    "Straße strasse sich Sicherheit саммит саммита санкции й и́ über uber ueber neue . ( ß ² \ud800 \x00 · 制裁"
).split(" ")
NAMES = ("Wladimir Putin", "Putin", "Putin Xi", "Xi", "Göring", "Goering", "Vereinte Nationen", "-", "Jong\nun")
LANGUAGES = ("de", "en", "ru", "und", "fr", "nl")
START = datetime(2026, 3, 1, tzinfo=UTC)
SORTS: list[Sort] = ["newest", "oldest", "relevance"]
BUCKETS: list[Bucket] = ["hour", "day", "week", "month"]
FACETS: list[FacetField] = ["persons", "organisations", "places", "topics", "language", "source"]

texts = st.lists(st.sampled_from(WORDS), max_size=8).map(" ".join)
times = st.sampled_from(
    [timedelta(0), timedelta(seconds=1), timedelta(days=1), timedelta(days=-700), timedelta(microseconds=1), timedelta(days=-25_000)]
)
entities = st.builds(
    entity,
    st.sampled_from(["Q1", "Q12", "geonames:1", "name:PER:x"]),
    st.sampled_from(NAMES),
    st.sampled_from(["PER", "ORG", "LOC", "MISC"]),
    st.sampled_from(NAMES),
)
articles = st.builds(
    article,
    st.sampled_from(["a", "b", "c", "d", "e"]),
    texts,
    texts,
    language=st.sampled_from(LANGUAGES),
    time=times.map(START.__add__),
    updated_at=st.none() | st.sampled_from([START, START + timedelta(microseconds=1)]),
    source=st.sampled_from([None, "www.spiegel.de", "Spiegel", "x y"]),
    topics=st.lists(st.sampled_from(["arms", "x-y", "x·y"]), max_size=2, unique=True),
    entities=st.lists(entities, max_size=2).map(tuple),
)

entity_values = st.sampled_from([*NAMES, "Q1", "q12", "geonames:1"])
codes = st.sampled_from(["arms", "x-y", "x·y", "de", "EN", "spiegel", "x y"])
dates = st.sampled_from(["2026", "2026-03-01", "2026-03-01T00:00:01Z", "1960"])
leaves = st.one_of(
    st.sampled_from(WORDS),
    st.lists(st.sampled_from(WORDS), min_size=1, max_size=3).map(" ".join).map('"{}"'.format),
    st.sampled_from([word[:3] + "*" for word in WORDS]),
    st.builds('{}:"{}"'.format, st.sampled_from(["entity", "person", "org", "place"]), entity_values),
    st.builds('{}:"{}"'.format, st.sampled_from(["topic", "lang", "source"]), codes),
    st.builds("{}:{}".format, st.sampled_from(["after", "before"]), dates),
)


def nested(part: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    joined = st.builds(str.join, st.sampled_from((" ", " OR ")), st.lists(part, min_size=2, max_size=3))
    return part.map("NOT ({})".format) | joined.map("({})".format)


queries = st.recursive(leaves, nested, max_leaves=6)


def answers(store: EmbeddedStore, text: str) -> object:
    """All that a store says to a query, but for scores, and the order by them, which are each store's own."""
    try:
        query = parse(text)
    except QueryError:
        return None
    ids = {sort: [hit.article.id for hit in store.search(query, sort=sort, limit=100).hits] for sort in SORTS}
    return (
        store.search(query, limit=0).total,
        ids["newest"],
        ids["oldest"],
        set(ids["relevance"]),
        store.facets(query, FACETS, size=3),
        [store.timeline(query, bucket) for bucket in BUCKETS],
    )


@settings(max_examples=150, deadline=None)
@given(st.lists(st.lists(articles, max_size=4), min_size=1, max_size=3), st.lists(queries, min_size=4, max_size=8))
@example([[article("a", "id", language="de"), article("b", "ids", language="en")]], ["id", "ids", '"id"'])
def test_sqlite_answers_as_memory_does(batches: list[list[EnrichedArticle]], asked: list[str]) -> None:
    with TemporaryDirectory() as folder:
        memory, sqlite = MemoryStore(analyser()), SqliteStore(Path(folder) / "store.db", analyser=analyser())
        try:
            for batch in batches:
                assert sqlite.put(batch) == memory.put(batch)
            for text in asked:
                assert answers(sqlite, text) == answers(memory, text), text
        finally:
            sqlite.close()
