"""First pass: names of the gazetteer whose surroundings allow them."""

from wirewatch.core.entities.context import given_name_before, objection, start_after_title
from wirewatch.core.entities.state import FieldSpans, Knowledge, State
from wirewatch.core.text.spans import Span, longest, overlapping


def known_names(state: State, knowledge: Knowledge) -> None:
    """Accept the candidates that nothing speaks against; of those that overlap, the longest."""
    for found in state.fields:
        _accept(found, state, knowledge)


def _accept(found: FieldSpans, state: State, knowledge: Knowledge) -> None:
    gazetteer = knowledge.gazetteer
    entities, patterns, owners = gazetteer.entities, gazetteer.patterns, gazetteer.owners
    rules, rule_of = gazetteer.rules, gazetteer.rule_of
    field, language, every = found.field, state.language, knowledge.languages.every
    text, quick = field.text, state.dropped is None
    names: list[Span] = []
    adjectives: list[Span] = []
    for index, first, after in knowledge.candidates(field.folded):
        form, owner, start, end = patterns[index], owners[index], first, after - 2
        if " " in form and entities[owner].type == "PER":
            # A name of the gazetteer has the titles of its own language in any text: King Charles III.
            start = start_after_title(field, first, end, every)
        # Most candidates are words like any other: where nobody asks for reasons, those end here.
        if quick and text[start].islower() and not rules[rule_of[index]].any_case:
            continue
        rule, reason = rules[rule_of[index]], None
        if rule_of[index]:
            kind = entities[owner].type
            reason = objection(field, start, end, rule=rule, form=form, kind=kind, language=language, gazetteer=gazetteer)
        elif text[start].islower():
            reason = "begins with a small letter"
        # A candidate that begins with a small letter and was not refused is a surname: Hamza bin Laden is somebody else.
        if reason is None and (" " not in form or text[start].islower()) and given_name_before(field, start, gazetteer, language):
            reason = "a given name precedes it"
            state.surnames.add(form)
        if reason is not None:
            state.drop(field, start, end, entities[owner].id, reason)
            continue
        dotted = text[end : end + 1] == "." and text[end - 2] == "."  # U.S., Washington, D.C.
        (adjectives if rule.adjective else names).append((start, end + dotted, owner))
    found.spans = longest(names) if len(names) > 1 else names
    # The Russian Foreign Ministry is an organisation of its own, whose name holds the adjective.
    found.adjectives = [span for span in adjectives if not overlapping(found.spans, *span[:2])]
