from pathlib import Path

import pytest

from wirewatch.core.errors import SettingsError
from wirewatch.settings import Settings, load_settings, settings_with_origins


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_defaults() -> None:
    assert load_settings({}) == Settings()


def test_order_of_origins(tmp_path: Path) -> None:
    (tmp_path / "wirewatch.toml").write_text('batch_articles = 7\nreject_limit = 5\ndatabase = "file.db"\n')
    settings, origins = settings_with_origins(
        {"WIREWATCH_REJECT_LIMIT": "6", "WIREWATCH_DATABASE": "environ.db", "PATH": "/"}, {"database": "line.db", "metrics_port": None}
    )
    assert (settings.batch_articles, settings.reject_limit, settings.database, settings.metrics_port) == (7, 6, Path("line.db"), 0)
    assert origins["batch_articles"] == "wirewatch.toml"
    assert origins["reject_limit"] == "environment"
    assert origins["database"] == "command line"
    assert origins["metrics_port"] == "default"


def test_a_named_file_must_exist(tmp_path: Path) -> None:
    (tmp_path / "own.toml").write_text("batch_articles = 9\n")
    assert load_settings({"WIREWATCH_CONFIG": "own.toml"}).batch_articles == 9
    with pytest.raises(SettingsError, match="no such file"):
        load_settings({"WIREWATCH_CONFIG": "other.toml"})


def test_lists_and_pairs_from_the_environment() -> None:
    settings = load_settings({"WIREWATCH_GAZETTEER_FILES": "a.csv, b.yaml,", "WIREWATCH_SPACY_PIPELINES": "de=de_core_news_sm, en=x"})
    assert settings.gazetteer_files == (Path("a.csv"), Path("b.yaml"))
    assert settings.spacy_pipelines == {"de": "de_core_news_sm", "en": "x"}


@pytest.mark.parametrize(
    ("environ", "message"),
    [
        ({"WIREWATCH_BATCH_ARTICLES": "many"}, r"batch_articles \(environment\).*integer"),
        ({"WIREWATCH_BATCH_ARTICLES": "0"}, r"batch_articles \(environment\).*greater"),
        ({"WIREWATCH_DATABSE": "x"}, "WIREWATCH_DATABSE.*no such setting"),
        ({"WIREWATCH_METRICS_PORT": "70000"}, "metrics_port"),
        ({"WIREWATCH_SPACY_PIPELINES": "de_core_news_sm"}, "language=pipeline"),
    ],
)
def test_a_bad_value_is_named_with_its_origin(environ: dict[str, str], message: str) -> None:
    with pytest.raises(SettingsError, match=message):
        load_settings(environ)


@pytest.mark.parametrize(("text", "message"), [("databse = 'x'", "databse.*no such setting"), ("database = ", "TOML"), ("\udcff", "TOML")])
def test_a_bad_file_is_named(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "wirewatch.toml").write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(SettingsError, match=message):
        load_settings({})


def test_an_old_name_is_read_with_a_warning(tmp_path: Path) -> None:
    warned: list[str] = []
    (tmp_path / "wirewatch.toml").write_text("reject_ceiling = 5\n")
    settings, origins = settings_with_origins({}, warn=warned.append)
    assert (settings.reject_limit, origins["reject_limit"]) == (5, "wirewatch.toml")
    assert warned == ["reject_ceiling (wirewatch.toml) is called reject_limit now; the old name is read until the next release"]
    assert load_settings({"WIREWATCH_REJECT_CEILING": "6"}).reject_limit == 6
    assert load_settings({"WIREWATCH_REJECT_CEILING": "6", "WIREWATCH_REJECT_LIMIT": "7"}).reject_limit == 7


def test_the_value_of_an_old_name_is_checked_too() -> None:
    with pytest.raises(SettingsError, match=r"reject_limit \(environment\)"):
        load_settings({"WIREWATCH_REJECT_CEILING": "none"})
