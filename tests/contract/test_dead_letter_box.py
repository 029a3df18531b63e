"""What every DeadLetterBox does; tests/integration runs this on Kafka, too."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest
from tests.support.articles import NOON, analyser

from wirewatch.adapters.memory.store import MemoryStore
from wirewatch.adapters.sqlite.store import SqliteStore
from wirewatch.core.article import DeadLetter, Origin
from wirewatch.ports.store import DeadLetterBox


@pytest.fixture(params=["memory", "sqlite"])
def box(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[DeadLetterBox]:
    store = MemoryStore(analyser()) if request.param == "memory" else SqliteStore(tmp_path / "store.db", analyser=analyser())
    yield store.dead_letters
    store.close()


def letter(number: int, *, reason: str = "invalid_json", raw: bytes = b"\xff\x00{") -> DeadLetter:
    return DeadLetter(
        id=f"letter{number}",
        raw=raw,
        reason=reason,
        detail="line 1",
        origin=Origin(topic="file.jsonl", offset=number),
        failed_at=NOON + timedelta(seconds=number),
    )


def test_dead_letters_newest_first_by_page_and_reason(box: DeadLetterBox) -> None:
    letters = [letter(number, reason="too_large" if number % 2 else "no_text") for number in range(5)]
    box.put(letters)
    assert box.find() == (5, tuple(reversed(letters)))
    assert box.find(limit=2, offset=1) == (5, (letters[3], letters[2]))
    assert box.find(reason="too_large") == (2, (letters[3], letters[1]))
    assert box.find(reason="crashed") == (0, ())


def test_a_letter_again_takes_the_place_of_the_first(box: DeadLetterBox) -> None:
    again = msgspec.structs.replace(letter(1), reason="too_large", attempts=2)
    box.put([letter(1)])
    box.put([again])
    assert box.find() == (1, (again,))


def test_letters_are_removed(box: DeadLetterBox) -> None:
    box.put([letter(1), letter(2)])
    assert box.remove(["letter1", "letter9"]) == 1
    assert box.remove([]) == 0
    assert box.get("letter1") is None
    assert box.find() == (1, (letter(2),))


def test_raw_bytes_come_back_whatever_they_are(box: DeadLetterBox) -> None:
    raw = bytes(range(256)) * 300
    box.put([letter(1, raw=raw), letter(2, raw=b"")])
    kept = [box.get(f"letter{number}") for number in (1, 2)]
    assert [found.raw if found else None for found in kept] == [raw, b""]


def test_letters_by_the_time_they_failed(box: DeadLetterBox) -> None:
    letters = [letter(number) for number in range(5)]
    box.put(letters)
    since, until = NOON + timedelta(seconds=1), NOON + timedelta(seconds=3)
    assert box.find(since=since) == (4, tuple(reversed(letters[1:])))
    assert box.find(since=since, until=until) == (2, (letters[2], letters[1]))
    assert box.find(until=NOON) == (0, ())
    assert box.find(since=since, until=until, reason="crashed") == (0, ())


def test_letters_that_failed_at_once_are_listed_in_one_order(box: DeadLetterBox) -> None:
    letters = [msgspec.structs.replace(letter(number), failed_at=NOON) for number in (3, 1, 2)]
    box.put(letters)
    assert [found.id for found in box.find()[1]] == ["letter1", "letter2", "letter3"]


def test_a_removed_letter_may_come_again(box: DeadLetterBox) -> None:
    box.put([letter(1)])
    box.remove(["letter1"])
    assert box.remove(["letter1"]) == 0
    box.put([letter(1)])
    assert box.get("letter1") == letter(1)
