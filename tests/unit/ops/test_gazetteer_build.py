import json
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from ops.gazetteer.build import Collection, render
from ops.gazetteer.claims import Lexicon, claim_all, count_names
from ops.gazetteer.report import Row, rows, write

_THING = "id,type,name,aliases,de,fr,es,pt,it,ru,uk,pl\n"


def _jsonl(path: Path, *records: Mapping[str, Any]) -> None:
    path.write_text("".join(json.dumps(record) + "\n" for record in records), encoding="utf-8")


def _city(number: int, name: str, population: int, *aliases: str) -> dict[str, Any]:
    return {"geonameid": number, "name": name, "ascii": name, "alt": aliases, "pop": population, "fcode": "PPL"}


def _politician(number: int, name: str, *languages: str) -> dict[str, Any]:
    return {"qid": f"Q{number}", "names": dict.fromkeys(languages, name), "birth": "1960"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for kind in ("people", "places", "cities", "companies", "misc"):
        (tmp_path / f"{kind}.csv").write_text("id,name,latin,pl,ru,uk,alone,surname\n" if kind == "people" else _THING, encoding="utf-8")
    own = "Q7817,ORG,World Health Organization,WHO,,OMS,,,,,,\nww:mosel,ORG,Mosel,Atlanta,,,,,,,,\n"
    (tmp_path / "organisations.csv").write_text(_THING + own, encoding="utf-8")
    _jsonl(tmp_path / "countries_permissive.jsonl", {"qid": "Q40", "names": {"en": ["Austria"]}})
    (tmp_path / "regions_cldr.json").write_text("{}", encoding="utf-8")
    _jsonl(tmp_path / "intl_orgs.jsonl", {"qid": "Q1", "names": {"en": ["Organization of Mines", "OMS", "OMX"]}})
    _jsonl(tmp_path / "eurovoc_intl_orgs.jsonl")
    for name in ("world_leaders_2022_wikidata", "foreign_ministers_wikidata", "intl_office_holders"):
        (tmp_path / f"{name}.csv").write_text("officeholder,officeholderLabel,person,name,personID\n", encoding="utf-8")
    (tmp_path / "current_all-leaders.csv").write_text("Head of Government,Head of State\nEva Muster,\n", encoding="utf-8")
    _jsonl(
        tmp_path / "cities_100k_latin_cyrillic.jsonl",
        _city(1, "Springfield", 900_000, "Lakeside", "Atlanta"),
        _city(2, "Springfield", 200_000),
        _city(3, "Lakeside", 150_000),
        _city(4, "Muster", 150_000),
        _city(5, "Worden", 150_000),
        _city(6, "Dropton", 150_000),
    )
    _jsonl(
        tmp_path / "parliamentarians_2015.jsonl",
        _politician(11, "Eva Muster", "de"),
        _politician(12, "Eva Muster", "en"),
        _politician(13, "Jan Known", "de", "en"),
        _politician(14, "Jan Known", "de"),
    )
    return tmp_path


def test_report_lists_each_ambiguous_name_with_its_reason(folder: Path) -> None:
    lexicon = Lexicon({"worden": frozenset({"de"})}, {}, {("dropton", ""): "a drink"})
    collection = Collection(folder, Counter())
    collection.add_all(folder)
    drafts = list(collection.drafts.values())
    count_names([draft for draft in drafts if draft.type == "PER"], lexicon)
    claims = claim_all(drafts, lexicon)
    found = rows(claims, drafts, lexicon)
    claimed = "dropped: an entity of higher rank has it"
    assert found == sorted(
        [
            Row("atlanta", "geonames:1", "Springfield", claimed, "", "ww:mosel", "Mosel"),
            Row("dropton", "geonames:6", "Dropton", "dropped: in dropped_names.csv", "a drink"),
            Row("eva muster", "Q11", "Eva Muster", "dropped: two politicians, equally well known", "", "Q12", "Eva Muster"),
            Row("eva muster", "Q12", "Eva Muster", "dropped: two politicians, equally well known", "", "Q11", "Eva Muster"),
            Row("jan known", "Q14", "Jan Known", claimed, "", "Q13", "Jan Known"),
            Row("lakeside", "geonames:1", "Springfield", "dropped: the main name of another city", "", "geonames:3", "Lakeside"),
            Row("muster", "geonames:4", "Muster", "condition: also a person's name or a code, so only after a preposition of place"),
            Row("oms", "Q1", "Organization of Mines", "dropped: a short name of an organisation", "", "Q7817", "World Health Organization"),
            Row("oms", "Q7817", "World Health Organization", "condition: a short acronym or a word in capitals, so only in capitals"),
            Row("oms", "Q7817", "World Health Organization", "condition: something else in other languages, so only in some", "fr"),
            Row("omx", "Q1", "Organization of Mines", "dropped: a short name of an organisation"),
            Row("springfield", "geonames:2", "Springfield", "dropped: the main name of another city", "", "geonames:1", "Springfield"),
            Row("who", "Q7817", "World Health Organization", "condition: a short acronym or a word in capitals, so only in capitals"),
            Row("worden", "geonames:5", "Worden", "condition: also a common word, so only where that can't be meant", "de"),
            Row("wordens", "geonames:5", "Worden", "dropped: a German common word if this is a genitive"),
        ]
    )
    text, version = render(drafts, claims, lexicon)
    assert "lakeside" in text
    assert "eva muster" not in text
    write(folder / "report", found, version)
    assert (folder / "report/ambiguous.tsv").read_text(encoding="utf-8").splitlines()[2] == (
        "dropton\tgeonames:6\tDropton\tdropped: in dropped_names.csv\ta drink"
    )
    summary = (folder / "report/ambiguous.md").read_text(encoding="utf-8")
    assert "| dropped: two politicians, equally well known | 2 | eva muster, Eva Muster, Q11 (also Eva Muster, Q12); eva muster," in summary
