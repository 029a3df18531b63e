import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wirewatch.core.text.character_map import CharacterMap

ROT = "".join(map(chr, range(97, 123)))


def image(character: str) -> str:
    """A little of everything: a shift, an image outside the page, one of two characters, one of none."""
    special = {"ü": "u", "µ": "μ", "ß": "ss", "\u0301": "", "“": " ", "й": "и"}
    return special.get(character, ROT[ROT.index(character) - 1] if character in ROT else character)


MAP = CharacterMap(image)
SCRIPTS = (
    "abc xyz\n",
    "für “Straße” €",
    "µm",
    "Łódź, Żółć",
    "Йод й – №",
    "й und ü, ß",
    "e\u0301",
    "日本 й",
    "\x00\x01\x7f ü",
    "\ufffe",
    "😀 ü",
)


@pytest.mark.parametrize("text", SCRIPTS)
def test_every_character_becomes_its_image(text: str) -> None:
    assert MAP.apply(text) == "".join(map(image, text))


@given(st.lists(st.one_of(st.sampled_from(SCRIPTS), st.text())))
def test_mixtures_too(parts: list[str]) -> None:
    text = "".join(parts)
    assert MAP.apply(text) == "".join(map(image, text))


def test_all_of_unicode() -> None:
    everything = list(map(chr, range(sys.maxunicode + 1)))
    assert MAP.apply("".join(everything)) == "".join(map(image, everything))
    for character in everything[:0x3000]:
        assert MAP.apply(character) == image(character)
