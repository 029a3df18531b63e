"""Dead letters in memory."""

from collections.abc import Sequence
from datetime import datetime

from wirewatch.core.article import DeadLetter


class MemoryDeadLetters:
    """A DeadLetterBox that forgets everything when the process ends."""

    def __init__(self) -> None:
        self._letters: dict[str, DeadLetter] = {}

    def put(self, letters: Sequence[DeadLetter]) -> None:
        """See ``ports.store.DeadLetterBox``, as for the methods below."""
        self._letters.update((letter.id, letter) for letter in letters)

    def find(
        self, *, reason: str | None = None, since: datetime | None = None, until: datetime | None = None, limit: int = 100, offset: int = 0
    ) -> tuple[int, tuple[DeadLetter, ...]]:
        def selected(letter: DeadLetter) -> bool:
            late_enough = since is None or letter.failed_at >= since
            return reason in {None, letter.reason} and late_enough and (until is None or letter.failed_at < until)

        found = sorted(filter(selected, self._letters.values()), key=lambda letter: letter.id)
        found.sort(key=lambda letter: letter.failed_at, reverse=True)
        return len(found), tuple(found[offset : offset + limit])

    def get(self, letter_id: str) -> DeadLetter | None:
        return self._letters.get(letter_id)

    def remove(self, letter_ids: Sequence[str]) -> int:
        return sum(self._letters.pop(letter_id, None) is not None for letter_id in letter_ids)
