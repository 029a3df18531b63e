"""The open SQLite file: its one connection, transactions, and what SQLite's errors mean."""

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from wirewatch.adapters.sqlite.schema import check, prepare
from wirewatch.core.errors import Refused, Unavailable

_UNAVAILABLE = {
    sqlite3.SQLITE_BUSY: "is locked by another process; wait until that is done, or raise store_wait_seconds",
    sqlite3.SQLITE_LOCKED: "is locked by another process; wait until that is done, or raise store_wait_seconds",
    sqlite3.SQLITE_FULL: "can't grow: the disk is full; make room, or name a file on another disk",
    sqlite3.SQLITE_CANTOPEN: "can't be opened; is it a file, and may it and its folder be read and written?",
    sqlite3.SQLITE_READONLY: "can't be written; change the permissions of the file and its folder, or name another file",
    sqlite3.SQLITE_PERM: "can't be written; change the permissions of the file and its folder, or name another file",
    sqlite3.SQLITE_IOERR: "can't be read or written: the disk is faulty or full",
}


class Database:
    """A file of ours, open. All parts of the store share its connection, and so its transactions."""

    def __init__(self, path: Path, *, wait_seconds: float) -> None:
        """Open the file, or create it; ``wait_seconds`` is how long to wait for another process's lock. Raises Unavailable, Refused."""
        if not path.parent.is_dir():
            raise Unavailable(f"{path} can't be created: there is no folder {path.parent}. Create it, or name another file")
        self.path = path
        with faults(path):
            self.connection = sqlite3.connect(path, timeout=wait_seconds, isolation_level=None)
            try:
                prepare(self.connection)
                check(self.connection, path)
            except BaseException:
                self.connection.close()
                raise

    def execute(self, sql: str, parameters: Sequence[Any] | Mapping[str, Any] = ()) -> sqlite3.Cursor:
        """Execute one statement of a transaction."""
        return self.connection.execute(sql, parameters)

    def first(self, sql: str, parameters: Sequence[Any]) -> Any:
        """The first row of a query that needs no transaction; None if there is none. Raises Unavailable, Refused."""
        with faults(self.path):
            return self.execute(sql, parameters).fetchone()

    @contextmanager
    def reading(self) -> Iterator[None]:
        """See one state of the file throughout. Raises Unavailable, Refused."""
        with faults(self.path), _transaction(self.connection, "BEGIN"):
            yield

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Write everything or nothing. Raises Unavailable, Refused."""
        with faults(self.path), _transaction(self.connection, "BEGIN IMMEDIATE"):
            yield

    def close(self) -> None:
        """Close the file; without it nothing is lost."""
        self.connection.close()


@contextmanager
def faults(path: Path) -> Iterator[None]:
    """Raise SQLite's errors as Unavailable or Refused; faults of the program itself are raised as they are."""
    try:
        yield
    except sqlite3.Error as error:
        # The low byte is the kind of error, the rest its detail (sqlite.org/rescode.html).
        kind = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF
        if kind in {sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT}:
            what = "is not a SQLite database" if kind == sqlite3.SQLITE_NOTADB else "is damaged"
            raise Refused(f"{path} {what} ({error}); name another file, or restore a copy") from error
        if advice := _UNAVAILABLE.get(kind):
            raise Unavailable(f"{path} {advice} ({error})") from error
        raise


@contextmanager
def _transaction(connection: sqlite3.Connection, begin: str) -> Iterator[None]:
    connection.execute(begin)
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        # SQLite has rolled back already if the disk is full.
        with suppress(sqlite3.Error):
            connection.execute("ROLLBACK")
        raise
