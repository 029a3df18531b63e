"""What the passes work with: the state of one document, and the knowledge that all documents share."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Self

from wirewatch.core.article import EntityType
from wirewatch.core.entities.gazetteer import Gazetteer, Identity
from wirewatch.core.text.document import Document, FieldText
from wirewatch.core.text.languages import LanguageData, Languages
from wirewatch.core.text.matching import Dropped, Recogniser, TermMatcher, TermMatcherFactory, dropped_name
from wirewatch.core.text.spans import Owner, Span


@dataclass(slots=True)
class FieldSpans:
    """A field, the spans accepted in it so far, by their start, and the adjectives of states whose government is meant."""

    field: FieldText
    spans: list[Span]
    adjectives: list[Span]


@dataclass(slots=True)
class State:
    """What the passes have found in one document so far.

    ``identities``: those of entities that only a model knows, by id. ``surnames``: folded candidates that follow a given name, so that they
    are somebody's surname. ``dropped``: candidates that were not accepted, if somebody asks for them.
    """

    language: LanguageData
    fields: tuple[FieldSpans, ...]
    identities: dict[str, Identity] = field(default_factory=dict)
    surnames: set[str] = field(default_factory=set)
    dropped: list[Dropped] | None = None

    @classmethod
    def of(cls, document: Document, languages: Languages, *, explain: bool = False) -> Self:
        """The state before the first pass; one that ``explain``s keeps what is dropped."""
        fields = tuple(FieldSpans(text, [], []) for text in document.fields)
        return cls(languages.of(document.language), fields, dropped=[] if explain else None)

    def drop(self, text: FieldText, start: int, end: int, what: str, reason: str) -> None:
        """Note a candidate that is not accepted; ``what`` is the id it would have had."""
        if self.dropped is not None:
            self.dropped.append(dropped_name(text, start, end, what, reason))


@dataclass(frozen=True, slots=True)
class Knowledge:
    """The gazetteer with the matcher of its forms, the languages, and the models by language."""

    gazetteer: Gazetteer
    matcher: TermMatcher
    languages: Languages
    recognisers: Mapping[str, Recogniser]

    @classmethod
    def of(
        cls, gazetteer: Gazetteer, matcher_factory: TermMatcherFactory, languages: Languages, recognisers: Mapping[str, Recogniser]
    ) -> Self:
        """Index the gazetteer's forms.

        Form and text have a space on either side, so that only whole words match; hyphens and punctuation fold to spaces and don't matter.
        """
        matcher = matcher_factory([f" {form} " for form in gazetteer.patterns], overlapping=True)
        return cls(gazetteer, matcher, languages, recognisers)

    def candidates(self, folded: str) -> Iterable[tuple[int, int, int]]:
        """Every form of the gazetteer in a folded text, those inside others too: index, start, and end + 2 for the spaces around it."""
        return self.matcher.find(f" {folded} ")

    def entity_called(self, folded: str, kind: EntityType) -> int | None:
        """The gazetteer's entity of this type that is called so; None if there is none."""
        gazetteer = self.gazetteer
        for index, start, end in self.candidates(folded):
            whole = start == 0 and end == len(folded) + 2 and not gazetteer.rules[gazetteer.rule_of[index]].adjective
            if whole and gazetteer.entities[gazetteer.owners[index]].type == kind:
                return gazetteer.owners[index]
        return None

    def identity(self, owner: Owner, state: State) -> Identity:
        """Whom a span of this owner names."""
        return state.identities[owner] if isinstance(owner, str) else self.gazetteer.entities[owner]

    def type_of(self, owner: Owner, state: State) -> EntityType:
        """The type of a span's owner."""
        return self.identity(owner, state).type
