"""What many months do to the store in Elasticsearch: counts over their indices, limits of the cluster, a lost id registry."""

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime

import msgspec
import pytest
from elasticsearch import Elasticsearch

from tests.support.articles import analyser, article, entity
from tests.support.elastic_store import client
from tests.support.noted_retry import NotedRetry
from wirewatch.adapters.elastic.setup import ElasticSetup
from wirewatch.adapters.elastic.store import ElasticStore
from wirewatch.core.article import EnrichedArticle
from wirewatch.core.errors import Refused, Unavailable
from wirewatch.core.outcome import Reason, Rejected
from wirewatch.core.search.parser import parse
from wirewatch.ports.signals import Retry
from wirewatch.ports.store import Count, PutResult

INDEXED = PutResult.INDEXED


@pytest.fixture
def connected(elasticsearch_url: str) -> Iterator[Elasticsearch]:
    with closing(client(elasticsearch_url)) as made:
        yield made


@pytest.fixture
def setup(connected: Elasticsearch, elasticsearch_prefix: str) -> ElasticSetup:
    made = ElasticSetup(connected, prefix=elasticsearch_prefix, shards=1, replicas=0)
    made.install()
    return made


def store(connected: Elasticsearch, prefix: str, retry: Retry | None = None) -> ElasticStore:
    return ElasticStore(connected, analyser=analyser, prefix=prefix, retry=retry, refresh=True)


def seen(month: int, made: EnrichedArticle) -> EnrichedArticle:
    return msgspec.structs.replace(made, first_seen_at=datetime(2025, month, 5, tzinfo=UTC))


@pytest.mark.usefixtures("setup")
def test_a_value_rare_in_each_month_and_frequent_in_all_is_counted(connected: Elasticsearch, elasticsearch_prefix: str) -> None:
    """Each month's index names its most frequent values only, and this one is not among them."""
    articles = []
    for month in (1, 2, 3):
        local = [entity(f"{month}-{number}", f"local {month}-{number:03}", "PER") for number in range(300)]
        articles += [seen(month, article(f"{month}-{copy}", "Gipfel", entities=tuple(local))) for copy in range(2)]
        articles.append(seen(month, article(f"{month}-everywhere", "Gipfel", entities=(entity("e", "everywhere", "PER"),))))
    put = store(connected, elasticsearch_prefix)
    assert put.put(articles) == [INDEXED] * 9

    facets = put.facets(parse("gipfel"), ["persons", "topics"], size=2)
    assert facets == {"persons": (Count("everywhere", 3), Count("local 1-000", 2)), "topics": ()}
    whole = put.facets(parse("gipfel"), ["persons"], size=2_000)["persons"]
    assert len(whole) == 901
    assert whole[0] == Count("everywhere", 3)


@pytest.mark.usefixtures("setup")
def test_a_cluster_that_has_no_room_for_a_new_month_is_waited_for(connected: Elasticsearch, elasticsearch_prefix: str) -> None:
    def limit(shards: int | None) -> None:
        connected.cluster.put_settings(persistent={"cluster.max_shards_per_node": shards})

    retry = NotedRetry(meanwhile=lambda: limit(None))
    limit(1)
    try:
        assert store(connected, elasticsearch_prefix, retry).put([seen(1, article("a"))]) == [INDEXED]
    finally:
        limit(None)
    assert retry.reasons == ["Elasticsearch answers 400 (validation_exception)"]


@pytest.mark.usefixtures("setup")
def test_an_id_that_no_request_may_hold_does_not_stop_the_others(connected: Elasticsearch, elasticsearch_prefix: str) -> None:
    put = store(connected, elasticsearch_prefix)
    unfit, longest = Rejected(Reason.STORE_REFUSED, "the id is empty or longer than 512 bytes"), "ü" * 256
    assert put.put([article("a"), article(longest + "x"), article(""), article(longest)]) == [INDEXED, unfit, unfit, INDEXED]
    assert put.put([article("")]) == [unfit]
    assert put.get(longest) == article(longest)


def test_a_lost_id_registry_is_not_created_by_the_next_article(
    connected: Elasticsearch, elasticsearch_prefix: str, setup: ElasticSetup
) -> None:
    registry = f"{elasticsearch_prefix}article-ids"
    connected.indices.delete(index=registry)
    retry = NotedRetry(2)
    with pytest.raises(Unavailable, match="index_not_found"):
        store(connected, elasticsearch_prefix, retry).put([article("a")])
    assert not connected.indices.exists(index=registry)
    with pytest.raises(Refused, match="wirewatch setup"):
        setup.check()

    setup.install()
    assert store(connected, elasticsearch_prefix).put([article("a")]) == [INDEXED]
    mappings = connected.indices.get_mapping(index=registry)[registry]["mappings"]
    assert mappings["dynamic"] == "false"
    assert mappings["properties"] == {"index": {"type": "keyword"}}
