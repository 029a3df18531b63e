"""YAML files as nodes that know their line (PyYAML's C parser), so that whoever reads them can tell every fault with its place."""

from pathlib import Path
from typing import Any

import yaml
from yaml import MappingNode, Node, ScalarNode, SequenceNode

__all__ = ["MappingNode", "Node", "ScalarNode", "SequenceNode", "YamlFault", "compose", "line_of", "plain"]


class YamlFault(ValueError):
    """A file that is no YAML: ``LINE: what is wrong; what to do``."""


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
        raise YamlFault(f"{line}: no valid YAML ({error.problem}); {hint}") from error
    except yaml.YAMLError as error:
        raise YamlFault(f"1: no valid YAML ({error}); remove the character") from error


def line_of(node: Node) -> int:
    """The line a node begins in, from 1."""
    return int(node.start_mark.line) + 1


def plain(node: Node | None) -> Any:
    """Dicts, lists and texts; whoever takes them says what is a number."""
    match node:
        case MappingNode():
            return {str(key.value): plain(value) for key, value in node.value}
        case SequenceNode():
            return [plain(item) for item in node.value]
        case ScalarNode():
            return node.value
    return None
