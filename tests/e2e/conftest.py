import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.program import Program


@pytest.fixture
def program(tmp_path: Path) -> Program:
    return Program(tmp_path)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of two megabytes; who may not mount one can't fill one."""
    disk = tmp_path / "disk"
    disk.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", disk], check=False, capture_output=True).returncode:
        pytest.skip("no right to mount a small file system here")
    try:
        yield disk
    finally:
        subprocess.run(["umount", "-l", disk], check=True)
