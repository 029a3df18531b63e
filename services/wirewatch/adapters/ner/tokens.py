"""Splits running text into the words and sentences that the name model works on, with their offsets."""

import re
from collections.abc import Sequence
from typing import NamedTuple

_ABBREVIATIONS = (
    "Abs|Art|Bd|Br|Capt|Co|Col|Corp|Dipl|Dr|Dra|Frhr|Gen|Gov|Hl|Inc|Ing|Jr|Lt|Ltd|Ltda|Mag|Mme|Mr|Mrs|Ms|Mt|Nr|Prof|Rep|Rev|Sen|Sgt|Sr|Sra|St|Sta|"
    "Ste|Str|vs|г|гг|им|ул|св"
)
_WORD = re.compile(
    rf"""(?:[^\W\d_]\.){{2,}}                          # U.S., z.B.
    | (?<!\w)(?:{_ABBREVIATIONS})\.(?!\w)              # Dr.
    | (?<!\w)[A-ZÀ-ÞА-Я]\.(?=\s*[^\W\d_])              # the J. of J. Smith
    | \d+(?:[.,:]\d+)*(?!\w)
    | \w+(?:(?:[-‐‑&.]|['’](?=\w\w))\w+)*              # EU-Gipfel, AT&T, Spiegel.de, O'Neill; but Obama and 's
    | ['’]\w(?!\w)
    | ([^\w\s])\1*""",
    re.VERBOSE,
)
# In French, an elided article or preposition is not part of the name after it: l'Europe.
_ELISION = re.compile(r"(?i)(?:[cdjlmnst]|qu)['’](?=\w)")
_STOPS = frozenset(".!?…")
_CLOSING = frozenset("\"'»”’“)]")


class Token(NamedTuple):
    """A word or punctuation mark, and its start in code points."""

    text: str
    start: int

    @property
    def end(self) -> int:
        return self.start + len(self.text)


def tokenised(text: str, language: str) -> list[Token]:
    """Return the words and punctuation marks of a text. Hyphens, and dots and apostrophes inside words, don't divide them."""
    found = [Token(match.group(), match.start()) for match in _WORD.finditer(text)]
    return [part for token in found for part in _without_elision(token)] if language == "fr" else found


def _without_elision(token: Token) -> tuple[Token, ...]:
    if elided := _ELISION.match(token.text):
        cut = elided.end()
        return Token(token.text[:cut], token.start), Token(token.text[cut:], token.start + cut)
    return (token,)


def sentence_starts(text: str, tokens: Sequence[Token]) -> list[int]:
    """Return the indices of the tokens that begin a sentence. Rules are good enough: a wrong cut costs the model little."""
    starts = [0] if tokens else []
    for index in range(1, len(tokens)):
        before = tokens[index - 1]
        gap = text[before.end : tokens[index].start]
        if "\n" in gap or (gap and _ends_sentence(tokens, index) and not text[tokens[index].start].islower()):
            starts.append(index)
    return starts


def _ends_sentence(tokens: Sequence[Token], index: int) -> bool:
    last = index - 1
    if last > 0 and tokens[last].text[0] in _CLOSING:
        last -= 1
    if tokens[last].text[0] not in _STOPS:
        return False
    # "am 27. Oktober" and "Art. 5": a short number, or a single letter, before the dot.
    word = tokens[last - 1].text if last else ""
    return tokens[last].text != "." or not (word.isdigit() and len(word) <= 2)
