"""``wirewatch replay`` in processes of their own, after a topic was added."""

import signal
import sqlite3
import time
from pathlib import Path

import pytest

from tests.support.program import Program

HARBOURS = """
id: harbours
labels: {en: harbours}
languages:
  de:
    terms: ["*hafen"]
"""
ENRICH = ("reenrich",)


@pytest.fixture
def topics(program: Program) -> Path:
    """A folder with a topic of one's own."""
    folder = program.folder / "topics"
    folder.mkdir()
    (folder / "harbours.yaml").write_text(HARBOURS)
    return folder


def figures(program: Program, *options: str, exits: int = 0, **settings: object) -> dict[str, int]:
    found = program.json(*ENRICH, *options, exits=exits, **settings)
    assert not found.pop("failed")
    assert not found.pop("failed_ids")
    return {name: int(value) for name, value in found.items()}


def total(program: Program, query: str) -> int:
    found: int = program.json("search", query)["total"]
    return found


def filled(program: Program, articles: int, body: str = "Im Containerhafen ruht die Arbeit. Der Gipfel in Genf berät darüber.") -> None:
    program.write(
        "a.jsonl",
        *(
            {
                "title": f"Meldung {number}",
                "body": body,
                "url": f"https://nordpost.example/{number}",
                "language": "de",
                "published_at": f"2026-11-{1 + number % 20:02}T10:00:00Z",
            }
            for number in range(articles)
        ),
    )
    assert program.run("run", "a.jsonl").returncode == 0


def test_the_demo_gets_a_topic_of_ones_own(program: Program, topics: Path) -> None:
    (topics / "harbours.yaml").write_text(HARBOURS.replace('"*hafen"', "sanktion*"))
    assert program.run("demo", "--database", "wirewatch.db").returncode == 0
    everything = total(program, "")
    assert everything
    assert total(program, "topic:harbours") == 0
    first = figures(program, topic_directories=topics)
    assert first == {"looked_at": everything, "enriched": everything, "up_to_date": 0, "newer": 0, "stopped": 0}
    assert 0 < total(program, "topic:harbours") < everything
    assert total(program, "") == everything
    second = figures(program, topic_directories=topics)
    assert (second["enriched"], second["up_to_date"]) == (0, everything)
    assert figures(program, "--force", topic_directories=topics)["enriched"] == everything


def test_dates_and_a_query_choose(program: Program, topics: Path) -> None:
    filled(program, 20)
    options = ("--since", "2026-11-05", "--until", "2026-11-10", "--query", "hafen NOT topic:sanctions")
    assert figures(program, *options, topic_directories=topics)["enriched"] == 5
    assert total(program, "topic:harbours") == total(program, "topic:harbours after:2026-11-05 before:2026-11-10") == 5
    shown = program.run(*ENRICH, topic_directories=topics)
    assert b"looked at 20 \xc2\xb7 enriched again 15 \xc2\xb7 up to date 5" in shown.stdout


def done(database: Path) -> int:
    """How many articles have the new topic."""
    with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as db:
        query = "SELECT count(*) FROM articles WHERE instr(article, CAST('harbours' AS BLOB)) > 0"
        count: int = db.execute(query).fetchone()[0]
        return count


@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGTERM])
def test_ended_in_the_middle_it_goes_on(program: Program, topics: Path, end: signal.Signals) -> None:
    articles = 1_200
    filled(program, articles, "Im Containerhafen ruht die Arbeit. Der Gipfel in Genf berät darüber. " * 20)
    process = program.start(*ENRICH, topic_directories=topics)
    deadline = time.monotonic() + 60
    while not done(program.folder / "wirewatch.db"):
        assert time.monotonic() < deadline
        assert process.poll() is None
        time.sleep(0.01)
    process.send_signal(end)
    _, said = process.communicate(timeout=60)
    assert process.returncode == (0 if end is signal.SIGTERM else -end), said.decode()
    assert (b"goes on" in said) is (end is signal.SIGTERM)
    before = done(program.folder / "wirewatch.db")
    assert 0 < before < articles
    found = figures(program, topic_directories=topics)
    assert (found["looked_at"], found["enriched"], found["up_to_date"]) == (articles, articles - before, before)
    assert total(program, "topic:harbours") == total(program, "") == articles


def test_what_is_wrong_is_told(program: Program) -> None:
    assert program.run(*ENRICH).returncode == 1
    filled(program, 1)
    old = program.run("replay", "--stage", "enrich", "--force")
    assert old.returncode == 2
    assert b"`wirewatch reenrich` now" in old.stderr
    for options in (("--since", "gestern"), ("--query", "(")):
        wrong = program.run(*ENRICH, *options)
        assert wrong.returncode == 2
        assert b"^" in wrong.stderr
        assert b"Traceback" not in wrong.stderr
    assert b"Examples" in program.run("reenrich", "--help").stdout
