"""The verbs of the command line.

Data goes to standard output, talk to standard error. Exit codes: 0 fine, 1 failed, 2 usage or configuration, 3 a dependency is down,
4 partly done (some messages were rejected).
"""

import sys

import typer

from wirewatch import __version__
from wirewatch.cli import config, dlq, doctor, lag, reenrich, reindex, run, search, send, setup, tag, workers
from wirewatch.cli.terminal import talk
from wirewatch.core.errors import WirewatchError

app = typer.Typer(
    name="wirewatch",
    help=(
        "Streaming media monitoring: finds the language, the entities and the topics of news articles, and makes them searchable.\n\n"
        "Try: wirewatch demo"
    ),
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(wanted: bool) -> None:  # noqa: FBT001 - typer hands a flag to its callback by position
    if wanted:
        typer.echo(f"wirewatch {__version__}")
        raise typer.Exit


@app.callback()
def options(*, version: bool = typer.Option(False, "--version", callback=_version, is_eager=True, help="Print the version.")) -> None:
    """Options before a verb."""


app.command("run")(run.run)
app.command("demo")(run.demo)
app.command("search")(search.search)
app.command("enrich")(workers.enrich)
app.command("index")(workers.index)
app.command("tag")(tag.tag)
app.command("setup")(setup.setup)
app.command("send")(send.send)
app.command("lag")(lag.lag)
app.command("reindex")(reindex.reindex)
app.command("reenrich")(reenrich.reenrich)
# Its old name, until the next release.
app.command("replay", hidden=True, context_settings={"ignore_unknown_options": True, "allow_extra_args": True})(reenrich.replay)
app.command("doctor")(doctor.doctor)
app.add_typer(config.app, name="config")
app.add_typer(dlq.app, name="dlq")


def main() -> None:
    """Run a verb; a fault that is foreseen ends in one clear message and its exit code."""
    try:
        app()
    except WirewatchError as error:
        talk().print(f"wirewatch: {error}", style="red", markup=False)
        sys.exit(error.exit_code)
