"""YAML files as nodes that know their line (PyYAML's C parser), so that every fault can be reported with its place."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import yaml
from yaml import MappingNode, Node, ScalarNode, SequenceNode

__all__ = ["Fields", "MappingNode", "Node", "ScalarNode", "SequenceNode", "YamlFault", "YamlFile", "compose", "items", "line_of", "plain"]

Fields = dict[str, Node]


class YamlFault(ValueError):
    """A file that is not YAML: ``LINE: what is wrong; what to do``."""


def compose(path: Path) -> Node | None:
    """The document's node; None if the file is empty. Raises YamlFault."""
    try:
        return yaml.compose(path.read_text(encoding="utf-8-sig"), Loader=yaml.CSafeLoader)
    except OSError as error:
        raise YamlFault(f"1: can't be read ({error.strerror}); correct the path or the permissions") from error
    except UnicodeDecodeError as error:
        raise YamlFault(f"1: not UTF-8 (byte {error.start}); save it as UTF-8") from error
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        hint = "put a text that begins with a star in quotes" if "alias" in f"{error.problem}" else "correct the YAML"
        raise YamlFault(f"{line}: not valid YAML ({error.problem}); {hint}") from error
    except yaml.YAMLError as error:
        raise YamlFault(f"1: not valid YAML ({error}); remove the character") from error


def line_of(node: Node) -> int:
    """The line in which a node begins, from 1."""
    return int(node.start_mark.line) + 1


def plain(node: Node | None) -> Any:
    """The node as dicts, lists and texts; numbers are left as texts."""
    match node:
        case MappingNode():
            return {str(key.value): plain(value) for key, value in node.value}
        case SequenceNode():
            return [plain(item) for item in node.value]
        case ScalarNode():
            return node.value
    return None


def items(node: Node | None) -> list[Node]:
    """The items of a list; anything else is a list of one."""
    if node is None:
        return []
    return list(node.value) if isinstance(node, SequenceNode) else [node]


class YamlFile:
    """Checks the nodes of one file. Faults are added to a list that may be shared with other files: ``FILE:LINE: what is wrong``."""

    def __init__(self, path: Path, faults: list[str], *, described_in: str) -> None:
        """``described_in``: the page that says what such a file holds."""
        self._path = path
        self._faults = faults
        self._described_in = described_in

    @property
    def faults_so_far(self) -> int:
        return len(self._faults)

    def fault(self, node: Node, message: str) -> None:
        """Add a fault of a node."""
        self._faults.append(f"{self._path}:{line_of(node)}: {message}")

    def compose(self, if_empty: str) -> Node | None:
        """The document's node; None, and a fault, if there is none. ``if_empty``: what to do about an empty file."""
        try:
            node = compose(self._path)
        except YamlFault as fault:
            self._faults.append(f"{self._path}:{' '.join(str(fault).split())}")
            return None
        if node is None:
            self._faults.append(f"{self._path}:1: it is empty; {if_empty}")
        return node

    def mapping(self, node: Node, what: str, keys: Sequence[str] = ()) -> Fields | None:
        """The fields of a mapping, only ``keys`` if there are any; None if it is not a mapping."""
        if not isinstance(node, MappingNode):
            self.fault(node, f"{what}: expected `name: value` pairs; see {self._described_in}")
            return None
        fields: Fields = {}
        for key, value in node.value:
            name = str(key.value)
            if name in fields:
                self.fault(key, f"{name} is here twice; keep one")
            elif keys and name not in keys:
                self.fault(key, f"{name!r} is unknown; write one of {', '.join(keys)}")
            fields[name] = value
        return fields

    def text(self, node: Node, what: str, pattern: re.Pattern[str] | None = None) -> str:
        """A text; empty if it is not one."""
        if not isinstance(node, ScalarNode) or not node.value.strip():
            self.fault(node, f"{what}: expected a text; write one")
            return ""
        if pattern and not pattern.fullmatch(node.value):
            self.fault(node, f"{what}: {node.value!r} does not have the form {pattern.pattern}; correct it")
        return str(node.value)

    def number(self, node: Node | None, what: str, default: float, most: float) -> float:
        """A number above 0, ``most`` at most; ``default`` if there is no node, or it is not such a number."""
        if node is None:
            return default
        try:
            number = float(node.value)
        except (TypeError, ValueError):
            number = 0.0
        if not 0 < number <= most:
            self.fault(node, f"{what}: expected a number above 0, {most:g} at most")
            return default
        return number
