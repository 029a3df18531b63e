"""The passage of an article that best shows why a query found it, with the ranges to highlight."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from wirewatch.core.article import EnrichedArticle, Field
from wirewatch.core.search.analysis import Analyser, is_named, same_code, searchable
from wirewatch.core.search.query import ENTITY_TYPES, And, Named, Or, Phrase, Prefix, Query, Tagged, Word
from wirewatch.core.text.folding import fold

Range = tuple[int, int]

_TOKEN = re.compile(r"\S+")
# Text after this many characters is ignored, because each hit of a page needs a snippet quickly.
_MAX_LOOKED_AT = 100_000
_MAX_PLACES = 2_000
_ELLIPSIS = "…"


@dataclass(frozen=True, slots=True)
class Snippet:
    """A passage of a field: its text on one line, where it starts in the field, and the ranges of ``text`` to highlight, in order.

    ``cut_before`` and ``cut_after``: the field goes on there. Offsets are code points.
    """

    field: Field
    start: int
    text: str
    highlights: tuple[Range, ...]
    cut_before: bool
    cut_after: bool

    def marked(self, before: str, after: str) -> str:
        """Return the text with marks before and after each highlight, and an ellipsis where the field goes on."""
        pieces = [_ELLIPSIS if self.cut_before else ""]
        position = 0
        for start, end in self.highlights:
            pieces += [self.text[position:start], before, self.text[start:end], after]
            position = end
        return "".join((*pieces, self.text[position:], _ELLIPSIS if self.cut_after else ""))


@dataclass(frozen=True, slots=True)
class _Token:
    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True, order=True)
class _Place:
    """Where a part of the query matches; ``part`` is the number of that part."""

    start: int
    end: int
    part: int


def snippet(article: EnrichedArticle, query: Query, analyser: Analyser, *, length: int = 160) -> Snippet:
    """Return the passage of about ``length`` characters that shows the most parts of the query; the lead if it shows none."""
    parts = list(_wanted(query))
    best: tuple[int, Snippet] | None = None
    fields: tuple[tuple[Field, str], ...] = (("body", article.body), ("title", article.title))
    for name, text in fields:
        places = _places(article, name, text[:_MAX_LOOKED_AT], parts, analyser)
        different, chosen = _densest(places, length)
        if text and (best is None or different > best[0]):
            best = (different, _cut(name, text, chosen, length))
    return best[1] if best else Snippet("title", 0, "", (), cut_before=False, cut_after=False)


def highlights(article: EnrichedArticle, query: Query, analyser: Analyser, field: Field) -> tuple[Range, ...]:
    """Return the ranges where a query matches in a whole field, in order and not overlapping; code points."""
    text = (article.title if field == "title" else article.body)[:_MAX_LOOKED_AT]
    return _merged((place.start, place.end) for place in _places(article, field, text, list(_wanted(query)), analyser))


def _wanted(query: Query) -> Iterator[Query]:
    match query:
        case And(parts) | Or(parts):
            for part in parts:
                yield from _wanted(part)
        case Word() | Prefix() | Phrase() | Named() | Tagged("topic", _):
            yield query
        case _:
            pass


def _places(article: EnrichedArticle, field: Field, text: str, parts: Sequence[Query], analyser: Analyser) -> list[_Place]:
    if not parts or not text:
        return []
    tokens = [
        _Token(found.start(), found.end(), form)
        for found in _TOKEN.finditer(fold(text))
        if (form := "".join(searchable(text[found.start() : found.end()]).split()))
    ]
    places: list[_Place] = []
    for number, part in enumerate(parts):
        match part:
            case Phrase(phrase):
                ranges = _phrase_ranges(tokens, searchable(phrase).split())
            case Word() | Prefix():
                fitting = _fitting({token.text for token in tokens}, part, article.language.code, analyser)
                ranges = ((token.start, token.end) for token in tokens if token.text in fitting)
            case _:
                ranges = _tagged_ranges(article, field, part)
        places += [_Place(start, min(end, len(text)), number) for start, end in ranges if 0 <= start < min(end, len(text))]
    return sorted(places)[:_MAX_PLACES]


def _fitting(forms: set[str], part: Word | Prefix, language: str, analyser: Analyser) -> set[str]:
    """Return those of a text's tokens that a part of a query finds."""
    wanted = searchable(part.text).split()
    if isinstance(part, Prefix):
        return {form for form in forms if form.startswith(wanted[0])}
    (stem,) = analyser.stems(wanted, language)
    words = list(forms)
    own = zip(words, analyser.stems(words, language), strict=True)
    parts = analyser.part_stems(words, language).items()
    return {word for word, of_word in own if of_word == stem or word == wanted[0]} | {word for word, of_parts in parts if stem in of_parts}


def _phrase_ranges(tokens: Sequence[_Token], words: Sequence[str]) -> Iterator[Range]:
    for index in range(len(tokens) - len(words) + 1):
        if all(tokens[index + offset].text == word for offset, word in enumerate(words)):
            yield tokens[index].start, tokens[index + len(words) - 1].end


def _tagged_ranges(article: EnrichedArticle, field: Field, part: Query) -> Iterator[Range]:
    """Return the mentions of an entity, or the evidence of a topic."""
    match part:
        case Named(kind, value):
            for entity in article.entities:
                if entity.type in ENTITY_TYPES[kind] and is_named(entity, value):
                    yield from ((mention.start, mention.end) for mention in entity.mentions if mention.field == field)
        case Tagged(_, value):
            for topic in article.topics:
                if same_code(topic.id) == same_code(value):
                    yield from ((evidence.start, evidence.end) for evidence in topic.evidence if evidence.field == field)
        case _:
            pass


def _densest(places: Sequence[_Place], length: int) -> tuple[int, Sequence[_Place]]:
    """Return how many parts of the query are at most ``length`` characters apart, and their places; the first such passage wins."""
    best: tuple[int, int, int, int] = (0, 0, 0, 0)
    last = 0
    for first, place in enumerate(places):
        last = max(last, first + 1)
        while last < len(places) and places[last].end - place.start <= length:
            last += 1
        best = max(best, (len({found.part for found in places[first:last]}), last - first, -first, -last))
    return best[0], places[-best[2] : -best[3]]


def _cut(field: Field, text: str, places: Sequence[_Place], length: int) -> Snippet:
    """Return whole words around the places, with a third of the remaining length before them, but at least a sixth of ``length``."""
    shown = places[0].start if places else 0
    until = min(max(place.end for place in places), shown + length) if places else 0
    start = max(0, min(shown - max((length - (until - shown)) // 3, length // 6), len(text) - length))
    end = min(len(text), start + length)
    if start:
        start = next((at + 1 for at in range(start - 1, shown) if text[at].isspace()), shown)
    if end < len(text):
        end = next((at for at in range(end, max(until, start), -1) if text[at].isspace()), max(until, end))
    inside = _merged((max(place.start, start) - start, min(place.end, end) - start) for place in places)
    # Each line break becomes one space, so that the length and the highlights stay right.
    line = "".join(" " if character.isspace() else character for character in text[start:end])
    return Snippet(field, start, line, inside, cut_before=start > 0, cut_after=end < len(text))


def _merged(ranges: Iterable[Range]) -> tuple[Range, ...]:
    merged: list[Range] = []
    for start, end in sorted(ranges):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        elif start < end:
            merged.append((start, end))
    return tuple(merged)
