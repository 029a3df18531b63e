"""``wirewatch send`` to a real broker: what arrives, after a kill too."""

import json
import signal
import subprocess
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.engines import wait_until
from tests.support.kafka_client import Broker
from tests.support.kafka_engine import KafkaBroker
from tests.support.program import Program

DEMO = {"title": "Neue Wirtschaftssanktionen", "body": "Vor dem Gipfel in Genf berieten die Minister."}
RSS = """<?xml version="1.0"?><rss version="2.0"><channel><title>Nordpost</title>
<item><title>Eins</title><link>https://nordpost.example/1</link></item>
<item><title>Zwei</title><link>https://nordpost.example/2</link></item></channel></rss>"""


def article(number: int, **fields: object) -> dict[str, object]:
    return {**DEMO, "url": f"https://nordpost.example/{number}", **fields}


@pytest.fixture
def ready(kafka_program: Program) -> Program:
    """The program, its topics made."""
    assert kafka_program.run("setup").returncode == 0
    return kafka_program


def titles(broker: Broker, topic: str = "articles") -> Counter[str]:
    return Counter(json.loads(value)["title"] for value in broker.values(topic) if value)


def test_files_of_each_kind_arrive(ready: Program, broker: Broker) -> None:
    folder = ready.folder / "in"
    folder.mkdir()
    Program(folder).write("a.jsonl", article(1, title="line"), b'{"title": ', {"title": "no url"})
    (folder / "b.csv").write_text("title,url\nrow,https://nordpost.example/2\nwrong,width,here\n")
    (folder / "c.xml").write_text(RSS)
    summary = ready.json("send", folder)
    assert (summary["read"], summary["sent"], summary["unreadable"], summary["too_large"]) == (7, 7, 2, 0)
    found = {message.value: message for message in broker.messages("articles")}
    assert len(found) == 7
    assert found[b'{"title": '].key is None
    assert found[b"wrong,width,here\n"].key is None
    keys = Counter(message.key for message in found.values())
    assert keys[b"https://nordpost.example/1"] == keys[b"https://nordpost.example/2"] == 2
    # The same article, whichever file it came from, is in one partition.
    for key in (b"https://nordpost.example/1", b"https://nordpost.example/2"):
        assert len({message.partition for message in found.values() if message.key == key}) == 1


def test_a_second_run_sends_only_what_is_new(ready: Program, broker: Broker) -> None:
    file = ready.write("a.jsonl", article(1))
    assert ready.json("send", file)["sent"] == 1
    done = ready.run("send", file)
    assert done.returncode == 0
    assert b"Nothing new" in done.stderr
    with file.open("a") as more:
        more.write(json.dumps(article(2)) + "\n")
    summary = ready.json("send", file)
    assert (summary["read"], summary["resumed"]) == (1, [str(file)])
    # History has its own progress, and its own topic.
    assert ready.json("send", file, "--topic", "articles.backfill")["sent"] == 2
    assert ready.json("send", file, "--from-start")["sent"] == 2
    assert (broker.count("articles"), broker.count("articles.backfill")) == (4, 2)


def test_standard_input_is_sent_as_it_comes(ready: Program, broker: Broker) -> None:
    process = ready.start("send", "-", "--json")
    assert process.stdin
    process.stdin.write(json.dumps(article(1)).encode() + b"\n")
    process.stdin.flush()
    wait_until(lambda: broker.count("articles") == 1, 30, "the message")
    assert process.poll() is None
    out, _ = process.communicate(json.dumps(article(2)).encode())
    assert json.loads(out)["sent"] == 2


def test_killed_in_the_middle_nothing_is_missing(ready: Program, broker: Broker) -> None:
    count = 20_000
    file = ready.write("a.jsonl", *(article(number, title=f"{number}") for number in range(count)))
    reached = 0
    for _ in range(2):
        process = ready.start("send", file)
        wait_until(lambda: broker.count("articles") > reached + 1_000 or process.poll() is not None, 60, "progress")  # noqa: B023 - called at once
        process.kill()
        process.communicate()
        assert process.returncode == -signal.SIGKILL
        reached = broker.count("articles")
        assert reached < count
    summary = ready.json("send", file)
    assert summary["read"] == summary["sent"]
    assert titles(broker).keys() == {f"{number}" for number in range(count)}


def test_goes_on_behind_what_was_noted_before_the_kill(ready: Program, broker: Broker) -> None:
    """With a rate, so that the kill comes long after progress was noted."""
    file = ready.write("a.jsonl", *(article(number, title=f"{number}") for number in range(500)))
    process = ready.start("send", file, "--rate", "50")
    state = ready.folder / "wirewatch-send.json"
    wait_until(lambda: state.exists() and noted(state) > 40, 60, "progress")
    process.kill()
    process.communicate()
    before = noted(state)
    summary = ready.json("send", file)
    assert 0 < summary["read"] <= 460
    assert summary["read"] == 500 - before
    assert titles(broker).keys() == {f"{number}" for number in range(500)}


