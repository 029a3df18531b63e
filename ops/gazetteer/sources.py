"""Reads the raw sources: each file's rows become drafts of entities, without names that would be found wrongly."""

import csv
import json
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from wirewatch.core.article import EntityType
from wirewatch.core.text.folding import fold

# Columns of additions/*.csv that have names in one language.
LANGUAGE_COLUMNS = ("de", "fr", "es", "pt", "it", "ru", "uk", "pl")
_CJK = re.compile(r"[\u1100-\u11ff\u3040-\u30ff\u3130-\u318f\u3400-\u9fff\uac00-\ud7ff]")
_PARENTHESES = re.compile(r"\s*\([^)]*\)")
_PATRONYMIC = re.compile(r"(?:[оеё]вич|ьич|[оеё]вна|ична|ович|йович|івна|ївна)$")
_CYRILLIC = re.compile(r"[Ѐ-ӿ]")
# Letters of the Cyrillic alphabets of the news we read; names in other ones are rare and collide with words.
_KNOWN_CYRILLIC = frozenset("абвгдежзийклмнопрстуфхцчшщъыьэюяёєіїґўђјљњћџѓќѕ -'’")
# Words in lower case inside names in Latin letters.
_PARTICLES = frozenset(
    "al am an and at auf bei ben bin da das de dei del della den der des di do dos du e el en et i im in la las le les lo los".split()
)
SMALL_WORDS = _PARTICLES | frozenset("na nad of on op por s sa sous sur ter the to und upon van von y za".split())


@dataclass(slots=True)
class Draft:
    """An entity that is being put together. ``names``: (name, languages). ``weight``: population or number of languages; the heavier wins.

    ``refused``: (folded name of the source, why it isn't used).
    """

    id: str
    type: EntityType
    name: str
    source: str
    names: list[tuple[str, frozenset[str]]] = field(default_factory=list)
    surnames: list[str] = field(default_factory=list)
    weight: int = 0
    refused: list[tuple[str, str]] = field(default_factory=list)

    def add(self, name: str, *languages: str) -> None:
        self.names.append((name, frozenset(languages)))


def usable(name: str) -> bool:
    """Return whether a name is in a script that we match by words, and has no remains of a list."""
    return len(name) > 1 and not _CJK.search(name) and "(" not in name and name != "null" and any(map(str.isalpha, name))


def additions(folder: Path) -> Iterator[Draft]:
    """Yield our own entries, people first. The caller finds the ids that are empty."""
    for kind in ("people", "places", "cities", "organisations", "companies", "misc"):
        with (folder / f"{kind}.csv").open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file, strict=True):
                yield _person(row) if kind == "people" else _thing(row, kind)


def _split(cell: str) -> list[str]:
    return [name.strip() for name in cell.split("|") if name.strip()]


def _person(row: Mapping[str, str]) -> Draft:
    draft = Draft(row["id"], "PER", row["name"], "additions/people")
    draft.add(row["name"])
    for name in _split(row["latin"]):
        draft.add(name)
    for name in _split(row["pl"]) or [row["name"]]:
        draft.add(name, "pl")
    for language in ("ru", "uk"):
        for name in _split(row[language]):
            draft.add(name, language)
    for name in _split(row["alone"]):
        draft.add(name, *(("ru", "uk") if _CYRILLIC.search(name) else ("pl",)))
    draft.surnames += _split(row["surname"])
    return draft


def _thing(row: Mapping[str, str], kind: str) -> Draft:
    draft = Draft(row["id"], _type(row["type"]), row["name"], f"additions/{kind}")
    for name in (row["name"], *_split(row["aliases"])):
        draft.add(name, "de", "en")
    for language in LANGUAGE_COLUMNS:
        for name in _split(row[language]):
            draft.add(name, language)
    return draft


def _type(text: str) -> EntityType:
    for kind in ("PER", "ORG", "LOC", "MISC"):
        if text == kind:
            return kind
    raise ValueError(f"{text!r} is not a type of entity; it must be PER, ORG, LOC or MISC")


def countries(path: Path) -> Iterator[Draft]:
    """Yield countries with their Wikidata ids and names by language."""
    for row in _jsonl(path):
        names = row["names"]
        draft = Draft(row["qid"], "LOC", names["en"][0].replace(" & ", " and "), "countries", weight=10**10)
        _add_by_language(draft, names)
        yield draft


def regions(path: Path) -> Iterator[Draft]:
    """Yield continents and their parts. CLDR has no ids for them, so the caller finds one by the English name, or makes one of ours."""
    for code, names in json.loads(path.read_text(encoding="utf-8")).items():
        if code.isdigit() and code != "001" and names["en"] not in {"Americas", "Middle Africa", "Micronesian Region"}:
            draft = Draft("", "LOC", names["en"], "regions", weight=10**9)
            _add_by_language(draft, {language: [name] for language, name in names.items()})
            yield draft


def organisations(path: Path) -> Iterator[Draft]:
    """Yield international organisations with their Wikidata ids. Short acronyms are left to the additions: most mean other things too."""
    for row in _jsonl(path):
        english = [name for name in row["names"].get("en", []) if usable(name)]
        if row["qid"] and english:
            draft = Draft(row["qid"], "ORG", english[0], "intl_orgs", weight=len(row["names"]))
            _add_by_language(draft, {language: [n for n in names if _long_enough(n)] for language, names in row["names"].items()})
            short = {name for names in row["names"].values() for name in names if usable(name) and not _long_enough(name)}
            draft.refused += [(" ".join(fold(name).split()), "a short name of an organisation") for name in sorted(short)]
            yield draft


