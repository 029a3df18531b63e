"""Reads standard input as it comes: what has arrived is processed while nothing more arrives."""

import os
from collections.abc import Callable
from io import BufferedReader, RawIOBase
from select import select
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer


class _Pipe(RawIOBase):
    def __init__(self, descriptor: int, wait: Callable[[float], bool], interval: float) -> None:
        self._descriptor = descriptor
        self._wait = wait
        self._interval = interval

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "WriteableBuffer", /) -> int:
        seconds = 0.0
        while not select([self._descriptor], [], [], seconds)[0]:
            if self._wait(0):
                return 0
            seconds = self._interval
        view = memoryview(buffer)
        data = os.read(self._descriptor, len(view))
        view[: len(data)] = data
        return len(data)


def open_pipe(descriptor: int, wait: Callable[[float], bool], *, interval: float = 0.5) -> BufferedReader:
    """Return a stream that reads ``descriptor``.

    ``wait(0)`` is called before a read that would block, and every ``interval`` seconds while it does; if it returns True, the stream ends.
    """
    return BufferedReader(_Pipe(descriptor, wait, interval), 1 << 16)
