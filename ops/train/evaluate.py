"""Counts exact spans and types, as ../shared/tools/ner_score.py does but in this process, and which types are confused."""

import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from ops.train.data import TYPES, Example
from wirewatch.core.entities.tagger import EntityTagger
from wirewatch.core.text.document import Document
from wirewatch.core.text.spans import TypedSpan

# Returns the names in a text.
Find = Callable[[str], Iterable[TypedSpan]]


def tagged_by(tagger: EntityTagger, language: str) -> Find:
    """Return a function that finds what the service finds, with gazetteer and model."""

    def find(text: str) -> list[TypedSpan]:
        entities = tagger.tag(Document.of(title="", body=text, language=language))
        return [(mention.start, mention.end, entity.type) for entity in entities for mention in entity.mentions if not mention.part]

    return find


@dataclass(slots=True)
class Score:
    """Counts by type: ``right``, ``found``, ``wanted`` (in the corpus). ``confused`` counts (in the corpus, found), ``-`` for nothing."""

    right: Counter[str] = field(default_factory=Counter)
    found: Counter[str] = field(default_factory=Counter)
    wanted: Counter[str] = field(default_factory=Counter)
    confused: Counter[tuple[str, str]] = field(default_factory=Counter)

    def precision(self) -> float:
        """Return how much of what was found is right, in per cent."""
        return 100 * self.right.total() / max(1, self.found.total())

    def recall(self) -> float:
        """Return how much of what is in the corpus was found, in per cent."""
        return 100 * self.right.total() / max(1, self.wanted.total())

    def f1(self, kind: str | None = None) -> float:
        """Return F1 in per cent, of a type or of all."""
        right, found, wanted = (counts.total() if kind is None else counts[kind] for counts in (self.right, self.found, self.wanted))
        return 200 * right / max(1, found + wanted)

    def line(self) -> str:
        """Return all figures on one line."""
        types = "  ".join(f"{kind} {self.f1(kind):.1f}" for kind in TYPES if self.wanted[kind])
        return f"P {self.precision():.1f}  R {self.recall():.1f}  F1 {self.f1():.1f}   {types}"


def score(examples: Sequence[Example], find: Find) -> Score:
    """Compare what ``find`` finds with the examples. Types that the examples never have don't count, nor spans that touch unknown names."""
    result = Score()
    types = {name.type for example in examples for name in example.names}
    for example in examples:
        wanted = {(name.start, name.end): name.type for name in example.names if name.type != "?"}
        unknown = [(name.start, name.end) for name in example.names if name.type == "?"]
        found = {
            (start, end): kind
            for start, end, kind in find(example.text)
            if kind in types and not any(start < stop and begin < end for begin, stop in unknown)
        }
        result.wanted.update(wanted.values())
        result.found.update(found.values())
        for bounds in wanted.keys() | found.keys():
            actual, reported = wanted.get(bounds, "-"), found.get(bounds, "-")
            result.right[reported] += actual == reported
            if actual != reported:
                result.confused[actual, reported] += 1
    return result


def report(scores: Mapping[str, Score]) -> str:
    """Return the scores as text, a line for each corpus."""
    return "\n".join(f"{name:34} {found.line()}" for name, found in scores.items())


def words_a_second(find: Find, examples: Sequence[Example]) -> float:
    """Return how many words ``find`` processes in a second of processor time, in texts of twenty sentences; the first isn't measured."""
    texts = [" ".join(example.text for example in examples[at : at + 20]) for at in range(0, len(examples), 20)]
    find(texts[0])
    begin = time.process_time()
    for text in texts[1:]:
        find(text)
    return sum(len(text.split()) for text in texts[1:]) / (time.process_time() - begin)


def confusions(result: Score, most: int = 12) -> str:
    """Return the most frequent confusions as text: what the corpus has, what was found, how often."""
    return "\n".join(f"{actual:>5} -> {reported:5} {count:5}" for (actual, reported), count in result.confused.most_common(most))
