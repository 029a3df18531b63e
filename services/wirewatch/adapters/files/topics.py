"""Topic rules from YAML files (docs/topics.md); every fault is reported with its line."""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from wirewatch.adapters.files.yaml_nodes import Fields, MappingNode, Node, ScalarNode, SequenceNode, YamlFile, items
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


def load_topics(directories: Sequence[Path]) -> tuple[TopicRule, ...]:
    """All rules in ``*.yaml`` and ``*.yml`` files, ordered by id; a topic in a later directory replaces one with the same id.

    Raises DataFileError.
    """
    faults: list[str] = []
    rules: dict[str, TopicRule] = {}
    for directory in directories:
        if not directory.is_dir():
            faults.append(f"{directory}: no such folder; make it or correct the setting topic_directories")
            continue
        files_by_id: dict[str, Path] = {}
        for path in sorted((*directory.glob("*.yaml"), *directory.glob("*.yml"))):
            rule = _TopicFile(path, faults).read()
            if rule is None:
                continue
            if rule.id in files_by_id:
                faults.append(
                    f"{path}:1: topic {rule.id!r} is in {files_by_id[rule.id].name} too; remove one of them or give it another id"
                )
            files_by_id[rule.id] = path
            rules[rule.id] = rule
    if faults:
        raise DataFileError("\n".join(faults))
    return tuple(rules[name] for name in sorted(rules))


class _TopicFile:
    """One file with one topic."""

    def __init__(self, path: Path, faults: list[str]) -> None:
        self._file = YamlFile(path, faults, described_in="docs/topics.md")

    def read(self) -> TopicRule | None:
        """The rule; None if the file has any fault."""
        before = self._file.faults_so_far
        node = self._file.compose("write a topic or remove the file")
        rule = self._topic(node) if node is not None else None
        return rule if self._file.faults_so_far == before else None

    def _topic(self, node: Node) -> TopicRule | None:
        fields = self._file.mapping(node, "the topic", _TOPIC_KEYS)
        if fields is None:
            return None
        for key in ("id", "labels", "languages"):
            if key not in fields:
                self._file.fault(node, f"{key} is missing; add it")
        name = self._file.text(fields["id"], "id", _ID) if "id" in fields else ""
        languages = self._by_language(fields.get("languages"), "languages")
        return TopicRule(
            id=name,
            labels={
                code: self._file.text(label, f"label {code}") for code, label in self._by_language(fields.get("labels"), "labels").items()
            },
            languages={code: self._language(rules, code) for code, rules in languages.items()},
            threshold=self._file.number(fields.get("threshold"), "threshold", 1.0, _MAX_WEIGHT),
            title_boost=self._file.number(fields.get("title_boost"), "title_boost", 2.0, _MAX_WEIGHT),
            mediatopics=tuple(self._file.text(item, "mediatopics", _MEDIATOPIC) for item in items(fields.get("mediatopics"))),
            eurovoc=tuple(self._file.text(item, "eurovoc", _EUROVOC) for item in items(fields.get("eurovoc"))),
        )

    def _by_language(self, node: Node | None, what: str) -> Fields:
        fields = self._file.mapping(node, what) if node is not None else {}
        for code, value in (fields or {}).items():
            if not _LANGUAGE.fullmatch(code):
                self._file.fault(value, f"{what}: {code!r} is not a language code; use ISO 639-1, such as de")
        return fields or {}

    def _language(self, node: Node, language: str) -> LanguageRules:
        before = self._file.faults_so_far
        fields = self._file.mapping(node, language, _LANGUAGE_KEYS) or {}
        named = self._file.mapping(fields["contexts"], "contexts") if "contexts" in fields else {}
        contexts = {name: tuple(self._terms(words, language)) for name, words in (named or {}).items()}
        used: set[str] = set()
        entries = items(fields.get("terms"))
        terms = tuple(term for item in entries for term in self._entry(item, _Contexts(language, contexts, used)))
        exceptions = tuple(self._terms(fields.get("not"), language))
        for name, words in (named or {}).items():
            if not _CONTEXT.fullmatch(f"<{name}>"):
                self._file.fault(words, f"context {name!r}: its name may hold only a to z and _; rename it")
            elif name not in used:
                self._file.fault(words, f"context {name!r} is used by no term; use it as <{name}> or remove it")
        if not terms and self._file.faults_so_far == before:
            self._file.fault(node, f"{language} has no terms; add some or remove the language")
        self._report_repeated(fields, [*(term.text for term in terms), *exceptions])
        return LanguageRules(terms, exceptions)

    def _report_repeated(self, fields: Fields, texts: Sequence[str]) -> None:
        if len(set(texts)) == len(texts):
            return
        seen: set[str] = set()
        for node in _scalars(fields.get("terms"), fields.get("not")):
            if node.value in seen and texts.count(node.value) > 1:
                self._file.fault(node, f"term {node.value!r}: it is here twice; remove one")
            seen.add(node.value)

    def _entry(self, node: Node, contexts: "_Contexts") -> list[Term]:
        """One item of ``terms``: a term, a list of terms, or terms with weight and context."""
        if not isinstance(node, MappingNode):
            return [Term(text) for text in self._terms(node, contexts.language)]
        fields = self._file.mapping(node, "a term", _TERM_KEYS) or {}
        if ("term" in fields) == ("terms" in fields):
            self._file.fault(node, "a term needs either term or terms; keep one of them")
            return []
        near, unless = (self._context(fields.get(key), contexts) for key in ("near", "unless"))
        weight = self._file.number(fields.get("weight"), "weight", 1.0, _MAX_WEIGHT)
        within = self._file.number(fields.get("within"), "within", 8, _MAX_WITHIN)
        if within != int(within):
            self._file.fault(fields["within"], "within: expected a whole number of words")
        texts = self._terms(fields.get("term", fields.get("terms")), contexts.language)
        return [Term(text, weight, near, unless, int(within)) for text in texts]

    def _context(self, node: Node | None, contexts: "_Contexts") -> Context | None:
        terms: list[str] = []
        for item in items(node):
            if not isinstance(item, ScalarNode):
                self._file.fault(item, "expected a term or a <context>; write a text")
                continue
            name = _CONTEXT.fullmatch(item.value)
            if name is None:
                terms += self._terms(item, contexts.language)
            elif name[1] in contexts.named:
                contexts.used.add(name[1])
                terms += contexts.named[name[1]]
            else:
                self._file.fault(item, f"context {item.value}: there is none with this name; add it to contexts of {contexts.language}")
        return Context(tuple(dict.fromkeys(terms)), contexts.language) if terms else None

    def _terms(self, node: Node | None, language: str) -> Iterator[str]:
        for item in items(node):
            if not isinstance(item, ScalarNode):
                self._file.fault(item, "expected a term; write a text")
                continue
            try:
                parse_term(item.value, language)
            except ValueError as error:
                self._file.fault(item, f"term {item.value!r}: {error}")
            else:
                yield item.value


class _Contexts(NamedTuple):
    """A language's named contexts, and those that were used."""

    language: str
    named: dict[str, tuple[str, ...]]
    used: set[str]


def _scalars(*nodes: Node | None) -> Iterator[ScalarNode]:
    for node in nodes:
        if isinstance(node, ScalarNode):
            yield node
        elif isinstance(node, SequenceNode):
            yield from _scalars(*node.value)
        elif isinstance(node, MappingNode):
            yield from _scalars(*(value for key, value in node.value if key.value in {"term", "terms"}))
