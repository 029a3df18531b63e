"""Whether the surroundings of a form allow it to be the name that it could be."""

import re
from collections.abc import Mapping

from wirewatch.core.article import EntityType
from wirewatch.core.entities.gazetteer import Gazetteer, Rule
from wirewatch.core.entities.governments import names_government
from wirewatch.core.text.document import FieldText
from wirewatch.core.text.languages import UNKNOWN, LanguageData

# The place that an agency's report comes from, before its first words: ESSEN (dpa) - …, NICE, France (AP) — … and so on.
_DATELINE = re.compile(r"\s*([^\W\d_][^\n(),–—]{1,30}?)(?:, [^\n()–—]{2,30}?)?( \([^()\n]{2,25}\))? [-–—] \S")
_DATELINE_WORDS = 4
_PATRONYMICS = ("bin ", "ben ", "ibn ", "бин ", "бен ", "ибн ")
_SENTENCE_END = frozenset('.!?:;•–—-"“”„«»‘’(\n')


def start_after_title(field: FieldText, start: int, end: int, language: LanguageData) -> int:
    """Where the name begins in a full name of the gazetteer that has a title before it: King Charles III, папа римский Франциск.

    With a capital, only a rank is a title: other titles, such as Papa, are given names as well.
    """
    word, _, rest = field.folded[start:end].partition(" ")
    small = field.text[start].islower()
    if not rest or not (language.is_title(word) if small else word in language.ranks):
        return start
    begin = start + len(word) + 1
    while small and begin < end and field.text[begin].islower():
        begin = field.folded.find(" ", begin, end) + 1 or end
    return begin if begin < end else start


def dateline(field: FieldText) -> tuple[int, int, bool] | None:
    """Start and end of the place that the body begins with, and whether an agency in brackets follows it; None if there is none.

    A word in capitals and a dash may be something else (EXCLUSIVE - …), so that without an agency it should be known to be a place.
    """
    found = _DATELINE.match(field.text) if field.name == "body" else None
    if found is None or not (found[1].isupper() or found[2]) or len(found[1].split()) > _DATELINE_WORDS:
        return None
    return *found.span(1), found[2] is not None


def previous_word(field: FieldText, start: int) -> tuple[str, int]:
    """The folded word one separator before ``start``, and where it begins; empty if there is none."""
    end = start - 1
    if end < 1 or field.folded[end - 1] == " ":
        return "", start
    begin = field.folded.rfind(" ", 0, end) + 1
    return field.folded[begin:end], begin


def objection(
    field: FieldText, start: int, end: int, *, rule: Rule, form: str, kind: EntityType, language: LanguageData, gazetteer: Gazetteer
) -> str | None:
    """Why a candidate under a rule is not accepted here; None if it is."""
    text = field.text
    if rule.only and language.code not in rule.only and language.code != UNKNOWN:
        return f"counts in {', '.join(sorted(rule.only))} only"
    if text[start].islower() and not rule.any_case:
        return "begins with a small letter"
    if rule.adjective:
        return None if names_government(field, start, end, language) else "an adjective, without its government beside it"
    return _name_objection(field, start, end, rule=rule, form=form, kind=kind, language=language, gazetteer=gazetteer)


def _name_objection(
    field: FieldText, start: int, end: int, *, rule: Rule, form: str, kind: EntityType, language: LanguageData, gazetteer: Gazetteer
) -> str | None:
    text = field.text
    small = rule.common and _is_common(form, gazetteer.words, language)
    capital = rule.common and _is_common(form, gazetteer.nouns, language)
    if rule.exact:
        return _acronym_objection(text, start, end, word=small)
    if " " in form and (small or capital):
        return _phrase_objection(field, start, end, language)
    if kind == "LOC" and (small or capital or rule.cue):
        meant = has_cue(field, start, language) or dateline(field) in {(start, end, False), (start, end, True)}
        return None if meant else "could be a word or a person: needs a preposition of place before it"
    return _word_objection(text, start, end, small=small, capital=capital) or _given_name_objection(text, end, rule)


