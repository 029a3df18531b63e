"""The private names of Kafka's libraries that are used: one that is gone must fail here, and not in a worker at night.

pyproject.toml has upper bounds for the same reason.
"""

import asyncio

import faust
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from faust.transport.drivers import aiokafka as driver
from kafka.net.compat import KafkaNetClient


def test_what_is_set_on_clients_of_aiokafka() -> None:
    async def names() -> tuple[set[str], set[str], bool]:
        consumer, producer = AIOKafkaConsumer(), AIOKafkaProducer()
        patient = callable(consumer._client._metadata_update) and callable(producer.client._metadata_update)
        found = set(vars(consumer)), set(vars(producer)), patient
        await asyncio.gather(consumer.stop(), producer.stop())
        return found

    consumer, producer, callables = asyncio.run(names())
    assert {"_fetch_min_bytes", "_fetch_max_wait_ms", "_client"} <= consumer
    assert "client" in producer
    assert callables


def test_what_is_overridden_in_faust() -> None:
    assert callable(driver.AIOKafkaConsumerThread._create_worker_consumer)
    assert callable(driver.Consumer._new_consumer_thread)
    assert callable(driver.Producer._new_producer)
    assert callable(faust.App._consumer_wait_empty)
    assert callable(faust.App._new_transport)


def test_how_a_client_of_kafka_python_is_ended() -> None:
    client = KafkaNetClient(bootstrap_servers="127.0.0.1:1")
    try:
        assert callable(client._manager._net.stop)
    finally:
        client.close()
        client._manager._net.stop()
