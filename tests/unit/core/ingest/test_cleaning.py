import unicodedata

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.articles import article, entity

from wirewatch.core.ingest.cleaning import clean, storable

LIMIT = 10_000


@pytest.mark.parametrize(
    ("text", "cleaned", "flags"),
    [
        ("Rüstung und Abrüstung", "Rüstung und Abrüstung", set()),
        ("a < b > c, <mail@x.example>, 3 & 4", "a < b > c, <mail@x.example>, 3 & 4", set()),
        ("eins\r\nzwei\rdrei\u2028vier", "eins\nzwei\ndrei\nvier", set()),
        ("eins \t\u00a0 zwei", "eins zwei", set()),
        ("eins\n\n\n\n\nzwei", "eins\n\nzwei", set()),
        ("Ru\u0308stung", "Rüstung", set()),
        ("<p>Eins</p><p>zwei <b>fett</b></p>", "Eins\n\nzwei fett", {"markup_removed"}),
        ("eins<br/>zwei<BR>drei", "eins\nzwei\ndrei", {"markup_removed"}),
        ("<table><tr><td>1</td><td>2</td></tr></table>", "1 2", {"markup_removed"}),
        ("<p>a</p><script>alert('<p>b</p>')</script><style>p{}</style>c", "a\nc", {"markup_removed"}),
        ("a<!-- <p>weg</p> -->b<p>", "ab", {"markup_removed"}),
        ("R&uuml;stung &amp; Abr&#252;stung &#xfc;", "Rüstung & Abrüstung ü", {"markup_removed"}),
        ("&lt;p&gt;R&amp;uuml;stung&lt;/p&gt;", "Rüstung", {"markup_removed"}),
        ("<![CDATA[<p>Text</p>]]>", "Text", {"markup_removed"}),
        ("a\x00b\x07c", "abc", {"characters_removed"}),
        ("Rüs\u00adtung", "Rüstung", {"characters_removed"}),
        ("\ufeffText\u200b", "Text", {"characters_removed"}),
        ("vorn\ud800hinten", "vornhinten", {"characters_removed"}),
        ("für\x00 alle\x1f", "für alle", {"characters_removed"}),
        ("für\x0balle", "füralle", {"characters_removed"}),
        ("für\t\xa0 alle\r\n \n\t\r\n\rzugleich ", "für alle\n\nzugleich", set()),
        ("日本\u2003\u3000x\r\n\t\x85y", "日本 x\n\ny", set()),
        ("", "", set()),
    ],
)
def test_clean(text: str, cleaned: str, flags: set[str]) -> None:
    assert clean(text, max_characters=LIMIT) == (cleaned, flags)


def test_zero_width_joiners_stay() -> None:
    family = "\U0001f468\u200d\U0001f469\u200d\U0001f467"
    assert clean(family, max_characters=LIMIT) == (family, set())


def test_a_long_text_is_cut_and_flagged() -> None:
    assert clean("wort " * 5_000, max_characters=1_000) == (("wort " * 200).strip(), {"truncated"})


@pytest.mark.parametrize(
    "unit", ["<div>", "<!--", "<a ", "<script>", "<", "&amp;", "&", "a\u0301", "\u0316\u0301", "\x00", "\n ", "-->", "<p"]
)
def test_bombs_end_in_text_or_nothing(unit: str) -> None:
    cleaned, _ = clean("<p>vorn</p>" + unit * 200_000, max_characters=LIMIT)
    assert cleaned.startswith("vorn")
    assert len(cleaned) <= LIMIT


def test_a_run_of_combining_marks_is_cut_short() -> None:
    cleaned, flags = clean("Z" + "\u0301\u0316" * 100, max_characters=LIMIT)
    assert flags == {"characters_removed"}
    assert len(cleaned) <= 31


@given(st.text())
def test_cleaned_text_is_normal_and_stays(text: str) -> None:
    cleaned, _ = clean(text, max_characters=LIMIT)
    assert unicodedata.is_normalized("NFC", cleaned)
    assert cleaned == cleaned.strip()
    assert "  " not in cleaned
    cleaned.encode()


def test_text_that_can_be_encoded_is_stored_as_it_is() -> None:
    made = article("1", "Gipfel \U0001f468", entities=(entity("Q1", "Genf", "LOC", "Genf"),))
    assert storable(made, msgspec.json.encode) == (made, msgspec.json.encode(made))


def test_half_a_surrogate_pair_is_replaced_wherever_it_is() -> None:
    made = article("1", "Titel \ud83d", "hier", entities=(entity("Q1", "Gen\udc00", "LOC", "\ud83d"),))
    repaired, encoded = storable(made, msgspec.json.encode)
    assert repaired.title == "Titel \ufffd"
    assert (repaired.entities[0].name, repaired.entities[0].mentions[0].text) == ("Gen\ufffd", "\ufffd")
    assert repaired.places == ("Gen\ufffd",)
    assert repaired.body == "hier"
    assert encoded == msgspec.json.encode(repaired)
