"""Fits a linear-chain CRF (Lafferty, McCallum & Pereira 2001) to sentences of which some labels may be unknown.

Maximum likelihood of the labels that are known, summed over those that are not (Tsuboi et al. 2008), so that a corpus that doesn't mark a
type says nothing against it; AdaGrad (Duchi, Hazan & Singer 2011) on batches of sentences; features are dropped at random (Hinton et al.
2012), so that no word is relied on alone; the weights are the mean of those after the last passes (Polyak & Juditsky 1992).
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

    ``averaged``: over how many of the last passes; ``floor``: what AdaGrad's sums of squares begin with: if large, less is made of what is
    rare; ``dropped``: share of features; ``unknown``: share of words of which only what strange words have is seen; ``units``: of
    the hidden layer, none if 0.
    """

    passes: int = 16
    averaged: int = 6
    batch_words: int = 2500
    rate: float = 0.15
    floor: float = 1e-6
    decay: float = 1e-5
    dropped: float = 0.35
    unknown: float = 0.15
    units: int = 0
    unit_rate: float = 0.05
    units_dropped: float = 0.3
    seed: int = 1


@dataclass(slots=True, kw_only=True)
class Weights:
    """Of features by label (a row each), of labels at the start, of label after label.

    And of the hidden layer: ``embedding`` of features by unit, ``dense`` of the vectors around by unit, ``bias``, and ``out`` by label.
    """

    features: Floats
    start: Floats
    moves: Floats
    embedding: Floats
    dense: Floats
    bias: Floats
    out: Floats

    def parts(self) -> tuple[Floats, ...]:
        return (self.features, self.start, self.moves, self.embedding, self.dense, self.bias, self.out)

    def like(self, value: float) -> "Weights":
        """Weights of the same shapes, all of one value."""
        names = ("features", "start", "moves", "embedding", "dense", "bias", "out")
        return Weights(**{name: np.full_like(part, value) for name, part in zip(names, self.parts(), strict=True)})


class Chain(NamedTuple):
    """Sentences of features (numbers of rows, -1 for none) and the labels that each word may have.

    ``deep``: those features that the hidden layer sees, with its own numbers; ``near``: for each word, the numbers of the vectors of the
    words around it. ``naming``: which columns of the features, and of ``deep``, tell which word it is.
    """

    features: Ints
    allowed: NDArray[np.bool_]
    lengths: Sequence[int]
    deep: Ints
    near: Ints
    naming: tuple[NDArray[np.bool_], NDArray[np.bool_]]


class _Sparse(NamedTuple):
    rows: Ints  # of the weights, those that the batch needs
    columns: Ints
    pointers: Ints
    naming: NDArray[np.bool_]  # by column

    def matrix(self, dropped: float, strange: NDArray[np.bool_], chooser: np.random.Generator) -> csr_matrix:
        """The features of a row each, some of them dropped, of strange words those that name it."""
        kept = (chooser.random(len(self.columns), dtype=np.float32) >= dropped).astype(np.float32) / np.float32(1 - dropped)
        kept[self.naming & np.repeat(strange, np.diff(self.pointers))] = 0
        found: csr_matrix = csr_matrix((kept, self.columns, self.pointers), shape=(len(self.pointers) - 1, len(self.rows)))
        return found


class _Batch(NamedTuple):
    linear: _Sparse
    deep: _Sparse
    near: Ints
    places: tuple[NDArray[np.intp], NDArray[np.intp]]  # (sentence, position) of each word
    allowed: NDArray[np.bool_]  # sentences, positions, labels
    inside: NDArray[np.bool_]  # sentences, positions


