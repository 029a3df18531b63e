"""From what a producer sent to text that can be read, searched, tagged and stored."""

import re
import unicodedata
from collections.abc import Callable
from html import unescape
from typing import Any

import msgspec

from wirewatch.core.article import EnrichedArticle, Flag
from wirewatch.core.text.character_map import CharacterMap

# Only tags of news pages are markup: "<name@host>" and "a <b and c> d" are text.
_MARKUP = re.compile(
    r"</?(?:p|br|div|span|a|b|i|u|em|strong|small|sub|sup|ul|ol|li|dl|dt|dd|h[1-6]|hr|img|figure|figcaption|picture|video|audio|iframe|script"
    r"|style|noscript|template|svg|table|thead|tbody|tr|td|th|caption|blockquote|q|cite|code|pre|section|article|aside|header|footer|main"
    r"|nav|html|head|body|meta|link|title|form|input|button|time|address|center|font|amp-[a-z-]+)(?:\s[^<>]*)?/?>|<!--|<!\[CDATA\[|<!doctype",
    re.IGNORECASE,
)
_REFERENCE = re.compile(r"&(?:#\d{1,7}|#x[0-9a-f]{1,6}|[a-z][a-z0-9]{1,31});", re.IGNORECASE)
_TOKEN = re.compile(r"<!--|-->|<(?P<close>/?)(?P<name>[a-z][a-z0-9-]*)[^<>]*>|<!\[CDATA\[|\]\]>|<[!?][^<>]*>", re.IGNORECASE)
_HIDDEN = frozenset("script style noscript template svg iframe head".split())
_BLOCKS = frozenset(
    "address article aside blockquote br caption dd div dl dt figcaption figure footer h1 h2 h3 h4 h5 h6 header hr li main ol p pre "
    "section table tbody thead tr ul".split()
)
_CELLS = frozenset({"td", "th"})
# A page is at most this many times as long as its text; the rest is cut off before any time is spent on it.
_MARKUP_SHARE = 8
# Feeds may escape text that is escaped already, at most this many times.
_MARKUP_ROUNDS = 3
# Controls but tab and newline, soft hyphen, zero-width space, word joiner, byte order mark, directional overrides, lone surrogates.
# Zero-width joiners are kept, because they have a meaning in Persian and in emoji.
_UNWANTED = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\xad\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff\ud800-\udfff]+")
_ASCII_UNWANTED = bytes(code for code in (*range(32), 127) if chr(code) not in "\t\n\r")
_NEWLINES = re.compile("\r\n?|\x85|\u2028|\u2029")
# The time of Unicode's normalisation is quadratic in a run of combining marks; no script needs more than 30 (UAX #15, stream-safe text).
_MARK = "[\u0300-\u036f\u0483-\u0487\u0591-\u05bd\u0610-\u061a\u064b-\u065f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]"
_MARKS = re.compile(f"({_MARK}{{30}}){_MARK}+")
_BLANKS = re.compile(r"[^\S\n]+")
# Text that fits on a page of this map is in NFC and has nothing unwanted; its only white space is then the space and the line break.
_PLAIN = CharacterMap(lambda character: {"\t": " ", "\xa0": " ", "\r": "\n", "\xad": ""}.get(character, character))


def clean(text: str, *, max_characters: int) -> tuple[str, set[Flag]]:
    """Return readable text, and flags for what was done to it.

    The text is in Unicode NFC, with one space between words and at most one empty line between paragraphs. Text after ``max_characters`` is
    cut off.
    """
    flags: set[Flag] = set()
    if len(text) > _MARKUP_SHARE * max_characters:
        flags.add("truncated")
        text = text[: _MARKUP_SHARE * max_characters]
    plain = without_markup(text)
    if plain != text:
        flags.add("markup_removed")
    if plain.isascii():
        wanted = plain.encode("ascii").translate(None, _ASCII_UNWANTED).decode("ascii")
        cleaned = _PLAIN.apply(wanted.replace("\r\n", "\n"))
        removed = len(wanted) < len(plain)
    elif (found := _PLAIN.apply_page(plain.replace("\r\n", "\n"))) is not None:
        cleaned, removed = found, False
    else:
        cleaned, removed = _normal(plain)
    if removed:
        flags.add("characters_removed")
    cleaned = _tidy(cleaned)
    if len(cleaned) > max_characters:
        flags.add("truncated")
        cleaned = cleaned[:max_characters].rstrip()
    return cleaned, flags


def _normal(text: str) -> tuple[str, bool]:
    """Return any text in NFC, with no white space but spaces and line breaks, and whether anything unwanted was removed."""
    lines = _NEWLINES.sub("\n", text)
    wanted = _UNWANTED.sub("", _MARKS.sub(r"\1", lines))
    return _BLANKS.sub(" ", unicodedata.normalize("NFC", wanted)), len(wanted) < len(lines)


def _tidy(text: str) -> str:
    """Leave one space between words, none around line breaks, at most one empty line. Replacing is ten times as fast as splitting lines."""
    while "  " in text:
        text = text.replace("  ", " ")
    text = text.replace(" \n", "\n").replace("\n ", "\n")
    while "\n\n\n" in text:
        text = text.replace("\n\n\n", "\n\n")
    return text.strip()


def without_markup(text: str) -> str:
    """Return text without tags and character references, even if a feed escaped them more than once."""
    for _ in range(_MARKUP_ROUNDS):
        if "<" in text and _MARKUP.search(text):
            text = _html_to_text(text)
        elif "&" in text and _REFERENCE.search(text):
            text = unescape(text)
        else:
            break
    return text


def _html_to_text(html: str) -> str:
    """Return the visible text, block elements on lines of their own, in one pass however deeply they nest (docs/decisions/0001)."""
    kept: list[str] = []
    position, hidden = 0, ""
    for token in _TOKEN.finditer(html):
        if not hidden:
            kept.append(html[position : token.start()])
        position = token.end()
        name = (token["name"] or "").lower()
        if hidden:
            closed = token.group() == "-->" if hidden == "<!--" else bool(token["close"]) and name == hidden
            hidden = "" if closed else hidden
        elif token.group() == "<!--" or (name in _HIDDEN and not token["close"] and not token.group().endswith("/>")):
            hidden = name or "<!--"
        elif name in _BLOCKS:
            kept.append("\n")
        elif name in _CELLS:
            kept.append(" ")
        elif token.group() == "-->":
            kept.append("-->")
    if not hidden:
        kept.append(html[position:])
    return unescape("".join(kept))


def storable(article: EnrichedArticle, encode: Callable[[EnrichedArticle], bytes]) -> tuple[EnrichedArticle, bytes]:
    """Return the article and its encoding; if ``encode`` can't encode its text, both are of the article after ``storable_text``."""
    try:
        return article, encode(article)
    except UnicodeEncodeError:
        repaired = msgspec.convert(_repaired(msgspec.to_builtins(article)), EnrichedArticle)
        return repaired, encode(repaired)


def storable_text(text: str) -> str:
    """Return text that any encoding of Unicode can hold: each half of a surrogate pair becomes U+FFFD."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _repaired(value: Any) -> Any:
    match value:
        case str():
            return storable_text(value)
        case list() | tuple():
            return [_repaired(item) for item in value]
        case dict():
            return {key: _repaired(item) for key, item in value.items()}
        case _:
            return value
