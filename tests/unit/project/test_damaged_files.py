"""A damaged, cut-off or missing file that ships ends in one line that says what and what to do, never in a traceback."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import wirewatch
from wirewatch.adapters.elastic.setup import declared
from wirewatch.adapters.files.compounds import load_splitter
from wirewatch.adapters.files.gazetteer import SHIPPED, read_shipped
from wirewatch.adapters.files.languages import SHIPPED as LANGUAGES
from wirewatch.adapters.files.languages import load_languages
from wirewatch.adapters.files.topics import load_topics
from wirewatch.adapters.kafka.catalogue import load_kafka_topics
from wirewatch.adapters.ner.crf import NameModel
from wirewatch.adapters.ner.recogniser import TrainedRecogniser
from wirewatch.core.errors import DataFileError

PACKAGE = Path(wirewatch.__file__).parent
MODEL = PACKAGE / "data" / "models" / "pt" / "model.npz"


def load_model(path: Path) -> object:
    TrainedRecogniser(path)
    return NameModel.load(path)


LOADERS: dict[Path, Callable[[Path], object]] = {
    SHIPPED: read_shipped,
    MODEL: load_model,
    PACKAGE / "data" / "german_parts.txt": load_splitter,
    PACKAGE / "data" / "topics" / "trade.yaml": lambda path: load_topics((path.parent,)),
    LANGUAGES / "de.yaml": lambda path: load_languages(path.parent),
    PACKAGE / "schemas" / "topics.yaml": load_kafka_topics.__wrapped__,
    PACKAGE / "schemas" / "elasticsearch" / "articles-mappings.json": lambda path: declared(path.stem, path.parent),
}
DAMAGE: dict[str, Callable[[bytes], bytes | None]] = {
    "missing": lambda _: None,
    "empty": lambda _: b"",
    "cut off": lambda whole: whole[: len(whole) // 2 - 1],
    "not text": lambda whole: b"\x93\xff\x00" + whole[3 : len(whole) // 2] + b"\xff\x00\x93" + whole[len(whole) // 2 + 3 :],
    "something else": lambda _: b"<html>404</html>\n",
}


@pytest.mark.parametrize("damage", DAMAGE)
@pytest.mark.parametrize("shipped", LOADERS, ids=lambda path: path.name)
def test_one_clear_error(shipped: Path, damage: str, tmp_path: Path) -> None:
    if shipped.name in {"trade.yaml", "de.yaml"} and damage == "missing":
        pytest.skip("a folder of topics or languages holds what it holds")
    path = tmp_path / shipped.name
    if (damaged := DAMAGE[damage](shipped.read_bytes())) is not None:
        path.write_bytes(damaged)
    with pytest.raises(DataFileError, match=str(path)) as caught:
        LOADERS[shipped](path)
    assert ";" in str(caught.value), "it says what to do"


def test_the_command_line_says_it_in_one_line(tmp_path: Path) -> None:
    copy = tmp_path / "services" / "wirewatch"
    shutil.copytree(PACKAGE, copy, copy_function=os.link, ignore=shutil.ignore_patterns("__pycache__"))
    model = copy / "data" / "models" / "de" / "model.npz"
    whole = model.read_bytes()
    model.unlink()
    model.write_bytes(whole[:1000])
    done = subprocess.run(
        [sys.executable, "-c", "from wirewatch.cli import main; main()", "tag", "Ein Satz."],
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(copy.parent)},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 2, done.stderr
    assert done.stderr.count("\n") == 1
    assert f"{model}: not a model of names" in done.stderr
    assert "install the package again" in done.stderr
