"""From text to what a store searches: tokens in search form, their stems, and the parts of compounds.

Search form: lower case, accents and umlauts taken off, ß as ss, æ as ae, everything but letters and digits a space. Tokens are what
stands between spaces; a script written without spaces (Chinese, Japanese, Thai) is not segmented.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from hashlib import blake2b
from itertools import islice
from typing import Protocol

from wirewatch.core.article import Entity
from wirewatch.core.search.compounds import CompoundSplitter, search_words
from wirewatch.core.text.character_map import CharacterMap
from wirewatch.core.text.folding import fold

# Counts up whenever the tokens of a text change: a store indexed with other ones has to be indexed again.
_VERSION = 1
_SPELLED_OUT = {"ß": "ss", "æ": "ae", "œ": "oe"}
# A token that no text has, between the names of a list: no phrase reaches from one name into the next.
BETWEEN_NAMES = "·"
# Codes and numbers have no stem; neither has what is too long for a word.
_WORD = re.compile(r"\D{1,40}")
_MAX_CACHED = 50_000
# As Lucene's GermanNormalizationFilter (after Snowball's "german2") has it: ae, oe, ue are umlauts written out, but not in neue or Quelle.
_UMLAUT_E = re.compile("(?<=[ao])e|(?<=[^aeiouyq]u)e|(?<=^u)e")
# Portuguese plurals in -ões, -ãos: without accents Snowball does not know them for forms of -ão.
_PORTUGUESE_PLURAL = re.compile("(?:oes|aos|aes)$")


def _search_form(character: str) -> str:
    # An accent that has no precomposed letter, such as a stress mark on a Cyrillic vowel.
    return "" if "\u0300" <= character <= "\u036f" else fold(character)


_MAP = CharacterMap(_search_form)


def searchable(text: str) -> str:
    """The text in search form; ``split()`` gives its tokens."""
    if text.isascii():
        return _MAP.apply(text)
    if not unicodedata.is_normalized("NFC", text):
        text = unicodedata.normalize("NFC", text)
    form = _MAP.apply(text)
    for letter, spelled in _SPELLED_OUT.items():
        form = form.replace(letter, spelled)
    return form


def german_normal(words: str) -> str:
    """Words in search form with written-out umlauts taken off as well: ruestung as rustung."""
    if "ae" in words or "oe" in words or "ue" in words:  # most words hold none, and to look is faster than to substitute
        return _UMLAUT_E.sub("", words)
    return words


@lru_cache(maxsize=_MAX_CACHED)
def name_form(name: str) -> str:
    """Names are compared in this form: Göring, Goering and Goring are one."""
    return german_normal(" ".join(searchable(name).split()))


def entity_names(entities: Iterable[Entity]) -> str:
    """All names of entities and all mentions of them, in name form, each one between ``BETWEEN_NAMES``; nothing where there are none."""
    names = {name_form(text): None for entity in entities for text in (entity.name, *[mention.text for mention in entity.mentions])}
    return f" {BETWEEN_NAMES} ".join(("", *names, "")) if names else ""


def same_code(value: str) -> str:
    """Ids and codes (Q7747, sanctions, de) are compared in this form."""
    return value.strip().casefold()


def is_named(entity: Entity, value: str) -> bool:
    """Tell whether ``value`` is the entity's id, or stands as a phrase in its name or one of its mentions."""
    return same_code(entity.id) == same_code(value) or f" {name_form(value)} " in entity_names([entity])


class Stemming(Protocol):
    """Takes words in search form to their stems."""

    @property
    def version(self) -> str:
        """Changes whenever stems do."""
        ...

    @property
    def languages(self) -> frozenset[str]:
        """ISO 639-1 codes of the languages that have a stemmer."""
        ...

    def stems(self, words: Sequence[str], language: str) -> list[str]:
        """One stem a word; in a language without a stemmer the words themselves."""
        ...


class Analyser:
    """What a store needs to know about words. Keeps nothing: a store's index keeps what it learned."""

    def __init__(self, stemmer: Stemming, splitters: Mapping[str, CompoundSplitter] | None = None) -> None:
        self._stemmer = stemmer
        self._splitters = splitters or {}
        lists = ",".join(f"{language}={splitter.version}" for language, splitter in sorted(self._splitters.items()))
        facts = f"{_VERSION} {stemmer.version} {unicodedata.unidata_version} {lists}"
        self.version = blake2b(facts.encode(), digest_size=6).hexdigest()

    @property
    def languages(self) -> frozenset[str]:
        """The languages in which a word has more forms than itself."""
        return self._stemmer.languages

    def stems(self, words: Sequence[str], language: str) -> list[str]:
        """One stem for each word in search form; a word with digits in it is its own stem, as is any in a language without a stemmer."""
        if language not in self._stemmer.languages:
            return list(words)
        plain = _normal([word if has_stem(word) else "" for word in words], language)
        return [stem or word for word, stem in zip(words, self._stemmer.stems(plain, language), strict=True)]

    def part_stems(self, words: Sequence[str], language: str) -> dict[str, tuple[str, ...]]:
        """Those of the words, in search form, that are compounds, each with the stems by which it is found besides its own."""
        splitter = self._splitters.get(language)
        if splitter is None:
            return {}
        pieces = {}
        for word, normal in zip(words, _normal(words, language), strict=True):
            if parts := splitter.split(normal):
                pieces[word] = search_words(parts)
        stems = iter(self._stemmer.stems([piece for of_word in pieces.values() for piece in of_word], language))
        return {word: tuple(dict.fromkeys(islice(stems, len(of_word)))) for word, of_word in pieces.items()}


def has_stem(word: str) -> bool:
    """Codes, numbers and what is too long for a word have no stem but themselves."""
    return _WORD.fullmatch(word) is not None


def _normal(words: Sequence[str], language: str) -> Sequence[str]:
    """Words in one spelling: all are looked at together, which is many times as fast as one by one."""
    if language == "de":
        return german_normal(" ".join(words)).split(" ") if words else words
    if language == "pt":
        return [_PORTUGUESE_PLURAL.sub("ao", word) for word in words]
    return words
