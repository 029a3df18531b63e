"""The tables of the SQLite file: how they are created, and whether a file has the ones we know."""

import sqlite3
from pathlib import Path

from wirewatch.core.errors import Refused

# "wwat", which marks the file's header as ours.
APPLICATION_ID = 0x77776174
SCHEMA_VERSION = 1
_PAGE_BYTES = 8192

# An article's row id holds its time (index.first_row_id), so the full-text index returns hits in order of time, and a date is a range of
# row ids. ``search`` is contentless: it holds only the index, and the text is stored once, in ``articles.article`` (MessagePack).
# ``facets`` is narrow on purpose: counting reads nothing else. ``terms.id`` holds the facet in its lowest three bits.
# ``vocabulary`` maps a stem and its language to the words seen with that stem; it turns a word of a query into its forms.
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


def prepare(connection: sqlite3.Connection) -> None:
    """Create the tables in an empty file, and set how the connection writes."""
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
    # A power failure may lose the last transactions, articles and checkpoint alike; a killed process loses nothing.
    connection.execute("PRAGMA synchronous = NORMAL")
    connection.execute("PRAGMA cache_size = -65536")
    # Collect 32 MiB of changes, so that a page that many transactions change is copied into the file once.
    connection.execute("PRAGMA wal_autocheckpoint = 4096")
    connection.execute("PRAGMA journal_size_limit = 67108864")


def _is_empty(connection: sqlite3.Connection) -> bool:
    return pragma(connection, "application_id") == 0 and not connection.execute("SELECT EXISTS (SELECT * FROM sqlite_master)").fetchone()[0]


def pragma(connection: sqlite3.Connection, name: str) -> int:
    """A number that SQLite keeps about the file."""
    return int(connection.execute(f"PRAGMA {name}").fetchone()[0])


def check(connection: sqlite3.Connection, path: Path) -> None:
    """Raise Refused if the file is not ours, or of another release."""
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
