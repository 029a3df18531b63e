"""Finds names with the models that ship with wirewatch, or with another file made by ops/train."""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from functools import cached_property
from pathlib import Path

from wirewatch.adapters.ner.crf import NameModel, read_meta
from wirewatch.adapters.ner.slots import Sentence, SlotTable
from wirewatch.adapters.ner.tokens import Token, sentence_starts, tokenised
from wirewatch.core.article import EntityType
from wirewatch.core.text.spans import TypedSpan

# A sentence is cut after this many tokens, and a long text is labelled in portions of at least this many, so that it takes little memory.
_LONGEST = 150
_PORTION = 4_000
_TYPES: dict[str, EntityType] = {"PER": "PER", "ORG": "ORG", "LOC": "LOC", "MISC": "MISC"}


class TrainedRecogniser:
    """Finds names with the model in a file, which is loaded with the first text. Raises DataFileError if it isn't a model."""

    def __init__(self, path: Path) -> None:
        self._path = path
        meta = read_meta(path)
        self._version = f"{meta.language}-{meta.version}"

    @property
    def version(self) -> str:
        """The language of the model and a hash of its weights."""
        return self._version

    def recognise(self, text: str, language: str, known: Sequence[TypedSpan] = ()) -> list[TypedSpan]:
        """Return names as (start, end, type) in code points, in order. ``known``: names that the gazetteer found, in order."""
        tokens = tokenised(text, language)
        if not tokens:
            return []
        tags = known_tags(tokens, known)
        bounds = _bounds(sentence_starts(text, tokens), len(tokens))
        found: list[TypedSpan] = []
        portion: list[tuple[int, int]] = []
        for bound in bounds:
            portion.append(bound)
            if bound[1] - portion[0][0] > _PORTION:
                found += self._portion(tokens, tags, portion)
                portion = []
        return found + self._portion(tokens, tags, portion) if portion else found

    def _portion(self, tokens: Sequence[Token], tags: Sequence[str], bounds: Sequence[tuple[int, int]]) -> list[TypedSpan]:
        model, table = self._loaded
        sentences = [Sentence([token.text for token in tokens[begin:end]], tags[begin:end]) for begin, end in bounds]
        labels = [label for sentence in model.label(sentences, table) for label in sentence]
        first = bounds[0][0]
        return typed_spans(tokens[first : bounds[-1][1]], labels)

    @cached_property
    def _loaded(self) -> tuple[NameModel, SlotTable]:
        model = NameModel.load(self._path)
        return model, SlotTable(model.lexicon)


def known_tags(tokens: Sequence[Token], known: Iterable[TypedSpan]) -> list[str]:
    """Return what the gazetteer says of each token: B-PER, I-PER …, or an empty text."""
    tags = [""] * len(tokens)
    starts = [token.start for token in tokens]
    for start, end, kind in known:
        place = "B"
        for index in range(max(0, bisect_left(starts, start + 1) - 1), len(tokens)):
            if tokens[index].start >= end:
                break
            if tokens[index].end > start:
                tags[index] = f"{place}-{kind}"
                place = "I"
    return tags


def typed_spans(tokens: Sequence[Token], labels: Sequence[str]) -> list[TypedSpan]:
    """Return the spans that labels mark: S marks a name of one word; B, I … and E mark one of several words."""
    spans: list[TypedSpan] = []
    for token, label in zip(tokens, labels, strict=True):
        if label[0] in "SB":
            spans.append((token.start, token.end, _TYPES[label[2:]]))
        elif label[0] in "IE":
            spans[-1] = (spans[-1][0], token.end, spans[-1][2])
    return spans


def _bounds(starts: Sequence[int], count: int) -> list[tuple[int, int]]:
    """Return (first token, one after the last) of each sentence, cut after _LONGEST tokens."""
    return [
        (begin, min(begin + _LONGEST, end))
        for first, end in zip(starts, [*starts[1:], count], strict=True)
        for begin in range(first, end, _LONGEST)
    ]
