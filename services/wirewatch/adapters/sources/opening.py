"""Opens sources: finds out which source of articles a file, a folder, a URL or ``-`` is."""

import os
import stat
from collections.abc import Iterator, Sequence
from contextlib import nullcontext
from functools import partial
from pathlib import Path
from typing import Literal

import msgspec

from wirewatch.adapters.sources.delimited import csv_rows, read_header
from wirewatch.adapters.sources.documents import DocumentSource, json_articles, load_file
from wirewatch.adapters.sources.feeds import check_url, feed_articles, fetch, is_url
from wirewatch.adapters.sources.follow import Follow, FollowedFile
from wirewatch.adapters.sources.lines import BOM, ByteStream, FileSource, StreamSource, is_gzip, json_lines, open_file, reading
from wirewatch.core.errors import SourceError
from wirewatch.ports.source import ArticleSource

Kind = Literal["lines", "json", "csv", "feed"]
_KINDS: dict[str, Kind] = {
    ".jsonl": "lines",
    ".ndjson": "lines",
    ".json": "json",
    ".csv": "csv",
    ".tsv": "csv",
    ".xml": "feed",
    ".rss": "feed",
    ".atom": "feed",
}
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
# How much of a file is read to find out what is in it, in bytes.
_SNIFFED = 65_536
FETCH_TIMEOUT = 20.0


def open_sources(
    paths: Sequence[str],
    *,
    max_bytes: int,
    stdin: ByteStream | None = None,
    follow: Follow | None = None,
    fetch_timeout: float = FETCH_TIMEOUT,
) -> list[ArticleSource]:
    """Return one source for each file, feed or pipe, in the order given; files of a folder are sorted by name, subfolders are left out.

    ``paths``: files (JSON lines, a JSON array, CSV, RSS or Atom, gzipped or not), folders of files, URLs of feeds, ``-`` for ``stdin`` with
    JSON lines. A file's extension says what is in it, else its first bytes. ``max_bytes``: the limit for one article. ``fetch_timeout``:
    seconds for a feed. ``follow`` is for a single file of JSON lines, or for a pipe, which is always followed. Raises SourceError if one
    can't be opened, before any is read.
    """
    found: dict[str, ArticleSource] = {}
    for path in paths:
        if path == "-":
            sources: list[ArticleSource] = [_pipe(stdin, max_bytes)]
        elif is_url(path):
            check_url(path)
            sources = [_feed_url(path, max_bytes, fetch_timeout)]
        else:
            sources = [_file(file, max_bytes, follow) for file in _files(path)]
        # A source that is named twice would only be read again from its checkpoint.
        found.update((source.name, source) for source in sources)
    opened = list(found.values())
    if follow and (len(opened) != 1 or not isinstance(opened[0], FollowedFile | StreamSource)):
        raise SourceError("--follow works for a single file of JSON lines, or for standard input; leave it out, or name one .jsonl file")
    return opened


def _pipe(stream: ByteStream | None, max_bytes: int) -> ArticleSource:
    if stream is None:
        raise SourceError("-: there is no standard input to read")
    return StreamSource("stdin", lambda: nullcontext(stream), max_bytes=max_bytes)  # who opened it closes it


def _files(path: str) -> Iterator[Path]:
    file = Path(path).absolute()
    with reading(path):
        if not file.is_dir():
            yield file
            return
        names = sorted(
            entry.name for entry in os.scandir(file) if not entry.name.startswith(".") and entry.is_file() and _kind_by_name(entry.name)
        )
    if not names:
        raise SourceError(f"{path}: no articles in this folder; files of articles end in {', '.join(_KINDS)}, or one of these and .gz")
    yield from (file / name for name in names)


def _kind_by_name(name: str) -> Kind | None:
    return _KINDS.get(Path(name.lower().removesuffix(".gz")).suffix)


def _feed_url(url: str, max_bytes: int, timeout: float) -> ArticleSource:
    return DocumentSource(url, load=partial(fetch, url, timeout=timeout), split=partial(feed_articles, name=url), max_bytes=max_bytes)


def _file(path: Path, max_bytes: int, follow: Follow | None) -> ArticleSource:
    name = str(path)
    with reading(name):
        if not stat.S_ISREG(path.stat().st_mode):  # a named pipe, /dev/stdin
            return StreamSource(name, lambda: path.open("rb"), max_bytes=max_bytes)
        with open_file(path) as file:
            kind = _kind(file.read(_SNIFFED), name)
            file.seek(0)
            if kind == "csv":
                read_header(file, name)
        if follow and kind == "lines" and not is_gzip(path):
            return FollowedFile(path, max_bytes=max_bytes, follow=follow)
    match kind:
        case "lines":
            return FileSource(path, partial(json_lines, max_bytes=max_bytes))
        case "csv":
            return FileSource(path, partial(csv_rows, max_bytes=max_bytes, name=name))
        case "json":
            split = partial(json_articles, name=name)
        case "feed":
            split = partial(feed_articles, name=name)
    return DocumentSource(name, load=partial(load_file, path), split=split, max_bytes=max_bytes)


def _kind(beginning: bytes, name: str) -> Kind:
    if beginning.startswith(_UTF16):
        raise SourceError(f"{name}: the file is in UTF-16; convert it to UTF-8")
    named = _kind_by_name(name)
    if named and named != "json":
        return named
    content = beginning.removeprefix(BOM).lstrip()
    line, newline, _ = content.partition(b"\n")
    if not content:
        return "lines"
    if content.startswith(b"{"):
        # Files of JSON lines are called .json too; an object over several lines is a document.
        return "json" if newline and not _is_json(line) else "lines"
    if named or content.startswith(b"["):
        return "json"
    if content.startswith(b"<"):
        return "feed"
    if any(delimiter in line for delimiter in (b",", b";", b"\t")):
        return "csv"
    raise SourceError(f"{name}: the first bytes are not JSON, CSV or a feed; give the file one of the extensions {', '.join(_KINDS)}")


def _is_json(line: bytes) -> bool:
    try:
        msgspec.json.decode(line, type=msgspec.Raw)
    except msgspec.DecodeError:
        return False
    return True
