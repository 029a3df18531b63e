"""Articles from RSS and Atom feeds, parsed by feedparser and fetched over HTTP."""

import http.client
import time
import urllib.error
import urllib.request
from collections.abc import Iterable
from io import BytesIO
from typing import Any
from urllib.parse import urlsplit

import feedparser  # type: ignore[import-untyped]  # it ships no types
import msgspec

from wirewatch import __version__
from wirewatch.adapters.sources.documents import MAX_DOCUMENT
from wirewatch.core.errors import SourceError

_CHUNK = 65_536
_ACCEPT = "application/rss+xml, application/atom+xml, application/xml;q=0.9, text/xml;q=0.9, */*;q=0.1"
_Fields = dict[str, Any]


def feed_articles(content: bytes, *, name: str) -> list[bytes]:
    """Return each entry of a feed as an article.v1 in JSON.

    Raises SourceError if this isn't a feed; a feed with errors is read as far as possible. Markup is kept, because the pipeline
    cleans it. ``name``: the feed's file or URL; a URL is the base of relative links.
    """
    headers = {"content-location": name} if is_url(name) else {}
    # A stream, because feedparser tries bytes as a file name first.
    parsed = feedparser.parse(BytesIO(content), response_headers=headers, sanitize_html=False, resolve_relative_uris=False)
    if not parsed.version and not parsed.entries:
        raise SourceError(f"{name}: this is not an RSS or Atom feed; if it is a web page, look there for a link to its feed")
    source = parsed.feed.get("title") or urlsplit(name).hostname
    language = parsed.feed.get("language")
    return [msgspec.json.encode(_article(entry, source, language)) for entry in parsed.entries]


def _article(entry: _Fields, source: str | None, language: str | None) -> dict[str, str | list[str]]:
    contents = [part for part in entry.get("content", ()) if part.get("value")]
    # The content is the whole text; the summary may be a teaser.
    text = max(contents, key=lambda part: len(part["value"]), default=entry.get("summary_detail") or {})
    authors = [author["name"] for author in entry.get("authors", ()) if author.get("name")]
    published = _time(entry, "published") or _time(entry, "updated")
    updated = _time(entry, "updated")
    fields = {
        "title": entry.get("title"),
        "body": text.get("value"),
        "url": entry.get("link"),
        "guid": entry.get("id"),
        "source": source,
        "authors": authors or entry.get("author"),
        "language": text.get("language") or language,
        "published_at": published,
        "updated_at": updated if updated != published else None,
    }
    return {field: value for field, value in fields.items() if value}


def _time(entry: _Fields, field: str) -> str | None:
    """Return a time in UTC as ISO 8601, or as written if feedparser can't read it."""
    # If there is no "updated", feedparser's own get returns "published", with a warning.
    parsed = dict.get(entry, f"{field}_parsed")
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", parsed) if parsed else dict.get(entry, field)


def is_url(path: str) -> bool:
    """Return whether this is meant as a URL (of any scheme), not as a file."""
    return "://" in path


def check_url(url: str) -> None:
    """Raise SourceError unless this is a URL that can be fetched."""
    try:
        parts = urlsplit(url)
        usable = (
            parts.scheme in {"http", "https"}
            and parts.hostname
            and (parts.port is None or parts.port)
            and url.isprintable()
            and " " not in url
        )
    except ValueError:
        usable = False
    if not usable:
        raise SourceError(f"{url}: can't be fetched; a feed's address is http://host/path or https://host/path")
    if parts.username is not None:
        raise SourceError(f"{parts.scheme}://{parts.hostname}: user names and passwords in a feed's address are not supported")


def fetch(url: str, *, timeout: float, max_document: int = MAX_DOCUMENT) -> bytes:
    """GET a feed, following redirects. Raises SourceError.

    ``timeout``: seconds, for each wait and for the whole answer. ``max_document``: bytes.
    """
    deadline = time.monotonic() + timeout
    # HTTP only: urllib's own opener would follow a redirect to FTP.
    opener = urllib.request.OpenerDirector()
    for handler in _handlers():
        opener.add_handler(handler)
    request = urllib.request.Request(url, headers={"User-Agent": f"wirewatch/{__version__}", "Accept": _ACCEPT})  # noqa: S310 - see check_url
    try:
        with opener.open(request, timeout=timeout) as response:
            content = _read(response, max_document, deadline)
    except urllib.error.HTTPError as error:
        error.close()
        raise SourceError(f"{url}: the server answers {error.code} {error.reason}") from error
    except TimeoutError as error:
        raise SourceError(f"{url}: no complete answer within {timeout:g} s") from error
    except (OSError, http.client.HTTPException) as error:
        reason = error.reason if isinstance(error, urllib.error.URLError) else error
        raise SourceError(f"{url}: can't be fetched ({reason or type(error).__name__})") from error
    if len(content) > max_document:
        raise SourceError(f"{url}: over {max_document:,} bytes, too large for a feed")
    return content


def _read(response: http.client.HTTPResponse, limit: int, deadline: float) -> bytes:
    """Read to the end, or just over ``limit`` bytes. Raises TimeoutError after ``deadline``."""
    content = bytearray()
    while len(content) <= limit and (chunk := response.read1(_CHUNK)):
        content += chunk
        if time.monotonic() > deadline:
            raise TimeoutError
    return bytes(content)


def _handlers() -> Iterable[urllib.request.BaseHandler]:
    return (
        urllib.request.ProxyHandler(),
        urllib.request.HTTPHandler(),
        urllib.request.HTTPSHandler(),
        urllib.request.HTTPRedirectHandler(),
        urllib.request.HTTPDefaultErrorHandler(),
        urllib.request.HTTPErrorProcessor(),
        urllib.request.UnknownHandler(),
    )
