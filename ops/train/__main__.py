"""``python -m ops.train [--evaluate] [LANGUAGE ...]``: makes the models and their cards, or only the cards; of all languages by default.

Prints how well each model does, what it confuses and how fast it is, and compares it with a plain spaCy NER if one has been trained
(``ops.train.baseline``).
"""

import sys
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path

from ops.train.baseline import trained
from ops.train.card import write_card
from ops.train.data import Example, load
from ops.train.evaluate import Find, Score, confusions, report, score, tagged_by, words_a_second
from ops.train.features import with_known
from ops.train.model import train
from ops.train.recipes import RECIPES
from wirewatch.adapters.aho_corasick import AutomatonMatcher
from wirewatch.adapters.files.gazetteer import load_gazetteer
from wirewatch.adapters.files.languages import load_languages
from wirewatch.adapters.ner.recogniser import TrainedRecogniser
from wirewatch.adapters.ner.spacy_pipeline import SpacyRecogniser
from wirewatch.core.entities.tagger import EntityTagger

MODELS = Path(__file__).parents[2] / "services" / "wirewatch" / "data" / "models"


def main(arguments: Sequence[str]) -> None:
    """Train, evaluate and write the models and cards; with ``--evaluate``, evaluate the models and write only the cards."""
    chosen = [argument for argument in arguments if argument != "--evaluate"]
    if unknown := set(chosen) - set(RECIPES):
        sys.exit(f"there is no recipe for {', '.join(sorted(unknown))}; there are recipes for {', '.join(RECIPES)}")
    languages = load_languages()
    gazetteer = load_gazetteer(languages=languages)
    for language in chosen or tuple(RECIPES):
        file = MODELS / language / "model.npz"
        training, development = load(language)
        if "--evaluate" not in arguments:
            model = train(with_known(training, gazetteer, language), gazetteer, language, RECIPES[language], report=print)
            file.parent.mkdir(parents=True, exist_ok=True)
            model.save(file)
        recogniser = TrainedRecogniser(file)
        tagger = EntityTagger(gazetteer, AutomatonMatcher, languages, {language: recogniser})
        scores = _measured(f"{language}: {recogniser.version}, gazetteer and model", tagged_by(tagger, language), development)
        write_card(file.parent / "card.md", language, scores, size=file.stat().st_size)
        print(confusions(next(iter(scores.values()))))
        if folder := trained(language):
            _measured("baseline, a plain spaCy NER", partial(SpacyRecogniser(str(folder)).recognise, language=language), development)
        else:
            print(f"there is no baseline yet; train it with `python -m ops.train.baseline {language}`")


def _measured(name: str, find: Find, development: Mapping[str, Sequence[Example]]) -> dict[str, Score]:
    """Print and return how well ``find`` does on each corpus, and print how fast it is."""
    scores = {corpus: score(examples, find) for corpus, examples in development.items()}
    speed = words_a_second(find, [example for examples in development.values() for example in examples])
    print(f"{name}\n{report(scores)}\n{speed:,.0f} words/s, one core")
    return scores


if __name__ == "__main__":
    main(sys.argv[1:])
