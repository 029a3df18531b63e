"""Which language an article is in, from its text and from what its source says."""

import re
from collections.abc import Callable

from wirewatch.core.article import Language

Identify = Callable[[str], tuple[str, float]]

# The beginning of most texts is enough to be sure; where it isn't, more of it is looked at. Longer samples hardly change the answer.
_GLANCE, _SURE = 200, 0.8
_SAMPLE = 480
# Under this many letters the text says less than its source does.
_SHORT = 120
# Under the first the source's word counts more; under the second nobody knows. How often that is right: bench/README.md, languages.
_DOUBTFUL = 0.5
_GUESSED = 0.2
_CODE = re.compile(r"[a-z]{2}(?=$|[-_])")
_UNKNOWN = Language("und", 0.0, "none")


def declared_code(declared: str | None) -> str | None:
    """ISO 639-1 code of a BCP 47 tag (``de-AT`` is ``de``), None where it has none."""
    found = _CODE.match((declared or "").strip().lower())
    return found.group() if found else None


def language_of(title: str, body: str, *, declared: str | None, identify: Identify) -> Language:
    """The text decides where it is long and clear, else what the source declared; ``und`` where neither tells."""
    sample = f"{title}\n{body[:_SAMPLE]}"[:_SAMPLE]
    letters = sum(map(str.isalpha, sample)) if len(sample) < 2 * _SHORT else _SHORT
    code = declared_code(declared)
    if letters < _SHORT and code:
        return Language(code, 1.0, "declared")
    if letters < 3:
        return _UNKNOWN
    detected, confidence = identify(sample[:_GLANCE])
    if confidence < _SURE and len(sample) > _GLANCE:
        detected, confidence = identify(sample)
    if confidence < _DOUBTFUL and code:
        return Language(code, 1.0, "declared")
    if confidence < _GUESSED:
        return _UNKNOWN
    return Language(detected, round(confidence, 3), "detected")
