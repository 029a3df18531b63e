import gzip
from pathlib import Path

import pytest
from tests.support.languages import LANGUAGES

from wirewatch.adapters.files.gazetteer import SHIPPED, load_gazetteer, read_shipped
from wirewatch.core.entities.gazetteer import Gazetteer
from wirewatch.core.errors import DataFileError

YAML = """# Our own
- id: acme
  type: ORG
  name: Acme Corp
  aliases: [Akme, "Acme, Inc."]
  languages: [de, en]
- {id: Q7747, type: PER, name: Putin W. W.}
"""
CSV = 'id,type,name,aliases,languages\nacme,ORG,Acme Corp,"Akme|Acme, Inc.",de;en\nQ7747,PER,Putin W. W.,,\n'


def write(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def owner_of(form: str, gazetteer: Gazetteer) -> str | None:
    return next((gazetteer.entities[gazetteer.owners[i]].id for i, known in enumerate(gazetteer.patterns) if known == form), None)


def faults(tmp_path: Path, name: str, text: str) -> list[str]:
    path = write(tmp_path, name, text)
    with pytest.raises(DataFileError) as error:
        load_gazetteer([path], languages=LANGUAGES)
    return [line.removeprefix(str(path)) for line in str(error.value).splitlines()]


def test_what_ships_is_consistent() -> None:
    known = load_gazetteer(languages=LANGUAGES)
    assert len(known.entities) > 30_000
    assert len(known.patterns) == len(known.owners) == len(known.rule_of) == len(set(known.patterns))
    assert list(known.owners) == sorted(known.owners)
    assert max(known.rule_of) < len(known.rules)
    assert len({entity.id for entity in known.entities}) == len(known.entities)
    assert "vladimir" in known.given_names
    assert "en" in known.words["nice"]
    assert SHIPPED.stat().st_size < 3 * 2**20


@pytest.mark.parametrize(
    ("name", "text"), [("own.yaml", YAML), ("own.csv", CSV), ("own.yml", "entities:\n" + YAML), ("own.csv", "\ufeff" + CSV)]
)
def test_a_users_names_are_added(tmp_path: Path, name: str, text: str) -> None:
    known = load_gazetteer([write(tmp_path, name, text)], languages=LANGUAGES)
    assert owner_of("akme", known) == owner_of("acme inc", known) == "acme"
    assert owner_of("putin w w", known) == owner_of("wladimir putin", known) == "Q7747"
    akme = known.rule_of[list(known.patterns).index("akme")]
    assert known.rules[akme].only == {"de", "en"}


def test_the_version_changes_with_a_users_names_but_not_with_the_folder(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    one, other = (load_gazetteer([write(folder, "own.yaml", YAML)], languages=LANGUAGES) for folder in (tmp_path, tmp_path / "sub"))
    changed = load_gazetteer([write(tmp_path, "own.yaml", YAML.replace("Akme", "Ackme"))], languages=LANGUAGES)
    assert one.version == other.version
    assert len({load_gazetteer(languages=LANGUAGES).version, one.version, changed.version}) == 3


def test_suppressed_ids_and_names_are_removed(tmp_path: Path) -> None:
    path = write(tmp_path, "suppress.txt", "# not these\nQ64   # Berlin\n\nwhite house\nname:PER:jana-beispiel\n")
    known = load_gazetteer(suppress=path, languages=LANGUAGES)
    assert owner_of("berlin", known) is None
    assert owner_of("white house", known) is None
    assert "name:PER:jana-beispiel" in known.suppressed_ids


def test_all_faults_are_reported_with_their_line(tmp_path: Path) -> None:
    text = """- id: a b
  type: THING
  name: X
- name: Only a name
- just text
- {id: c, type: ORG, name: Cee, aliases: {a: b}, languages: [German], colour: red}
- {id: d, type: ORG, name: Dee}
- {id: d, type: ORG, name: Dee too}
"""
    found = faults(tmp_path, "own.yaml", text)
    assert [line.split(":")[1] for line in found] == ["1", "1", "1", "4", "4", "5", "6", "6", "6", "8"]
    reported = "\n".join(found)
    assert all(what in reported for what in ("space", "'THING'", "too short", "id is missing", "'German'", "'colour'", "already"))


@pytest.mark.parametrize(
    ("name", "text", "what"),
    [
        ("own.yaml", "id: a\ntype: b\n", ":1: not a list of entries"),
        ("own.yaml", "", ":1: not a list of entries"),
        ("own.yaml", "- id: [\n", ":2: not valid YAML"),
        ("own.csv", "", ":1: empty"),
        ("own.csv", "name,type\nA,B\n", ":1: the header lacks id"),
        ("own.csv", "id,type,name\na,ORG,Bee,Cee\n", ":2: 4 cells"),
        ("own.csv", "id,type,name\n\na,ORG\n", ":3: name is missing"),
        ("own.csv", 'id,type,name\na,ORG,"Bee" x\n', ":2: not valid CSV"),
    ],
)
def test_a_file_that_is_none_is_reported(tmp_path: Path, name: str, text: str, what: str) -> None:
    assert faults(tmp_path, name, text)[0].startswith(what)


@pytest.mark.parametrize("name", ["missing.yaml", "missing.csv"])
def test_a_missing_file_is_reported(tmp_path: Path, name: str) -> None:
    with pytest.raises(DataFileError, match="can't be read"):
        load_gazetteer([tmp_path / name], languages=LANGUAGES)


@pytest.mark.parametrize("name", ["own.yaml", "own.csv"])
def test_another_encoding_is_reported(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_bytes("- id: ä".encode("latin-1"))
    with pytest.raises(DataFileError, match="not UTF-8"):
        load_gazetteer([path], languages=LANGUAGES)


def test_faults_of_the_suppression_file_are_reported(tmp_path: Path) -> None:
    with pytest.raises(DataFileError, match=r"s\.txt:2: '\.\.\.' is neither"):
        load_gazetteer(suppress=write(tmp_path, "s.txt", "Q64\n...\n"), languages=LANGUAGES)
    with pytest.raises(DataFileError, match="can't be read"):
        load_gazetteer(suppress=tmp_path / "missing.txt", languages=LANGUAGES)


def test_a_gazetteer_of_another_format_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "old.tsv.gz"
    path.write_bytes(gzip.compress(b"something else\n"))
    with pytest.raises(DataFileError, match="install the package again"):
        read_shipped(path)
