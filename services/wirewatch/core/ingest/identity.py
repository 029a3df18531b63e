"""Which article is this: one id for every copy of a message, however its URL is decorated."""

import re
from hashlib import blake2b
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit, urlunsplit

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


def canonical_url(url: str) -> str | None:
    """The URL without what does not identify the page, or None where ``url`` is no usable http(s) address.

    Scheme and host in lower case (http becomes https), default port, user, fragment and tracking parameters removed, the other
    parameters sorted, percent-escapes in normal form (RFC 3986 section 6.2.2). Path case, ``www.`` and a trailing slash stay: servers
    may tell them apart.
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
    """RFC 3986 section 5.2.4."""
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
    """128 bits in hexadecimal: of the canonical URL, else of source and guid, else of the text."""
    if url is not None:
        return _digest("url", url)
    if guid:
        return _digest("guid", source or "", guid)
    return _digest("text", title, body)


def letter_id(topic: str, partition: int, offset: int, raw: bytes) -> str:
    """128 bits in hexadecimal; the same message from the same place is the same dead letter."""
    return _digest("dead", topic, str(partition), str(offset), blake2b(raw).hexdigest())


def _digest(*parts: str) -> str:
    return blake2b("\x00".join(parts).encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()
