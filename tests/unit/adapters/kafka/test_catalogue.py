from pathlib import Path

import pytest

from wirewatch.adapters.kafka import catalogue
from wirewatch.adapters.kafka.catalogue import group_name, load_kafka_topics, replay_topic, topic_name
from wirewatch.core.errors import DataFileError

TOPIC = """topics:
  articles:
    schema: article.v1
    key: the URL
    writers: [send]
    readers: [enrich]
    partitions: 12
    retention_hours: 168
    cleanup: delete
    max_message_bytes: 16777216
    timestamp: broker
"""


def test_the_shipped_topics_are_those_the_program_names() -> None:
    declared = load_kafka_topics()
    assert set(declared) == {catalogue.ARTICLES, catalogue.BACKFILL, catalogue.ENRICHED, catalogue.DEAD, catalogue.ALERTS}
    for worker, topics in catalogue.READS.items():
        assert {name for name, topic in declared.items() if worker in topic.readers} == set(topics)


def test_kafkas_names_for_what_is_declared() -> None:
    declared = load_kafka_topics()
    assert declared["articles"].configs == {
        "cleanup.policy": "delete",
        "max.message.bytes": "16777216",
        "message.timestamp.type": "LogAppendTime",
        "retention.ms": str(7 * 24 * 3600 * 1000),
    }
    assert declared["articles.dead"].configs["retention.ms"] == "-1"
    assert declared["articles.enriched"].configs["message.timestamp.type"] == "CreateTime"


@pytest.mark.parametrize(
    ("wrong", "right", "fault"),
    [
        ("partitions: 0", "partitions: 12", r"partitions"),
        ("cleanup: never", "cleanup: delete", r"cleanup"),
        ("max_message_bytes: many", "max_message_bytes: 16777216", "max_message_bytes"),
        ("timestamps: broker", "timestamp: broker", "timestamps"),
        ("key: [", "key: the URL", "not valid YAML"),
    ],
)
def test_a_fault_is_reported_with_file_and_line(tmp_path: Path, wrong: str, right: str, fault: str) -> None:
    path = tmp_path / "topics.yaml"
    path.write_text(TOPIC)
    assert load_kafka_topics(path)["articles"].partitions == 12
    path = tmp_path / "wrong" / "topics.yaml"
    path.parent.mkdir()
    path.write_text(TOPIC.replace(right, wrong))
    with pytest.raises(DataFileError, match=f"topics.yaml.*{fault}"):
        load_kafka_topics(path)


def test_names() -> None:
    assert topic_name("desk-", "articles") == "desk-articles"
    assert group_name("desk-", "enrich") == "desk-wirewatch-enrich"
    assert replay_topic("desk-", "desk-articles.backfill") == "articles.backfill"
    assert replay_topic("desk-", "articles.enriched") == "articles.enriched"
    assert replay_topic("", "articles.jsonl") == replay_topic("", "alerts") == "articles"
