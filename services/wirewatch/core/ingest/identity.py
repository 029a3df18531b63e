"""Which article a message is: its canonical URL, its id, the key it is sent under, and which revision of it is kept."""

import re
from datetime import datetime
from hashlib import blake2b
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit, urlunsplit

import msgspec
from msgspec import Struct

from wirewatch.core.ingest.dates import utc

# Parameters that say where a reader came from, not what is read. Compared in lower case.
_TRACKING_PREFIXES = ("utm_", "pk_", "mtm_", "at_", "hsa_", "wt_", "ga_")
_TRACKING = frozenset(
    {
        "fbclid", "gclid", "gclsrc", "dclid", "wbraid", "gbraid", "msclkid", "yclid", "twclid", "ttclid", "igshid", "igsh", "li_fat_id",
        "mc_cid", "mc_eid", "mkt_tok", "_ga", "_gl", "oly_anon_id", "oly_enc_id", "vero_id", "wickedid", "ocid", "cmpid", "ns_campaign",
        "ns_mchannel", "ns_source", "ftag", "smid", "sr_share", "feature", "__twitter_impression", "guccounter", "xtor",
    }
)  # fmt: skip
_DEFAULT_PORTS = {"http": 80, "https": 443}
# RFC 3986 section 3.3: what a path segment may hold unescaped.
_PATH_SAFE = "/:@!$&'()*+,;=~-._"
_NORMAL_PATH = re.compile(f"[A-Za-z0-9{re.escape(_PATH_SAFE)}]*")
_MAX_URL = 8_192
_MAX_PARAMETERS = 200


class NoKey(ValueError):
    """A message that can't be read as far as its key."""


class _Named(Struct):
    """The fields of ``article.v1`` that say which article it is."""

    url: str | None = None
    guid: str | None = None
    source: str | None = None


class _Identified(Struct):
    """The id of ``enriched.v1``."""

    id: str


_named = msgspec.json.Decoder(_Named)
_identified = msgspec.json.Decoder(_Identified)


def canonical_url(url: str) -> str | None:
    """Return the URL without the parts that don't identify the page, or None if ``url`` isn't a usable http(s) address.

    Scheme and host are in lower case (http becomes https); the default port, user, fragment and tracking parameters are removed; the
    other parameters are sorted; percent-escapes are in normal form (RFC 3986 section 6.2.2). The case of the path, ``www.`` and a
    trailing slash are kept, because servers may treat them as different pages.
    """
    try:
        parts = urlsplit(url.strip())
        port = parts.port
        parameters = parse_qsl(parts.query, keep_blank_values=True, max_num_fields=_MAX_PARAMETERS) if parts.query else []
    except ValueError:
        return None
    scheme, host = parts.scheme.lower(), (parts.hostname or "").rstrip(".")
    if scheme not in _DEFAULT_PORTS or not host or len(url) > _MAX_URL or any(c.isspace() for c in host):
        return None
    netloc = f"[{host}]" if ":" in host else host
    if port is not None and port != _DEFAULT_PORTS[scheme]:
        netloc += f":{port}"
    path = _without_dot_segments(parts.path)
    if not _NORMAL_PATH.fullmatch(path):
        path = quote(unquote(path, errors="surrogateescape"), safe=_PATH_SAFE, errors="surrogateescape")
    kept = sorted((name, value) for name, value in parameters if not _is_tracking(name.lower()))
    return urlunsplit(("https", netloc, path or "/", urlencode(kept, errors="replace"), ""))


def _is_tracking(name: str) -> bool:
    return name in _TRACKING or name.startswith(_TRACKING_PREFIXES)


def _without_dot_segments(path: str) -> str:
    """Return the path without ``.`` and ``..`` segments (RFC 3986 section 5.2.4)."""
    if "/." not in path:
        return path
    kept: list[str] = []
    segments = path.split("/")
    for segment in segments:
        if segment == "..":
            if len(kept) > 1:
                kept.pop()
        elif segment != ".":
            kept.append(segment)
    if segments[-1] in {".", ".."}:
        kept.append("")
    return "/".join(kept)


def article_id(*, url: str | None, source: str | None, guid: str | None, title: str, body: str) -> str:
    """Return 128 bits in hexadecimal, a hash of the canonical URL, else of source and guid, else of the text.

    All copies of an article get the same id, however their URLs are decorated.
    """
    if url is not None:
        return _digest("url", url)
    if guid:
        return _digest("guid", source or "", guid)
    return _digest("text", title, body)


def letter_id(topic: str, partition: int, offset: int, raw: bytes) -> str:
    """Return 128 bits in hexadecimal; the same message from the same place is the same dead letter."""
    return _digest("dead", topic, str(partition), str(offset), blake2b(raw).hexdigest())


def article_key(raw: bytes) -> bytes | None:
    """Return the Kafka key of an ``article.v1``: its canonical URL, else source and guid; None if it has neither.

    All revisions of an article have the same key, so they go to the same partition and stay in order. Raises NoKey.
    """
    try:
        named = _named.decode(raw)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise NoKey(str(error)) from error
    url = canonical_url(named.url) if named.url else None
    text = url or (f"{named.source or ''}\n{named.guid}" if named.guid else None)
    return text.encode("utf-8", "replace") if text else None


def enriched_key(raw: bytes) -> bytes | None:
    """Return the Kafka key of an ``enriched.v1``, which is its id. Raises NoKey."""
    try:
        return _identified.decode(raw).id.encode("utf-8", "replace")
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise NoKey(str(error)) from error


def supersedes(updated_at: datetime | None, stored: datetime | None, *, same_too: bool = False) -> bool:
    """Return whether an article replaces the stored one with the same id: only a correction does, and only a later one.

    ``updated_at`` and ``stored`` are the two articles' ``updated_at``. ``same_too``: the same revision replaces itself too, as when it was
    enriched again.
    """
    if updated_at is None or stored is None:
        return updated_at is not None or (same_too and stored is None)
    return utc(updated_at) > utc(stored) or (same_too and utc(updated_at) == utc(stored))


def _digest(*parts: str) -> str:
    return blake2b("\x00".join(parts).encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()
