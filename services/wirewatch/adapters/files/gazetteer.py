"""The gazetteer that ships, and users' names from YAML or CSV files (docs/entities.md)."""

import csv
import gzip
import re
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from importlib.resources import files
from pathlib import Path

from wirewatch.adapters.files.yaml_nodes import MappingNode, Node, ScalarNode, SequenceNode, YamlFault, compose, line_of
from wirewatch.core.article import EntityType
from wirewatch.core.entities.gazetteer import Gazetteer, GazetteerEntry, Identity, Rule, extended
from wirewatch.core.errors import DataFileError
from wirewatch.core.text.folding import fold
from wirewatch.core.text.languages import Languages

SHIPPED = Path(str(files("wirewatch") / "data" / "gazetteer" / "gazetteer.tsv.gz"))
_FORMAT = "wirewatch gazetteer 1"
_COLUMNS = ("id", "type", "name", "aliases", "languages")
_LANGUAGE = re.compile(r"[a-z]{2,3}")
_TYPES: dict[str, EntityType] = {"PER": "PER", "ORG": "ORG", "LOC": "LOC", "MISC": "MISC"}


def load_gazetteer(extra: Sequence[Path] = (), suppress: Path | None = None, *, languages: Languages) -> Gazetteer:
    """The gazetteer that ships, with the entries of ``extra`` and without what ``suppress`` lists. Raises DataFileError."""
    faults: list[str] = []
    entries = _unique(list(_read_entries(extra, faults)), faults)
    suppressed = _suppressions(suppress, faults) if suppress else ()
    if faults:
        raise DataFileError("\n".join(faults))
    base = read_shipped(SHIPPED)
    if not extra and suppress is None:
        return base
    user_version = blake2b(repr((entries, suppressed)).encode(), digest_size=4).hexdigest()
    return extended(base, [entry for _, entry in entries], suppressed, languages=languages, version=f"{base.version}+{user_version}")


def read_shipped(path: Path) -> Gazetteer:
    """Read the file that ops/gazetteer/build.py writes. Raises DataFileError if it is damaged or of another version."""
    try:
        return _read_shipped(path)
    except OSError as error:
        raise DataFileError(f"{path}: can't be read ({error.strerror or error}); install the package again") from error
    except (EOFError, ValueError, KeyError, zlib.error) as error:
        raise DataFileError(f"{path}: damaged ({error}); install the package again") from error


def _read_shipped(path: Path) -> Gazetteer:
    with gzip.open(path, "rt", encoding="utf-8", newline="\n") as file:
        header, _, version = file.readline().rstrip("\n").partition("\t")
        if header != _FORMAT:
            raise DataFileError(f"{path}:1: not a gazetteer for this version of wirewatch; install the package again")
        given = file.readline().rstrip("\n").partition("\t")[2]
        words, nouns = (_words(file.readline().rstrip("\n").partition("\t")[2]) for _ in range(2))
        lines = file.read().splitlines()
    entities: list[Identity] = []
    patterns: list[str] = []
    owners: list[int] = []
    rule_of: list[int] = []
    rules = {"": 0}
    surnames = {}
    for owner, line in enumerate(lines):
        entity_id, kind, name, *groups = line.split("\t")
        entities.append(Identity(entity_id, _TYPES[kind], name))
        for group in groups:
            rule, _, listed = group.partition(":")
            forms = listed.split("|")
            if rule == "@":
                surnames[owner] = forms
                continue
            patterns += forms
            owners += [owner] * len(forms)
            rule_of += [rules.setdefault(rule, len(rules))] * len(forms)
    parsed = tuple(map(Rule.parse, rules))
    return Gazetteer(version, entities, patterns, owners, parsed, rule_of, surnames, frozenset(given.split("|")), words, nouns)


def _words(text: str) -> dict[str, frozenset[str]]:
    pairs = (pair.partition("=") for pair in text.split("|") if pair)
    return {word: frozenset(languages.split(",")) for word, _, languages in pairs}


@dataclass(frozen=True, slots=True)
class _Place:
    """The place of an entry. Its repr is empty, so that the version does not depend on the file's path."""

    path: Path
    line: int

    def __str__(self) -> str:
        return f"{self.path}:{self.line}"

    def __repr__(self) -> str:
        return ""


_Placed = tuple[_Place, GazetteerEntry]


def _read_entries(paths: Sequence[Path], faults: list[str]) -> Iterator[_Placed]:
    for path in paths:
        rows = _csv_rows(path, faults) if path.suffix.lower() == ".csv" else _yaml_rows(path, faults)
        for line, row in rows:
            place = _Place(path, line)
            if entry := _entry(place, row, faults):
                yield place, entry


