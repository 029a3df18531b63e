import gzip
import io
import tracemalloc
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wirewatch.adapters.sources.follow import Follow, FollowedFile
from wirewatch.adapters.sources.lines import EXCERPT, FileSource, StreamSource, json_lines
from wirewatch.adapters.sources.opening import open_sources
from wirewatch.core.article import Checkpoint
from wirewatch.core.errors import SourceError
from wirewatch.ports.source import Record

MAX_BYTES = 40
BOM = b"\xef\xbb\xbf"


def lines(content: bytes, max_bytes: int = MAX_BYTES) -> list[Record]:
    return list(json_lines(io.BytesIO(content), 0, max_bytes=max_bytes))


def source_of(path: Path) -> FileSource:
    (source,) = open_sources([str(path)], max_bytes=MAX_BYTES)
    assert isinstance(source, FileSource)
    return source


@given(st.binary(max_size=200) | st.lists(st.sampled_from([b"a", b"\n", b"\r", b" ", BOM, b"\xff", b"b" * 39])).map(b"".join))
def test_any_bytes_come_as_they_are(content: bytes) -> None:
    records = lines(content)

    split = [line.removesuffix(b"\r") for line in content.removeprefix(BOM).split(b"\n")]
    expected = [line for line in split if len(line) > MAX_BYTES or line.strip()]
    assert [bool(record.fault) for record in records] == [len(line) > MAX_BYTES for line in expected]
    assert [record.raw[:MAX_BYTES] for record in records] == [line[:MAX_BYTES] for line in expected]


@given(st.binary(max_size=200) | st.lists(st.sampled_from([b"a", b"\n", b"\r", b" ", BOM, b"b" * 39])).map(b"".join))
def test_any_bytes_go_on_behind_any_record(content: bytes) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "a.jsonl"
        path.write_bytes(content)
        if content.startswith((b"\xff\xfe", b"\xfe\xff", b"\x1f\x8b")):
            return  # refused as UTF-16, or unpacked
        source = source_of(path)
        records = list(source.records(None))
        for number, record in enumerate(records, 1):
            assert list(source_of(path).records(source.checkpoint(record.position))) == records[number:]


def test_position_is_behind_the_line_and_its_end() -> None:
    assert lines(BOM + b"{}\r\n\r\n [1]\n{}") == [
        Record(b"{}", 0, 7),
        Record(b" [1]", 9, 14),
        Record(b"{}", 14, 16),
    ]


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b""])
def test_the_limit_counts_a_line_without_its_end(end: bytes) -> None:
    (fits,) = lines(b"x" * MAX_BYTES + end)
    (large,) = lines(b"x" * (MAX_BYTES + 1) + end)

    assert fits.fault is None
    assert large.fault == ("too_large", f"a line of {MAX_BYTES + 1 + len(end)} bytes; at most {MAX_BYTES} are read")


def test_a_line_over_the_limit_is_skipped_in_bounded_memory() -> None:
    class Endless(io.RawIOBase):
        left = 64 << 20

        def readable(self) -> bool:
            return True

        def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]  # what BufferedReader hands over
            size = min(len(buffer), self.left)
            buffer[:size] = b"x" * size
            self.left -= size
            return size

    tracemalloc.start()
    (record,) = json_lines(io.BufferedReader(Endless()), 0, max_bytes=1 << 20)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert record.position == 64 << 20
    assert record.fault
    assert record.raw == b"x" * EXCERPT
    assert peak < 8 << 20


