"""Fits a linear-chain CRF (Lafferty, McCallum & Pereira 2001) to sentences in which some labels may be unknown.

It maximises the likelihood of the known labels, summed over the unknown ones (Tsuboi et al. 2008), so that a corpus that doesn't mark a
type says nothing against it. It uses AdaGrad (Duchi, Hazan & Singer 2011) on batches of sentences. Features are dropped at random (Hinton
et al. 2012), so that the model doesn't rely on single words. The weights are the mean of those after each of the last passes (Polyak &
Juditsky 1992).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

Floats = NDArray[np.float32]
Ints = NDArray[np.int32]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fit:
    """How to fit.

    ``averaged``: over how many of the last passes. ``floor``: the start of AdaGrad's sums of squares; a larger one gives rare features less
    weight. ``dropped``: the share of features.
    """

    passes: int = 6
    averaged: int = 3
    batch_words: int = 2500
    rate: float = 0.1
    floor: float = 0.1
    decay: float = 1e-5
    dropped: float = 0.5
    seed: int = 1


class Weights(NamedTuple):
    """Weights of features (F, L), of labels at the start of a sentence (L), and of one label followed by another (L, L)."""

    features: Floats
    start: Floats
    moves: Floats


class Chain(NamedTuple):
    """Sentences one after another: each word's features (their numbers, -1 for none), and the labels that it may have."""

    features: Ints
    allowed: NDArray[np.bool_]
    lengths: Sequence[int]


class _Sparse(NamedTuple):
    rows: Ints  # of the weights, those that the batch needs
    columns: Ints
    pointers: Ints

    def matrix(self, dropped: float, chooser: np.random.Generator) -> csr_matrix:
        """Return each word's features as a sparse row, some of them dropped."""
        kept = (chooser.random(len(self.columns), dtype=np.float32) >= dropped).astype(np.float32) / np.float32(1 - dropped)
        found: csr_matrix = csr_matrix((kept, self.columns, self.pointers), shape=(len(self.pointers) - 1, len(self.rows)))
        return found


class _Batch(NamedTuple):
    features: _Sparse
    places: tuple[NDArray[np.intp], NDArray[np.intp]]  # (sentence, position) of each word
    allowed: NDArray[np.bool_]  # sentences, positions, labels
    inside: NDArray[np.bool_]  # sentences, positions


def fit(
    chain: Chain,
    count: int,
    legal: tuple[Floats, Floats],
    settings: Fit,
    *,
    report: Callable[[int, float, Weights], None] | None = None,
) -> Weights:
    """Return the weights for ``count`` features.

    ``legal``: see ``wirewatch.adapters.ner.crf.legal_moves``. ``report`` is called after each pass with its number, its loss for each word,
    and the weights.
    """
    chooser = np.random.default_rng(settings.seed)
    batches = _batches(chain, settings, chooser)
    labels = chain.allowed.shape[1]
    weights, squares, total = (
        Weights(*(np.full(shape, value, np.float32) for shape in ((count, labels), labels, (labels, labels))))
        for value in (0, settings.floor, 0)
    )
    for number in range(settings.passes):
        pace = 1 - 0.9 * number / settings.passes
        loss = 0.0
        for index in chooser.permutation(len(batches)):
            loss += _step(batches[index], weights, squares, legal, settings, pace, chooser)
        if number >= settings.passes - settings.averaged:
            for part, mean in zip(weights, total, strict=True):
                np.add(mean, part / settings.averaged, out=mean)
        if report:
            report(number, loss / len(chain.features), weights)
    return total


