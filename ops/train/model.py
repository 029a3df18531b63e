"""From sentences to a model: lexicon, features, fit, file."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from ops.train import crf
from ops.train.crf import Chain, Floats, Ints, Weights
from ops.train.data import LABELS, Example, in_other_case, load
from ops.train.features import chain, feature_keys, frequent, numbered, with_known
from ops.train.lexicon import VECTOR_SCALE, build, raw_sentences
from ops.train.pack import packed
from ops.train.recipes import Recipe
from wirewatch.adapters.ner_features import Hashes, deep_templates, normal, templates
from wirewatch.adapters.ner_model import Lexicon, NameModel, legal_moves
from wirewatch.core.gazetteer import Gazetteer


def train(examples: Sequence[Example], gazetteer: Gazetteer, language: str, recipe: Recipe, *, told: Callable[[str], None]) -> NameModel:
    """The model of a language, from examples that have the gazetteer's tags. The same input gives the same model."""
    lexicon = lexicon_of(examples, gazetteer, recipe, language)
    more = with_known(in_other_case(examples, recipe.cased, language), gazetteer, language)
    vocabulary, fitted = vocabulary_of([*examples, *more], lexicon, recipe, LABELS[language])
    told(f"{language}: {len(examples)} sentences, {len(vocabulary.keys)} features")
    weights = fit(fitted, vocabulary, lexicon, recipe, LABELS[language], told=told)
    weights.start[0] -= recipe.caution
    weights.moves[:, 0] -= recipe.caution
    return packed(
        weights,
        vocabulary.keys,
        vocabulary.deep_keys,
        lexicon,
        language=language,
        chosen=vocabulary.chosen,
        deep=vocabulary.deep,
        most=recipe.most,
    )


def lexicon_of(examples: Sequence[Example], gazetteer: Gazetteer, recipe: Recipe, language: str) -> Lexicon:
    """From raw text, the texts of the examples, and the names in other languages' examples."""
    foreign = [example for other in recipe.foreign for example in load(other)[0]]

    def sentences() -> Iterator[list[str]]:
        for path in recipe.raw:
            yield from raw_sentences(path)
        for example in examples:
            yield [normal(word) for word in example.words]

    return build(sentences(), gazetteer, foreign, language)


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The features of a model: the numbers of their templates and their sorted keys, for the linear part and for the hidden layer."""

    chosen: tuple[int, ...]
    keys: Hashes
    deep: tuple[int, ...]
    deep_keys: Hashes

    def numbers(self, examples: Sequence[Example], lexicon: Lexicon) -> tuple[Ints, Ints, Ints]:
        """The features of all words, those that the hidden layer sees, and the vectors around each word."""
        return self._numbers(*feature_keys(examples, lexicon, self.chosen))

    def _numbers(self, keys: Hashes, around: Ints) -> tuple[Ints, Ints, Ints]:
        deep = [self.chosen.index(number) for number in self.deep]
        return numbered(keys, self.keys), numbered(keys[:, deep], self.deep_keys), around

    def labels_of(self, examples: Sequence[Example], lexicon: Lexicon, weights: Weights) -> Floats:
        """The scores of all labels for all words."""
        return crf.scored(*self.numbers(examples, lexicon), weights, vectors_of(lexicon))


def vectors_of(lexicon: Lexicon) -> Floats:
    """The vectors as they were learnt."""
    return lexicon.vectors.astype(np.float32) / np.float32(VECTOR_SCALE)


def vocabulary_of(examples: Sequence[Example], lexicon: Lexicon, recipe: Recipe, labels: Sequence[str]) -> tuple[Vocabulary, Chain]:
    """The features that occur often enough in the examples, and the examples as what is fitted."""
    chosen = tuple(range(len(templates())))
    deep = deep_templates() if recipe.fit.units else ()
    keys, around = feature_keys(examples, lexicon, chosen)
    found = Vocabulary(chosen, frequent(keys, recipe.least), deep, frequent(keys[:, list(deep)], recipe.deep_least))
    return found, chain(examples, labels, *found._numbers(keys, around), chosen, deep)  # noqa: SLF001 - the keys are at hand


def fit(
    fitted: Chain, vocabulary: Vocabulary, lexicon: Lexicon, recipe: Recipe, labels: Sequence[str], *, told: Callable[[str], None]
) -> Weights:
    """The weights."""
    return crf.fit(
        fitted,
        (len(vocabulary.keys), len(vocabulary.deep_keys)),
        vectors_of(lexicon),
        legal_moves(labels),
        recipe.fit,
        told=lambda number, loss, _: told(f"pass {number + 1}: loss {loss:.4f} a word"),
    )
