"""How much an article is about an entity, after Dunietz & Gillick 2014, "A new entity salience task with millions of training examples".

Of the properties that they found to tell, the three that need no model: whether the headline names it, how early it comes, how often.
"""

from collections.abc import Mapping, Sequence

from wirewatch.core.article import Field, Mention

_TITLE, _FIRST, _OFTEN = 0.4, 0.3, 0.3


def salience(mentions: Sequence[Mention], *, lengths: Mapping[Field, int], most: int) -> float:
    """From 0 to 1. ``lengths``: code points of each field that there is; ``most``: mentions of the entity that is named most often."""
    in_body = [mention.start for mention in mentions if mention.field == "body"]
    early = 1 - min(in_body) / lengths["body"] if in_body else 0.0
    titled = any(mention.field == "title" for mention in mentions)
    # Who is in the headline alone is early, too.
    first = 1.0 if titled and not in_body else early
    parts = [(_FIRST, first), (_OFTEN, len(mentions) / most)]
    if "title" in lengths:
        parts.append((_TITLE, float(titled)))
    return round(sum(weight * value for weight, value in parts) / sum(weight for weight, _ in parts), 3)
