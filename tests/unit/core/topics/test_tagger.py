"""How topics are found: term syntax, contexts, scores, explanations."""

import sys
from types import FrameType

import pytest
from tests.unit.data.test_shipped_topics import rules, shipped

from wirewatch.adapters.aho_corasick import AutomatonMatcher
from wirewatch.core.text.document import Document
from wirewatch.core.topics.rules import Context, LanguageRules, Term, TopicRule, parse_term, topics_version
from wirewatch.core.topics.tagger import TopicTagger


def document(body: str, *, title: str = "", language: str = "en") -> Document:
    return Document.of(title=title, body=body, language=language)


def one(*terms: Term, exceptions: tuple[str, ...] = (), title_boost: float = 2.0) -> TopicTagger:
    rule = TopicRule(id="t", labels={}, languages={"en": LanguageRules(terms, exceptions)}, title_boost=title_boost)
    return TopicTagger((rule,), AutomatonMatcher)


def phrases(tagger: TopicTagger, body: str, *, title: str = "") -> list[str]:
    return [item.phrase for topic in tagger.tag(document(body, title=title)) for item in topic.evidence]


@pytest.mark.parametrize(
    ("term", "text", "found"),
    [
        ("arms", "Arms and men", ["Arms"]),
        ("arms", "alarms, armsful", []),
        ("arm*", "alarms, armsful", ["armsful"]),
        ("*arms", "alarms, armsful", ["alarms"]),
        ("*arms*", "alarmsome", ["alarmsome"]),
        ("arms race", "an arms-race", ["arms-race"]),
        ("arms race", "arms and a race", []),
        ("u s sanctions", "the U.S. sanctions", ["U.S. sanctions"]),
        ("freez* the asset*", "freezing the assets", ["freezing the assets"]),
        ("*zen the as*", "frozen the\nassets", ["frozen the\nassets"]),
        ("*zen the as*", "frozen, the assets", []),
        ("élysée", "in the Elysee", ["Elysee"]),
        ("summit", "summit", ["summit"]),
    ],
)
def test_term_syntax(term: str, text: str, found: list[str]) -> None:
    assert phrases(one(Term(term)), text) == found


def test_german_spellings() -> None:
    assert {words[0].literal for words in parse_term("Rüstungs*", "de")} == {"rustungs", "ruestungs"}
    assert {words[0].literal for words in parse_term("Außenhandel", "de")} == {"außenhandel", "aussenhandel"}
    assert {words[0].literal for words in parse_term("über", "pl")} == {"uber"}


@pytest.mark.parametrize(
    ("term", "fault"),
    [
        ("", "empty"),
        ("  ", "empty"),
        ("*", "no letter"),
        ("a*b", "star"),
        ("**ab", "star"),
        ("ab*", "short"),
        ("*abc*", "short"),
        ("–", "no letter"),
    ],
)
def test_a_bad_term_says_what_is_wrong(term: str, fault: str) -> None:
    with pytest.raises(ValueError, match=fault):
        parse_term(term, "en")


def test_evidence_holds_offsets_of_the_text_as_written() -> None:
    text = "“Élan” – the E.U. froze Çelik’s assets"
    (topic,) = one(Term("asset*")).tag(document(text, title="Assets"))
    assert [(item.field, text[item.start : item.end] if item.field == "body" else item.phrase) for item in topic.evidence] == [
        ("title", "Assets"),
        ("body", "assets"),
    ]
    assert [item.weight for item in topic.evidence] == [2.0, 1.0]
    assert topic.evidence[0].term == "asset*"


def test_the_longest_of_overlapping_terms_counts_and_only_once() -> None:
    tagger = one(Term("arms"), Term("arms race", weight=2), Term("*arms"))
    (topic,) = tagger.tag(document("the arms race"))
    assert [(item.phrase, item.weight) for item in topic.evidence] == [("arms race", 2.0)]
    assert topic.score == 2


def test_a_term_whose_context_fits_wins_over_one_as_long_whose_does_not() -> None:
    tagger = one(Term("tank*", near=Context(("army",), "en")), Term("tanks", weight=1))
    assert phrases(tagger, "tanks rolled") == ["tanks"]


def test_exceptions_hide_what_they_cover_but_not_what_is_longer() -> None:
    tagger = one(Term("arms"), Term("coat of arms dealer"), exceptions=("coat of arms",))
    assert phrases(tagger, "a coat of arms") == []
    assert phrases(tagger, "a coat of arms dealer") == ["coat of arms dealer"]
    assert phrases(tagger, "a coat of arms, and arms") == ["arms"]


def test_near_and_unless_look_at_so_many_words_on_either_side() -> None:
    near = one(Term("tank", near=Context(("army",), "en"), within=2))
    assert phrases(near, "the army lost its tank") == []
    assert phrases(near, "the army lost tank") == ["tank"]
    assert phrases(near, "tank of army") == ["tank"]
    unless = one(Term("tank", unless=Context(("fish", "think*"), "en"), within=2))
    assert phrases(unless, "a fish tank") == []
    assert phrases(unless, "a tank for thinkers") == []
    assert phrases(unless, "fish eat near a tank") == ["tank"]


def test_a_phrase_is_no_context_if_the_term_stands_in_its_middle() -> None:
    tagger = one(Term("big", near=Context(("white house",), "en")))
    assert phrases(tagger, "white big house") == []
    assert phrases(tagger, "big white house") == ["big"]


def test_a_title_finds_its_context_in_the_lead() -> None:
    tagger = one(Term("summit", near=Context(("leaders",), "en")))
    assert phrases(tagger, "The leaders met for hours and went home again", title="Summit fails") == ["Summit"]
    assert phrases(tagger, "Nobody met", title="Summit fails") == []


