"""Second pass: cities whose name is somebody's surname in the same article (Don Imus, later Imus) are not accepted."""

from wirewatch.core.entities.state import Knowledge, State


def surname_places(state: State, knowledge: Knowledge) -> None:
    """Drop cities that the first pass accepted, where the same word follows a given name elsewhere in the article."""
    if not state.surnames:
        return
    for found in state.fields:
        field, kept = found.field, []
        for span in found.spans:
            start, end, owner = span
            city = knowledge.identity(owner, state).id
            if city.startswith("geonames:") and field.folded[start:end] in state.surnames:
                state.drop(field, start, end, city, "a surname in this article")
            else:
                kept.append(span)
        found.spans = kept