def _acronym_objection(text: str, start: int, end: int, *, word: bool) -> str | None:
    if not text[start:end].isupper() or text[end : end + 1] == "$":
        return "counts in capitals only"
    return "a common word in a line all in capitals" if word and _among_capitals(text, start, end) else None


def _phrase_objection(field: FieldText, start: int, end: int, language: LanguageData) -> str | None:
    """Why a common phrase isn't the name of the same words: New Democratic Party, The times are bad."""
    if field.text[field.folded.rfind(" ", 0, end) + 1].islower():
        return "goes on with a small letter"
    word, begin = previous_word(field, start)
    if word and field.text[begin].isupper() and word not in language.articles:
        return "the end of a longer name"
    return _word_objection(field.text, start, end, small=True, capital=False)


def _word_objection(text: str, start: int, end: int, *, small: bool, capital: bool) -> str | None:
    if capital:
        return "a common word that may be written with a capital"
    if small and (_begins_sentence(text, start) or _title_cased(_line(text, start, end))):
        return "a common word where any word has a capital"
    return None


def _given_name_objection(text: str, end: int, rule: Rule) -> str | None:
    follows = text[end : end + 1] == " " and text[end + 1 : end + 2].isupper() and text[end + 2 : end + 3].islower()
    return "a given name before another name" if rule.person and follows else None


def given_name_before(field: FieldText, start: int, gazetteer: Gazetteer, language: LanguageData) -> bool:
    """Whether a given name is right before ``start``: Michael Jordan, Jack London. A word of the language is none: Will Iran attack.

    Before bin Salman, which is somebody's son, any name is one.
    """
    end = start - 1
    if end < 1 or field.text[end] != " ":
        return False
    word, begin = previous_word(field, start)
    if field.folded.startswith(_PATRONYMICS, start) and field.text[begin : begin + 1].isupper() and not language.is_title(word):
        return True
    return word in gazetteer.given_names and not field.text[begin].islower() and not _is_common(word, gazetteer.words, language)


def surname_objection(field: FieldText, start: int, form: str, *, language: LanguageData, gazetteer: Gazetteer) -> str | None:
    """Why a word that is somebody's surname in the article is not accepted as one here; None if it is."""
    if given_name_before(field, start, gazetteer, language):
        return "another given name precedes it"
    word, begin = previous_word(field, start)
    if language.is_title(word):
        return None
    if word in language.articles_of_places and field.text[begin].islower():
        return "a place: an article precedes it"  # la Bretagne, where Anne de Bretagne was named
    small, capital = _is_common(form, gazetteer.words, language), _is_common(form, gazetteer.nouns, language)
    return _word_objection(field.text, start, start + len(form), small=small, capital=capital)


def _is_common(form: str, words: Mapping[str, frozenset[str]], language: LanguageData) -> bool:
    languages = words.get(form)
    return languages is not None and (language.code in languages or language.code == UNKNOWN)


def has_cue(field: FieldText, start: int, language: LanguageData) -> bool:
    """Whether the word before ``start`` says that a place follows."""
    word, _ = previous_word(field, start)
    return language.has_place_cue(word)


def _begins_sentence(text: str, start: int) -> bool:
    before = start - 1
    while before >= 0 and text[before] == " ":
        before -= 1
    return before < 0 or text[before] in _SENTENCE_END


def _line(text: str, start: int, end: int) -> str:
    stop = text.find("\n", end)
    return text[text.rfind("\n", 0, start) + 1 : stop if stop >= 0 else len(text)]


def _among_capitals(text: str, start: int, end: int) -> bool:
    """Whether the line, or at least the words on both sides, are all in capitals."""
    if _line(text, start, end).isupper():
        return True
    before, after = text[max(0, start - 40) : start].split(" "), text[end : end + 40].split(" ")
    return all(len(words) > 1 and len(words[at]) > 1 and words[at].isupper() for words, at in ((before, -2), (after, 1)))


def _title_cased(line: str) -> bool:
    """Whether a headline writes every longer word with a capital."""
    words = [word for word in line.split() if len(word) > 4 and word[0].isalpha()]
    return len(line) < 200 and all(not word[0].islower() for word in words)
