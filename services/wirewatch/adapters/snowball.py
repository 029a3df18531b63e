"""Stems words with Snowball (Porter 2001, snowballstem.org) from PyStemmer, and Ukrainian, which Snowball lacks, with a light stemmer."""

import re
from collections.abc import Sequence

import Stemmer  # type: ignore[import-not-found]  # a C extension without type information

_SNOWBALL = {
    "ar": "arabic",
    "ca": "catalan",
    "cs": "czech",
    "da": "danish",
    "de": "german",
    "el": "greek",
    "en": "english",
    "eo": "esperanto",
    "es": "spanish",
    "et": "estonian",
    "eu": "basque",
    "fa": "persian",
    "fi": "finnish",
    "fr": "french",
    "ga": "irish",
    "hi": "hindi",
    "hu": "hungarian",
    "hy": "armenian",
    "id": "indonesian",
    "it": "italian",
    "lt": "lithuanian",
    "ne": "nepali",
    "nl": "dutch",
    "no": "norwegian",
    "pl": "polish",
    "pt": "portuguese",
    "ro": "romanian",
    "ru": "russian",
    "sr": "serbian",
    "sv": "swedish",
    "ta": "tamil",
    "tr": "turkish",
    "yi": "yiddish",
}
_UKRAINIAN = "uk"
_LANGUAGES = frozenset({*_SNOWBALL, _UKRAINIAN})
# Endings of Ukrainian nouns and adjectives, longest first, after at least three letters; then a vowel or soft sign that is left over.
_UKRAINIAN_ENDING = re.compile(
    "(?<=...)(?:ями|ами|ові|еві|єві|ого|ому|ими|іми|ій|ий|их|іх|им|ім|ої|ою|ею|єю|ах|ях|ам|ям|ом|ем|єм|ів|їв|ую|юю|[аяоеєиіїуюйь])$"
)
_UKRAINIAN_REST = re.compile("(?<=...)[іїьй]$")
# Snowball's Russian stemmer removes the end of these nouns as if they were verbs: саммит would become самм, but саммита саммит.
_RUSSIAN_NOUNS = {
    form: noun for noun in ("саммит", "кредит", "лимит", "визит", "дефицит", "транзит", "депозит", "аудит") for form in (noun, noun + "е")
}
# Snowball's German stemmer removes -erheit, -er and -erlich from words like sicher, which leaves a pronoun that is in every article.
_GERMAN_PRONOUN, _GERMAN_SAFE = "sich", "sicher"


class SnowballStemmer:
    """Stems words by language. It is not thread-safe."""

    def __init__(self) -> None:
        self._stemmers: dict[str, Stemmer.Stemmer] = {}

    @property
    def version(self) -> str:
        """A text that changes whenever stems do; the number at its end is the version of the rules in this file."""
        return f"snowball-{Stemmer.version()}-1"

    @property
    def languages(self) -> frozenset[str]:
        """ISO 639-1 codes of the languages that have a stemmer."""
        return _LANGUAGES

    def stems(self, words: Sequence[str], language: str) -> list[str]:
        """Return one stem for each word in search form; in a language without a stemmer, the words themselves."""
        if language == _UKRAINIAN:
            return [_UKRAINIAN_REST.sub("", _UKRAINIAN_ENDING.sub("", word)) for word in words]
        if language not in _SNOWBALL:
            return list(words)
        stemmer = self._stemmers.get(language)
        if stemmer is None:
            # No cache (0): callers keep the stems of frequent words.
            stemmer = self._stemmers[language] = Stemmer.Stemmer(_SNOWBALL[language], 0)
        stems: list[str] = stemmer.stemWords(words)
        if language == "ru":
            return [_RUSSIAN_NOUNS.get(word, stem) for word, stem in zip(words, stems, strict=True)]
        if language == "de" and _GERMAN_PRONOUN in stems:
            return [_GERMAN_SAFE if stem == _GERMAN_PRONOUN != word else stem for word, stem in zip(words, stems, strict=True)]
        return stems
