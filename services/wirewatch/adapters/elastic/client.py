"""Connects to Elasticsearch, and says what its answers mean."""

import ssl
from base64 import b64encode
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from elastic_transport import ConnectionError as NoConnection
from elastic_transport import ConnectionTimeout, TlsError, TransportError
from elasticsearch import ApiError, Elasticsearch, UnsupportedProductError

from wirewatch.core.errors import Refused, SettingsError, Unavailable

# Statuses of a whole request that say nothing about its content.
BUSY_STATUSES = frozenset({408, 429, 500, 502, 503, 504})
LOGIN_STATUSES = frozenset({401, 403})
# Types of errors that pass, or that the cluster's operator can mend. ``validation_exception``: the cluster has no room for the shards of
# a new month's index.
PASSING = frozenset(
    {
        "cluster_block_exception",
        "index_not_found_exception",
        "unavailable_shards_exception",
        "process_cluster_event_timeout_exception",
        "validation_exception",
    }
)
NOT_ELASTICSEARCH = "the server is not Elasticsearch; correct elasticsearch_urls"
NEEDED_MAJOR = 9


class Unanswered(TransportError):
    """An answer that does not say what was asked. The message holds nothing of an article."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ElasticAccess:
    """How to reach a cluster: its addresses, an API key or a user and password, and the certificates to trust."""

    urls: tuple[str, ...]
    timeout_seconds: float
    api_key: str | None = field(default=None, repr=False)
    user: str = ""
    password: str = field(default="", repr=False)
    tls: ssl.SSLContext | None = None


def connect(access: ElasticAccess) -> Elasticsearch:
    """A client, which does not connect yet. Raises SettingsError."""
    if bad := [url for url in access.urls if not url.startswith(("http://", "https://"))]:
        raise SettingsError(f"elasticsearch_urls: {bad[0]!r} is not an address; write http(s)://host:port")
    options: dict[str, Any] = {
        "request_timeout": access.timeout_seconds,
        # Another node is asked if one is down; every other retry is the caller's.
        "max_retries": len(access.urls) - 1,
        "retry_on_status": (),
        "retry_on_timeout": False,
    }
    if access.api_key:
        options["api_key"] = access.api_key
    elif access.user:
        # Encoded here because the client accepts ASCII only.
        options["basic_auth"] = b64encode(f"{access.user}:{access.password}".encode()).decode()
    if access.tls:
        options["ssl_context"] = access.tls
    try:
        return Elasticsearch(list(access.urls), **options)
    except ValueError as error:
        raise SettingsError(f"elasticsearch_urls: {error}; write http(s)://host:port") from error


@contextmanager
def faults(doing: str) -> Iterator[None]:
    """Raise the client's errors as Unavailable or Refused; ``doing`` says what failed."""
    try:
        yield
    except UnsupportedProductError as error:
        raise Refused(f"{doing}: {NOT_ELASTICSEARCH}") from error
    except ApiError as error:
        status, reason = error.status_code, reason_of(error)
        passing = status in BUSY_STATUSES or reason == "cluster_block_exception"
        if status in LOGIN_STATUSES and not passing:
            raise Refused(f"{doing}: {login_fault(status, reason)}") from error
        kind = Unavailable if passing else Refused
        raise kind(f"{doing}: Elasticsearch answers {status} ({reason})") from error
    except TransportError as error:
        raise Unavailable(f"{doing}: {transport_fault(error)}") from error


def documents(client: Elasticsearch, wanted: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Documents by index and id, in real time. Raises Unanswered where one can't be looked up: that does not mean it is missing."""
    found: list[dict[str, Any]] = client.mget(docs=wanted)["docs"]
    for doc in found:
        if (kind := doc.get("error", {}).get("type", "index_not_found_exception")) != "index_not_found_exception":
            raise Unanswered(f"an article can't be looked up ({kind})")
    return found


def pages(search: Callable[..., Any], size: int) -> Iterator[list[Any]]:
    """All hits of a search in order of article id, ``size`` of them at a time, in bounded memory."""
    after: dict[str, Any] = {}
    while True:
        hits = search(size=size, sort=[{"id": "asc"}], track_total_hits=False, **after)["hits"]["hits"]
        if hits:
            yield hits
        if len(hits) < size:
            return
        after = {"search_after": hits[-1]["sort"]}


def login_fault(status: int, reason: str) -> str:
    """What a login or a request that was not allowed means."""
    if status == 401:
        return "Elasticsearch refuses the login; correct elasticsearch_user and its password file, or the API key file"
    return f"the user is not allowed to do this ({reason}); docs/operations/elasticsearch.md lists the privileges that are needed"


def reason_of(error: ApiError) -> str:
    """The type of an error, without its text, which may hold part of an article."""
    body = error.body
    found = body.get("error") if isinstance(body, dict) else None
    return str(found.get("type")) if isinstance(found, dict) else error.message[:80]


def transport_fault(error: TransportError) -> str:
    """Why no answer came."""
    if isinstance(error, TlsError):
        return f"the TLS connection is not trusted ({error.message[:200]}); set elasticsearch_ca_file to the CA"
    if isinstance(error, ConnectionTimeout):
        return "no answer in time; elasticsearch_timeout_seconds sets how long to wait"
    if isinstance(error, NoConnection):
        return f"nobody answers ({error.message[:200]}); start it, or correct elasticsearch_urls"
    if isinstance(error, Unanswered):
        return str(error.message)
    return f"the answer can't be read ({type(error).__name__})"
