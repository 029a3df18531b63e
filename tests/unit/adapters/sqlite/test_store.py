import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from tests.support.articles import NOON, analyser, article, entity

from wirewatch.adapters.snowball import SnowballStemmer
from wirewatch.adapters.sqlite import index as sqlite_index
from wirewatch.adapters.sqlite.schema import APPLICATION_ID, SCHEMA_VERSION
from wirewatch.adapters.sqlite.store import SqliteStore
from wirewatch.core.article import Checkpoint, DeadLetter, Origin
from wirewatch.core.errors import Refused, Unavailable
from wirewatch.core.search.analysis import Analyser
from wirewatch.core.search.parser import parse
from wirewatch.ports.store import PutResult

ROOT = Path(__file__).parents[4]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "store.db"


@pytest.fixture
def store(path: Path) -> Iterator[SqliteStore]:
    opened = SqliteStore(path, analyser=analyser(), wait_seconds=0.05)
    yield opened
    opened.close()


def opened_and_closed(path: Path, **options: bool) -> None:
    SqliteStore(path, analyser=analyser(), wait_seconds=0.05, **options).close()


def total(store: SqliteStore, query: str = "") -> int:
    return store.search(parse(query), limit=0).total


def integrity(store: SqliteStore) -> str:
    store._database.connection.execute("INSERT INTO search (search) VALUES ('integrity-check')")
    return str(store._database.connection.execute("PRAGMA integrity_check").fetchone()[0])


def test_what_was_put_is_there_after_opening_again(path: Path) -> None:
    opened_and_closed(path)
    first = SqliteStore(path, analyser=analyser())
    first.commit([article("a", "Gipfel")], (), Checkpoint(source="s", position=1))
    first.close()
    second = SqliteStore(path, analyser=analyser())
    assert total(second, "gipfel") == 1
    assert second.put([article("a", "Gipfel"), article("b", "Gipfeltreffen")]) == [PutResult.DUPLICATE, PutResult.INDEXED]
    assert total(second, "gipfel") == 2
    second.close()


def test_two_at_once(store: SqliteStore, path: Path) -> None:
    reader = SqliteStore(path, analyser=analyser())
    store.put([article("a", "Sanktionen")])
    assert total(reader, "sanktion") == 1
    reader.put([article("b", "Sanktionsliste Sanktion")])
    assert total(store, "sanktion") == 2
    reader.close()


def test_replacing_leaves_a_sound_index(store: SqliteStore) -> None:
    for hour in range(12):
        time = NOON + timedelta(hours=hour)
        entities = (entity(f"Q{hour}", f"Name {hour}", "PER", "Wort"),)
        store.put(
            [article(f"{number}", f"Fassung{hour}", "Wirtschaftssanktionen", updated_at=time, entities=entities) for number in range(30)]
        )
    assert integrity(store) == "ok"
    assert (total(store), total(store, "fassung11"), total(store, "fassung10"), total(store, "person:name")) == (30, 30, 0, 30)


def test_a_failed_transaction_leaves_nothing_behind(store: SqliteStore, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_connection: sqlite3.Connection, _time: object) -> None:
        return None

    letter = DeadLetter(id="l", raw=b"", reason="no_text", detail="", origin=Origin(topic="t", offset=0), failed_at=NOON)
    new = article("a", "Rüstungskontrollgespräche Sanktionen", topics=["arms"])
    with monkeypatch.context() as patched:
        patched.setattr(sqlite_index, "free_row_id", full)
        with pytest.raises(Refused, match="as many articles of 2026-11-24 12:00:00"):
            store.commit([new], [letter], Checkpoint(source="s", position=1))
    assert (total(store), store.dead_letters.find()[0], store.checkpoint("s")) == (0, 0, None)
    # The words of the failed transaction are learnt again, although they were seen before.
    store.put([new])
    assert total(store, "sanktion kontrolle topic:arms") == 1
    assert store.facets(parse(""), ["topics"])["topics"][0].value == "arms"


def test_a_full_second(store: SqliteStore) -> None:
    low = sqlite_index.first_row_id(NOON)
    high = sqlite_index.first_row_id(NOON + timedelta(seconds=1)) - 1
    store.put([article("a")])
    store._database.connection.execute("UPDATE articles SET rowid = ? WHERE rowid = ?", (high, low))
    with pytest.raises(Refused, match="use another file"):
        store.put([article("b")])
    assert store.put([article("c", time=NOON + timedelta(seconds=1))]) == [PutResult.INDEXED]


def test_locked(store: SqliteStore, path: Path) -> None:
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(Unavailable, match=r"store\.db is locked by another process; wait .* store_wait_seconds"):
        store.put([article("a")])
    assert store._database.connection.execute("PRAGMA busy_timeout").fetchone() == (50,), "it waits as long as it should, in milliseconds"
    assert total(store) == 0
    other.execute("ROLLBACK")
    other.close()
    assert store.put([article("a")]) == [PutResult.INDEXED]


def test_disk_full(store: SqliteStore) -> None:
    store.put([article("a", "Gipfel")])
    pages = store._database.connection.execute("PRAGMA page_count").fetchone()[0]
    store._database.connection.execute(f"PRAGMA max_page_count = {pages + 2}")
    many = [article(f"{number}", "Gipfel", "wort " * 5_000) for number in range(50)]
    with pytest.raises(Unavailable, match="the disk is full; make room"):
        store.commit(many, (), Checkpoint(source="s", position=9))
    assert (total(store, "gipfel"), store.checkpoint("s")) == (1, None)
    store._database.connection.execute("PRAGMA max_page_count = 1000000")
    assert store.commit(many) == [PutResult.INDEXED] * 50
    assert total(store, "gipfel") == 51
    assert integrity(store) == "ok"


