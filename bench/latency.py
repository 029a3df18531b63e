"""How long an article takes from its producer to being found, while the workers have half of what they can do.

What they can do is measured first, in the same run. An article's time ends when a search finds it. Every fifth of a second one is made that
asks for a sample, one article in twenty, since it shares the cores with what is measured.
"""

import statistics
import threading
import time
from collections.abc import Iterator
from pathlib import Path

from bench.engines import Engines, engines, send, wait
from bench.stream import Ours
from bench.texts import Text, header, load_texts, messages, row
from wirewatch.core.ingest.identity import article_id

_WARM, _SECONDS = 4_000, 90.0
_POLL_SECONDS = 0.2
_OVERLAP_NS = 5 * 10**9
_SAMPLE, _SOURCE, _SAMPLED = 20, b'bench.example", "pub', b'sample.example", "pub'
_LONGEST_SECONDS = 300.0
_PREFIX = "latency-"


def measure(articles: Path | None) -> None:
    """Print the percentiles."""
    texts = load_texts(articles)
    with engines() as found, found.installation(_PREFIX) as stream:
        ours = Ours(stream, workers=1, processes=1)
        topic = f"{_PREFIX}articles"
        send(stream.servers, topic, (raw for raw, _ in messages(texts, _WARM)))
        wait(lambda: found.searchable(_PREFIX) > 0, _LONGEST_SECONDS, "the first articles")
        first, begin = found.searchable(_PREFIX), time.monotonic()
        wait(lambda: found.searchable(_PREFIX) >= _WARM, _LONGEST_SECONDS, "all articles")
        most = (_WARM - first) / (time.monotonic() - begin)
        header("load", "articles/s", "p50, s", "p90, s", "p99, s", "worst, s", "until it is stored, mean, s")
        for name, share in (("a tenth", 0.1), ("half", 0.5)):
            before = _stored(ours)
            delays = sorted(_delays(found, stream.servers, texts, most * share))
            seconds, count = (now - then for now, then in zip(_stored(ours), before, strict=True))
            shares = statistics.quantiles(delays, n=100)
            row(name, f"{most * share:,.0f}", shares[49], shares[89], shares[98], delays[-1], seconds / count)


def _stored(ours: Ours) -> tuple[float, float]:
    """Seconds until articles were stored, and how many they were, by the index worker's own metrics."""
    metrics = ours.index[0].metrics()
    return metrics["wirewatch_article_delay_seconds_sum"], metrics["wirewatch_article_delay_seconds_count"]


def _delays(found: Engines, servers: str, texts: list[Text], each_second: float) -> list[float]:
    """Seconds of each article, by polling what was stored lately."""
    total, start = int(each_second * _SECONDS), found.searchable(_PREFIX)
    sent: dict[str, float] = {}

    def numbered() -> Iterator[bytes]:
        for number, (raw, _) in enumerate(messages(texts, total, start=start), start):
            if number % _SAMPLE:
                yield raw
            else:
                sent[article_id(url=f"https://bench.example/{number}", source=None, guid=None, title="", body="")] = time.monotonic()
                yield raw.replace(_SOURCE, _SAMPLED)

    sender = threading.Thread(target=send, args=(servers, f"{_PREFIX}articles", numbered()), kwargs={"each_second": each_second})
    sender.start()
    seen: dict[str, float] = {}
    newest = time.time_ns()
    ends = time.monotonic() + _SECONDS + _LONGEST_SECONDS
    while sender.is_alive() or len(seen) < len(sent):
        if time.monotonic() > ends:
            raise TimeoutError(f"{len(sent) - len(seen)} articles were never found")
        # What is stored later may be seen earlier, by so much at most.
        for name, stored_at in _lately(found, newest - _OVERLAP_NS):
            newest = max(newest, stored_at)
            if name in sent:
                seen.setdefault(name, time.monotonic())
        time.sleep(_POLL_SECONDS)
    return [seen[name] - sent[name] for name in sent]


def _lately(found: Engines, since: int) -> list[tuple[str, int]]:
    """Ids of the sampled articles that were stored after a time in nanoseconds, and when they were."""
    answer = found.client.search(
        index=f"{_PREFIX}articles-*",
        size=5_000,
        query={"bool": {"filter": [{"term": {"source": "sample.example"}}, {"range": {"search.stored_at": {"gte": since}}}]}},
        # Kept in columns: to read whole documents would take the server's time from what is measured.
        stored_fields="_none_",
        docvalue_fields=[{"field": "id"}, {"field": "search.stored_at"}],
        track_total_hits=False,
    )
    return [(hit["fields"]["id"][0], hit["fields"]["search.stored_at"][0]) for hit in answer["hits"]["hits"]]
