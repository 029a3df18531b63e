"""How the model of each language is made: what has been found to serve best on its development data."""

from dataclasses import dataclass, field
from pathlib import Path

from ops.train.crf import Fit
from ops.train.data import ROOT

RAW = ROOT.parent / "raw"


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """What differs between languages.

    ``least``: how often a feature must occur; ``cased``: share of sentences learnt in headline case too; ``caution``: what
    the label O gives up, so that more is found; ``most``: how many features ship; ``foreign``: languages whose names help;
    ``raw``: more text.
    """

    fit: Fit = field(default_factory=Fit)
    least: int = 2
    cased: float = 0.0
    caution: float = 0.5
    most: int = 700_000
    foreign: tuple[str, ...] = ()
    raw: tuple[Path, ...] = ()


RECIPES: dict[str, Recipe] = {
    "de": Recipe(foreign=("en", "es", "pt", "fr"), raw=(RAW / "de_bundestag.txt.xz",)),
    "en": Recipe(foreign=("de", "es", "pt", "fr")),
    "es": Recipe(foreign=("de", "en", "pt", "fr")),
    "pt": Recipe(foreign=("de", "en", "es", "fr")),
    "ru": Recipe(),
    "fr": Recipe(foreign=("de", "en", "es", "pt")),
}
