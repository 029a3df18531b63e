"""How fast the whole path is, from bytes to committed rows, compared with spaCy's tokenizer and PhraseMatcher with 50,000 names."""

import random
import tempfile
from collections.abc import Iterator
from pathlib import Path
from threading import Event

import spacy
from ops.train.data import ROOT
from spacy.language import Language
from spacy.matcher import PhraseMatcher

from bench.figures import header, row, seconds
from bench.languages import sentences
from bench.texts import Text, load_texts, messages
from wirewatch.bootstrap.jobs import build_run
from wirewatch.bootstrap.serving import build_metrics
from wirewatch.bootstrap.stores import open_sqlite
from wirewatch.bootstrap.taggers import Taggers, build_taggers
from wirewatch.core.article import Checkpoint
from wirewatch.ports.source import Record
from wirewatch.settings import Settings

_ARTICLES = 5_000
_NAMES = 50_000
_SENTENCES = 20


class Listed:
    """A source with all its messages in memory."""

    name = "bench"
    total = None

    def __init__(self, raws: list[bytes]) -> None:
        self._raws = raws

    def records(self, after: Checkpoint | None) -> Iterator[Record]:
        """Return all records."""
        del after
        return (Record(raw, number, number + 1) for number, raw in enumerate(self._raws))

    def checkpoint(self, position: int) -> Checkpoint:
        """Return the checkpoint of a position."""
        return Checkpoint(source=self.name, position=position)


def phrase_matcher(texts: list[Text]) -> tuple[Language, PhraseMatcher]:
    """Return spaCy's tokenizer and a matcher with 50,000 made-up names of one to three words of the texts."""
    vocabulary = sorted({word for text in texts for word in text.body.split()})
    chance = random.Random(1)
    nlp = spacy.blank("en")
    matcher = PhraseMatcher(nlp.vocab)
    names = (" ".join(chance.choices(vocabulary, k=chance.choice((1, 2, 2, 3)))) for _ in range(_NAMES))
    matcher.add("NAME", [nlp.make_doc(name) for name in names])
    return nlp, matcher


def run_embedded(raws: list[bytes], folder: Path, taggers: Taggers) -> dict[str, float]:
    """Run the messages into a new store; return the seconds of each stage, and of all."""
    settings = Settings(database=folder / "bench.db")
    store = open_sqlite(settings)
    metrics = build_metrics(taggers)
    worker = build_run(settings, taggers=taggers, store=store, metrics=metrics, progress=None, stop=Event())
    whole = seconds(lambda: worker.run([Listed(raws)]))
    store.close()
    return {**worker.summary.stage_seconds, "all": whole}


def once(folder: Path) -> list[Text]:
    """Return German articles of twenty sentences each (GermEval 2014). No sentence comes twice, so caches don't help."""
    found = list(sentences(folder / "germeval2014" / "train.tsv.gz"))
    return [Text("", " ".join(found[at : at + _SENTENCES]), "de") for at in range(0, len(found), _SENTENCES)]


def measure(articles: Path | None) -> None:
    """Print words a second of both, on texts that are repeated and on texts that come once, and where the path's time goes."""
    taggers = build_taggers(Settings(name_models=False))
    taggers.identify("The model is loaded with the first text, so load it before the time is taken.")
    header("texts", "what", "words/s", "ratio")
    news = load_texts(articles)
    runs = {"news": _compare("news, repeated", news, list(messages(news, _ARTICLES)), taggers)}
    if ROOT.exists():
        german = once(ROOT)
        runs["German"] = _compare("German, each once", german, list(messages(german, len(german))), taggers)
    print("\nµs a word:\n")
    header("stage", *runs)
    for stage in runs["news"]:
        row(stage, *(run[stage] for run in runs.values()))


def _compare(name: str, texts: list[Text], rows: list[tuple[bytes, int]], taggers: Taggers) -> dict[str, float]:
    """Print a row for each, after one run over all messages; return the path's microseconds a word in each stage."""
    words = sum(count for _, count in rows)
    nlp, matcher = phrase_matcher(texts)
    bodies = [f"{text.title}\n{text.body}" for text in texts]
    peer = words / seconds(lambda: [matcher(nlp.make_doc(bodies[number % len(bodies)])) for number in range(len(rows))])
    with tempfile.TemporaryDirectory() as folder:
        stages = run_embedded([raw for raw, _ in rows], Path(folder), taggers)
    ours = words / stages["all"]
    row(name, "spaCy tokenizer + PhraseMatcher, 50,000 names", f"{peer:,.0f}", 1.0)
    row(name, f"whole path into SQLite, {len(taggers.gazetteer.entities):,} entities", f"{ours:,.0f}", ours / peer)
    return {stage: 1e6 * spent / words for stage, spent in stages.items()}
