"""The one place that builds adapters and hands them to the core and the workers."""

import re
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from importlib.metadata import packages_distributions
from importlib.resources import files
from pathlib import Path
from threading import Event
from typing import Protocol

from prometheus_client import CollectorRegistry, disable_created_metrics

from wirewatch import __version__
from wirewatch.adapters.aho_corasick import AutomatonMatcher
from wirewatch.adapters.files.compounds import load_splitter
from wirewatch.adapters.files.gazetteer import load_gazetteer
from wirewatch.adapters.files.topics import load_topics
from wirewatch.adapters.langid import LangidIdentifier
from wirewatch.adapters.ner.recogniser import TrainedRecogniser
from wirewatch.adapters.ner.spacy_pipeline import SpacyRecogniser
from wirewatch.adapters.snowball import SnowballStemmer
from wirewatch.adapters.sources.follow import Follow
from wirewatch.adapters.sources.opening import open_sources
from wirewatch.adapters.sources.pipe import open_pipe
from wirewatch.adapters.sqlite.store import SqliteStore
from wirewatch.adapters.status_http import StatusServer
from wirewatch.core.article import Versions
from wirewatch.core.entities.gazetteer import Gazetteer
from wirewatch.core.entities.tagger import EntityTagger
from wirewatch.core.errors import Refused
from wirewatch.core.ingest.language import Identify
from wirewatch.core.pipeline import Pipeline, Tools
from wirewatch.core.search.analysis import Analyser
from wirewatch.core.topics.rules import TopicRule, topics_version
from wirewatch.core.topics.tagger import TopicTagger
from wirewatch.jobs.dead_letters import EmbeddedReplay
from wirewatch.jobs.reenrich import Reenrichment
from wirewatch.jobs.run import EmbeddedRun, Progress
from wirewatch.metrics import Metrics
from wirewatch.ports.model import EntityRecogniser
from wirewatch.ports.source import ArticleSource
from wirewatch.ports.store import ArticleStore, EmbeddedStore
from wirewatch.settings import Settings

DATA = Path(str(files("wirewatch") / "data"))
# A message over max_record_bytes is read whole up to this size, so that its dead letter can be replayed under a higher limit.
_READ_WHOLE = 128 * 1024 * 1024
DEMO_ARTICLES = DATA / "demo" / "articles.jsonl"


def utc_now() -> datetime:
    """The clock of everything that is no test."""
    return datetime.now(UTC)


@dataclass(frozen=True, kw_only=True)
class Taggers:
    """What finds language, entities and topics, and what it was made of."""

    identify: Identify
    entities: EntityTagger
    topics: TopicTagger
    gazetteer: Gazetteer
    rules: tuple[TopicRule, ...]
    recognisers: Mapping[str, EntityRecogniser]

    @property
    def versions(self) -> Versions:
        """Versions of all that decides about tags."""
        models = ",".join(f"{language}={model.version}" for language, model in sorted(self.recognisers.items()))
        return Versions(wirewatch=__version__, gazetteer=self.gazetteer.version, topics=topics_version(self.rules), model=models or "none")


def build_taggers(settings: Settings) -> Taggers:
    """Load gazetteer, topic rules and models. Raises DataFileError, DataFileError, SettingsError, DataFileError."""
    gazetteer = load_gazetteer(settings.gazetteer_files, settings.suppress_file)
    rules = load_topics((DATA / "topics", *settings.topic_directories))
    recognisers: dict[str, EntityRecogniser] = {
        **(shipped_models() if settings.name_models else {}),
        **_spacy_pipelines(settings),
    }
    return Taggers(
        identify=LangidIdentifier().identify,
        entities=EntityTagger(gazetteer, AutomatonMatcher, recognisers),
        topics=TopicTagger(rules, AutomatonMatcher),
        gazetteer=gazetteer,
        rules=rules,
        recognisers=recognisers,
    )


def shipped_models() -> dict[str, EntityRecogniser]:
    """The models of names that come with the package, by language."""
    return {path.parent.name: TrainedRecogniser(path) for path in sorted((DATA / "models").glob("*/model.npz"))}


def _spacy_pipelines(settings: Settings) -> dict[str, EntityRecogniser]:
    return {language: SpacyRecogniser(name) for language, name in settings.spacy_pipelines.items()}


def build_pipeline(settings: Settings, taggers: Taggers) -> Pipeline:
    """The path of an article."""
    tools = Tools(
        identify=taggers.identify,
        entities=taggers.entities,
        topics=taggers.topics,
        versions=taggers.versions,
        max_record_bytes=settings.max_record_bytes,
        max_text_characters=settings.max_text_characters,
        future_tolerance=timedelta(hours=settings.future_tolerance_hours),
    )
    return Pipeline(tools, timer=time.perf_counter)