def _batches(chain: Chain, settings: Fit, chooser: np.random.Generator) -> list[_Batch]:
    """Return batches of sentences with about the same length, in random order."""
    lengths = np.array(chain.lengths)
    ends = np.cumsum(lengths)
    order = np.argsort(lengths // 4 + chooser.random(len(lengths)), kind="stable")
    batches, at = [], 0
    while at < len(order):
        size = max(1, settings.batch_words // int(lengths[order[at]]))
        batches.append(_batch(chain, order[at : at + size], ends, lengths))
        at += size
    return batches


def _batch(chain: Chain, chosen: NDArray[np.intp], ends: NDArray[np.intp], lengths: NDArray[np.intp]) -> _Batch:
    words = np.concatenate([np.arange(ends[number] - lengths[number], ends[number]) for number in chosen])
    sentence = np.repeat(np.arange(len(chosen)), lengths[chosen])
    position = np.concatenate([np.arange(lengths[number]) for number in chosen])
    inside = np.zeros((len(chosen), int(lengths[chosen].max())), dtype=bool)
    inside[sentence, position] = True
    allowed = np.ones((*inside.shape, chain.allowed.shape[1]), dtype=bool)
    allowed[sentence, position] = chain.allowed[words]
    return _Batch(_sparse(chain.features[words]), (sentence, position), allowed, inside)


def _sparse(features: Ints) -> _Sparse:
    there = features >= 0
    rows, columns = np.unique(features[there], return_inverse=True)
    pointers = np.concatenate([[0], np.cumsum(there.sum(axis=1))])
    return _Sparse(rows, columns.astype(np.int32), pointers.astype(np.int32))


def _step(  # noqa: PLR0917 - the state of a fit
    batch: _Batch,
    weights: Weights,
    squares: Weights,
    legal: tuple[Floats, Floats],
    settings: Fit,
    pace: float,
    chooser: np.random.Generator,
) -> float:
    matrix = batch.features.matrix(settings.dropped, chooser)
    rows = batch.features.rows
    scores = np.zeros(batch.allowed.shape, np.float32)
    scores[batch.places] = matrix @ weights.features[rows]
    start, moves = weights.start + legal[0], weights.moves + legal[1]
    free = expected(scores, batch.inside, start, moves)
    bound = expected(np.where(batch.allowed, scores, -1e4), batch.inside, start, moves)
    error = (free.labels - bound.labels)[batch.places]
    rate = settings.rate * pace
    _descend(weights.features, squares.features, matrix.T @ error + settings.decay * weights.features[rows], rate, rows)
    _descend(weights.start, squares.start, free.start - bound.start, rate)
    _descend(weights.moves, squares.moves, free.moves - bound.moves, rate)
    return float(free.total - bound.total)


def _descend(part: Floats, squares: Floats, slope: Floats, rate: float, rows: Ints | slice = slice(None)) -> None:
    square = squares[rows] + slope * slope
    squares[rows] = square
    part[rows] -= rate * slope / np.sqrt(square)


def scored(features: Ints, weights: Weights) -> Floats:
    """Return the scores of each label for each word, a row for each word."""
    rows = np.concatenate([weights.features, np.zeros((1, weights.features.shape[1]), np.float32)])
    return np.concatenate([rows[features[at : at + 10_000]].sum(axis=1) for at in range(0, len(features), 10_000)])


class Expected(NamedTuple):
    """How often each label is expected at each place, at the start and after each other label; and the sum of all log-partitions."""

    labels: Floats
    start: Floats
    moves: Floats
    total: float


def expected(scores: Floats, inside: NDArray[np.bool_], start: Floats, moves: Floats) -> Expected:
    """Return forward-backward sums for all sentences of a batch at once (Rabiner 1989, scaled)."""
    top = scores.max(axis=2, keepdims=True)
    local = np.exp(scores - top)
    first, follow = np.exp(start), np.exp(moves)
    length = scores.shape[1]
    forward = np.empty_like(local)
    scale = np.ones((*inside.shape, 1), np.float32)
    current = first * local[:, 0]
    for at in range(length):
        if at:
            moved = (forward[:, at - 1] @ follow) * local[:, at]
            current = np.where(inside[:, at, None], moved, forward[:, at - 1])
        norm = current.sum(axis=1, keepdims=True)
        scale[:, at] = np.where(inside[:, at, None], norm, 1)
        forward[:, at] = current / scale[:, at]
    backward = np.ones_like(local)
    pairs = np.zeros_like(moves)
    for at in range(length - 1, 0, -1):
        weighed = local[:, at] * backward[:, at] / scale[:, at]
        here = inside[:, at, None]
        pairs += (forward[:, at - 1] * here).T @ weighed
        backward[:, at - 1] = np.where(here, weighed @ follow.T, backward[:, at])
    marginal = forward * backward * inside[:, :, None]
    total = float(np.log(scale[inside]).sum() + top[inside].sum())
    return Expected(marginal, marginal[:, 0].sum(axis=0), pairs * follow, total)
