"""Which language an article is in, from its text and from what its source says."""

import re
from collections.abc import Callable

from wirewatch.core.article import Language
from wirewatch.core.text.languages import UNKNOWN, Languages

Identify = Callable[[str], tuple[str, float]]

# The beginning of most texts is enough to be sure; where it isn't, more of it is looked at. Longer samples hardly change the answer.
_GLANCE, _SURE = 200, 0.8
_SAMPLE = 480
# Under this many letters the text says less than its source does.
_SHORT = 120
# Under the first the source's word counts more; under the second nobody knows. How often that is right: bench/README.md, languages.
_DOUBTFUL = 0.5
_GUESSED = 0.2
# So many different function words bear out what a source declares. In 6,000 texts in six languages they never bore out a wrong one.
_BORNE_OUT = 4
_CODE = re.compile(r"[a-z]{2}(?=$|[-_])")
_UNKNOWN = Language(UNKNOWN, 0.0, "none")


def declared_code(declared: str | None) -> str | None:
    """ISO 639-1 code of a BCP 47 tag (``de-AT`` is ``de``), None where it has none."""
    found = _CODE.match((declared or "").strip().lower())
    return found.group() if found else None


def language_of(title: str, body: str, *, declared: str | None, identify: Identify, languages: Languages) -> Language:
    """The text decides where it is long and clear, else what the source declared; ``und`` where neither tells.

    Where the text's function words bear out what was declared, ``identify``, which takes twenty times as long, isn't asked.
    """
    sample = f"{title}\n{body[:_SAMPLE]}"[:_SAMPLE]
    letters = sum(map(str.isalpha, sample)) if len(sample) < 2 * _SHORT else _SHORT
    code = declared_code(declared)
    if letters < _SHORT and code:
        return Language(code, 1.0, "declared")
    known = languages.by_code.get(code) if code else None
    if known and len(known.function_words.intersection(sample.lower().split())) >= _BORNE_OUT:
        return Language(known.code, 1.0, "declared")
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
