"""The SQLite file: what stands in it, how it is opened, and what its faults mean."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from wirewatch.core.errors import Refused, Unavailable

# "wwat" in the file's header says whose file it is.
APPLICATION_ID = 0x77776174
SCHEMA_VERSION = 1
_PAGE_BYTES = 8192

# An article's row id holds its time: see sqlite_index.row_id. So the full-text index delivers hits in order of time, and a date is a range
# of row ids. ``search`` is contentless: it holds the index alone, and the text stands once, in ``articles.article`` (MessagePack).
# ``facets`` is narrow on purpose: counting reads it alone. ``terms.id`` holds the facet in its lowest three bits.
# ``vocabulary`` maps a stem and its language to the words met with that stem, and is what turns a word of a query into its forms.
_SCHEMA = """
CREATE TABLE articles (rowid INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, updated_at INTEGER, article BLOB NOT NULL);
CREATE TABLE facets (rowid INTEGER PRIMARY KEY, terms BLOB NOT NULL);
CREATE TABLE terms (id INTEGER PRIMARY KEY, facet INTEGER NOT NULL, value TEXT NOT NULL, UNIQUE (facet, value));
CREATE TABLE vocabulary (stem TEXT NOT NULL, word TEXT NOT NULL, PRIMARY KEY (stem, word)) WITHOUT ROWID;
CREATE TABLE dead_letters (id TEXT PRIMARY KEY, failed_at INTEGER NOT NULL, reason TEXT NOT NULL, letter BLOB NOT NULL) WITHOUT ROWID;
CREATE INDEX dead_letters_by_time ON dead_letters (failed_at DESC, id);
CREATE TABLE checkpoints (source TEXT PRIMARY KEY, position INTEGER NOT NULL, mark TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE facts (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE VIRTUAL TABLE search USING fts5(title, body, parts, persons, organisations, places, others, tags, content='', tokenize='ascii');
INSERT INTO search (search, rank) VALUES ('pgsz', 8000);
INSERT INTO search (search, rank) VALUES ('hashsize', 16777216);
INSERT INTO search (search, rank) VALUES ('automerge', 8);
"""


def open_database(path: Path, *, wait_seconds: float) -> sqlite3.Connection:
    """Open the file, or make it. Raises Unavailable, Refused."""
    if not path.parent.is_dir():
        raise Unavailable(f"{path} can't be made: there is no folder {path.parent}. Make it, or name another file")
    with faults(path):
        connection = sqlite3.connect(path, timeout=wait_seconds, isolation_level=None)
        try:
            _prepare(connection)
            _check(connection, path)
        except BaseException:
            connection.close()
            raise
    return connection


def _prepare(connection: sqlite3.Connection) -> None:
    connection.execute(f"PRAGMA page_size = {_PAGE_BYTES}")
    if _is_empty(connection):
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("BEGIN IMMEDIATE")
        # Another process may have been quicker.
        if _is_empty(connection):
            for statement in filter(str.strip, _SCHEMA.split(";\n")):
                connection.execute(statement)
            connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
            connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
        connection.execute("COMMIT")
    # After a power failure the last transactions may be missing, articles and checkpoint alike; a killed process loses nothing.
    connection.execute("PRAGMA synchronous = NORMAL")
    connection.execute("PRAGMA cache_size = -65536")
    # Pages that many transactions change are copied into the file once: 32 MiB of changes are gathered.
    connection.execute("PRAGMA wal_autocheckpoint = 4096")
    connection.execute("PRAGMA journal_size_limit = 67108864")


def _is_empty(connection: sqlite3.Connection) -> bool:
    return pragma(connection, "application_id") == 0 and not connection.execute("SELECT EXISTS (SELECT * FROM sqlite_master)").fetchone()[0]


def pragma(connection: sqlite3.Connection, name: str) -> int:
    """A number SQLite keeps about the file."""
    return int(connection.execute(f"PRAGMA {name}").fetchone()[0])


def _check(connection: sqlite3.Connection, path: Path) -> None:
    if pragma(connection, "application_id") != APPLICATION_ID:
        raise Refused(f"{path} is a database of another program, not of wirewatch; name another file")
    version = pragma(connection, "user_version")
    if version > SCHEMA_VERSION:
        raise Refused(
            f"{path} was made by a newer wirewatch (its schema is {version}, this one knows {SCHEMA_VERSION}); "
            "install that, or name another file"
        )
    if version < SCHEMA_VERSION:
        raise Refused(
            f"{path} was made by an older wirewatch (its schema is {version}, this one needs {SCHEMA_VERSION}); "
            "name a new file and run your sources again"
        )


@contextmanager
def faults(path: Path) -> Iterator[None]:
    """What SQLite raises as Unavailable or Refused; faults of the program's own stay what they are."""
    try:
        yield
    except sqlite3.Error as error:
        # The low byte is the kind of fault, the rest its detail (sqlite.org/rescode.html).
        kind = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF
        if kind in {sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT}:
            what = "is no SQLite database" if kind == sqlite3.SQLITE_NOTADB else "is damaged"
            raise Refused(f"{path} {what} ({error}); name another file, or put back a copy") from error
        if advice := _UNAVAILABLE.get(kind):
            raise Unavailable(f"{path} {advice} ({error})") from error
        raise


_UNAVAILABLE = {
    sqlite3.SQLITE_BUSY: "is locked by another process; wait until that is done, or raise store_wait_seconds",
    sqlite3.SQLITE_LOCKED: "is locked by another process; wait until that is done, or raise store_wait_seconds",
    sqlite3.SQLITE_FULL: "can't grow: the disk is full; make room, or name a file on another disk",
    sqlite3.SQLITE_CANTOPEN: "can't be opened; is it a file, and may it and its folder be read and written?",
    sqlite3.SQLITE_READONLY: "can't be written; change the permissions of the file and its folder, or name another file",
    sqlite3.SQLITE_PERM: "can't be written; change the permissions of the file and its folder, or name another file",
    sqlite3.SQLITE_IOERR: "can't be read or written: the disk has a fault or no room",
}


@contextmanager
def transaction(connection: sqlite3.Connection, *, write: bool = False) -> Iterator[None]:
    """All of it or nothing; reading sees one state of the file throughout."""
    connection.execute("BEGIN IMMEDIATE" if write else "BEGIN")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        # A full disk has rolled back already.
        with suppress(sqlite3.Error):
            connection.execute("ROLLBACK")
        raise
