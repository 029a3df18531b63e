"""Sending with topics in memory: what goes out, in which order, and what is noted of it."""

import json
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from wirewatch.adapters.files.send_state import SendStateFile
from wirewatch.adapters.kafka.catalogue import load_kafka_topics
from wirewatch.adapters.memory.publisher import MemoryMessage, MemoryPublisher
from wirewatch.adapters.sources.opening import open_sources
from wirewatch.core.article import Checkpoint
from wirewatch.core.errors import Refused, Unavailable
from wirewatch.jobs import send
from wirewatch.jobs.send import Pace, SendRun
from wirewatch.ports.source import ArticleSource

LIMIT = 1_048_576
DECLARED = {"articles": msgspec.structs.replace(load_kafka_topics()["articles"], max_message_bytes=LIMIT)}


def article(number: int, **fields: object) -> dict[str, object]:
    return {"title": f"Article {number}", "url": f"https://nordpost.example/{number}", **fields}


@pytest.fixture
def source(tmp_path: Path) -> Callable[..., ArticleSource]:
    path = tmp_path / "a.jsonl"

    def write(*articles: object) -> ArticleSource:
        lines = (article if isinstance(article, bytes) else json.dumps(article).encode() for article in articles)
        path.write_bytes(b"".join(line + b"\n" for line in lines))
        (source,) = open_sources([str(path)], max_bytes=2 * LIMIT)
        return source

    return write


@pytest.fixture
def state(tmp_path: Path) -> SendStateFile:
    return SendStateFile(tmp_path / "state.json", target="cluster/articles")


def run(publisher: MemoryPublisher, state: SendStateFile, *, pace: Pace | None = None) -> SendRun:
    return SendRun(publisher=publisher, progress=state, topic="articles", pace=pace or Pace(0, clock=lambda: 0.0, sleep=lambda _: False))


def values(publisher: MemoryPublisher) -> list[bytes | None]:
    return [message.value for message in publisher.topics["articles"]]


def test_messages_go_out_as_they_came_with_a_key(source: Callable[..., ArticleSource], state: SendStateFile) -> None:
    publisher = MemoryPublisher(DECLARED)
    broken = b'{"title": '
    summary = run(publisher, state).run([source(article(1), broken, {"title": "no address"})])
    assert [json.loads(value or b"") for value in values(publisher)[::2]] == [article(1), {"title": "no address"}]
    assert [message.key for message in publisher.topics["articles"]] == [b"https://nordpost.example/1", None, None]
    assert values(publisher)[1] == broken
    assert (summary.read, summary.sent, summary.unreadable, summary.without_key) == (3, 3, 1, 1)


def test_a_second_run_goes_on_behind_the_first(source: Callable[..., ArticleSource], state: SendStateFile) -> None:
    publisher = MemoryPublisher(DECLARED)
    run(publisher, state).run([source(article(1))])
    summary = run(publisher, state).run([source(article(1), article(2))])
    assert (summary.read, len(values(publisher)), len(summary.resumed)) == (1, 2, 1)
    assert run(publisher, state).run([source(article(1), article(2))], from_start=True).read == 2


def test_a_message_over_the_limit_is_named_and_the_others_go_out(source: Callable[..., ArticleSource], state: SendStateFile) -> None:
    publisher = MemoryPublisher(DECLARED)
    files = [article(1), article(2, body="x" * LIMIT), article(3, body="x" * 3 * LIMIT), article(4)]
    summary = run(publisher, state).run([source(*files)])
    assert (summary.read, summary.sent, summary.too_large) == (4, 2, 2)
    first, second = summary.too_large_records
    assert f"a.jsonl at {len(json.dumps(article(1))) + 1}:" in first
    assert "1,048,576" in first
    assert "2,097,152" in second
    assert run(publisher, state).run([source(*files)]).read == 0


class Stubborn(MemoryPublisher):
    """Confirms, without being waited for, all but one message; that one fails when it is waited for."""

    failing = 2

    def publish(self, topic: str, value: bytes | None, **options: object) -> MemoryMessage:
        message = super().publish(topic, value, **options)  # type: ignore[arg-type]
        number = len(self.topics[topic]) - 1
        message.done = number != self.failing
        message.fault = Unavailable("gone") if number == self.failing else None
        return message


