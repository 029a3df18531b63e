"""A supervisor and real processes."""

import signal
import subprocess
import sys
from pathlib import Path
from threading import Event, Timer

from tests.support.engines import wait_until
from tests.unit.runtime.test_pool import alive

from wirewatch.runtime.backoff import Backoff
from wirewatch.runtime.supervisor import supervise

COUNTING = """
import pathlib, sys
runs = pathlib.Path(sys.argv[1])
runs.write_text(runs.read_text() + "x" if runs.exists() else "x")
sys.exit(int(sys.argv[2].split(",")[len(runs.read_text()) - 1]))
"""


def test_it_starts_again_what_failed_until_it_ends_well(tmp_path: Path) -> None:
    pauses: list[float] = []

    def uniform(_least: float, most: float) -> float:
        pauses.append(most)
        return 0.0

    runs = tmp_path / "runs"
    command = [sys.executable, "-c", COUNTING, str(runs), "1,3,1,0"]
    assert supervise(command, final_codes=frozenset({0, 2}), stop=Event(), backoff=Backoff(1.0, 60.0, uniform)) == 0
    assert runs.read_text() == "xxxx"
    assert pauses == [1.0, 2.0, 4.0]


def test_a_fault_of_the_settings_is_final(tmp_path: Path) -> None:
    command = [sys.executable, "-c", COUNTING, str(tmp_path / "runs"), "2"]
    assert supervise(command, final_codes=frozenset({0, 2}), stop=Event()) == 2


def test_a_stop_is_handed_on_and_waited_for() -> None:
    stop = Event()
    code = "import signal, sys, time; signal.signal(signal.SIGTERM, lambda *_: sys.exit(7)); time.sleep(600)"
    Timer(1.0, stop.set).start()
    assert supervise([sys.executable, "-c", code], final_codes=frozenset({0}), stop=stop) == 7


def test_the_worker_ends_when_its_supervisor_is_killed(tmp_path: Path) -> None:
    child = tmp_path / "child.py"
    child.write_text(
        "import os, pathlib, time\n"
        "from wirewatch.runtime.supervisor import end_with_supervisor\n"
        "end_with_supervisor()\n"
        f"pathlib.Path({str(tmp_path / 'pid')!r}).write_text(str(os.getpid()))\n"
        "time.sleep(600)\n"
    )
    parent = (
        "import sys, threading\n"
        "from wirewatch.runtime.supervisor import supervise\n"
        f"supervise([sys.executable, {str(child)!r}], final_codes=frozenset(), stop=threading.Event())\n"
    )
    with subprocess.Popen([sys.executable, "-c", parent]) as supervisor:
        wait_until(lambda: (tmp_path / "pid").exists() and (tmp_path / "pid").read_text(), 20, "the child starts")
        supervisor.send_signal(signal.SIGKILL)
    pid = int((tmp_path / "pid").read_text())
    wait_until(lambda: not alive(pid), 20, "the child ends")
