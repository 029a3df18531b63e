"""Builds the stores of articles, in SQLite and in Elasticsearch, and says which one is meant."""

from pathlib import Path

from wirewatch.adapters.elastic.client import connect
from wirewatch.adapters.elastic.setup import ElasticSetup
from wirewatch.adapters.elastic.store import ElasticStore
from wirewatch.adapters.sqlite.store import SqliteStore
from wirewatch.bootstrap.access import elastic_access
from wirewatch.bootstrap.taggers import build_analyser
from wirewatch.core.errors import Refused
from wirewatch.ports.signals import Retry
from wirewatch.ports.store import ArticleStore, EmbeddedStore
from wirewatch.settings import Settings


def open_sqlite(settings: Settings) -> EmbeddedStore:
    """The SQLite store, made if it is missing. Raises Unavailable, Refused."""
    return SqliteStore(settings.database, analyser=build_analyser(), wait_seconds=settings.store_wait_seconds)


def open_existing_sqlite(settings: Settings, *, reindex: bool = False) -> EmbeddedStore:
    """The SQLite store, which must be there: a search is no reason to make one. Raises Unavailable, Refused."""
    if not settings.database.exists():
        raise Refused(f"{settings.database}: no such database; `wirewatch run FILE` makes it, --database names another")
    return SqliteStore(settings.database, analyser=build_analyser(), wait_seconds=settings.store_wait_seconds, reindex=reindex)


def in_elasticsearch(settings: Settings, database: Path | None) -> bool:
    """Whether articles are looked for in Elasticsearch: where it is set, and no ``database`` is named on the command line."""
    return bool(settings.elasticsearch_urls) and database is None


def open_articles(settings: Settings, database: Path | None) -> ArticleStore:
    """The store that holds the articles. Raises SettingsError, Unavailable, Refused."""
    return open_elastic(settings) if in_elasticsearch(settings, database) else open_existing_sqlite(settings)


def open_elastic(settings: Settings, *, retry: Retry | None = None) -> ElasticStore:
    """The store in Elasticsearch, which is not asked anything yet. Raises SettingsError."""
    access = elastic_access(settings)
    return ElasticStore(connect(access), analyser=build_analyser, prefix=settings.elasticsearch_prefix, retry=retry)


def elastic_setup(settings: Settings) -> ElasticSetup:
    """What sets Elasticsearch up, and looks at it. Raises SettingsError."""
    return ElasticSetup(
        connect(elastic_access(settings)),
        prefix=settings.elasticsearch_prefix,
        shards=settings.elasticsearch_shards,
        replicas=settings.elasticsearch_replicas,
    )
