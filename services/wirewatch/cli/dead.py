"""``dlq``: the messages that could not become articles, kept until they are replayed."""

from datetime import UTC, datetime
from typing import Annotated

import msgspec
import typer
from rich.table import Table
from rich.text import Text

from wirewatch import bootstrap
from wirewatch.cli.options import PARTLY_DONE, AsJson, Database, settings_from
from wirewatch.core.article import DeadLetter
from wirewatch.core.outcome import Reason, Rejected
from wirewatch.ports import EmbeddedStore
from wirewatch.terminal import output, talk

app = typer.Typer(help="Dead letters: messages that could not become articles, with the reason and their raw bytes.", no_args_is_help=True)
ByReason = Annotated[Reason | None, typer.Option(help="Only those rejected for this reason.")]
_PAGE = 500


@app.command("list")
def list_letters(
    *,
    reason: ByReason = None,
    limit: Annotated[int, typer.Option(min=1, help="How many to show, newest first.")] = 20,
    database: Database = None,
    as_json: AsJson = False,
) -> None:
    """List dead letters, newest first; with --json whole, raw bytes in base64.

    Example: `wirewatch dlq list --reason invalid_json`
    """
    store = bootstrap.open_store_to_read(settings_from(database=database))
    total, letters = store.dead_letters(reason=reason, limit=limit)
    if as_json:
        for letter in letters:
            typer.echo(msgspec.json.encode(letter))
        return
    table = Table("id", "when", "reason", "detail", "where", "bytes", box=None)
    for letter in letters:
        where = f"{letter.origin.topic}:{letter.origin.offset}"
        cells = (letter.id, f"{letter.failed_at:%Y-%m-%d %H:%M}", letter.reason, letter.detail, where, f"{len(letter.raw):,}")
        table.add_row(*map(Text, cells))
    if letters:
        output().print(table)
    talk().print(f"{total:,} dead letters" + (f", {len(letters):,} shown (--limit)" if len(letters) < total else ""))


@app.command("show")
def show(letter_id: Annotated[str, typer.Argument(help="Id of a dead letter.")], *, database: Database = None) -> None:
    """Write the raw bytes of a dead letter to standard output, as they came."""
    letter = bootstrap.open_store_to_read(settings_from(database=database)).dead_letter(letter_id)
    if letter is None:
        talk().print(f"wirewatch: no dead letter {letter_id}; `wirewatch dlq list` shows those there are", style="red", markup=False)
        raise typer.Exit(1)
    typer.get_binary_stream("stdout").write(letter.raw)


@app.command("replay")
def replay(
    letter_ids: Annotated[list[str] | None, typer.Argument(help="Ids of dead letters.")] = None,
    *,
    reason: ByReason = None,
    everything: Annotated[bool, typer.Option("--all", help="Replay all of them.")] = False,
    database: Database = None,
) -> None:
    """Process dead letters once more, after a rule, a setting or the program changed; those that fail again stay.

    Examples: `wirewatch dlq replay 3f2a…` · `wirewatch dlq replay --reason too_large`
    """
    if sum((bool(letter_ids), reason is not None, everything)) != 1:
        raise typer.BadParameter("name the dead letters by id, or by --reason, or take --all")
    settings = settings_from(database=database)
    pipeline = bootstrap.build_pipeline(settings, bootstrap.build_taggers(settings))
    store = bootstrap.open_store_to_read(settings)
    letters = _chosen(store, letter_ids or [], reason)
    replayed = 0
    for letter in letters:
        outcome = pipeline.process(letter.raw, now=datetime.now(UTC))
        if isinstance(outcome, Rejected):
            again = msgspec.structs.replace(letter, reason=outcome.reason, detail=outcome.detail, attempts=letter.attempts + 1)
            store.commit((), (again,))
        else:
            # The article first: killed in between, the letter is replayed again and the article is a duplicate.
            store.put([outcome])
            store.remove_dead_letters([letter.id])
            replayed += 1
    talk().print(
        f"{replayed:,} of {len(letters):,} dead letters are articles now" + ("" if replayed == len(letters) else "; the others stay")
    )
    if replayed < len(letters):
        raise typer.Exit(PARTLY_DONE)


def _chosen(store: EmbeddedStore, letter_ids: list[str], reason: Reason | None) -> list[DeadLetter]:
    if letter_ids:
        found = {letter_id: store.dead_letter(letter_id) for letter_id in letter_ids}
        if missing := [letter_id for letter_id, letter in found.items() if letter is None]:
            raise typer.BadParameter(f"no such dead letter: {', '.join(missing)}")
        return [letter for letter in found.values() if letter]
    total, _ = store.dead_letters(reason=reason, limit=1)
    return [letter for offset in range(0, total, _PAGE) for letter in store.dead_letters(reason=reason, limit=_PAGE, offset=offset)[1]]
