"""``wirewatch setup`` and ``doctor`` against a broker in every state."""

from tests.support.kafka_client import Broker
from tests.support.program import Program
from wirewatch.adapters.kafka.catalogue import load_kafka_topics


def states(program: Program, *options: str, exits: int = 0) -> dict[str, tuple[str, str]]:
    """State and detail of each topic, by its name without prefix."""
    return {topic["topic"].partition("-")[2]: (topic["state"], topic["detail"]) for topic in program.json("setup", *options, exits=exits)}


def test_an_empty_broker_gets_all_topics_as_declared(kafka_program: Program, broker: Broker) -> None:
    declared = load_kafka_topics()
    assert {state for state, _ in states(kafka_program).values()} == {"made"}
    assert broker.partitions() == {name: topic.partitions for name, topic in declared.items()}
    for name, topic in declared.items():
        config = broker.config(name)
        assert {key: config[key] for key in topic.configs} == topic.configs, name


def test_again_there_is_nothing_to_do(kafka_program: Program) -> None:
    states(kafka_program)
    assert {state for state, _ in states(kafka_program).values()} == {"fine"}
    assert {state for state, _ in states(kafka_program, "--alter", "--add-partitions").values()} == {"fine"}
    done = kafka_program.run("setup")
    assert done.returncode == 0
    assert b"articles.dead" in done.stdout
    assert done.stderr == b""


def test_too_few_partitions_are_a_fault_until_they_are_added(kafka_program: Program, broker: Broker) -> None:
    broker.make("articles", 3)
    state, detail = states(kafka_program, "--alter", exits=1)["articles"]
    assert state == "fault"
    assert "3 partitions of 12 (--add-partitions adds them)" in detail
    assert broker.partitions()["articles"] == 3
    assert states(kafka_program, "--add-partitions")["articles"] == ("changed", "partitions 3 → 12")
    assert broker.partitions()["articles"] == 12


def test_what_workers_need_is_a_fault_and_what_is_the_operators_choice_is_not(kafka_program: Program, broker: Broker) -> None:
    declared = load_kafka_topics()
    broker.make("articles.dead", 5, cleanup_policy="delete", max_message_bytes=str(declared["articles.dead"].max_message_bytes))
    broker.make("alerts", 50, retention_ms="3600000", max_message_bytes="9999999")
    found = states(kafka_program, exits=1)
    assert found["articles.dead"][0] == "fault"
    assert "cleanup.policy is delete, declared compact (--alter changes it)" in found["articles.dead"][1]
    assert found["alerts"] == ("differs", "retention.ms is 3600000, declared 31536000000 (--alter changes it)")
    found = states(kafka_program, "--alter")
    assert found["articles.dead"][0] == found["alerts"][0] == "changed"
    assert broker.config("articles.dead")["cleanup.policy"] == "compact"
    # More than declared is fine, and stays.
    assert broker.config("alerts")["max.message.bytes"] == "9999999"
    assert broker.partitions()["alerts"] == 50


def test_copies_that_the_cluster_cannot_keep_are_refused(kafka_program: Program) -> None:
    done = kafka_program.run("setup", kafka_replication=3)
    assert done.returncode == 1
    assert b"eplication factor" in done.stderr


def test_nothing_to_set_up(kafka_program: Program) -> None:
    done = kafka_program.run("setup", "--only", "kafka", config="/dev/null")
    assert done.returncode == 2
    assert b"kafka_servers is not set" in done.stderr
    done = kafka_program.run("setup", config="/dev/null")
    assert done.returncode == 2
    assert b"neither kafka_servers nor elasticsearch_urls" in done.stderr


def test_doctor_tells_what_is_wrong_with_kafka(kafka_program: Program, broker: Broker) -> None:
    def finding(exits: int) -> dict[str, str]:
        (found,) = (finding for finding in kafka_program.json("doctor", exits=exits) if finding["what"] == "kafka")
        assert isinstance(found, dict)
        return found

    assert "topics" in finding(1)["detail"]
    assert "wirewatch setup" in finding(1)["detail"]
    broker.make("articles", 1)
    states(kafka_program, "--alter", exits=1)
    assert "articles has 1 of 12" in finding(1)["detail"]
    states(kafka_program, "--add-partitions")
    assert finding(0)["state"] == "ok"


def test_a_broker_that_is_not_there_is_waited_for_and_named(kafka_program: Program) -> None:
    done = kafka_program.run("setup", "--wait", "1.5", kafka_servers="127.0.0.1:1,127.0.0.1:2")
    assert done.returncode == 3
    waiting, failed = done.stderr.decode().splitlines()
    assert "waiting up to 1.5 s" in waiting
    assert "no Kafka on 127.0.0.1:1, 127.0.0.1:2" in failed
    assert "Connection refused" in failed
    assert done.stdout == b""
    assert len(kafka_program.run("setup", "--wait", "0", kafka_servers="127.0.0.1:1").stderr.splitlines()) == 1
