"""Faust's Kafka transport, but for how a worker fetches: many messages at a time.

Faust has the broker answer a fetch with the first message there is. At some hundred messages a second that is as many answers, which
take the broker and the client more time than all else they do; and it has no setting for it.
"""

from typing import ClassVar

from aiokafka import AIOKafkaConsumer
from faust.transport.drivers import aiokafka as driver
from faust.types.transports import ConsumerT

# The broker waits for so many bytes, or so long.
_FETCH_BYTES = 65_536
_FETCH_MILLISECONDS = 100


class _Thread(driver.AIOKafkaConsumerThread):
    def _create_worker_consumer(self, transport: driver.Transport) -> AIOKafkaConsumer:
        consumer = super()._create_worker_consumer(transport)
        # Read when it starts. Faust gives no way to pass them, and its other fifteen arguments are not to be written here again.
        consumer._fetch_min_bytes = _FETCH_BYTES  # noqa: SLF001
        consumer._fetch_max_wait_ms = _FETCH_MILLISECONDS  # noqa: SLF001
        return consumer


class _Consumer(driver.Consumer):
    def _new_consumer_thread(self) -> _Thread:
        return _Thread(self, loop=self.loop, beacon=self.beacon)


class BatchingTransport(driver.Transport):
    """A Transport for ``faust.App``."""

    Consumer: ClassVar[type[ConsumerT]] = _Consumer
