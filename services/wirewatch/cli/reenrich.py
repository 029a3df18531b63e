"""``reenrich``: stored articles, enriched again."""

from contextlib import closing
from dataclasses import dataclass, fields
from typing import Annotated

import msgspec
import typer

from wirewatch.bootstrap.jobs import build_reenrichment
from wirewatch.bootstrap.stores import open_articles
from wirewatch.bootstrap.taggers import build_taggers
from wirewatch.cli.options import PARTLY_DONE, AsJson, Database, settings_from, stop_on_signal, tell
from wirewatch.cli.terminal import TerminalProgress, output, talk
from wirewatch.core.errors import UsageError
from wirewatch.jobs.reenrich import Reenriched, selection


@dataclass(frozen=True)
class _Stored:
    """The articles that are read, as progress shows them."""

    name: str
    total: int


def reenrich(
    *,
    since: Annotated[str | None, typer.Option(metavar="DATE", help="Only articles of this time or later, such as 2026-11-24.")] = None,
    until: Annotated[str | None, typer.Option(metavar="DATE", help="Only articles before this time.")] = None,
    query: Annotated[str, typer.Option(metavar="QUERY", help="Only articles that this query finds, as in search.")] = "",
    database: Database = None,
    force: Annotated[bool, typer.Option("--force", help="Also those that the current rules, names and models made.")] = False,
    as_json: AsJson = False,
) -> None:
    """Enrich stored articles again, after a rule, the gazetteer or a model changed. A stopped run goes on when started again.

    The articles are in Elasticsearch where elasticsearch_urls is set and no --database is given, else in the SQLite file.

    Examples: `wirewatch reenrich` · `wirewatch reenrich --since 2026-11-01 --query 'lang:de NOT topic:sport'`
    """
    chosen = selection(query, since=since, until=until)
    settings = settings_from(database=database)
    taggers = build_taggers(settings)
    progress = TerminalProgress(talk())
    try:
        with stop_on_signal() as stop, closing(open_articles(settings, database)) as store:
            progress.start(_Stored("reenrich", store.search(chosen, sort="newest", limit=1).total), 0)
            worker = build_reenrichment(
                settings,
                taggers=taggers,
                store=store,
                stop=stop,
                advanced=lambda looked_at: progress.advance(looked_at, looked_at),
            )
            summary = worker.run(chosen, force=force)
    finally:
        progress.stop()
    _report(summary, as_json=as_json)
    if summary.failed:
        raise typer.Exit(PARTLY_DONE)


def _report(summary: Reenriched, *, as_json: bool) -> None:
    if as_json:
        typer.echo(msgspec.json.encode({item.name: getattr(summary, item.name) for item in fields(summary)}))
    else:
        output().print(
            f"looked at {summary.looked_at:,} · enriched again {summary.enriched:,} · up to date {summary.up_to_date:,}"
            f" · newer {summary.newer:,} · failed {summary.failed.total():,}"
        )
    for reason, count in summary.failed.most_common(10):
        tell(f"  left as it was: {reason} ({count:,})")
    if summary.failed_ids:
        tell(f"  such as {', '.join(summary.failed_ids)}")
    if summary.stopped:
        tell("Stopped before the end; the same command goes on from here.")


def replay(context: typer.Context) -> None:
    """Say what the verb is called now."""
    verb = context.command_path
    raise UsageError(f"`{verb}` is `wirewatch reenrich` now, without --stage; for dead letters it is `wirewatch dlq replay`")
