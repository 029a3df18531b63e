"""The annotated sentences to learn from, in one scheme of labels; no sentence occurs twice or on both sides of a split.

A file's sentences are joined to running text and split into words again by wirewatch's own tokenizer, so that a model learns from what it
will see. Spans that begin or end inside a word take the whole word.
"""

import gzip
import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from hashlib import blake2b
from pathlib import Path
from typing import NamedTuple

from wirewatch.adapters.ner.tokens import tokenised
from wirewatch.core.entities.boundaries import trimmed

ROOT = Path(__file__).parents[2].parent / "shared" / "data" / "ner"
TYPES = ("PER", "LOC", "ORG", "MISC")
# First words, inner words and last words of names, and names of a single word (Ratinov & Roth 2009).
_NAMES = tuple(f"{place}-{kind}" for kind in TYPES for place in "BIES")
_NAMES_BUT_MISC = tuple(label for label in _NAMES if not label.endswith("MISC"))
# Words that aren't names but are derived from one: deutsch, EU-weit. Labels of their own keep them from counting against the name.
DERIVED = ("derived", "part")
LABELS = {"de": ("O", *_NAMES, *DERIVED), "en": ("O", *_NAMES), "es": ("O", *_NAMES), "ru": ("O", *_NAMES)}
LABELS |= dict.fromkeys(("pt", "fr"), ("O", *_NAMES_BUT_MISC))
_NO_SPACE_BEFORE = frozenset(".,;:!?)]}»”“'’%")
_NO_SPACE_AFTER = frozenset("([{«„")


class Name(NamedTuple):
    """A span of a text in code points, and its type, ``?`` if unknown."""

    start: int
    end: int
    type: str


@dataclass(frozen=True, slots=True)
class Example:
    """One sentence. ``labels[i]`` of ``words[i]`` is one of LABELS, or ``?``. ``types``: the types and DERIVED that its corpus marks."""

    corpus: str
    text: str
    names: tuple[Name, ...]
    words: tuple[str, ...]
    starts: tuple[int, ...]
    labels: tuple[str, ...]
    types: frozenset[str]
    known: tuple[str, ...] = ()
    domain: str = ""


class Source(NamedTuple):
    """A file to learn from.

    ``types``: those it marks. ``held``: the share of its sentences that is held back for development. ``copies``: how often a sentence
    counts. ``nominal``: it also marks what isn't a name (the enemy, our allies), which is left out. ``own``: it marks names in its own way,
    which is learnt apart from what all corpora share (Daumé 2007, "Frustratingly easy domain adaptation").
    """

    path: str
    types: frozenset[str] = frozenset(TYPES)
    held: float = 0.0
    own: bool = False
    copies: int = 1
    nominal: bool = False


_NO_MISC = frozenset(TYPES) - {"MISC"}
SOURCES: dict[str, tuple[Source, ...]] = {
    # More German corpora (Europarl, NewsEye, MobIE) made the model worse on news, learnt apart or not.
    "de": (Source("germeval2014/train", frozenset({*TYPES, *DERIVED})),),
    "en": (
        Source("wikigold_en/all", held=0.3, copies=2),
        Source("re3d_en/all", held=0.3, copies=2, nominal=True),
        Source("crossner_en/politics_train", copies=3),
        Source("redocred_en/dev", own=True),
        Source("redocred_en/test", own=True),
        Source("uner_en_ewt/dev", _NO_MISC, own=True),
        Source("wnut17_en/train", own=True),
        Source("wnut17_en/dev", own=True),
    ),
    # With Portuguese sentences the model does a little worse on the same newspapers, and better on others.
    "es": (Source("cess_esp/train"), Source("uner_pt_bosque/train", _NO_MISC, own=True)),
    "pt": (Source("uner_pt_bosque/train", _NO_MISC),),
    "ru": (Source("factrueval_ru/train", _NO_MISC, held=0.25), Source("wikiner_ru/train", own=True), Source("wikiner_ru/dev", own=True)),
    "fr": (
        Source("newseye_ner/fr_dev", _NO_MISC),
        Source("newseye_ner/fr_dev2", _NO_MISC, held=0.3),
        Source("europeana_ner/fr_bnf", _NO_MISC, own=True),
    ),
}
DEVELOPMENT: dict[str, tuple[Source, ...]] = {
    "de": (Source("germeval2014/dev"),),
    "en": (Source("crossner_en/politics_dev"),),
    "es": (Source("cess_esp/dev"),),
    "pt": (Source("uner_pt_bosque/dev", _NO_MISC),),
    "ru": (),
    "fr": (),
}


