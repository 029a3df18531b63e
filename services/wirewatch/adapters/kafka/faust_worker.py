"""A Faust worker that loses nothing: it submits messages to ``runtime.in_flight``, which acknowledges each when it may be.

What Faust would do itself, and why we do it instead:

* An agent acknowledges an event whose handling failed, so the stream runs with ``noack`` and a failure ends the process.
* Its check for gaps lets a commit pass an unfinished message (faust-streaming/faust#606), so acknowledgements come in order.
* Values are raw bytes: Faust would acknowledge one that it can't decode before we see it.
* Its wait for what is in flight has no limit, so ``InFlight`` drains them itself.
* ``topic.send`` returns before the broker has the message, so what the producer returns is awaited.
"""

import asyncio
import importlib
import os
import threading
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from tempfile import gettempdir
from typing import Any, Protocol

import faust
import structlog
from aiokafka.errors import MessageSizeTooLargeError
from faust.types import ConsumerT, EventT, TransportT
from faust.types.auth import CredentialsT

from wirewatch.adapters.kafka.access import KafkaAccess
from wirewatch.adapters.kafka.faust_transport import WorkerTransport
from wirewatch.ports.broker import Message, MessageTooLarge

_log = structlog.get_logger()
# Messages stay in flight as long as the store is down, so Kafka must not end the session; ``runtime.health`` sees what is stuck.
_POLL_SECONDS = 86_400.0
_BEAT_SECONDS = 1.0
# Messages are collected for this long: one by one they cost the broker and the client more than their enrichment does.
_LINGER_SECONDS = 0.1
# Added partitions are found within this time.
_METADATA_SECONDS = 15
# A worker that has failed ends within this time.
_END_SECONDS = 20.0


class Inflow(Protocol):
    """Where messages go: see ``runtime.in_flight.InFlight``."""

    async def submit(self, message: Message, ack: Callable[[], None], *, lane: int = 0) -> None: ...

    async def run(self) -> None: ...

    async def drain(self, seconds: float) -> int: ...

    def revoke(self) -> None: ...


class _App(faust.App):
    """Faust's application, which drains what is in flight in our own way."""

    in_flight: Inflow
    drain_seconds: float
    failed = False

    def _new_transport(self) -> TransportT:
        return WorkerTransport(self.conf.broker_consumer, self)

    async def _consumer_wait_empty(self, consumer: ConsumerT, logger: Any) -> None:
        """Called before partitions are revoked, and before the worker stops."""
        del logger
        # After a failure nothing more will finish.
        if left := await self.in_flight.drain(0 if self.failed else self.drain_seconds):
            _log.warning("drain_ended", unacknowledged=left, advice="whoever reads these partitions next gets them again")
        await consumer.commit()
        self.in_flight.revoke()


