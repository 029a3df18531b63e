"""Finds the topics of a document by rules, with the evidence for each.

How a score is made: every occurrence of a term counts its weight, more in the title and in the lead of a longer text; further occurrences
of the same term count less and less (weight / √rank), as in any saturating term frequency. The sum is measured against the topic's
threshold, which grows with the square root of the text's length, so that a passing mention does not tag a long article.
"""

from bisect import bisect
from collections import Counter, defaultdict
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import sqrt
from typing import NamedTuple

from wirewatch.core.article import Evidence, Topic
from wirewatch.core.text.document import Document, FieldText
from wirewatch.core.text.matching import Dropped, TermMatcherFactory
from wirewatch.core.topics.rules import Term, TopicRule, Word, parse_term

# Up to this many characters, about 60 words, one term of the threshold's weight is enough.
_SHORT_TEXT = 400
# The lead: where a news text says what it is about.
_LEAD = 500
_LEAD_BOOST = 1.5
# Words are looked for in this many characters each, when a term's surroundings are cut out.
_LONGEST_WORD = 16


@dataclass(frozen=True, slots=True)
class Explanation:
    """The topics of a document, and what was found but not taken."""

    topics: tuple[Topic, ...]
    dropped: tuple[Dropped, ...]


class _Form(NamedTuple):
    """One spelling of a term of one topic; ``term`` is None for an exception.

    It is looked up by its ``anchor``, words that stand next to each other; those ``before`` it (nearest first) and ``after`` are compared
    then.
    """

    topic: int
    text: str
    term: Term | None
    anchor: str
    before: tuple[Word, ...]
    after: tuple[Word, ...]


class _Hit(NamedTuple):
    """A form where it stands: in the field number ``field`` of the document."""

    form: _Form
    field: int
    start: int
    end: int


class _Cancelled(NamedTuple):
    hit: _Hit
    reason: str


class TopicTagger:
    """Tags documents by rules; built once. A language's terms are compiled when its first document comes.

    A document in a language that no rule knows gets no topics: the same letters mean other things in other languages, so that terms of all
    languages together would tag mostly what they shouldn't.
    """

    def __init__(self, rules: Sequence[TopicRule], matcher_factory: TermMatcherFactory) -> None:
        self._rules = tuple(rules)
        self._factory = matcher_factory
        self._languages: dict[str, _Language] = {}

    def tag(self, document: Document) -> tuple[Topic, ...]:
        """The document's topics, those that score highest first."""
        taken, _ = self._examine(document, hopeless=False)
        topics = (self._topic(document, topic, hits) for topic, hits in taken.items())
        return tuple(sorted((topic for topic in topics if topic.score >= 1), key=lambda topic: (-topic.score, topic.id)))

    def explain(self, document: Document) -> Explanation:
        """The same topics, and what was found but not taken: terms in another sense, and topics under their threshold."""
        taken, cancelled = self._examine(document)
        dropped = [_dropped(document, hit, self._rules[hit.form.topic].id, reason) for hit, reason in cancelled]
        for topic, hits in taken.items():
            score = self._topic(document, topic, hits).score
            if score < 1:
                reason = f"topic scores {score:.2f}, under 1"
                dropped += [_dropped(document, hit, self._rules[topic].id, reason) for hit in hits]
        return Explanation(self.tag(document), tuple(dropped))

    def _examine(self, document: Document, *, hopeless: bool = True) -> tuple[Mapping[int, list[_Hit]], list[_Cancelled]]:
        """What counts for each topic, by its index, and what doesn't. ``hopeless``: topics under their threshold by all means, too."""
        language = self._languages.get(document.language)
        if language is None:
            language = self._languages[document.language] = _Language(self._rules, document.language, self._factory)
        by_topic: dict[int, list[_Hit]] = defaultdict(list)
        for hit in language.find(document.fields):
            by_topic[hit.form.topic].append(hit)
        padded = [f" {field.folded} " for field in document.fields] if by_topic else []
        taken, cancelled = {}, []
        stretch = _stretch(document)
        for topic, hits in by_topic.items():
            rule = self._rules[topic]
            # Most topics couldn't be given if every hit counted in full: they needn't be looked at more closely. (Scores are rounded.)
            if not hopeless and sum(_weight(hit, rule, document, stretch) for hit in hits) < 0.999 * rule.threshold * stretch:
                continue
            counting, others = _settle(hits, padded)
            cancelled += others
            if counting:
                taken[topic] = counting
        return taken, cancelled

    def _topic(self, document: Document, topic: int, hits: Sequence[_Hit]) -> Topic:
        rule, stretch = self._rules[topic], _stretch(document)
        counted: dict[str, list[float]] = defaultdict(list)
        evidence = []
        for hit in hits:
            field, weight = document.fields[hit.field], _weight(hit, rule, document, stretch)
            counted[hit.form.text].append(weight)
            evidence.append(Evidence(field.text[hit.start : hit.end], field.name, hit.start, hit.end, hit.form.text, round(weight, 3)))
        total = sum(
            weight / sqrt(rank) for weights in counted.values() for rank, weight in enumerate(sorted(weights, reverse=True), start=1)
        )
        evidence.sort(key=lambda item: (-item.weight, item.field == "body", item.start))
        return Topic(rule.id, round(total / (rule.threshold * stretch), 3), tuple(evidence))


