import os
from collections.abc import Iterator

import pytest


@pytest.fixture
def unprivileged() -> Iterator[None]:
    """No right is missing to root, so that root becomes nobody for a while.

    pytest's own folders are closed to nobody: make one with ``tempfile``.
    """
    before = os.geteuid()
    if before == 0:
        os.seteuid(65_534)
    yield
    os.seteuid(before)
