import gzip
import io
import json
import os
import threading
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from wirewatch.adapters.sources.documents import DocumentSource, json_articles, load_file
from wirewatch.adapters.sources.follow import Follow, FollowedFile
from wirewatch.adapters.sources.lines import FileSource, StreamSource
from wirewatch.adapters.sources.opening import open_sources
from wirewatch.core.errors import SourceError
from wirewatch.ports.source import ArticleSource

FOLLOW = Follow(lambda _: True)
LINES = b'{"title": "a"}\n{"title": "b"}\n'
ARRAY = b'[{"title": "a"},\n {"title": "b"}]\n'
CSV = b"title\na\nb\n"
RSS = b'<?xml version="1.0"?><rss version="2.0"><channel><item><title>a</title></item><item><title>b</title></item></channel></rss>'


def opened(*paths: Path | str, follow: Follow | None = None) -> list[ArticleSource]:
    return open_sources([str(path) for path in paths], max_bytes=100_000, stdin=io.BytesIO(LINES), follow=follow)


def titles(source: ArticleSource) -> list[str]:
    return [json.loads(record.raw)["title"] for record in source.records(None)]


@pytest.mark.parametrize("pack", [bytes, gzip.compress], ids=["plain", "gzip"])
@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("a.jsonl", LINES, FileSource),
        ("a.NDJSON", LINES, FileSource),
        ("a.json", LINES, FileSource),
        ("a.json", b"\xef\xbb\xbf\n" + ARRAY, DocumentSource),
        ("a.json", ARRAY, DocumentSource),
        ("a.csv", CSV, FileSource),
        ("a.tsv", CSV, FileSource),
        ("a.xml", RSS, DocumentSource),
        ("a.rss", RSS, DocumentSource),
        ("a.atom", RSS, DocumentSource),
        ("a", LINES, FileSource),
        ("a.txt", ARRAY, DocumentSource),
        ("a.dat", b"title;body\na;\nb;\n", FileSource),
        ("a", RSS, DocumentSource),
    ],
)
def test_the_name_or_else_the_content_says_what_a_file_holds(
    name: str, content: bytes, kind: type, pack: type[bytes], tmp_path: Path
) -> None:
    path = tmp_path / name
    path.write_bytes(pack(content))
    (source,) = opened(path)

    assert isinstance(source, kind)
    assert titles(source) == ["a", "b"]


