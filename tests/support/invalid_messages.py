"""A message of every kind that can't become an article."""

import json

from tests.support import dangerous_model

# Value, and why it is rejected; keys are their numbers.
INVALID: tuple[tuple[bytes | None, str], ...] = (
    (b"", "empty_message"),
    (None, "tombstone"),
    (b'{"title": "half', "invalid_json"),
    (b'{"title": 5}', "wrong_type"),
    (b'{"title": "\xff"}', "invalid_encoding"),
    (b'{"title": "...", "body": "<p></p>"}', "no_text"),
    (json.dumps({"title": "Meldung", "body": dangerous_model.KILLS, "language": "de"}).encode(), "process_died"),
    (json.dumps({"title": "Meldung", "body": dangerous_model.HANGS, "language": "de"}).encode(), "timed_out"),
)


def invalid() -> list[tuple[bytes, bytes | None]]:
    """Key and value of each, the reason as the key."""
    return [(reason.encode(), value) for value, reason in INVALID]