def noted(state: Path) -> int:
    """How many articles before the noted position."""
    (sources,) = json.loads(state.read_text())["sent"].values()
    ((path, checkpoint),) = sources.items()
    return Path(path).read_bytes()[: checkpoint["position"]].count(b"\n")


def test_interrupted_it_has_all_confirmed_that_it_read(ready: Program, broker: Broker) -> None:
    file = ready.write("a.jsonl", *(article(number) for number in range(5_000)))
    process = ready.start("send", file, "--rate", "500", "--json")
    wait_until(lambda: broker.count("articles") > 100, 60, "progress")
    process.send_signal(signal.SIGINT)
    out, errors = process.communicate()
    assert process.returncode == 0, errors
    summary = json.loads(out)
    assert summary["stopped"]
    assert summary["read"] == summary["sent"] == broker.count("articles") < 5_000
    assert ready.json("send", file)["read"] == 5_000 - summary["sent"]


def test_the_broker_killed_and_started_again_while_it_sends(ready: Program, broker: Broker, kafka_broker: KafkaBroker) -> None:
    count = 3_000
    file = ready.write("a.jsonl", *(article(number, title=f"{number}") for number in range(count)))
    process = ready.start("send", file, "--rate", "1000", "--json")
    wait_until(lambda: broker.count("articles") > 300, 60, "progress")
    kafka_broker.kill()
    kafka_broker.start()
    out, errors = process.communicate(timeout=120)
    assert process.returncode == 0, errors
    assert json.loads(out)["sent"] == count
    assert titles(broker).keys() == {f"{number}" for number in range(count)}


def test_ten_megabytes_arrive_and_what_is_over_the_limit_is_named(ready: Program, broker: Broker) -> None:
    ten, twenty = article(1, body="x" * 10_000_000), article(2, body="x" * 20_000_000)
    file = ready.write("a.jsonl", ten, twenty, article(3))
    done = ready.run("send", file)
    assert done.returncode == 4
    assert f"too large, not sent: {file} at {len(json.dumps(ten)) + 1:,}" in done.stderr.decode()
    assert "the topic accepts 16,777,216" in done.stderr.decode()
    assert "read 3 · sent 2 · too large 1" in done.stdout.decode()
    assert max(len(value or b"") for value in broker.values("articles")) == len(json.dumps(ten))


def test_the_brokers_own_lower_limit_is_named_too(kafka_program: Program, broker: Broker) -> None:
    broker.make("articles", 12, max_message_bytes="1000")
    assert kafka_program.run("setup").returncode == 1
    file = kafka_program.write("a.jsonl", article(1), article(2, body="x" * 2_000), article(3))
    summary = kafka_program.json("send", file, exits=4)
    assert (summary["read"], summary["too_large"]) == (3, 1), summary
    assert broker.count("articles") == 2


@pytest.mark.parametrize(
    ("break_it", "code", "told"),
    [
        (Broker.partitions, 1, "missing"),
        (lambda broker: broker.make("articles", 3), 1, "articles has 3 of 12"),
    ],
)
def test_topics_that_are_not_as_they_should_be(
    kafka_program: Program, broker: Broker, break_it: Callable[[Broker], object], code: int, told: str
) -> None:
    break_it(broker)
    done = kafka_program.run("send", kafka_program.write("a.jsonl", article(1)))
    assert done.returncode == code
    assert told in done.stderr.decode()
    assert len(done.stderr.splitlines()) == 1


def test_a_broker_that_goes_away_for_good_ends_the_run_with_what_to_do(ready: Program, broker: Broker, kafka_broker: KafkaBroker) -> None:
    file = ready.write("a.jsonl", *(article(number) for number in range(3_000)))
    process = ready.start("send", file, "--rate", "500", "--wait", "1")
    wait_until(lambda: broker.count("articles") > 300, 60, "progress")
    kafka_broker.kill()
    try:
        _, errors = process.communicate(timeout=120)
    except subprocess.TimeoutExpired:
        process.kill()
        raise
    finally:
        kafka_broker.start()
    assert process.returncode == 3, errors
    assert b"Confirmed so far" in errors
    assert b"stopped answering" in errors
    assert b"Traceback" not in errors
    assert ready.json("send", file)["sent"] > 0
    assert len(set(broker.values("articles"))) == 3_000
