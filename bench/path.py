"""The whole path, bytes to committed rows, beside spaCy's tokenizer and PhraseMatcher alone with 50,000 names, on the same texts."""

import random
import tempfile
from collections.abc import Iterator
from pathlib import Path
from threading import Event

import spacy
from spacy.language import Language
from spacy.matcher import PhraseMatcher

from bench.languages import NER, sentences
from bench.texts import Text, header, load_texts, messages, row, seconds
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
    """A source that has its messages in memory."""

    name = "bench"
    total = None

    def __init__(self, raws: list[bytes]) -> None:
        self._raws = raws

    def records(self, after: Checkpoint | None) -> Iterator[Record]:
        """All of them."""
        del after
        return (Record(raw, number, number + 1) for number, raw in enumerate(self._raws))

    def checkpoint(self, position: int) -> Checkpoint:
        """Where it stands."""
        return Checkpoint(source=self.name, position=position)


def phrase_matcher(texts: list[Text]) -> tuple[Language, PhraseMatcher]:
    """SpaCy's matcher with 50,000 made-up names of one to three words of the texts."""
    vocabulary = sorted({word for text in texts for word in text.body.split()})
    chance = random.Random(1)
    nlp = spacy.blank("en")
    matcher = PhraseMatcher(nlp.vocab)
    names = (" ".join(chance.choices(vocabulary, k=chance.choice((1, 2, 2, 3)))) for _ in range(_NAMES))
    matcher.add("NAME", [nlp.make_doc(name) for name in names])
    return nlp, matcher


def run_embedded(raws: list[bytes], folder: Path, taggers: Taggers) -> dict[str, float]:
    """Run the messages into a new store; seconds of each stage, and of all."""
    settings = Settings(database=folder / "bench.db")
    store = open_sqlite(settings)
    metrics = build_metrics(taggers)
    worker = build_run(settings, taggers=taggers, store=store, metrics=metrics, progress=None, stop=Event())
    whole = seconds(lambda: worker.run([Listed(raws)]))
    store.close()
    return {**worker.summary.stage_seconds, "all": whole}


def once(folder: Path) -> list[Text]:
    """German articles of twenty sentences each (GermEval 2014), none of which comes twice: caches don't help."""
    found = list(sentences(folder / "germeval2014" / "train.tsv.gz"))
    return [Text("", " ".join(found[at : at + _SENTENCES]), "de") for at in range(0, len(found), _SENTENCES)]


def measure(articles: Path | None) -> None:
    """Print words a second of both, on texts repeated and on texts met once, and where the path's time goes."""
    taggers = build_taggers(Settings(name_models=False))
    taggers.identify("The model is loaded with the first text, which is no matter of throughput.")
    header("texts", "what", "words/s", "ratio")
    news = load_texts(articles)
    runs = {"news": _compare("news, repeated", news, list(messages(news, _ARTICLES)), taggers)}
    if NER.exists():
        german = once(NER)
        runs["German"] = _compare("German, each once", german, list(messages(german, len(german))), taggers)
    print("\nµs a word:\n")
    header("stage", *runs)
    for stage in runs["news"]:
        row(stage, *(run[stage] for run in runs.values()))


def _compare(name: str, texts: list[Text], rows: list[tuple[bytes, int]], taggers: Taggers) -> dict[str, float]:
    """Print a line of each; both take all messages once. Microseconds a word of each stage."""
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
