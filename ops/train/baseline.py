"""The baseline that models are compared with: a plain spaCy NER with spaCy's own settings for speed, trained on the same sentences.

``python -m ops.train.baseline [LANGUAGE ...]`` trains the baselines that are missing, into ``.cache/baseline``, in 10 to 40 minutes for a
language on one core; ``make evaluate`` compares them with our models. The state of the baseline that is used is chosen, after each 400
steps, by the development data on which it is measured afterwards, which favours it.
"""

import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

import spacy
from spacy.cli.init_config import init_config
from spacy.language import Language
from spacy.tokens import DocBin
from spacy.training.initialize import init_nlp
from spacy.training.loop import train

from ops.train.data import Example, load
from ops.train.recipes import RECIPES

FOLDER = Path(__file__).parents[2] / ".cache" / "baseline"
# Training ends earlier if 1,600 steps bring no improvement.
_MOST_STEPS = 6000
_EVALUATED = 400


def trained(language: str) -> Path | None:
    """Return the folder of a language's baseline, None if it hasn't been trained."""
    folder = FOLDER / language / "model-best"
    return folder if (folder / "meta.json").is_file() else None


def make(language: str) -> None:
    """Train the baseline of a language."""
    training, development = load(language)
    folder = FOLDER / language
    folder.mkdir(parents=True, exist_ok=True)
    blank = spacy.blank(language)
    _write(training, blank, folder / "train.spacy")
    _write((example for examples in development.values() for example in examples), blank, folder / "dev.spacy")
    config = init_config(lang=language, pipeline=["ner"], optimize="efficiency", gpu=False)
    config["paths"] |= {"train": str(folder / "train.spacy"), "dev": str(folder / "dev.spacy")}
    config["training"] |= {"max_steps": _MOST_STEPS, "eval_frequency": _EVALUATED, "patience": 1600, "seed": 1}
    train(init_nlp(config), folder, stdout=sys.stdout, stderr=sys.stderr)


def _write(examples: Iterable[Example], blank: Language, path: Path) -> None:
    """Write examples as spaCy's documents. Names that end inside spaCy's words take the whole words; unknown types count as no name."""
    found = DocBin()
    for example in examples:
        doc = blank.make_doc(example.text)
        spans = [doc.char_span(start, end, kind, alignment_mode="expand") for start, end, kind in example.names if kind != "?"]
        doc.set_ents(spacy.util.filter_spans([span for span in spans if span]))
        found.add(doc)
    found.to_disk(path)


def main(languages: Sequence[str]) -> None:
    """Train the baselines that are missing, of the named languages or else of all."""
    for language in languages or tuple(RECIPES):
        if trained(language) is None:
            make(language)


if __name__ == "__main__":
    main(sys.argv[1:])
