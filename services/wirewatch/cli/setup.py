"""``setup``: what wirewatch needs on its servers, made or looked at."""

from enum import StrEnum
from typing import Annotated

import msgspec
import typer
from rich.table import Table
from rich.text import Text

from wirewatch.bootstrap.kafka import WAIT_SECONDS, setup_kafka
from wirewatch.bootstrap.stores import elastic_setup
from wirewatch.cli.options import AsJson, Wait, settings_from, tell
from wirewatch.cli.terminal import output, talk
from wirewatch.core.errors import SettingsError
from wirewatch.settings import Settings

_STYLES = {"made": "green", "fine": "green", "changed": "green", "differs": "yellow", "fault": "bold red"}


class Part(StrEnum):
    """A server that is set up."""

    KAFKA = "kafka"
    ELASTICSEARCH = "elasticsearch"


def setup(
    *,
    only: Annotated[Part | None, typer.Option(help="Set up this server only.")] = None,
    alter: Annotated[bool, typer.Option("--alter", help="Give topics that differ the declared retention, cleanup, size and time.")] = False,
    add_partitions: Annotated[
        bool,
        typer.Option(
            "--add-partitions",
            help="Add partitions that are missing. A key's later messages then go to another partition than its earlier ones, so that "
            "two revisions of an article may overtake each other: do it when the topic is empty or its workers have caught up.",
        ),
    ] = False,
    wait: Wait = WAIT_SECONDS,
    as_json: AsJson = False,
) -> None:
    """Make what wirewatch needs on the servers that the settings name, and say where what is there differs. Harmless to repeat.

    Examples: `wirewatch setup` · `wirewatch setup --only kafka --wait 120` · `wirewatch setup --add-partitions`
    """
    settings = settings_from()
    parts = [part for part, servers in _servers(settings).items() if (only is None and servers) or only is part]
    if not parts:
        raise SettingsError("neither kafka_servers nor elasticsearch_urls is set: there is nothing to set up")
    if Part.ELASTICSEARCH in parts:
        _setup_elasticsearch(settings, wait=wait, as_json=as_json)
    if Part.KAFKA in parts:
        _setup_kafka(settings, alter=alter, add_partitions=add_partitions, wait=wait, as_json=as_json)


def _servers(settings: Settings) -> dict[Part, tuple[str, ...]]:
    return {Part.KAFKA: settings.kafka_servers, Part.ELASTICSEARCH: settings.elasticsearch_urls}


def _setup_elasticsearch(settings: Settings, *, wait: float, as_json: bool) -> None:
    lines = elastic_setup(settings).install(wait_seconds=wait, tell=tell)
    if as_json:
        typer.echo(msgspec.json.encode(lines))
    else:
        for line in lines:
            output().print(line, markup=False)


def _setup_kafka(settings: Settings, *, alter: bool, add_partitions: bool, wait: float, as_json: bool) -> None:
    topics = setup_kafka(settings, alter=alter, add_partitions=add_partitions, wait_seconds=wait, tell=tell)
    if as_json:
        typer.echo(msgspec.json.encode(topics))
    else:
        table = Table(box=None, show_header=False)
        for topic in topics:
            table.add_row(Text(topic.state, style=_STYLES[topic.state]), Text(topic.topic), Text(topic.detail))
        output().print(table)
    if any(topic.state == "fault" for topic in topics):
        talk().print("wirewatch: workers can't use the topics marked as fault; see docs/operations/kafka.md", style="red")
        raise typer.Exit(1)
