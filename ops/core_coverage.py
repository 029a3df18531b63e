"""Holds every file of the core at 95 % coverage, branches counted: ``python -m ops.core_coverage`` behind ``pytest --cov``."""

import json
import sys
import tempfile
from pathlib import Path

from coverage import Coverage

_LEAST = 95.0


def main() -> None:
    """Exit with 1, naming the files that are under the limit."""
    measured = Coverage()
    measured.load()
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "coverage.json"
        measured.json_report(outfile=str(report), include="*/wirewatch/core/*")
        files = json.loads(report.read_text(encoding="utf-8"))["files"]
    low = {name: found["summary"]["percent_covered"] for name, found in files.items() if found["summary"]["percent_covered"] < _LEAST}
    for name, percent in low.items():
        print(f"{name} is covered to {percent:.1f} %, under {_LEAST:.0f} %: test what it does there", file=sys.stderr)
    sys.exit(bool(low))


if __name__ == "__main__":
    main()
