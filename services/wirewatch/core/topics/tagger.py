"""Finds the topics of a document by rules, with the evidence for each.

How a topic is scored: each occurrence of a term counts its weight, more in the title and in the lead of a longer text; further occurrences
of the same term count less and less (weight / √rank), as in any saturating term frequency. The sum is compared with the topic's threshold,
which grows with the square root of the text's length, so that a passing mention doesn't tag a long article.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import sqrt

from wirewatch.core.article import Evidence, Topic
from wirewatch.core.text.document import Document
from wirewatch.core.text.matching import Dropped, TermMatcherFactory
from wirewatch.core.topics.rules import TopicRule
from wirewatch.core.topics.senses import LEAD, Cancelled, settle
from wirewatch.core.topics.terms import Occurrence, TermFinder

# In texts of up to this many characters, about 60 words, one term with the threshold's weight is enough.
_SHORT_TEXT = 400
_LEAD_BOOST = 1.5


@dataclass(frozen=True, slots=True)
class Explanation:
    """The topics of a document, and what was found but doesn't count."""

    topics: tuple[Topic, ...]
    dropped: tuple[Dropped, ...]


class TopicTagger:
    """Tags documents by rules. It is built once; a language's terms are compiled when its first document comes.

    A document in a language for which there are no rules gets no topics: the same letters mean other things in other languages, so the
    terms of all languages together would mostly tag what they shouldn't.
    """

    def __init__(self, rules: Sequence[TopicRule], matcher_factory: TermMatcherFactory) -> None:
        self._rules = tuple(rules)
        self._factory = matcher_factory
        self._finders: dict[str, TermFinder] = {}

    def tag(self, document: Document) -> tuple[Topic, ...]:
        """Return the document's topics, the highest score first."""
        counting, _ = self._examine(document, hopeless=False)
        topics = (self._topic(document, topic, occurrences) for topic, occurrences in counting.items())
        return tuple(sorted((topic for topic in topics if topic.score >= 1), key=lambda topic: (-topic.score, topic.id)))

    def explain(self, document: Document) -> Explanation:
        """Return the same topics, and what was found but doesn't count: terms in another sense, and topics under their threshold."""
        counting, cancelled = self._examine(document)
        dropped = [_dropped(document, found, self._rules[found.form.topic].id, reason) for found, reason in cancelled]
        for topic, occurrences in counting.items():
            score = self._topic(document, topic, occurrences).score
            if score < 1:
                reason = f"topic scores {score:.2f}, under 1"
                dropped += [_dropped(document, found, self._rules[topic].id, reason) for found in occurrences]
        return Explanation(self.tag(document), tuple(dropped))

    def _examine(self, document: Document, *, hopeless: bool = True) -> tuple[Mapping[int, list[Occurrence]], list[Cancelled]]:
        """Return what counts for each topic, by its index, and what doesn't count.

        ``hopeless``: include topics that stay under their threshold whatever counts.
        """
        finder = self._finders.get(document.language)
        if finder is None:
            finder = self._finders[document.language] = TermFinder(self._rules, document.language, self._factory)
        by_topic: dict[int, list[Occurrence]] = defaultdict(list)
        for found in finder.find(document.fields):
            by_topic[found.form.topic].append(found)
        padded = [f" {field.folded} " for field in document.fields] if by_topic else []
        counting, cancelled = {}, []
        stretch = _stretch(document)
        for topic, occurrences in by_topic.items():
            rule = self._rules[topic]
            # Most topics would stay under their threshold even if every occurrence counted in full; they need no closer look. (Scores are
            # rounded.)
            if not hopeless and sum(_weight(found, rule, document, stretch) for found in occurrences) < 0.999 * rule.threshold * stretch:
                continue
            settled, others = settle(occurrences, padded)
            cancelled += others
            if settled:
                counting[topic] = settled
        return counting, cancelled

    def _topic(self, document: Document, topic: int, occurrences: Sequence[Occurrence]) -> Topic:
        rule, stretch = self._rules[topic], _stretch(document)
        counted: dict[str, list[float]] = defaultdict(list)
        evidence = []
        for found in occurrences:
            field, weight = document.fields[found.field], _weight(found, rule, document, stretch)
            counted[found.form.text].append(weight)
            text = field.text[found.start : found.end]
            evidence.append(Evidence(text, field.name, found.start, found.end, found.form.text, round(weight, 3)))
        total = sum(
            weight / sqrt(rank) for weights in counted.values() for rank, weight in enumerate(sorted(weights, reverse=True), start=1)
        )
        evidence.sort(key=lambda item: (-item.weight, item.field == "body", item.start))
        return Topic(rule.id, round(total / (rule.threshold * stretch), 3), tuple(evidence))


def _stretch(document: Document) -> float:
    """Return how many times the weight of a short text a text of this length needs."""
    return max(1.0, sqrt(sum(len(field.folded) for field in document.fields) / _SHORT_TEXT))


def _weight(occurrence: Occurrence, rule: TopicRule, document: Document, stretch: float) -> float:
    """Return what an occurrence counts before others of its term are considered."""
    lead_boost = min(stretch, _LEAD_BOOST) if occurrence.start < LEAD else 1.0
    boost = rule.title_boost if document.fields[occurrence.field].name == "title" else lead_boost
    return boost * occurrence.form.term.weight if occurrence.form.term else 0.0


def _dropped(document: Document, occurrence: Occurrence, topic: str, reason: str) -> Dropped:
    field = document.fields[occurrence.field]
    text = field.text[occurrence.start : occurrence.end]
    return {"field": field.name, "start": occurrence.start, "end": occurrence.end, "text": text, "what": topic, "reason": reason}
