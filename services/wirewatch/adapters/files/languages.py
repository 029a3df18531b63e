"""Languages from YAML files (docs/languages.md); every fault is reported with its file and line."""

import re
from collections.abc import Iterator
from dataclasses import MISSING, fields
from importlib.resources import files
from pathlib import Path
from typing import Any, get_args, get_origin

from wirewatch.adapters.files.yaml_nodes import Node, ScalarNode, SequenceNode, YamlFile
from wirewatch.core.errors import DataFileError
from wirewatch.core.text.folding import fold
from wirewatch.core.text.languages import LanguageData, Languages

SHIPPED = Path(str(files("wirewatch") / "data" / "languages"))
_CODE = re.compile(r"[a-z]{2}")
# The keys of a file are the fields of LanguageData, except the code, which is the file's name.
_KEYS = {field.name: field for field in fields(LanguageData) if field.name != "code"}
_REQUIRED = tuple(name for name, field in _KEYS.items() if field.default is MISSING)
_FLAGS = {"true": True, "false": False}

_Fault = tuple[Node, str]


def load_languages(folder: Path = SHIPPED) -> Languages:
    """All ``CODE.yaml`` files of a folder. Raises DataFileError."""
    faults: list[str] = []
    languages = [_read(path, faults) for path in sorted(folder.glob("*.yaml"))]
    if not languages:
        faults.append(f"{folder}: no languages in this folder; install the package again")
    if faults:
        raise DataFileError("\n".join(faults))
    return Languages.of_all(language for language in languages if language)


def _read(path: Path, faults: list[str]) -> LanguageData | None:
    """One language; None, and the faults added, if anything is wrong with it."""
    before = len(faults)
    if not _CODE.fullmatch(path.stem):
        faults.append(f"{path}:1: {path.stem!r} is not a language code; name the file by ISO 639-1, such as de.yaml")
    file = YamlFile(path, faults, described_in="docs/languages.md")
    root = file.compose("write a language or remove the file")
    nodes = file.mapping(root, "the language", tuple(_KEYS)) if root else None
    if nodes is None:
        return None
    values: dict[str, Any] = {}
    for name in nodes.keys() & _KEYS.keys():
        values[name] = _value(name, nodes[name])
        for node, message in _value_faults(name, nodes[name]):
            file.fault(node, f"{name}: {message}")
    faults += [f"{path}:1: {name} is missing; add it (docs/languages.md)" for name in _REQUIRED if name not in values]
    return LanguageData(code=path.stem, **values) if len(faults) == before else None


def _value(name: str, node: Node) -> object:
    """The value of a key as LanguageData has it; of any kind where ``_value_faults`` reports the node."""
    kind = _KEYS[name].type
    if isinstance(node, SequenceNode):
        words = (str(item.value) for item in node.value)
        if name == "government_words":  # one without a star is whole
            words = (word.removesuffix("*") if word.endswith("*") else f"{word} " for word in words)
        return tuple(words) if get_origin(kind) is tuple else frozenset(words)
    return _FLAGS.get(node.value) if kind is bool else node.value


def _value_faults(name: str, node: Node) -> Iterator[_Fault]:
    kind = _KEYS[name].type
    if get_origin(kind) in (frozenset, tuple):
        if isinstance(node, SequenceNode):
            yield from _word_faults(name, node)
        else:
            yield node, "expected a list of words; write [one, two]"
    elif not isinstance(node, ScalarNode) or not node.value.strip():
        yield node, "expected a text; write one, or leave the key out"
    elif kind is bool:
        if node.value not in _FLAGS:
            yield node, f"{node.value!r} is neither true nor false; write one of them"
    elif (choices := get_args(kind)) and node.value not in choices:
        yield node, f"{node.value!r} is none of {', '.join(filter(None, choices))}; write one of them"


def _word_faults(name: str, words: SequenceNode) -> Iterator[_Fault]:
    seen: set[str] = set()
    for item in words.value:
        word = item.value
        if not isinstance(item, ScalarNode) or not word.strip():
            yield item, "expected a word; write one"
            continue
        bare = word.removesuffix("*") if name == "government_words" else word
        # Function words are compared with the text as written, in small letters; all others with the folded text.
        wanted, form = (bare.lower(), "small letters") if name == "function_words" else (fold(bare), "folded form")
        if " " in wanted.strip():
            yield item, f"{word!r} is not one word; write each word on its own"
        elif bare != wanted:
            yield item, f"{word!r} is not in {form}; write {wanted.strip()!r}"
        if word in seen:
            yield item, f"{word!r} is here twice; remove one"
        seen.add(word)
