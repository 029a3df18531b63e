"""How far each source was sent, in a small JSON file that is always replaced as a whole."""

import os
from pathlib import Path

import msgspec
from msgspec import Struct

from wirewatch.core.article import Checkpoint
from wirewatch.core.errors import Refused, Unavailable


class _State(Struct, kw_only=True):
    """``sent``: by target (cluster and topic), by source."""

    version: int = 1
    sent: dict[str, dict[str, Checkpoint]] = {}


class SendStateFile:
    """SendProgress for one target. Each run changes only its own entries of the file."""

    def __init__(self, path: Path, *, target: str) -> None:
        self._path = path
        self._target = target

    def checkpoint(self, source: str) -> Checkpoint | None:
        """How far ``source`` was sent to this target. Raises Unavailable, Refused."""
        return self._read().sent.get(self._target, {}).get(source)

    def save(self, checkpoint: Checkpoint) -> None:
        """See ``ports.SendProgress``. Raises Refused too, if the file is no longer one of ours."""
        state = self._read()
        state.sent.setdefault(self._target, {})[checkpoint.source] = checkpoint
        beside = self._path.with_name(f"{self._path.name}.{os.getpid()}")
        try:
            with beside.open("wb") as file:
                file.write(msgspec.json.format(msgspec.json.encode(state), indent=1) + b"\n")
                file.flush()
                os.fsync(file.fileno())
            beside.replace(self._path)
        except OSError as error:
            beside.unlink(missing_ok=True)
            raise Unavailable(
                f"{self._path}: progress can't be saved ({error.strerror}); make room, or set send_state_file to another place"
            ) from error

    def _read(self) -> _State:
        try:
            state = msgspec.json.decode(self._path.read_bytes(), type=_State)
        except FileNotFoundError:
            return _State()
        except OSError as error:
            raise Unavailable(f"{self._path}: can't be read ({error.strerror}); correct its permissions") from error
        except msgspec.MsgspecError as error:
            raise Refused(
                f"{self._path} is not a file of `wirewatch send` ({error}); remove it to send everything from the start"
            ) from error
        if state.version != 1:
            raise Refused(f"{self._path} is of another release; remove it to send everything from the start")
        return state
