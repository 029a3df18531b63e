"""Finds the entities of a document: names of the gazetteer, names a model found, and surnames that stand for a full name.

The gazetteer's forms are looked for with a space on either side of form and text, so that only whole words match and hyphens and
punctuation, which fold to spaces, don't matter.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from wirewatch.core.acronyms import explained, places
from wirewatch.core.article import Entity, EntityType, Mention
from wirewatch.core.document import Document, FieldText
from wirewatch.core.folding import fold
from wirewatch.core.gazetteer import Gazetteer, Identity
from wirewatch.core.matching import Dropped, TermMatcherFactory
from wirewatch.core.name_context import ARTICLES, given_name_before, objection
from wirewatch.core.salience import salience
from wirewatch.core.surnames import Person, surname_spans
from wirewatch.core.text_spans import Span, longest, trimmed, without_title

# A name in a text: start, end, type, in code points.
TypedSpan = tuple[int, int, EntityType]


class Recogniser(Protocol):
    """A model that finds names no gazetteer has. ``known``: those that the gazetteer has found, in order, for what they are worth."""

    def recognise(self, text: str, language: str, known: Sequence[TypedSpan] = ()) -> Sequence[TypedSpan]: ...


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

    def tag(self, document: Document) -> tuple[Entity, ...]:
        """The entities in the order of their first mention, each with all its mentions."""
        return self._tag(document, None)

    def explain(self, document: Document) -> Explanation:
        """The same entities, and the names that could have been meant but weren't taken."""
        dropped: list[Dropped] = []
        entities = self._tag(document, dropped)
        taken = [mention for entity in entities for mention in entity.mentions]
        return Explanation(entities, tuple(drop for drop in dropped if not any(_covers(mention, drop) for mention in taken)))

    def _tag(self, document: Document, dropped: list[Dropped] | None) -> tuple[Entity, ...]:
        language = document.language
        surnames: set[str] = set()
        found = [_Found(field, *self._known_names(field, language, surnames, dropped)) for field in document.fields]
        if surnames:
            self._drop_places(found, surnames, dropped)
        identities: dict[str, Identity] = {}
        if recogniser := self._recognisers.get(language):
            for field, spans, _ in found:
                known = [(start, end, self._identity(owner, identities).type) for start, end, owner in spans]
                spans[:] = self._with_model(field, spans, recogniser.recognise(field.text, language, known), identities)
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
        for index, start, padded_end in self._matcher.find(f" {field.folded} "):
            # Most that isn't taken is a word like any other, which needs no reason where nobody asks for it.
            if quick and text[start].islower() and not gazetteer.rules[rule_of[index]].any_case:
                continue
            end = padded_end - 2
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
                dropped.append(_dropped(field, start, end, gazetteer.entities[owners[index]].id, reason))
        taken = longest(found) if len(found) > 1 else found
        # The Russian Foreign Ministry is an organisation of its own.
        return taken, [span for span in adjectives if not any(begin <= span[0] < stop for begin, stop, _ in taken)]

    def _drop_places(self, found: Iterable[_Found], surnames: set[str], dropped: list[Dropped] | None) -> None:
        """Cities aren't meant by words that are somebody's surname in the same article: Don Imus, later Imus."""
        for field, spans, _ in found:
            for span in [span for span in spans if field.folded[span[0] : span[1]] in surnames]:
                entity_id = self._gazetteer.entities[int(span[2])].id
                if entity_id.startswith("geonames:"):
                    spans.remove(span)
                    if dropped is not None:
                        dropped.append(_dropped(field, span[0], span[1], entity_id, "a surname in this article"))

    def _with_model(
        self, field: FieldText, known: list[Span], recognised: Iterable[TypedSpan], identities: dict[str, Identity]
    ) -> list[Span]:
        """Add what a model found. The longest span wins, the gazetteer's where both are the same or only a title stands before it."""
        spans = list(known)
        for raw_start, raw_end, kind in recognised:
            start, end = trimmed(field.text, raw_start, raw_end)
            if kind == "PER":
                start = without_title(field.folded, start, end)
            if start >= end or not any(map(str.isalpha, field.text[start:end])):
                continue
            rivals = [span for span in known if span[0] < end and start < span[1]]
            if any(self._keeps(span, start, end, kind, field) for span in rivals):
                continue
            spans = [span for span in spans if span not in rivals]
            if (owner := self._named(field.folded[start:end], kind, identities)) is not None:
                spans.append((start, end, owner))
        return longest(spans)

    def _keeps(self, span: Span, start: int, end: int, kind: EntityType, field: FieldText) -> bool:
        """Whether a name of the gazetteer stands against a model's span that overlaps it."""
        known_start, known_end, owner = span
        if known_end - known_start >= end - start:
            return True
        # The United States: an article before it makes no other name of it.
        if known_end == end and field.folded[start:known_start].rstrip() in ARTICLES:
            return True
        # A full name at the end of what the model took for a person: what stands before it is a title.
        person = kind == "PER" and isinstance(owner, int) and self._gazetteer.entities[owner].type == "PER"
        return person and known_end >= end - 1 and " " in field.folded[known_start:known_end]

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
                kind = self._identity(owner, identities).type
                # A place of one word has none: "Ankara (AP)" names an agency.
                if kind in ("ORG", "MISC") or (kind == "LOC" and " " in field.folded[start:end]):
                    meant.setdefault(short, owner)
        for short, owner in meant.items():
            named = self._known(fold(short), self._identity(owner, identities).type) if isinstance(owner, str) else None
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
                if " " in full and self._identity(owner, identities).type == "PER":
                    person = people.get(owner) or people.setdefault(owner, Person(self._surnames(owner, full)))
                    person.mentions.append((number, start))
                    person.names.update(full.split())
        if not people:
            return
        for number, (field, spans, _) in enumerate(found):
            joined, refused = surname_spans(number, field, people, language=language, gazetteer=self._gazetteer)
            if dropped is not None:
                dropped += [
                    _dropped(field, start, end, self._identity(owner, identities).id, reason) for start, end, owner, reason in refused
                ]
            if joined:
                # A name of the gazetteer keeps its place; a model's own guess at a single word gives way.
                taken = [span for span in spans if not (isinstance(span[2], str) and any(span[:2] == new[:2] for new in joined))]
                spans[:] = longest([*joined, *taken], first_wins=False)

    def _surnames(self, owner: int | str, full: str) -> set[str]:
        """Folded forms of a person's surname."""
        gazetteer = self._gazetteer
        if isinstance(owner, str):
            return {full.rpartition(" ")[2]}
        if known := gazetteer.surnames.get(owner):
            return set(known)
        first, last = gazetteer.forms_of(owner)
        return {form.rpartition(" ")[2] for form in gazetteer.patterns[first:last] if " " in form}

    def _identity(self, owner: int | str, identities: Mapping[str, Identity]) -> Identity:
        return identities[owner] if isinstance(owner, str) else self._gazetteer.entities[owner]

    def _entities(self, found: Sequence[_Found], identities: Mapping[str, Identity]) -> tuple[Entity, ...]:
        mentions: dict[int | str, list[Mention]] = {}
        for field, spans, adjectives in found:
            text = field.text
            for start, end, owner in sorted([*spans, *adjectives], key=_start) if adjectives else spans:
                part = _within_word(text, start, end) or (start, end, owner) in adjectives
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


def _start(span: Span) -> int:
    return span[0]


def _within_word(text: str, start: int, end: int) -> bool:
    """Whether a hyphen joins what stands there to more letters."""
    before, after = text[max(0, start - 2) : start], text[end : end + 2]
    return (before[1:] == "-" and before[0].isalnum()) or (after[:1] == "-" and after[1:].isalnum())


def _covers(mention: Mention, drop: Dropped) -> bool:
    return mention.field == drop["field"] and mention.start <= drop["start"] and drop["end"] <= mention.end


def _dropped(field: FieldText, start: int, end: int, what: str, reason: str) -> Dropped:
    return {"field": field.name, "start": start, "end": end, "text": field.text[start:end], "what": what, "reason": reason}
