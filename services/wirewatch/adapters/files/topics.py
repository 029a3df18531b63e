"""Topic rules from YAML files (docs/topics.md), every fault told with its line."""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from wirewatch.adapters.files.yaml_nodes import MappingNode, Node, ScalarNode, SequenceNode, YamlFault, compose, line_of
from wirewatch.core.errors import DataFileError
from wirewatch.core.topics.rules import Context, LanguageRules, Term, TopicRule, parse_term

_ID = re.compile(r"[a-z][a-z0-9_-]*")
_LANGUAGE = re.compile(r"[a-z]{2,3}")
_CONTEXT = re.compile(r"<([a-z_]+)>")
_MEDIATOPIC = re.compile(r"\d{8}")
_EUROVOC = re.compile(r"\d+|c_[0-9a-f]+")
_MAX_WEIGHT = 10.0
_MAX_WITHIN = 50
_TOPIC_KEYS = ("id", "labels", "mediatopics", "eurovoc", "threshold", "title_boost", "languages")
_LANGUAGE_KEYS = ("contexts", "terms", "not")
_TERM_KEYS = ("term", "terms", "weight", "near", "unless", "within")

_Fields = dict[str, Node]


def load_topics(directories: Sequence[Path]) -> tuple[TopicRule, ...]:
    """All rules in ``*.yaml`` and ``*.yml`` files, by id; a topic in a later directory replaces one with the same id.

    Raises DataFileError.
    """
    faults: list[str] = []
    rules: dict[str, TopicRule] = {}
    for directory in directories:
        if not directory.is_dir():
            faults.append(f"{directory}: no such folder; make it or correct the setting topic_directories")
            continue
        own: dict[str, Path] = {}
        for path in sorted((*directory.glob("*.yaml"), *directory.glob("*.yml"))):
            rule = _File(path, faults).read()
            if rule is None:
                continue
            if rule.id in own:
                faults.append(f"{path}:1: topic {rule.id!r} is in {own[rule.id].name} too; remove one of them or give it another id")
            own[rule.id] = path
            rules[rule.id] = rule
    if faults:
        raise DataFileError("\n".join(faults))
    return tuple(rules[name] for name in sorted(rules))