def _stretch(document: Document) -> float:
    """How many times as much weight a text of this length needs as a short one."""
    return max(1.0, sqrt(sum(len(field.folded) for field in document.fields) / _SHORT_TEXT))


def _weight(hit: _Hit, rule: TopicRule, document: Document, stretch: float) -> float:
    """What a hit counts before others of its term are considered."""
    lead_boost = min(stretch, _LEAD_BOOST) if hit.start < _LEAD else 1.0
    boost = rule.title_boost if document.fields[hit.field].name == "title" else lead_boost
    return boost * hit.form.term.weight if hit.form.term else 0.0


class _Language:
    """All topics' terms in one language, found with one automaton over their anchors."""

    def __init__(self, rules: Sequence[TopicRule], language: str, factory: TermMatcherFactory) -> None:
        by_anchor: dict[str, list[_Form]] = defaultdict(list)
        for form in _forms(rules, language):
            by_anchor[form.anchor].append(form)
        self._forms = tuple(map(tuple, by_anchor.values()))
        self._matcher = factory(tuple(by_anchor), overlapping=True) if by_anchor else None

    def find(self, fields: Sequence[FieldText]) -> Iterator[_Hit]:
        """Every occurrence of every form, each extended to whole words."""
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
                        # The padding is one character, so that offsets in the field are less by one.
                        yield _Hit(form, number, span[0] - 1, span[1] - 1)


def _forms(rules: Sequence[TopicRule], language: str) -> Iterator[_Form]:
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
                yield _Form(topic, text, term, anchor, words[:first][::-1], words[last:])


def _neighbours(words: Sequence[Word]) -> Iterator[tuple[int, int]]:
    """Runs of words with one space between them in nearly every text, as (first, behind the last).

    None is open where they meet. Single letters stand alone: in U.S. a full stop and a space follow.
    """
    first = 0
    for at, (word, following) in enumerate(pairwise(words), start=1):
        if word.open_end or following.open_start or min(len(word.literal), len(following.literal)) == 1:
            yield first, at
            first = at
    yield first, len(words)


def _extended(padded: str, first: int, last: int, form: _Form) -> tuple[int, int] | None:
    """From the span of a form's anchor to its own; None if its other words don't stand beside it."""
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


