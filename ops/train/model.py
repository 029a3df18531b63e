"""Makes a model from sentences: lexicon, features, fit, weights that ship."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

import numpy as np

from ops.train import crf
from ops.train.crf import Chain, Weights
from ops.train.data import LABELS, Example, in_other_case, load
from ops.train.features import chain, feature_keys, frequent, numbered, with_known
from ops.train.lexicon import build, raw_sentences
from ops.train.pack import packed
from ops.train.recipes import Recipe
from wirewatch.adapters.ner.crf import NameModel, legal_moves
from wirewatch.adapters.ner.features import normal, templates
from wirewatch.adapters.ner.slots import Lexicon
from wirewatch.core.entities.gazetteer import Gazetteer


def train(examples: Sequence[Example], gazetteer: Gazetteer, language: str, recipe: Recipe, *, report: Callable[[str], None]) -> NameModel:
    """Return the model of a language, from examples with the gazetteer's tags. The same input gives the same model.

    ``report`` is called with a line on each stage.
    """
    labels = LABELS[language]
    lexicon = lexicon_of(examples, gazetteer, recipe, language)
    learnt = [*examples, *with_known(in_other_case(examples, recipe.cased, language), gazetteer, language)]
    every = range(len(templates()))
    keys = feature_keys(learnt, lexicon, every)
    vocabulary = frequent(keys, recipe.least)
    report(f"{language}: {len(learnt)} sentences, {len(vocabulary)} features")
    weights = _fitted(chain(learnt, labels, numbered(keys, vocabulary)), len(vocabulary), labels, recipe, report)
    weights.start[0] -= recipe.caution
    weights.moves[:, 0] -= recipe.caution
    # What was learnt of one corpus's own way doesn't ship.
    own = [number for number, template in enumerate(templates()) if any(slot == "domain" for _, slot in template.parts)]
    kept = ~np.isin(vocabulary, frequent(keys[:, own], 1))
    chosen = [number for number in every if number not in own]
    shipped = weights._replace(features=weights.features[kept])
    return packed(shipped, vocabulary[kept], lexicon, language=language, chosen=chosen, most=recipe.most)


def _fitted(chain_of: Chain, count: int, labels: Sequence[str], recipe: Recipe, report: Callable[[str], None]) -> Weights:
    """Return the mean of several fits with different random drops: for linear models it is their ensemble (Breiman 1996, "Bagging")."""

    def report_pass(number: int, loss: float, _weights: Weights) -> None:
        report(f"pass {number + 1}: loss {loss:.4f} a word")

    mean = None
    for number in range(recipe.fits):
        fit = replace(recipe.fit, seed=recipe.fit.seed + number)
        found = crf.fit(chain_of, count, legal_moves(labels), fit, report=report_pass)
        parts = [part / np.float32(recipe.fits) for part in found]
        mean = Weights(*(parts if mean is None else map(np.add, mean, parts)))
    if mean is None:
        raise ValueError("a recipe needs at least one fit")
    return mean


def lexicon_of(examples: Sequence[Example], gazetteer: Gazetteer, recipe: Recipe, language: str) -> Lexicon:
    """Return a lexicon from raw text, the texts of the examples, and the names in other languages' examples."""
    foreign = [example for other in recipe.foreign for example in load(other)[0]]

    def sentences() -> Iterator[list[str]]:
        for path in recipe.raw:
            yield from raw_sentences(path)
        for example in examples:
            yield [normal(word) for word in example.words]

    return build(sentences(), gazetteer, foreign, language)
