"""The German word parts that ship (ops/german_parts)."""

from pathlib import Path

from wirewatch.core.errors import DataFileError
from wirewatch.core.search.compounds import CompoundSplitter

# Without it, a list that was cut off would just be a shorter list.
END = "# end\n"


def load_splitter(path: Path) -> CompoundSplitter:
    """The splitter of German compounds. Raises DataFileError."""
    try:
        text = path.read_text(encoding="utf-8")
        splitter = CompoundSplitter.read(text)
    except OSError as error:
        raise DataFileError(f"{path}: can't be read ({error.strerror}); install the package again") from error
    except ValueError as error:
        raise DataFileError(f"{path}: damaged ({error}); install the package again") from error
    if not text.endswith(END):
        raise DataFileError(f"{path}: cut off (its last line is not {END.strip()!r}); install the package again")
    return splitter