class FaustWorker:
    """One worker process: reads topics, and submits what it reads. It is also the AsyncPublisher of what is sent on."""

    def __init__(
        self,
        access: KafkaAccess,
        *,
        group: str,
        topics: Sequence[str],
        drain_seconds: float,
        max_message_bytes: int,
    ) -> None:
        """``topics`` in the order of their lanes. Create it in the process that runs it."""
        # Without its compiled part, Faust acknowledges events that it drops.
        importlib.import_module("faust._cython.streams")
        self.joined = False
        self._failure: BaseException | None = None
        self._before: Callable[[], Awaitable[None]] | None = None
        self._app = _App(
            group,
            broker=";".join(f"kafka://{server}" for server in access.servers),
            broker_credentials=_credentials(access),
            value_serializer="raw",
            key_serializer="raw",
            datadir=str(Path(gettempdir()) / f"wirewatch-{group}"),
            web_enabled=False,
            topic_disable_leader=True,
            topic_allow_declare=False,
            broker_commit_interval=1.0,
            broker_max_poll_interval=_POLL_SECONDS,
            broker_session_timeout=20.0,
            broker_heartbeat_interval=3.0,
            broker_request_timeout=30.0,
            producer_request_timeout=30.0,
            producer_max_request_size=max_message_bytes,
            producer_compression_type="zstd",
            producer_linger=_LINGER_SECONDS,
            stream_wait_empty=False,
            stream_buffer_maxsize=256,
            agent_supervisor="mode.CrashingSupervisor",
            consumer_auto_offset_reset="earliest",
            consumer_metadata_max_age_ms=_METADATA_SECONDS * 1000,
            worker_redirect_stdouts=False,
        )
        self._app.drain_seconds = drain_seconds
        self._group = group
        self._max_message_bytes = max_message_bytes
        self._topics = list(topics)
        self._app.on_partitions_assigned.connect(self._assigned)  # type: ignore[arg-type]  # its Protocol allows no method

    async def publish(self, topic: str, *, key: bytes, value: bytes, headers: Mapping[str, bytes] | None = None) -> None:
        await self._app.maybe_start_producer()
        try:
            confirmed = await self._app.producer.send(topic, key, value, None, None, dict(headers or {}))
            await confirmed
        except MessageSizeTooLargeError as error:
            raise MessageTooLarge(len(value), self._max_message_bytes) from error

    def run(
        self, in_flight: Inflow, *, before: Callable[[], Awaitable[None]] | None = None, beat: Callable[[], None] = lambda: None
    ) -> None:
        """Work until a signal ends it; ``before`` is awaited first, and ``beat`` called every second while the event loop runs.

        Raises what ``in_flight`` raised, or RuntimeError where Faust failed.
        """
        self._app.in_flight = in_flight
        self._before = before
        for lane, topic in enumerate(self._topics):
            self._read(topic, lane)
        self._app.task()(self._run_in_flight)
        self._app.timer(_BEAT_SECONDS)(_calling(beat))
        worker = _Worker(self._app, loop=asyncio.new_event_loop(), override_logging=False, quiet=True, redirect_stdouts=False)
        try:
            worker.execute_from_commandline()
        except SystemExit as end:
            if self._failure:
                raise self._failure from None
            if end.code:
                raise RuntimeError("Faust ended the worker; the log tells why") from None

    def _read(self, topic: str, lane: int) -> None:
        channel = self._app.topic(topic, key_type=bytes, value_type=bytes, value_serializer="raw", allow_empty=True)

        @self._app.agent(channel, name=f"{self._group}-{lane}")
        async def read(stream: Any) -> None:
            async for event in stream.noack().events():
                await self._app.in_flight.submit(_message(event), self._ack(event), lane=lane)

    def _ack(self, event: EventT[bytes]) -> Callable[[], None]:
        def ack() -> None:
            # After a rebalance, the message belongs to the partition's new owner.
            if event.message.generation_id == self._app.consumer_generation_id:
                event.ack()

        return ack

    async def _run_in_flight(self) -> None:
        try:
            if self._before:
                await self._before()
            await self._app.in_flight.run()
        except asyncio.CancelledError:
            raise
        except BaseException as error:
            self._failure = _cause(error)
            self._app.failed = True
            _log.exception("worker_failed")
            # Faust may wait without a limit when it stops, and a worker that lingers keeps its partitions.
            last = threading.Timer(_END_SECONDS, os._exit, (1,))
            last.daemon = True
            last.start()
            await self._app.crash(self._failure)
            raise

    async def _assigned(self, _app: object, *assigned: Any, **_signal: Any) -> None:
        self.joined = True
        _log.info("partitions_assigned", group=self._group, partitions=sum(map(len, assigned)))


class _Worker(faust.Worker):
    """Faust's process frame without its output; the log has it."""

    def on_init_dependencies(self) -> Any:
        self.spinner = None
        return super().on_init_dependencies()


def _calling(function: Callable[[], None]) -> Callable[[], Awaitable[None]]:
    async def call() -> None:
        function()

    return call


def _credentials(access: KafkaAccess) -> CredentialsT | None:
    if login := access.login:
        return faust.SASLCredentials(username=login.user, password=login.password, mechanism=login.mechanism, ssl_context=access.tls)
    return faust.SSLCredentials(access.tls) if access.tls else None


def _message(event: EventT[bytes]) -> Message:
    given = event.message
    headers = given.headers.items() if isinstance(given.headers, Mapping) else given.headers or ()
    return Message(
        topic=given.topic,
        partition=given.partition,
        offset=given.offset,
        key=given.key,
        value=given.value,
        timestamp=datetime.fromtimestamp(given.timestamp, UTC),
        headers=dict(headers),
    )


def _cause(error: BaseException) -> BaseException:
    """The first fault of a group: a failed batch also fails its neighbours."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error