def _settle(hits: Sequence[_Hit], padded: Sequence[str]) -> tuple[list[_Hit], list[_Cancelled]]:
    """Of one topic's hits those that count, none overlapping, in the order of the text; and those that don't, each with its reason."""
    exceptions = _apart(hit for hit in hits if hit.form.term is None)
    candidates, cancelled = [], []
    for hit in hits:
        if hit.form.term is None:
            continue
        over = _over(hit, exceptions)
        if over is None or over.end - over.start < hit.end - hit.start:
            candidates.append(hit)
        else:
            cancelled.append(_Cancelled(hit, f"part of {over.form.text!r}, an exception of the rule"))
    fitting, unfitting = _in_sense(candidates, padded)
    taken = _apart(fitting)
    return taken, [item for item in (*cancelled, *unfitting) if _over(item.hit, taken) is None]


def _apart(hits: Iterable[_Hit]) -> list[_Hit]:
    """Of overlapping hits the longest, of those as long the heaviest; in the order of the text."""
    taken: list[_Hit] = []
    for hit in sorted(hits, key=lambda hit: (hit.start - hit.end, -hit.form.term.weight if hit.form.term else 0.0)):
        if _over(hit, taken) is None:
            taken.insert(bisect(taken, _place(hit), key=_place), hit)
    return taken


def _place(hit: _Hit) -> tuple[int, int]:
    return hit.field, hit.start


def _over(hit: _Hit, apart: Sequence[_Hit]) -> _Hit | None:
    """The first of hits that don't overlap each other, and are in the order of the text, that overlaps this one."""
    at = bisect(apart, _place(hit), key=_place)
    near = apart[max(0, at - 1) : at + 1]
    return next((other for other in near if other.field == hit.field and other.start < hit.end and hit.start < other.end), None)


def _in_sense(hits: Iterable[_Hit], padded: Sequence[str]) -> tuple[list[_Hit], list[_Cancelled]]:
    """The hits whose context fits, and the others.

    A word keeps its sense within a text (Gale, Church and Yarowsky 1992): where most occurrences of a term stand in a context that speaks
    against them, the rest don't count either, unless they need a context that speaks for them and have it.
    """
    kept, cancelled = [], []
    against: Counter[str] = Counter()
    for hit in hits:
        term = hit.form.term
        window = _window(hit, padded, term.within) if term and (term.near or term.unless) else ""
        found = term.unless.found_in(window) if term and term.unless else None
        if found:
            against[hit.form.text] += 1
            cancelled.append(_Cancelled(hit, f"near {found!r}, in another sense"))
        elif term and term.near and not term.near.found_in(window):
            cancelled.append(_Cancelled(hit, f"without the words it needs within {term.within}"))
        else:
            kept.append(hit)
    count = Counter(hit.form.text for hit in kept)
    lost = {text for text, times in against.items() if times > count[text]}
    cancelled += [_Cancelled(hit, "in another sense elsewhere in the text") for hit in kept if _loses(hit, lost)]
    return [hit for hit in kept if not _loses(hit, lost)], cancelled


def _loses(hit: _Hit, lost: Container[str]) -> bool:
    return hit.form.text in lost and hit.form.term is not None and hit.form.term.near is None


def _window(hit: _Hit, padded: Sequence[str], within: int) -> str:
    """The words around a hit; those around a hit in the title go on into the body."""
    text = padded[hit.field]
    reach = within * _LONGEST_WORD
    before = text[max(0, hit.start + 1 - reach) : hit.start + 1].split()[-within:]
    after = text[hit.end + 1 : hit.end + 1 + reach].split()[:within]
    following = "".join(field[:_LEAD] for field in padded[1:]) if hit.field == 0 and len(padded) > 1 else ""
    # The line break keeps a phrase from being made of what stands on both sides.
    return f" {' '.join(before)} \n {' '.join(after)} {following} "


def _dropped(document: Document, hit: _Hit, topic: str, reason: str) -> Dropped:
    field = document.fields[hit.field]
    text = field.text[hit.start : hit.end]
    return {"field": field.name, "start": hit.start, "end": hit.end, "text": text, "what": topic, "reason": reason}
