"""How many names of our own sample articles (tests/marked), in which all are marked, are found and linked to the right id."""

from pathlib import Path

from tests.support.marked_articles import Score, read_articles

from bench.figures import header, row
from wirewatch.bootstrap.taggers import build_taggers
from wirewatch.settings import Settings

_LANGUAGES = ("de", "en", "fr", "es", "ru")


def measure(articles: Path | None) -> None:
    """Print the shares for each language, with models and without."""
    del articles
    header("language", "", "marked", "found, exact span and type, %", "of what is found right, %", "with an id", "linked to it, %")
    for models in (True, False):
        tagger = build_taggers(Settings(name_models=models)).entities
        for language in _LANGUAGES:
            score = Score()
            for article in read_articles(f"{language}.txt"):
                score.add(article, tagger.tag(article.document))
            counts = score.counts
            name = "with models" if models else "gazetteer alone"
            row(language, name, counts["marked"], score.found, score.precise, counts["with id"], score.linked)