def test_what_is_noted_is_the_last_one_before_which_all_are_confirmed(source: Callable[..., ArticleSource], state: SendStateFile) -> None:
    files = [article(number) for number in range(5)]
    failing = run(Stubborn(DECLARED), state)
    with pytest.raises(Unavailable):
        failing.run([source(*files)])
    assert failing.summary.sent == 2
    publisher = MemoryPublisher(DECLARED)
    run(publisher, state).run([source(*files)])
    assert [json.loads(value or b"")["title"] for value in values(publisher)] == ["Article 2", "Article 3", "Article 4"]


class Counting(MemoryPublisher):
    """Confirms nothing before it is waited for; ``most`` were on their way at once."""

    most = 0

    def publish(self, topic: str, value: bytes | None, **options: object) -> MemoryMessage:
        message = super().publish(topic, value, **options)  # type: ignore[arg-type]
        self.most = max(self.most, sum(not message.done for message in self.topics[topic]))
        return message


@pytest.mark.parametrize(("name", "most"), [("MAX_IN_FLIGHT", 3), ("MAX_IN_FLIGHT_BYTES", 250)])
def test_what_is_on_its_way_is_bounded(
    source: Callable[..., ArticleSource], state: SendStateFile, monkeypatch: pytest.MonkeyPatch, name: str, most: int
) -> None:
    monkeypatch.setattr(send, name, most)
    publisher = Counting(DECLARED)
    assert run(publisher, state).run([source(*map(article, range(20)))]).sent == 20
    assert 2 <= publisher.most <= 5


def test_a_rate_spreads_messages_and_does_not_make_up_for_lost_time() -> None:
    now = 0.0
    slept: list[float] = []

    def sleep(seconds: float) -> bool:
        nonlocal now
        slept.append(seconds)
        now += seconds
        return False

    pace = Pace(4, clock=lambda: now, sleep=sleep)
    for _ in range(3):
        pace.wait()
    assert (now, slept) == (0.5, [0.0, 0.25, 0.25])
    now += 60
    for _ in range(4):
        pace.wait()
    assert sum(slept[3:]) == pytest.approx(0.5)


def test_a_stop_ends_behind_what_is_confirmed(source: Callable[..., ArticleSource], state: SendStateFile) -> None:
    publisher = MemoryPublisher(DECLARED)
    pace = Pace(0, clock=lambda: 0.0, sleep=lambda _: len(values(publisher)) == 3)
    summary = run(publisher, state, pace=pace).run([source(*map(article, range(9)))])
    assert (summary.stopped, summary.read, summary.sent) == (True, 3, 3)
    assert run(publisher, state).run([source(*map(article, range(9)))]).read == 6


def test_each_target_has_its_own_progress(tmp_path: Path) -> None:
    path = tmp_path / "state.json"
    first, second = (SendStateFile(path, target=f"cluster/{topic}") for topic in ("articles", "articles.backfill"))
    first.save(Checkpoint(source="a", position=5, mark="m"))
    second.save(Checkpoint(source="a", position=7))
    first.save(Checkpoint(source="b", position=9))
    assert first.checkpoint("a") == Checkpoint(source="a", position=5, mark="m")
    assert second.checkpoint("a") == Checkpoint(source="a", position=7)
    assert second.checkpoint("b") is None
    assert [entry.name for entry in tmp_path.iterdir()] == ["state.json"]


def test_a_state_file_that_is_none_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "state.json"
    state = SendStateFile(path, target="t")
    for content in (b"", b"[]", b'{"version": 2, "sent": {}}'):
        path.write_bytes(content)
        with pytest.raises(Refused, match=r"state.json.*remove it"):
            state.checkpoint("a")
    with pytest.raises(Unavailable, match="set send_state_file"):
        SendStateFile(tmp_path / "none" / "state.json", target="t").save(Checkpoint(source="a", position=1))
