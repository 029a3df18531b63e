"""The program as a user has it: a process of its own."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PROGRAM = Path(sys.executable).with_name("wirewatch")


@dataclass(frozen=True)
class Program:
    """Runs ``wirewatch`` in a folder, without the models of names, and with nothing else set but what the test sets."""

    folder: Path

    def environment(self, **settings: object) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("WIREWATCH_", "COV_", "COVERAGE_"))}
        # What is tested here is the way of articles, not the models, which take most of the time.
        return (
            kept
            | {"NO_COLOR": "1", "WIREWATCH_NAME_MODELS": "false"}
            | {f"WIREWATCH_{name.upper()}": str(value) for name, value in settings.items()}
        )

    def command(self, *arguments: str | Path) -> list[str]:
        return [str(PROGRAM), *map(str, arguments)]

    def run(self, *arguments: str | Path, stdin: bytes = b"", **settings: object) -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(
            self.command(*arguments),
            cwd=self.folder,
            env=self.environment(**settings),
            input=stdin,
            capture_output=True,
            check=False,
            timeout=120,
        )

    def start(self, *arguments: str | Path, **settings: object) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            self.command(*arguments),
            cwd=self.folder,
            env=self.environment(**settings),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )

    def json(self, *arguments: str | Path, exits: int = 0, **settings: object) -> Any:
        """Run with ``--json``, expect an exit code, and decode what was printed."""
        done = self.run(*arguments, "--json", stdin=b"", **settings)
        assert done.returncode == exits, done.stderr.decode()
        return json.loads(done.stdout)

    def write(self, name: str, *articles: object) -> Path:
        """Write JSON lines; bytes are written as they are."""
        lines = (article if isinstance(article, bytes) else json.dumps(article).encode() for article in articles)
        path = self.folder / name
        path.write_bytes(b"".join(line + b"\n" for line in lines))
        return path
