"""Whether each supported Python gets a wheel for everything that is locked: ``make lock-check``.

pip resolves the lock for each version as ``ops/setup.sh`` installs it: with hashes, without dependencies beyond the lock, and from wheels
only. It downloads them all, and installs nothing.
"""

import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from packaging.markers import Marker

ROOT = Path(__file__).parent.parent
LOCK = ROOT / "requirements-dev.lock"
# The development lock holds all of the other one.
VERSIONS = ("3.11", "3.12", "3.13", "3.14")
_REQUIREMENT = re.compile(r"^(?P<pin>[a-z0-9][^ ]*)(?: ; (?P<marker>.*?))? \\$")


def requirements(lock: str, version: str) -> Iterator[str]:
    """The lines of a lock that count for a version, without markers: pip would read them for the Python that it runs on."""
    wanted = True
    for line in lock.splitlines():
        if found := _REQUIREMENT.match(line):
            environment = {"python_version": version, "python_full_version": f"{version}.0"}
            wanted = found["marker"] is None or Marker(found["marker"]).evaluate(environment)
            line = f"{found['pin']} \\"  # noqa: PLW2901 - without its marker
        if wanted:
            yield line


def fault(version: str) -> str:
    """What pip says is missing for a version; empty if nothing is."""
    with tempfile.TemporaryDirectory() as folder:
        wanted = Path(folder) / "requirements.txt"
        wanted.write_text("\n".join(requirements(LOCK.read_text(encoding="utf-8"), version)), encoding="utf-8")
        options = ("--quiet", "--no-deps", "--require-hashes", "--only-binary=:all:", "--implementation=cp", "--python-version", version)
        command = [sys.executable, "-m", "pip", "download", *options, "--dest", folder, "-r", str(wanted)]
        done = subprocess.run(command, check=False, capture_output=True, text=True)
        return done.stderr.strip() if done.returncode else ""


def main() -> None:
    """Print a line for each version. Exits with 1 if anything is missing."""
    failed = False
    for version in VERSIONS:
        missing = fault(version)
        failed |= bool(missing)
        print(f"Python {version}: {missing or 'all from wheels'}", flush=True)
    sys.exit(failed)


if __name__ == "__main__":
    main()
