"""The card of a model: what it is made from, how good it is, and its known faults (Mitchell et al. 2019, "Model cards")."""

from collections.abc import Mapping
from pathlib import Path

from ops.train.data import SOURCES, TYPES
from ops.train.evaluate import Score
from ops.train.recipes import RECIPES

_ORIGINS = {
    "germeval2014": "GermEval 2014 (Benikova et al. 2014), CC BY 4.0",
    "newseye_ner": "NewsEye, historical newspapers, as in HIPE-2022, CC BY 4.0",
    "wikigold_en": "Wikigold (Balasuriya et al. 2009), CC BY 4.0",
    "re3d_en": "re3d (Defence Science and Technology Laboratory), its free parts: public domain, OGL v3, CC BY, CC BY-SA",
    "crossner_en": "CrossNER (Liu et al. 2021), MIT; text from Wikipedia, CC BY-SA",
    "redocred_en": "Re-DocRED (Tan et al. 2022), MIT; text from Wikipedia, CC BY-SA",
    "uner_en_ewt": "Universal NER, English EWT, CC BY-SA 4.0",
    "wnut17_en": "WNUT 2017 (Derczynski et al. 2017), CC BY 4.0",
    "cess_esp": "CESS-ESP, part of AnCora-ES (Taulé et al. 2008), CC BY 4.0",
    "uner_pt_bosque": "Universal NER, Portuguese Bosque, CC BY-SA 4.0",
    "factrueval_ru": "factRuEval 2016, MIT",
    "wikiner_ru": "WikiNER (Nothman et al. 2013), CC BY 4.0",
    "europeana_ner": "Europeana Newspapers, CC0",
    "de_bundestag.txt.xz": "plenary protocols of the German Bundestag 2009-2015, official works, for word clusters",
}


def write_card(path: Path, language: str, scores: Mapping[str, Score], *, size: int) -> None:
    """Write the card of a model of ``size`` bytes. ``scores``: on the development data, by corpus."""
    recipe = RECIPES[language]
    sets = list(dict.fromkeys(source.path.partition("/")[0] for source in SOURCES[language]))
    names = dict.fromkeys(source.path.partition("/")[0] for other in recipe.foreign for source in SOURCES[other])
    lines = [
        f"# Names in texts of language `{language}`",
        "",
        f"A linear-chain CRF over features of words, clusters and the gazetteer's names, made by `python -m ops.train {language}`.",
        f"{size / 1e6:.1f} MB. The weights are under CC BY-SA 4.0.",
        "",
        "## Made from",
        *(f"* {_ORIGINS[name]}" for name in [*sets, *(raw.name for raw in recipe.raw)]),
    ]
    if names:
        lines.append(f"* names in the sentences of other languages: {', '.join(names)} (see their cards)")
    lines += [
        "",
        "## How good",
        "Exact spans and types on development data, as the service finds them: gazetteer and model joined. F1 in per cent.",
        "",
        f"| data | sentences' names | precision | recall | F1 | {' | '.join(TYPES)} |",
        f"| --- |{' --- |' * (4 + len(TYPES))}",
    ]
    for name, result in scores.items():
        types = " | ".join(f"{result.f1(kind):.1f}" if result.wanted[kind] else "" for kind in TYPES)
        lines.append(
            f"| {name} | {result.wanted.total()} | {result.precision():.1f} | {result.recall():.1f} | {result.f1():.1f} | {types} |"
        )
    lines += ["", "## Known faults", *(f"* {fault}" for fault in _FAULTS + _OWN_FAULTS.get(language, ()))]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


_FAULTS = (
    "ORG and MISC are found less reliably than PER and LOC; a club or newspaper named after a city may be found as the city.",
    "There are few examples of lines in capitals or in title case.",
    "A noun that has a capital because it begins a sentence may become part of the name after it.",
)
_OWN_FAULTS: dict[str, tuple[str, ...]] = {
    "fr": ("All annotated text is from historical newspapers, read by OCR: on today's news it does worse than the figures say.",),
    "pt": ("The corpus has no MISC, so none is found.",),
    "en": (
        "Adjectives of nations and names of inhabitants are MISC, as in its corpora; in German they are not names.",
        "re3d also marks pronouns, common nouns and titles (we, the enemy, President X), which aren't names here, so its figure is low.",
    ),
}
