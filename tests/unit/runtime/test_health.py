"""What a worker says of itself."""

from dataclasses import dataclass, field

from wirewatch.runtime.health import WorkerHealth


@dataclass
class Worker:
    in_flight: int = 0
    moves: int = 0
    joined: bool = True
    fault: str | None = None
    now: float = 1_000.0
    health: WorkerHealth = field(init=False)

    def __post_init__(self) -> None:
        self.health = WorkerHealth(
            in_flight=lambda: self.in_flight,
            moves=lambda: self.moves,
            joined=lambda: self.joined,
            faults=lambda: self.fault,
            now=lambda: self.now,
        )

    def passes(self, seconds: int) -> None:
        for _ in range(seconds):
            self.now += 1
            self.health.beat()


def test_an_idle_worker_is_well() -> None:
    worker = Worker()
    worker.passes(10_000)
    assert worker.health.stuck() is None
    assert worker.health.not_ready() is None


def test_one_that_has_not_joined_is_alive_and_not_ready() -> None:
    worker = Worker(joined=False)
    worker.passes(10)
    assert worker.health.stuck() is None
    assert worker.health.not_ready() == "the consumer group has not been joined yet"


def test_one_whose_event_loop_is_blocked_is_not_alive() -> None:
    worker = Worker()
    worker.passes(10)
    worker.now += 61
    assert worker.health.stuck() == "the event loop has not run for 61 s"
    assert worker.health.not_ready() == worker.health.stuck()
    worker.health.beat()
    assert worker.health.stuck() is None


def test_one_in_which_nothing_moves_is_not_alive() -> None:
    worker = Worker(in_flight=3)
    worker.passes(181)
    assert worker.health.stuck() is None
    worker.passes(1)
    assert worker.health.stuck() == "3 messages are in flight, and none has moved for 181 s"
    worker.moves += 1
    worker.passes(1)
    assert worker.health.stuck() is None


def test_one_that_waits_for_the_store_is_alive_and_not_ready() -> None:
    worker = Worker(in_flight=3, fault="the store takes no articles: 503")
    worker.passes(10_000)
    assert worker.health.stuck() is None
    assert worker.health.not_ready() == "the store takes no articles: 503"
    worker.fault = None
    worker.passes(100)
    assert worker.health.not_ready() is None
