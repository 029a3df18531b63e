"""The other verbs, in processes of their own."""

import json
import subprocess

import pytest
import spacy

from tests.support.program import PROGRAM, Program


@pytest.fixture
def filled(program: Program) -> Program:
    program.write(
        "a.jsonl",
        {
            "title": "EU beschließt Wirtschaftssanktionen",
            "body": "Die Minister berieten in Genf über Sanktionen gegen Moskau. Präsident Wladimir Putin kritisierte sie.",
            "url": "https://nordpost.example/1",
            "source": "nordpost.example",
            "published_at": "2026-11-02T10:00:00Z",
            "language": "de",
        },
        {
            "title": "Arms control talks resume",
            "body": "Russia and the United States resumed talks on nuclear arms control. Vladimir Putin did not attend.",
            "url": "https://courier.example/2",
            "source": "courier.example",
            "published_at": "2026-11-12T10:00:00Z",
            "language": "en",
        },
    )
    assert program.run("run", "a.jsonl").returncode == 0
    return program


def test_search_finds_highlights_counts_and_pages(filled: Program) -> None:
    found = filled.json("search", "sanktion person:putin", "--facets", "--timeline", "month")
    assert found["total"] == 1
    (hit,) = found["hits"]
    assert hit["title"] == "EU beschließt Wirtschaftssanktionen"
    assert [hit["snippet"]["text"][start:end] for start, end in hit["snippet"]["highlights"]]
    assert found["facets"]["persons"] == [{"value": hit["persons"][0], "count": 1}]
    assert found["timeline"] == [{"start": "2026-11-01T00:00:00Z", "count": 1}]
    newest = filled.json("search", "", "--sort", "newest", "--limit", "1")
    assert (newest["total"], newest["hits"][0]["url"]) == (2, "https://courier.example/2")
    second = filled.json("search", "", "--sort", "newest", "--limit", "1", "--page", "2")
    assert second["hits"][0]["url"] == "https://nordpost.example/1"


def test_search_for_people(filled: Program) -> None:
    shown = filled.run("search", "person:putin after:2026-11-10", "--facets", "--timeline", "week").stdout.decode()
    assert "1 article" in shown
    assert "Arms control talks resume" in shown
    assert "2026-11-12" in shown
    assert "courier.example" in shown
    nothing = filled.run("search", "Zeppelin")
    assert nothing.returncode == 0
    assert b"0 articles" in nothing.stdout


@pytest.mark.parametrize("query", ["(", '"offen', "perso:x", "after:gestern", "AND", "*"])
def test_a_faulty_query_is_pointed_at(filled: Program, query: str) -> None:
    done = filled.run("search", query)
    assert done.returncode == 2
    assert b"^" in done.stderr
    assert b"Traceback" not in done.stderr


def test_search_without_a_database_says_how_to_get_one(program: Program) -> None:
    done = program.run("search", "x")
    assert done.returncode == 1
    assert b"wirewatch run" in done.stderr
    assert not (program.folder / "wirewatch.db").exists()


def test_tag_speaks_json_lines(program: Program) -> None:
    lines = (
        {"id": 1, "text": "Präsident Wladimir Putin sprach in Genf über Sanktionen gegen den Iran.", "language": "de"},
        {"id": "zwei", "title": "NATO summit", "text": "", "language": "en"},
        {"id": 3, "text": ""},
    )
    done = program.run("tag", "--json", "--input", "-", stdin="\n".join(map(json.dumps, lines)).encode())
    assert done.returncode == 0, done.stderr.decode()
    first, second, third = map(json.loads, done.stdout.splitlines())
    assert first["id"] == 1
    assert first["language"] == "de"
    (putin,) = [entity for entity in first["entities"] if entity["id"] == "Q7747"]
    assert lines[0]["text"][putin["start"] : putin["end"]] == putin["text"] == "Wladimir Putin"  # type: ignore[index]
    assert (putin["type"], putin["field"]) == ("PER", "text")
    assert [topic["id"] for topic in first["topics"]] == ["sanctions"]
    assert second["entities"][0]["field"] == "title"
    assert third == {"id": 3, "language": "und", "entities": [], "parts": [], "topics": []}


def test_tag_goes_on_behind_a_bad_line(program: Program) -> None:
    done = program.run("tag", "--input", "-", stdin=b'{"id": 1, "text": 5}\n{"id": 2, "text": "Genf"}\n')
    assert done.returncode == 4
    assert b"line 1" in done.stderr
    assert len(done.stdout.splitlines()) == 1


def test_tag_explains_itself(program: Program) -> None:
    shown = program.run("tag", "--explain", "Der Gipfel des Berges lag im Schnee, doch Lawrow sprach über Sanktionen.").stdout.decode()
    assert "Lawrow" in shown
    assert "sanktion" in shown.lower()
    assert "not taken" in shown


