"""From text to what a store searches: tokens in search form, their stems, and the parts of compounds.

Search form is lower case without accents and umlauts, with ß as ss, æ as ae, and a space for everything but letters and digits. Tokens are
separated by spaces; scripts that are written without spaces (Chinese, Japanese, Thai) are not segmented.
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

# Increase it whenever the tokens of a text change: a store that was indexed with other tokens has to be indexed again.
_VERSION = 1
_SPELLED_OUT = {"ß": "ss", "æ": "ae", "œ": "oe"}
# A token that no text has. It is put between the names of a list, so that no phrase matches across two names.
BETWEEN_NAMES = "·"
# What has a stem: no codes or numbers, and nothing that is too long for a word.
_WORD = re.compile(r"\D{1,40}")
_MAX_CACHED = 50_000
# As in Lucene's GermanNormalizationFilter (after Snowball's "german2"): ae, oe, ue are umlauts written out, but not in neue or Quelle.
_UMLAUT_E = re.compile("(?<=[ao])e|(?<=[^aeiouyq]u)e|(?<=^u)e")
# Portuguese plurals in -ões and -ãos: without accents, Snowball doesn't recognise them as forms of -ão.
_PORTUGUESE_PLURAL = re.compile("(?:oes|aos|aes)$")


def _search_form(character: str) -> str:
    # An accent without a precomposed letter is removed, such as the stress mark on a Cyrillic vowel.
    return "" if "\u0300" <= character <= "\u036f" else fold(character)


_MAP = CharacterMap(_search_form)


def searchable(text: str) -> str:
    """Return the text in search form; its ``split()`` are the tokens."""
    if text.isascii():
        return _MAP.apply(text)
    if not unicodedata.is_normalized("NFC", text):
        text = unicodedata.normalize("NFC", text)
    form = _MAP.apply(text)
    for letter, spelled in _SPELLED_OUT.items():
        form = form.replace(letter, spelled)
    return form


def german_normal(words: str) -> str:
    """Return words in search form with umlauts that are written out removed too: ruestung as rustung."""
    if "ae" in words or "oe" in words or "ue" in words:  # most words have none, and looking is faster than substituting
        return _UMLAUT_E.sub("", words)
    return words


@lru_cache(maxsize=_MAX_CACHED)
def name_form(name: str) -> str:
    """Return the form in which names are compared: it is the same for Göring, Goering and Goring."""
    return german_normal(" ".join(searchable(name).split()))


def entity_names(entities: Iterable[Entity]) -> str:
    """Return all names and mentions of entities in name form, with ``BETWEEN_NAMES`` around each; empty if there are none."""
    names = {name_form(text): None for entity in entities for text in (entity.name, *[mention.text for mention in entity.mentions])}
    return f" {BETWEEN_NAMES} ".join(("", *names, "")) if names else ""


def same_code(value: str) -> str:
    """Return the form in which ids and codes (Q7747, sanctions, de) are compared."""
    return value.strip().casefold()


def is_named(entity: Entity, value: str) -> bool:
    """Return whether ``value`` is the entity's id, or a phrase in its name or in one of its mentions."""
    return same_code(entity.id) == same_code(value) or f" {name_form(value)} " in entity_names([entity])


class Stemming(Protocol):
    """Finds the stems of words in search form."""

    @property
    def version(self) -> str:
        """A text that changes whenever stems do."""
        ...

    @property
    def languages(self) -> frozenset[str]:
        """ISO 639-1 codes of the languages that have a stemmer."""
        ...

    def stems(self, words: Sequence[str], language: str) -> list[str]:
        """Return one stem for each word; in a language without a stemmer, the words themselves."""
        ...


class Analyser:
    """What a store needs to know about words. It caches nothing: the store's index keeps the results."""

    def __init__(self, stemmer: Stemming, splitters: Mapping[str, CompoundSplitter] | None = None) -> None:
        self._stemmer = stemmer
        self._splitters = splitters or {}
        lists = ",".join(f"{language}={splitter.version}" for language, splitter in sorted(self._splitters.items()))
        facts = f"{_VERSION} {stemmer.version} {unicodedata.unidata_version} {lists}"
        self.version = blake2b(facts.encode(), digest_size=6).hexdigest()

    @property
    def languages(self) -> frozenset[str]:
        """ISO 639-1 codes of the languages in which words are stemmed."""
        return self._stemmer.languages

    def stems(self, words: Sequence[str], language: str) -> list[str]:
        """Return one stem for each word in search form.

        A word with digits is its own stem, and so is any word in a language without a stemmer.
        """
        if language not in self._stemmer.languages:
            return list(words)
        plain = _normal([word if has_stem(word) else "" for word in words], language)
        return [stem or word for word, stem in zip(words, self._stemmer.stems(plain, language), strict=True)]

    def part_stems(self, words: Sequence[str], language: str) -> dict[str, tuple[str, ...]]:
        """Return the compounds among words in search form, each with the stems by which it is found besides its own."""
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
    """Return False for codes, numbers and what is too long for a word: they are their own stems."""
    return _WORD.fullmatch(word) is not None


def _normal(words: Sequence[str], language: str) -> Sequence[str]:
    """Return words in one spelling. They are handled together, which is many times as fast as one by one."""
    if language == "de":
        return german_normal(" ".join(words)).split(" ") if words else words
    if language == "pt":
        return [_PORTUGUESE_PLURAL.sub("ao", word) for word in words]
    return words
