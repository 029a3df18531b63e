"""The files in schemas/ say what the code does, and each example there is what its name says."""

import json
from pathlib import Path
from typing import Any, cast

import msgspec
import pytest
import yaml
from ops.generate import CONTRACTS, ROOT
from tests.unit.core.test_pipeline import NOW, pipeline

from wirewatch.core.article import EnrichedArticle
from wirewatch.core.outcome import Reason, Rejected

SCHEMAS = ROOT / "schemas"
VALID = sorted((SCHEMAS / "examples" / "valid").glob("*.json"))
INVALID = sorted((SCHEMAS / "examples" / "invalid").glob("*.json"))


def test_there_are_examples_of_every_contract() -> None:
    assert {path.name.partition(".")[0] for path in VALID} == {name.partition(".")[0] for name in CONTRACTS}
    assert len(INVALID) >= 8


@pytest.mark.parametrize("path", [path for path in VALID if path.name.startswith("article.")], ids=lambda path: path.stem)
def test_valid_articles_become_enriched(path: Path) -> None:
    assert isinstance(pipeline().process(path.read_bytes(), now=NOW), EnrichedArticle)


@pytest.mark.parametrize("path", INVALID, ids=lambda path: path.stem)
def test_invalid_articles_are_rejected_for_the_reason_in_their_name(path: Path) -> None:
    outcome = pipeline().process(path.read_bytes(), now=NOW)
    assert isinstance(outcome, Rejected)
    assert outcome.reason is Reason(path.name.split(".")[1])


@pytest.mark.parametrize("path", [path for path in VALID if not path.name.startswith("article.")], ids=lambda path: path.stem)
def test_valid_messages_decode_and_come_back_the_same(path: Path) -> None:
    contract = next(contract for name, contract in CONTRACTS.items() if name.startswith(path.name.partition(".")[0] + "."))
    decoded = msgspec.json.decode(path.read_bytes(), type=contract)
    written = json.loads(msgspec.json.encode(decoded))
    given = json.loads(path.read_bytes())
    assert {key: written[key] for key in given} == given


def test_enriched_articles_survive_the_wire() -> None:
    article = pipeline().process(b'{"title": "Neue Sanktionen", "body": "Putin sprach."}', now=NOW)
    assert isinstance(article, EnrichedArticle)
    assert msgspec.json.decode(msgspec.json.encode(article), type=EnrichedArticle) == article


def test_kafka_topics_name_schemas_that_exist() -> None:
    topics = cast("dict[str, dict[str, Any]]", yaml.safe_load((SCHEMAS / "topics.yaml").read_text("utf-8"))["topics"])
    assert topics
    for name, topic in topics.items():
        assert topic.keys() == {
            "schema",
            "key",
            "writers",
            "readers",
            "partitions",
            "retention_hours",
            "cleanup",
            "max_message_bytes",
            "timestamp",
        }, name
        assert topic["schema"] in CONTRACTS, name
        assert topic["partitions"] >= 1
        assert topic["cleanup"] in {"delete", "compact"}
        assert topic["timestamp"] in {"broker", "producer"}
        assert topic["max_message_bytes"] >= 1_048_576