def test_reading_goes_on_behind_what_a_file_has_grown_by(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(b"1\n2\n")
    source = source_of(path)
    last = list(source.records(None))[-1]
    with path.open("ab") as file:
        file.write(b"3\n" * 2000)

    assert next(source_of(path).records(source.checkpoint(last.position))) == Record(b"3", 4, 6)


def test_a_file_that_grew_while_it_was_read_goes_on_where_it_was(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(b"1\n")
    source = source_of(path)
    records = source.records(None)
    next(records)
    with path.open("ab") as file:
        file.write(b"2\n" * 4000)
    last = list(records)[-1]

    assert last.position == 8002
    assert list(source_of(path).records(source.checkpoint(last.position))) == []


@pytest.mark.parametrize("content", [b"9\n2\n3\n4\n5\n", b"1\n", b""], ids=["other", "shorter", "empty"])
@pytest.mark.parametrize("pack", [bytes, gzip.compress], ids=["plain", "gzip"])
def test_a_replaced_file_is_read_from_its_start(content: bytes, pack: Callable[[bytes], bytes], tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(pack(b"1\n2\n3\n"))
    source = source_of(path)
    checkpoint = source.checkpoint(list(source.records(None))[-1].position)
    path.write_bytes(pack(content))

    assert [record.raw for record in source_of(path).records(checkpoint)] == content.split()


@pytest.mark.parametrize("mark", ["", "x", "0:", "3:abc", "99999999999999999999999:e", "٣:e"])
def test_a_mark_nobody_made_means_another_file(mark: str, tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(b"1\n2\n")

    assert len(list(source_of(path).records(Checkpoint(source=str(path), position=2, mark=mark)))) == 2


def test_a_damaged_gzip_file_is_named(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl.gz"
    path.write_bytes(gzip.compress(bytes(range(256)) * 999)[:-20])

    with pytest.raises(SourceError, match=r"a\.jsonl\.gz: the gzip file is damaged"):
        list(source_of(path).records(None))


def test_a_file_that_is_gone_when_it_is_its_turn_is_named(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(b"1\n")
    source = source_of(path)
    path.unlink()

    with pytest.raises(SourceError, match=r"a\.jsonl: can't be read \(No such file"):
        list(source.records(None))


def test_a_pipe_is_read_line_by_line() -> None:
    class Pipe:
        def __init__(self) -> None:
            self.asked = 0

        def readline(self, _size: int, /) -> bytes:
            self.asked += 1
            return b"%d\n" % self.asked

    pipe = Pipe()
    source = StreamSource("stdin", lambda: nullcontext(pipe), max_bytes=MAX_BYTES)
    records = source.records(Checkpoint(source="stdin", position=99))

    assert next(records) == Record(b"1", 0, 2)
    assert pipe.asked == 1


class Script:
    """A file's life while it is followed: one step each time its reader waits, then stop."""

    def __init__(self, *steps: Callable[[], object]) -> None:
        self.steps = list(steps)
        self.waits: list[float] = []

    def wait(self, seconds: float) -> bool:
        self.waits.append(seconds)
        if seconds and not self.steps:
            return True
        if seconds:
            self.steps.pop(0)()
        return False


def follow(path: Path, *steps: Callable[[], object], after: Checkpoint | None = None) -> list[bytes]:
    source = FollowedFile(path, max_bytes=MAX_BYTES, follow=Follow(Script(*steps).wait, 7.0))
    return [record.raw for record in source.records(after)]


def appending(path: Path, content: bytes) -> Callable[[], object]:
    def append() -> None:
        with path.open("ab") as file:
            file.write(content)

    return append


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / "log.jsonl"
    path.write_bytes(b"1\n2\n")
    return path


def test_follow_reads_what_is_appended(log: Path) -> None:
    assert follow(log, appending(log, b"3\n4\n"), lambda: None, appending(log, b"5\n")) == [b"1", b"2", b"3", b"4", b"5"]


def test_follow_waits_the_interval_and_stops_when_told(log: Path) -> None:
    script = Script(lambda: None)

    assert len(list(FollowedFile(log, max_bytes=MAX_BYTES, follow=Follow(script.wait, 0.25)).records(None))) == 2
    assert script.waits == [0.25, 0.25]


def test_follow_takes_a_line_when_its_newline_is_there(log: Path) -> None:
    assert follow(log, appending(log, b"3")) == [b"1", b"2"]
    assert follow(log, appending(log, b"4"), appending(log, b"5\n6")) == [b"1", b"2", b"345"]


def test_follow_skips_a_line_over_the_limit_once_it_ends(log: Path) -> None:
    records = follow(log, appending(log, b"x" * 100), appending(log, b"x" * 100 + b"\n7\n"))

    assert records == [b"1", b"2", b"x" * (MAX_BYTES + 5), b"7"]


def test_follow_reads_a_truncated_file_from_its_start(log: Path) -> None:
    assert follow(log, lambda: log.write_bytes(b"8\n"), appending(log, b"9\n")) == [b"1", b"2", b"8", b"9"]


def test_follow_reads_a_rewritten_file_from_its_start_though_it_is_longer(log: Path) -> None:
    assert follow(log, lambda: log.write_bytes(b"5\n6\n7\n8\n")) == [b"1", b"2", b"5", b"6", b"7", b"8"]


def test_follow_reads_a_rotated_file_to_its_end_and_then_the_new_one(log: Path) -> None:
    def rotate() -> None:
        appending(log, b"3\n4")()
        log.rename(log.with_suffix(".1"))

    assert follow(log, rotate, lambda: None, lambda: log.write_bytes(b"1\n2\n3\n4\n5\n")) == [
        *(b"1", b"2", b"3", b"4"),
        *(b"1", b"2", b"3", b"4", b"5"),
    ]


def test_follow_lets_a_batch_be_flushed_before_positions_are_of_another_file(log: Path) -> None:
    kept: list[Checkpoint] = []
    seen: list[Record] = []

    def rotate() -> None:
        appending(log, b"3\n")()
        log.rename(log.with_suffix(".1"))
        log.write_bytes(b"1\n")

    script = Script(rotate)

    def wait(seconds: float) -> bool:
        kept.append(source.checkpoint(seen[-1].position))
        return script.wait(seconds)

    source = FollowedFile(log, max_bytes=MAX_BYTES, follow=Follow(wait))
    for record in source.records(None):
        seen.append(record)  # noqa: PERF402 - one by one, as wait looks at the last one

    assert [checkpoint.position for checkpoint in kept] == [4, 6, 2]
    assert len({checkpoint.mark for checkpoint in kept}) == 3


def test_follow_waits_for_a_file_that_was_moved_away_before_it_was_opened(log: Path) -> None:
    log.unlink()

    assert follow(log, lambda: None, lambda: log.write_bytes(b"1\n")) == [b"1"]


def test_follow_goes_on_from_a_checkpoint(log: Path) -> None:
    source = FollowedFile(log, max_bytes=MAX_BYTES, follow=Follow(lambda _: True))
    checkpoint = source.checkpoint(next(source.records(None)).position)

    assert follow(log, appending(log, b"3\n"), after=checkpoint) == [b"2", b"3"]
