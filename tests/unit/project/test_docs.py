"""The documentation says what the program does."""

import re
import shlex
from pathlib import Path

import pytest
import typer
from ops.generate import ROOT, pages, verbs

from wirewatch.cli import app
from wirewatch.core.search.parser import parse

PAGES = [
    *sorted((ROOT / "docs").rglob("*.md")),
    *(ROOT / name for name in ("README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md")),
]
COMMAND = typer.main.get_command(app)


@pytest.mark.parametrize("path", sorted(pages()), ids=str)
def test_generated_files_are_up_to_date(path: Path) -> None:
    assert (ROOT / path).read_text("utf-8") == pages()[path], "run make generate"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)\)", page.read_text("utf-8")):
        assert target.startswith("http") or (page.parent / target).exists(), target


def commands() -> list[str]:
    texts = "\n".join(page.read_text("utf-8") for page in PAGES)
    return sorted({line.strip() for line in re.findall(r"(?:^|`|/)(wirewatch [a-z][^`\n]*)", texts, re.MULTILINE)})


@pytest.mark.parametrize("line", commands())
def test_commands_in_the_documentation_exist(line: str) -> None:
    words = shlex.split(line.replace("…", "x"))
    known = dict(verbs(COMMAND, "wirewatch"))
    name = next((name for name in known if words[: len(name.split())] == name.split()), None)
    if name is None:
        # A group, or several of its verbs at once: dlq, dlq list|replay.
        assert all(any(other.startswith(f"wirewatch {words[1]} {verb}") for other in known) for verb in "".join(words[2:3]).split("|")), (
            line
        )
        return
    arguments = words[len(name.split()) :]
    options = {option for parameter in known[name].params for option in parameter.opts} | {"--help"}
    assert {word for word in arguments if word.startswith("--")} <= options, line
    if name == "wirewatch search":
        valued = {"--sort", "--timeline", "--database", "--limit", "--page"}
        for at, word in enumerate(arguments):
            if not word.startswith("--") and not (at and arguments[at - 1] in valued):
                parse(word)


def test_make_targets_in_the_documentation_exist() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    named = set(re.findall(r"(?:`|^ +)make ([a-z-]+)", "\n".join(page.read_text("utf-8") for page in PAGES), re.MULTILINE))
    assert named
    assert named <= targets
