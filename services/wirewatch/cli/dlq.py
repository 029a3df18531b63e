"""``dlq``: messages that could not become articles, kept until they are replayed."""

from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import msgspec
import typer
from rich.table import Table
from rich.text import Text

from wirewatch.bootstrap.jobs import build_embedded_replay, stream_replay
from wirewatch.bootstrap.kafka import WAIT_SECONDS, kafka_dead_letters
from wirewatch.bootstrap.stores import open_existing_sqlite
from wirewatch.cli.options import PARTLY_DONE, AsJson, Database, Wait, settings_from, tell
from wirewatch.cli.terminal import output, talk
from wirewatch.core.article import DeadLetter
from wirewatch.core.outcome import Reason
from wirewatch.jobs.dead_letters import Replay
from wirewatch.ports.store import DeadLetterBox
from wirewatch.settings import Settings

app = typer.Typer(
    help="Dead letters: messages that could not become articles, with the reason and their raw bytes. "
    "They are in Kafka where kafka_servers is set and no --database is given, else in the SQLite file.",
    no_args_is_help=True,
)
_PAGE = 50


def _time(text: str) -> datetime:
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"{text!r} is no time; write 2026-11-24 or 2026-11-24T06:30+01:00 (without a zone it is UTC)") from None
    return time if time.tzinfo else time.replace(tzinfo=UTC)


ByReason = Annotated[Reason | None, typer.Option(help="Only those rejected for this reason.")]
Since = Annotated[datetime | None, typer.Option(parser=_time, metavar="TIME", help="Only those that failed at this time or later.")]
Until = Annotated[datetime | None, typer.Option(parser=_time, metavar="TIME", help="Only those that failed before this time.")]


@app.command("list")
def list_letters(
    *,
    reason: ByReason = None,
    since: Since = None,
    until: Until = None,
    limit: Annotated[int, typer.Option(min=1, help="How many to show, newest first.")] = 20,
    page: Annotated[int, typer.Option(min=1, help="Which page of them.")] = 1,
    database: Database = None,
    wait: Wait = WAIT_SECONDS,
    as_json: AsJson = False,
) -> None:
    """List dead letters, newest first; with --json whole, raw bytes in base64.

    Example: `wirewatch dlq list --reason invalid_json --since 2026-11-24`
    """
    settings = settings_from(database=database)
    with _box(settings, database, wait) as box:
        total, letters = box.find(reason=reason, since=since, until=until, limit=limit, offset=(page - 1) * limit)
    if as_json:
        for letter in letters:
            typer.echo(msgspec.json.encode(letter))
        return
    if letters:
        output().print(_table(letters))
    talk().print(f"{total:,} dead letters" + (f", {len(letters):,} shown (--limit, --page)" if len(letters) < total else ""))


@app.command("show")
def show(
    letter_id: Annotated[str, typer.Argument(help="Id of a dead letter.")],
    *,
    database: Database = None,
    wait: Wait = WAIT_SECONDS,
) -> None:
    """Write the raw bytes of a dead letter to standard output, as they came."""
    with _box(settings_from(database=database), database, wait) as box:
        letter = box.get(letter_id)
    if letter is None:
        talk().print(f"wirewatch: no dead letter {letter_id}; `wirewatch dlq list` shows those there are", style="red", markup=False)
        raise typer.Exit(1)
    typer.get_binary_stream("stdout").write(letter.raw)


