"""The Kafka key of an article that is sent: what keeps all revisions of it in one partition, and so in order."""

import msgspec
from msgspec import Struct

from wirewatch.core.ingest.identity import canonical_url


class _Named(Struct):
    url: str | None = None
    guid: str | None = None
    source: str | None = None


class _Identified(Struct):
    id: str


_named = msgspec.json.Decoder(_Named)
_identified = msgspec.json.Decoder(_Identified)


class NoKey(ValueError):
    """A message that can't be read as far as its key."""


def article_key(raw: bytes) -> bytes | None:
    """The canonical URL, else source and guid, of an ``article.v1``; None where it has neither. Raises NoKey."""
    try:
        named = _named.decode(raw)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise NoKey(str(error)) from error
    url = canonical_url(named.url) if named.url else None
    text = url or (f"{named.source or ''}\n{named.guid}" if named.guid else None)
    return text.encode("utf-8", "replace") if text else None


def enriched_key(raw: bytes) -> bytes | None:
    """The id of an ``enriched.v1``. Raises NoKey."""
    try:
        return _identified.decode(raw).id.encode("utf-8", "replace")
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise NoKey(str(error)) from error
