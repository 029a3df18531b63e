"""Standard input as it comes: what has arrived is worked on while nothing more does."""

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
    """Read ``descriptor``.

    Before a read that would block, and each ``interval`` seconds of it, ``wait(0)`` is called; True ends the stream.
    """
    return BufferedReader(_Pipe(descriptor, wait, interval), 1 << 16)
