import gzip
import io
import json
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wirewatch.adapters.sources.delimited import csv_rows
from wirewatch.adapters.sources.lines import EXCERPT, ByteFile
from wirewatch.adapters.sources.opening import open_sources
from wirewatch.core.errors import SourceError
from wirewatch.ports.source import Record

MAX_BYTES = 1000


class Once(io.BytesIO):
    """A file in which going back is only done to the start: in a compressed one it means to unpack all before it again."""

    def seek(self, position: int, whence: int = 0, /) -> int:
        assert position == 0 or position >= self.tell()
        return super().seek(position, whence)


def rows(content: bytes | str, start: int = 0, *, max_bytes: int = MAX_BYTES) -> list[Record]:
    file: ByteFile = Once(content if isinstance(content, bytes) else content.encode())
    return list(csv_rows(file, start, max_bytes=max_bytes, name="a.csv"))


def articles(content: bytes | str) -> list[dict[str, str]]:
    return [json.loads(record.raw) for record in rows(content) if not record.fault]


def faults(content: bytes | str) -> list[tuple[str, str] | None]:
    return [record.fault for record in rows(content)]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_the_delimiter_is_the_one_that_gives_known_columns(delimiter: str) -> None:
    header = delimiter.join(["Title", "Text", '"Notes, remarks; more\t"'])

    assert articles(f"{header}\n{delimiter.join('abc')}\n") == [{"title": "a", "body": "b"}]


@pytest.mark.parametrize(
    ("column", "field"),
    [
        ("Headline", "title"),
        ("ÜBERSCHRIFT", "title"),
        ("full_text", "body"),
        (" Content ", "body"),
        ("Link", "url"),
        ("pubDate", "published_at"),
        ("publish-date", "published_at"),
        ("Outlet", "source"),
        ("byline", "authors"),
        ("lang", "language"),
        ("last_mod", "updated_at"),
    ],
)
def test_columns_go_by_their_usual_names(column: str, field: str) -> None:
    other = "text" if field == "title" else "title"

    assert articles(f"{column},{other}\nx,y\n")[0][field] == "x"


def test_of_two_columns_for_one_field_the_better_name_counts() -> None:
    assert articles("description,headline,body,title\na,b,c,d\n") == [{"body": "c", "title": "d"}]


def test_a_row_number_is_no_identifier() -> None:
    assert articles(",id,title\n0,1,a\n") == [{"title": "a"}]


def test_cells_hold_delimiters_quotes_and_newlines() -> None:
    text = 'Eins, zwei;\r\n"drei"\n\nvier'
    quoted = text.replace('"', '""')

    assert articles(f'title,body\r\n"{quoted}","{quoted}"\r\nx,y\r\n') == [{"title": text, "body": text}, {"title": "x", "body": "y"}]


def test_byte_order_mark_blank_lines_and_a_missing_last_newline() -> None:
    assert rows(b"\xef\xbb\xbf\r\ntitle\r\n\r\na\r\n\r\nb") == [Record(b'{"title":"a"}', 14, 17), Record(b'{"title":"b"}', 19, 20)]


