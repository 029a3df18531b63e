"""The documentation says what the program does."""

import re
import shlex
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
import typer
from bench.__main__ import MEASUREMENTS, ON_ALL_CORES
from ops.generate import COUNTED_BY, EXIT_CODES, RESULTS_MEAN, ROOT, pages, verbs
from prometheus_client import CollectorRegistry
from tests.support.languages import LANGUAGES

from wirewatch.adapters.files.gazetteer import load_gazetteer
from wirewatch.adapters.files.topics import load_topics
from wirewatch.cli import app
from wirewatch.core.search.parser import parse
from wirewatch.metrics import RESULTS, LagMetrics, Metrics
from wirewatch.settings import CONFIG_VARIABLE, PREFIX, Settings

PACKAGE = ROOT / "services" / "wirewatch"
# Cards of models are left out: training writes them.
PAGES = [
    *sorted(ROOT.glob("*.md")),
    *sorted(page for folder in ("bench", "docs", "ops", "tests") for page in (ROOT / folder).rglob("*.md")),
    *(PACKAGE / "data" / name for name in ("demo/README.md", "gazetteer/SOURCES.md")),
]
MOST_CHARACTERS = 100
FILE_NAME = re.compile(r"(?<![\w/.:*-])((?:[\w-]+/)*[\w.-]+\.(?:py|md|ya?ml|toml|sh|tsv|csv|npz|gz)|(?:[\w-]+/)+)(?![\w/*{])")
FOLDERS = ("bench", "docs", "ops", "schemas", "services", "tests")
FILES = {path.name for folder in FOLDERS for path in (ROOT / folder).rglob("*")} | {path.name for path in ROOT.iterdir()}
# Classes and their methods: EnrichedArticle, ElasticStore.put.
NAME = re.compile(r"(?:[A-Z][a-z]+){2,}(?:\.(?!java)\w+)?|[A-Z][a-z]+\.(?!java)[a-z_]+")
SOURCES = [module.read_text("utf-8") for module in PACKAGE.rglob("*.py")]
# Files that the reader or Kafka has, or that the program makes.
OTHERS_FILES = {"wirewatch.toml", "secrets/", "archive/", "feeds/", "kafka-acls.sh", "kafka-configs.sh"}
COMMAND = typer.main.get_command(app)
VERBS = dict(verbs(COMMAND, "wirewatch"))


