import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Timer

from wirewatch.adapters.sources.pipe import open_pipe


@contextmanager
def pipe() -> Iterator[tuple[int, int]]:
    reader, writer = os.pipe()
    try:
        yield reader, writer
    finally:
        os.close(reader)
        os.close(writer)


def noted(waits: list[float]) -> Callable[[float], bool]:
    def wait(seconds: float) -> bool:
        waits.append(seconds)
        return False

    return wait


def test_what_is_there_is_read_without_waiting() -> None:
    waits: list[float] = []
    with pipe() as (reader, writer):
        os.write(writer, b"eins\nzwei\n")
        stream = open_pipe(reader, noted(waits))
        assert [stream.readline(), stream.readline()] == [b"eins\n", b"zwei\n"]
    assert not waits


def test_before_it_waits_it_says_so_and_then_reads_on() -> None:
    waits: list[float] = []
    with pipe() as (reader, writer):
        stream = open_pipe(reader, noted(waits), interval=0.01)
        os.write(writer, b"ein")
        later = Timer(0.1, os.write, (writer, b"s\n"))
        later.start()
        assert stream.readline() == b"eins\n"
        later.join()
    assert waits
    assert set(waits) == {0}


def test_told_to_stop_it_ends() -> None:
    with pipe() as (reader, _writer):
        assert open_pipe(reader, lambda _seconds: True).readline() == b""
