"""Faust's Kafka transport, but for how a worker fetches, many messages at a time, and for how it waits for a broker that is away.

Faust has the broker answer a fetch with the first message there is. At some hundred messages a second that is as many answers, which
take the broker and the client more time than all else they do; and it has no setting for it. While no broker answers, a producer of
aiokafka that has messages to send asks for one again and again without a pause, and takes a whole processor for it.
"""

import asyncio
from typing import Any, ClassVar

from aiokafka import AIOKafkaConsumer
from aiokafka.client import AIOKafkaClient
from faust.transport.drivers import aiokafka as driver
from faust.types.transports import ConsumerT, ProducerT

# The broker waits for so many bytes, or so long.
_FETCH_BYTES = 65_536
_FETCH_MILLISECONDS = 100
# How long a client waits before it asks again for a broker that is away.
_ASK_AGAIN_SECONDS = 0.5


def patient(client: AIOKafkaClient) -> None:
    """Have a client wait a moment each time that no broker told it of the cluster."""
    update = client._metadata_update  # noqa: SLF001 - neither has a setting for it

    async def update_or_wait(*arguments: object) -> bool:
        updated: bool = await update(*arguments)
        if not updated:
            await asyncio.sleep(_ASK_AGAIN_SECONDS)
        return updated

    client._metadata_update = update_or_wait  # noqa: SLF001


class _Thread(driver.AIOKafkaConsumerThread):
    def _create_worker_consumer(self, transport: driver.Transport) -> AIOKafkaConsumer:
        consumer = super()._create_worker_consumer(transport)
        # Read when it starts. Faust gives no way to pass them, and its other fifteen arguments are not to be written here again.
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
