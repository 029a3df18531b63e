"""What is known of words without annotation: clusters, usage, lists.

Clusters: the words to the left and right of each word are counted in raw text; the square roots of the counts, scaled, are decomposed
(Stratos, Collins & Hsu 2015, "Model-based word embeddings from decompositions of count matrices"). The vectors are clustered by k-means,
and its centres by Ward's method, so that clusters are inside larger ones, like those of Brown et al. (1992).
"""

import lzma
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_matrix, csr_matrix, diags
from sklearn.cluster import AgglomerativeClustering, MiniBatchKMeans
from sklearn.utils.extmath import randomized_svd

from ops.train.data import Example
from wirewatch.adapters.ner.features import TABLED, exact_key, folded_key, normal
from wirewatch.adapters.ner.slots import Lexicon
from wirewatch.core.entities.gazetteer import Gazetteer

# The most clusters, of which there are fewer if there are few words; and how many times fewer larger clusters there are.
MOST_CLUSTERS = 2000
WORDS_IN_CLUSTER = 8
COARSER = (4, 16, 64)
MIN_COUNT = 5
CONTEXTS = 12_000
DIMENSIONS = 100
MOST_WORDS = 60_000
_DETERMINERS = frozenset(
    "der die das den dem des ein eine einen einem einer eines kein keine keinen diese dieser dieses diesen diesem jede jeder jedes unsere "
    "unser ihre ihr seine sein zur zum im am beim vom the a an this that these those his her its their our la el los las un una le une les "
    "des o os as um uma du".split()
)


def raw_sentences(path: Path) -> Iterator[list[str]]:
    """Yield the sentences of a compressed text with one sentence a line and spaces between tokens; all digits become 0."""
    with lzma.open(path, "rt", encoding="utf-8") as file:
        for line in file:
            yield normal(line).split()


def build(sentences: Iterable[Sequence[str]], gazetteer: Gazetteer, foreign: Iterable[Example], language: str) -> Lexicon:
    """Return the lexicon of a language. ``foreign``: annotated sentences in other languages, whose names are names in this one too."""
    counts = Counts(sentences)
    usage = counts.usage()
    abroad = foreign_types(foreign)
    clusters = counts.clusters()
    words = sorted(usage.keys() | abroad.keys() | clusters.keys())
    rows = np.zeros((len(words), len(TABLED)), np.uint16)
    foreign_type, used = TABLED.index("foreign"), TABLED.index("usage")
    for number, word in enumerate(words):
        rows[number, : len(COARSER) + 1] = clusters.get(word, 0)
        rows[number, foreign_type] = abroad.get(word, 0)
        rows[number, used] = usage.get(word, 0)
    lists = name_lists(gazetteer, language)
    folded = np.array([[mask] for mask in lists.values()], np.uint16).reshape(-1, 1)
    exact = _sorted([exact_key(word) for word in words], rows)
    return Lexicon(*exact, *_sorted([folded_key(word) for word in lists], folded))


def _sorted(keys: Sequence[int], rows: NDArray[np.uint16]) -> tuple[NDArray[np.uint32], NDArray[np.uint16]]:
    unique, first = np.unique(np.array(keys, np.uint32), return_index=True)
    return unique, rows[first]


