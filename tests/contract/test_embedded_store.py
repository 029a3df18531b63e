"""What every EmbeddedStore does besides being an ArticleStore."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest
from tests.support.articles import NOON, analyser, article

from wirewatch.adapters.memory import MemoryStore
from wirewatch.adapters.sqlite import SqliteStore
from wirewatch.core.article import Checkpoint, DeadLetter, Origin
from wirewatch.ports import EmbeddedStore, PutResult


@pytest.fixture(params=["memory", "sqlite"])
def embedded_store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[EmbeddedStore]:
    store: EmbeddedStore = MemoryStore(analyser()) if request.param == "memory" else SqliteStore(tmp_path / "store.db", analyser=analyser())
    yield store
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


def test_articles_letters_and_checkpoint_in_one_commit(embedded_store: EmbeddedStore) -> None:
    checkpoint = Checkpoint(source="file.jsonl", position=2**40, mark="abc")
    assert embedded_store.commit([article("a")], [letter(1)], checkpoint) == [PutResult.INDEXED]
    assert embedded_store.get("a") == article("a")
    assert embedded_store.dead_letter("letter1") == letter(1)
    assert embedded_store.checkpoint("file.jsonl") == checkpoint
    assert embedded_store.commit([], (), None) == []


def test_a_checkpoint_moves_and_sources_have_their_own(embedded_store: EmbeddedStore) -> None:
    assert embedded_store.checkpoint("a") is None
    for source, position in (("a", 5), ("b", 7), ("a", 3)):
        embedded_store.commit((), (), Checkpoint(source=source, position=position, mark=f"m{position}"))
    assert embedded_store.checkpoint("a") == Checkpoint(source="a", position=3, mark="m3")
    assert embedded_store.checkpoint("b") == Checkpoint(source="b", position=7, mark="m7")


def test_dead_letters_newest_first_by_page_and_reason(embedded_store: EmbeddedStore) -> None:
    letters = [letter(number, reason="too_large" if number % 2 else "no_text") for number in range(5)]
    embedded_store.commit((), letters)
    assert embedded_store.dead_letters() == (5, tuple(reversed(letters)))
    assert embedded_store.dead_letters(limit=2, offset=1) == (5, (letters[3], letters[2]))
    assert embedded_store.dead_letters(reason="too_large") == (2, (letters[3], letters[1]))
    assert embedded_store.dead_letters(reason="crashed") == (0, ())


def test_a_letter_again_takes_the_place_of_the_first(embedded_store: EmbeddedStore) -> None:
    again = msgspec.structs.replace(letter(1), reason="too_large", attempts=2)
    embedded_store.commit((), [letter(1)])
    embedded_store.commit((), [again])
    assert embedded_store.dead_letters() == (1, (again,))


def test_letters_are_removed(embedded_store: EmbeddedStore) -> None:
    embedded_store.commit((), [letter(1), letter(2)])
    assert embedded_store.remove_dead_letters(["letter1", "letter9"]) == 1
    assert embedded_store.remove_dead_letters([]) == 0
    assert embedded_store.dead_letter("letter1") is None
    assert embedded_store.dead_letters() == (1, (letter(2),))


def test_raw_bytes_come_back_whatever_they_are(embedded_store: EmbeddedStore) -> None:
    raw = bytes(range(256)) * 300
    embedded_store.commit((), [letter(1, raw=raw), letter(2, raw=b"")])
    kept = [embedded_store.dead_letter(f"letter{number}") for number in (1, 2)]
    assert [found.raw if found else None for found in kept] == [raw, b""]