@app.command("replay")
def replay(
    letter_ids: Annotated[list[str] | None, typer.Argument(help="Ids of dead letters.")] = None,
    *,
    reason: ByReason = None,
    since: Since = None,
    until: Until = None,
    everything: Annotated[bool, typer.Option("--all", help="Replay all of them.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only list those that would be replayed.")] = False,
    database: Database = None,
    wait: Wait = WAIT_SECONDS,
) -> None:
    """Process dead letters again, after a rule, a setting or the program changed. Those that fail again stay.

    Those in Kafka go back to the topic they came from; one that fails again there becomes a new letter.

    Examples: `wirewatch dlq replay 3f2a…` · `wirewatch dlq replay --reason too_large --since 2026-11-24 --dry-run`
    """
    chosen_by_filter = any(value is not None for value in (reason, since, until))
    if sum((bool(letter_ids), chosen_by_filter, everything)) != 1:
        raise typer.BadParameter("name the dead letters by id, or by --reason, --since and --until, or take --all")
    settings = settings_from(database=database)
    with _box(settings, database, wait) as box:
        chosen = _known(box, letter_ids) if letter_ids else _ids(box, reason, since, until)
        letters = (letter for letter_id in chosen if (letter := box.get(letter_id)))
        if dry_run:
            _show_plan(letters)
            return
        with _replay(settings, database, box) as worker:
            summary = worker.run(letters)
    stay = f"; {len(summary.kept):,} stay" if summary.kept else ""
    tell(f"{summary.replayed:,} of {len(chosen):,} dead letters {worker.done}{stay}")
    if summary.replayed < len(chosen):
        for why, count in Counter(summary.kept.values()).most_common(10):
            tell(f"  stay: {why} ({count:,})")
        raise typer.Exit(PARTLY_DONE)


def _in_kafka(settings: Settings, database: Path | None) -> bool:
    return bool(settings.kafka_servers) and database is None


@contextmanager
def _box(settings: Settings, database: Path | None, wait: float) -> Iterator[DeadLetterBox]:
    if _in_kafka(settings, database):
        with kafka_dead_letters(settings, wait_seconds=wait, tell=tell) as letters:
            yield letters
    else:
        with closing(open_existing_sqlite(settings)) as store:
            yield store.dead_letters


@contextmanager
def _replay(settings: Settings, database: Path | None, box: DeadLetterBox) -> Iterator[Replay]:
    if _in_kafka(settings, database):
        with stream_replay(settings, box) as replay:
            yield replay
    else:
        with closing(open_existing_sqlite(settings)) as store:
            yield build_embedded_replay(settings, store)


def _known(box: DeadLetterBox, letter_ids: list[str]) -> list[str]:
    if missing := [letter_id for letter_id in letter_ids if box.get(letter_id) is None]:
        raise typer.BadParameter(f"no such dead letter: {', '.join(missing)}")
    return list(dict.fromkeys(letter_ids))


def _ids(box: DeadLetterBox, reason: Reason | None, since: datetime | None, until: datetime | None) -> list[str]:
    """The ids first: letters come and go while others are replayed."""
    found: list[str] = []
    while True:
        total, page = box.find(reason=reason, since=since, until=until, limit=_PAGE, offset=len(found))
        found += [letter.id for letter in page]
        if not page or len(found) >= total:
            return list(dict.fromkeys(found))


def _show_plan(letters: Iterator[DeadLetter]) -> None:
    reasons: Counter[str] = Counter()
    for letter in letters:
        reasons[letter.reason] += 1
        typer.echo(f"{letter.id} {letter.reason} {letter.origin.topic}")
    by_reason = ", ".join(f"{reason} {count:,}" for reason, count in reasons.most_common())
    tell(f"{reasons.total():,} dead letters would be replayed" + (f": {by_reason}" if by_reason else ""))


def _table(letters: tuple[DeadLetter, ...]) -> Table:
    table = Table("id", "when", "reason", "detail", "where", "tries", "bytes", box=None)
    for letter in letters:
        origin = letter.origin
        where = f"{origin.topic}:{origin.partition}:{origin.offset}" if origin.partition else f"{origin.topic}:{origin.offset}"
        when, size = f"{letter.failed_at:%Y-%m-%d %H:%M}", f"{len(letter.raw):,}"
        table.add_row(*map(Text, (letter.id, when, letter.reason, letter.detail, where, str(letter.attempts), size)))
    return table
