"""Third pass: names that a model of the language found."""

from collections.abc import Iterable, Iterator

from wirewatch.core.article import EntityType
from wirewatch.core.entities.boundaries import before_place, narrowed, outranks, trimmed, without_title
from wirewatch.core.entities.context import dateline
from wirewatch.core.entities.gazetteer import Identity
from wirewatch.core.entities.retyping import clubs, corrected
from wirewatch.core.entities.state import FieldSpans, Knowledge, State
from wirewatch.core.text.languages import LanguageData
from wirewatch.core.text.matching import Recogniser
from wirewatch.core.text.spans import Owner, Span, TypedSpan, longest, overlapping


def model_names(state: State, knowledge: Knowledge) -> None:
    """Add what a model found: the longer span counts, the gazetteer's where both are the same or only a title precedes it."""
    recogniser = knowledge.recognisers.get(state.language.code)
    if recogniser is None:
        return
    for found in state.fields:
        known = [(start, end, knowledge.type_of(owner, state)) for start, end, owner in found.spans]
        found.spans = _joined(found, _proposals(found, known, recogniser, state.language), state, knowledge)


def _proposals(found: FieldSpans, known: list[TypedSpan], recogniser: Recogniser, language: LanguageData) -> Iterator[TypedSpan]:
    """Names that the gazetteer may lack: clubs called after a known town, what the model finds, and the place in a dateline."""
    field = found.field
    yield from clubs(field, [(start, end) for start, end, kind in known if kind == "LOC"])
    for span in recogniser.recognise(field.text, language.code, known):
        yield narrowed(field.text, span, language, overlapping(known, *span[:2]))
    if (place := dateline(field)) and place[2]:
        yield *place[:2], "LOC"


def _joined(found: FieldSpans, proposals: Iterable[TypedSpan], state: State, knowledge: Knowledge) -> list[Span]:
    """The spans of the field together with the proposals that no known name outranks."""
    field, spans, language = found.field, found.spans, state.language
    removed: set[Span] = set()
    added: list[Span] = []
    for raw_start, raw_end, raw_kind in proposals:
        start, end = trimmed(field.text, raw_start, raw_end)
        if start >= end or not any(map(str.isalpha, field.text[start:end])):
            continue
        kind = corrected(field, start, end, raw_kind, language)
        if kind == "PER":
            start = without_title(field.folded, start, end, language)
        rivals = overlapping(spans, start, end)
        places = [span for span in rivals if knowledge.type_of(span[2], state) == "LOC"]
        if (kind == "ORG" or field.text[start].islower()) and (cut := before_place(field, start, end, places, language)) < end:
            end = cut
            rivals = [span for span in rivals if span[0] < end]
        if start >= end or any(
            outranks((*span[:2], knowledge.type_of(span[2], state)), (start, end, kind), field, language) for span in rivals
        ):
            continue
        removed.update(rivals)
        if (owner := _owner(field.folded[start:end], kind, state, knowledge)) is not None:
            added.append((start, end, owner))
    return longest([*(span for span in spans if span not in removed), *added])


def _owner(folded: str, kind: EntityType, state: State, knowledge: Knowledge) -> Owner | None:
    """Whom a model's span names: an entity of the gazetteer, else one of its own; None if the user suppressed it."""
    if (known := knowledge.entity_called(folded, kind)) is not None:
        return known
    gazetteer = knowledge.gazetteer
    name = " ".join(folded.split())
    made = f"name:{kind}:{name.replace(' ', '-')}"
    if not name or name in gazetteer.suppressed_names or made in gazetteer.suppressed_ids:
        return None
    state.identities.setdefault(made, Identity(made, kind, ""))
    return made
