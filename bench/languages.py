"""Language identification on news sentences, alone and in groups."""

import gzip
import sys
from collections.abc import Iterator
from pathlib import Path

from bench.texts import REAL, header, row
from wirewatch.adapters.langid import LangidIdentifier
from wirewatch.core.ingest.language import language_of

_FILES = {
    "de": "germeval2014/dev",
    "en": "wikigold_en/all",
    "es": "cess_esp/dev",
    "pt": "uner_pt_bosque/dev",
    "ru": "factrueval_ru/train",
    "fr": "europeana_ner/fr_bnf",
}
NER = REAL.parents[1] / "ner"
_SENTENCES = 1_000


def sentences(file: Path) -> Iterator[str]:
    """The sentences of a file of tagged tokens."""
    words: list[str] = []
    with gzip.open(file, "rt", encoding="utf-8") as lines:
        for line in lines:
            if line.strip():
                words.append(line.split("\t")[0])
            elif words:
                yield " ".join(words)
                words = []


def measure(articles: Path | None) -> None:
    """Print the share of right answers, and of wrong ones that were sure of themselves."""
    del articles
    if not NER.exists():
        print("needs ../shared/data", file=sys.stderr)
        return
    identify = LangidIdentifier().identify
    header("language", "sentences together", "texts", "right %", "unknown %", "wrong %")
    for code, name in _FILES.items():
        own = [sentence for sentence, _ in zip(sentences(NER / f"{name}.tsv.gz"), range(_SENTENCES), strict=False)]
        for together in (1, 3, 8):
            texts = [" ".join(own[at : at + together]) for at in range(0, len(own), together)]
            found = [language_of("", text, declared=None, identify=identify).code for text in texts]
            right, unknown = found.count(code), found.count("und")
            row(code, together, len(texts), *(100 * count / len(texts) for count in (right, unknown, len(texts) - right - unknown)))