def fit(
    chain: Chain,
    counts: tuple[int, int],
    vectors: Floats,
    legal: tuple[Floats, Floats],
    settings: Fit,
    *,
    told: Callable[[int, float, Weights], None] | None = None,
) -> Weights:
    """Weights for so many features, and so many that the hidden layer sees.

    ``legal``: zero where a label may start or follow another. ``told`` hears of each pass and its loss.
    """
    chooser = np.random.default_rng(settings.seed)
    batches = _batches(chain, settings, chooser)
    weights = _initial(chain, counts, vectors, settings, chooser)
    squares = weights.like(settings.floor)
    total = weights.like(0)
    for number in range(settings.passes):
        pace = 1 - 0.9 * number / settings.passes
        loss = 0.0
        for index in chooser.permutation(len(batches)):
            loss += _step(batches[index], weights, squares, vectors, legal, settings, pace, chooser)
        if number >= settings.passes - settings.averaged:
            for part, mean in zip(weights.parts(), total.parts(), strict=True):
                np.add(mean, part / settings.averaged, out=mean)
        if told:
            told(number, loss / len(chain.features), weights)
    return total


def _initial(chain: Chain, counts: tuple[int, int], vectors: Floats, settings: Fit, chooser: np.random.Generator) -> Weights:
    labels, units = chain.allowed.shape[1], settings.units
    wide = chain.near.shape[1] * vectors.shape[1]

    def small(shape: tuple[int, int], spread: float) -> Floats:
        return (chooser.standard_normal(shape) * spread).astype(np.float32)

    return Weights(
        features=np.zeros((counts[0], labels), np.float32),
        start=np.zeros(labels, np.float32),
        moves=np.zeros((labels, labels), np.float32),
        embedding=small((counts[1], units), 0.1),
        dense=small((wide, units), 0.1),
        bias=np.zeros(units, np.float32),
        out=small((units, labels), 0.1),
    )


def _batches(chain: Chain, settings: Fit, chooser: np.random.Generator) -> list[_Batch]:
    """Sentences of like length together, in no order otherwise."""
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
    linear, deep = _sparse(chain.features[words], chain.naming[0]), _sparse(chain.deep[words], chain.naming[1])
    return _Batch(linear, deep, chain.near[words], (sentence, position), allowed, inside)


def _sparse(features: Ints, naming: NDArray[np.bool_]) -> _Sparse:
    there = features >= 0
    rows, columns = np.unique(features[there], return_inverse=True)
    pointers = np.concatenate([[0], np.cumsum(there.sum(axis=1))])
    return _Sparse(rows, columns.astype(np.int32), pointers.astype(np.int32), np.broadcast_to(naming, there.shape)[there])


def _step(  # noqa: PLR0917 - the state of a fit
    batch: _Batch,
    weights: Weights,
    squares: Weights,
    vectors: Floats,
    legal: tuple[Floats, Floats],
    settings: Fit,
    pace: float,
    chooser: np.random.Generator,
) -> float:
    strange = chooser.random(len(batch.near)) < settings.unknown
    linear = batch.linear.matrix(settings.dropped, strange, chooser)
    scores = np.zeros(batch.allowed.shape, np.float32)
    local = linear @ weights.features[batch.linear.rows]
    if settings.units:
        layer = _Layer(batch, weights, vectors, settings, strange, chooser)
        local += layer.active @ weights.out
    scores[batch.places] = local
    start, moves = weights.start + legal[0], weights.moves + legal[1]
    free = expected(scores, batch.inside, start, moves)
    bound = expected(np.where(batch.allowed, scores, -1e4), batch.inside, start, moves)
    error = (free.labels - bound.labels)[batch.places]
    if settings.units:
        layer.learn(error, weights, squares, settings.unit_rate * pace)
    rate = settings.rate * pace
    rows = batch.linear.rows
    _descend(weights.features, squares.features, linear.T @ error + settings.decay * weights.features[rows], rate, rows)
    _descend(weights.start, squares.start, free.start - bound.start, rate)
    _descend(weights.moves, squares.moves, free.moves - bound.moves, rate)
    return float(free.total - bound.total)


def _descend(part: Floats, squares: Floats, slope: Floats, rate: float, rows: Ints | slice = slice(None)) -> None:
    square = squares[rows] + slope * slope
    squares[rows] = square
    part[rows] -= rate * slope / np.sqrt(square)


