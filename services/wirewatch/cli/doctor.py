"""``doctor``: what is used here, and what is wrong with it."""

import platform
import shutil
import time
from collections.abc import Iterable, Iterator, Sequence
from typing import Literal

import msgspec
import typer
from rich.table import Table
from rich.text import Text

from wirewatch import __version__
from wirewatch.adapters.ner.spacy_pipeline import SpacyRecogniser
from wirewatch.bootstrap.kafka import check_kafka
from wirewatch.bootstrap.stores import elastic_setup, open_sqlite
from wirewatch.bootstrap.taggers import Taggers, build_taggers, installed_pipelines
from wirewatch.cli.options import AsJson, Database, settings_from
from wirewatch.cli.terminal import output
from wirewatch.core.errors import WirewatchError
from wirewatch.core.search.parser import parse
from wirewatch.core.text.languages import LanguageData
from wirewatch.ports.model import EntityRecogniser
from wirewatch.settings import Settings

# A batch of long articles with its index and its journal needs no more.
_LITTLE_DISK = 200 * 1024 * 1024


class Finding(msgspec.Struct, frozen=True):
    """One thing looked at. ``advice``: it works, and something would be better."""

    what: str
    state: Literal["ok", "advice", "fault"]
    detail: str


def doctor(*, database: Database = None, as_json: AsJson = False) -> None:
    """Look at everything wirewatch needs, and say what is used and what is wrong."""
    findings = list(_findings(settings_from(database=database)))
    if as_json:
        typer.echo(msgspec.json.encode(findings))
    else:
        table = Table(box=None, show_header=False)
        for finding in findings:
            style = {"ok": "green", "advice": "yellow", "fault": "bold red"}[finding.state]
            table.add_row(Text(finding.state, style=style), Text(finding.what), Text(finding.detail))
        output().print(table)
    if any(finding.state == "fault" for finding in findings):
        raise typer.Exit(1)


def _findings(settings: Settings) -> Iterator[Finding]:
    yield Finding("wirewatch", "ok", f"{__version__} on Python {platform.python_version()}, {platform.system()} {platform.machine()}")
    begin = time.perf_counter()
    taggers = build_taggers(settings)
    seconds = time.perf_counter() - begin
    gazetteer = taggers.gazetteer
    yield Finding("names", "ok", f"{len(gazetteer.entities):,} entities, version {gazetteer.version}")
    names = ", ".join(f"{language.name} ({code})" for code, language in sorted(taggers.languages.by_code.items()))
    yield Finding("languages", "ok", names)
    languages = sorted({language for rule in taggers.rules for language in rule.languages})
    yield Finding("topics", "ok", f"{len(taggers.rules)} topics in {', '.join(languages)}, version {taggers.versions.topics}")
    yield Finding("start-up", "ok", f"names and topics loaded in {seconds:.2f} s")
    yield from _models(taggers, languages)
    yield _disk(settings)
    yield _store(settings)
    if settings.kafka_servers:
        yield _kafka(settings)
    if settings.elasticsearch_urls:
        yield _elasticsearch(settings)


def _models(taggers: Taggers, languages: Iterable[str]) -> Iterator[Finding]:
    """What finds names in each language, and what would find more."""
    installed = installed_pipelines()
    for language in sorted({*languages, *taggers.recognisers, *taggers.languages.by_code}):
        model = taggers.recognisers.get(language)
        yield (
            _pipeline(language, model)
            if isinstance(model, SpacyRecogniser)
            else _own_model(taggers.languages.of(language), model, installed)
        )


def _pipeline(language: str, model: SpacyRecogniser) -> Finding:
    what = f"model {language}"
    try:
        used, left = model.labels()
    except WirewatchError as error:
        return Finding(what, "fault", str(error))
    detail = f"{model.version} (spaCy); labels used: {', '.join(used) or 'none'}"
    if left:
        detail += f"; left out: {', '.join(left)}"
    if model.language not in (language, "xx"):
        return Finding(what, "fault", f"{detail}; it is for texts in {model.language}: correct the setting spacy_pipelines")
    if not used:
        return Finding(what, "fault", f"{detail}: none means PER, ORG, LOC or MISC; choose another pipeline")
    return Finding(what, "ok", detail)


def _own_model(language: LanguageData, model: EntityRecogniser | None, installed: Sequence[str]) -> Finding:
    what, official = f"model {language.code}", language.spacy_pipeline
    there = next((name for name in installed if name.startswith(f"{language.code}_")), "")
    step = "" if there or not official else f"`python -m spacy download {official}` and "
    advice = f"{step}set spacy_pipelines to {language.code}={there or official}" if there or official else ""
    if model is None:
        more = f"; for more, {advice}" if advice else ""
        return Finding(what, "advice", f"none: only names in the gazetteer are found{more}")
    if language.model_weakness:
        return Finding(what, "advice", f"{model.version}, {language.model_weakness}; a spaCy pipeline may find more: {advice}")
    return Finding(what, "ok", model.version + (f"; {there} is installed and not used" if there else ""))


def _disk(settings: Settings) -> Finding:
    folder = settings.database.absolute().parent
    if not folder.is_dir():
        return Finding("disk", "fault", f"{folder} is no folder; make it or set database")
    free = shutil.disk_usage(folder).free
    detail = f"{free / 1e9:,.1f} GB free in {folder}"
    return Finding("disk", "fault", f"{detail}: too little") if free < _LITTLE_DISK else Finding("disk", "ok", detail)


def _store(settings: Settings) -> Finding:
    if not settings.database.exists():
        return Finding("store", "ok", f"{settings.database} is made by the first run")
    try:
        store = open_sqlite(settings)
    except WirewatchError as error:
        return Finding("store", "fault", str(error))
    try:
        total = store.search(parse(""), limit=1).total
        dead, _ = store.dead_letters.find(limit=1)
    finally:
        store.close()
    return Finding("store", "ok", f"{settings.database}: {total:,} articles, {dead:,} dead letters")


def _elasticsearch(settings: Settings) -> Finding:
    try:
        return Finding("elasticsearch", "ok", elastic_setup(settings).check())
    except WirewatchError as error:
        return Finding("elasticsearch", "fault", str(error))


def _kafka(settings: Settings) -> Finding:
    try:
        return Finding("kafka", "ok", check_kafka(settings))
    except WirewatchError as error:
        return Finding("kafka", "fault", str(error))
