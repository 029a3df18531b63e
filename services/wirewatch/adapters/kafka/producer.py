"""Sends messages to Kafka: idempotent, and each confirmed by all copies."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any

from kafka import KafkaProducer, errors
from kafka.record.default_records import DefaultRecordBatchBuilder

from wirewatch.adapters.kafka.access import KafkaAccess
from wirewatch.adapters.kafka.catalogue import KafkaTopic, topic_name
from wirewatch.adapters.kafka.connection import client_options, faults
from wirewatch.ports.broker import MessageTooLarge

_REQUEST_SECONDS = 30.0
_LINGER_MS = 20
_BATCH_SIZE = 1 << 18


class KafkaDelivery:
    """A message on its way; see ``ports.Delivery``."""

    def __init__(self, access: KafkaAccess, topic: str, future: Any) -> None:
        self._access = access
        self._topic = topic
        self._future = future

    def confirmed(self, seconds: float) -> bool:
        """See ``ports.Delivery``."""
        if not self._future.is_done and not self._done_in(seconds):
            return False
        with faults(self._access, f"sending to {self._topic}"):
            self._future.get(0)
        return True

    def _done_in(self, seconds: float) -> bool:
        if seconds > 0:
            with suppress(errors.KafkaError):  # raised by ``confirmed``
                self._future.get(seconds)
        return bool(self._future.is_done)


class KafkaPublisher:
    """A Publisher on one producer; usable from any thread."""

    def __init__(self, access: KafkaAccess, topics: Mapping[str, KafkaTopic], *, prefix: str, delivery_seconds: float) -> None:
        """Connect. A message that is not confirmed within ``delivery_seconds`` (30 at least) has failed. Raises Unavailable, Refused.

        The topics must exist and have the broker's own limits: see ``TopicSetup``. The client's batches stay within the lowest limit: when
        it has to split a batch that the broker found too large, good messages fail too.
        """
        limits = [topic.max_message_bytes for topic in topics.values()]
        self._access = access
        self._topics = topics
        self._prefix = prefix
        with faults(access, "connecting to send"):
            self._producer = KafkaProducer(
                **client_options(access),
                acks="all",
                enable_idempotence=True,
                linger_ms=_LINGER_MS,
                batch_size=min(_BATCH_SIZE, *limits),
                max_request_size=max(limits),
                request_timeout_ms=int(_REQUEST_SECONDS * 1000),
                delivery_timeout_ms=int(max(delivery_seconds, _REQUEST_SECONDS + 1) * 1000),
                max_block_ms=int(max(delivery_seconds, _REQUEST_SECONDS) * 1000),
                allow_auto_create_topics=False,
                metrics_enabled=False,
            )

    def publish(
        self, topic: str, value: bytes | None, *, key: bytes | None = None, headers: Sequence[tuple[str, bytes]] = ()
    ) -> KafkaDelivery:
        """See ``ports.Publisher``."""
        name = topic_name(self._prefix, topic)
        limit = self._topics[topic].max_message_bytes
        # Of a batch that holds nothing else.
        size = DefaultRecordBatchBuilder.estimate_size_in_bytes(key, value, headers)
        if size > limit:
            raise MessageTooLarge(size, limit)
        with faults(self._access, f"sending to {name}"):
            future = self._producer.send(name, value, key=key, headers=list(headers))
        return KafkaDelivery(self._access, name, future)

    def close(self) -> None:
        """Drop what is not confirmed yet, and close the connections. Wait for the deliveries first."""
        self._producer._sender.force_close()  # noqa: SLF001 - while the broker is down, close() would wait for confirmations
        self._producer.close(timeout=5)
