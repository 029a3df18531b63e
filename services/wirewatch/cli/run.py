"""``run`` and ``demo``: articles in, enriched articles in the store."""

from collections.abc import Sequence
from dataclasses import fields
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from wirewatch.bootstrap.jobs import DEMO_ARTICLES, build_run, open_article_sources
from wirewatch.bootstrap.serving import build_metrics, status_server
from wirewatch.bootstrap.stores import open_sqlite
from wirewatch.bootstrap.taggers import build_taggers
from wirewatch.cli.options import PARTLY_DONE, AsJson, Database, Fast, Sources, settings_from, stop_on_signal
from wirewatch.cli.terminal import TerminalProgress, output, print_summary, talk
from wirewatch.jobs.run import Summary
from wirewatch.settings import Settings

_DEMO_DATABASE = Path("demo.db")


def run(
    sources: Sources,
    *,
    database: Database = None,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Keep reading a file of JSON lines as it grows.")] = False,
    from_start: Annotated[bool, typer.Option("--from-start", help="Read from the start, not on from where the last run ended.")] = False,
    metrics_port: Annotated[int | None, typer.Option(help="Serve /metrics, /healthz and /readyz on this port.")] = None,
    fast: Fast = False,
    as_json: AsJson = False,
) -> None:
    """Read articles, enrich them and store them; a run that was killed goes on where its last commit ended.

    Examples: `wirewatch run articles.jsonl` · `wirewatch run feeds/` · `tail -f wire.jsonl | wirewatch run -`
    """
    settings = settings_from(fast=fast, database=database, metrics_port=metrics_port)
    summary = _run(settings, sources, follow=follow, from_start=from_start)
    _report(summary, as_json=as_json)
    if not summary.read and not summary.stopped:
        talk().print("Nothing new: the sources are empty or were read to their end before (--from-start reads them again).")
    if summary.rejected:
        talk().print("Some messages were rejected; they are kept: `wirewatch dlq list` shows them.")
        raise typer.Exit(PARTLY_DONE)


def demo(*, database: Database = None, as_json: AsJson = False) -> None:
    """Run the articles that come with wirewatch, in nine languages, into demo.db, and show what to try next."""
    settings = settings_from(database=database or _DEMO_DATABASE)
    summary = _run(settings, [str(DEMO_ARTICLES)], from_start=True)
    _report(summary, as_json=as_json)
    if as_json:
        return
    where = f"--database {settings.database}"
    talk().print("One of them is broken and one undated, on purpose. Try next:")
    for command in (
        f"wirewatch search {where} 'topic:sanctions person:putin' --facets",
        f"wirewatch search {where} 'topic:arms AND (Gipfel OR summit)' --timeline week",
        "wirewatch tag --explain 'Vor dem Gipfel in Genf sprachen Lawrow und die NATO über neue Wirtschaftssanktionen.'",
    ):
        talk().print(f"  {_program()} {command[len('wirewatch ') :]}", markup=False)


def _program() -> str:
    """How this very program is called from here."""
    local = Path(".venv/bin/wirewatch")
    return str(local) if local.exists() else "wirewatch"


def _run(settings: Settings, paths: Sequence[str], *, follow: bool = False, from_start: bool = False) -> Summary:
    progress = TerminalProgress(talk())
    taggers = build_taggers(settings)
    metrics = build_metrics(taggers)
    store = open_sqlite(settings)
    try:
        with stop_on_signal() as stop:
            worker = build_run(settings, taggers=taggers, store=store, metrics=metrics, progress=progress, stop=stop)
            articles = open_article_sources(settings, paths, run=worker, stop=stop, follow=follow)
            with status_server(settings, metrics.registry, worker.health):
                return worker.run(articles, from_start=from_start)
    finally:
        progress.stop()
        store.close()


def _report(summary: Summary, *, as_json: bool) -> None:
    if not as_json:
        print_summary(output(), summary)
        return
    figures = {field.name: getattr(summary, field.name) for field in fields(summary)}
    figures["entities"] = [{"name": name, "type": kind, "count": count} for (name, kind), count in summary.entities.most_common(100)]
    typer.echo(msgspec.json.encode(figures))