def test_one_sense_in_one_text() -> None:
    tagger = one(Term("summit", unless=Context(("snow",), "en"), within=3))
    mountain = "The summit in snow. Snow on the summit. They left for home at noon and saw the summit."
    assert phrases(tagger, mountain) == []
    reasons = [item["reason"] for item in tagger.explain(document(mountain)).dropped]
    assert reasons == ["near 'snow', in another sense", "near 'snow', in another sense", "in another sense elsewhere in the text"]


def test_a_mention_in_passing_does_not_tag_a_long_article() -> None:
    filler = "The council talked about the town hall roof and the price of bread. " * 40
    tagger = shipped()
    passing = document(f"{filler} One speaker mentioned economic sanctions. {filler}", title="Council meets")
    assert tagger.tag(passing) == ()
    about = document(
        f"New economic sanctions take effect today. {filler} The sanctions hit banks. {filler}", title="EU sanctions hit banks"
    )
    assert [topic.id for topic in tagger.tag(about)] == ["sanctions"]


def test_title_and_lead_count_more_and_repetition_less_and_less() -> None:
    filler = "bread and butter " * 200
    tagger = one(Term("treaty"))

    def score(body: str, title: str = "x") -> float:
        explained = tagger.explain(document(body, title=title))
        return explained.topics[0].score if explained.topics else float(explained.dropped[0]["reason"].split()[2].rstrip(","))

    late = score(f"{filler} treaty")
    assert score(f"treaty {filler}") > late
    assert score(filler, title="Treaty") > score(f"treaty {filler}")
    twice, thrice = score(f"{filler} treaty treaty"), score(f"{filler} treaty treaty treaty")
    assert late < twice < 2 * late
    assert thrice - twice < twice - late


def test_score_is_one_at_the_threshold() -> None:
    rule = TopicRule(id="t", labels={}, languages={"en": LanguageRules((Term("war", weight=2), Term("truce", weight=1)))}, threshold=3)
    tagger = TopicTagger((rule,), AutomatonMatcher)
    assert tagger.tag(document("war")) == ()
    (topic,) = tagger.tag(document("war and truce"))
    assert topic.score == 1


def test_topics_are_ordered_by_score() -> None:
    text = "Arms exports, arms sales and missiles: the arms embargo is lifted."
    topics = shipped().tag(document(text))
    assert [topic.id for topic in topics][:2] == ["arms", "sanctions"]
    assert topics[0].score > topics[1].score


@pytest.mark.parametrize("language", ["und", "nl", "ja"])
def test_a_language_without_rules_gets_no_topics(language: str) -> None:
    assert shipped().tag(document("EU sanctions Gipfel Waffen санкции", language=language)) == ()


def test_nothing_in_nothing_out() -> None:
    assert shipped().tag(document("")) == ()
    assert TopicTagger((), AutomatonMatcher).tag(document("war")) == ()


def test_explain_tells_what_was_not_taken_and_why() -> None:
    text = "The army wants arms control; she took it in her arms."
    explained = one(Term("arms control"), Term("arms"), exceptions=("in her arms",)).explain(document(text))
    assert [topic.id for topic in explained.topics] == ["t"]
    (dropped,) = explained.dropped
    assert text[dropped["start"] : dropped["end"]] == dropped["text"] == "arms"
    assert (dropped["field"], dropped["what"]) == ("body", "t")
    assert dropped["reason"] == "part of 'in her arms', an exception of the rule"


def test_explain_shows_topics_under_their_threshold_and_missing_context() -> None:
    tagger = one(Term("ban", weight=0.4), Term("asset", near=Context(("frozen",), "en")))
    explained = tagger.explain(document("A ban on the asset"))
    assert explained.topics == ()
    assert {(item["text"], item["reason"]) for item in explained.dropped} == {
        ("ban", "topic scores 0.40, under 1"),
        ("asset", "without the words it needs within 8"),
    }


def test_version_changes_with_the_rules_and_not_with_their_order() -> None:
    first, second = rules()[:2]
    assert topics_version((first, second)) == topics_version((second, first))
    assert topics_version((first, second)) != topics_version((first,))
    other = TopicRule(id=first.id, labels=first.labels, languages=first.languages, threshold=first.threshold + 1)
    assert topics_version((other, second)) != topics_version((first, second))
    near = LanguageRules((Term("a", near=Context(("b",), "en")),))
    far = LanguageRules((Term("a", near=Context(("c",), "en")),))
    versions = {topics_version((TopicRule(id="t", labels={}, languages={"en": own}),)) for own in (near, far)}
    assert len(versions) == 2


def test_version_does_not_depend_on_what_was_tagged() -> None:
    rule = TopicRule(id="t", labels={}, languages={"en": LanguageRules((Term("a", near=Context(("b",), "en")),))})
    before = topics_version((rule,))
    TopicTagger((rule,), AutomatonMatcher).tag(document("a b"))
    assert topics_version((rule,)) == before


def test_work_grows_with_the_text_and_not_with_its_square() -> None:
    text = "Sin embargo, las armas y la cumbre. "

    def calls(times: int) -> int:
        long = document(text * times, language="es")
        counted = 0

        def count(_frame: FrameType, _event: str, _argument: object) -> None:
            nonlocal counted
            counted += 1

        sys.setprofile(count)
        try:
            shipped().tag(long)
        finally:
            sys.setprofile(None)
        return counted

    calls(10)
    # Sixteen times the text: 16 where the work is linear, 256 where it is quadratic.
    assert calls(3_200) < 20 * calls(200)
