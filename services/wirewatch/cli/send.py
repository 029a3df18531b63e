"""``send``: articles from files and feeds onto Kafka."""

from dataclasses import asdict
from enum import StrEnum
from typing import Annotated

import msgspec
import typer

from wirewatch.bootstrap.jobs import open_article_sources, sending
from wirewatch.bootstrap.kafka import WAIT_SECONDS
from wirewatch.cli.options import PARTLY_DONE, AsJson, Sources, Wait, settings_from, stop_on_signal, tell
from wirewatch.cli.terminal import TerminalProgress, output, talk
from wirewatch.jobs.send import SendSummary

_SHOWN = 10


class Topic(StrEnum):
    """Where articles come in: as news, or as history, which never alerts."""

    ARTICLES = "articles"
    BACKFILL = "articles.backfill"


def send(
    sources: Sources,
    *,
    topic: Annotated[Topic, typer.Option(help="Where to: articles for news, articles.backfill for history.")] = Topic.ARTICLES,
    rate: Annotated[float, typer.Option(min=0, metavar="N", help="Send no more than N messages a second; 0: as fast as it goes.")] = 0,
    from_start: Annotated[bool, typer.Option("--from-start", help="Read from the start, not on from where the last run ended.")] = False,
    wait: Wait = WAIT_SECONDS,
    as_json: AsJson = False,
) -> None:
    """Send articles to Kafka, each confirmed. A run that was stopped or killed goes on after the last confirmed one.

    Messages that can't be read are sent, too: they become dead letters. Those too large for the topic are kept out and named.

    Examples: `wirewatch send articles.jsonl` · `wirewatch send archive/ --topic articles.backfill --rate 200` ·
    `tail -f wire.jsonl | wirewatch send -`
    """
    settings = settings_from()
    shown = TerminalProgress(talk())
    try:
        with (
            stop_on_signal() as stop,
            sending(settings, topic, rate=rate, wait_seconds=wait, tell=tell, shown=shown, stop=stop) as run,
        ):
            try:
                summary = run.run(open_article_sources(settings, sources, run=run, stop=stop), from_start=from_start)
            except Exception:
                shown.stop()
                tell(f"Confirmed so far: {run.summary.sent:,} of {run.summary.read:,} read. The same command goes on after them.")
                raise
    finally:
        shown.stop()
    _report(summary, as_json=as_json)
    if summary.too_large:
        raise typer.Exit(PARTLY_DONE)


def _report(summary: SendSummary, *, as_json: bool) -> None:
    if as_json:
        typer.echo(msgspec.json.encode(asdict(summary)))
    else:
        rate = summary.sent / max(summary.seconds, 1e-9)
        output().print(
            f"read {summary.read:,} · sent {summary.sent:,} · too large {summary.too_large:,}"
            f" · {summary.bytes / 1e6:,.1f} MB, {summary.seconds:.1f} s, {rate:,.0f} messages/s"
        )
    if not summary.read and not summary.stopped:
        tell("Nothing new: the sources are empty or were sent to their end before (--from-start sends them again).")
    if summary.unreadable:
        tell(f"{summary.unreadable:,} are no readable articles; they were sent all the same: the enrich worker makes dead letters of them.")
    if summary.stopped:
        tell("Stopped; the same command goes on after the last confirmed message.")
    for record in summary.too_large_records[:_SHOWN]:
        talk().print(f"wirewatch: too large, not sent: {record}", style="red", markup=False)
    if summary.too_large > _SHOWN:
        tell(f"and {summary.too_large - _SHOWN:,} more that are too large")