@dataclass(init=False, slots=True)
class Counts:
    """The words of raw text in order, as numbers, and how often each comes in a sentence and after a determiner."""

    words: list[str]
    count: NDArray[np.int64]
    text: NDArray[np.int32]
    determined: Counter[str]
    inside: Counter[str]

    def __init__(self, sentences: Iterable[Sequence[str]]) -> None:
        numbers: dict[str, int] = {"": 0}
        text = [0]
        self.determined, self.inside = Counter(), Counter()
        for sentence in sentences:
            text += [numbers.setdefault(word, len(numbers)) for word in sentence]
            text.append(0)
            for before, word in pairwise(sentence):
                if before[0].isalnum() or before == ",":
                    self.inside[word] += 1
                    self.determined[word] += before in _DETERMINERS
        self.words = list(numbers)
        self.text = np.array(text, np.int32)
        self.count = np.bincount(self.text, minlength=len(numbers))

    def usage(self) -> dict[str, int]:
        """Return how often capitalised words are in lower case or after a determiner, in coarse steps from 1."""
        found = {}
        for word, capital in self.inside.items():
            if not word[0].isupper():
                continue
            small = self.inside[word.lower()] if word.lower() != word else 0
            lowered = _step(small / (small + capital), (0.02, 0.2, 0.7))
            determined = _step(self.determined[word] / capital, (0.03, 0.12, 0.3, 0.6))
            often = _step(capital + small, (3, 20, 200))
            found[word] = 1 + lowered + 4 * determined + 20 * often
        return found

    def clusters(self) -> dict[str, NDArray[np.uint16]]:
        """Return the clusters, from small to large, of each word that is frequent enough."""
        order = np.argsort(-self.count[1:], kind="stable") + 1
        kept = order[self.count[order] >= MIN_COUNT][:MOST_WORDS]
        finest = min(MOST_CLUSTERS, len(kept) // WORDS_IN_CLUSTER)
        if finest < 2 * max(COARSER):
            return {}
        vectors = self.vectors(kept)
        means = MiniBatchKMeans(finest, batch_size=4096, n_init=1, max_iter=12, random_state=1).fit(vectors)
        columns = [means.labels_]
        columns += [AgglomerativeClustering(finest // times).fit_predict(means.cluster_centers_)[means.labels_] for times in COARSER]
        rows = (np.stack(columns, axis=1) + 1).astype(np.uint16)
        return {self.words[number]: row for number, row in zip(kept, rows, strict=True)}

    def vectors(self, kept: NDArray[np.intp]) -> NDArray[np.float32]:
        """Return a vector of length 1 for each of the kept words, a row each."""
        row_of = np.full(len(self.words), -1, np.int32)
        row_of[kept] = np.arange(len(kept))
        column_of = np.full(len(self.words), CONTEXTS, np.int32)  # all rare neighbours share one column, edges of sentences another
        column_of[kept[:CONTEXTS]] = np.arange(min(CONTEXTS, len(kept)))
        column_of[0] = CONTEXTS + 1
        rows, columns = row_of[self.text], column_of[self.text]
        width = CONTEXTS + 2
        found = csr_matrix((len(kept), 2 * width), dtype=np.float32)
        for side, (word, neighbour) in enumerate(((rows[1:], columns[:-1]), (rows[:-1], columns[1:]))):
            there = word >= 0
            ones = np.ones(int(there.sum()), np.float32)
            found = found + coo_matrix((ones, (word[there], neighbour[there] + side * width)), shape=found.shape).tocsr()
        found.data = np.sqrt(found.data)
        across, down = (np.asarray(found.sum(axis=axis)).ravel() for axis in (1, 0))
        found = diags(1 / np.sqrt(np.maximum(across, 1))) @ found @ diags(1 / np.sqrt(np.maximum(down, 1)))
        left, _, _ = randomized_svd(found, DIMENSIONS, n_iter=3, n_oversamples=10, random_state=1)
        unit: NDArray[np.float32] = (left / np.maximum(np.linalg.norm(left, axis=1, keepdims=True), 1e-9)).astype(np.float32)
        return unit


def _step(value: float, bounds: Sequence[float]) -> int:
    return sum(value > bound for bound in bounds)


def foreign_types(examples: Iterable[Example]) -> dict[str, int]:
    """Return for capitalised words of other languages' sentences: which type of name they are mostly part of, what share, how often."""
    types = ("PER", "LOC", "ORG", "MISC")
    counts: dict[str, Counter[str]] = {}
    for example in examples:
        for word, label in zip(example.words, example.labels, strict=True):
            if word[0].isupper():
                counts.setdefault(normal(word), Counter())[label[2:] or label] += 1
    found = {}
    for word, kinds in counts.items():
        kind, most = max(kinds.items(), key=lambda pair: (pair[1], pair[0]))
        share = most / kinds.total()
        if kind in types:
            found[word] = 1 + types.index(kind) + 4 * _step(share, (0.6, 0.9)) + 12 * _step(most, (1, 4))
    return found


def name_lists(gazetteer: Gazetteer, language: str) -> Mapping[str, int]:
    """Return for single folded words in the language's script: a mask of what they are in the gazetteer's names."""
    names = [
        (form.split(), gazetteer.entities[owner].type)
        for form, owner, rule in zip(gazetteer.patterns, gazetteer.owners, gazetteer.rule_of, strict=True)
        if not gazetteer.rules[rule].adjective and (not (only := gazetteer.rules[rule].only) or language in only)
    ]
    masks: Counter[str] = Counter()
    for words, kind in names:
        if len(words) == 1:
            masks[words[0]] |= _ALONE[kind]
    for many, bit in _PARTS.items():
        parts = Counter(word for words, kind in names if kind == many and len(words) > 1 for word in words)
        _mark(masks, (word for word, count in parts.items() if count > 1), bit)
    _mark(masks, gazetteer.given_names, _GIVEN)
    first = Counter(words[0] for words, kind in names if kind == "PER" and len(words) > 1)
    last = Counter(words[-1] for words, kind in names if kind == "PER" and len(words) > 1)
    _mark(masks, (word for word in first if first[word] > 1 and first[word] >= last[word]), _GIVEN)
    _mark(masks, (word for word in first if first[word] == 1 and not last[word]), _GIVEN_ONCE)
    _mark(masks, (word for word in last if 2 * last[word] >= first[word]), _SURNAME)
    _mark(masks, gazetteer.words, _SMALL)
    _mark(masks, gazetteer.nouns, _NOUN)
    script = re.compile(r"[а-яёіїєґ]{2,}" if language == "ru" else r"[a-zß-ÿ]{2,}")
    return {word: mask for word, mask in masks.items() if script.fullmatch(word)}


_GIVEN, _SURNAME, _GIVEN_ONCE, _SMALL, _NOUN = 1, 2, 32, 512, 1024
_ALONE = {"PER": _SURNAME, "LOC": 4, "ORG": 8, "MISC": 16}
_PARTS = {"LOC": 64, "ORG": 128, "MISC": 256}


def _mark(masks: Counter[str], words: Iterable[str], bit: int) -> None:
    for word in words:
        masks[word] |= bit