def load(language: str) -> tuple[list[Example], dict[str, list[Example]]]:
    """Return the sentences to train on, and the development sentences by corpus.

    No sentence is in both, and none is twice in the first, but for ``copies``.
    """
    development: dict[str, list[Example]] = {}
    training: list[tuple[int, list[Example]]] = []
    for source in DEVELOPMENT[language]:
        development[source.path] = list(read(source, language))
    for source in SOURCES[language]:
        examples = list(read(source, language))
        if source.held:
            # In blocks, because neighbours are often from the same document.
            held = [number // 40 % round(1 / source.held) == 0 for number in range(len(examples))]
            whole = read(source._replace(nominal=False), language)
            development[f"{source.path} held back"] = [example for example, out in zip(whole, held, strict=True) if out]
            examples = [example for example, out in zip(examples, held, strict=True) if not out]
        training.append((source.copies, examples))
    seen = {key_of(example.text) for examples in development.values() for example in examples}
    kept = []
    for copies, examples in training:
        for example in examples:
            key = key_of(example.text)
            if key not in seen:
                seen.add(key)
                kept += [example] * copies
    return kept, development


def key_of(text: str) -> str:
    """Return a key that is the same for texts that differ only in case, blanks and punctuation."""
    return blake2b("".join(filter(str.isalnum, text.lower())).encode(), digest_size=8).hexdigest()


def read(source: Source, language: str) -> Iterator[Example]:
    """Yield the sentences of a file."""
    corpus = source.path.partition("/")[0]
    for rows in sentences_of(ROOT / f"{source.path}.tsv.gz"):
        text, names = joined([(token, _tag(corpus, token, tag, original)) for token, tag, original in rows])
        if source.nominal:
            names = tuple(_without_article(name, text) for name in names if _is_name(name, text))
        marked = [name if name.type in {*source.types, *DERIVED} else name._replace(type="?") for name in names]
        yield replace(example_of(corpus, text, marked, language, source.types), domain=corpus if source.own else "")


def _is_name(name: Name, text: str) -> bool:
    """Return whether it has a capital, and not only because the sentence begins there."""
    inside = text[max(1, name.start) : name.end]
    return inside != inside.lower()


def _without_article(name: Name, text: str) -> Name:
    first, blank, _ = text[name.start : name.end].partition(" ")
    return name._replace(start=name.start + len(first) + 1) if blank and first.lower() in {"the", "a", "an"} else name


def sentences_of(path: Path) -> Iterator[list[tuple[str, str, str]]]:
    """Yield a file's sentences: tokens with their tags, and with the corpus's own tags."""
    rows: list[tuple[str, str, str]] = []
    with gzip.open(path, "rt", encoding="utf-8") as file:
        for line in file:
            if line.strip():
                token, tag, *rest = line.rstrip("\n").split("\t")
                rows.append((token, tag, rest[0] if rest else tag))
            elif rows:
                yield rows
                rows = []
    if rows:
        yield rows


def _tag(corpus: str, token: str, tag: str, original: str) -> str:
    """Return a token's tag in our scheme, if its corpus has another."""
    # As in most corpora, adjectives of nations aren't names in German, and are MISC in English.
    if corpus == "germeval2014" and tag == "O" and original != "O":
        return f"{original[0]}-derived" if original.endswith("deriv") else f"{original[0]}-part"
    if corpus == "redocred_en" and original == "B-LOC" and token.endswith(_DEMONYM_ENDINGS) and token not in _NO_DEMONYMS:
        return "B-MISC"
    return tag


_DEMONYM_ENDINGS = ("ian", "ish", "ese", "ican", "rman", "rench", "utch", "raeli", "raqi", "akistani", "reek", "wiss", "orean", "ndian")
_NO_DEMONYMS = frozenset({"Michigan", "Cornish", "Cavendish"})


def joined(rows: Sequence[tuple[str, str]]) -> tuple[str, tuple[Name, ...]]:
    """Return running text made from tokens with IOB2 tags, and its names. Spaces are where ../shared/tools/ner_score.py puts them."""
    text, before = "", ""
    names: list[Name] = []  # and of DERIVED
    inside = False
    for token, tag in rows:
        if text and not (token[0] in _NO_SPACE_BEFORE or before in _NO_SPACE_AFTER):
            text += " "
        start, end = len(text), len(text) + len(token)
        text += token
        before = token[-1]
        if tag == "-":
            names.append(Name(start, end, "?"))
        elif tag.startswith("B-") or (tag.startswith("I-") and not inside):
            names.append(Name(start, end, tag[2:]))
        elif tag.startswith("I-"):
            names[-1] = names[-1]._replace(end=end)
        inside = tag[:2] in {"B-", "I-"}
    return text, tuple(names)


def example_of(corpus: str, text: str, names: Iterable[Name], language: str, types: frozenset[str]) -> Example:
    """Return a sentence with the labels of its words."""
    tokens = tokenised(text, language)
    labels = ["O"] * len(tokens)
    for name in names:
        start, end = (name.start, name.end) if name.type == "?" else trimmed(text, name.start, name.end)
        inside = [number for number, token in enumerate(tokens) if token.start < end and start < token.end]
        # If a word has two names, because the corpus splits words in another way, its label is unknown.
        unclear = name.type == "?" or any(labels[number] != "O" for number in inside)
        for place, number in enumerate(inside):
            single = "?" if unclear else name.type if name.type in DERIVED else ""
            labels[number] = single or f"{_place(place, len(inside))}-{name.type}"
    words, starts = tuple(token.text for token in tokens), tuple(token.start for token in tokens)
    real = tuple(name for name in names if name.type not in DERIVED)
    return Example(corpus, text, real, words, starts, tuple(labels), types)


def _place(number: int, count: int) -> str:
    if count == 1:
        return "S"
    return "B" if number == 0 else "E" if number == count - 1 else "I"


def in_other_case(examples: Sequence[Example], share: float, language: str, seed: int = 1) -> list[Example]:
    """Return a share of the sentences as headlines write them: in capitals, or with a capital for every longer word."""
    chooser = random.Random(seed)
    found = []
    for example in examples:
        if chooser.random() >= share or not any(name.type != "?" for name in example.names):
            continue
        change = str.upper if chooser.random() < 0.5 else _titled
        text = change(example.text)
        if len(text) == len(example.text):  # the capital of ß has two letters
            found.append(replace(example_of(example.corpus, text, example.names, language, example.types), known=(), domain=example.domain))
    return found


def _titled(text: str) -> str:
    return " ".join(word[:1].upper() + word[1:] if len(word) > 3 else word for word in text.split(" "))
