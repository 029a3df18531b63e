"""What a newsroom checks first: sample articles in which every name is marked, and one name in all its spellings."""

import json
from collections import defaultdict
from datetime import UTC, datetime

import pytest
from tests.support.marked_articles import MISSING, MarkedArticle, Place, Score, read_articles, read_sentences

from wirewatch.bootstrap.taggers import Taggers, build_pipeline, build_taggers
from wirewatch.core.article import EnrichedArticle
from wirewatch.settings import Settings

JUDGED = ("de", "en", "fr", "es", "ru")
OTHERS = read_articles("others.txt")
SPELLINGS = read_sentences("spellings.txt")
NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def taggers() -> Taggers:
    return build_taggers(Settings(name_models=True))


@pytest.mark.parametrize("language", JUDGED)
def test_the_names_of_sample_articles_are_found_and_linked(taggers: Taggers, language: str) -> None:
    score = Score()
    for article in read_articles(f"{language}.txt"):
        assert article.document.language == language
        score.add(article, taggers.entities.tag(article.document))

    told = "\n".join((str(score), *score.misses))
    assert score.found >= 95, told
    assert score.linked >= 90, told


@pytest.mark.parametrize("language", JUDGED)
def test_sample_articles_are_like_those_of_an_agency(language: str) -> None:
    articles = read_articles(f"{language}.txt")

    assert len(articles) == 6
    for article in articles:
        title, body = (field.text for field in article.document.fields)
        assert len(title) < 100
        assert 130 <= len(body.split()) <= 260, title
        assert len(article.marks) >= 25, title


@pytest.mark.parametrize("sentence", SPELLINGS, ids=lambda sentence: next(iter(sentence.marks.values())).text)
def test_each_spelling_of_a_name_has_the_same_id(taggers: Taggers, sentence: MarkedArticle) -> None:
    ((place, mark),) = sentence.marks.items()
    entities = taggers.entities.tag(sentence.document)

    assert [entity.id for entity in entities if any(Place(at.field, at.start, at.end) == place for at in entity.mentions)] == [mark.id]


def test_names_stand_in_five_spellings_or_more() -> None:
    spellings = defaultdict(set)
    for sentence in SPELLINGS:
        (mark,) = sentence.marks.values()
        spellings[mark.id].add(mark.text)

    assert len(spellings) >= 12
    assert {key: texts for key, texts in spellings.items() if len(texts) < 5} == {}


@pytest.mark.parametrize(
    "article", [read_articles(f"{language}.txt")[0] for language in JUDGED] + OTHERS, ids=lambda article: article.document.language
)
def test_articles_in_many_languages_go_all_the_way(taggers: Taggers, article: MarkedArticle) -> None:
    """Known names are found in each, though only some languages have a model. The language is told by the text alone."""
    title, body = (field.text for field in article.document.fields)
    outcome = build_pipeline(Settings(), taggers).process(json.dumps({"title": title, "body": body}).encode(), now=NOW)

    assert isinstance(outcome, EnrichedArticle)
    assert (outcome.title, outcome.body, outcome.language.code) == (title, body, article.document.language)
    found = {(entity.id, mention.text) for entity in outcome.entities for mention in entity.mentions}
    known = {(mark.id, mark.text) for mark in article.marks.values() if mark.id not in {None, MISSING} and mark.counts}
    assert known - found == set()


def test_one_article_in_each_language_and_one_in_mixed_alphabets() -> None:
    languages = [article.document.language for article in OTHERS]

    assert languages == ["pt", "it", "uk", "pl", "ar", "tr", "nl", "de"]
    assert all(len(article.document.fields[1].text.split()) >= 60 for article in OTHERS)
