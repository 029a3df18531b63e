"""``wirewatch run`` and ``demo`` in processes of their own: what goes in, what comes out, what a fault leaves behind."""

import json
import shlex
import signal
import sqlite3
import subprocess
import time
from pathlib import Path
from urllib.request import urlopen

import pytest

from tests.support.program import Program
from wirewatch.bootstrap.jobs import DEMO_ARTICLES

ARTICLE = {"title": "Neue Wirtschaftssanktionen", "body": "Vor dem Gipfel in Genf berieten die Minister.", "language": "de"}


def article(number: int, **fields: object) -> dict[str, object]:
    return {**ARTICLE, "url": f"https://nordpost.example/{number}", **fields}


def total(program: Program, query: str = "", *options: str) -> int:
    found: int = program.json("search", query, *options)["total"]
    return found


def wait_until(condition: object, what: str, seconds: float = 60) -> None:
    assert callable(condition)
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, f"{what} did not come in {seconds} s"
        time.sleep(0.02)


def rows(database: Path) -> int:
    try:
        with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as db:
            count: int = db.execute("SELECT count(*) FROM articles").fetchone()[0]
            return count
    except sqlite3.OperationalError:
        return 0


def test_the_demo_ends_with_commands_that_work(program: Program) -> None:
    done = program.run("demo")
    assert done.returncode == 0, done.stderr.decode()
    assert "rejected 1" in done.stdout.decode()
    suggested = [line.strip() for line in done.stderr.decode().splitlines() if line.startswith("  ")]
    assert len(suggested) == 3
    for line in suggested:
        tried = program.run(*shlex.split(line)[1:])
        assert tried.returncode == 0, tried.stderr.decode()
        assert len(tried.stdout) > 100, line


def test_the_demo_has_what_it_promises(program: Program) -> None:
    summary = program.json("demo")
    lines = DEMO_ARTICLES.read_bytes().splitlines()
    assert summary["read"] == len(lines)
    assert summary["indexed"] + summary["duplicate"] + sum(summary["rejected"].values()) == summary["read"]
    assert len(summary["languages"]) >= 8
    assert {"sanctions", "arms", "summit"} <= summary["topics"].keys()
    again = program.json("demo")
    assert again["indexed"] == 0


def test_a_second_run_reads_only_what_is_new(program: Program) -> None:
    file = program.write("a.jsonl", *(article(number) for number in range(5)))
    assert program.json("run", file)["indexed"] == 5
    assert program.json("run", file)["read"] == 0
    with file.open("a") as more:
        more.write(json.dumps(article(5)) + "\n")
    summary = program.json("run", file)
    assert (summary["read"], summary["indexed"]) == (1, 1)
    summary = program.json("run", file, "--from-start")
    assert (summary["read"], summary["indexed"], summary["duplicate"]) == (6, 0, 6)


def test_kill_in_the_middle_loses_nothing_doubles_nothing_and_goes_on(program: Program) -> None:
    count = 4_000
    file = program.write("a.jsonl", *(article(number) for number in range(count)))
    database = program.folder / "wirewatch.db"
    reached = 0
    for _ in range(2):
        process = program.start("run", file, batch_articles=20)
        wait_until(lambda: rows(database) > reached + 100 or process.poll() is not None, "progress")  # noqa: B023 - called at once
        process.kill()
        process.communicate()
        assert process.returncode == -signal.SIGKILL
        assert reached < rows(database) < count
        reached = rows(database)
    summary = program.json("run", file)
    assert summary["read"] == summary["indexed"] == count - reached
    assert summary["resumed"] == [str(file)]
    assert total(program) == count


def test_every_kind_of_bad_message_is_kept_with_its_reason(program: Program) -> None:
    bad = {
        "invalid_json": b'{"title": "abgeschnitten',
        "wrong_type": b'{"title": 5}',
        "no_text": b'{"title": " ", "body": "<p></p>"}',
        "invalid_encoding": b'{"title": "caf\xe9 au lait"}',
        "too_large": b'{"body": "' + b"x" * 300_000 + b'"}',
    }
    program.write("a.jsonl", article(1), *bad.values(), article(2))
    done = program.run("run", "a.jsonl", "--json", max_record_bytes=200_000)
    assert done.returncode == 4
    assert b"wirewatch dlq list" in done.stderr
    assert json.loads(done.stdout)["rejected"] == dict.fromkeys(bad, 1)
    assert total(program) == 2
    letters = [json.loads(line) for line in program.run("dlq", "list", "--json").stdout.splitlines()]
    assert {letter["reason"] for letter in letters} == bad.keys()
    for letter in letters:
        raw = program.run("dlq", "show", letter["id"]).stdout
        assert bad[letter["reason"]].startswith(raw)
        assert letter["origin"]["topic"].endswith("a.jsonl")
    assert "caf" not in done.stderr.decode() + str([letter["detail"] for letter in letters])


