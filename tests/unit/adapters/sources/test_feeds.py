import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from wirewatch import __version__
from wirewatch.adapters.sources.feeds import feed_articles, fetch
from wirewatch.adapters.sources.opening import open_sources
from wirewatch.core.errors import SourceError

RSS = """<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/">
<channel><title>Nordpost</title><language>de-DE</language>
<item><title>Gipfel &amp;amp; Gespräche</title><link>https://nordpost.example/1?a=1&amp;b=2</link><guid isPermaLink="false">np-1</guid>
<pubDate>Tue, 03 Nov 2026 10:00:00 +0100</pubDate><dc:creator>A. Beispiel</dc:creator>
<description>Anriss</description><content:encoded><![CDATA[<p>Der ganze <b>Text</b></p>]]></content:encoded></item>
<item><title>Zweitens</title><description>Nur ein Anriss</description><pubDate>vorgestern</pubDate></item>
</channel></rss>"""

ATOM = """<?xml version="1.0" encoding="utf-8"?>
<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="fr"><title>Courrier</title>
<entry><title type="html">Sommet</title><id>urn:x:1</id><link href="/a/1"/><published>2026-11-01T08:00:00Z</published>
<updated>2026-11-02T08:00:00Z</updated><author><name>C. Exemple</name></author><author><name>D. Exemple</name></author>
<content type="html">&lt;p&gt;Texte&lt;/p&gt;</content></entry>
<entry xml:lang="en"><title>Second</title><updated>2026-11-02T08:00:00Z</updated><summary>Short</summary></entry>
</feed>"""


def articles(feed: str | bytes, name: str = "feed.xml") -> list[dict[str, object]]:
    return [json.loads(raw) for raw in feed_articles(feed if isinstance(feed, bytes) else feed.encode(), name=name)]


def test_rss_fields() -> None:
    assert articles(RSS)[0] == {
        "title": "Gipfel &amp; Gespräche",
        "body": "<p>Der ganze <b>Text</b></p>",
        "url": "https://nordpost.example/1?a=1&b=2",
        "guid": "np-1",
        "source": "Nordpost",
        "authors": ["A. Beispiel"],
        "language": "de-DE",
        "published_at": "2026-11-03T09:00:00Z",
    }


def test_an_unreadable_date_is_handed_on_for_the_pipeline_to_name() -> None:
    assert articles(RSS)[1] == {
        "title": "Zweitens",
        "body": "Nur ein Anriss",
        "source": "Nordpost",
        "language": "de-DE",
        "published_at": "vorgestern",
    }


def test_atom_fields() -> None:
    first, second = articles(ATOM, "https://courrier.example/feed/atom.xml")

    assert first == {
        "title": "Sommet",
        "body": "<p>Texte</p>",
        "url": "https://courrier.example/a/1",
        "guid": "urn:x:1",
        "source": "Courrier",
        "authors": ["C. Exemple", "D. Exemple"],
        "language": "fr",
        "published_at": "2026-11-01T08:00:00Z",
        "updated_at": "2026-11-02T08:00:00Z",
    }
    assert second["language"] == "en"
    assert second["published_at"] == "2026-11-02T08:00:00Z"
    assert "updated_at" not in second


def test_a_feed_without_title_is_named_by_its_host() -> None:
    feed = '<rss version="2.0"><channel><item><title>a</title></item></channel></rss>'

    assert articles(feed, "https://nordpost.example/rss")[0]["source"] == "nordpost.example"
    assert "source" not in articles(feed)[0]


def test_a_broken_feed_gives_what_can_be_read() -> None:
    broken = RSS.replace("Anriss</description>", "Anriss & mehr &nbsp;</description>").replace("</channel></rss>", "")

    assert [article["title"] for article in articles(broken)] == ["Gipfel &amp; Gespräche", "Zweitens"]


def test_a_feed_tells_its_encoding() -> None:
    feed = RSS.replace("UTF-8", "ISO-8859-1").encode("latin-1")

    assert articles(feed)[0]["title"] == "Gipfel &amp; Gespräche"


def test_a_feed_names_no_files(tmp_path_factory: pytest.TempPathFactory) -> None:
    secret = tmp_path_factory.mktemp("secret") / "secret.txt"
    secret.write_text("s3cret")
    entity = f'<!DOCTYPE r [<!ENTITY x SYSTEM "{secret.as_uri()}">]>'
    feed = entity + '<rss version="2.0"><channel><item><title>a &x;</title></item></channel></rss>'

    assert "s3cret" not in str(articles(feed))


