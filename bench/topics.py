"""Topics on graded texts: 2 about it, 1 in passing or borderline (counts neither way), 0 not about it."""

import json
from pathlib import Path

from bench.texts import REAL, header, row
from wirewatch import bootstrap
from wirewatch.core.document import Document
from wirewatch.settings import Settings

_GRADED = ("sanctions", "arms", "summit")


def measure(articles: Path | None) -> None:
    """Print precision, recall and F1 for each graded file there is: the news articles, and the sentences beside them."""
    del articles
    files = [REAL, *sorted((REAL.parents[1] / "topics").glob("sentences_*.jsonl"))]
    if not REAL.exists():
        print("needs ../shared/data")
        return
    tagger = bootstrap.build_taggers(Settings()).topics
    header("file", "topic", "about it", "precision", "recall", "F1", "missed")
    for file in files:
        rows = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
        tags = [
            {topic.id for topic in tagger.tag(Document.of(title=r.get("title", ""), body=r["text"], language=r["language"]))} for r in rows
        ]
        for topic in _GRADED:
            good = sum(r[topic] == 2 and topic in t for r, t in zip(rows, tags, strict=True))
            wrong = sum(r[topic] == 0 and topic in t for r, t in zip(rows, tags, strict=True))
            missed = [r["id"].rpartition("/")[2] for r, t in zip(rows, tags, strict=True) if r[topic] == 2 and topic not in t]
            precision, recall = 100 * good / max(good + wrong, 1), 100 * good / max(good + len(missed), 1)
            f1 = 200 * good / max(2 * good + wrong + len(missed), 1)
            row(file.name, topic, good + len(missed), precision, recall, f1, " ".join(missed[:8]) or "–")
