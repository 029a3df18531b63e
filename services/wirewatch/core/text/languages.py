"""What is known of each language: word lists and names of algorithms, as its file in data/languages has them (docs/languages.md)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any, Literal, Self, get_origin

UNKNOWN = "und"
"""The code of a text whose language nobody could tell (ISO 639-2)."""

_NONE: frozenset[str] = frozenset()
# Words within names. A name keeps its own language in any text (Rue de Rivoli, Museo del Prado), so these count in all of them.
_IN_NAMES = ("organisation_nouns", "organisation_nouns_last", "street_nouns", "name_particles")


@dataclass(frozen=True, slots=True, kw_only=True)
class LanguageData:
    """One language. Fields are the keys of its file and described in docs/languages.md; words are folded, except ``function_words``.

    ``government_words`` are beginnings of words; one that is whole ends in a space.
    """

    code: str
    name: str
    function_words: frozenset[str]
    titles: frozenset[str]
    place_prepositions: frozenset[str]
    ranks: frozenset[str] = _NONE
    title_endings: tuple[str, ...] = ()
    place_cues: frozenset[str] = _NONE
    prepositions_in_names: bool = False
    articles: frozenset[str] = _NONE
    articles_of_places: frozenset[str] = _NONE
    genitive_particles: frozenset[str] = _NONE
    conjunctions: frozenset[str] = _NONE
    place_nouns: frozenset[str] = _NONE
    nouns_are_capitalised: bool = False
    street_nouns: frozenset[str] = _NONE
    organisation_nouns: frozenset[str] = _NONE
    organisation_nouns_last: frozenset[str] = _NONE
    name_particles: frozenset[str] = _NONE
    government_words: tuple[str, ...] = ()
    state_adjectives: Literal["before", "after"] = "before"
    case_forms: Literal["", "german", "polish", "russian", "ukrainian"] = ""
    spacy_pipeline: str = ""
    model_weakness: str = ""

    def is_title(self, word: str) -> bool:
        """Whether a folded word is a title that precedes names, such as president or bundeskanzlerin."""
        return word in self.titles or word in self.ranks or word.endswith(self.title_endings)

    def has_place_cue(self, word: str) -> bool:
        """Whether a folded word makes a capitalised one after it a place rather than a common word: in Essen, near Nice."""
        return word in self.place_prepositions or word in self.place_cues


@dataclass(frozen=True, slots=True)
class Languages:
    """All languages that have a file, and ``every``: the words of all of them, for a text in any other language."""

    by_code: Mapping[str, LanguageData]
    every: LanguageData

    @classmethod
    def of_all(cls, languages: Iterable[LanguageData]) -> Self:
        """Put the languages together, each with the words within names of all."""
        alone = tuple(languages)
        every = _every(alone)
        in_names = {key: getattr(every, key) for key in _IN_NAMES}
        return cls({language.code: replace(language, **in_names) for language in alone}, every)

    def of(self, code: str) -> LanguageData:
        """The language with this ISO 639-1 code."""
        known = self.by_code.get(code)
        return replace(self.every, code=code) if known is None else known


def _every(languages: Sequence[LanguageData]) -> LanguageData:
    """The words of all languages. A word for a government names none here: where its adjective belongs differs."""
    keys = [field.name for field in fields(LanguageData) if get_origin(field.type) is frozenset]
    words: dict[str, Any] = {key: _NONE.union(*(getattr(language, key) for language in languages)) for key in keys}
    endings = dict.fromkeys(ending for language in languages for ending in language.title_endings)
    return LanguageData(code=UNKNOWN, name="unknown", title_endings=tuple(endings), **words)