@pytest.mark.parametrize("content", [b"<html><body>News</body></html>", b"title,body\n", b"\x00\xff\xfe"])
def test_what_is_no_feed_is_named(content: bytes) -> None:
    with pytest.raises(SourceError, match=r"a\.xml: this is not an RSS or Atom feed"):
        feed_articles(content, name="a.xml")


Answer = Callable[[BaseHTTPRequestHandler], None]


@contextmanager
def server(answer: Answer) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            answer(self)

        def log_message(self, *_: object) -> None: ...

    with HTTPServer(("127.0.0.1", 0), Handler) as running:
        thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{running.server_port}"
        running.shutdown()
        thread.join()


def sends(content: bytes, status: int = 200, **headers: str) -> Answer:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        for name, value in headers.items():
            handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(content)

    return answer


def test_fetches_as_wirewatch() -> None:
    asked: list[str | None] = []

    def answer(handler: BaseHTTPRequestHandler) -> None:
        asked.append(handler.headers["User-Agent"])
        sends(RSS.encode())(handler)

    with server(answer) as url:
        (source,) = open_sources([f"{url}/rss"], max_bytes=10_000, fetch_timeout=5)
        totals = [source.total]
        assert len(list(source.records(None))) == 2
    assert [*totals, source.total] == [None, 2]
    assert asked == [f"wirewatch/{__version__}"]


def test_follows_redirects_but_only_to_http() -> None:
    with server(sends(b"there")) as there:
        with server(sends(b"", 302, Location=f"{there}/new")) as url:
            assert fetch(url, timeout=5) == b"there"
        for elsewhere in ("ftp://127.0.0.1/a", "file:///etc/hostname"):
            with server(sends(b"", 302, Location=elsewhere)) as url, pytest.raises(SourceError, match=r"http://127"):
                fetch(url, timeout=5)


def test_an_error_status_is_named() -> None:
    with server(sends(b"gone", 404)) as url, pytest.raises(SourceError, match=r"/: the server answers 404 Not Found"):
        fetch(f"{url}/", timeout=5)


def test_no_more_than_the_limit_is_read() -> None:
    with server(sends(b"x" * 1001)) as url, pytest.raises(SourceError, match="over 1,000 bytes"):
        fetch(url, timeout=5, max_document=1000)
    with server(sends(b"x" * 1000)) as url:
        assert len(fetch(url, timeout=5, max_document=1000)) == 1000


def test_a_server_that_is_not_there_is_named() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound, but nobody listens
        url = f"http://127.0.0.1:{taken.getsockname()[1]}/rss"
        with pytest.raises(SourceError, match=r"/rss: can't be fetched \(.*refused"):
            fetch(url, timeout=5)


def test_a_server_that_says_nothing_is_not_waited_for() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/rss"
        with pytest.raises(SourceError, match=r"/rss: no complete answer within 0\.05 s"):
            fetch(url, timeout=0.05)


def test_a_server_that_drips_is_not_waited_for() -> None:
    def drip(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.end_headers()
        try:
            for _ in range(500):
                handler.wfile.write(b"x")
                time.sleep(0.01)
        except OSError:  # the reader went
            pass

    with server(drip) as url, pytest.raises(SourceError, match=r"no complete answer within 0\.1 s"):
        fetch(url, timeout=0.1)


def test_what_does_not_speak_http_is_named() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def talk() -> None:
            connection, _ = listening.accept()
            with connection:
                connection.recv(1000)
                connection.sendall(b"220 mail.example ESMTP\r\n")

        thread = threading.Thread(target=talk)
        thread.start()
        with pytest.raises(SourceError, match="can't be fetched"):
            fetch(f"http://127.0.0.1:{listening.getsockname()[1]}/", timeout=5)
        thread.join()


@pytest.mark.parametrize(
    "url", ["ftp://a.example/x", "file:///etc/passwd", "http://", "http:///x", "http://a.example:port/", "http://[::1", "http://a b/"]
)
def test_a_url_that_cannot_be_fetched_is_refused_at_once(url: str) -> None:
    with pytest.raises(SourceError, match=r"can't be fetched; a feed's address is http"):
        open_sources([url], max_bytes=1000)


def test_a_password_in_a_url_is_refused_and_not_repeated() -> None:
    with pytest.raises(SourceError, match="not supported") as refused:
        open_sources(["https://user:s3cret@a.example/x"], max_bytes=1000)
    assert "s3cret" not in str(refused.value)
