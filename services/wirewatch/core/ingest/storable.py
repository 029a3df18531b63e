"""Text that an encoding can hold: halves of surrogate pairs become U+FFFD."""

from collections.abc import Callable
from typing import Any

import msgspec

from wirewatch.core.article import EnrichedArticle


def storable(article: EnrichedArticle, encode: Callable[[EnrichedArticle], bytes]) -> tuple[EnrichedArticle, bytes]:
    """The article, repaired if need be, and its encoding."""
    try:
        return article, encode(article)
    except UnicodeEncodeError:
        repaired = msgspec.convert(_repaired(msgspec.to_builtins(article)), EnrichedArticle)
        return repaired, encode(repaired)


def storable_text(text: str) -> str:
    """The text, repaired if need be."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _repaired(value: Any) -> Any:
    match value:
        case str():
            return storable_text(value)
        case list() | tuple():
            return [_repaired(item) for item in value]
        case dict():
            return {key: _repaired(item) for key, item in value.items()}
        case _:
            return value
