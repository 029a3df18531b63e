"""What every ArticleSource does, whatever it reads from."""

import gzip
import io
import json
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, HTTPServer
from itertools import pairwise
from pathlib import Path

import pytest

from wirewatch.adapters.sources.follow import Follow
from wirewatch.adapters.sources.opening import open_sources
from wirewatch.ports.source import ArticleSource, Record

MAX_BYTES = 4096
Article = dict[str, str]
ARTICLES: list[Article] = [
    {"title": "Gipfel in Vilnius", "body": 'Drei Absätze,\nmit "Anführungszeichen"; und Semikolon.'},
    {"title": "Саммит", "body": "Текст"},
    {"title": "", "body": "x" * 2000},
    {"title": "Last", "body": "one\ttab"},
]


def as_lines(articles: Sequence[Article]) -> bytes:
    return b"".join(json.dumps(article, ensure_ascii=False).encode() + b"\n" for article in articles)


def as_array(articles: Sequence[Article]) -> bytes:
    return json.dumps(articles, indent=1).encode()


def as_csv(articles: Sequence[Article]) -> bytes:
    rows = [",".join('"' + article[field].replace('"', '""') + '"' for field in ("title", "body")) for article in articles]
    return "\r\n".join(["title,body", *rows, ""]).encode()


def as_rss(articles: Sequence[Article]) -> bytes:
    items = "".join(
        f"<item><title><![CDATA[{article['title']}]]></title><description><![CDATA[{article['body']}]]></description></item>"
        for article in articles
    )
    return f'<?xml version="1.0"?><rss version="2.0"><channel><title>Feed</title>{items}</channel></rss>'.encode()


class Site(HTTPServer):
    """A web site of one page."""

    page = b""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/feed.xml"


class PageHandler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        assert isinstance(self.server, Site)
        self.send_response(200)
        self.send_header("Content-Length", str(len(self.server.page)))
        self.end_headers()
        self.wfile.write(self.server.page)

    def log_message(self, *_: object) -> None: ...


@pytest.fixture
def site() -> Iterator[Site]:
    with Site(("127.0.0.1", 0), PageHandler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@dataclass
class Case:
    """How a kind of source is made; ``resumes``: it can go on where it was."""

    name: str
    write: Callable[[Sequence[Article]], bytes]
    resumes: bool = True
    follow: bool = False


FILES = [
    Case("articles.jsonl", as_lines),
    Case("articles.ndjson", lambda articles: b"\xef\xbb\xbf\r\n" + as_lines(articles).replace(b"\n", b"\r\n\r\n").rstrip()),
    Case("articles.jsonl.gz", lambda articles: gzip.compress(as_lines(articles))),
    Case("followed.jsonl", as_lines, follow=True),
    Case("lines.json", as_lines),
    Case("array.json", as_array),
    Case("array.json.gz", lambda articles: gzip.compress(as_array(articles))),
    Case("articles.csv", as_csv),
    Case("articles.csv.gz", lambda articles: gzip.compress(as_csv(articles))),
    Case("feed.xml", as_rss),
]
STREAMS = [Case("stdin", as_lines, resumes=False), Case("feed-url", as_rss)]

Open = Callable[[Sequence[Article]], ArticleSource]


@pytest.fixture(params=[*FILES, *STREAMS], ids=lambda case: case.name)
def case(request: pytest.FixtureRequest) -> Case:
    found = request.param
    assert isinstance(found, Case)
    return found


@pytest.fixture
def open_source(case: Case, tmp_path: Path, site: Site) -> Open:
    def open_one(articles: Sequence[Article]) -> ArticleSource:
        content = case.write(articles)
        path = tmp_path / case.name
        named = {"stdin": "-", "feed-url": site.url}.get(case.name, str(path))
        path.write_bytes(content)
        site.page = content
        follow = Follow(lambda _: True) if case.follow else None
        (source,) = open_sources([named], max_bytes=MAX_BYTES, stdin=io.BytesIO(content), follow=follow)
        return source

    return open_one


def texts(records: Sequence[Record]) -> list[Article]:
    """The articles as they went in: sources may leave out what is empty and name where it came from."""
    articles = [json.loads(record.raw) for record in records]
    return [{"title": article.get("title", ""), "body": article.get("body", "")} for article in articles]


def test_every_article_comes_in_order(open_source: Open) -> None:
    records = list(open_source(ARTICLES).records(None))

    assert texts(records) == ARTICLES
    assert not any(record.fault for record in records)


def test_offsets_and_positions_increase(open_source: Open) -> None:
    records = list(open_source(ARTICLES).records(None))

    assert all(record.offset < record.position for record in records)
    assert all(before.position <= after.offset for before, after in pairwise(records))


def test_goes_on_behind_any_record(case: Case, open_source: Open) -> None:
    source = open_source(ARTICLES)
    records = list(source.records(None))

    for number, record in enumerate(records, 1):
        checkpoint = source.checkpoint(record.position)
        again = list(open_source(ARTICLES).records(checkpoint))
        assert checkpoint.source == source.name
        assert again == (records[number:] if case.resumes else records)


def test_is_read_anew_when_it_is_another_one(open_source: Open) -> None:
    source = open_source(ARTICLES)
    last = list(source.records(None))[-1]
    others = [{"title": "Other", "body": "y" * 500}] * 9

    assert texts(list(open_source(others).records(source.checkpoint(last.position)))) == others


def test_ends_at_its_total(case: Case, open_source: Open) -> None:
    source = open_source(ARTICLES)
    records = list(source.records(None))

    # What is unknown: how long a pipe or a growing file gets, and what a compressed one unpacks to.
    assert (source.total is None) == (case.name in {"stdin", "followed.jsonl", "articles.jsonl.gz", "articles.csv.gz"})
    assert source.total in {None, records[-1].position}


def test_article_over_the_limit_is_a_fault_and_the_others_come(open_source: Open) -> None:
    articles = [ARTICLES[0], {"title": "Large", "body": "z" * 3 * MAX_BYTES}, ARTICLES[1]]
    before, large, after = open_source(articles).records(None)

    assert texts([before, after]) == [ARTICLES[0], ARTICLES[1]]
    assert large.fault
    assert large.fault[0] == "too_large"
    assert f"{MAX_BYTES:,}" in large.fault[1]
    assert large.raw


@pytest.mark.parametrize("empty", [b"", b"\n \r\n"], ids=["nothing", "blank"])
@pytest.mark.parametrize("file", [case for case in FILES if not case.name.endswith(".gz")], ids=lambda case: case.name)
def test_an_empty_file_holds_no_articles(file: Case, empty: bytes, tmp_path: Path) -> None:
    path = tmp_path / file.name
    path.write_bytes(empty)
    (source,) = open_sources([str(path)], max_bytes=MAX_BYTES, follow=Follow(lambda _: True) if file.follow else None)

    assert list(source.records(None)) == []


def test_a_source_without_articles_is_empty(open_source: Open) -> None:
    assert list(open_source([]).records(None)) == []