def name_of(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


every_page = pytest.mark.parametrize("page", PAGES, ids=name_of)


def lines_of(page: Path) -> Iterator[tuple[str, bool]]:
    """Each line, and whether it is a line of a code block."""
    fenced = False
    for line in page.read_text("utf-8").splitlines():
        fence = line.startswith("```")
        yield line, fenced or fence or line.startswith("    ")
        fenced ^= fence


def code_of(page: Path) -> Iterator[str]:
    """The lines of code blocks, and the code in lines of text."""
    for line, is_code in lines_of(page):
        yield from [line.strip()] if is_code else re.findall(r"`([^`]+)`", line)


def blocks_of(page: Path, language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", page.read_text("utf-8"), re.DOTALL)


def anchors_of(page: Path) -> set[str]:
    """The ids that GitHub gives to the headings."""
    headings = (line.lstrip("# ") for line, is_code in lines_of(page) if line.startswith("#") and not is_code)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("path", sorted(pages()), ids=str)
def test_generated_files_are_up_to_date(path: Path) -> None:
    assert (ROOT / path).read_text("utf-8") == pages()[path], "run make generate"


@every_page
def test_links_lead_somewhere(page: Path) -> None:
    for target, anchor in re.findall(r"\]\(([^)#]*)#?([^)]*)\)", page.read_text("utf-8")):
        if target.startswith("http"):
            continue
        linked = page.parent / target if target else page
        assert linked.exists(), target
        assert not anchor or anchor in anchors_of(linked), f"{target}#{anchor}"


@every_page
def test_named_files_exist(page: Path) -> None:
    for line, is_code in lines_of(page):
        # What is only planned, and what the reader is to make, is marked so.
        if is_code or "planned" in line or "new file" in line:
            continue
        for name in FILE_NAME.findall(re.sub(r"\[[^]]*\]\([^)]*\)", "", line)):
            known = name.rstrip("/") in FILES or any((place / name).exists() for place in (ROOT, page.parent, PACKAGE))
            assert known or name in OTHERS_FILES, name


@every_page
def test_named_classes_and_methods_exist(page: Path) -> None:
    for name in (name for text in code_of(page) if (name := NAME.fullmatch(text))):
        holder, _, method = name[0].partition(".")
        sources = [source for source in SOURCES if re.search(rf"^class {holder}\b", source, re.MULTILINE)]
        assert sources, name[0]
        assert not method or any(re.search(rf"def {method}\b", source) for source in sources), name[0]


@every_page
def test_lines_are_short(page: Path) -> None:
    for line, is_code in lines_of(page):
        text = re.sub(r"\]\([^)]*\)", "]", line)
        assert is_code or line.lstrip().startswith("|") or len(text) <= MOST_CHARACTERS, line


def commands_in(text: str) -> Iterator[tuple[str, ...]]:
    """The arguments of each call of wirewatch in a line of shell."""
    if not re.search(r"\bwirewatch [a-z]", text):
        return
    words = shlex.split(text.replace("…", "x"), comments=True)
    for at, word in enumerate(words):
        if word.rpartition("/")[2] == "wirewatch":
            rest = words[at + 1 :]
            yield tuple(rest[: next((end for end, other in enumerate(rest) if other in {"|", "&", "&&", "<", ">", ";"}), len(rest))])


COMMANDS = sorted({arguments for page in PAGES for text in code_of(page) for arguments in commands_in(text) if arguments})


@pytest.mark.parametrize("arguments", COMMANDS, ids=" ".join)
def test_commands_in_the_documentation_parse(arguments: tuple[str, ...]) -> None:
    name = next((name for count in (2, 1) if (name := " ".join(("wirewatch", *arguments[:count]))) in VERBS), "")
    assert name, f"no such verb: {' '.join(arguments)}"
    rest = list(arguments[name.count(" ") :])
    # A verb alone is a mention of it.
    if not rest or "--help" in rest:
        return
    parameters: dict[str, Any] = VERBS[name].make_context(name, rest).params
    if "query" in parameters:
        parse(parameters["query"])


@every_page
def test_make_targets_in_the_documentation_exist(page: Path) -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    assert {target for text in code_of(page) for target in re.findall(r"^make ([a-z-]+)", text)} <= targets


@every_page
def test_modules_in_the_documentation_exist(page: Path) -> None:
    for text in code_of(page):
        for module, name in re.findall(r"python -m ((?:bench|ops)[\w.]*)(?: ([a-z]+))?", text):
            assert find_spec(module), module
            assert module != "bench" or name in {"", *MEASUREMENTS, *ON_ALL_CORES}, name


def test_every_setting_metric_and_verb_has_its_entry() -> None:
    settings, metrics, verbs_ = (pages()[Path("docs") / f"{name}.md"] for name in ("settings", "metrics", "cli"))
    assert all(f"\n| `{name}` | `{PREFIX}{name.upper()}` | " in settings for name in Settings.model_fields)
    assert all(f"\n| `{name}` | " in metrics for name in (*metric_names(), *RESULTS))
    assert all(f"\n## {name}\n" in verbs_ for name in VERBS)
    assert "--supervised" not in verbs_, "a hidden option is printed"


def metric_names() -> set[str]:
    registry = CollectorRegistry()
    Metrics(registry)
    LagMetrics(registry)
    return {metric.name + {"counter": "_total", "info": "_info"}.get(metric.type, "") for metric in registry.collect()}


def test_what_is_said_of_metrics_is_said_of_those_there_are() -> None:
    assert {f"wirewatch_{name}" for name in COUNTED_BY} == {re.sub("_(total|info)$", "", name) for name in metric_names()}
    assert set(RESULTS_MEAN) == set(RESULTS)
    assert len(EXIT_CODES) == 5


@every_page
def test_named_settings_and_metrics_exist(page: Path) -> None:
    text = page.read_text("utf-8")
    settings = {f"{PREFIX}{name.upper()}" for name in Settings.model_fields} | {CONFIG_VARIABLE}
    # Variables of the tests, which are no settings of the program.
    tests = {"WIREWATCH_TEST_KAFKA", "WIREWATCH_TEST_ELASTICSEARCH", "WIREWATCH_REQUIRE_ENGINES"}
    assert set(re.findall(r"WIREWATCH_[A-Z_]+", text)) <= settings | tests
    # Volumes and secrets of docker-compose.yml are named so, too.
    named = {name for name in re.findall(r"(?<![\w-])wirewatch_[\w-]+", text) if not re.search("-|_password", name)}
    assert named <= metric_names()


def test_queries_in_the_documentation_parse() -> None:
    rows = re.findall(r"^\| (`.+?) \|", (ROOT / "docs" / "search.md").read_text("utf-8"), re.MULTILINE)
    queries = [query for row in rows for query in re.findall(r"`([^`]+)`", row)]
    assert len(queries) > 20
    for query in queries:
        parse(query)


def test_topic_files_in_the_documentation_load(tmp_path: Path) -> None:
    (example,) = blocks_of(ROOT / "docs" / "topics.md", "yaml")
    (tmp_path / "harbours.yaml").write_text(example, encoding="utf-8")
    assert [rule.id for rule in load_topics((tmp_path,))] == ["harbours"]


def test_names_and_suppressions_in_the_documentation_load(tmp_path: Path) -> None:
    files = {"names.yaml": "yaml", "names.csv": "csv", "suppressed.txt": "text"}
    for name, language in files.items():
        (example,) = blocks_of(ROOT / "docs" / "entities.md", language)
        (tmp_path / name).write_text(example, encoding="utf-8")
    for name in ("names.yaml", "names.csv"):
        gazetteer = load_gazetteer((tmp_path / name,), tmp_path / "suppressed.txt", languages=LANGUAGES)
        ids = {gazetteer.entities[owner].id for owner in gazetteer.owners}
        assert "acme" in ids
        assert "geonames:2928810" not in ids
