"""Builds what talks to Elasticsearch, and says which store is meant; see ``bootstrap`` for the rest."""

from pathlib import Path

from wirewatch.adapters.elastic.client import connect
from wirewatch.adapters.elastic.setup import ElasticSetup
from wirewatch.adapters.elastic.store import ElasticStore
from wirewatch.bootstrap import taggers as bootstrap
from wirewatch.bootstrap.access import elastic_access
from wirewatch.ports.signals import Retry
from wirewatch.ports.store import ArticleStore
from wirewatch.settings import Settings


def in_elasticsearch(settings: Settings, database: Path | None) -> bool:
    """Whether articles are looked for in Elasticsearch: where it is set, and no ``database`` named on the command line."""
    return bool(settings.elasticsearch_urls) and database is None


def open_store_to_read(settings: Settings, database: Path | None) -> ArticleStore:
    """The store that is meant. Raises SettingsError, Unavailable, Refused."""
    return elastic_store(settings) if in_elasticsearch(settings, database) else bootstrap.open_store_to_read(settings)


def elastic_store(settings: Settings, *, retry: Retry | None = None) -> ElasticStore:
    """The store in Elasticsearch, which is not asked anything yet. Raises SettingsError."""
    return ElasticStore(
        connect(elastic_access(settings)), analyser=bootstrap.build_analyser, prefix=settings.elasticsearch_prefix, retry=retry
    )


def elastic_setup(settings: Settings) -> ElasticSetup:
    """What sets Elasticsearch up, and looks at it. Raises SettingsError."""
    return ElasticSetup(
        connect(elastic_access(settings)),
        prefix=settings.elasticsearch_prefix,
        shards=settings.elasticsearch_shards,
        replicas=settings.elasticsearch_replicas,
    )
