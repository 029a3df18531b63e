"""Dead letters processed again: through the pipeline into the embedded store, or back onto the topic they came from."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Protocol

import msgspec

from wirewatch.core.article import DeadLetter
from wirewatch.core.ingest.dead_letters import ATTEMPTS_HEADER, LETTER_HEADER
from wirewatch.core.ingest.identity import NoKey, article_key, enriched_key
from wirewatch.core.outcome import Rejected
from wirewatch.core.pipeline import Pipeline
from wirewatch.ports.broker import Delivery, MessageTooLarge, Publisher
from wirewatch.ports.signals import Clock
from wirewatch.ports.store import DeadLetterBox, EmbeddedStore

_BATCH = 100
_BATCH_BYTES = 32 << 20
_WAIT_SECONDS = 600.0


@dataclass(kw_only=True)
class Replayed:
    """``kept`` letters, each with the reason why it stays."""

    replayed: int = 0
    kept: dict[str, str] = field(default_factory=dict)


class Replay(Protocol):
    """A way to replay letters; ``done`` says what has become of those that were."""

    @property
    def done(self) -> str: ...

    def run(self, letters: Iterable[DeadLetter]) -> Replayed: ...


class EmbeddedReplay:
    """Processes letters here and now; one that fails again stays, with its new reason."""

    done = "are articles now"

    def __init__(self, *, pipeline: Pipeline, store: EmbeddedStore, clock: Clock) -> None:
        self._pipeline = pipeline
        self._store = store
        self._clock = clock

    def run(self, letters: Iterable[DeadLetter]) -> Replayed:
        """Replay letters. Raises the store's errors."""
        summary = Replayed()
        for letter in letters:
            outcome = self._pipeline.process(letter.raw, now=self._clock())
            if isinstance(outcome, Rejected):
                again = msgspec.structs.replace(letter, reason=outcome.reason, detail=outcome.detail, attempts=letter.attempts + 1)
                self._store.dead_letters.put([again])
                summary.kept[letter.id] = f"{outcome.reason}: {outcome.detail}"
            else:
                # The article first: killed in between, the letter is replayed again and the article is a duplicate.
                self._store.put([outcome])
                self._store.dead_letters.remove([letter.id])
                summary.replayed += 1
        return summary


class StreamReplay:
    """Sends letters back to their topics. Once the broker has a message, its letter is removed.

    A message that fails again becomes a letter of its own, by its new place: it must not get the old one's id, since that one's removal
    could come after it. Killed in between, letters are sent again: the article's id tells the store that it is the same one.
    """

    done = "are on their topics again, and the workers take them from there"

    def __init__(self, *, publisher: Publisher, box: DeadLetterBox, topic_of: Callable[[str], str], enriched: str) -> None:
        """``topic_of`` gives the topic that an origin's letters go to; to the topic ``enriched`` they go by their id."""
        self._publisher = publisher
        self._box = box
        self._topic_of = topic_of
        self._enriched = enriched

    def run(self, letters: Iterable[DeadLetter]) -> Replayed:
        """Replay letters. Raises Unavailable, Refused."""
        summary = Replayed()
        sent: list[tuple[str, Delivery]] = []
        size = 0
        for letter in letters:
            try:
                sent.append((letter.id, self._send(letter)))
            except MessageTooLarge as error:
                summary.kept[letter.id] = f"too large: {error}"
            size += len(letter.raw)
            if len(sent) >= _BATCH or size >= _BATCH_BYTES:
                summary.replayed += self._remove(sent)
                sent, size = [], 0
        summary.replayed += self._remove(sent)
        return summary

    def _send(self, letter: DeadLetter) -> Delivery:
        topic = self._topic_of(letter.origin.topic)
        try:
            key = (enriched_key if topic == self._enriched else article_key)(letter.raw)
        except NoKey:
            key = None
        headers = ((LETTER_HEADER, letter.id.encode()), (ATTEMPTS_HEADER, str(letter.attempts).encode()))
        return self._publisher.publish(topic, letter.raw, key=key, headers=headers)

    def _remove(self, sent: list[tuple[str, Delivery]]) -> int:
        for _, delivery in sent:
            while not delivery.confirmed(_WAIT_SECONDS):
                pass
        self._box.remove([letter_id for letter_id, _ in sent])
        return len(sent)
