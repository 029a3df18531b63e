"""What every EmbeddedStore does besides being an ArticleStore."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.support.articles import NOON, analyser, article

from wirewatch.adapters.memory.store import MemoryStore
from wirewatch.adapters.sqlite.store import SqliteStore
from wirewatch.core.article import Checkpoint, DeadLetter, Origin
from wirewatch.ports.store import EmbeddedStore, PutResult


@pytest.fixture(params=["memory", "sqlite"])
def embedded_store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[EmbeddedStore]:
    store: EmbeddedStore = MemoryStore(analyser()) if request.param == "memory" else SqliteStore(tmp_path / "store.db", analyser=analyser())
    yield store
    store.close()


LETTER = DeadLetter(
    id="letter1", raw=b"{", reason="invalid_json", detail="line 1", origin=Origin(topic="file.jsonl", offset=1), failed_at=NOON
)


def test_articles_letters_and_checkpoint_in_one_commit(embedded_store: EmbeddedStore) -> None:
    checkpoint = Checkpoint(source="file.jsonl", position=2**40, mark="abc")
    assert embedded_store.commit([article("a")], [LETTER], checkpoint) == [PutResult.INDEXED]
    assert embedded_store.get("a") == article("a")
    assert embedded_store.dead_letters.get("letter1") == LETTER
    assert embedded_store.checkpoint("file.jsonl") == checkpoint
    assert embedded_store.commit([], (), None) == []


def test_a_checkpoint_moves_and_sources_have_their_own(embedded_store: EmbeddedStore) -> None:
    assert embedded_store.checkpoint("a") is None
    for source, position in (("a", 5), ("b", 7), ("a", 3)):
        embedded_store.commit((), (), Checkpoint(source=source, position=position, mark=f"m{position}"))
    assert embedded_store.checkpoint("a") == Checkpoint(source="a", position=3, mark="m3")
    assert embedded_store.checkpoint("b") == Checkpoint(source="b", position=7, mark="m7")
