"""``config``: the settings in force."""

import os

import msgspec
import typer
from rich.table import Table
from rich.text import Text

from wirewatch.cli.options import AsJson, warn
from wirewatch.cli.terminal import output
from wirewatch.settings import Settings, settings_with_origins

app = typer.Typer(help="The settings in force.", no_args_is_help=True)


@app.callback()
def about() -> None:
    """Keep ``show`` a verb of its own, though it is the only one."""


@app.command("show")
def show(*, as_json: AsJson = False) -> None:
    """Print every setting, its value and where the value came from.

    Example: `WIREWATCH_BATCH_ARTICLES=512 wirewatch config show`
    """
    settings, origins = settings_with_origins(os.environ, warn=warn)
    values = settings.model_dump(mode="json")
    if as_json:
        typer.echo(msgspec.json.encode({name: {"value": values[name], "origin": origins[name]} for name in values}))
        return
    table = Table("setting", "value", "from", "what it does", box=None)
    for name, field in Settings.model_fields.items():
        table.add_row(*map(Text, (name, str(values[name]), origins[name], field.description or "")))
    output().print(table)