def _entry(place: _Place, row: dict[str, list[str]], faults: list[str]) -> GazetteerEntry | None:
    """An entry of checked fields; None if anything is wrong, which is added to ``faults``."""
    before = len(faults)
    single = {}
    for key in ("id", "type", "name"):
        values = row.get(key, [])
        if len(values) != 1 or not values[0]:
            faults.append(f"{place}: {key} is missing; give each entry an id, a type and a name")
        else:
            single[key] = values[0]
    faults += [f"{place}: unknown field {key!r}; the fields are {', '.join(_COLUMNS)}" for key in row if key not in _COLUMNS]
    kind = _TYPES.get(single.get("type", ""))
    if kind is None and "type" in single:
        faults.append(f"{place}: type {single['type']!r} is unknown; use PER, ORG, LOC or MISC")
    if re.search(r"\s", single.get("id", "")):
        faults.append(f"{place}: the id {single['id']!r} has a space; use a hyphen")
    names = [single[key] for key in ("name",) if key in single] + row.get("aliases", [])
    faults += [f"{place}: {name!r} is too short to find; use two letters or more" for name in names if len(fold(name).strip()) < 2]
    wrong = [code for code in row.get("languages", []) if not _LANGUAGE.fullmatch(code)]
    faults += [f"{place}: {code!r} is not a language code; use ISO 639-1, such as de" for code in wrong]
    if len(faults) > before or kind is None:
        return None
    return GazetteerEntry(single["id"], kind, single["name"], tuple(row.get("aliases", [])), frozenset(row.get("languages", [])))


def _unique(placed: list[_Placed], faults: list[str]) -> list[_Placed]:
    first: dict[str, _Place] = {}
    for place, entry in placed:
        if entry.id in first:
            faults.append(f"{place}: the id {entry.id!r} is already at {first[entry.id]}; put all its names into one entry")
        first.setdefault(entry.id, place)
    return placed


def _yaml_rows(path: Path, faults: list[str]) -> Iterator[tuple[int, dict[str, list[str]]]]:
    """The fields of each entry of a YAML list, with the entry's line."""
    try:
        root = compose(path)
    except YamlFault as fault:
        faults.append(f"{path}:{fault}")
        return
    if isinstance(root, MappingNode) and len(root.value) == 1 and root.value[0][0].value == "entities":
        root = root.value[0][1]
    if not isinstance(root, SequenceNode):
        faults.append(f"{path}:1: not a list of entries; begin each entry with '- id: …'")
        return
    for node in root.value:
        if isinstance(node, MappingNode):
            row = {}
            for key, value in node.value:
                row[str(key.value)] = _texts(value, str(key.value), path, faults)
            yield line_of(node), row
        else:
            faults.append(f"{path}:{line_of(node)}: an entry has id, type, name, aliases and languages; begin it with '- id: …'")


def _texts(node: Node, key: str, path: Path, faults: list[str]) -> list[str]:
    items = node.value if isinstance(node, SequenceNode) else [node]
    texts = [item.value.strip() for item in items if isinstance(item, ScalarNode)]
    if len(texts) < len(items):
        faults.append(f"{path}:{line_of(node)}: {key} must be a text or a list of texts")
    return [text for text in texts if text]


def _csv_rows(path: Path, faults: list[str]) -> Iterator[tuple[int, dict[str, list[str]]]]:
    """The fields of each row of a CSV file with a header; ``|`` or ``;`` separates several values."""
    text = _read(path, faults)
    if text is None:
        return
    reader = csv.reader(text.splitlines(keepends=True), strict=True)
    header: list[str] = []
    line = 1
    try:
        for cells in reader:
            if not header:
                header = [cell.strip().lower() for cell in cells]
                if missing := {"id", "type", "name"} - set(header):
                    faults.append(f"{path}:{line}: the header lacks {', '.join(sorted(missing))}; it is id,type,name,aliases,languages")
                    return
            elif len(cells) > len(header):
                faults.append(f"{path}:{line}: {len(cells)} cells, but {len(header)} columns; put a name with a comma in double quotes")
            elif any(map(str.strip, cells)):
                yield line, {key: _values(key, cell) for key, cell in zip(header, cells, strict=False)}
            line = reader.line_num + 1
    except csv.Error as error:
        faults.append(f"{path}:{reader.line_num}: not valid CSV ({error}); a quote inside a cell is written twice")
    if not header:
        faults.append(f"{path}:1: empty; begin with the header id,type,name,aliases,languages")


def _read(path: Path, faults: list[str]) -> str | None:
    try:
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        faults.append(f"{path}:1: can't be read ({error.strerror}); correct the path or the permissions")
    except UnicodeDecodeError as error:
        faults.append(f"{path}:1: not UTF-8 (byte {error.start}); save it as UTF-8")
    return None


def _values(key: str, cell: str) -> list[str]:
    texts = re.split(r"[|;]", cell) if key in {"aliases", "languages"} else [cell]
    return [text.strip() for text in texts if text.strip()]


def _suppressions(path: Path, faults: list[str]) -> tuple[str, ...]:
    """The ids and names of a suppression file, one per line; ``#`` begins a comment."""
    kept = []
    for number, line in enumerate((_read(path, faults) or "").splitlines(), 1):
        text = re.sub(r"(?:^|\s)#.*", "", line).strip()
        if text and not fold(text).strip():
            faults.append(f"{path}:{number}: {text!r} is neither an id nor a name; write one of them")
        elif text:
            kept.append(text)
    return tuple(kept)
