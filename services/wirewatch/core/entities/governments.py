"""Adjectives of states, which are no names, but name the state where its government is meant: the Russian government, gobierno ruso."""

import re

from wirewatch.core.text.document import FieldText

# How the words for a government and its parts begin, folded; one with a blank behind it is whole. The adjective stands before them …
_BEFORE = {
    "de": "regierung |regierungen |regierungs|außenministeri|aussenministeri|verteidigungsministeri|innenministeri|finanzministeri|"
    "justizministeri|wirtschaftsministeri|kabinett|behorde|fuhrung |staatsfuhrung|prasidialamt|generalstab|delegation|botschaft ",
    "en": "government|cabinet|administration|authorities|ministry|ministries|leadership|embassy|delegation",
    "ru": "правительств|кабинет|власт|министерств|мид |минобороны |руководств|посольств|делегаци|генштаб",
    "uk": "уряд|кабінет|влад|міністерств|мзс |міноборони |керівництв|посольств|делегаці|генштаб",
    "pl": "rzad|gabinet|wladz|ministerstw|msz |mon |kierownictw|ambasad|delegacj",
}
# … or behind them.
_BEHIND = {
    "fr": "gouvernement|cabinet|autorites|ministere|presidence|ambassade|delegation",
    "es": "gobierno|gabinete|autoridades|ministerio|cancilleria|presidencia|embajada|delegacion",
    "pt": "governo|gabinete|autoridades|ministerio|chancelaria|presidencia|embaixada|delegacao",
    "it": "governo|gabinetto|autorita|ministero|presidenza|ambasciata|delegazione",
}
_BEFORE_WORDS = {language: tuple(words.split("|")) for language, words in _BEFORE.items()}
_BEHIND_WORDS = {language: tuple(words.split("|")) for language, words in _BEHIND.items()}
# "the Russian foreign ministry", "ministère de la Défense russe": how many words may stand between, and how many letters they have.
_BETWEEN_BEFORE, _BETWEEN_BEHIND, _REACH = 2, 3, 60
_PARTING = re.compile(r"[.,;:!?()\n]")


def names_government(field: FieldText, start: int, end: int, language: str) -> bool:
    """Whether the adjective of a state there belongs to a word for its government, in the same part of a sentence."""
    if words := _BEFORE_WORDS.get(language):
        stop = _PARTING.search(field.text, end, end + _REACH)
        following = field.folded[end : stop.start() if stop else end + _REACH].split()
        return any(f"{word} ".startswith(words) for word in following[: _BETWEEN_BEFORE + 1])
    if words := _BEHIND_WORDS.get(language):
        begin = max(0, start - _REACH)
        marks = [mark.end() for mark in _PARTING.finditer(field.text, begin, start)]
        preceding = field.folded[marks[-1] if marks else begin : start].split()
        return any(word.startswith(words) for word in preceding[-_BETWEEN_BEHIND - 1 :])
    return False
