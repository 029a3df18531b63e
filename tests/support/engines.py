"""What the test servers have in common: where they are kept, free ports, waiting, and saying that one can't be had."""

import os
import re
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any, ClassVar, NoReturn, Protocol, TypeVar

import pytest

CACHE = Path(__file__).parents[2] / ".cache" / "engines"
REQUIRE_VARIABLE = "WIREWATCH_REQUIRE_ENGINES"
_POM = """\
<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>
<groupId>wirewatch</groupId><artifactId>engines</artifactId><version>1</version>
<dependencies>{dependencies}</dependencies></project>
"""


def unavailable(reason: str) -> NoReturn:
    """Skip the test; where the environment says that engines must be there, fail it."""
    if os.environ.get(REQUIRE_VARIABLE) == "1":
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class ServerProcess:
    """A server in ``folder``, in a session of its own: started, stopped, killed and started again."""

    # How it is called, and how long it may take to answer and to end.
    title: ClassVar[str]
    start_seconds: ClassVar[float]
    stop_seconds: ClassVar[float]

    def __init__(self, folder: Path, log_name: str) -> None:
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None
        self.log_file = folder / log_name

    def answers(self) -> bool:
        """Whether it can be used. Raises RuntimeError where another server answers."""
        raise NotImplementedError

    def stop(self) -> None:
        """End it as an administrator would."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """End it as a power cut would; ``start`` brings it back with its data."""
        self._end(signal.SIGKILL)

    def log(self, lines: int = 60) -> str:
        """The end of what it wrote."""
        return "\n".join(self.log_file.read_text(errors="replace").splitlines()[-lines:]) if self.log_file.exists() else ""

    def _launch(self, command: Sequence[str | Path], **options: Any) -> None:
        """Start it, and wait until it answers."""
        with self.log_file.open("ab") as log:
            self._process = subprocess.Popen(command, stdout=log, stderr=log, start_new_session=True, **options)
        try:
            wait_until(self._is_up, self.start_seconds, f"{self.title} to answer")
        except BaseException:
            self.kill()
            raise

    def _is_up(self) -> bool:
        assert self._process
        if self._process.poll() is not None:
            raise RuntimeError(f"{self.title} ended with exit code {self._process.returncode} while it started:\n{self.log()}")
        return self.answers()

    def _end(self, number: signal.Signals) -> None:
        process, self._process = self._process, None
        if process:
            end_server(process, number, self.stop_seconds)


class Startable(Protocol):
    """A server that a fixture starts and stops."""

    title: ClassVar[str]

    def start(self) -> None: ...

    def stop(self) -> None: ...

    def log(self, lines: int = 60) -> str: ...


Server = TypeVar("Server", bound=Startable)


@contextmanager
def running(server: Server, request: pytest.FixtureRequest) -> Iterator[Server]:
    """A server for as long as a fixture lives; after a failed test its log is shown."""
    failed = request.session.testsfailed
    try:
        server.start()
        yield server
    finally:
        server.stop()
        if request.session.testsfailed > failed:
            print(f"\nThe end of {server.title}'s log:\n{server.log()}")  # noqa: T201 - pytest shows it with the test's report


def end_server(process: "subprocess.Popen[bytes]", number: signal.Signals, seconds: float) -> None:
    """End a server that was started in a session of its own, with all that it has started if it won't in ``seconds``."""
    if process.poll() is None:
        # A launcher passes SIGTERM on to its server; SIGKILL it can't.
        if number == signal.SIGKILL:
            os.killpg(process.pid, number)
        else:
            process.send_signal(number)
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def wait_until(check: Callable[[], object], seconds: float, what: str) -> None:
    """Ask again and again until ``check`` says yes. Raises AssertionError that names ``what`` did not come."""
    end = time.monotonic() + seconds
    while not check():
        assert time.monotonic() < end, f"{what} did not come in {seconds} s"
        time.sleep(0.05)


@cache
def java_home(min_version: int, modules: tuple[str, ...] = ()) -> Path:
    """The home of the first Java found that is new enough and has the modules; skips the test if there is none."""
    homes = [Path(home) for name, home in sorted(os.environ.items()) if re.fullmatch(r"(ES_)?JAVA_HOME", name)]
    if java := shutil.which("java"):
        homes.append(Path(java).resolve().parent.parent)
    homes += sorted(Path("/usr/lib/jvm").glob("*"))
    for home in homes:
        if not (home / "bin" / "java").exists():
            continue
        shown = subprocess.run([home / "bin" / "java", "-version"], check=False, capture_output=True)
        version = re.search(rb'version "(\d+)', shown.stderr)
        if version and int(version[1]) >= min_version and _has_modules(home, modules):
            return home
    unavailable(f"no Java {min_version} or newer{' with ' if modules else ''}{' and '.join(modules)} here")


def _has_modules(home: Path, modules: Sequence[str]) -> bool:
    if not modules:
        return True
    shown = subprocess.run([home / "bin" / "java", "--list-modules"], check=False, capture_output=True)
    return {line.partition("@")[0] for line in shown.stdout.decode(errors="replace").splitlines()}.issuperset(modules)


def maven_artifacts(name: str, coordinates: Sequence[str]) -> Path:
    """A folder with these artifacts (``group:artifact:version``) and all they need at run time, fetched once into the cache."""
    folder = CACHE / name
    if folder.exists():
        return folder
    maven = shutil.which("mvn")
    if maven is None:
        unavailable(f"{name} is not in the cache and there is no Maven (mvn) to fetch it")
    fetched = CACHE / f"{name}.{os.getpid()}"
    fetched.mkdir(parents=True)
    parts = [coordinate.split(":") for coordinate in coordinates]
    dependencies = "".join(
        f"<dependency><groupId>{group}</groupId><artifactId>{artifact}</artifactId><version>{version}</version></dependency>"
        for group, artifact, version in parts
    )
    (fetched / "pom.xml").write_text(_POM.format(dependencies=dependencies))
    goal = ("dependency:copy-dependencies", "-DincludeScope=runtime", f"-DoutputDirectory={fetched}")
    done = subprocess.run([maven, "-q", "-B", *goal], cwd=fetched, check=False, capture_output=True)
    if done.returncode:
        shutil.rmtree(fetched)
        unavailable(f"Maven can't fetch {name}: {done.stdout.decode(errors='replace')[-300:]}")
    try:
        fetched.rename(folder)
    except OSError:  # another run was faster
        shutil.rmtree(fetched)
    return folder


def maven_file(coordinate: str, folder: Path) -> Path:
    """One artifact alone (``group:artifact:version:type``), fetched once into a folder of the cache."""
    _, artifact, version, kind = coordinate.split(":")
    path = folder / f"{artifact}-{version}.{kind}"
    if path.exists():
        return path
    maven = shutil.which("mvn")
    if maven is None:
        unavailable(f"{path.name} is not in the cache and there is no Maven (mvn) to fetch it")
    fetched = folder / f"fetched.{os.getpid()}"
    fetched.mkdir(parents=True)
    goal = ("dependency:copy", f"-Dartifact={coordinate}", f"-DoutputDirectory={fetched}")
    done = subprocess.run([maven, "-q", "-B", *goal], cwd=fetched, check=False, capture_output=True)
    if done.returncode:
        shutil.rmtree(fetched)
        unavailable(f"Maven can't fetch {path.name}: {done.stdout.decode(errors='replace')[-300:]}")
    (fetched / path.name).replace(path)
    shutil.rmtree(fetched)
    return path