class _Layer:
    """The hidden layer for one batch: rectified sums (Glorot, Bordes & Bengio 2011) of features' rows and of the vectors around a word."""

    def __init__(  # noqa: PLR0917 - the state of a fit
        self,
        batch: _Batch,
        weights: Weights,
        vectors: Floats,
        settings: Fit,
        strange: NDArray[np.bool_],
        chooser: np.random.Generator,
    ) -> None:
        self._rows = batch.deep.rows
        self._matrix = batch.deep.matrix(settings.dropped, strange, chooser)
        self._around = vectors[batch.near].reshape(len(batch.near), -1)
        summed = self._matrix @ weights.embedding[self._rows] + self._around @ weights.dense + weights.bias
        kept = chooser.random(summed.shape, dtype=np.float32) >= settings.units_dropped
        self._open = np.where(kept & (summed > 0), np.float32(1 / (1 - settings.units_dropped)), np.float32(0))
        self.active: Floats = summed * self._open

    def learn(self, error: Floats, weights: Weights, squares: Weights, rate: float) -> None:
        back = (error @ weights.out.T) * self._open
        _descend(weights.out, squares.out, self.active.T @ error, rate)
        _descend(weights.embedding, squares.embedding, self._matrix.T @ back, rate, self._rows)
        _descend(weights.dense, squares.dense, self._around.T @ back, rate)
        _descend(weights.bias, squares.bias, back.sum(axis=0), rate)


def scored(features: Ints, deep: Ints, near: Ints, weights: Weights, vectors: Floats) -> Floats:
    """The scores of each label for each word."""
    linear = np.concatenate([weights.features, np.zeros((1, weights.features.shape[1]), np.float32)])
    rows = np.concatenate([weights.embedding, np.zeros((1, weights.embedding.shape[1]), np.float32)])
    found = []
    for at in range(0, len(features), 10_000):
        part = slice(at, at + 10_000)
        scores = linear[features[part]].sum(axis=1)
        if len(weights.bias):
            around = vectors[near[part]].reshape(len(near[part]), -1)
            scores += np.maximum(rows[deep[part]].sum(axis=1) + around @ weights.dense + weights.bias, 0) @ weights.out
        found.append(scores)
    return np.concatenate(found)


class Expected(NamedTuple):
    """How often each label is expected at each place, at the start, and after each other; and the sum of the sentences' log-partitions."""

    labels: Floats
    start: Floats
    moves: Floats
    total: float


def expected(scores: Floats, inside: NDArray[np.bool_], start: Floats, moves: Floats) -> Expected:
    """Forward and backward sums over sentences of a batch (Rabiner 1989, scaled), all at once."""
    top = scores.max(axis=2, keepdims=True)
    local = np.exp(scores - top)
    first, follow = np.exp(start), np.exp(moves)
    length = scores.shape[1]
    ahead = np.empty_like(local)
    scale = np.ones((*inside.shape, 1), np.float32)
    current = first * local[:, 0]
    for at in range(length):
        if at:
            moved = (ahead[:, at - 1] @ follow) * local[:, at]
            current = np.where(inside[:, at, None], moved, ahead[:, at - 1])
        norm = current.sum(axis=1, keepdims=True)
        scale[:, at] = np.where(inside[:, at, None], norm, 1)
        ahead[:, at] = current / scale[:, at]
    behind = np.ones_like(local)
    pairs = np.zeros_like(moves)
    for at in range(length - 1, 0, -1):
        weighed = local[:, at] * behind[:, at] / scale[:, at]
        here = inside[:, at, None]
        pairs += (ahead[:, at - 1] * here).T @ weighed
        behind[:, at - 1] = np.where(here, weighed @ follow.T, behind[:, at])
    marginal = ahead * behind * inside[:, :, None]
    total = float(np.log(scale[inside]).sum() + top[inside].sum())
    return Expected(marginal, marginal[:, 0].sum(axis=0), pairs * follow, total)
