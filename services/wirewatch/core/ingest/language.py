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
# Function words that none of the neighbouring languages shares (Luxembourgish, Galician, Belarusian …), ours and not those of the model.
_FUNCTION_WORDS = {
    language: frozenset(words.split())
    for language, words in {
        "de": "und nicht ist auf für mit ein eine einer eines einem einen sich dem das werden wird wurde nach zum zur über auch aus sind "
        "im noch nur durch haben dass seine ihre",
        "en": "the of and that with from his are this which has have were been their not they will would who but said after "
        "to was its be or when about",
        "es": "los las y una su sus más fue según hasta también muy el del",
        "fr": "des dans pour une sur avec ont cette sont aux été leur après selon mais pas elle du le",
        "it": "il che è della dei delle nel nella alla sono gli più anche dal dalla degli questo",
        "pl": "się jest że dla przez był była były oraz który które która tym tego może także został przed między czy w są będzie",
        "pt": "em um uma não com são pelo pela também sua até já muito foram",
        "ru": "что как это его для был была были он она они из же после году лет который которые чтобы еще ещё сообщил",
        "uk": "що та від є був була були це його її він вона вони ще або але після також щоб який які під про",
    }.items()
}
# So many different ones bear out what a source declares. In 6,000 texts in six languages they never bore out a wrong one.
_BORNE_OUT = 4
_CODE = re.compile(r"[a-z]{2}(?=$|[-_])")
_UNKNOWN = Language("und", 0.0, "none")


def declared_code(declared: str | None) -> str | None:
    """ISO 639-1 code of a BCP 47 tag (``de-AT`` is ``de``), None where it has none."""
    found = _CODE.match((declared or "").strip().lower())
    return found.group() if found else None


def language_of(title: str, body: str, *, declared: str | None, identify: Identify) -> Language:
    """The text decides where it is long and clear, else what the source declared; ``und`` where neither tells.

    Where the text's function words bear out what was declared, ``identify``, which takes twenty times as long, isn't asked.
    """
    sample = f"{title}\n{body[:_SAMPLE]}"[:_SAMPLE]
    letters = sum(map(str.isalpha, sample)) if len(sample) < 2 * _SHORT else _SHORT
    code = declared_code(declared)
    if letters < _SHORT and code:
        return Language(code, 1.0, "declared")
    if code in _FUNCTION_WORDS and len(_FUNCTION_WORDS[code].intersection(sample.lower().split())) >= _BORNE_OUT:
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
