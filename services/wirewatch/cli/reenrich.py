"""``replay``: what is stored, enriched anew."""

from contextlib import closing
from dataclasses import dataclass, fields
from typing import Annotated, Literal

import msgspec
import typer

from wirewatch.bootstrap import stores as bootstrap_elastic
from wirewatch.bootstrap import taggers as bootstrap
from wirewatch.cli.options import PARTLY_DONE, AsJson, Database, settings_from, stop_on_signal, tell
from wirewatch.cli.terminal import TerminalProgress, output, talk
from wirewatch.jobs.reenrich import Reenriched, selection


@dataclass(frozen=True)
class _Stored:
    """The articles gone through, as progress shows them."""

    name: str
    total: int


def replay(
    *,
    stage: Annotated[Literal["enrich"], typer.Option(help="What to do anew: enrich finds language, names and topics.")],
    since: Annotated[str | None, typer.Option(metavar="DATE", help="Only articles of this time or later, such as 2026-11-24.")] = None,
    until: Annotated[str | None, typer.Option(metavar="DATE", help="Only articles before this time.")] = None,
    query: Annotated[str, typer.Option(metavar="QUERY", help="Only articles that this query finds, as in search.")] = "",
    database: Database = None,
    force: Annotated[bool, typer.Option("--force", help="Also those that the current rules, names and models made.")] = False,
    as_json: AsJson = False,
) -> None:
    """Enrich stored articles anew, after a rule, the gazetteer or a model changed; a run that was stopped goes on when started again.

    The articles are in Elasticsearch where elasticsearch_urls is set and no --database is given, else in the SQLite file.

    Examples: `wirewatch replay --stage enrich` · `wirewatch replay --stage enrich --since 2026-11-01 --query 'lang:de NOT topic:sport'`
    """
    del stage  # the only one there is
    chosen = selection(query, since=since, until=until)
    settings = settings_from(database=database)
    taggers = bootstrap.build_taggers(settings)
    progress = TerminalProgress(talk())
    try:
        with stop_on_signal() as stop, closing(bootstrap_elastic.open_store_to_read(settings, database)) as store:
            progress.start(_Stored("replay", store.search(chosen, sort="newest", limit=1).total), 0)
            worker = bootstrap.build_reenrichment(
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
            f"looked at {summary.looked_at:,} · enriched anew {summary.enriched:,} · up to date {summary.up_to_date:,}"
            f" · newer {summary.newer:,} · failed {summary.failed.total():,}"
        )
    for reason, count in summary.failed.most_common(10):
        tell(f"  left as it was: {reason} ({count:,})")
    if summary.failed_ids:
        tell(f"  such as {', '.join(summary.failed_ids)}")
    if summary.stopped:
        tell("Stopped before the end; the same command goes on from here.")
