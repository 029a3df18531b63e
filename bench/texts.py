"""The texts that are measured on, and how time is taken."""

import json
import resource
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from wirewatch.bootstrap.jobs import DEMO_ARTICLES

REAL = Path(__file__).parents[2] / "shared" / "data" / "news" / "articles_en_2019.jsonl"


@dataclass(frozen=True)
class Text:
    """An article as a source has it."""

    title: str
    body: str
    language: str

    def message(self, number: int) -> bytes:
        """As article.v1, with a URL of its own."""
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
        """Words between spaces."""
        return len(self.title.split()) + len(self.body.split())


def load_texts(file: Path | None) -> list[Text]:
    """Real articles from ``file``, else those of the demo."""
    return list(_texts(file or DEMO_ARTICLES))


def _texts(file: Path) -> Iterator[Text]:
    for line in file.read_text(encoding="utf-8").splitlines():
        try:
            row = json.loads(line)
        except ValueError:  # the demo has a broken line on purpose
            continue
        yield Text(row.get("title") or "", row.get("text") or row.get("body") or "", row.get("language") or "")


def messages(texts: list[Text], count: int, *, start: int = 0) -> Iterator[tuple[bytes, int]]:
    """``count`` messages, each with its number of words, going round the texts; no two have the same URL."""
    words = [text.words for text in texts]
    for number in range(start, start + count):
        at = number % len(texts)
        yield texts[at].message(number), words[at]


def seconds(job: Callable[[], object]) -> float:
    """Wall time of one call."""
    begin = time.perf_counter()
    job()
    return time.perf_counter() - begin


def best(job: Callable[[], object], rounds: int = 3) -> float:
    """The least of some rounds: what other processes took is no property of the job."""
    return min(seconds(job) for _ in range(rounds))


def resident_mib() -> float:
    """Memory resident now, in MiB."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * resource.getpagesize() / 2**20


def row(*cells: object) -> None:
    """Print a line of a Markdown table."""
    print("| " + " | ".join(f"{cell:,.2f}" if isinstance(cell, float) else str(cell) for cell in cells) + " |")


def header(*cells: str) -> None:
    """Print the first lines of a Markdown table."""
    row(*cells)
    print("|" + "---|" * len(cells))
