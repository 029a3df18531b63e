"""Finds the terms of topic rules in a text: where each of them occurs, whether or not it counts."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from wirewatch.core.text.document import FieldText
from wirewatch.core.text.matching import TermMatcherFactory
from wirewatch.core.topics.rules import Term, TopicRule, Word, parse_term


class Form(NamedTuple):
    """One spelling of a term, or of an exception (``term`` is None), of the topic with the index ``topic``.

    It is looked up by its ``anchor``, words next to each other that nearly every text writes with single spaces; the words ``before`` (the
    nearest first) and ``after`` are compared when the anchor is found.
    """

    topic: int
    text: str
    term: Term | None
    anchor: str
    before: tuple[Word, ...]
    after: tuple[Word, ...]


class Occurrence(NamedTuple):
    """Where a form is in a document: the index of the field, and start and end in code points of it."""

    form: Form
    field: int
    start: int
    end: int


class TermFinder:
    """Finds all topics' terms in one language, with one automaton for their anchors."""

    def __init__(self, rules: Sequence[TopicRule], language: str, factory: TermMatcherFactory) -> None:
        by_anchor: dict[str, list[Form]] = defaultdict(list)
        for form in _forms(rules, language):
            by_anchor[form.anchor].append(form)
        self._forms = tuple(map(tuple, by_anchor.values()))
        self._matcher = factory(tuple(by_anchor), overlapping=True) if by_anchor else None

    def find(self, fields: Sequence[FieldText]) -> Iterator[Occurrence]:
        """Yield every occurrence of every form, extended to whole words."""
        if self._matcher is None:
            return
        for number, field in enumerate(fields):
            padded = f" {field.folded} "
            for index, start, end in self._matcher.find(padded):
                first = start + 1 if padded[start] == " " else padded.rfind(" ", 0, start) + 1
                last = padded.find(" ", end - 1)
                for form in self._forms[index]:
                    span = _extended(padded, first, last, form)
                    if span:
                        # The padding is one character, so offsets in the field are smaller by one.
                        yield Occurrence(form, number, span[0] - 1, span[1] - 1)


def _forms(rules: Sequence[TopicRule], language: str) -> Iterator[Form]:
    for topic, rule in enumerate(rules):
        own = rule.languages.get(language)
        if own is None:
            continue
        texts = [*((term.text, term) for term in own.terms), *((text, None) for text in own.exceptions)]
        for text, term in texts:
            for words in parse_term(text, language):
                first, last = max(_neighbours(words), key=lambda run: sum(len(word.literal) for word in words[run[0] : run[1]]))
                literal = " ".join(word.literal for word in words[first:last])
                anchor = f"{'' if words[first].open_start else ' '}{literal}{'' if words[last - 1].open_end else ' '}"
                yield Form(topic, text, term, anchor, words[:first][::-1], words[last:])


def _neighbours(words: Sequence[Word]) -> Iterator[tuple[int, int]]:
    """Yield runs of words that have one space between them in nearly every text, as (first, one after the last).

    Words of a run are not open where they meet. Single letters are runs of their own: in U.S., a full stop and a space follow them.
    """
    first = 0
    for at, (word, following) in enumerate(pairwise(words), start=1):
        if word.open_end or following.open_start or min(len(word.literal), len(following.literal)) == 1:
            yield first, at
            first = at
    yield first, len(words)


def _extended(padded: str, first: int, last: int, form: Form) -> tuple[int, int] | None:
    """Extend the span of a form's anchor to the whole form; None if the other words aren't next to it."""
    for word in form.before:
        stop = first
        while stop and padded[stop - 1] == " ":
            stop -= 1
        first = padded.rfind(" ", 0, stop) + 1
        if not word.matches(padded[first:stop]):
            return None
    for word in form.after:
        begin = last
        while begin < len(padded) and padded[begin] == " ":
            begin += 1
        last = padded.find(" ", begin)
        if last < 0 or not word.matches(padded[begin:last]):
            return None
    return first, last
