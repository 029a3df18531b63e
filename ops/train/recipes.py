"""How the model of each language is made: what was best on its development data."""

from dataclasses import dataclass, field
from pathlib import Path

from ops.train.crf import Fit
from ops.train.data import ROOT

RAW = ROOT.parent / "raw"


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """What differs between languages.

    ``fits``: how many fits the model is the mean of. ``least``: how often a feature must occur. ``cased``: the share of sentences that are
    also learnt in headline case. ``caution``: how much the label O's scores are lowered, so that more is found. ``most``: how many features
    ship. ``foreign``: languages whose names help. ``raw``: more text for the lexicon.
    """

    fit: Fit = field(default_factory=Fit)
    fits: int = 4
    least: int = 2
    cased: float = 0.0
    caution: float = 0.5
    most: int = 700_000
    foreign: tuple[str, ...] = ()
    raw: tuple[Path, ...] = ()


_SMALL = Fit(passes=8, averaged=4)
RECIPES: dict[str, Recipe] = {
    "de": Recipe(cased=0.02, foreign=("en", "es", "pt", "fr"), raw=(RAW / "de_bundestag.txt.xz",)),
    "en": Recipe(cased=0.05, foreign=("de", "es", "pt", "fr")),
    "es": Recipe(fit=_SMALL, least=1, foreign=("de", "en", "pt", "fr")),
    "pt": Recipe(fit=_SMALL, foreign=("de", "en", "es", "fr")),
    "ru": Recipe(fit=_SMALL, caution=0.25),
    "fr": Recipe(foreign=("de", "en", "es", "pt")),
}
