"""``wirewatch dlq`` on Kafka: list, show, replay, and the SQLite file beside it."""

import json

import msgspec
import pytest

from tests.contract.test_dead_letter_box import letter
from tests.support.kafka_client import Broker
from tests.support.program import Program
from wirewatch.core.article import DeadLetter, Origin


def kept(number: int, raw: bytes, topic: str, **fields: object) -> DeadLetter:
    origin = Origin(topic=topic, partition=1, offset=number)
    return msgspec.structs.replace(letter(number, raw=raw), origin=origin, **fields)


ARTICLE = b'{"url": "https://nordpost.example/a", "title": "Gipfel"}'


@pytest.fixture
def letters(kafka_program: Program, broker: Broker, kafka_prefix: str) -> list[DeadLetter]:
    assert kafka_program.run("setup").returncode == 0
    found = [
        kept(0, ARTICLE, f"{kafka_prefix}articles", attempts=2),
        kept(1, b"\xff\x00 broken", f"{kafka_prefix}articles.backfill", reason="invalid_encoding"),
        kept(2, b'{"id": "0a1b"}', f"{kafka_prefix}articles.enriched", reason="store_refused"),
    ]
    broker.put("articles.dead", *((letter.id.encode(), msgspec.json.encode(letter)) for letter in found))
    return found


def listed(program: Program, *options: str) -> list[str]:
    done = program.run("dlq", "list", "--json", *options)
    assert done.returncode == 0, done.stderr
    return [json.loads(line)["id"] for line in done.stdout.splitlines()]


@pytest.mark.usefixtures("letters")
def test_letters_are_listed_by_reason_time_and_page(kafka_program: Program) -> None:
    assert listed(kafka_program) == ["letter2", "letter1", "letter0"]
    assert listed(kafka_program, "--reason", "store_refused") == ["letter2"]
    assert listed(kafka_program, "--limit", "2", "--page", "2") == ["letter0"]
    assert listed(kafka_program, "--since", "2026-11-24T12:00:01", "--until", "2026-11-24T13:00:02+01:00") == ["letter1"]
    table = kafka_program.run("dlq", "list")
    assert b"articles.backfill:1:1" in table.stdout
    assert b"3 dead letters" in table.stderr
    assert kafka_program.run("dlq", "list", "--since", "yesterday").returncode == 2


def test_a_letters_raw_bytes(kafka_program: Program, letters: list[DeadLetter]) -> None:
    assert kafka_program.run("dlq", "show", "letter1").stdout == letters[1].raw
    assert kafka_program.run("dlq", "show", "letter9").returncode == 1


@pytest.mark.usefixtures("letters")
def test_a_database_that_is_named_is_meant(kafka_program: Program) -> None:
    file = kafka_program.write("a.jsonl", b"no json")
    assert kafka_program.run("run", file).returncode == 4
    assert len(listed(kafka_program, "--database", "wirewatch.db")) == 1
    assert kafka_program.run("dlq", "replay", "--all", "--database", "wirewatch.db").returncode == 4
    assert len(listed(kafka_program)) == 3


def test_replay_sends_letters_back_and_takes_them_away(kafka_program: Program, broker: Broker, letters: list[DeadLetter]) -> None:
    plan = kafka_program.run("dlq", "replay", "--all", "--dry-run")
    assert plan.returncode == 0
    assert [line.split()[0] for line in plan.stdout.decode().splitlines()] == ["letter2", "letter1", "letter0"]
    assert b"3 dead letters would be replayed" in plan.stderr
    assert broker.count("articles") == 0

    assert kafka_program.run("dlq", "replay", "letter0").returncode == 0
    (message,) = broker.messages("articles")
    assert (message.key, message.value) == (b"https://nordpost.example/a", ARTICLE)
    assert dict(message.headers) == {"wirewatch-letter": b"letter0", "wirewatch-attempts": b"2"}
    assert listed(kafka_program) == ["letter2", "letter1"]

    done = kafka_program.run("dlq", "replay", "--since", "2026-11-24")
    assert done.returncode == 0
    assert b"2 of 2 dead letters are on their topics again" in done.stderr
    assert broker.values("articles.backfill") == [letters[1].raw]
    assert [message.key for message in broker.messages("articles.enriched")] == [b"0a1b"]
    assert listed(kafka_program) == []
    assert kafka_program.run("dlq", "replay", "--all").returncode == 0
    assert broker.count("articles") == 1


@pytest.mark.usefixtures("letters")
def test_what_is_to_be_replayed_must_be_said(kafka_program: Program) -> None:
    for options in ([], ["letter1", "--all"], ["--all", "--reason", "no_text"], ["letter9"]):
        assert kafka_program.run("dlq", "replay", *options).returncode == 2, options


def test_without_topics_it_is_said(kafka_program: Program) -> None:
    done = kafka_program.run("dlq", "list")
    assert done.returncode == 1
    assert b"articles.dead is missing" in done.stderr
    assert b"wirewatch setup" in done.stderr
