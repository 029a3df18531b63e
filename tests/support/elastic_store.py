"""A store in Elasticsearch as tests use it: with the tests' analyser, empty; what was put is found at once."""

from functools import cache

from elasticsearch import Elasticsearch

from tests.support.articles import analyser
from wirewatch.adapters.elastic.id_registry import ARTICLE_IDS
from wirewatch.adapters.elastic.setup import ElasticSetup
from wirewatch.adapters.elastic.store import ARTICLES, ElasticStore
from wirewatch.ports.signals import Retry

_PREFIX = "contract-"


def client(url: str) -> Elasticsearch:
    return Elasticsearch(url, max_retries=0, retry_on_timeout=False, request_timeout=30)


@cache
def _set_up(url: str) -> None:
    """Once a session: to set up takes longer than a test."""
    with client(url) as connected:
        ElasticSetup(connected, prefix=_PREFIX, shards=1, replicas=0).install()


def elastic_store(url: str, *, retry: Retry | None = None) -> ElasticStore:
    _set_up(url)
    connected = client(url)
    connected.indices.delete(index=f"{_PREFIX}{ARTICLES}-*", allow_no_indices=True)
    connected.indices.delete(index=f"{_PREFIX}{ARTICLE_IDS}")
    connected.indices.create(index=f"{_PREFIX}{ARTICLE_IDS}")  # by the template of the set-up
    return ElasticStore(connected, analyser=analyser, prefix=_PREFIX, retry=retry, refresh=True)
