"""Makes the file that ships of fitted weights: small ones away, the others in eight bits."""

from collections.abc import Sequence
from hashlib import blake2b

import numpy as np

from ops.train.crf import Weights
from ops.train.data import LABELS
from wirewatch.adapters.ner_features import Hashes
from wirewatch.adapters.ner_model import FORMAT, Lexicon, Meta, NameModel, legal_moves


def packed(weights: Weights, keys: Hashes, lexicon: Lexicon, *, language: str, chosen: Sequence[int], most: int) -> NameModel:
    """A model of at most ``most`` features: those with the largest weights."""
    features = weights.features
    size = np.abs(features).max(axis=1)
    kept = np.sort(np.argsort(-size, kind="stable")[:most])
    # Beyond this a weight is cut off: the scale is for the many, not for the largest.
    limit = np.maximum(np.quantile(np.abs(features[kept]), 0.9999, axis=0), 1e-6)
    scale = (limit / 127).astype(np.float32)
    small = np.clip(np.rint(features[kept] / scale), -127, 127).astype(np.int8)
    small = np.concatenate([small, np.zeros((1, len(LABELS)), np.int8)])
    start, moves = legal_moves(LABELS)
    version = blake2b(small.tobytes() + weights.moves.tobytes(), digest_size=4).hexdigest()
    meta = Meta(FORMAT, language, version, LABELS, tuple(chosen))
    return NameModel(meta, keys[kept], small, scale, weights.start + start, weights.moves + moves, lexicon)
