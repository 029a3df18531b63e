import re
from pathlib import Path

import pytest

from wirewatch.adapters.aho_corasick import AutomatonMatcher
from wirewatch.adapters.files.topics import load_topics
from wirewatch.core.errors import DataFileError
from wirewatch.core.text.document import Document
from wirewatch.core.topics.tagger import TopicTagger

GOOD = """\
id: harbours
labels: {de: Häfen, en: harbours}
mediatopics: ["20000001"]
eurovoc: ["12", c_0af3]
threshold: 1.5
title_boost: 3
languages:
  de:
    contexts:
      sea: [meer*, küste]
    terms:
      - hafen
      - [kai, mole]
      - {term: "*kran", near: [<sea>, schiff], within: 4}
      - {terms: [dock, werft*], unless: <sea>, weight: 0.5}
    not: [hafenkäse]
  en:
    terms: harbour*
"""


def write(folder: Path, text: str | bytes, name: str = "harbours.yaml") -> Path:
    folder.mkdir(exist_ok=True)
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def faults(tmp_path: Path, text: str | bytes) -> list[str]:
    path = write(tmp_path, text)
    with pytest.raises(DataFileError) as raised:
        load_topics((tmp_path,))
    lines = str(raised.value).splitlines()
    assert all(line.startswith(f"{path}:") for line in lines)
    return [line.removeprefix(f"{path}:") for line in lines]


def test_reads_everything_a_file_says(tmp_path: Path) -> None:
    write(tmp_path, GOOD)
    (rule,) = load_topics((tmp_path,))
    assert (rule.id, rule.labels, rule.threshold, rule.title_boost) == ("harbours", {"de": "Häfen", "en": "harbours"}, 1.5, 3)
    assert (rule.mediatopics, rule.eurovoc) == (("20000001",), ("12", "c_0af3"))
    german = rule.languages["de"]
    assert [(term.text, term.weight, term.within) for term in german.terms] == [
        ("hafen", 1, 8),
        ("kai", 1, 8),
        ("mole", 1, 8),
        ("*kran", 1, 4),
        ("dock", 0.5, 8),
        ("werft*", 0.5, 8),
    ]
    crane, dock = german.terms[3], german.terms[4]
    assert crane.near is not None
    assert crane.near.terms == ("meer*", "küste", "schiff")
    assert dock.unless is not None
    assert dock.unless.terms == ("meer*", "küste")
    assert german.exceptions == ("hafenkäse",)
    assert [term.text for term in rule.languages["en"].terms] == ["harbour*"]


