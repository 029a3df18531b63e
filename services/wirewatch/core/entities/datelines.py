"""The place that an agency's report comes from, before its first words: ESSEN (dpa) - …, NICE, France (AP) — … and so on."""

import re

from wirewatch.core.text.document import FieldText

_DATELINE = re.compile(r"\s*([^\W\d_][^\n(),–—]{1,30}?)(?:, [^\n()–—]{2,30}?)?( \([^()\n]{2,25}\))? [-–—] \S")
_MOST_WORDS = 4


def dateline(field: FieldText) -> tuple[int, int, bool] | None:
    """Where the place stands, and whether an agency in brackets stands behind it; None if a text begins without.

    A word in capitals and a dash may be something else (EXCLUSIVE - …), so that it should be known to be a place.
    """
    found = _DATELINE.match(field.text) if field.name == "body" else None
    if found is None or not (found[1].isupper() or found[2]) or len(found[1].split()) > _MOST_WORDS:
        return None
    return *found.span(1), found[2] is not None
