"""Finds the entities of a document: names of the gazetteer, names a model found, and surnames that stand for a full name.

The gazetteer's forms are looked for with a space on either side of form and text, so that only whole words match and hyphens and
punctuation, which fold to spaces, don't matter.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from wirewatch.core.article import Entity, EntityType, Mention
from wirewatch.core.entities.acronyms import explained, places
from wirewatch.core.entities.context import behind_title, given_name_before, has_cue, is_title, objection
from wirewatch.core.entities.datelines import dateline
from wirewatch.core.entities.gazetteer import Gazetteer, Identity
from wirewatch.core.entities.retyping import clubs, corrected
from wirewatch.core.entities.salience import salience
from wirewatch.core.entities.surnames import Person, last_name, same_person, surname_spans, surnames_of
from wirewatch.core.text.document import Document, FieldText
from wirewatch.core.text.folding import fold
from wirewatch.core.text.matching import Dropped, Recogniser, TermMatcherFactory, covers, dropped_name
from wirewatch.core.text.spans import (
    Span,
    TypedSpan,
    before_place,
    longest,
    narrowed,
    overlapping,
    stands,
    trimmed,
    within_word,
    without_title,
)


@dataclass(frozen=True, slots=True)
class Explanation:
    """The entities of a document, and what was found but not taken."""

    entities: tuple[Entity, ...]
    dropped: tuple[Dropped, ...]


class _Found(NamedTuple):
    """A field with the spans taken in it, in order of their start, and the adjectives of states whose government is meant."""

    field: FieldText
    spans: list[Span]
    adjectives: list[Span]


class EntityTagger:
    """Tags documents with a gazetteer and, for some languages, a model. Safe to share: it keeps nothing of a document."""

    def __init__(
        self, gazetteer: Gazetteer, matcher_factory: TermMatcherFactory, recognisers: Mapping[str, Recogniser] | None = None
    ) -> None:
        self._gazetteer = gazetteer
        self._matcher = matcher_factory([f" {form} " for form in gazetteer.patterns], overlapping=True)
        self._recognisers = recognisers or {}
        self._titled = {
            index
            for index, (form, owner) in enumerate(zip(gazetteer.patterns, gazetteer.owners, strict=True))
            if gazetteer.entities[owner].type == "PER" and is_title(form.partition(" ")[0])
        }

    def tag(self, document: Document) -> tuple[Entity, ...]:
        """The entities in the order of their first mention, each with all its mentions."""
        return self._tag(document, None)

    def explain(self, document: Document) -> Explanation:
        """The same entities, and the names that could have been meant but weren't taken."""
        dropped: list[Dropped] = []
        entities = self._tag(document, dropped)
        taken = [mention for entity in entities for mention in entity.mentions]
        return Explanation(entities, tuple(drop for drop in dropped if not any(covers(mention, drop) for mention in taken)))

    def _tag(self, document: Document, dropped: list[Dropped] | None) -> tuple[Entity, ...]:
        language = document.language
        surnames: set[str] = set()
        found = [_Found(field, *self._known_names(field, language, surnames, dropped)) for field in document.fields]
        if surnames:
            self._drop_places(found, surnames, dropped)
        identities: dict[str, Identity] = {}
        if recogniser := self._recognisers.get(language):
            for field, spans, _ in found:
                known = [(start, end, self._type(owner, identities)) for start, end, owner in spans]
                made = [*clubs(field, [(start, end) for start, end, kind in known if kind == "LOC"])]
                for start, end, kind in recogniser.recognise(field.text, language, known):
                    made += narrowed(field.text, start, end, kind, overlapping(known, start, end))
                if (place := dateline(field)) and place[2]:
                    made.append((*place[:2], "LOC"))
                spans[:] = self._with_model(field, language, spans, made, identities)
        self._join_surnames(found, language, identities, dropped)
        self._join_acronyms(found, identities)
        return self._entities(found, identities)

    def _known_names(
        self, field: FieldText, language: str, surnames: set[str], dropped: list[Dropped] | None
    ) -> tuple[list[Span], list[Span]]:
        """Names of the gazetteer whose surroundings allow them, of names that overlap the longest; and adjectives of states.

        Words that stand behind a given name are added to ``surnames``.
        """
        gazetteer = self._gazetteer
        patterns, owners, rule_of = gazetteer.patterns, gazetteer.owners, gazetteer.rule_of
        text, quick = field.text, dropped is None
        found: list[Span] = []
        adjectives: list[Span] = []
        for index, place, padded_end in self._matcher.find(f" {field.folded} "):
            end = padded_end - 2
            start = behind_title(field, place, end) if index in self._titled else place
            # Most that isn't taken is a word like any other, which needs no reason where nobody asks for it.
            if quick and text[start].islower() and not gazetteer.rules[rule_of[index]].any_case:
                continue
            form = patterns[index]
            reason = None
            if rule_number := rule_of[index]:
                rule = gazetteer.rules[rule_number]
                kind = gazetteer.entities[owners[index]].type
                reason = objection(field, start, end, rule=rule, form=form, kind=kind, language=language, gazetteer=gazetteer)
            elif text[start].islower():
                reason = "begins with a small letter"
            # A name with a small initial is a surname: Hamza bin Laden is another one.
            if reason is None and (" " not in form or text[start].islower()) and given_name_before(field, start, gazetteer, language):
                reason = "a given name stands before it"
                surnames.add(form)
            if reason is None:
                if text[end : end + 1] == "." and text[end - 2] == ".":
                    end += 1  # U.S., Washington, D.C.
                (adjectives if gazetteer.rules[rule_of[index]].adjective else found).append((start, end, owners[index]))
            elif dropped is not None:
                dropped.append(dropped_name(field, start, end, gazetteer.entities[owners[index]].id, reason))
        taken = longest(found) if len(found) > 1 else found
        # The Russian Foreign Ministry is an organisation of its own.
        return taken, [span for span in adjectives if not overlapping(taken, *span[:2])]

    def _drop_places(self, found: Iterable[_Found], surnames: set[str], dropped: list[Dropped] | None) -> None:
        """Cities aren't meant by words that are somebody's surname in the same article: Don Imus, later Imus."""
        for field, spans, _ in found:
            refused = [
                span
                for span in spans
                if field.folded[span[0] : span[1]] in surnames and self._identity(span[2], {}).id.startswith("geonames:")
            ]
            if gone := set(refused):
                spans[:] = [span for span in spans if span not in gone]
            if dropped is not None:
                for start, end, owner in refused:
                    dropped.append(dropped_name(field, start, end, self._gazetteer.entities[int(owner)].id, "a surname in this article"))

    def _with_model(
        self, field: FieldText, language: str, known: list[Span], made: Iterable[TypedSpan], identities: dict[str, Identity]
    ) -> list[Span]:
        """Add what a model found. The longest span wins, the gazetteer's where both are the same or only a title stands before it."""
        gone: set[Span] = set()
        added: list[Span] = []
        for raw_start, raw_end, raw_kind in made:
            start, end = trimmed(field.text, raw_start, raw_end)
            if start >= end or not any(map(str.isalpha, field.text[start:end])):
                continue
            kind = corrected(field, start, end, raw_kind, language)
            if kind == "PER":
                start = without_title(field.folded, start, end)
            rivals = overlapping(known, start, end)
            towns = [span for span in rivals if self._type(span[2], identities) == "LOC"]
            if (kind == "ORG" or field.text[start].islower()) and (cut := before_place(field, start, end, towns)) < end:
                end = cut
                rivals = [span for span in rivals if span[0] < end]
            if start >= end or any(stands((*span[:2], self._type(span[2], identities)), (start, end, kind), field) for span in rivals):
                continue
            gone.update(rivals)
            if (owner := self._named(field.folded[start:end], kind, identities)) is not None:
                added.append((start, end, owner))
        return longest([*(span for span in known if span not in gone), *added])

    def _named(self, folded: str, kind: EntityType, identities: dict[str, Identity]) -> int | str | None:
        """Whom a model's span means: an entity of the gazetteer, else one of its own; None if that is suppressed."""
        if (known := self._known(folded, kind)) is not None:
            return known
        gazetteer = self._gazetteer
        name = " ".join(folded.split())
        made = f"name:{kind}:{name.replace(' ', '-')}"
        if not name or name in gazetteer.suppressed_names or made in gazetteer.suppressed_ids:
            return None
        identities.setdefault(made, Identity(made, kind, ""))
        return made

    def _known(self, folded: str, kind: EntityType) -> int | None:
        """The gazetteer's entity of this type that is called so."""
        gazetteer = self._gazetteer
        for index, start, end in self._matcher.find(f" {folded} "):
            whole = start == 0 and end == len(folded) + 2 and not gazetteer.rules[gazetteer.rule_of[index]].adjective
            if whole and gazetteer.entities[gazetteer.owners[index]].type == kind:
                return gazetteer.owners[index]
        return None

    def _join_acronyms(self, found: list[_Found], identities: Mapping[str, Identity]) -> None:
        """Give acronyms that the article explains to whom they are short for; what only a model found may be known by its acronym."""
        meant: dict[str, int | str] = {}
        for field, spans, _ in found:
            for short, (start, end, owner) in explained(field, spans):
                kind = self._type(owner, identities)
                # A place of one word has none: "Ankara (AP)" names an agency.
                if kind in ("ORG", "MISC") or (kind == "LOC" and " " in field.folded[start:end]):
                    meant.setdefault(short, owner)
        for short, owner in meant.items():
            named = self._known(fold(short), self._type(owner, identities)) if isinstance(owner, str) else None
            whom = owner if named is None else named
            for field, spans, _ in found:
                own = [(start, end, whom if old == owner else old) for start, end, old in spans]
                there = list(places(field, short))
                spans[:] = longest([*own, *((start, end, whom) for start, end in there)], first_wins=False) if there else own

    def _join_surnames(self, found: list[_Found], language: str, identities: Mapping[str, Identity], dropped: list[Dropped] | None) -> None:
        """Add the surnames that stand alone for persons named in full, and give a model's lone surname to its person."""
        people: dict[int | str, Person] = {}
        for number, (field, spans, _) in enumerate(found):
            for start, end, owner in spans:
                full = field.folded[start:end].strip()  # the dot of an initial is a space: Jana B.
                if " " in full and self._type(owner, identities) == "PER":
                    person = people.get(owner) or people.setdefault(owner, Person(self._surnames(owner, field.text[start:end], language)))
                    person.mentions.append((number, start))
                    person.full_names.add(" ".join(full.split()))
        if not people:
            return
        meant = same_person(people, language)
        for _, spans, _ in found if meant else ():
            spans[:] = [(start, end, meant.get(owner, owner)) for start, end, owner in spans]
        for owner in meant:
            people[meant[owner]].mentions += people.pop(owner).mentions
        for number, (field, spans, _) in enumerate(found):
            joined, refused = surname_spans(number, field, people, language=language, gazetteer=self._gazetteer)
            if dropped is not None:
                dropped += [
                    dropped_name(field, start, end, self._identity(owner, identities).id, reason) for start, end, owner, reason in refused
                ]
            if joined:
                # A name of the gazetteer keeps its place, but for cities that aren't behind "in"; a model's own guess gives way.
                joined_at = {new[:2] for new in joined}
                taken = [span for span in spans if span[:2] not in joined_at or not self._gives_way(span, field, language)]
                spans[:] = longest([*joined, *taken], first_wins=False)

    def _gives_way(self, span: Span, field: FieldText, language: str) -> bool:
        start, _, owner = span
        return isinstance(owner, str) or (
            self._gazetteer.entities[owner].id.startswith("geonames:") and not has_cue(field, start, language)
        )

    def _surnames(self, owner: int | str, full: str, language: str) -> set[str]:
        """Folded forms of a person's surname."""
        gazetteer = self._gazetteer
        if isinstance(owner, str):
            return surnames_of(full, language)
        if known := gazetteer.surnames.get(owner):
            return set(known)
        first, last = gazetteer.forms_of(owner)
        last_words = {form.rpartition(" ")[2] for form in gazetteer.patterns[first:last] if " " in form}
        parts = last_name(full).split()
        return last_words if len(parts) < 2 else last_words - {parts[-1]} | {" ".join(parts)}

    def _identity(self, owner: int | str, identities: Mapping[str, Identity]) -> Identity:
        return identities[owner] if isinstance(owner, str) else self._gazetteer.entities[owner]

    def _type(self, owner: int | str, identities: Mapping[str, Identity]) -> EntityType:
        return self._identity(owner, identities).type

    def _entities(self, found: Sequence[_Found], identities: Mapping[str, Identity]) -> tuple[Entity, ...]:
        mentions: dict[int | str, list[Mention]] = {}
        for field, spans, adjectives in found:
            text = field.text
            parts = set(adjectives)
            for start, end, owner in sorted([*spans, *parts], key=_bounds) if parts else spans:
                part = within_word(text, start, end) or (start, end, owner) in parts
                mention = Mention(field.name, start, end, text[start:end], part)
                if owner in mentions:
                    mentions[owner].append(mention)
                else:
                    mentions[owner] = [mention]
        lengths = {field.name: len(field.text) for field, _, _ in found}
        most = max(map(len, mentions.values()), default=0)
        entities = []
        for owner, where in mentions.items():
            identity = self._identity(owner, identities)
            known = isinstance(owner, int)
            entities.append(
                Entity(
                    id=identity.id,
                    name=identity.name if known else where[0].text,
                    type=identity.type,
                    origin="gazetteer" if known else "model",
                    mentions=tuple(where),
                    salience=salience(where, lengths=lengths, most=most),
                )
            )
        return tuple(entities)


def _bounds(span: Span) -> tuple[int, int]:
    return span[:2]
