"""The texts on which we measure."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from wirewatch.bootstrap.jobs import DEMO_ARTICLES

REAL = Path(__file__).parents[2] / "shared" / "data" / "news" / "articles_en_2019.jsonl"


@dataclass(frozen=True)
class Text:
    """An article as a source sends it."""

    title: str
    body: str
    language: str

    def message(self, number: int) -> bytes:
        """Return it as an article.v1, with the URL of this number."""
        fields = {
            "title": self.title,
            "body": self.body,
            "language": self.language,
            "url": f"https://bench.example/{number}",
            "source": "bench.example",
            "published_at": "2026-11-24T10:00:00Z",
        }
        return json.dumps(fields, ensure_ascii=False).encode()

    @property
    def words(self) -> int:
        """The number of words between spaces."""
        return len(self.title.split()) + len(self.body.split())


def load_texts(file: Path | None) -> list[Text]:
    """Return the articles in ``file`` (JSON lines), or by default those of the demo."""
    return list(_texts(file or DEMO_ARTICLES))


def _texts(file: Path) -> Iterator[Text]:
    for line in file.read_text(encoding="utf-8").splitlines():
        try:
            row = json.loads(line)
        except ValueError:  # the demo has a broken line on purpose
            continue
        yield Text(row.get("title") or "", row.get("text") or row.get("body") or "", row.get("language") or "")


def messages(texts: list[Text], count: int, *, start: int = 0) -> Iterator[tuple[bytes, int]]:
    """Yield ``count`` messages and their numbers of words, repeating the texts; each has a URL of its own, numbered from ``start``."""
    words = [text.words for text in texts]
    for number in range(start, start + count):
        at = number % len(texts)
        yield texts[at].message(number), words[at]