def test_no_folder(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match=r"there is no folder .*nowhere\. Create it"):
        opened_and_closed(tmp_path / "nowhere" / "store.db")


def test_a_folder_in_its_place(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="can't be opened; is it a file"):
        opened_and_closed(tmp_path)


@pytest.mark.usefixtures("unprivileged")
def test_a_folder_that_may_not_be_written() -> None:
    with TemporaryDirectory() as folder:
        Path(folder).chmod(0o500)
        with pytest.raises(Unavailable, match=r"can't be (opened|written)"):
            opened_and_closed(Path(folder) / "store.db")


def test_a_file_that_may_not_be_written(path: Path) -> None:
    opened_and_closed(path)
    store = SqliteStore(path, analyser=analyser())
    store._database.connection.execute("PRAGMA query_only = 1")
    with pytest.raises(Unavailable, match="can't be written; change the permissions"):
        store.put([article("a")])
    store.close()


def test_not_sqlite(path: Path) -> None:
    path.write_text("id,title\n1,Gipfel\n" * 100)
    with pytest.raises(Refused, match=r"store\.db is not a SQLite database .*name another file"):
        opened_and_closed(path)
    assert path.read_text().startswith("id,title")


def test_another_programs_database(path: Path) -> None:
    other = sqlite3.connect(path)
    other.execute("CREATE TABLE theirs (x)")
    other.close()
    before = path.read_bytes()
    with pytest.raises(Refused, match="of another program, not of wirewatch"):
        opened_and_closed(path)
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    ("version", "said"), [(SCHEMA_VERSION + 1, "newer wirewatch .* install that"), (SCHEMA_VERSION - 1, "older wirewatch .* run")]
)
def test_another_schema(path: Path, version: int, said: str) -> None:
    opened_and_closed(path)
    other = sqlite3.connect(path)
    other.execute(f"PRAGMA user_version = {version}")
    other.close()
    with pytest.raises(Refused, match=said):
        opened_and_closed(path)


def test_an_empty_file_becomes_a_store(path: Path) -> None:
    path.touch()
    opened_and_closed(path)
    other = sqlite3.connect(path)
    assert other.execute("PRAGMA application_id").fetchone() == (APPLICATION_ID,)
    other.close()


def test_damaged(store: SqliteStore, path: Path) -> None:
    store.put([article(f"{number}", "Gipfel", "wort " * 2_000) for number in range(50)])
    store._database.connection.execute("PRAGMA wal_checkpoint (TRUNCATE)")
    store.close()
    content = path.read_bytes()
    path.write_bytes(content[:8192] + bytes(len(content) - 8192))
    with pytest.raises(Refused, match=r"is damaged .*restore a copy"):
        opened_and_closed(path)


def test_another_analysis_wants_a_new_index(path: Path) -> None:
    plain = SqliteStore(path, analyser=Analyser(SnowballStemmer()))
    plain.put([article("a", "Wirtschaftssanktionen"), article("b", "Sanktion", updated_at=NOON)])
    assert total(plain, "sanktion") == 1
    plain.close()
    with pytest.raises(Refused, match="wirewatch reindex"):
        opened_and_closed(path)
    opened_and_closed(path, reindex=True)
    store = SqliteStore(path, analyser=analyser())
    assert total(store, "sanktion") == 2
    store.put([article("b", "Korrektur", updated_at=NOON + timedelta(1))])
    assert total(store, "sanktion") == 1
    assert integrity(store) == "ok"
    store.close()


def test_memory_stays_bounded(store: SqliteStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite_index, "_MAX_KEPT", 100)
    words = [f"wort{chr(97 + number % 26)}x{'y' * (number // 26)}" for number in range(2_000)]
    for start in range(0, len(words), 50):
        store.put([article(word, f"{word} Sanktionen", source=f"s {word}") for word in words[start : start + 50]])
    indexer = store._writer._indexer
    assert sum(map(len, indexer._known.values())) + len(indexer._terms) < 400
    assert total(store, "sanktion") == 2_000
    assert total(store, f"source:{words[7]} {words[7]}") == 1


WRITER = """
import sys
from pathlib import Path
from tests.support.articles import analyser, article
from wirewatch.adapters.sqlite.store import SqliteStore
from wirewatch.core.article import Checkpoint
store = SqliteStore(Path(sys.argv[1]), analyser=analyser())
for batch in range(10_000):
    articles = [article(f"{batch}-{number}", f"Gipfel wort{batch}", "Rede " * 200) for number in range(20)]
    store.commit(articles, (), Checkpoint(source="s", position=batch + 1))
    print(batch + 1, flush=True)
"""


def test_a_killed_process_leaves_whole_transactions(path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", WRITER, str(path)], stdout=subprocess.PIPE, text=True, cwd=ROOT) as writer:
        assert writer.stdout is not None
        said = 0
        while said < 20:
            said = int(writer.stdout.readline())
        writer.send_signal(signal.SIGKILL)
        said = max([said, *map(int, writer.stdout.read().split())])
    store = SqliteStore(path, analyser=analyser())
    checkpoint = store.checkpoint("s")
    assert checkpoint is not None
    assert checkpoint.position >= said
    assert total(store) == total(store, "gipfel") == 20 * checkpoint.position
    assert integrity(store) == "ok"
    store.close()