def test_the_example_in_the_documentation_is_a_topic(tmp_path: Path) -> None:
    page = (Path(__file__).parents[4] / "docs" / "topics.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"```yaml\n(.*?)```", page, re.DOTALL)
    write(tmp_path, example)
    (rule,) = load_topics((tmp_path,))
    tagger = TopicTagger((rule,), AutomatonMatcher)
    texts = ("Der Binnenhafen wächst", "Der Flughafen wächst", "Ein Terminal für Containerschiffe", "Ein Terminal für Fluggäste")
    assert [bool(tagger.tag(Document.of(title="", body=text, language="de"))) for text in texts] == [True, False, True, False]


def test_defaults(tmp_path: Path) -> None:
    write(tmp_path, "id: a\nlabels: {en: A}\nlanguages: {en: {terms: [a]}}\n", "a.yml")
    (rule,) = load_topics((tmp_path,))
    assert (rule.threshold, rule.title_boost, rule.mediatopics, rule.eurovoc) == (1, 2, (), ())


def test_words_that_yaml_takes_for_something_else_stay_words(tmp_path: Path) -> None:
    write(tmp_path, "id: a\nlabels: {en: A}\nlanguages: {no: {terms: [no, on, 1984, 10:30]}}\n")
    (rule,) = load_topics((tmp_path,))
    assert [term.text for term in rule.languages["no"].terms] == ["no", "on", "1984", "10:30"]


def test_a_later_folder_replaces_and_adds(tmp_path: Path) -> None:
    write(tmp_path / "shipped", GOOD)
    write(tmp_path / "shipped", GOOD.replace("id: harbours", "id: anchors"), "anchors.yaml")
    write(tmp_path / "own", "id: harbours\nlabels: {en: Own}\nlanguages: {en: {terms: [port]}}\n", "any.yaml")
    write(tmp_path / "own", GOOD.replace("id: harbours", "id: sails"), "sails.yaml")
    rules = load_topics((tmp_path / "shipped", tmp_path / "own"))
    assert [rule.id for rule in rules] == ["anchors", "harbours", "sails"]
    assert rules[1].labels == {"en": "Own"}


def test_no_folder_no_topics() -> None:
    assert load_topics(()) == ()


def test_other_files_are_left_alone(tmp_path: Path) -> None:
    write(tmp_path, "no topic", "NOTES.txt")
    assert load_topics((tmp_path,)) == ()


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("id: harbours\n", "", "1: id is missing"),
        ("id: harbours", "id: Grand Harbours", "1: id: 'Grand Harbours' does not have the form"),
        ("id: harbours", "id: [a]", "1: id: expected a text"),
        ("threshold: 1.5", "threshold: high", "5: threshold: expected a number above 0"),
        ("threshold: 1.5", "threshold: nan", "5: threshold: expected a number above 0"),
        ("threshold: 1.5", "treshold: 1.5", "5: 'treshold' is unknown; write one of id, labels"),
        ("title_boost: 3", "title_boost: 11", "6: title_boost: expected a number above 0, 10 at most"),
        ("title_boost: 3", "threshold: 2", "6: threshold is here twice"),
        ('"20000001"', '"2000"', "3: mediatopics: '2000' does not have the form"),
        ("c_0af3", "x", "4: eurovoc: 'x' does not have the form"),
        ("  en:\n", "  english:\n", "18: languages: 'english' is not a language code"),
        ("terms: harbour*", "terms: []", "18: en has no terms"),
        ("terms: harbour*", "term: harbour*", "18: 'term' is unknown; write one of contexts, terms, not"),
        ("- hafen", "- haf*en", "12: term 'haf*en': a star may only be at the start or the end"),
        ("- hafen", '- "*ab*"', "12: term '*ab*': it is too short to be open"),
        ("- hafen", "- *kran", "12: not valid YAML (found undefined alias); put a text that begins with a star in quotes"),
        ("- hafen", '- "?!"', "12: term '?!': it has no letter"),
        ("- hafen", "- kai", "13: term 'kai': it is here twice"),
        ("[kai, mole]", "[kai, [mole]]", "13: expected a term; write a text"),
        ("[kai, mole]", "[kai, mole", "14: not valid YAML"),
        ('{term: "*kran", near', "{near", "14: a term needs either term or terms"),
        ('{term: "*kran"', "{term: kran, terms: kräne", "14: a term needs either term or terms"),
        ("<sea>, schiff]", "<see>, schiff]", "14: context <see>: there is none with this name; add it to contexts of de"),
        ("<sea>, schiff]", "<sea>, [schiff]]", "14: expected a term or a <context>; write a text"),
        ("within: 4", "within: 51", "14: within: expected a number above 0, 50 at most"),
        ("within: 4", "within: 2.5", "14: within: expected a whole number"),
        ("weight: 0.5", "weight: -1", "15: weight: expected a number above 0"),
        ("weight: 0.5", "wieght: 0.5", "15: 'wieght' is unknown"),
        ("not: [hafenkäse]", "not: [hafen]", "16: term 'hafen': it is here twice"),
        ("      sea: [meer*, küste]", "      sea: [meer*, küste]\n      air: [luft]", "11: context 'air' is used by no term"),
        ("      sea: [meer*, küste]", "      sea: [meer*, küste]\n      The-Air: [luft]", "11: context 'The-Air': its name may hold only"),
    ],
)
def test_a_fault_is_reported_with_its_line_and_its_term(tmp_path: Path, old: str, new: str, fault: str) -> None:
    assert GOOD.count(old) >= 1
    reported = faults(tmp_path, GOOD.replace(old, new, 1))
    assert [line for line in reported if line.startswith(fault)], reported


def test_all_faults_are_reported_at_once(tmp_path: Path) -> None:
    bad = GOOD.replace("- hafen", "- haf*en").replace("weight: 0.5", "weight: heavy").replace("harbour*", "h*")
    write(tmp_path, GOOD.replace("threshold: 1.5", "threshold: 0").replace("id: harbours", "id: other"), "another.yaml")
    path = write(tmp_path, bad)
    with pytest.raises(DataFileError) as raised:
        load_topics((tmp_path, tmp_path / "missing"))
    lines = str(raised.value).splitlines()
    assert len(lines) == 5
    assert lines[0].startswith(f"{tmp_path / 'another.yaml'}:5: threshold")
    assert [line.partition(": ")[0] for line in lines[1:4]] == [f"{path}:12", f"{path}:15", f"{path}:18"]
    assert lines[4] == f"{tmp_path / 'missing'}: no such folder; make it or correct the setting topic_directories"


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "1: it is empty"),
        ("- a\n- b\n", "1: the topic: expected `name: value` pairs"),
        ("id: a\nlabels: [en]\nlanguages: {en: {terms: [a]}}", "2: labels: expected `name: value` pairs"),
        ("id: a\nlabels: {en: A}\nlanguages: {en: [a]}", "3: en: expected `name: value` pairs"),
        (b"id: h\xe4fen\n", "1: not UTF-8 (byte 5); save it as UTF-8"),
        ("id: a\x00", "1: not valid YAML"),
    ],
)
def test_what_is_no_topic_at_all(tmp_path: Path, text: str | bytes, fault: str) -> None:
    assert faults(tmp_path, text)[0].startswith(fault)


def test_a_file_that_can_not_be_read_is_reported(tmp_path: Path) -> None:
    (tmp_path / "folder.yaml").mkdir()
    with pytest.raises(DataFileError, match=r"folder\.yaml:1: can't be read"):
        load_topics((tmp_path,))


def test_one_id_twice_in_one_folder_is_a_fault(tmp_path: Path) -> None:
    write(tmp_path, GOOD, "a.yaml")
    write(tmp_path, GOOD, "b.yaml")
    with pytest.raises(DataFileError, match=r"b\.yaml:1: topic 'harbours' is in a\.yaml too"):
        load_topics((tmp_path,))
