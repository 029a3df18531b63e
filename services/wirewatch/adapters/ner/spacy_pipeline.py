"""Finds names with a spaCy pipeline that the user has installed or has in a folder."""

import json
import re
from collections.abc import Iterator, Sequence
from functools import cached_property
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from wirewatch.core.article import EntityType
from wirewatch.core.errors import SettingsError
from wirewatch.core.text.spans import TypedSpan

if TYPE_CHECKING:
    from spacy.language import Language

# Labels of spaCy's pipelines: OntoNotes (English), WikiNER (German, Spanish, …), NKJP (Polish), and those of smaller corpora.
_TYPES: dict[str, EntityType] = {
    **dict.fromkeys(("PER", "PERSON", "PERSNAME", "PRS", "NAME_PER"), "PER"),
    **dict.fromkeys(("ORG", "ORGANIZATION", "ORGNAME", "NAT_REL_ORG"), "ORG"),
    **dict.fromkeys(("LOC", "GPE", "FAC", "FACILITY", "PLACENAME", "GEOGNAME", "GPE_LOC", "GPE_ORG"), "LOC"),
    **dict.fromkeys(("MISC", "EVENT", "EVT", "LAW", "PRODUCT", "PROD", "WORK_OF_ART", "WRK", "DRV"), "MISC"),
}
# Components that don't help to find names; those that do are kept (tok2vec, transformer, ner, entity_ruler).
_UNUSED = (
    "tagger",
    "morphologizer",
    "parser",
    "senter",
    "attribute_ruler",
    "lemmatizer",
    "trainable_lemmatizer",
    "textcat",
    "textcat_multilabel",
)
_FINDERS = {"ner", "entity_ruler", "span_ruler"}
# A text is processed in pieces, so that a long one takes no more memory than a short one: a line, sentences of a long line, else words.
_PIECE = re.compile(r"[^\n]{1,400}(?=\n|\Z)|[^\n]{300,1000}?(?<=\w\w\w)[.!?…][»”\"']?(?=\s)|[^\n]{1,1000}(?=\s|\Z)|[^\n]{1,1000}")
_BATCH = 64


class SpacyRecogniser:
    """Finds names with a pipeline, given by name or folder and loaded with the first text. Raises SettingsError if there is none."""

    def __init__(self, pipeline: str) -> None:
        self._pipeline = pipeline
        folder = Path(pipeline)
        if (folder / "meta.json").is_file():
            meta = json.loads((folder / "meta.json").read_text(encoding="utf-8"))
            self._version = f"{meta.get('lang', '')}_{meta.get('name', '')}-{meta.get('version', '')}"
            self._language = str(meta.get("lang", ""))
            return
        self._language = pipeline.partition("_")[0]
        if not re.fullmatch(r"[A-Za-z_]\w*", pipeline) or not find_spec(pipeline):
            raise SettingsError(
                f"no spaCy pipeline {pipeline!r} is installed; install it with `python -m spacy download {pipeline}`, "
                "or correct the setting spacy_pipelines"
            )
        try:
            self._version = f"{pipeline}-{version(pipeline)}"
        except PackageNotFoundError:
            raise SettingsError(f"{pipeline!r} is not a spaCy pipeline; correct the setting spacy_pipelines") from None

    @property
    def version(self) -> str:
        """The name and version of the pipeline."""
        return self._version

    @property
    def language(self) -> str:
        """The language the pipeline was made for (ISO 639-1), ``xx`` for several."""
        return self._language

    def labels(self) -> tuple[list[str], list[str]]:
        """Return the pipeline's labels for names: those we have a type for, and those we leave out. Raises SettingsError."""
        found = sorted({label for name in _FINDERS & set(self._nlp.pipe_names) for label in self._nlp.pipe_labels[name]})
        return [label for label in found if label.upper() in _TYPES], [label for label in found if label.upper() not in _TYPES]

    def recognise(self, text: str, language: str, known: Sequence[TypedSpan] = ()) -> list[TypedSpan]:  # noqa: ARG002 - the port's signature
        """Return names as (start, end, type) in code points, in order; not dates and the like. ``known`` isn't used."""
        nlp = self._nlp
        found: list[TypedSpan] = []
        with nlp.memory_zone():
            for doc, offset in nlp.pipe(_pieces(text), as_tuples=True, batch_size=_BATCH):
                for span in doc.ents:
                    kind = _TYPES.get(span.label_.upper())
                    if kind:
                        found.append((offset + span.start_char, offset + span.end_char, kind))
        return found

    @cached_property
    def _nlp(self) -> "Language":
        try:
            nlp: Language = import_module("spacy").load(self._pipeline, exclude=_UNUSED)
        except (OSError, ValueError) as error:
            raise SettingsError(
                f"the spaCy pipeline {self._pipeline!r} can't be loaded ({str(error).splitlines()[0]}); install one for the installed spaCy"
            ) from error
        if not _FINDERS & set(nlp.pipe_names):
            raise SettingsError(f"the spaCy pipeline {self._pipeline!r} can't find names, it has no component ner; choose another one")
        return nlp


def _pieces(text: str) -> Iterator[tuple[str, int]]:
    for piece in _PIECE.finditer(text):
        if not piece.group().isspace():
            yield piece.group(), piece.start()
