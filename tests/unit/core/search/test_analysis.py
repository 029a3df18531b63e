import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wirewatch.adapters.snowball import SnowballStemmer
from wirewatch.core.article import Entity, Mention
from wirewatch.core.search.analysis import Analyser, entity_names, german_normal, is_named, name_form, searchable
from wirewatch.core.search.compounds import CompoundSplitter
from wirewatch.core.text.folding import fold

GERMAN = CompoundSplitter({"rustung": 100, "kontrolle": 400, "gesprach": 600, "wirtschaft": 900, "sanktion": 200})


@pytest.fixture
def analyser() -> Analyser:
    return Analyser(SnowballStemmer(), {"de": GERMAN})


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("Rüstung, Straße!", "rustung strasse"),
        ("Kim Jong-un’s", "kim jong un s"),
        ("„Ærø“ – cœur", "aero coeur"),
        ("Ру\u0301сский Йод", "русский йод"),
        ("Ru\u0308stung и\u0306од", "rustung йод"),
        ("G7 2026", "g7 2026"),
        ("\ud800 a\x00b", "a b"),
        ("...", ""),
        ("", ""),
    ],
)
def test_search_form(text: str, tokens: str) -> None:
    assert " ".join(searchable(text).split()) == tokens


@given(st.text())
def test_search_form_has_the_tokens_of_a_case_less_text_in_nfc(text: str) -> None:
    form = searchable(text)
    assert all(character == " " or not character.isspace() for character in form)
    # But for letters that lose their style, not their case, in one step: 𝕊 is S.
    assert searchable(form.lower()).split() == form.lower().split()
    assert searchable(unicodedata.normalize("NFC", text)) == form


@given(st.text(alphabet=st.characters(max_codepoint=0x2FF)))
def test_search_form_agrees_with_folding(text: str) -> None:
    expected = fold(unicodedata.normalize("NFC", text)).replace("ß", "ss").replace("æ", "ae").replace("œ", "oe")
    assert searchable(text) == expected


@pytest.mark.parametrize(
    ("word", "normal"),
    [("ruestung", "rustung"), ("goering", "goring"), ("maerz", "marz"), ("neue", "neue"), ("quelle", "quelle"), ("bauer", "bauer")],
)
def test_written_out_umlauts(word: str, normal: str) -> None:
    assert german_normal(word) == normal


@pytest.mark.parametrize(
    ("language", "forms"),
    [
        ("de", "sanktion sanktionen"),
        ("de", "rustung ruestung rustungen"),
        ("de", "haus hauser hausern"),
        ("de", "sicherheit sicherheiten"),
        ("en", "sanction sanctions sanctioned"),
        ("fr", "negociation negociations"),
        ("es", "sancion sanciones"),
        ("pt", "sancao sancoes"),
        ("it", "sanzione sanzioni"),
        ("pl", "sankcja sankcje sankcji sankcjami"),
        ("ru", "санкция санкции санкций санкциями"),
        ("ru", "саммит саммита саммите саммиту саммитов"),
        ("uk", "санкція санкції санкцій санкціями санкціям"),
        ("uk", "саміт саміту саміті самітом самітів"),
        ("uk", "ракета ракети ракетою ракет"),
    ],
)
def test_forms_of_a_word_share_their_stem(analyser: Analyser, language: str, forms: str) -> None:
    assert len(set(analyser.stems(forms.split(), language))) == 1


def test_security_is_not_the_german_pronoun(analyser: Analyser) -> None:
    security, pronoun = analyser.stems(["sicherheit", "sich"], "de")
    assert security != pronoun


@pytest.mark.parametrize(("word", "language"), [("covid19", "en"), ("g7", "de"), ("x" * 60, "en"), ("sanctions", "und"), ("制裁", "zh")])
def test_what_has_no_stem_but_itself(analyser: Analyser, word: str, language: str) -> None:
    assert analyser.stems([word], language) == [word]


def test_no_words_no_stems(analyser: Analyser) -> None:
    assert analyser.stems([], "de") == analyser.stems([], "uk") == []


def test_part_stems(analyser: Analyser) -> None:
    assert analyser.part_stems(["wirtschaftssanktionen"], "en") == analyser.part_stems([], "de") == {}
    found = analyser.part_stems(["sanktionen", "wirtschaftssanktionen", "ruestungskontrollgespraeche"], "de")
    assert found.keys() == {"wirtschaftssanktionen", "ruestungskontrollgespraeche"}
    assert found["wirtschaftssanktionen"] == tuple(analyser.stems(["wirtschaft", "sanktion"], "de"))
    assert set(analyser.stems(["rustung", "kontrolle", "gesprach", "rustungskontrolle"], "de")) <= set(found["ruestungskontrollgespraeche"])


def test_the_version_tells_analyses_apart(analyser: Analyser) -> None:
    assert analyser.version == Analyser(SnowballStemmer(), {"de": GERMAN}).version
    assert analyser.version != Analyser(SnowballStemmer()).version


def entity(name: str, *mentions: str, identifier: str = "Q1") -> Entity:
    return Entity(
        id=identifier, name=name, type="PER", origin="model", mentions=tuple(Mention("body", 0, len(text), text) for text in mentions)
    )


def test_names_stand_apart() -> None:
    assert entity_names([entity("Wladimir Putin", "Putin", "Putin"), entity("Xi")]).split() == "· wladimir putin · putin · xi ·".split()
    assert entity_names([]) == ""


@pytest.mark.parametrize(
    ("value", "named"),
    [
        ("Göring", True),
        ("Goering", True),
        ("goring", True),
        ("hermann göring", True),
        ("Reichsmarschall", True),
        ("q47", True),
        ("Göring Hermann", False),
        ("Gör", False),
        ("Hermann Reichsmarschall", False),
        ("Q4", False),
    ],
)
def test_entities_by_name_mention_and_id(value: str, *, named: bool) -> None:
    assert is_named(entity("Hermann Göring", "Reichsmarschall", identifier="Q47"), value) is named


def test_name_form() -> None:
    assert name_form("  Jens   STOLTENBERG-Øst ") == "jens stoltenberg ost"
