"""``python -m ops.train [LANGUAGE ...]`` writes services/wirewatch/data/models/LANGUAGE/model.npz and card.md, for all unless named."""

import sys
import time
from collections.abc import Sequence
from pathlib import Path

from ops.train.card import write_card
from ops.train.data import load
from ops.train.evaluate import confusions, report, score, tagged_by
from ops.train.features import with_known
from ops.train.model import train
from ops.train.recipes import RECIPES
from wirewatch.adapters.automaton import AutomatonMatcher
from wirewatch.adapters.gazetteer_files import load_gazetteer
from wirewatch.adapters.ner_entities import TrainedRecogniser
from wirewatch.core.entities import EntityTagger

MODELS = Path(__file__).parents[2] / "services" / "wirewatch" / "data" / "models"


def main(languages: Sequence[str]) -> None:
    """Train, evaluate and write what ships."""
    if unknown := set(languages) - set(RECIPES):
        sys.exit(f"no recipe for {', '.join(sorted(unknown))}; there is one for {', '.join(RECIPES)}")
    gazetteer = load_gazetteer()
    for language in languages or tuple(RECIPES):
        begun = time.monotonic()
        training, development = load(language)
        model = train(with_known(training, gazetteer, language), gazetteer, language, RECIPES[language], told=print)
        folder = MODELS / language
        folder.mkdir(parents=True, exist_ok=True)
        model.save(folder / "model.npz")
        recogniser = TrainedRecogniser(folder / "model.npz")
        tagger = EntityTagger(gazetteer, AutomatonMatcher, {language: recogniser})
        scores = {name: score(examples, tagged_by(tagger, language)) for name, examples in development.items()}
        write_card(folder / "card.md", language, scores, size=(folder / "model.npz").stat().st_size, features=len(model.keys))
        print(f"{language}: {recogniser.version}, {time.monotonic() - begun:.0f} s\n{report(scores)}")
        print(confusions(next(iter(scores.values()))))


if __name__ == "__main__":
    main(sys.argv[1:])
