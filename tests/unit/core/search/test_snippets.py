import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.articles import analyser, article

from wirewatch.core.article import EnrichedArticle, Entity, Evidence, Mention, Topic
from wirewatch.core.search.parser import parse
from wirewatch.core.search.snippets import Snippet, highlights, snippet

ANALYSER = analyser()
FILLER = "Davon war lange nicht die Rede gewesen, und keiner wusste warum. "
PASSAGE = "Die Rüstungskontrollgespräche dauern an. Wladimir\nPutin sprach von Wirtschaftssanktionen."
BODY = FILLER * 5 + PASSAGE + " " + FILLER * 20


def story(body: str = BODY, title: str = "Gipfeltreffen in der Straße", *, language: str = "de") -> EnrichedArticle:
    at = body.find("Wladimir")
    mentions = (Mention("body", at, at + 14, "Wladimir\nPutin"),) if at >= 0 else ()
    putin = Entity(id="Q7747", name="Wladimir Putin", type="PER", origin="gazetteer", mentions=mentions)
    return article("a", title, body, language=language, entities=(putin,))


def marked(query: str, found: EnrichedArticle | None = None, *, length: int = 160) -> str:
    return snippet(found or story(), parse(query), ANALYSER, length=length).marked("[", "]")


@pytest.mark.parametrize(
    ("query", "highlighted"),
    [
        ("Sanktion", ["Wirtschaftssanktionen"]),
        ("Kontrolle", ["Rüstungskontrollgespräche"]),
        ("ruestung putin", ["Rüstungskontrollgespräche", "Putin"]),
        ("rüst*", ["Rüstungskontrollgespräche"]),
        ('"dauern an"', ["dauern an"]),
        ("person:putin", ["Wladimir Putin"]),
        ("entity:Q7747", ["Wladimir Putin"]),
        ("person:putin OR putin", ["Wladimir Putin"]),
        ("sprach -Putin NOT dauern", ["sprach"]),
        ("sprach org:putin after:1999 lang:de", ["sprach"]),
        ('"Die Rüstungskontrollgespräche dauern" sanktion', ["Die Rüstungskontrollgespräche dauern", "Wirtschaftssanktionen"]),
    ],
)
def test_what_is_highlighted(query: str, highlighted: list[str]) -> None:
    found = snippet(story(), parse(query), ANALYSER)
    assert [found.text[start:end] for start, end in found.highlights] == highlighted


def test_the_passage_with_most_parts_of_the_query_is_shown() -> None:
    text = marked("lange putin sanktion")
    assert "[Wladimir" not in text
    assert "[Putin]" in text
    assert "[Wirtschaftssanktionen]" in text
    assert text.startswith("…")
    assert text.endswith("…")


def test_of_equal_passages_the_first_is_shown() -> None:
    assert marked("lange").startswith("Davon war [lange]")


def test_the_title_where_it_says_more() -> None:
    found = snippet(story(), parse("gipfel strasse"), ANALYSER)
    assert (found.field, found.marked("<", ">")) == ("title", "<Gipfeltreffen> in der <Straße>")
    assert snippet(story(title="Putin"), parse("putin"), ANALYSER).field == "body"


@pytest.mark.parametrize("query", ["", "nirgends", "-Putin", "lang:de", "before:2020"])
def test_without_a_hit_the_lead(query: str) -> None:
    found = snippet(story(), parse(query), ANALYSER)
    assert (found.field, found.start, found.highlights, found.cut_before) == ("body", 0, (), False)
    assert found.text.startswith("Davon war lange")
    assert not found.text.endswith("wa")


def test_without_a_body_the_title() -> None:
    assert snippet(story(body=""), parse(""), ANALYSER).text == "Gipfeltreffen in der Straße"
    assert snippet(story(body="", title=""), parse("x"), ANALYSER).text == ""


def test_a_topic_highlights_its_evidence() -> None:
    tagged = Topic("sanctions", 2.0, (Evidence("Rede", "body", 26, 30, "rede", 1.0), Evidence("Gipfel", "title", 0, 6, "gipfel", 1.0)))
    plain = story()
    found = EnrichedArticle(**{**{name: getattr(plain, name) for name in plain.__struct_fields__}, "topics": (tagged,)})
    assert "[Rede]" in marked("topic:sanctions", found)
    assert highlights(found, parse("topic:Sanctions"), ANALYSER, "title") == ((0, 6),)
    assert highlights(found, parse("topic:arms"), ANALYSER, "title") == ()


def test_language_decides_about_forms() -> None:
    assert "[" not in marked("sanction", story("They were sanctioned"))
    assert "[sanctioned]" in marked("sanction", story("They were sanctioned", language="en"))


def test_a_long_word_is_not_lost() -> None:
    text = "x" * 500 + " gipfel " + "y" * 500
    assert "[gipfel]" in marked("gipfel", story(text))
    assert len(snippet(story("z" * 500), parse("zzz*"), ANALYSER).text) == 160


def test_offsets_that_do_not_fit_do_no_harm() -> None:
    wrong = Entity(id="Q1", name="X", type="PER", origin="model", mentions=(Mention("body", 5, 999, "X"), Mention("body", -3, -1, "X")))
    found = article("a", "", "kurzer Text", entities=(wrong,))
    assert snippet(found, parse("person:x"), ANALYSER).marked("[", "]") == "kurze[r Text]"


@given(
    st.text(alphabet="aä b\n.ßи\u0306😀\u0301İ-", max_size=400),
    st.sampled_from(["a", "aä OR b", '"a b"', "ss", "İ", "й", "aaa*", "", "-a"]),
    st.integers(min_value=1, max_value=60),
)
def test_highlights_lie_in_the_text_and_the_text_in_the_field(body: str, query: str, length: int) -> None:
    found: Snippet = snippet(article("a", "", body), parse(query), ANALYSER, length=length)
    assert found.text == "".join(" " if character.isspace() else character for character in body[found.start :][: len(found.text)])
    assert len(found.text) <= length + length // 6
    assert "\n" not in found.text
    ends = [0, *(end for _, end in found.highlights)]
    assert all(previous <= start < end for previous, (start, end) in zip(ends, found.highlights, strict=False))
    assert ends[-1] <= len(found.text)
    assert found.cut_before == (found.start > 0)
