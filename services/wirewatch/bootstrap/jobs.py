"""Puts together what ends by itself: a run, sending, re-enriching, replaying dead letters."""

import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from functools import partial
from threading import Event

from wirewatch.adapters.files.send_state import SendStateFile
from wirewatch.adapters.kafka.catalogue import ENRICHED, REPLAYED, replay_topic, topic_name
from wirewatch.adapters.sources.follow import Follow
from wirewatch.adapters.sources.opening import open_sources
from wirewatch.adapters.sources.pipe import open_pipe
from wirewatch.bootstrap.kafka import WAIT_SECONDS, kafka_publisher, kafka_topics, usable
from wirewatch.bootstrap.serving import utc_now
from wirewatch.bootstrap.taggers import DATA, Taggers, build_pipeline, load_pipeline
from wirewatch.jobs.dead_letters import EmbeddedReplay, StreamReplay
from wirewatch.jobs.reading import Progress
from wirewatch.jobs.reenrich import Reenrichment
from wirewatch.jobs.run import EmbeddedRun
from wirewatch.jobs.send import Pace, SendRun
from wirewatch.metrics import Metrics
from wirewatch.ports.signals import Flushable, Tell
from wirewatch.ports.source import ArticleSource
from wirewatch.ports.store import ArticleStore, DeadLetterBox, EmbeddedStore
from wirewatch.settings import Settings

DEMO_ARTICLES = DATA / "demo" / "articles.jsonl"
# A message over max_record_bytes is read whole up to this size, so that its dead letter can be replayed under a higher limit.
_READ_WHOLE = 128 * 1024 * 1024


def build_run(
    settings: Settings, *, taggers: Taggers, store: EmbeddedStore, metrics: Metrics, progress: Progress | None, stop: Event
) -> EmbeddedRun:
    """The whole path in one process; it ends early once ``stop`` is set."""
    return EmbeddedRun(
        pipeline=build_pipeline(settings, taggers),
        store=store,
        metrics=metrics,
        clock=utc_now,
        batch_articles=settings.batch_articles,
        batch_seconds=settings.batch_seconds,
        reject_limit=settings.reject_limit,
        progress=progress,
        should_stop=stop.is_set,
    )


def build_embedded_replay(settings: Settings, store: EmbeddedStore) -> EmbeddedReplay:
    """What processes dead letters of the embedded store once more."""
    return EmbeddedReplay(pipeline=load_pipeline(settings), store=store, clock=utc_now)


def build_reenrichment(
    settings: Settings, *, taggers: Taggers, store: ArticleStore, stop: Event, advanced: Callable[[int], None]
) -> Reenrichment:
    """What enriches stored articles again; it ends early once ``stop`` is set."""
    return Reenrichment(
        pipeline=build_pipeline(settings, taggers),
        versions=taggers.versions,
        store=store,
        should_stop=stop.is_set,
        advanced=advanced,
    )


def open_article_sources(
    settings: Settings, paths: Sequence[str], *, run: Flushable, stop: Event, follow: bool = False
) -> list[ArticleSource]:
    """Sources that commit what has gathered whenever they have to wait. Raises SourceError."""

    def wait(seconds: float) -> bool:
        run.flush()
        return stop.wait(seconds)

    return open_sources(
        paths,
        max_bytes=max(settings.max_record_bytes, _READ_WHOLE),
        stdin=open_pipe(sys.stdin.fileno(), wait) if "-" in paths else None,
        follow=Follow(wait, settings.follow_poll_seconds) if follow else None,
        fetch_timeout=settings.feed_timeout_seconds,
    )


@contextmanager
def sending(
    settings: Settings, topic: str, *, rate: float, wait_seconds: float, tell: Tell, shown: Progress, stop: Event
) -> Iterator[SendRun]:
    """Check the topic and put together a run that sends to it. Raises Unavailable, Refused."""
    with kafka_topics(settings, wait_seconds, tell) as topics:
        specs = usable(topics, (topic,))
        target = f"{topics.cluster}/{topic_name(settings.kafka_prefix, topic)}"
    with closing(kafka_publisher(settings, specs, max(wait_seconds, WAIT_SECONDS))) as publisher:
        yield SendRun(
            publisher=publisher,
            progress=SendStateFile(settings.send_state_file, target=target),
            topic=topic,
            pace=Pace(rate, clock=time.monotonic, sleep=stop.wait),
            shown=shown,
            tell=tell,
        )


@contextmanager
def stream_replay(settings: Settings, box: DeadLetterBox) -> Iterator[StreamReplay]:
    """What sends dead letters back to their topics. Raises Unavailable, Refused."""
    with kafka_topics(settings) as topics:
        specs = usable(topics, REPLAYED)
    with closing(kafka_publisher(settings, specs)) as publisher:
        yield StreamReplay(publisher=publisher, box=box, topic_of=partial(replay_topic, settings.kafka_prefix), enriched=ENRICHED)
