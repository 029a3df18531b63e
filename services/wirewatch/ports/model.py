"""Models that find names."""

from typing import Protocol

from wirewatch.core.text.matching import Recogniser


class EntityRecogniser(Recogniser, Protocol):
    """A trained model that finds names no gazetteer has, and says which one it is."""

    @property
    def version(self) -> str: ...