def test_cells_over_the_csv_modules_own_limit_are_read(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(f"title\n{'x' * 200_000}\n")
    (source,) = open_sources([str(path)], max_bytes=300_000)

    assert len(next(source.records(None)).raw) > 200_000


def test_a_row_of_another_width_is_a_fault() -> None:
    content = "title,body\na,b\nc\nd,e,f\ng,h\n"

    assert faults(content) == [
        None,
        ("invalid_record", "row 3 has 1 columns, the header 2"),
        ("invalid_record", "row 4 has 3 columns, the header 2"),
        None,
    ]
    assert [record.raw for record in rows(content) if record.fault] == [b"c\n", b"d,e,f\n"]


def test_where_reading_went_on_a_fault_names_the_byte() -> None:
    content = b"title,body\na,b\nc\n"

    assert rows(content, 15)[0].fault == ("invalid_record", "the row at byte 15 has 1 columns, the header 2")


def test_rows_in_latin_1_are_faults_and_the_others_come() -> None:
    content = b"title,body\nM\xe4rz,\xfcber\n" + "März,ü\n".encode()

    assert faults(content) == [("invalid_encoding", "row 2 is not UTF-8; convert the file to UTF-8"), None]
    assert rows(content)[0].raw == b"M\xe4rz,\xfcber\n"


def test_a_quote_nobody_closed_costs_its_row_only() -> None:
    content = 'title,body\n1,"open\n2,two\n3,three\n'

    assert [fault and fault[0] for fault in faults(content)] == ["invalid_record", None, None]
    assert "row 2" in str(faults(content)[0])
    assert articles(content) == [{"title": "2", "body": "two"}, {"title": "3", "body": "three"}]


def test_a_quote_nobody_closed_before_more_than_the_limit_costs_its_row_only() -> None:
    content = 'title,body\n1,"open\n' + "".join(f"{number},text\n" for number in range(2, 500))
    found = rows(content)

    assert found[0].fault
    assert found[0].fault[0] == "too_large"
    assert found[0].raw == b'1,"open\n'
    assert [record.fault for record in found[1:]] == [None] * 498


def test_a_stray_quote_costs_its_row_only() -> None:
    content = 'title,body\n1,"say "hello" to"\n"2","two"\n'

    assert [fault and fault[0] for fault in faults(content)] == ["invalid_record", None]


def test_a_line_over_the_limit_is_a_fault_with_its_beginning() -> None:
    first, second = rows(b"title\n" + b"x" * 200_000 + b"\ny\n", max_bytes=100_000)

    assert first.raw == b"x" * EXCERPT
    assert first.position == 6 + 200_001
    assert first.fault == ("too_large", "row 2 goes on for more than 100,000 bytes; perhaps a quote isn't closed")
    assert second.raw == b'{"title":"y"}'


CELLS = st.text(alphabet='ab ,;"\n\r\tä', max_size=6)


@given(st.lists(st.tuples(CELLS, CELLS), max_size=6), st.sampled_from(["\n", "\r\n"]))
def test_what_was_written_is_read(table: list[tuple[str, str]], end: str) -> None:
    quoted = [",".join('"' + cell.replace('"', '""') + '"' for cell in row) for row in table]

    read = articles(end.join(["title,body", *quoted, ""]))

    assert [(article.get("title", ""), article.get("body", "")) for article in read] == table


@given(st.lists(st.sampled_from([b'"', b",", b"\n", b"\r\n", b"a", b"\xff", b"\xc3\xa4", b"x" * 30]), max_size=60).map(b"".join))
def test_any_bytes_go_on_behind_any_row(content: bytes) -> None:
    content = b"title,body\n" + content
    found = rows(content, max_bytes=50)

    assert all(before.position <= after.offset for before, after in pairwise(found))
    for number, record in enumerate(found, 1):
        rest = rows(content, record.position, max_bytes=50)
        assert [(r.raw, r.offset, r.position) for r in rest] == [(r.raw, r.offset, r.position) for r in found[number:]]
        assert [r.fault and r.fault[0] for r in rest] == [r.fault and r.fault[0] for r in found[number:]]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"id,name\n1,x\n", r"a\.csv: no column holds text\. Columns found: id, name\. One must be title \(also headline.*or body"),
        (b"t\xe4tle,body\n", r"a\.csv: the header is not UTF-8 \(byte 2\); convert"),
        (b"title,body\ra,b\r", r"a\.csv: the first line can't be read as a CSV header"),
        (b"x" * 100_000, r"a\.csv: the first line is over 65,536 bytes long"),
        ("title,body\n".encode("utf-16"), r"a\.csv: the file is in UTF-16; convert it to UTF-8"),
    ],
)
def test_what_is_no_table_of_articles_is_refused_at_once(content: bytes, message: str, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(content)

    with pytest.raises(SourceError, match=message):
        open_sources([str(path)], max_bytes=MAX_BYTES)


def test_a_header_alone_is_no_error(tmp_path: Path) -> None:
    path = tmp_path / "a.tsv.gz"
    path.write_bytes(gzip.compress(b"title\tbody"))
    (source,) = open_sources([str(path)], max_bytes=MAX_BYTES)

    assert list(source.records(None)) == []
