"""Makes the model that ships from fitted weights: without small ones, and the others in eight bits."""

from collections.abc import Sequence
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

from ops.train.crf import Floats, Weights
from ops.train.data import LABELS
from wirewatch.adapters.ner.crf import FORMAT, Meta, NameModel, legal_moves
from wirewatch.adapters.ner.features import Hashes
from wirewatch.adapters.ner.slots import Lexicon


def packed(weights: Weights, keys: Hashes, lexicon: Lexicon, *, language: str, chosen: Sequence[int], most: int) -> NameModel:
    """Return a model with at most ``most`` features, those with the largest weights."""
    kept = _largest(weights.features, most)
    small, scale = _small(weights.features[kept])
    start, moves = legal_moves(LABELS[language])
    version = blake2b(small.tobytes() + weights.moves.tobytes(), digest_size=4).hexdigest()
    meta = Meta(FORMAT, language, version, LABELS[language], tuple(chosen))
    return NameModel(meta, keys[kept], small, scale, weights.start + start, weights.moves + moves, lexicon)


def _largest(rows: Floats, most: int) -> NDArray[np.intp]:
    size = np.abs(rows).max(axis=1)
    return np.sort(np.argsort(-size, kind="stable")[:most])


def _small(rows: Floats) -> tuple[NDArray[np.int8], Floats]:
    """Return whole numbers of eight bits with a row of zeros at the end, and the scale of each column."""
    # Weights over this are cut off: the scale is for the many, not for the largest.
    limit = np.maximum(np.quantile(np.abs(rows), 0.9999, axis=0), 1e-6)
    scale = (limit / 127).astype(np.float32)
    small = np.clip(np.rint(rows / scale), -127, 127).astype(np.int8)
    return np.concatenate([small, np.zeros((1, rows.shape[1]), np.int8)]), scale
