"""``python -m ops.train [--evaluate] [LANGUAGE ...]``: models and their cards, or only the cards, of all languages unless named.

Prints what each model finds, confuses and takes, and beside it a plain spaCy NER where one was trained (``ops.train.baseline``).
"""

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from ops.train.baseline import trained
from ops.train.card import write_card
from ops.train.data import Example, load
from ops.train.evaluate import confusions, report, score, tagged_by, words_a_second
from ops.train.features import with_known
from ops.train.model import train
from ops.train.recipes import RECIPES
from wirewatch.adapters.automaton import AutomatonMatcher
from wirewatch.adapters.gazetteer_files import load_gazetteer
from wirewatch.adapters.ner_entities import TrainedRecogniser
from wirewatch.adapters.spacy_entities import SpacyRecogniser
from wirewatch.core.document import Document
from wirewatch.core.entities import EntityTagger

MODELS = Path(__file__).parents[2] / "services" / "wirewatch" / "data" / "models"


def main(arguments: Sequence[str]) -> None:
    """Train, evaluate and write what ships; with ``--evaluate``, of the models that are there, only the cards."""
    languages = [argument for argument in arguments if argument != "--evaluate"]
    if unknown := set(languages) - set(RECIPES):
        sys.exit(f"no recipe for {', '.join(sorted(unknown))}; there is one for {', '.join(RECIPES)}")
    gazetteer = load_gazetteer()
    for language in languages or tuple(RECIPES):
        file = MODELS / language / "model.npz"
        training, development = load(language)
        if "--evaluate" not in arguments:
            model = train(with_known(training, gazetteer, language), gazetteer, language, RECIPES[language], told=print)
            file.parent.mkdir(parents=True, exist_ok=True)
            model.save(file)
        recogniser = TrainedRecogniser(file)
        tagger = EntityTagger(gazetteer, AutomatonMatcher, {language: recogniser})
        scores = {name: score(examples, tagged_by(tagger, language)) for name, examples in development.items()}
        write_card(file.parent / "card.md", language, scores, size=file.stat().st_size)
        print(f"{language}: {recogniser.version}\n{report(scores)}\n{confusions(next(iter(scores.values())))}")
        every = [example for examples in development.values() for example in examples]
        speed = words_a_second(lambda text: tagger.tag(Document.of(title="", body=text, language=language)), every)  # noqa: B023 - called here
        print(f"{speed:,.0f} words/s, gazetteer and model, one core")
        _compare(language, development)


def _compare(language: str, development: Mapping[str, Sequence[Example]]) -> None:
    """Print how a plain spaCy NER does, if it was trained (``baseline``)."""
    folder = trained(language)
    if folder is None:
        print(f"no baseline yet; make it with `python -m ops.train.baseline {language}`")
        return
    spacy = SpacyRecogniser(str(folder))
    found = {name: score(examples, lambda example: spacy.recognise(example.text, language)) for name, examples in development.items()}
    every = [example for examples in development.values() for example in examples]
    print(f"baseline, spaCy\n{report(found)}\n{words_a_second(lambda text: spacy.recognise(text, language), every):,.0f} words/s, one core")


if __name__ == "__main__":
    main(sys.argv[1:])