def test_tag_reads_a_file_and_says_what_is_wrong_with_one(program: Program) -> None:
    (program.folder / "a.txt").write_text("Die NATO tagt in Brüssel.", encoding="utf-8")
    assert "NATO" in program.run("tag", "--file", "a.txt").stdout.decode()
    (program.folder / "b.txt").write_bytes("Brüssel".encode("latin-1"))
    done = program.run("tag", "--file", "b.txt")
    assert done.returncode == 1
    assert b"not UTF-8" in done.stderr
    assert program.run("tag", "--file", "c.txt").returncode == 1
    assert program.run("tag", "--input", "c.jsonl").returncode == 1
    assert program.run("tag").returncode == 2
    assert program.run("tag", "x", "--file", "a.txt").returncode == 2


def test_doctor_and_config(filled: Program) -> None:
    findings = filled.json("doctor")
    assert {finding["what"] for finding in findings} >= {"names", "topics", "model de", "disk", "store"}
    assert not [finding for finding in findings if finding["state"] == "fault"]
    assert "2 articles" in next(finding["detail"] for finding in findings if finding["what"] == "store")
    assert b"entities" in filled.run("doctor").stdout
    shown = filled.json("config", "show", batch_articles=7)
    assert shown["batch_articles"] == {"value": 7, "origin": "environment"}
    assert b"batch_articles" in filled.run("config", "show").stdout


def test_doctor_finds_faults(program: Program) -> None:
    (program.folder / "wirewatch.db").write_text("no database" * 100)
    done = program.run("doctor")
    assert done.returncode == 1
    assert b"fault" in done.stdout
    assert program.run("doctor", database="missing/x.db").returncode == 1


def test_bad_settings_and_files_are_usage_faults(program: Program) -> None:
    (program.folder / "topics").mkdir()
    (program.folder / "topics" / "own.yaml").write_text("id: own\nthreshold: high\n")
    (program.folder / "names.csv").write_text("id,type,name\nx:1,PERSON,Ada\n")
    for settings, said in (
        ({"batch_articles": "many"}, b"batch_articles"),
        ({"topic_directories": "topics"}, b"own.yaml"),
        ({"gazetteer_files": "names.csv"}, b"names.csv"),
        ({"spacy_pipelines": "de=no_such_pipeline"}, b"no_such_pipeline"),
    ):
        done = program.run("tag", "Genf", stdin=b"", **settings)
        assert done.returncode == 2, done.stderr.decode()
        assert said in done.stderr
        assert b"Traceback" not in done.stderr


def test_help_has_examples_and_version_is_told(program: Program) -> None:
    for verb in ("run", "search", "tag"):
        assert b"Examples" in program.run(verb, "--help").stdout
    assert program.run("--version").stdout.startswith(b"wirewatch ")
    assert program.run("unknown").returncode == 2


def test_a_reader_that_goes_away_is_no_fault(filled: Program) -> None:
    done = subprocess.run(
        f"{PROGRAM} tag --input lines.jsonl | head -n 1",
        shell=True,
        cwd=filled.write("lines.jsonl", *({"id": number, "text": "Genf " * 50} for number in range(3_000))).parent,
        env=filled.environment(),
        capture_output=True,
        check=False,
        timeout=60,
    )
    assert b"Traceback" not in done.stderr
    assert b"Exception" not in done.stderr


def test_the_models_find_names_that_no_list_has_unless_it_shall_be_fast(program: Program) -> None:
    text = "Gestern sprach der Physiker Ottokar Wendelstein in Genf über den Iran."
    names = {entity["text"] for entity in program.json("tag", text, "--language", "de", name_models=True)["entities"]}
    fast = {entity["text"] for entity in program.json("tag", text, "--language", "de", "--fast", name_models=True)["entities"]}
    assert names == {"Ottokar Wendelstein", "Genf", "Iran"}
    assert fast == {"Genf", "Iran"}


def models_told(program: Program, *, exits: int = 0, **settings: object) -> dict[str, dict[str, str]]:
    return {found["what"]: found for found in program.json("doctor", exits=exits, **settings) if found["what"].startswith("model ")}


def test_doctor_says_which_model_serves_each_language_and_what_would_find_more(program: Program) -> None:
    spacy.blank("it").to_disk(program.folder / "blank")
    names = spacy.blank("it")
    names.add_pipe("entity_ruler").add_patterns([{"label": "GPE", "pattern": "Roma"}, {"label": "DATE", "pattern": "oggi"}])  # type: ignore[attr-defined]  # a component's type isn't known
    names.to_disk(program.folder / "names")

    told = models_told(program, name_models=True)
    assert told["model de"]["state"] == "ok"
    assert told["model de"]["detail"].startswith("de-")
    assert told["model fr"]["state"] == "advice"
    assert told["model it"]["state"] == "advice"
    assert "`python -m spacy download it_core_news_md` and set spacy_pipelines to it=it_core_news_md" in told["model it"]["detail"]
    assert "only names in the gazetteer" in models_told(program)["model de"]["detail"]

    told = models_told(program, spacy_pipelines="it=names")
    assert told["model it"]["state"] == "ok"
    assert told["model it"]["detail"].endswith("labels used: GPE; left out: DATE")
    for pipeline, fault in (("pl=names", "it is for texts in it"), ("it=blank", "no component ner")):
        told = models_told(program, exits=1, spacy_pipelines=pipeline)
        assert fault in told[f"model {pipeline[:2]}"]["detail"]
        assert told[f"model {pipeline[:2]}"]["state"] == "fault"
