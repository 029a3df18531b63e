"""Articles from a file of JSON lines that is being appended to, followed as ``tail -F`` follows a log."""

import os
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from io import BufferedReader
from pathlib import Path
from typing import Literal

from wirewatch.adapters.sources.lines import MARKED, Beginning, json_lines, reading
from wirewatch.core.article import Checkpoint
from wirewatch.ports.source import Record


@dataclass(frozen=True, slots=True)
class Follow:
    """Keep reading a file as it grows.

    ``wait`` is called with ``interval`` (seconds) whenever everything has been read and passed on, and with 0 before another file is read:
    it must flush a batch then, because the next position is in other content. It returns True to stop (``threading.Event().wait`` fits).
    """

    wait: Callable[[float], bool]
    interval: float = 1.0


class FollowedFile:
    """A file of JSON lines without an end. A line counts once its newline is there.

    A file that is truncated, rewritten or replaced (log rotation) is read from its start, after the rest of a file that was moved away. A
    file that was rewritten with the same first KiB and is longer looks like one that has grown.
    """

    total = None

    def __init__(self, path: Path, *, max_bytes: int, follow: Follow) -> None:
        self.name = str(path)
        self._path = path
        self._max_bytes = max_bytes
        self._follow = follow
        self._beginning = Beginning()

    def records(self, after: Checkpoint | None) -> Iterator[Record]:
        """See ``ArticleSource``; ends when ``wait`` returns True."""
        stopped = False
        while not stopped:
            with reading(self.name):
                try:
                    file = self._path.open("rb")
                except FileNotFoundError:  # moved away, and the new one isn't there yet
                    stopped = self._wait()
                    continue
                with file:
                    stopped = yield from self._until_replaced(file, self._beginning.start(file, after))
            after = None

    def checkpoint(self, position: int) -> Checkpoint:
        """See ``ArticleSource``."""
        return Checkpoint(source=self.name, position=position, mark=self._beginning.mark(position))

    def _wait(self) -> bool:
        return self._follow.wait(self._follow.interval)

    def _until_replaced(self, file: BufferedReader, position: int) -> Generator[Record, None, bool]:
        """Yield records as they come; return True to stop, False when the path leads to other content."""
        state: Literal["same", "moved", "rewritten"] = "same"
        while True:
            file.seek(position)
            for record in json_lines(file, position, max_bytes=self._max_bytes, unfinished=state == "moved"):
                yield record
                position = record.position
            if state == "moved":
                # What was read from the old file must be finished before positions are those of the new one.
                return self._follow.wait(0)
            if self._wait():
                return True
            state = self._state(file, position)
            if state == "rewritten":
                return False

    def _state(self, file: BufferedReader, position: int) -> Literal["same", "moved", "rewritten"]:
        opened = os.fstat(file.fileno())
        # Not through the file object, whose buffer may hold what was there before.
        if opened.st_size < position or not self._beginning.still(os.pread(file.fileno(), MARKED, 0)):
            return "rewritten"
        try:
            return "same" if os.path.samestat(opened, self._path.stat()) else "moved"
        except FileNotFoundError:
            return "same"
