"""The index worker: enriched articles into the store."""

import asyncio
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

import msgspec

from wirewatch.core.article import EnrichedArticle
from wirewatch.core.outcome import Reason, Rejected
from wirewatch.metrics import Metrics
from wirewatch.ports.broker import Message
from wirewatch.ports.signals import Clock
from wirewatch.ports.store import ArticleStore, PutResult
from wirewatch.runtime.delivery import TOMBSTONE, Sender
from wirewatch.runtime.in_flight import BatchLimits

_decoder = msgspec.json.Decoder(EnrichedArticle)


class IndexHandler:
    """A Handler: puts articles into the store. The store tries again by itself for as long as it can't be reached."""

    limits = BatchLimits(messages=500, value_bytes=8_388_608, linger_seconds=0.2)
    concurrency = 2

    def __init__(self, store: ArticleStore, sender: Sender, metrics: Metrics, *, clock: Clock) -> None:
        """``store`` is used in several threads at once."""
        self._store = store
        self._sender = sender
        self._metrics = metrics
        self._clock = clock
        self._threads = ThreadPoolExecutor(self.concurrency, thread_name_prefix="store")

    async def process(self, messages: Sequence[Message]) -> Sequence[str]:
        decoded = [decode(message) for message in messages]
        articles = [article for article in decoded if isinstance(article, EnrichedArticle)]
        begin = time.perf_counter()
        results: Iterator[PutResult | Rejected] = iter(())
        if articles:
            results = iter(await asyncio.get_running_loop().run_in_executor(self._threads, self._store.put, articles))
        self._metrics.count_stages({"store": time.perf_counter() - begin})
        outcomes = [next(results) if isinstance(article, EnrichedArticle) else article for article in decoded]
        self._observe(article for article, outcome in zip(decoded, outcomes, strict=True) if outcome is PutResult.INDEXED)
        return await asyncio.gather(*map(self._finish, messages, outcomes))

    def close(self) -> None:
        """Start no put any more."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def _finish(self, message: Message, outcome: PutResult | Rejected) -> str:
        if isinstance(outcome, PutResult):
            self._sender.accepted()
            return outcome
        await self._sender.dead_letter(message, outcome)
        return "rejected"

    def _observe(self, indexed: Iterator[EnrichedArticle | Rejected]) -> None:
        now = self._clock()
        for article in indexed:
            if isinstance(article, EnrichedArticle):
                self._metrics.last_indexed.set(now.timestamp())
                if not article.backfill:
                    self._metrics.article_delay.observe(max(0.0, (now - article.first_seen_at).total_seconds()))


def decode(message: Message) -> EnrichedArticle | Rejected:
    """The enriched article of a message."""
    if message.value is None:
        return TOMBSTONE
    try:
        return _decoder.decode(message.value)
    except msgspec.ValidationError as error:
        return Rejected(Reason.WRONG_TYPE, str(error))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        return Rejected(Reason.INVALID_JSON, str(error))