class _File:
    """One file; its faults are added to the list that all files share."""

    def __init__(self, path: Path, faults: list[str]) -> None:
        self._path = path
        self._faults = faults

    def read(self) -> TopicRule | None:
        """The rule; None if there was any fault."""
        before = len(self._faults)
        node = self._compose()
        rule = self._topic(node) if node is not None else None
        return rule if len(self._faults) == before else None

    def _fault(self, node: Node, message: str) -> None:
        self._faults.append(f"{self._path}:{line_of(node)}: {message}")

    def _compose(self) -> Node | None:
        try:
            node = compose(self._path)
        except YamlFault as fault:
            self._faults.append(f"{self._path}:{' '.join(str(fault).split())}")
            return None
        if node is None:
            self._faults.append(f"{self._path}:1: it is empty; write a topic or remove the file")
        return node

    def _topic(self, node: Node) -> TopicRule | None:
        fields = self._mapping(node, "the topic", _TOPIC_KEYS)
        if fields is None:
            return None
        for key in ("id", "labels", "languages"):
            if key not in fields:
                self._fault(node, f"{key} is missing; add it")
        name = self._text(fields["id"], "id", _ID) if "id" in fields else ""
        languages = self._by_language(fields.get("languages"), "languages")
        return TopicRule(
            id=name,
            labels={code: self._text(label, f"label {code}") for code, label in self._by_language(fields.get("labels"), "labels").items()},
            languages={code: self._language(own, code) for code, own in languages.items()},
            threshold=self._number(fields.get("threshold"), "threshold", 1.0),
            title_boost=self._number(fields.get("title_boost"), "title_boost", 2.0),
            mediatopics=tuple(self._text(item, "mediatopics", _MEDIATOPIC) for item in _items(fields.get("mediatopics"))),
            eurovoc=tuple(self._text(item, "eurovoc", _EUROVOC) for item in _items(fields.get("eurovoc"))),
        )

    def _by_language(self, node: Node | None, what: str) -> _Fields:
        fields = self._mapping(node, what) if node is not None else {}
        for code, own in (fields or {}).items():
            if not _LANGUAGE.fullmatch(code):
                self._fault(own, f"{what}: {code!r} is no language code; write one of ISO 639-1, such as de")
        return fields or {}

    def _language(self, node: Node, language: str) -> LanguageRules:
        before = len(self._faults)
        fields = self._mapping(node, language, _LANGUAGE_KEYS) or {}
        named = self._mapping(fields["contexts"], "contexts") if "contexts" in fields else {}
        contexts = {name: tuple(self._terms(own, language)) for name, own in (named or {}).items()}
        used: set[str] = set()
        entries = _items(fields.get("terms"))
        terms = tuple(term for item in entries for term in self._entry(item, _Contexts(language, contexts, used)))
        exceptions = tuple(self._terms(fields.get("not"), language))
        for name, own in (named or {}).items():
            if not _CONTEXT.fullmatch(f"<{name}>"):
                self._fault(own, f"context {name!r}: its name may hold only a to z and _; rename it")
            elif name not in used:
                self._fault(own, f"context {name!r} is used by no term; use it as <{name}> or remove it")
        if not terms and len(self._faults) == before:
            self._fault(node, f"{language} has no terms; add some or remove the language")
        self._twice(fields, [*(term.text for term in terms), *exceptions])
        return LanguageRules(terms, exceptions)

    def _twice(self, fields: _Fields, texts: Sequence[str]) -> None:
        if len(set(texts)) == len(texts):
            return
        seen: set[str] = set()
        for node in _scalars(fields.get("terms"), fields.get("not")):
            if node.value in seen and texts.count(node.value) > 1:
                self._fault(node, f"term {node.value!r}: it stands here twice; remove one")
            seen.add(node.value)

    def _entry(self, node: Node, contexts: "_Contexts") -> list[Term]:
        """One item of ``terms``: a term, a list of terms, or terms with weight and context."""
        if not isinstance(node, MappingNode):
            return [Term(text) for text in self._terms(node, contexts.language)]
        fields = self._mapping(node, "a term", _TERM_KEYS) or {}
        if ("term" in fields) == ("terms" in fields):
            self._fault(node, "a term needs either term or terms; keep one of them")
            return []
        near, unless = (self._context(fields.get(key), contexts) for key in ("near", "unless"))
        weight = self._number(fields.get("weight"), "weight", 1.0)
        within = self._number(fields.get("within"), "within", 8, _MAX_WITHIN)
        if within != int(within):
            self._fault(fields["within"], "within: expected a whole number of words")
        texts = self._terms(fields.get("term", fields.get("terms")), contexts.language)
        return [Term(text, weight, near, unless, int(within)) for text in texts]

    def _context(self, node: Node | None, contexts: "_Contexts") -> Context | None:
        terms: list[str] = []
        for item in _items(node):
            if not isinstance(item, ScalarNode):
                self._fault(item, "expected a term or a <context>; write a text")
                continue
            name = _CONTEXT.fullmatch(item.value)
            if name is None:
                terms += self._terms(item, contexts.language)
            elif name[1] in contexts.named:
                contexts.used.add(name[1])
                terms += contexts.named[name[1]]
            else:
                self._fault(item, f"context {item.value}: there is none of this name; add it to contexts of {contexts.language}")
        return Context(tuple(dict.fromkeys(terms)), contexts.language) if terms else None

    def _terms(self, node: Node | None, language: str) -> Iterator[str]:
        for item in _items(node):
            if not isinstance(item, ScalarNode):
                self._fault(item, "expected a term; write a text")
                continue
            try:
                parse_term(item.value, language)
            except ValueError as error:
                self._fault(item, f"term {item.value!r}: {error}")
            else:
                yield item.value

    def _mapping(self, node: Node, what: str, keys: Sequence[str] = ()) -> _Fields | None:
        if not isinstance(node, MappingNode):
            self._fault(node, f"{what}: expected `name: value` pairs; see docs/topics.md")
            return None
        fields: _Fields = {}
        for key, value in node.value:
            name = str(key.value)
            if name in fields:
                self._fault(key, f"{name} stands here twice; keep one")
            elif keys and name not in keys:
                self._fault(key, f"{name!r} is unknown; write one of {', '.join(keys)}")
            fields[name] = value
        return fields

    def _text(self, node: Node, what: str, pattern: re.Pattern[str] | None = None) -> str:
        if not isinstance(node, ScalarNode) or not node.value.strip():
            self._fault(node, f"{what}: expected a text; write one")
            return ""
        if pattern and not pattern.fullmatch(node.value):
            self._fault(node, f"{what}: {node.value!r} has not the form {pattern.pattern}; correct it")
        return str(node.value)

    def _number(self, node: Node | None, what: str, default: float, most: float = _MAX_WEIGHT) -> float:
        if node is None:
            return default
        try:
            number = float(node.value)
        except (TypeError, ValueError):
            number = 0.0
        if not 0 < number <= most:
            self._fault(node, f"{what}: expected a number above 0, {most:g} at most")
            return default
        return number


class _Contexts(NamedTuple):
    """A language's named contexts, and which of them were used."""

    language: str
    named: dict[str, tuple[str, ...]]
    used: set[str]


def _items(node: Node | None) -> list[Node]:
    """The items of a list; what is no list is a list of one."""
    if node is None:
        return []
    return list(node.value) if isinstance(node, SequenceNode) else [node]


def _scalars(*nodes: Node | None) -> Iterator[ScalarNode]:
    for node in nodes:
        if isinstance(node, ScalarNode):
            yield node
        elif isinstance(node, SequenceNode):
            yield from _scalars(*node.value)
        elif isinstance(node, MappingNode):
            yield from _scalars(*(value for key, value in node.value if key.value in {"term", "terms"}))
