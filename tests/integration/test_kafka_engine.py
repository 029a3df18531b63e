"""The test's own broker is what the tests take it for."""

from kafka import KafkaProducer
from kafka.admin import KafkaAdminClient

from tests.support.kafka_engine import KafkaBroker, cluster_id


def test_data_survive_kill_9(kafka_broker: KafkaBroker, kafka_prefix: str) -> None:
    topic = f"{kafka_prefix}kept"
    admin = KafkaAdminClient(bootstrap_servers=kafka_broker.servers)
    admin.create_topics({topic: {"num_partitions": 1}})
    admin.close()
    producer = KafkaProducer(bootstrap_servers=kafka_broker.servers)
    assert producer.send(topic, b"one").get(30).offset == 0
    producer.close()
    kafka_broker.kill()
    assert cluster_id(kafka_broker.servers, 0.5) == ""
    kafka_broker.start()
    producer = KafkaProducer(bootstrap_servers=kafka_broker.servers)
    assert producer.send(topic, b"two").get(30).offset == 1
    producer.close()
