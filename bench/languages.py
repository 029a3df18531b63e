"""How often the language of news sentences is identified, one by one and in groups."""

import sys
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from ops.train.data import ROOT, sentences_of

from bench.figures import header, row
from wirewatch.adapters.files.languages import load_languages
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
_SENTENCES = 1_000


def sentences(file: Path) -> Iterator[str]:
    """Yield the sentences of a file of tagged tokens, with spaces between tokens."""
    for rows in sentences_of(file):
        yield " ".join(token for token, _, _ in rows)


def measure(articles: Path | None) -> None:
    """Print the shares of right, unknown and wrong answers."""
    del articles
    if not ROOT.exists():
        print(f"{ROOT} is missing; nothing is measured", file=sys.stderr)
        return
    identify, languages = LangidIdentifier().identify, load_languages()
    header("language", "sentences together", "texts", "right %", "unknown %", "wrong %")
    for code, name in _FILES.items():
        own = list(islice(sentences(ROOT / f"{name}.tsv.gz"), _SENTENCES))
        for together in (1, 3, 8):
            texts = [" ".join(own[at : at + together]) for at in range(0, len(own), together)]
            found = [language_of("", text, declared=None, identify=identify, languages=languages).code for text in texts]
            right, unknown = found.count(code), found.count("und")
            row(code, together, len(texts), *(100 * count / len(texts) for count in (right, unknown, len(texts) - right - unknown)))