def test_dead_letters_are_replayed_once_the_fault_is_gone(program: Program) -> None:
    program.write("a.jsonl", article(1, body="wort " * 5_000), b"broken")
    assert program.run("run", "a.jsonl", max_record_bytes=10_000).returncode == 4
    done = program.run("dlq", "replay", "--reason", "too_large")
    assert done.returncode == 0, done.stderr.decode()
    assert total(program) == 1
    assert program.run("dlq", "replay", "--all").returncode == 4
    (letter,) = [json.loads(line) for line in program.run("dlq", "list", "--json").stdout.splitlines()]
    assert (letter["reason"], letter["attempts"]) == ("invalid_json", 2)
    assert program.run("dlq", "replay").returncode == 2
    assert program.run("dlq", "replay", "unknown").returncode == 2
    assert program.run("dlq", "show", "unknown").returncode == 1


def test_odd_articles_are_taken_and_flagged(program: Program) -> None:
    program.write(
        "a.jsonl",
        article(1, body="Genf " * 4_400_000),
        article(2, body="\U0001f600\u200d" * 100_000),
        article(3, body="vor\x00dem\x07 Gipfel"),
        article(4, published_at="1970-01-01T00:00:00Z"),
        article(5, published_at="2999-01-01"),
        article(6, title="Ngizokubona kusasa ekuseni", body="Izindaba zanamuhla", language=None),
        article(7, body="<div>" * 100_000 + "tief" + "</div>" * 100_000),
        b'{"title": "Halbes Emoji \\ud83d im Titel", "url": "https://nordpost.example/8"}',
        article(9, title="Совет Безопасности обсудил санкции", body="Министр Сергей Лавров прибыл в Женеву. " * 5, language=None),
    )
    summary = program.json("run", "a.jsonl")
    assert summary["indexed"] == 9
    assert summary["flags"]["truncated"] == 1
    assert summary["flags"]["characters_removed"] >= 2
    assert summary["flags"]["date_implausible"] == summary["flags"]["date_future"] == 1
    assert summary["languages"]["ru"] == 1
    assert total(program, "tief") == 1


@pytest.mark.parametrize("content", [b"", b"\n\n"])
def test_an_empty_file_is_no_fault(program: Program, content: bytes) -> None:
    (program.folder / "a.jsonl").write_bytes(content)
    done = program.run("run", "a.jsonl")
    assert done.returncode == 0
    assert b"Nothing new" in done.stderr


def test_sources_that_are_none(program: Program) -> None:
    (program.folder / "empty").mkdir()
    for source, said in (("missing.jsonl", b"missing.jsonl"), ("empty", b"no articles in this folder")):
        done = program.run("run", source)
        assert done.returncode == 1
        assert said in done.stderr
        assert b"Traceback" not in done.stderr


def test_too_many_rejected_in_a_row_stop_the_run_and_are_kept(program: Program) -> None:
    program.write("a.jsonl", article(1), *[b"not json"] * 50, article(2))
    done = program.run("run", "a.jsonl", reject_limit=10)
    assert done.returncode == 1
    assert b"10 messages in a row were rejected" in done.stderr
    assert len(program.run("dlq", "list", "--json", "--limit", "99").stdout.splitlines()) == 10
    assert total(program) == 1


def test_a_locked_database_is_waited_for_then_reported(program: Program) -> None:
    program.write("a.jsonl", article(1))
    program.run("run", "a.jsonl")
    program.write("b.jsonl", article(2))
    with sqlite3.connect(program.folder / "wirewatch.db", isolation_level=None) as other:
        other.execute("BEGIN EXCLUSIVE")
        done = program.run("run", "b.jsonl", store_wait_seconds=0.3)
        assert done.returncode == 3
        assert b"locked" in done.stderr
        assert b"Traceback" not in done.stderr
        other.execute("ROLLBACK")
    other.close()
    assert program.json("run", "b.jsonl")["indexed"] == 1