def eurovoc(path: Path) -> Iterator[Draft]:
    """Yield organisations from EuroVoc. It has no Wikidata ids, so the caller uses only those that another source has by name."""
    for row in _jsonl(path):
        draft = Draft("", "ORG", row["labels"]["en"], "eurovoc")
        labels = {language: [label] for language, label in row["labels"].items() if label[:1].isupper()}
        _add_by_language(draft, {language: [n for n in names if _long_enough(n)] for language, names in labels.items()})
        yield draft


def _long_enough(name: str) -> bool:
    letters = sum(map(str.isalpha, name))
    return letters > 4 or (letters > 3 and " " not in name and not name.isupper())


def _add_by_language(draft: Draft, names: Mapping[str, Iterable[str]]) -> None:
    for language, written in names.items():
        for name in written:
            if language not in {"zh", "ja", "ko"} and usable(name) and "о-в" not in name:
                draft.add(name, language)


def leaders(folder: Path) -> Iterator[Draft]:
    """Yield heads of state and government, foreign ministers, and heads of international bodies."""
    for file, column, name in (
        ("world_leaders_2022_wikidata.csv", "officeholder", "officeholderLabel"),
        ("foreign_ministers_wikidata.csv", "person", "name"),
        ("intl_office_holders.csv", "personID", "person"),
    ):
        with (folder / file).open(encoding="utf-8", newline="") as stream:
            for row in csv.DictReader(stream):
                written = _PARENTHESES.sub("", row[name] or "").strip()
                if (row[column] or "").startswith("Q") and " " in written:
                    draft = Draft(row[column], "PER", written, "leaders", weight=100)
                    draft.add(written)
                    yield draft


def heads_today(path: Path) -> set[str]:
    """Return the names of today's heads of state and government, to check that the gazetteer has them."""
    with path.open(encoding="utf-8", newline="") as stream:
        return {row[column] for row in csv.DictReader(stream) for column in ("Head of Government", "Head of State") if row[column]}


def cities(path: Path) -> Iterator[Draft]:
    """Yield cities by population, the largest first, with those of their GeoNames aliases that look like names."""
    # A capital counts five times: San José is in Costa Rica rather than in California.
    rows = sorted(_jsonl(path), key=lambda row: (-row["pop"] * (5 if row["fcode"] == "PPLC" else 1), row["geonameid"]))
    for row in rows:
        if any(map(str.isdigit, row["name"])) or len(row["name"]) < 3:
            continue
        draft = Draft(f"geonames:{row['geonameid']}", "LOC", row["name"], "cities", weight=row["pop"])
        draft.add(row["name"])
        draft.add(row["ascii"])
        for alias in row["alt"]:
            if _city_alias(alias, row["name"], row["pop"]):
                draft.add(alias)
        yield draft


def _city_alias(alias: str, name: str, population: int) -> bool:
    if not usable(alias) or any(map(str.isdigit, alias)) or len(alias) > 40 or not alias[0].isupper() or alias.isupper():
        return False
    if any(word[0].islower() and word not in SMALL_WORDS for word in alias.split() if word[0].isalpha()):
        return False  # a romanisation of Chinese or Japanese
    if _CYRILLIC.search(alias):
        return set(alias.lower()) <= _KNOWN_CYRILLIC and len(alias) > 3
    scripts = {unicodedata.name(letter, "").split()[0] for letter in alias if letter.isalpha()}
    if scripts != {"LATIN"}:
        return len(scripts) == 1 and scripts <= {"GREEK", "ARABIC", "HEBREW"}
    if len(alias) < 5 or (alias.endswith(("as", "is", "us", "um", "o", "ae")) and not name.endswith(alias[-2:])):
        return False  # codes; Lithuanian, Latin and Esperanto forms
    return population >= 300_000 or fold(alias)[:1] == fold(name)[:1]


def parliamentarians(path: Path, report: Counter[str]) -> Iterator[Draft]:
    """Yield politicians with their full names; those that are left out are counted in ``report``."""
    for row in _jsonl(path):
        names = {language: name for language, raw in row["names"].items() if (name := full_name(raw, language))}
        birth = int(row["birth"][:4]) if row["birth"] and row["birth"][:4].isdigit() else 0
        if not names:
            report["politicians without a full name"] += 1
        elif birth and birth < 1925 and len(row["names"]) < 6:
            report["politicians born before 1925, with fewer than six languages"] += 1
        else:
            canonical = names.get("en") or names.get("de") or names.get("fr") or next(iter(names.values()))
            draft = Draft(row["qid"], "PER", canonical, "parliamentarians", weight=len(row["names"]))
            for language, name in names.items():
                draft.add(name, language)
                if (shorter := _without_patronymic(name)) != name:
                    draft.add(shorter, language)
            yield draft


def full_name(raw: str, language: str) -> str | None:
    """Return a person's name, given name first; None if it isn't two words or more in a script that we match."""
    name = _PARENTHESES.sub("", raw).strip()
    if name.count(",") == 1 and language in {"ru", "uk"}:
        surname, given = name.split(",")
        name = f"{given.strip()} {surname.strip()}"
    name = name.partition(",")[0]
    words = name.split()
    if len(words) == 3 and language in {"ru", "uk"} and _PATRONYMIC.search(words[2]):
        words = [words[1], words[2], words[0]]
    name = " ".join(words)
    if len(words) < 2 or not usable(name) or any(map(str.isdigit, name)) or sum(len(word.strip(".")) > 1 for word in words) < 2:
        return None
    return name


def _without_patronymic(name: str) -> str:
    words = name.split()
    return f"{words[0]} {words[2]}" if len(words) == 3 and _PATRONYMIC.search(words[1]) else name


def _jsonl(path: Path) -> Iterator[dict[str, Any]]:
    """Yield the rows of a file. They come from others, and are checked where they are used."""
    with path.open(encoding="utf-8") as file:
        yield from map(json.loads, file)
