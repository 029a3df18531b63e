"""What the store in Elasticsearch promises beyond the contract: one copy over months, crashes, threads and blocks."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime
from threading import Barrier

import msgspec
import pytest
from elasticsearch import Elasticsearch

from tests.support import scripted_elasticsearch as es
from tests.support.articles import analyser, article
from tests.support.elastic_store import client
from tests.support.noted_retry import NotedRetry
from wirewatch.adapters.elastic.setup import ElasticSetup
from wirewatch.adapters.elastic.store import ElasticStore
from wirewatch.core.article import EnrichedArticle
from wirewatch.core.errors import Unavailable
from wirewatch.core.outcome import Rejected
from wirewatch.core.search.parser import parse
from wirewatch.ports.signals import Retry
from wirewatch.ports.store import PutResult

INDEXED, DUPLICATE = PutResult.INDEXED, PutResult.DUPLICATE
LATER = datetime(2026, 12, 24, 12, tzinfo=UTC)


class Cluster:
    """The session's Elasticsearch, set up under a prefix of the test's own."""

    def __init__(self, url: str, prefix: str) -> None:
        self.prefix = prefix
        self.client: Elasticsearch = client(url)
        ElasticSetup(self.client, prefix=prefix, shards=1, replicas=0).install()

    def store(self, retry: Retry | None = None) -> ElasticStore:
        return ElasticStore(self.client, analyser=analyser, prefix=self.prefix, retry=retry, refresh=True)

    def index(self, month: str) -> str:
        return f"{self.prefix}articles-{month}"

    def counts(self) -> dict[str, int]:
        """How many articles each month has."""
        names = self.client.indices.get(index=f"{self.prefix}articles-*")
        return {name.removeprefix(f"{self.prefix}articles-"): self.client.count(index=name)["count"] for name in sorted(names)}

    def registered(self, article_id: str) -> str:
        return str(self.client.get(index=f"{self.prefix}article-ids", id=article_id)["_source"]["index"])


@pytest.fixture
def cluster(elasticsearch_url: str, elasticsearch_prefix: str) -> Iterator[Cluster]:
    found = Cluster(elasticsearch_url, elasticsearch_prefix)
    with closing(found.client):
        yield found


def seen(made: EnrichedArticle, time: datetime) -> EnrichedArticle:
    return msgspec.structs.replace(made, first_seen_at=time)


@pytest.mark.parametrize(
    "again",
    [
        seen(article("a", "Gipfel"), LATER),
        msgspec.structs.replace(article("a", "Gipfel"), first_seen_at=LATER, published_at=None, published_from="none"),
        seen(article("a", "Gipfel", time=LATER), LATER),
    ],
    ids=["a month later", "undated", "another date"],
)
def test_an_article_that_comes_again_stands_there_once(cluster: Cluster, again: EnrichedArticle) -> None:
    first = article("a", "Gipfel")
    assert cluster.store().put([first]) == [INDEXED]
    for replaced, result in ((False, DUPLICATE), (True, INDEXED)):
        assert cluster.store().put([again], replace=replaced) == [result]
        assert cluster.counts() == {"2026.11": 1}
        assert cluster.store().search(parse("gipfel")).total == 1
        assert cluster.store().get("a") == (again if replaced else first)


def test_copies_in_one_batch_and_of_several_months(cluster: Cluster) -> None:
    first, second = article("a"), seen(article("a"), LATER)
    assert cluster.store().put([second, first, seen(article("b"), LATER), article("c")]) == [INDEXED, DUPLICATE, INDEXED, INDEXED]
    assert cluster.counts() == {"2026.11": 1, "2026.12": 2}
    assert cluster.store().get("a") == second
    assert {found.id for found in cluster.store().scan(parse(""))} == {"a", "b", "c"}


def test_a_month_is_one_of_utc(cluster: Cluster) -> None:
    cluster.store().put([seen(article("a"), datetime.fromisoformat("2027-01-01T00:30+01:00"))])
    assert cluster.counts() == {"2026.12": 1}


def test_a_correction_a_month_later_takes_the_place_of_the_first(cluster: Cluster) -> None:
    corrected = seen(article("a", "Treffen", updated_at=LATER), LATER)
    assert cluster.store().put([article("a", "Gipfel")]) == [INDEXED]
    assert cluster.store().put([corrected]) == [INDEXED]
    assert cluster.store().put([article("a", "Gipfel")]) == [DUPLICATE]
    assert cluster.counts() == {"2026.11": 1}
    assert cluster.store().get("a") == corrected
    assert cluster.store().search(parse("gipfel")).total == 0


def test_a_crash_between_registry_and_article_is_healed(cluster: Cluster) -> None:
    cluster.client.create(index=f"{cluster.prefix}article-ids", id="a", document={"index": cluster.index("2026.11")})
    assert cluster.store().get("a") is None
    assert cluster.store().put([seen(article("a"), LATER)]) == [INDEXED]
    assert cluster.counts() == {"2026.11": 1}
    assert cluster.store().put([article("a")]) == [DUPLICATE]


def put_at_once(stores: Sequence[ElasticStore], batches: Sequence[list[EnrichedArticle]]) -> list[Sequence[PutResult | Rejected]]:
    barrier = Barrier(len(stores))

    def put(store: ElasticStore, batch: list[EnrichedArticle]) -> Sequence[PutResult | Rejected]:
        barrier.wait(30)
        return store.put(batch)

    with ThreadPoolExecutor(len(stores)) as threads:
        return list(threads.map(put, stores, batches))


@pytest.mark.parametrize("one_store", [True, False])
def test_two_threads_with_the_same_articles(cluster: Cluster, *, one_store: bool) -> None:
    store = cluster.store(NotedRetry())
    stores = [store, store if one_store else cluster.store(NotedRetry())]
    november = [article(str(number)) for number in range(150)]
    december = [seen(article(str(number)), LATER) for number in reversed(range(50, 200))]
    results = put_at_once(stores, [november, december])
    assert sum(result is INDEXED for outcome in results for result in outcome) == 200
    assert sum(result is DUPLICATE for outcome in results for result in outcome) == 100
    counts = cluster.counts()
    assert sum(counts.values()) == 200
    assert set(counts) == {"2026.11", "2026.12"}
    assert store.search(parse("")).total == 200
    for number in range(200):
        found = store.get(str(number))
        assert found is not None
    assert set(cluster.client.indices.get_alias(name=f"{cluster.prefix}articles")) == {cluster.index("2026.11"), cluster.index("2026.12")}


def test_searching_while_others_put(cluster: Cluster) -> None:
    """No two threads share an analyser, and none is without one."""
    store = cluster.store()
    # While the first index of all is being made, a search is refused: that is another matter.
    assert store.put([article("first", "Vertrag")]) == [INDEXED]
    barrier = Barrier(3)

    def work(number: int) -> int:
        barrier.wait(30)
        if number:
            return sum(store.put([article(f"{number} {turn}", "Gipfeltreffen")]) == [INDEXED] for turn in range(10))
        return sum(store.search(parse("gipfel")).total <= 20 for _ in range(10))

    with ThreadPoolExecutor(3) as threads:
        assert list(threads.map(work, range(3))) == [10, 10, 10]


def test_a_month_that_was_deleted_is_written_anew(cluster: Cluster) -> None:
    cluster.store().put([article("a", "Gipfel"), article("b")])
    cluster.client.indices.delete(index=cluster.index("2026.11"))
    assert cluster.store().get("a") is None
    retry = NotedRetry()
    assert cluster.store(retry).put([seen(article("a", "Gipfel"), LATER)]) == [INDEXED]
    assert retry.reasons == []
    assert cluster.counts() == {"2026.11": 1}
    mappings = cluster.client.indices.get_mapping(index=cluster.index("2026.11"))[cluster.index("2026.11")]["mappings"]
    assert mappings["_meta"] == {"version": 1}


def test_a_month_dropped_with_its_ids_is_forgotten(cluster: Cluster) -> None:
    """As docs/operations/elasticsearch.md says."""
    cluster.store().put([article("a"), seen(article("b"), LATER)])
    cluster.client.indices.delete(index=cluster.index("2026.11"))
    registry = f"{cluster.prefix}article-ids"
    # The tests' server knows no delete-by-query.
    registered = cluster.client.search(index=registry, query={"term": {"index": cluster.index("2026.11")}})["hits"]["hits"]
    assert [found["_id"] for found in registered] == ["a"]
    cluster.client.delete(index=registry, id="a")
    assert cluster.store().put([seen(article("a"), LATER)]) == [INDEXED]
    assert cluster.counts() == {"2026.12": 2}
    assert cluster.registered("b") == cluster.index("2026.12")


def test_a_month_deleted_while_articles_are_put(cluster: Cluster) -> None:
    store, retry = cluster.store(), NotedRetry()
    store.put([article("first")])
    barrier = Barrier(2)

    def put() -> list[PutResult | Rejected]:
        barrier.wait(30)
        own = cluster.store(retry)
        return [result for number in range(20) for result in own.put([article(f"{number} {at}") for at in range(5)])]

    with ThreadPoolExecutor(1) as threads:
        putting = threads.submit(put)
        barrier.wait(30)
        for _ in range(5):
            cluster.client.indices.delete(index=cluster.index("2026.11"), ignore_unavailable=True)
        assert putting.result(120) == [INDEXED] * 100
    # What was deleted with the index comes back when it is sent again.
    everything = [article(f"{number} {at}") for number in range(20) for at in range(5)]
    store.put(everything)
    assert cluster.counts() == {"2026.11": 100}


@pytest.mark.parametrize("blocked", ["articles-2026.11", "article-ids"])
def test_articles_wait_while_an_index_may_only_be_read(cluster: Cluster, blocked: str) -> None:
    """As Elasticsearch does to indices while a disk is full."""
    index = f"{cluster.prefix}{blocked}"

    def block(*, on: bool) -> None:
        cluster.client.indices.put_settings(index=index, settings={"index.blocks.read_only_allow_delete": on or None})

    cluster.store().put([article("before")])
    block(on=True)
    with pytest.raises(Unavailable, match=r"403|429"):
        cluster.store().put([article("a")])
    retry = NotedRetry(meanwhile=lambda: block(on=len(retry.reasons) < 3))
    assert cluster.store(retry).put([article("a"), article("before")]) == [INDEXED, DUPLICATE]
    assert len(retry.reasons) == 3
    assert all("cluster_block_exception" in reason for reason in retry.reasons)
    assert retry.calls[-1] == "done"
    assert cluster.counts() == {"2026.11": 2}


def mget(*docs: dict[str, object]) -> es.Answer:
    return es.answer({"docs": [{"_index": "article-ids", "_id": "a", **doc} for doc in docs]})


AWAY = mget({"error": {"type": "no_shard_available_action_exception"}})
MISSING = mget({"found": False})
REGISTERED = mget({"found": True, "_source": {"index": "articles-2026.10"}})
CONFLICT = es.items(es.item(409, "version_conflict_engine_exception", operation="create"))


def test_an_id_that_can_not_be_looked_up_is_tried_again() -> None:
    """It does not count as missing: the article would be written a second time, to another month."""
    retry = NotedRetry()
    with es.scripted([CONFLICT, AWAY, REGISTERED, es.items(201)]) as server, client(server.url) as connected:
        assert ElasticStore(connected, analyser=analyser, retry=retry).put([article("a")]) == [INDEXED]
    assert server.requests[-1].lines[0]["index"]["_index"] == "articles-2026.10"
    assert retry.reasons == ["an article can't be looked up (no_shard_available_action_exception)"]
    with es.scripted([AWAY]) as server, client(server.url) as connected, pytest.raises(Unavailable, match="no_shard_available"):
        ElasticStore(connected, analyser=analyser).get("a")


def test_an_id_that_is_deleted_meanwhile_is_registered_again() -> None:
    with es.scripted([CONFLICT, MISSING, es.items(201), es.items(201)]) as server, client(server.url) as connected:
        assert ElasticStore(connected, analyser=analyser).put([article("a")]) == [INDEXED]
    assert [next(iter(server.requests[at].lines[0])) for at in (0, 2, 3)] == ["create", "create", "index"]


def test_an_article_whose_id_is_refused_is_not_written() -> None:
    refused = es.items(es.item(400, "mapper_parsing_exception", operation="create"), 201)
    with es.scripted([refused, es.items(201)]) as server, client(server.url) as connected:
        outcomes = ElasticStore(connected, analyser=analyser).put([article("a"), article("b")])
    assert isinstance(outcomes[0], Rejected)
    assert outcomes[1] is INDEXED
    assert server.requests[-1].ids == ["b"]