def test_a_json_file_may_hold_one_article(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_bytes(b'{\n "title": "a"\n}\n')
    (source,) = opened(path)

    assert titles(source) == ["a"]
    assert json_articles(b' {"title": "a"} ', name="a") == [b'{"title": "a"}']


def test_elements_of_an_array_are_not_looked_at() -> None:
    assert json_articles(b'[1, null, {"a" : [2]}, "\xff"]', name="a") == [b"1", b"null", b'{"a" : [2]}', b'"\xff"']


def test_a_json_file_cut_off_is_named(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_bytes(ARRAY[:-5])
    (source,) = opened(path)

    with pytest.raises(SourceError, match=r"a\.json: this is not valid JSON .*JSON lines"):
        list(source.records(None))


def test_a_single_line_of_json_cut_off_is_left_to_the_pipeline(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_bytes(b'{"title": "a')
    (source,) = opened(path)

    assert [record.raw for record in source.records(None)] == [b'{"title": "a']


@pytest.mark.parametrize("pack", [bytes, gzip.compress], ids=["plain", "gzip"])
def test_a_document_too_large_for_memory_is_refused(pack: type[bytes], tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_bytes(pack(b"[" + b" " * (1 << 20) + b"]"))

    with pytest.raises(SourceError, match=r"a\.json: over 1 MiB.*\.jsonl"):
        load_file(path, max_document=1 << 20)


def test_a_folder_stands_for_its_files_by_name(tmp_path: Path) -> None:
    for name, content in {"b.csv": CSV, "a.jsonl": LINES, "c.xml": RSS, "d.json.gz": gzip.compress(ARRAY)}.items():
        (tmp_path / name).write_bytes(content)
    (tmp_path / "notes.txt").write_text("no articles")
    (tmp_path / ".hidden.jsonl").write_bytes(LINES)
    (tmp_path / "more.jsonl").mkdir()

    assert [Path(source.name).name for source in opened(tmp_path)] == ["a.jsonl", "b.csv", "c.xml", "d.json.gz"]


def test_sources_keep_their_order_and_count_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "b.jsonl").write_bytes(LINES)
    (tmp_path / "a.jsonl").write_bytes(LINES)
    monkeypatch.chdir(tmp_path)
    sources = opened("b.jsonl", "-", tmp_path, "https://a.example/rss", "./a.jsonl", "-")

    assert [source.name for source in sources] == [str(tmp_path / "b.jsonl"), "stdin", str(tmp_path / "a.jsonl"), "https://a.example/rss"]


def test_a_named_pipe_is_read_as_it_comes(tmp_path: Path) -> None:
    path = tmp_path / "pipe"
    os.mkfifo(path)
    (source,) = opened(path)
    writer = threading.Thread(target=path.write_bytes, args=(LINES,))
    writer.start()

    assert isinstance(source, StreamSource)
    assert titles(source) == ["a", "b"]
    writer.join()


def loop(folder: Path) -> Path:
    """A link to itself: an error of the system even for root, whom no missing right stops."""
    path = folder / "loop.jsonl"
    path.symlink_to(path)
    return path


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda folder: folder / "none.jsonl", r"none\.jsonl: can't be read \(No such file or directory\)"),
        (loop, r"loop\.jsonl: can't be read \(Too many levels of symbolic links\)"),
        (lambda folder: folder, r"no articles in this folder; files of articles end in \.jsonl, \.ndjson, .*\.gz"),
    ],
)
def test_what_cannot_be_opened_is_named_before_anything_is_read(make: object, message: str, tmp_path: Path) -> None:
    assert callable(make)
    path = make(tmp_path)

    with pytest.raises(SourceError, match=message) as refused:
        opened("-", path)
    assert str(path) in str(refused.value)


@pytest.mark.usefixtures("unprivileged")
def test_a_folder_without_rights_is_named() -> None:
    # Not under pytest's own folder, which nobody else may enter.
    with TemporaryDirectory() as folder:
        closed = Path(folder) / "closed"
        closed.mkdir(mode=0)

        with pytest.raises(SourceError, match=r"closed: can't be read \(Permission denied\)"):
            opened(closed)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (LINES.decode().encode("utf-16"), "the file is in UTF-16; convert it to UTF-8"),
        (b"Just words.\nMore words.", "the first bytes are not JSON, CSV or a feed; give the file one of the extensions .jsonl"),
    ],
)
def test_what_holds_no_articles_is_refused(content: bytes, message: str, tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(content)

    with pytest.raises(SourceError, match=f"a.txt: {message}"):
        opened(path)


def test_standard_input_must_be_there() -> None:
    with pytest.raises(SourceError, match="no standard input"):
        open_sources(["-"], max_bytes=1000)


def test_one_file_of_json_lines_or_standard_input_can_be_followed(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(LINES)

    assert isinstance(opened(path, follow=FOLLOW)[0], FollowedFile)
    assert isinstance(opened(tmp_path, follow=FOLLOW)[0], FollowedFile)
    assert isinstance(opened("-", follow=FOLLOW)[0], StreamSource)


@pytest.mark.parametrize(
    "files", [{"a.csv": CSV}, {"a.xml": RSS}, {"a.json": ARRAY}, {"a.jsonl.gz": gzip.compress(LINES)}, {"a.jsonl": LINES, "b.jsonl": LINES}]
)
def test_nothing_else_can_be_followed(files: dict[str, bytes], tmp_path: Path) -> None:
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)

    with pytest.raises(SourceError, match="--follow works for a single file of JSON lines, or for standard input"):
        opened(tmp_path, follow=FOLLOW)
