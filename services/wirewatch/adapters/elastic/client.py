"""A connection to Elasticsearch, and what its answers mean."""

import ssl
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from elastic_transport import ConnectionError as NoConnection
from elastic_transport import ConnectionTimeout, TlsError, TransportError
from elasticsearch import ApiError, Elasticsearch, UnsupportedProductError

from wirewatch.ports.store import StoreRefused, StoreUnavailable
from wirewatch.settings import Settings, SettingsError

# Answers to a whole request that say nothing about its content.
BUSY_STATUSES = frozenset({408, 429, 500, 502, 503, 504})
LOGIN_STATUSES = frozenset({401, 403})
# Types of errors that heal, or that whoever runs the cluster heals. ``validation_exception``: a new month's index would have more shards
# than the cluster may hold.
PASSING = frozenset(
    {
        "cluster_block_exception",
        "index_not_found_exception",
        "unavailable_shards_exception",
        "process_cluster_event_timeout_exception",
        "validation_exception",
    }
)
NOT_ELASTICSEARCH = "what answers is no Elasticsearch; correct elasticsearch_urls"
NEEDED_MAJOR = 9


class Unanswered(TransportError):
    """An answer came, and not to what was asked. The message holds nothing of an article."""


def connect(settings: Settings) -> Elasticsearch:
    """A client; it does not ask the server anything yet. Raises SettingsError."""
    if not settings.elasticsearch_urls:
        raise SettingsError("elasticsearch_urls is not set; name the server, such as WIREWATCH_ELASTICSEARCH_URLS=http://localhost:9200")
    urls = list(settings.elasticsearch_urls)
    if bad := [url for url in urls if not url.startswith(("http://", "https://"))]:
        raise SettingsError(f"elasticsearch_urls: {bad[0]!r} is no address; write http(s)://host:port")
    options: dict[str, Any] = {
        "request_timeout": settings.elasticsearch_timeout_seconds,
        # A node that is away is left out; all else is tried again by who asks, or not.
        "max_retries": len(urls) - 1,
        "retry_on_status": (),
        "retry_on_timeout": False,
    }
    if settings.elasticsearch_api_key_file:
        options["api_key"] = _secret("elasticsearch_api_key_file", settings.elasticsearch_api_key_file)
    elif settings.elasticsearch_user:
        if settings.elasticsearch_password_file is None:
            raise SettingsError(
                f"elasticsearch_password_file is not set; name the file with the password of {settings.elasticsearch_user!r}"
            )
        password = _secret("elasticsearch_password_file", settings.elasticsearch_password_file)
        # Encoded here: the client knows ASCII alone.
        options["basic_auth"] = b64encode(f"{settings.elasticsearch_user}:{password}".encode()).decode()
    if settings.elasticsearch_ca_file:
        options["ssl_context"] = _trust(settings.elasticsearch_ca_file)
    try:
        return Elasticsearch(urls, **options)
    except ValueError as error:
        raise SettingsError(f"elasticsearch_urls: {error}; write http(s)://host:port") from error


def _secret(name: str, path: Path) -> str:
    try:
        secret = path.read_text(encoding="utf-8").rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not UTF-8"
        raise SettingsError(f"{name}: {path} can't be read ({reason}); correct the path or its permissions") from error
    if not secret:
        raise SettingsError(f"{name}: {path} is empty; write the secret into it")
    return secret


def _trust(path: Path) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=path)
    except (OSError, ssl.SSLError) as error:
        raise SettingsError(f"elasticsearch_ca_file: {path} can't be read as certificates in PEM ({error.strerror or error})") from error


@contextmanager
def faults(doing: str) -> Iterator[None]:
    """Turn the client's errors into StoreUnavailable (later, perhaps) and StoreRefused (never, as things are)."""
    try:
        yield
    except UnsupportedProductError as error:
        raise StoreRefused(f"{doing}: {NOT_ELASTICSEARCH}") from error
    except ApiError as error:
        status, reason = error.status_code, reason_of(error)
        passing = status in BUSY_STATUSES or reason == "cluster_block_exception"
        if status in LOGIN_STATUSES and not passing:
            raise StoreRefused(f"{doing}: {login_fault(status, reason)}") from error
        kind = StoreUnavailable if passing else StoreRefused
        raise kind(f"{doing}: Elasticsearch answers {status} ({reason})") from error
    except TransportError as error:
        raise StoreUnavailable(f"{doing}: {transport_fault(error)}") from error


def login_fault(status: int, reason: str) -> str:
    """What a refused login means."""
    if status == 401:
        return "Elasticsearch refuses the login; correct elasticsearch_user and its password file, or the API key file"
    return f"the user has no right to ({reason}); docs/operations/elasticsearch.md lists what is needed"


def reason_of(error: ApiError) -> str:
    """The type of an error, without its text: that may hold a part of an article."""
    body = error.body
    found = body.get("error") if isinstance(body, dict) else None
    return str(found.get("type")) if isinstance(found, dict) else error.message[:80]


def transport_fault(error: TransportError) -> str:
    """Why no answer came."""
    if isinstance(error, TlsError):
        return f"no trusted TLS connection ({error.message[:200]}); name the CA in elasticsearch_ca_file"
    if isinstance(error, ConnectionTimeout):
        return "no answer in time; elasticsearch_timeout_seconds"
    if isinstance(error, NoConnection):
        return f"nobody answers ({error.message[:200]}); start it, or correct elasticsearch_urls"
    if isinstance(error, Unanswered):
        return str(error.message)
    return f"what it answers can't be read ({type(error).__name__})"