def load_pipeline(settings: Settings) -> Pipeline:
    """The path of an article with all it needs, as each process of a worker makes it."""
    return build_pipeline(settings, build_taggers(settings))


def build_analyser() -> Analyser:
    """What takes text and queries to searchable tokens."""
    return Analyser(SnowballStemmer(), {"de": load_splitter(DATA / "german_parts.txt")})


def open_store(settings: Settings, *, reindex: bool = False) -> EmbeddedStore:
    """The SQLite store. Raises Unavailable, Refused."""
    return SqliteStore(settings.database, analyser=build_analyser(), wait_seconds=settings.store_wait_seconds, reindex=reindex)


def open_store_to_read(settings: Settings, *, reindex: bool = False) -> EmbeddedStore:
    """The SQLite store, which must be there: to search is no reason to make one. Raises Unavailable, Refused."""
    if not settings.database.exists():
        raise Refused(f"{settings.database}: no such database; `wirewatch run FILE` makes it, --database names another")
    return open_store(settings, reindex=reindex)


def with_entities(taggers: Taggers, entities: EntityTagger) -> Taggers:
    """The same taggers with another one for entities, to compare them."""
    return replace(taggers, entities=entities)


def installed_pipelines() -> tuple[str, ...]:
    """Names of the spaCy pipelines that are installed here."""
    return tuple(sorted(name for name in packages_distributions() if re.fullmatch(r"[a-z]{2,3}_[a-z]+_[a-z]+_(sm|md|lg|trf)", name)))


def build_metrics(taggers: Taggers | None = None) -> Metrics:
    """Metrics in a registry of their own; of a process without ``taggers`` if it has none."""
    disable_created_metrics()  # type: ignore[no-untyped-call]  # prometheus_client leaves it untyped
    metrics = Metrics(CollectorRegistry(), topics=[rule.id for rule in taggers.rules] if taggers else ())
    versions = taggers.versions if taggers else Versions(wirewatch=__version__, gazetteer="none", topics="none", model="none")
    metrics.build.info({name: str(getattr(versions, name)) for name in ("wirewatch", "gazetteer", "topics", "model")})
    return metrics


def build_run(
    settings: Settings, *, taggers: Taggers, store: EmbeddedStore, metrics: Metrics, progress: Progress | None, stop: Event
) -> EmbeddedRun:
    """Put together the worker of the embedded service; it ends early once ``stop`` is set."""
    return EmbeddedRun(
        pipeline=build_pipeline(settings, taggers),
        store=store,
        metrics=metrics,
        clock=utc_now,
        batch_articles=settings.batch_articles,
        batch_seconds=settings.batch_seconds,
        reject_ceiling=settings.reject_ceiling,
        progress=progress,
        should_stop=stop.is_set,
    )


def build_replay(settings: Settings, store: EmbeddedStore) -> EmbeddedReplay:
    """What processes dead letters of the embedded store once more."""
    return EmbeddedReplay(pipeline=build_pipeline(settings, build_taggers(settings)), store=store, clock=utc_now)


def build_reenrichment(
    settings: Settings, *, taggers: Taggers, store: ArticleStore, stop: Event, advanced: Callable[[int], None]
) -> Reenrichment:
    """What enriches stored articles anew; it ends early once ``stop`` is set."""
    return Reenrichment(
        pipeline=build_pipeline(settings, taggers),
        versions=taggers.versions,
        store=store,
        should_stop=stop.is_set,
        advanced=advanced,
    )


class Idler(Protocol):
    """A run that finishes what it has begun while there is nothing to read."""

    def idle(self) -> None: ...


def open_articles(settings: Settings, paths: Sequence[str], *, run: Idler, stop: Event, follow: bool = False) -> list[ArticleSource]:
    """Sources that commit what has gathered whenever they have to wait. Raises SourceError."""

    def wait(seconds: float) -> bool:
        run.idle()
        return stop.wait(seconds)

    return open_sources(
        paths,
        max_bytes=max(settings.max_record_bytes, _READ_WHOLE),
        stdin=open_pipe(sys.stdin.fileno(), wait) if "-" in paths else None,
        follow=Follow(wait, settings.follow_poll_seconds) if follow else None,
        fetch_timeout=settings.feed_timeout_seconds,
    )


class Checked(Protocol):
    """What can tell whether it is well."""

    def stuck(self) -> str | None: ...

    def not_ready(self) -> str | None: ...


def status_server(settings: Settings, metrics: Metrics, run: Checked) -> AbstractContextManager[object]:
    """Serve /metrics, /healthz and /readyz, if a port is set. Raises Refused."""
    if not settings.metrics_port:
        return nullcontext()
    return StatusServer(metrics.registry, host=settings.metrics_host, port=settings.metrics_port, healthy=run.stuck, ready=run.not_ready)
