"""The stream as it runs: real workers on a real broker, started, stopped and killed by a test."""

import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from kafka import KafkaConsumer, KafkaProducer, TopicPartition
from prometheus_client.parser import text_string_to_metric_families

from tests.support import turned_clock
from tests.support.engines import free_port, wait_until
from tests.support.program import Program

# The largest message that a topic takes, and room for its frame.
_LARGEST = 32 * 1024 * 1024
_READY_SECONDS = 90


class Worker:
    """A worker's process, with its status page."""

    def __init__(self, program: Program, verb: str, *options: str, clock: Path | None = None, **settings: object) -> None:
        """``clock``: see ``turned_clock``."""
        self.port = free_port()
        command = program.command(verb, "--metrics-port", str(self.port), *options)
        if clock:
            command[:1] = [sys.executable, turned_clock.__file__, str(clock)]
        self.log_file = program.folder / f"{verb}-{self.port}.log"
        with self.log_file.open("wb") as log:
            self.process = subprocess.Popen(
                command,
                cwd=program.folder,
                env=program.environment(log_format="json", **settings),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )

    @property
    def log(self) -> str:
        return self.log_file.read_text(errors="replace")

    def page(self, path: str) -> tuple[int, str]:
        """Status and text of one of its pages; 0 where nobody listens."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=5) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()
        except OSError:
            return 0, ""

    def ready(self) -> "Worker":
        """Wait until it works."""

        def check() -> bool:
            assert self.process.poll() is None, f"the worker ended with {self.process.returncode}:\n{self.log[-3000:]}"
            return self.page("/readyz")[0] == 200

        wait_until(check, _READY_SECONDS, f"a worker that is ready ({self.log_file.name})")
        return self

    def metrics(self) -> dict[str, float]:
        """Samples by name and label values: ``wirewatch_articles_processed_total{enriched}``."""
        families = text_string_to_metric_families(self.page("/metrics")[1])
        return {_named(sample.name, sample.labels): sample.value for family in families for sample in family.samples}

    def processed(self) -> float:
        return sum(value for name, value in self.metrics().items() if name.startswith("wirewatch_articles_processed_total"))

    @property
    def descendants(self) -> list[int]:
        """Its children and theirs: a supervised worker, the processes of its pool."""
        found, seen = [self.process.pid], list[int]()
        while found:
            children = Path(f"/proc/{found[0]}/task/{found.pop(0)}/children")
            pids = [int(pid) for pid in children.read_text().split()] if children.exists() else []
            seen += pids
            found += pids
        return seen

    def pool_processes(self) -> list[int]:
        return [pid for pid in self.descendants if b"spawn_main" in _command_line(pid)]

    def terminate(self, seconds: float = 60) -> int:
        """SIGTERM, and its exit code."""
        self.process.terminate()
        return self.process.wait(seconds)

    def kill(self) -> None:
        """SIGKILL for the process that works, and for its supervisor if there is one; the pool's processes end by themselves."""
        for pid in (self.process.pid, *(pid for pid in self.descendants if b"--supervised" in _command_line(pid))):
            os.kill(pid, signal.SIGKILL)
        self.process.wait()


def _toml(value: object) -> str:
    return (
        f"{{ {', '.join(f'{key} = {json.dumps(item)}' for key, item in value.items())} }}" if isinstance(value, dict) else json.dumps(value)
    )


def _command_line(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


def _named(name: str, labels: Mapping[str, str]) -> str:
    return f"{name}{{{','.join(labels.values())}}}" if labels else name


@dataclass
class Stream:
    """One installation on a broker: its topics, its settings file, and the workers that were started."""

    program: Program
    servers: str
    prefix: str
    workers: list[Worker] = field(default_factory=list)

    @classmethod
    def make(cls, folder: Path, servers: str, prefix: str, **settings: object) -> "Stream":
        """Write the settings, and make the topics."""
        given = {"kafka_servers": [servers], "kafka_prefix": prefix, "kafka_replication": 1, "worker_processes": 1, **settings}
        (folder / "wirewatch.toml").write_text("".join(f"{name} = {_toml(value)}\n" for name, value in given.items()))
        stream = cls.of(folder, servers, prefix)
        done = stream.program.run("setup")
        assert done.returncode == 0, done.stderr.decode()
        return stream

    @classmethod
    def of(cls, folder: Path, servers: str, prefix: str) -> "Stream":
        """What the settings in ``folder`` say."""
        return cls(Program(folder), servers, prefix)

    def start(self, verb: str, *options: str, clock: Path | None = None, **settings: object) -> Worker:
        self.workers.append(Worker(self.program, verb, *options, clock=clock, **settings))
        return self.workers[-1]

    def close(self) -> None:
        for worker in self.workers:
            if worker.process.poll() is None:
                worker.kill()

    def send(self, messages: Iterable[tuple[bytes, bytes | None]], *, topic: str = "articles") -> None:
        """Send (key, value) pairs, each confirmed."""
        producer: Any = KafkaProducer(bootstrap_servers=self.servers, acks="all", max_request_size=_LARGEST, retries=300)
        with closing(producer):
            futures = [producer.send(self.prefix + topic, key=key, value=value) for key, value in messages]
            for future in futures:
                future.get(60)

    def read(self, topic: str) -> Iterator[Any]:
        """All records of a topic that were there when the reading began."""
        consumer: Any = KafkaConsumer(
            bootstrap_servers=self.servers, enable_auto_commit=False, fetch_max_bytes=_LARGEST, max_partition_fetch_bytes=_LARGEST
        )
        try:
            name = self.prefix + topic
            partitions = [TopicPartition(name, number) for number in consumer.partitions_for_topic(name)]
            ends = {partition: end for partition, end in consumer.end_offsets(partitions).items() if end}
            if not ends:
                return
            consumer.assign(list(ends))
            consumer.seek_to_beginning(*ends)
            while any(consumer.position(partition) < end for partition, end in ends.items()):
                for records in consumer.poll(timeout_ms=1_000).values():
                    yield from records
        finally:
            consumer.close()

    def keys(self, topic: str) -> list[bytes]:
        return [record.key for record in self.read(topic)]

    def dead_letters(self) -> list[dict[str, Any]]:
        return [json.loads(record.value) for record in self.read("articles.dead") if record.value]


@contextmanager
def streaming(folder: Path, servers: str, prefix: str, **settings: object) -> Iterator[Stream]:
    """A stream whose workers end with the block."""
    stream = Stream.make(folder, servers, prefix, **settings)
    try:
        yield stream
    finally:
        stream.close()


def article(number: int, text: str = "Vor dem Gipfel in Genf sprach die NATO über neue Sanktionen gegen den Iran.") -> tuple[bytes, bytes]:
    """Key and value of an article that no other number has."""
    url = f"https://stream.example/{number}"
    fields = {"url": url, "title": f"Meldung {number}", "body": text, "language": "de", "published_at": time.time() - 60}
    return url.encode(), json.dumps(fields).encode()
