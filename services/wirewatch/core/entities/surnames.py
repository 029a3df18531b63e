"""Surnames that stand alone for a person whose full name is in the same article: Putin, where Wladimir Putin was named."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from wirewatch.core.entities.context import previous_word, surname_objection
from wirewatch.core.entities.gazetteer import Gazetteer, german_genitives
from wirewatch.core.entities.inflection import case_forms
from wirewatch.core.text.document import FieldText
from wirewatch.core.text.folding import fold
from wirewatch.core.text.spans import Span


@dataclass(slots=True)
class Person:
    """A person named in full: folded surnames, full names as the article has them, and where they stand as (number of the field, start)."""

    surnames: set[str]
    mentions: list[tuple[int, int]] = field(default_factory=list)
    full_names: set[str] = field(default_factory=set)

    @property
    def words(self) -> set[str]:
        """The words of the full names."""
        return {word for name in self.full_names for word in name.split()}


def last_name(full: str) -> str:
    """The folded last name of a full name as written; one with a hyphen is whole: Schmidt-Rottluff."""
    return " ".join(fold(full.rsplit(maxsplit=1)[-1]).split())


def surnames_of(full: str, language: str) -> set[str]:
    """Folded forms of the surname in a full name that no list has: Beispiel, Beispiels."""
    last = last_name(full)
    return {last, *case_forms(last, language, person=True), *(german_genitives(last, "PER") if language == "de" else ())}


def same_person(people: Mapping[int | str, Person], language: str) -> dict[int | str, int | str]:
    """Persons that only a model found, and who of ``people`` they are: by a surname of two words (González Urrutia) or in another case."""
    known: dict[str, int | str] = {}
    for owner, person in people.items():
        for name in person.full_names:
            words = name.split()
            known |= {" ".join(words[first:]): owner for first in range(1, len(words) - 1)}
            if isinstance(owner, str):
                known |= dict.fromkeys(_cases(name, language), owner)
    meant = {}
    for owner, person in people.items():
        if isinstance(owner, str):
            others = {known[name] for name in person.full_names if known.get(name, owner) != owner}
            if len(others) == 1:
                meant[owner] = others.pop()
    # Of two that may each be a form of the other both stay.
    return {owner: other for owner, other in meant.items() if other not in meant}


def _cases(name: str, language: str) -> set[str]:
    genitives = german_genitives(name, "PER") if language == "de" else ()
    return case_forms(name, language, person=True) | set(genitives)


def surname_spans(
    number: int, text: FieldText, people: Mapping[int | str, Person], *, language: str, gazetteer: Gazetteer
) -> tuple[list[Span], list[tuple[int, int, int | str, str]]]:
    """Where surnames stand for ``people`` in field ``number``, and those that don't count, with the reason.

    Of two persons with the same surname it is the one named in full last before, else first.
    """
    padded = f" {text.folded} "
    bearers: dict[str, list[int | str]] = {}
    for owner, person in people.items():
        for surname in person.surnames:
            if surname in padded:
                bearers.setdefault(surname, []).append(owner)
    spans: list[Span] = []
    refused = []
    for surname, owners in bearers.items():
        start = padded.find(f" {surname} ")
        while start >= 0:
            owner = owners[0] if len(owners) == 1 else _nearest(owners, people, (number, start))
            person = people[owner]
            begin = _with_particles(text, start, person)
            if (number, begin) not in person.mentions:
                end = start + len(surname)
                if text.text[start].islower():
                    reason: str | None = "begins with a small letter"
                else:
                    reason = surname_objection(text, begin, surname, language=language, gazetteer=gazetteer)
                if reason:
                    refused.append((begin, end, owner, reason))
                else:
                    spans.append((begin, end, owner))
            start = padded.find(f" {surname} ", start + 1)
    return spans, refused


def _nearest(owners: list[int | str], people: Mapping[int | str, Person], place: tuple[int, int]) -> int | str:
    """Whose full name stands last before a place, else first of all."""

    def distance(owner: int | str) -> tuple[bool, int, int]:
        before = [mention for mention in people[owner].mentions if mention <= place]
        field_number, start = max(before) if before else min(people[owner].mentions)
        return (not before, -field_number, -start) if before else (True, field_number, start)

    return min(owners, key=distance)


def _with_particles(text: FieldText, start: int, person: Person) -> int:
    """Where the surname begins: before it may stand other words of the full name, as in von der Leyen or López Obrador."""
    words = person.words
    for _ in words:
        word, begin = previous_word(text, start)
        if not word or word not in words:
            break
        start = begin
    return start
