"""Surnames that stand alone for a person whose full name is in the same article: Putin, where Wladimir Putin was named."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from wirewatch.core.document import FieldText
from wirewatch.core.gazetteer import Gazetteer
from wirewatch.core.name_context import previous_word, surname_objection
from wirewatch.core.text_spans import Span


@dataclass(slots=True)
class Person:
    """A person named in full: folded surnames, words of the full name, and where it stands as (number of the field, start)."""

    surnames: set[str]
    mentions: list[tuple[int, int]] = field(default_factory=list)
    names: set[str] = field(default_factory=set)


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
    while True:
        word, begin = previous_word(text, start)
        if not word or word not in person.names:
            return start
        start = begin
