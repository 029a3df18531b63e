"""Names from the models that ship with wirewatch, or from a file of the same kind (made by ops/train). Loaded with the first text."""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from functools import cached_property
from pathlib import Path

from wirewatch.adapters.ner.crf import NameModel, Sentence, SlotTable, read_meta
from wirewatch.adapters.ner.tokens import Token, sentence_starts, tokenised
from wirewatch.core.article import EntityType
from wirewatch.core.text.spans import TypedSpan

# A line without a full stop is cut here, and a long text is given in portions, so that it costs no more memory than a short one.
_LONGEST = 150
_PORTION = 4_000
_TYPES: dict[str, EntityType] = {"PER": "PER", "ORG": "ORG", "LOC": "LOC", "MISC": "MISC"}


class TrainedRecogniser:
    """Finds names with the model in this file. Raises DataFileError if it is none."""

    def __init__(self, path: Path) -> None:
        self._path = path
        meta = read_meta(path)
        self._version = f"{meta.language}-{meta.version}"

    @property
    def version(self) -> str:
        """Language of the model and hash of its weights."""
        return self._version

    def recognise(self, text: str, language: str, known: Sequence[TypedSpan] = ()) -> list[TypedSpan]:
        """Names in the text, in order."""
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
    """What the gazetteer says of each token: B-PER, I-PER …, empty if nothing."""
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
    """The spans that labels stand for: S for a name of one word, B, I … and E for one of several."""
    spans: list[TypedSpan] = []
    for token, label in zip(tokens, labels, strict=True):
        if label[0] in "SB":
            spans.append((token.start, token.end, _TYPES[label[2:]]))
        elif label[0] in "IE":
            spans[-1] = (spans[-1][0], token.end, spans[-1][2])
    return spans


def _bounds(starts: Sequence[int], count: int) -> list[tuple[int, int]]:
    """From where to where sentences go, of 150 tokens at most."""
    return [
        (begin, min(begin + _LONGEST, end))
        for first, end in zip(starts, [*starts[1:], count], strict=True)
        for begin in range(first, end, _LONGEST)
    ]
