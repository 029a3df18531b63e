"""Finds the entities of a document: an ordered list of passes over one small state.

To add a pass, write a function that takes the state and the knowledge, and put it into ``PASSES``.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from wirewatch.core.article import Entity, Mention
from wirewatch.core.entities.acronyms import acronyms
from wirewatch.core.entities.boundaries import within_word
from wirewatch.core.entities.gazetteer import Gazetteer
from wirewatch.core.entities.known_names import known_names
from wirewatch.core.entities.model_names import model_names
from wirewatch.core.entities.salience import salience
from wirewatch.core.entities.state import Knowledge, State
from wirewatch.core.entities.surname_places import surname_places
from wirewatch.core.entities.surnames import surnames
from wirewatch.core.text.document import Document
from wirewatch.core.text.languages import Languages
from wirewatch.core.text.matching import Dropped, Recogniser, TermMatcherFactory, covers
from wirewatch.core.text.spans import Owner, Span

Pass = Callable[[State, Knowledge], None]

PASSES: tuple[Pass, ...] = (
    known_names,
    surname_places,
    model_names,  # is given the known names
    surnames,  # of persons that gazetteer or model named in full
    acronyms,  # of entities that any pass before found
)


@dataclass(frozen=True, slots=True)
class Explanation:
    """The entities of a document, and the candidates that were dropped."""

    entities: tuple[Entity, ...]
    dropped: tuple[Dropped, ...]


class EntityTagger:
    """Tags documents with a gazetteer and, for some languages, a model. Safe to share: it keeps nothing of a document."""

    def __init__(
        self,
        gazetteer: Gazetteer,
        matcher_factory: TermMatcherFactory,
        languages: Languages,
        recognisers: Mapping[str, Recogniser] | None = None,
    ) -> None:
        self._knowledge = Knowledge.of(gazetteer, matcher_factory, languages, recognisers or {})

    def tag(self, document: Document) -> tuple[Entity, ...]:
        """The entities in the order of their first mention, each with all its mentions."""
        return self._run(State.of(document, self._knowledge.languages))

    def explain(self, document: Document) -> Explanation:
        """The same entities, and the candidates that no mention covers, each with the reason why it was dropped."""
        state = State.of(document, self._knowledge.languages, explain=True)
        entities = self._run(state)
        mentions = [mention for entity in entities for mention in entity.mentions]
        return Explanation(entities, tuple(drop for drop in state.dropped or () if not any(covers(mention, drop) for mention in mentions)))

    def _run(self, state: State) -> tuple[Entity, ...]:
        for run_pass in PASSES:
            run_pass(state, self._knowledge)
        return _entities(state, self._knowledge)


def _entities(state: State, knowledge: Knowledge) -> tuple[Entity, ...]:
    """The spans of the state as entities with their mentions."""
    mentions: dict[Owner, list[Mention]] = {}
    for found in state.fields:
        field, text, adjectives = found.field, found.field.text, set(found.adjectives)
        for start, end, owner in sorted([*found.spans, *adjectives], key=_bounds) if adjectives else found.spans:
            part = within_word(text, start, end) or (start, end, owner) in adjectives
            mention = Mention(field.name, start, end, text[start:end], part)
            if owner in mentions:
                mentions[owner].append(mention)
            else:
                mentions[owner] = [mention]
    lengths = {found.field.name: len(found.field.text) for found in state.fields}
    most = max(map(len, mentions.values()), default=0)
    entities = []
    for owner, of_entity in mentions.items():
        identity = knowledge.identity(owner, state)
        known = isinstance(owner, int)
        entities.append(
            Entity(
                id=identity.id,
                name=identity.name if known else of_entity[0].text,
                type=identity.type,
                origin="gazetteer" if known else "model",
                mentions=tuple(of_entity),
                salience=salience(of_entity, lengths=lengths, most=most),
            )
        )
    return tuple(entities)


def _bounds(span: Span) -> tuple[int, int]:
    return span[:2]
