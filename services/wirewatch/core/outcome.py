"""How a message can end without an article: a closed set of reasons."""

from dataclasses import dataclass
from enum import StrEnum


class Reason(StrEnum):
    """Why a message can't become an article, however often it is tried. Metrics and dead letters have the values: don't change them."""

    EMPTY_MESSAGE = "empty_message"
    TOO_LARGE = "too_large"
    INVALID_ENCODING = "invalid_encoding"
    INVALID_JSON = "invalid_json"
    INVALID_RECORD = "invalid_record"
    WRONG_TYPE = "wrong_type"
    NO_TEXT = "no_text"
    CRASHED = "crashed"
    TOMBSTONE = "tombstone"
    PROCESS_DIED = "process_died"
    TIMED_OUT = "timed_out"
    STORE_REFUSED = "store_refused"


@dataclass(frozen=True, slots=True)
class Rejected:
    """A message that can't become an article. ``detail`` names the field and the fault, and never has the article's text."""

    reason: Reason
    detail: str
