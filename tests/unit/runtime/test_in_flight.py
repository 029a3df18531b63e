"""Messages in flight: batches, order of acknowledgement, bounds, drain and release."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support.messages import in_flight, message, metrics, processed

from wirewatch.ports.broker import Message
from wirewatch.runtime.in_flight import BatchLimits, InFlight


class Gate:
    """A Handler whose batches end when the test says so."""

    concurrency = 3

    def __init__(self, limits: BatchLimits | None = None) -> None:
        self.limits = limits or BatchLimits(messages=2, value_bytes=1_000, linger_seconds=0.0)
        self.batches: list[list[Message]] = []
        self.ends: list[asyncio.Future[None]] = []

    async def process(self, messages: Sequence[Message]) -> Sequence[str]:
        self.batches.append(list(messages))
        self.ends.append(asyncio.get_running_loop().create_future())
        await self.ends[-1]
        return ["indexed"] * len(messages)

    async def at_work(self, batches: int) -> None:
        for _ in range(1_000):
            await asyncio.sleep(0)
        assert len(self.ends) >= batches


async def _settled() -> None:
    for _ in range(20):
        await asyncio.sleep(0)


def run(test: Callable[[], Awaitable[None]]) -> None:
    async def bounded() -> None:
        async with asyncio.timeout(10):
            await test()

    asyncio.run(bounded())


def test_messages_are_acknowledged_in_the_order_of_their_partition() -> None:
    async def test() -> None:
        handler, found = Gate(), metrics()
        work = InFlight(handler, found, in_flight=(10,))
        acked: list[int] = []
        for offset in range(4):
            await work.submit(message(offset), partial(acked.append, offset))
        running = asyncio.create_task(work.run())
        await handler.at_work(2)
        handler.ends[1].set_result(None)
        await _settled()
        assert acked == []
        assert work.unacknowledged == 4
        assert (processed(found), in_flight(found)) == ({"indexed": 2}, 2)
        handler.ends[0].set_result(None)
        await _settled()
        assert acked == [0, 1, 2, 3]
        assert (processed(found), in_flight(found)) == ({"indexed": 4}, 0)
        running.cancel()

    run(test)


def test_partitions_do_not_wait_for_each_other() -> None:
    async def test() -> None:
        handler = Gate(BatchLimits(messages=1, value_bytes=1_000, linger_seconds=0.0))
        work = InFlight(handler, metrics(), in_flight=(10,))
        acked: list[int] = []
        for partition in range(2):
            await work.submit(message(partition=partition), partial(acked.append, partition))
        running = asyncio.create_task(work.run())
        await handler.at_work(2)
        handler.ends[1].set_result(None)
        await _settled()
        assert acked == [1]
        running.cancel()

    run(test)


def test_no_more_is_taken_in_than_there_is_room_for() -> None:
    async def test() -> None:
        handler = Gate()
        work = InFlight(handler, metrics(), in_flight=(2,))
        for offset in range(2):
            await work.submit(message(offset), lambda: None)
        third = asyncio.create_task(work.submit(message(2), lambda: None))
        running = asyncio.create_task(work.run())
        await handler.at_work(1)
        assert not third.done()
        handler.ends[0].set_result(None)
        await third
        running.cancel()

    run(test)


def test_history_waits_until_there_is_no_news() -> None:
    async def test() -> None:
        handler = Gate()
        work = InFlight(handler, metrics(), in_flight=(10, 10))
        for offset in range(3):
            await work.submit(message(offset, topic="articles.backfill"), lambda: None, lane=1)
            await work.submit(message(offset), lambda: None, lane=0)
        running = asyncio.create_task(work.run())
        await handler.at_work(3)
        assert [[found.topic for found in batch] for batch in handler.batches] == [
            ["articles", "articles"],
            ["articles"],
            ["articles.backfill", "articles.backfill"],
        ]
        running.cancel()

    run(test)


def test_a_batch_is_closed_by_its_bytes() -> None:
    async def test() -> None:
        handler = Gate(BatchLimits(messages=10, value_bytes=1_000, linger_seconds=0.0))
        work = InFlight(handler, metrics(), in_flight=(10,))
        for offset, size in enumerate((600, 600, 600, 5_000, 1)):
            await work.submit(message(offset, b"x" * size), lambda: None)
        running = asyncio.create_task(work.run())
        await handler.at_work(3)
        assert [[found.offset for found in batch] for batch in handler.batches] == [[0, 1], [2, 3], [4]]
        running.cancel()

    run(test)


def test_what_is_forgotten_is_acknowledged_no_more_and_counts_as_released() -> None:
    async def test() -> None:
        handler, found = Gate(), metrics()
        handler.concurrency = 1
        work = InFlight(handler, found, in_flight=(4,))
        acked: list[int] = []
        for offset in range(4):
            await work.submit(message(offset), partial(acked.append, offset))
        running = asyncio.create_task(work.run())
        await handler.at_work(1)
        assert await work.drain(0.01) == 4
        work.revoke()
        assert await work.drain(0.01) == 0
        await work.submit(message(0), partial(acked.append, 100))
        handler.ends[0].set_result(None)
        await handler.at_work(2)
        assert [found.offset for found in handler.batches[1]] == [0]
        handler.ends[1].set_result(None)
        await _settled()
        assert acked == [100]
        assert (processed(found), in_flight(found)) == ({"released": 4, "indexed": 1}, 0)
        for offset in range(1, 5):  # there is room for four again, no more and no less
            await work.submit(message(offset), lambda: None)
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(work.submit(message(5), lambda: None), 0.01)
        running.cancel()

    run(test)


def test_a_fault_of_the_stage_ends_the_flow_and_acknowledges_nothing() -> None:
    class Faulty(Gate):
        async def process(self, messages: Sequence[Message]) -> Sequence[str]:
            raise ValueError(f"unforeseen, in {len(messages)} messages")

    async def test() -> None:
        work = InFlight(Faulty(), metrics(), in_flight=(4,))
        acked: list[int] = []
        await work.submit(message(), partial(acked.append, 0))
        with pytest.RaisesGroup(ValueError):
            await work.run()
        assert acked == []

    run(test)


def test_a_stage_that_is_cancelled_from_within_ends_the_flow() -> None:
    class Cancelled(Gate):
        async def process(self, messages: Sequence[Message]) -> Sequence[str]:
            raise asyncio.CancelledError(f"{len(messages)} messages")

    async def test() -> None:
        work = InFlight(Cancelled(), metrics(), in_flight=(4,))
        await work.submit(message(), lambda: None)
        with pytest.RaisesGroup(RuntimeError):
            await work.run()

    run(test)


@settings(deadline=None, max_examples=60)
@given(
    partitions=st.lists(st.integers(0, 2), min_size=1, max_size=30),
    order=st.randoms(use_true_random=False),
    batch=st.integers(1, 5),
)
def test_an_acknowledgement_never_passes_a_message_that_is_not_done(partitions: list[int], order: Random, batch: int) -> None:
    async def test() -> None:
        handler = Gate(BatchLimits(messages=batch, value_bytes=10**9, linger_seconds=0.0))
        handler.concurrency = 4
        work = InFlight(handler, metrics(), in_flight=(len(partitions),))
        offsets = [partitions[:at].count(partition) for at, partition in enumerate(partitions)]
        acked: dict[int, list[int]] = {0: [], 1: [], 2: []}
        for partition, offset in zip(partitions, offsets, strict=True):
            await work.submit(message(offset, partition=partition), partial(acked[partition].append, offset))
        running = asyncio.create_task(work.run())
        open_batches: set[int] = set()
        done: set[tuple[int, int]] = set()
        while len(done) < len(partitions):
            await _settled()
            open_batches |= {at for at, end in enumerate(handler.ends) if not end.done()}
            chosen = order.choice(sorted(open_batches))
            open_batches.discard(chosen)
            handler.ends[chosen].set_result(None)
            done |= {(found.partition, found.offset) for found in handler.batches[chosen]}
            await _settled()
            for partition, found in acked.items():
                assert found == list(range(len(found)))
                assert all((partition, offset) in done for offset in found)
        assert work.unacknowledged == 0
        assert await work.drain(0) == 0
        running.cancel()

    run(test)
