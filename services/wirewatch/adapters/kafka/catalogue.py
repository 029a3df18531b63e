"""The Kafka topics as ``schemas/topics.yaml`` declares them, and the names of topics and consumer groups.

It imports no Kafka client, so that code with either client can use it.
"""

from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Struct

from wirewatch.adapters.files.yaml_nodes import YamlFault, compose, plain
from wirewatch.core.errors import DataFileError

ARTICLES = "articles"
BACKFILL = "articles.backfill"
ENRICHED = "articles.enriched"
DEAD = "articles.dead"
ALERTS = "alerts"
# The workers, each with the topics that its consumer group reads.
READS = {"enrich": (ARTICLES, BACKFILL), "index": (ENRICHED,)}
# The topics that dead letters are replayed to.
REPLAYED = (ARTICLES, BACKFILL, ENRICHED)
_FILE = Path(str(files("wirewatch") / "schemas" / "topics.yaml"))
_HOUR_MS = 3_600_000


class KafkaTopic(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One topic as it is declared; ``schemas/topics.yaml`` explains the fields."""

    schema: str
    key: str
    writers: tuple[str, ...]
    readers: tuple[str, ...]
    partitions: Annotated[int, Meta(ge=1)]
    retention_hours: Annotated[int, Meta(ge=-1)]
    cleanup: Literal["delete", "compact"]
    max_message_bytes: Annotated[int, Meta(ge=1_048_576)]
    timestamp: Literal["broker", "producer"]

    @property
    def configs(self) -> dict[str, str]:
        """These properties under Kafka's own names, to create the topic with."""
        return {
            "cleanup.policy": self.cleanup,
            "max.message.bytes": str(self.max_message_bytes),
            "message.timestamp.type": "LogAppendTime" if self.timestamp == "broker" else "CreateTime",
            "retention.ms": str(self.retention_hours * _HOUR_MS if self.retention_hours >= 0 else -1),
        }


class _Declared(Struct, frozen=True, forbid_unknown_fields=True):
    topics: dict[str, KafkaTopic]


@cache
def load_kafka_topics(path: Path = _FILE) -> dict[str, KafkaTopic]:
    """The declared topics by name, without prefix. Raises DataFileError."""
    try:
        return msgspec.convert(plain(compose(path)), _Declared, strict=False).topics
    except YamlFault as error:
        raise DataFileError(f"{path}:{error}") from error
    except msgspec.ValidationError as error:
        raise DataFileError(f"{path}:1: {error}; install the package again") from error


def topic_name(prefix: str, topic: str) -> str:
    """The name of a declared topic on the broker."""
    return f"{prefix}{topic}"


def group_name(prefix: str, worker: str) -> str:
    """The consumer group of a worker: ``enrich``, ``index``."""
    return f"{prefix}wirewatch-{worker}"


def replay_topic(prefix: str, origin: str) -> str:
    """The declared topic that a dead letter is replayed to. ``origin``: a topic, with the prefix or without, or the name of a file."""
    declared = origin.removeprefix(prefix)
    return declared if declared in REPLAYED else origin if origin in REPLAYED else ARTICLES