def test_a_full_disk_stops_the_run_and_the_next_one_goes_on(program: Program, small_disk: Path) -> None:
    count = 600
    file = program.write("a.jsonl", *(article(number, body=f"Absatz {number} über Rüstung. " * 200) for number in range(count)))
    database = small_disk / "wirewatch.db"
    done = program.run("run", file, "--database", database, batch_articles=20)
    assert done.returncode == 3
    assert b"full" in done.stderr
    assert b"Traceback" not in done.stderr
    reached = rows(database)
    assert 0 < reached < count
    subprocess.run(["mount", "-o", "remount,size=64m", small_disk], check=True)
    summary = program.json("run", file, "--database", database)
    assert summary["indexed"] == count - reached
    assert total(program, "", "--database", str(database)) == count


def test_a_folder_that_is_not_there_is_said(program: Program) -> None:
    done = program.run("run", program.write("a.jsonl", article(1)), "--database", "missing/wirewatch.db")
    assert done.returncode == 3
    assert b"missing" in done.stderr


def test_a_foreign_or_older_database_is_refused(program: Program) -> None:
    program.write("a.jsonl", article(1))
    (program.folder / "text.db").write_text("no database at all, but a text of some length" * 50)
    assert program.run("run", "a.jsonl", "--database", "text.db").returncode == 1
    assert program.run("run", "a.jsonl").returncode == 0
    with sqlite3.connect(program.folder / "wirewatch.db") as database:
        database.execute("PRAGMA user_version = 0")
    database.close()
    done = program.run("run", "a.jsonl")
    assert done.returncode == 1
    assert b"older wirewatch" in done.stderr


def test_standard_input_is_worked_on_as_it_comes(program: Program) -> None:
    process = program.start("run", "-", "--json")
    assert process.stdin
    process.stdin.write(json.dumps(article(1)).encode() + b"\n")
    process.stdin.flush()
    wait_until(lambda: rows(program.folder / "wirewatch.db") == 1, "the article")
    process.stdin.write(json.dumps(article(2)).encode())
    output, errors = process.communicate()
    assert process.returncode == 0, errors.decode()
    assert json.loads(output)["indexed"] == 2


def test_follow_reads_on_serves_metrics_and_stops_when_told(program: Program) -> None:
    file = program.write("a.jsonl", article(1), b"broken")
    process = program.start("run", "--follow", file, "--json", metrics_port=18_464, follow_poll_seconds=0.05)
    database = program.folder / "wirewatch.db"
    wait_until(lambda: rows(database) == 1, "the first article")
    with file.open("a") as more:
        more.write(json.dumps(article(2)) + "\n" + json.dumps(article(1)) + "\n")
    wait_until(lambda: rows(database) == 2, "the second article")
    page = get("http://127.0.0.1:18464/metrics")
    values = dict(line.rsplit(" ", 1) for line in page.splitlines() if not line.startswith("#"))
    results = [float(values[f'wirewatch_articles_processed_total{{result="{result}"}}']) for result in ("indexed", "duplicate", "rejected")]
    assert results == [2, 1, 1]
    assert float(values["wirewatch_articles_received_total"]) == sum(results) + float(values["wirewatch_articles_in_flight"])
    assert get("http://127.0.0.1:18464/healthz") == get("http://127.0.0.1:18464/readyz") == "ok\n"
    process.send_signal(signal.SIGTERM)
    output, errors = process.communicate(timeout=30)
    assert process.returncode == 4, errors.decode()
    assert json.loads(output)["read"] == 4
    assert program.json("run", file)["read"] == 0


def get(url: str) -> str:
    with urlopen(url, timeout=10) as page:
        content: bytes = page.read()
    return content.decode()


def test_a_taken_port_is_said(program: Program) -> None:
    file = program.write("a.jsonl", article(1))
    first = program.start("run", "--follow", file, metrics_port=18_465)
    try:
        wait_until(lambda: rows(program.folder / "wirewatch.db") == 1, "the first article")
        done = program.run("run", file, "--database", "other.db", metrics_port=18_465)
        assert done.returncode == 1
        assert b"metrics_port" in done.stderr
    finally:
        first.terminate()
        first.communicate()


def test_csv_and_feeds(program: Program) -> None:
    (program.folder / "a.csv").write_text('headline;text;link\n"Gipfel in Genf";"Eine Zeile\nnoch eine";https://n.example/1\nnur eins\n')
    (program.folder / "b.xml").write_text(
        '<rss version="2.0"><channel><title>Nordpost</title><item><title>Abrüstung</title><link>https://n.example/2</link>'
        "<description>&lt;p&gt;Neue Gespräche&lt;/p&gt;</description></item></channel></rss>"
    )
    summary = program.json("run", "a.csv", "b.xml", exits=4)
    assert summary["indexed"] == 2
    assert summary["rejected"] == {"invalid_record": 1}
    assert total(program, "source:nordpost Abrüstung") == 1
