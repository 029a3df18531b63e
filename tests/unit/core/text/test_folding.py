import pytest
from hypothesis import given
from hypothesis import strategies as st

from wirewatch.core.text.folding import fold, spellings


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Rüstung", "rustung"),
        ("ÉLYSÉE", "elysee"),
        ("Łódź", "lodz"),
        ("Kim Jong-un", "kim jong un"),
        ("U.S.", "u s "),
        ("Weißrußland", "weißrußland"),
        ("Алексей", "алексей"),
        ("Ёлка", "елка"),
        ("Київ", "київ"),
        ("İstanbul", "istanbul"),
        ("Straße 5²", "straße 52"),
        ("ﬁnanz", "ﬁnanz"),
        ("हिन्दी", "हिन्दी"),
        ("Ø_æ", "o æ"),
    ],
)
def test_fold(text: str, folded: str) -> None:
    assert fold(text) == folded


@given(st.text())
def test_folding_keeps_the_length(text: str) -> None:
    assert len(fold(text)) == len(text)


def test_spellings() -> None:
    assert spellings("weißrussland") == {"weißrussland", "weissrussland"}
    assert spellings("putin") == {"putin"}
