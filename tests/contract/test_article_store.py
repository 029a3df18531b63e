"""What every ArticleStore does. To have another adapter pass it, add it to ``article_store``."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest
from tests.support.articles import NOON, analyser, article, entity
from tests.support.elastic_store import elastic_store

from wirewatch.adapters.memory.store import MemoryStore
from wirewatch.adapters.sqlite.search import RANKED_HITS
from wirewatch.adapters.sqlite.store import SqliteStore
from wirewatch.core.article import EnrichedArticle
from wirewatch.core.search.parser import MAX_DEPTH, parse
from wirewatch.ports.store import ArticleStore, Bucket, Count, PutResult

INDEXED, DUPLICATE = PutResult.INDEXED, PutResult.DUPLICATE

PUTIN = entity("Q7747", "Wladimir Putin", "PER", "Putin", "Putins")
GORING = entity("name:PER:goering", "Hermann Göring", "PER", "Göring")
XI = entity("Q15031", "Xi Jinping", "PER", "Xi")
UN = entity("Q1065", "Vereinte Nationen", "ORG", "UN")
GENEVA = entity("geonames:2660646", "Genf", "LOC", "Genf")
TREATY = entity("Q159583", "Atomwaffensperrvertrag", "MISC", "Vertrag")


@pytest.fixture(params=["memory", "sqlite", "elasticsearch"])
def article_store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[ArticleStore]:
    store: ArticleStore
    match request.param:
        case "memory":
            store = MemoryStore(analyser())
        case "sqlite":
            store = SqliteStore(tmp_path / "store.db", analyser=analyser())
        case _:
            store = elastic_store(request.getfixturevalue("elasticsearch_url"))
    yield store
    store.close()


def found(store: ArticleStore, query: str) -> set[str]:
    page = store.search(parse(query), limit=100)
    assert page.total == len(page.hits)
    return {hit.article.id for hit in page.hits}


def test_an_article_comes_back_as_it_was_put(article_store: ArticleStore) -> None:
    whole = msgspec.structs.replace(
        article("a", "Gipfel", "Text\nmit 😀 Zeilen", source="spiegel.de", topics=["arms"], entities=(PUTIN, UN, GENEVA, TREATY)),
        url="https://news.example/a",
        guid="g",
        authors=("A", "B"),
        published_claim="neulich",
        updated_at=NOON + timedelta(microseconds=1),
        fingerprint=(1, 2**64 - 1),
        flags=("truncated",),
    )
    article_store.put([whole])
    assert article_store.get("a") == whole
    assert article_store.search(parse("gipfel")).hits[0].article == whole
    assert article_store.get("b") is None


def test_an_undated_article_has_the_time_it_was_first_seen(article_store: ArticleStore) -> None:
    undated = msgspec.structs.replace(article("a"), published_at=None, published_from="none")
    article_store.put([undated])
    assert article_store.get("a") == undated
    assert found(article_store, "after:2026-11-24T12:00:00Z before:2026-11-24T12:00:01Z") == {"a"}


def test_a_put_again_changes_nothing(article_store: ArticleStore) -> None:
    assert article_store.put([article("a", "erste"), article("a", "zweite")]) == [INDEXED, DUPLICATE]
    assert article_store.put([article("a", "dritte"), article("b")]) == [DUPLICATE, INDEXED]
    assert found(article_store, "") == {"a", "b"}
    assert found(article_store, "zweite OR dritte") == set()


def test_a_later_correction_replaces_and_an_earlier_one_does_not(article_store: ArticleStore) -> None:
    first, second = NOON + timedelta(hours=1), NOON + timedelta(hours=2)
    article_store.put([article("a", "Entwurf", topics=["arms"], entities=(PUTIN,), source="x.de"), article("b", "anderes")])
    assert article_store.put([article("a", "Korrektur", updated_at=first, time=NOON - timedelta(days=9), source="y.de")]) == [INDEXED]
    assert article_store.put([article("a", "Berichtigung", updated_at=second), article("a", "Korrektur", updated_at=first)]) == [
        INDEXED,
        DUPLICATE,
    ]
    assert article_store.put([article("a", "Entwurf"), article("a", "Berichtigung zwei", updated_at=second)]) == [DUPLICATE, DUPLICATE]
    assert found(article_store, "Entwurf OR Korrektur OR topic:arms OR person:putin OR source:x OR source:y OR zwei") == set()
    assert found(article_store, "Berichtigung") == {"a"}
    assert found(article_store, "before:2026-11-20") == set()
    facets = article_store.facets(parse(""), ["persons", "topics", "source"])
    assert facets == {"persons": (), "topics": (), "source": ()}
    assert article_store.search(parse("")).total == 2


def test_the_same_revision_enriched_anew_takes_its_place(article_store: ArticleStore) -> None:
    article_store.put([article("a", "Entwurf"), article("b", "Korrektur", updated_at=NOON)])
    earlier, same = NOON - timedelta(hours=1), NOON
    enriched_again = [article("a", "Entwurf", topics=["arms"]), article("b", "Korrektur", topics=["arms"], updated_at=same), article("c")]
    assert article_store.put(enriched_again, replace=True) == [INDEXED, INDEXED, INDEXED]
    assert found(article_store, "topic:arms") == {"a", "b"}
    assert article_store.put([article("b", "alt", updated_at=earlier), article("b", "Entwurf")], replace=True) == [DUPLICATE, DUPLICATE]
    assert found(article_store, "") == {"a", "b", "c"}
    assert found(article_store, "alt") == set()


def test_a_scan_gives_every_article_once(article_store: ArticleStore) -> None:
    assert list(article_store.scan(parse(""))) == []
    many = [article(f"{number}", "Gipfel" if number % 2 else "Treffen", time=NOON + timedelta(minutes=number)) for number in range(1_203)]
    article_store.put(many)
    assert sorted(found.id for found in article_store.scan(parse(""))) == sorted(found.id for found in many)
    wanted = {found.id for found in many[1::2] if found.time >= NOON + timedelta(minutes=100)}
    assert {found.id for found in article_store.scan(parse("gipfel after:2026-11-24T13:40:00Z"))} == wanted
    assert article_store.get("7") == many[7]


def test_revisions_in_one_batch(article_store: ArticleStore) -> None:
    revisions = [article("a", f"Fassung{hour}", updated_at=NOON + timedelta(hours=hour)) for hour in (2, 1, 3)]
    assert article_store.put(revisions) == [INDEXED, DUPLICATE, INDEXED]
    assert found(article_store, "Fassung3") == {"a"}
    assert found(article_store, "Fassung1 OR Fassung2") == set()


def test_half_a_surrogate_pair_does_not_stop_the_batch(article_store: ArticleStore) -> None:
    broken = article(
        "a\ud800",
        "kaputt\udfff hier",
        "ein\ud800wort",
        source="x\ud800",
        topics=["t\ud800"],
        entities=(entity("Q\ud800", "P\ud800", "PER"),),
    )
    assert article_store.put([broken, article("b", "heil")]) == [INDEXED, INDEXED]
    assert article_store.search(parse("kaputt wort")).total == 1
    assert article_store.put([broken]) == [DUPLICATE]
    kept = article_store.get("a\ud800")
    assert kept is not None
    assert kept.title.startswith("kaputt")


ARTICLES = [
    article(
        "de1",
        "Gipfeltreffen zu Wirtschaftssanktionen",
        "Rüstungskontrollgespräche in Genf. Die Häuser der Straße; Kim Jong-un kam nicht.",
        time=datetime(2026, 1, 31, 23, 59, 59, 999_999, tzinfo=UTC),
        source="www.spiegel.de",
        topics=["sanctions", "summit"],
        entities=(PUTIN, GENEVA),
    ),
    article(
        "de2", "Neue Sanktion", "Über Ausrüstung. Das Haus. Der Gipfel", time=datetime(2026, 2, 1, tzinfo=UTC), source="Süddeutsche Zeitung"
    ),
    article(
        "en1",
        "Sanctions imposed",
        "He died in Geneva, the G7 said. New houses",
        language="en",
        time=datetime(2026, 3, 1, tzinfo=UTC),
        topics=["arms"],
    ),
    article(
        "en2",
        "The gift",
        "Gipfel of a kind: sanctioned rustung",
        language="en",
        time=datetime(2026, 3, 2, tzinfo=UTC),
        entities=(XI, UN, TREATY),
    ),
    article("ru1", "Саммит", "Новые санкции. Йод", language="ru", time=datetime(2026, 4, 1, tzinfo=UTC), entities=(GORING,)),
    article("und", "sanctions houses", "", language="und", time=datetime(1969, 7, 20, 20, 17, tzinfo=UTC)),
]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", "de1 de2 en1 en2 ru1 und"),
        # words: exact, by stem, by part of a compound, in the article's language
        ("gipfel", "de1 de2 en2"),
        ("Sanktionen", "de1 de2"),
        ("Kontrolle", "de1"),
        ("Gespräch", "de1"),
        ("Rüstungskontrolle", "de1"),
        ("rustung", "de1 en2"),
        ("Ruestung", "de1"),
        ("Ausrüstungen", "de2"),
        ("haus", "de1 de2"),
        ("sanction", "en1 en2"),
        ("SANCTIONS", "en1 en2 und"),
        ("houses", "en1 und"),
        ("house", "en1"),
        ("санкция", "ru1"),
        ("саммитах", "ru1"),
        ("strasse", "de1"),
        ("Straßen", "de1"),
        ("G7", "en1"),
        ("иод", ""),
        ("nirgends", ""),
        # phrases and prefixes: as written
        ('"der strasse"', "de1"),
        ('"strasse der"', ""),
        ('"Gipfel"', "de2 en2"),
        ('"wirtschaftssanktionen rüstungskontrollgespräche"', ""),
        ("Jong-un", "de1"),
        ("Kim-un", ""),
        ("sankt*", "de2"),
        ("RÜST*", "de1 en2"),
        # combinations
        ("sanktion gipfel", "de1 de2"),
        ("sanktion -gipfeltreffen", "de2"),
        ("house OR haus", "de1 de2 en1"),
        ("-gipfel", "en1 ru1 und"),
        ("-gipfel -sanction", "ru1 und"),
        ("NOT (gipfel OR house)", "ru1 und"),
        ("NOT NOT gipfel", "de1 de2 en2"),
        ("gipfel (sanction OR sanktion) NOT kontrolle", "de2 en2"),
        # entities
        ("person:putin", "de1"),
        ("person:putins", "de1"),
        ('person:"wladimir putin"', "de1"),
        ('person:"putin putins"', ""),
        ("person:wlad", ""),
        ("person:genf", ""),
        ("place:genf", "de1"),
        ("org:UN", "en2"),
        ('entity:"vereinte nationen"', "en2"),
        ("entity:Atomwaffensperrvertrag", "en2"),
        ("org:Atomwaffensperrvertrag", ""),
        ("entity:Q7747", "de1"),
        ("person:q7747", "de1"),
        ("place:Q7747", ""),
        ("person:Q774", ""),
        ('place:"geonames:2660646"', "de1"),
        ("person:goering", "ru1"),
        ("person:Goring", "ru1"),
        ('entity:"name:PER:goering"', "ru1"),
        ('person:"xi jinping" org:un', "en2"),
        # topics, languages, sources
        ("topic:sanctions", "de1"),
        ("topic:Summit", "de1"),
        ("topic:sanction", ""),
        ("lang:en", "en1 en2"),
        ("lang:EN -topic:arms", "en2"),
        ("source:spiegel", "de1"),
        ("source:spiegel.de", "de1"),
        ('source:"suddeutsche zeitung"', "de2"),
        ("source:www.de", ""),
        # dates
        ("after:2026-02", "de2 en1 en2 ru1"),
        ("before:2026-02", "de1 und"),
        ("after:2026-01-31T23:59:59Z before:2026-02-01", "de1"),
        ("after:2026-02-01T01:00:00+01:00 before:2026-03-02", "de2 en1"),
        ("after:1969-07-20T20:17:00 before:1970", "und"),
        ("after:2027", ""),
        ("gipfel after:2026-02", "de2 en2"),
        ("gipfel before:2026-02 OR sanction", "de1 en1 en2"),
        ("gipfel OR before:1970", "de1 de2 en2 und"),
        ("-after:2026-03", "de1 de2 und"),
        ("-(gipfel after:2026-02)", "de1 en1 ru1 und"),
        ("(gipfel OR before:1970) (-lang:en OR after:2026-03-02)", "de1 de2 en2 und"),
        ("NOT (before:2026-02 OR after:2026-04 OR house)", "de2 en2"),
    ],
)
def test_queries(article_store: ArticleStore, query: str, expected: str) -> None:
    article_store.put(ARTICLES)
    assert found(article_store, query) == set(expected.split())


def test_sort_and_pages(article_store: ArticleStore) -> None:
    article_store.put([article(f"{day}", "Gipfel", time=NOON + timedelta(days=day)) for day in (3, 1, 2)])
    article_store.put([article("2b", "Gipfel", time=NOON + timedelta(days=2, microseconds=5))])

    def ids(**options: int) -> list[str]:
        return [hit.article.id for hit in article_store.search(parse("gipfel"), sort="newest", **options).hits]

    assert ids() == ["3", "2b", "2", "1"]
    assert ids(limit=2) == ["3", "2b"]
    assert ids(limit=2, offset=1) == ["2b", "2"]
    assert ids(offset=4) == ids(limit=0) == []
    oldest = article_store.search(parse(""), sort="oldest")
    assert [(hit.article.id, hit.score) for hit in oldest.hits] == [("1", 0), ("2", 0), ("2b", 0), ("3", 0)]
    assert article_store.search(parse("gipfel"), limit=1, offset=9).total == 4


def test_the_better_match_comes_first(article_store: ArticleStore) -> None:
    filler = " ".join(f"wort{number}" for number in range(60))
    article_store.put(
        [
            article("in the title", "Abrüstung", filler, time=NOON - timedelta(days=9)),
            article("in the body", filler[:60], f"Abrüstung {filler}"),
            article("not at all", filler[:60], filler),
        ]
    )
    page = article_store.search(parse("abrüstung"))
    assert [hit.article.id for hit in page.hits] == ["in the title", "in the body"]
    assert page.hits[0].score > page.hits[1].score > 0


def test_pages_of_a_relevance_search_hold_each_hit_once(article_store: ArticleStore) -> None:
    total = RANKED_HITS + 40
    article_store.put([article(str(number), "Gipfel", time=NOON + timedelta(seconds=number)) for number in range(total)])
    size = 1_000
    pages = [article_store.search(parse("gipfel"), limit=size, offset=offset) for offset in range(0, total + size, size)]
    assert {page.total for page in pages} == {total}
    assert sorted(int(hit.article.id) for page in pages for hit in page.hits) == list(range(total))


def test_facets(article_store: ArticleStore) -> None:
    article_store.put(ARTICLES)
    facets = article_store.facets(parse(""), ["persons", "organisations", "places", "topics", "language", "source"], size=2)
    assert facets == {
        "persons": (Count("Hermann Göring", 1), Count("Wladimir Putin", 1)),
        "organisations": (Count("Vereinte Nationen", 1),),
        "places": (Count("Genf", 1),),
        "topics": (Count("arms", 1), Count("sanctions", 1)),
        "language": (Count("de", 2), Count("en", 2)),
        "source": (Count("Süddeutsche Zeitung", 1), Count("www.spiegel.de", 1)),
    }
    assert article_store.facets(parse("gipfel"), ["language"]) == {"language": (Count("de", 2), Count("en", 1))}
    assert article_store.facets(parse("nirgends after:2026"), ["language"]) == {"language": ()}
    assert article_store.facets(parse("before:2026"), ["language"], size=0) == {"language": ()}


@pytest.mark.parametrize(
    ("bucket", "starts"),
    [
        ("hour", ["0001-01-01T00", "2026-02-28T23", "2026-03-01T00", "2026-03-01T00"]),
        ("day", ["0001-01-01T00", "2026-02-28T00", "2026-03-01T00", "2026-03-01T00"]),
        ("week", ["0001-01-01T00", "2026-02-23T00", "2026-02-23T00", "2026-02-23T00"]),
        ("month", ["0001-01-01T00", "2026-02-01T00", "2026-03-01T00", "2026-03-01T00"]),
    ],
)
def test_timeline(article_store: ArticleStore, bucket: Bucket, starts: list[str]) -> None:
    times = ["0001-01-01T00:30", "2026-02-28T23:59", "2026-03-01T00:00", "2026-03-01T02:30+02:00"]
    article_store.put([article(str(number), "Gipfel", time=_utc(time)) for number, time in enumerate(times)])
    for query in ("gipfel", ""):
        counted = [start for found in article_store.timeline(parse(query), bucket) for start in [found.start] * found.count]
        assert counted == [_utc(start) for start in starts]
    assert article_store.timeline(parse("nirgends"), bucket) == ()


def _utc(text: str) -> datetime:
    time = datetime.fromisoformat(text)
    return time.replace(tzinfo=UTC) if time.tzinfo is None else time.astimezone(UTC)


def test_an_empty_store(article_store: ArticleStore) -> None:
    for query in ("", "gipfel", "-gipfel", "after:2026", "person:x OR before:2026"):
        assert article_store.search(parse(query)).total == 0
        assert article_store.timeline(parse(query), "day") == ()
        assert article_store.facets(parse(query), ["persons"]) == {"persons": ()}
    assert article_store.put([]) == []


def test_a_query_of_the_largest_size(article_store: ArticleStore) -> None:
    article_store.put([*ARTICLES, article("many", " ".join(f"w{number}" for number in range(100)))])
    deep = "a"
    for level in range(MAX_DEPTH // 2):
        deep = f"(x{level} {'OR' if level % 2 else 'AND'} NOT {deep})"
    article_store.search(parse(deep))
    assert found(article_store, " ".join(f"w{number}" for number in range(100))) == {"many"}
    assert "many" in found(article_store, " OR ".join(f"(w{number} after:2026)" for number in range(50)))


def test_odd_but_legal_articles(article_store: ArticleStore) -> None:
    odd: list[EnrichedArticle] = [
        article(" ", "leer"),
        article("nul\x00", "mit\x00nul", source="a\x00b", topics=["x y", "x·y", ""]),
        article("long", "x" * 100_000, "wort " * 50_000),
        article("naive", "ohne Zone", time=datetime(2026, 5, 1)),  # noqa: DTZ001 - what the test is about
        article("far", "Zukunft", time=datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)),
        article("lang", "Sprache", language=""),
    ]
    assert article_store.put(odd) == [INDEXED] * len(odd)
    assert article_store.put(odd) == [DUPLICATE] * len(odd)
    assert found(article_store, "nul") == {"nul\x00"}
    assert found(article_store, 'topic:"x·y"') == {"nul\x00"}
    assert found(article_store, 'topic:"x-y"') == set()
    assert found(article_store, "xxx*") == {"long"}
    assert found(article_store, "after:2026-05 before:2026-05-01T00:00:01") == {"naive"}
    assert found(article_store, "after:9999-12-31T23:59:59Z") == {"far"}
