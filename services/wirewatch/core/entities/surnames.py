"""Fourth pass: a surname alone stands for the person whose full name is in the same article: Putin, where Wladimir Putin is named."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from wirewatch.core.entities.context import has_cue, previous_word, surname_objection
from wirewatch.core.entities.gazetteer import Gazetteer
from wirewatch.core.entities.inflection import case_forms
from wirewatch.core.entities.state import Knowledge, State
from wirewatch.core.text.document import FieldText
from wirewatch.core.text.folding import fold
from wirewatch.core.text.languages import LanguageData
from wirewatch.core.text.spans import Owner, Span, longest


@dataclass(slots=True)
class Person:
    """A person named in full: folded surnames, full names as the article has them, and their mentions as (number of the field, start)."""

    surnames: set[str]
    mentions: list[tuple[int, int]] = field(default_factory=list)
    full_names: set[str] = field(default_factory=set)

    @property
    def words(self) -> set[str]:
        """The words of the full names."""
        return {word for name in self.full_names for word in name.split()}


def surnames(state: State, knowledge: Knowledge) -> None:
    """Add surnames that stand alone, and give a lone surname that a model found to its person."""
    people = _people(state, knowledge)
    if not people:
        return
    same = same_person(people, state.language)
    for found in state.fields if same else ():
        found.spans = [(start, end, same.get(owner, owner)) for start, end, owner in found.spans]
    for owner in same:
        people[same[owner]].mentions += people.pop(owner).mentions
    for number, found in enumerate(state.fields):
        alone, refused = surname_spans(number, found.field, people, language=state.language, gazetteer=knowledge.gazetteer)
        for start, end, owner, reason in refused:
            state.drop(found.field, start, end, knowledge.identity(owner, state).id, reason)
        if alone:
            places = {span[:2] for span in alone}
            kept = [span for span in found.spans if span[:2] not in places or not _gives_way(span, found.field, state, knowledge)]
            found.spans = longest([*alone, *kept], first_wins=False)


def _people(state: State, knowledge: Knowledge) -> dict[Owner, Person]:
    """The persons whose full names are in the document."""
    people: dict[Owner, Person] = {}
    for number, found in enumerate(state.fields):
        for start, end, owner in found.spans:
            full = found.field.folded[start:end].strip()  # the dot of an initial is a space: Jana B.
            if " " in full and knowledge.type_of(owner, state) == "PER":
                person = people.get(owner)
                if person is None:
                    person = people[owner] = Person(_surnames(owner, found.field.text[start:end], state.language, knowledge.gazetteer))
                person.mentions.append((number, start))
                person.full_names.add(" ".join(full.split()))
    return people


def _surnames(owner: Owner, full: str, language: LanguageData, gazetteer: Gazetteer) -> set[str]:
    """Folded forms of the surname of a person who is named in full as ``full``."""
    if isinstance(owner, str):
        return surnames_of(full, language)
    if listed := gazetteer.surnames.get(owner):
        return set(listed)
    first, last = gazetteer.forms_of(owner)
    last_words = {form.rpartition(" ")[2] for form in gazetteer.patterns[first:last] if " " in form}
    parts = last_name(full).split()
    # Of a surname with a hyphen the last part alone is no surname.
    return last_words if len(parts) < 2 else last_words - {parts[-1]} | {" ".join(parts)}


def _gives_way(span: Span, field: FieldText, state: State, knowledge: Knowledge) -> bool:
    """Whether a surname replaces this span: a model's guess, or a city without a preposition of place before it."""
    start, _, owner = span
    return isinstance(owner, str) or (
        knowledge.identity(owner, state).id.startswith("geonames:") and not has_cue(field, start, state.language)
    )


def last_name(full: str) -> str:
    """The folded last name of a full name as written; one with a hyphen is whole: Schmidt-Rottluff."""
    return " ".join(fold(full.rsplit(maxsplit=1)[-1]).split())


def surnames_of(full: str, language: LanguageData) -> set[str]:
    """Folded forms of the surname in a full name that no list has: Beispiel, Beispiels."""
    last = last_name(full)
    return {last, *case_forms(last, language.case_forms, person=True)}


def same_person(people: Mapping[Owner, Person], language: LanguageData) -> dict[Owner, Owner]:
    """Persons that only a model found, and which of ``people`` each is: by a surname of two words (González Urrutia) or in another case."""
    known: dict[str, Owner] = {}
    for owner, person in people.items():
        for name in person.full_names:
            words = name.split()
            known |= {" ".join(words[first:]): owner for first in range(1, len(words) - 1)}
            if isinstance(owner, str):
                known |= dict.fromkeys(case_forms(name, language.case_forms, person=True), owner)
    meant = {}
    for owner, person in people.items():
        if isinstance(owner, str):
            others = {known[name] for name in person.full_names if known.get(name, owner) != owner}
            if len(others) == 1:
                meant[owner] = others.pop()
    # Two that may each be a form of the other stay apart.
    return {owner: other for owner, other in meant.items() if other not in meant}


def surname_spans(
    number: int, text: FieldText, people: Mapping[Owner, Person], *, language: LanguageData, gazetteer: Gazetteer
) -> tuple[list[Span], list[tuple[int, int, Owner, str]]]:
    """Surnames of ``people`` that stand alone in field ``number``, and those that are not accepted, with the reason.

    Of two persons with the same surname it is the one named in full last before it, else the first one named after it.
    """
    padded = f" {text.folded} "
    bearers: dict[str, list[Owner]] = {}
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


def _nearest(owners: list[Owner], people: Mapping[Owner, Person], place: tuple[int, int]) -> Owner:
    """Whose full name is the last before a place, else the first after it."""

    def distance(owner: Owner) -> tuple[bool, int, int]:
        before = [mention for mention in people[owner].mentions if mention <= place]
        field_number, start = max(before) if before else min(people[owner].mentions)
        return (not before, -field_number, -start) if before else (True, field_number, start)

    return min(owners, key=distance)


def _with_particles(text: FieldText, start: int, person: Person) -> int:
    """Where the surname begins: with other words of the full name before it, as in von der Leyen or López Obrador."""
    words = person.words
    for _ in words:
        word, begin = previous_word(text, start)
        if not word or word not in words:
            break
        start = begin
    return start
