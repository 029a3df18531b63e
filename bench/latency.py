"""How long it takes from the producer until a search finds an article, with a tenth and with half of the workers' capacity used.

The capacity is measured first, in the same run. A search every fifth of a second looks for a sample, one article in twenty, because it
shares the cores with the workers.
"""

import statistics
import threading
import time
from collections.abc import Iterator
from pathlib import Path

from bench.engines import Engines, engines, send, wait
from bench.figures import header, row
from bench.stream import Ours
from bench.texts import Text, load_texts, messages
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
    """Return the sum of seconds until articles were stored, and their number, from the index worker's metrics."""
    metrics = ours.index[0].metrics()
    return metrics["wirewatch_article_delay_seconds_sum"], metrics["wirewatch_article_delay_seconds_count"]


def _delays(found: Engines, servers: str, texts: list[Text], each_second: float) -> list[float]:
    """Return each sampled article's seconds until it was found, by polling for what was stored recently."""
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
        # An article that was stored later may be found earlier; the overlap is for these.
        for name, stored_at in _recent(found, newest - _OVERLAP_NS):
            newest = max(newest, stored_at)
            if name in sent:
                seen.setdefault(name, time.monotonic())
        time.sleep(_POLL_SECONDS)
    return [seen[name] - sent[name] for name in sent]


def _recent(found: Engines, since: int) -> list[tuple[str, int]]:
    """Return the ids of sampled articles that were stored after ``since``, and when they were stored; both are in nanoseconds."""
    answer = found.client.search(
        index=f"{_PREFIX}articles-*",
        size=5_000,
        query={"bool": {"filter": [{"term": {"source": "sample.example"}}, {"range": {"search.stored_at": {"gte": since}}}]}},
        # These are in columns: reading whole documents would take more of the server's time.
        stored_fields="_none_",
        docvalue_fields=[{"field": "id"}, {"field": "search.stored_at"}],
        track_total_hits=False,
    )
    return [(hit["fields"]["id"][0], hit["fields"]["search.stored_at"][0]) for hit in answer["hits"]["hits"]]
