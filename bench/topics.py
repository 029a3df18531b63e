"""How good topics are on graded texts: 2 is about it, 1 in passing or borderline (it counts neither way), 0 not about it.

There are three kinds: real articles, sentences that are graded in ../shared/data, and sentences of the corpora of names that are graded in
graded_sentences.tsv. That file has no texts: a row has the name of a corpus and a hash of the sentence.
"""

import csv
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from ops.train.data import ROOT, joined, key_of, sentences_of

from bench.figures import header, row
from bench.texts import REAL
from wirewatch.bootstrap.taggers import build_taggers
from wirewatch.core.text.document import Document
from wirewatch.settings import Settings

_GRADED = ("sanctions", "arms", "summit")
_OURS = Path(__file__).with_name("graded_sentences.tsv")
_Rows = Sequence[Mapping[str, Any]]


def measure(articles: Path | None) -> None:
    """Print precision, recall and F1 of each topic for each set of texts."""
    del articles
    if not REAL.exists():
        print(f"{REAL} is missing; nothing is measured", file=sys.stderr)
        return
    tagger = build_taggers(Settings()).topics
    header("texts", "number", "topic", "about it", "precision", "recall", "F1", "missed")
    for name, rows in _sets():
        documents = (Document.of(title=r.get("title", ""), body=r["text"], language=r["language"]) for r in rows)
        tags = [{topic.id for topic in tagger.tag(document)} for document in documents]
        for topic in _GRADED:
            good = sum(r[topic] == 2 and topic in t for r, t in zip(rows, tags, strict=True))
            wrong = sum(r[topic] == 0 and topic in t for r, t in zip(rows, tags, strict=True))
            missed = [r["id"].rpartition("/")[2] for r, t in zip(rows, tags, strict=True) if r[topic] == 2 and topic not in t]
            if good + len(missed) == 0:
                continue
            precision, recall = 100 * good / max(good + wrong, 1), 100 * good / (good + len(missed))
            f1 = 200 * good / (2 * good + wrong + len(missed))
            row(name, len(rows), topic, good + len(missed), precision, recall, f1, " ".join(missed[:8]) or "–")


def _sets() -> Iterator[tuple[str, _Rows]]:
    for file in (REAL, *sorted((REAL.parents[1] / "topics").glob("sentences_*.jsonl"))):
        yield file.name, [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    ours = _ours()
    for language in sorted({r["language"] for r in ours}):
        yield f"{_OURS.name}, {language}", [r for r in ours if r["language"] == language]


def _ours() -> list[dict[str, Any]]:
    with _OURS.open(encoding="utf-8", newline="") as file:
        graded = {r["key"]: r for r in csv.DictReader(file, delimiter="\t", strict=True)}
    found = {}
    for corpus in sorted({r["corpus"] for r in graded.values()}):
        for tokens in sentences_of(ROOT / f"{corpus}.tsv.gz"):
            text, _ = joined([(token, "O") for token, _, _ in tokens])
            if (key := key_of(text)) in graded and key not in found:
                grades = {topic: int(graded[key][topic]) for topic in _GRADED}
                found[key] = {"id": key, "language": graded[key]["language"], "text": text} | grades
    return list(found.values())
