"""Faust's Kafka transport with two changes: it fetches many messages at a time, and pauses between attempts while no broker answers.

Faust asks the broker to answer a fetch as soon as there is one message, and has no setting for it. At some hundred messages a second
there are as many answers, which cost the broker and the client more than all their other work. While no broker answers, aiokafka's
producer with messages to send retries without a pause, and keeps a whole core busy.
"""

import asyncio
from typing import Any, ClassVar

from aiokafka import AIOKafkaConsumer
from aiokafka.client import AIOKafkaClient
from faust.transport.drivers import aiokafka as driver
from faust.types.transports import ConsumerT, ProducerT

# The broker answers a fetch once there are so many bytes, or after this time.
_FETCH_BYTES = 65_536
_FETCH_MILLISECONDS = 100
# The pause before a client asks for the cluster again while no broker answers.
_ASK_AGAIN_SECONDS = 0.5


def patient(client: AIOKafkaClient) -> None:
    """Make a client pause after each attempt to learn of the cluster that no broker answered."""
    update = client._metadata_update  # noqa: SLF001 - neither Faust nor aiokafka has a setting for it

    async def update_or_wait(*arguments: object) -> bool:
        updated: bool = await update(*arguments)
        if not updated:
            await asyncio.sleep(_ASK_AGAIN_SECONDS)
        return updated

    client._metadata_update = update_or_wait  # noqa: SLF001


class _Thread(driver.AIOKafkaConsumerThread):
    def _create_worker_consumer(self, transport: driver.Transport) -> AIOKafkaConsumer:
        consumer = super()._create_worker_consumer(transport)
        # The consumer reads these at its start. Faust can't pass them on, and its other fifteen arguments should not be repeated here.
        consumer._fetch_min_bytes = _FETCH_BYTES  # noqa: SLF001
        consumer._fetch_max_wait_ms = _FETCH_MILLISECONDS  # noqa: SLF001
        patient(consumer._client)  # noqa: SLF001
        return consumer


class _Consumer(driver.Consumer):
    def _new_consumer_thread(self) -> _Thread:
        return _Thread(self, loop=self.loop, beacon=self.beacon)


class _Producer(driver.Producer):
    def _new_producer(self, transactional_id: str | None = None) -> Any:
        producer = super()._new_producer(transactional_id)
        patient(producer.client)
        return producer


class WorkerTransport(driver.Transport):
    """A Transport for ``faust.App``."""

    Consumer: ClassVar[type[ConsumerT]] = _Consumer
    Producer: ClassVar[type[ProducerT]] = _Producer
