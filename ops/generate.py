"""Writes the files that are made from the code: JSON Schemas, and the pages on settings, metrics and the command line.

``make generate`` writes them; a test fails where one differs from what the code says.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import typer
from prometheus_client import CollectorRegistry

from wirewatch.adapters.files.topics import load_topics
from wirewatch.bootstrap.taggers import DATA
from wirewatch.cli import app
from wirewatch.core.article import Alert, Article, DeadLetter, EnrichedArticle
from wirewatch.metrics import LagMetrics, Metrics
from wirewatch.settings import PREFIX, Settings

ROOT = Path(__file__).parent.parent
CONTRACTS: dict[str, type[msgspec.Struct]] = {
    "article.v1": Article,
    "enriched.v1": EnrichedArticle,
    "alert.v1": Alert,
    "dead-letter.v1": DeadLetter,
}


def schema(name: str, contract: type[msgspec.Struct]) -> str:
    """JSON Schema (2020-12) of a message."""
    (reference,), components = msgspec.json.schema_components([contract], ref_template="#/$defs/{name}")
    own = components.pop(reference["$ref"].rpartition("/")[2])
    document = {"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": name, **own}
    if components:
        document["$defs"] = components
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def settings_page() -> str:
    """The table of settings."""
    rows = [
        f"| `{name}` | `{PREFIX}{name.upper()}` | {_default(field.get_default(call_default_factory=True))} | {field.description} |"
        for name, field in Settings.model_fields.items()
    ]
    return "\n".join(
        (
            "# Settings",
            "",
            "From, in this order: the command line (where a verb has an option for it), the environment, `wirewatch.toml` in the working",
            "directory (or the file that `WIREWATCH_CONFIG` names), the default. Lists are separated by commas in the environment.",
            "`wirewatch config show` prints the values in force and where each came from.",
            "",
            "| setting | environment | default | what it does |",
            "|---|---|---|---|",
            *rows,
            "",
        )
    )


def _default(value: object) -> str:
    return f"`{value}`" if value not in ((), {}, None) else "none"


def metrics_page() -> str:
    """The table of metrics."""
    registry, lag = CollectorRegistry(), CollectorRegistry()
    Metrics(registry, topics=[rule.id for rule in load_topics((DATA / "topics",))])
    metrics = LagMetrics(lag)
    for gauge in (metrics.records, metrics.seconds):
        gauge.labels("wirewatch-enrich", "articles")
    return "\n".join(
        (
            "# Metrics",
            "",
            "Served by `wirewatch run --metrics-port N` at `/metrics`; `/healthz` and `/readyz` beside it answer 200,",
            "or 503 with the reason.",
            "At any time received = indexed + duplicate + rejected + in flight.",
            "A label's values are a closed list and start at zero.",
            "",
            *_metrics_table(registry),
            "",
            "## The workers' lag",
            "",
            "Served by `wirewatch lag --metrics-port N`, which measures at the broker, so that a worker that is down can't hide its lag.",
            "`/readyz` answers 503 while Kafka can't be asked: the figures are then those of the last time.",
            "",
            *_metrics_table(lag),
            "",
        )
    )


def _metrics_table(registry: CollectorRegistry) -> Iterator[str]:
    yield from ("| metric | type | labels | what it counts |", "|---|---|---|---|")
    for metric in registry.collect():
        name = metric.name + {"counter": "_total", "info": "_info"}.get(metric.type, "")
        labels = sorted({label for sample in metric.samples for label in sample.labels} - {"le"})
        yield f"| `{name}` | {metric.type} | {', '.join(f'`{label}`' for label in labels) or '–'} | {metric.documentation} |"


def command_page() -> str:
    """The verbs with their arguments and options."""
    lines = [
        "# Command line",
        "",
        "Data goes to standard output, talk to standard error. Exit codes: 0 fine, 1 failed, 2 usage or configuration,",
        "3 a dependency is down, 4 partly done (some messages were rejected).",
    ]
    for path, command in verbs(typer.main.get_command(app), "wirewatch"):
        lines += _describe(path, command)
    return "\n".join(lines) + "\n"


def verbs(command: Any, path: str) -> Iterator[tuple[str, Any]]:
    """Each verb's whole name and command."""
    groups = getattr(command, "commands", None)
    if groups is None:
        yield path, command
        return
    for name, inner in groups.items():
        yield from verbs(inner, f"{path} {name}")


def _describe(path: str, command: Any) -> Iterator[str]:
    yield from ("", f"## {path}", "", " ".join((command.help or "").split()))
    if command.params:
        yield from ("", "| option or argument | |", "|---|---|")
    for parameter in command.params:
        names = ", ".join(parameter.opts) if parameter.opts[0].startswith("-") else parameter.name.upper()
        yield f"| `{names}` | {(parameter.help or '').replace('|', '/')} |"


def pages() -> dict[Path, str]:
    """Every generated file by its path from the repository's root."""
    return {
        **{Path("schemas") / f"{name}.json": schema(name, contract) for name, contract in CONTRACTS.items()},
        Path("docs/settings.md"): settings_page(),
        Path("docs/metrics.md"): metrics_page(),
        Path("docs/cli.md"): command_page(),
    }


if __name__ == "__main__":
    for path, text in pages().items():
        (ROOT / path).write_text(text, encoding="utf-8")
        print(path)
