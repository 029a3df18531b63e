"""Writes the files that are made from the code: JSON Schemas, and the pages on settings, metrics and the command line.

``make generate`` writes them; a test fails where one differs from what the code says.
"""

import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from textwrap import fill
from typing import Any

import msgspec
import typer
from prometheus_client import CollectorRegistry

from wirewatch.adapters.files.topics import load_topics
from wirewatch.adapters.kafka.catalogue import READS, group_name
from wirewatch.bootstrap.taggers import DATA
from wirewatch.cli import app
from wirewatch.core.article import Alert, Article, DeadLetter, EnrichedArticle
from wirewatch.metrics import LagMetrics, Metrics
from wirewatch.settings import PREFIX, RENAMED, Settings

ROOT = Path(__file__).parent.parent
CONTRACTS: dict[str, type[msgspec.Struct]] = {
    "article.v1": Article,
    "enriched.v1": EnrichedArticle,
    "alert.v1": Alert,
    "dead-letter.v1": DeadLetter,
}
# The processes that count a metric, by its name without "wirewatch_"; the others serve it at zero.
COUNTED_BY = {
    metric: processes
    for processes, metrics in {
        "run, enrich, index": "build articles_received articles_processed articles_in_flight dead_letters",
        "run, enrich": "articles_flagged topics_tagged entities_found publish_delay_seconds",
        "run, enrich (not `store`), index (`store`)": "stage_seconds",
        "enrich (`process`, `broker`), index (`broker`, `store`)": "retries",
        "run, index": "last_article_indexed_timestamp_seconds",
        "index": "article_delay_seconds",
        "lag": "consumer_lag_records consumer_lag_seconds consumer_lag_measured_timestamp_seconds consumer_lag_faults",
    }.items()
    for metric in metrics.split()
}
RESULTS_MEAN = {
    "indexed": "`run` or `index` has stored the article",
    "duplicate": "the store already had the article, or a later revision of it",
    "enriched": "`enrich` has sent the article to `articles.enriched`, and Kafka has confirmed it",
    "rejected": "the message is a dead letter",
    "released": "a worker lost the partition; the worker that has it now processes the message again",
}
EXIT_CODES = ("done", "failed", "wrong usage or settings", "a server or database is not available", "partly done: some messages failed")
_KINDS = {"str": "text", "string": "text", "int": "integer", "float": "number", "list[str]": "texts", "object": "key=value pairs"}
_SETTINGS = """
A setting comes from the first of these that has it: the command line (where a verb has an option for it), the environment, the file
`wirewatch.toml` in the working directory (or the file that `WIREWATCH_CONFIG` names), the default. In the environment, lists are separated
by commas. `wirewatch config show` prints every setting and where its value came from."""
_METRICS = """
`wirewatch run`, `wirewatch enrich` and `wirewatch index` serve these at `/metrics` if they are started with `--metrics-port`. On the same
port, `/healthz` and `/readyz` answer 200, or 503 with the reason. A label has a closed list of values, and each starts at zero."""
_IDENTITY = """
In each process, `wirewatch_articles_received_total` equals the sum of `wirewatch_articles_processed_total` over all results plus
`wirewatch_articles_in_flight`. The results:"""
_LAG = """
`wirewatch lag --metrics-port 9465` serves these. It measures at the broker, so a worker that is down can't hide its lag. If Kafka does not
answer, the figures are those of the last measurement, and `/readyz` answers 503."""


def schema(name: str, contract: type[msgspec.Struct]) -> str:
    """JSON Schema (2020-12) of a message."""
    (reference,), components = msgspec.json.schema_components([contract], ref_template="#/$defs/{name}")
    document: dict[str, Any] = {"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": name}
    document |= components.pop(reference["$ref"].rpartition("/")[2])
    if components:
        document["$defs"] = components
    for described in (document, *components.values()):
        described["description"] = " ".join(described["description"].split())
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def settings_page() -> str:
    """The table of settings with their types, bounds and defaults."""
    rows = []
    for name, known in Settings.model_json_schema()["properties"].items():
        default = Settings.model_fields[name].get_default(call_default_factory=True)
        text = known["description"] + "".join(f" Old name, read until the next release: `{o}`." for o, n in RENAMED.items() if n == name)
        rows.append(f"`{name}` | `{PREFIX}{name.upper()}` | {_kind(known)} | {_default(default)} | {text}")
    return _page("# Settings", _SETTINGS, _table("setting | environment | type | default | what it does", rows))


def _kind(known: dict[str, Any]) -> str:
    """The type and the bounds of a setting, from its JSON Schema."""
    known = known.get("anyOf", [known])[0]
    if "enum" in known:
        return ", ".join(f"`{value}`" for value in known["enum"])
    if known["type"] == "array":
        return "list of paths" if "format" in known["items"] else "list"
    kind = str(known.get("format") or _KINDS.get(known["type"], known["type"]))
    kind += f" that matches `{known['pattern']}`" if "pattern" in known else ""
    kind += f" over {known['exclusiveMinimum']:,}" if "exclusiveMinimum" in known else ""
    return kind + _bounds(known.get("minimum"), known.get("maximum"))


def _bounds(least: float | None, most: float | None) -> str:
    return "" if least is None else f", {least:,} or more" if most is None else f", {least:,} to {most:,}"


def _default(value: object) -> str:
    return f"`{str(value).lower() if isinstance(value, bool) else value}`" if value not in ((), {}, None, "") else "–"


def metrics_page() -> str:
    """The tables of metrics with the values of their labels and the processes that count them."""
    registry, lag = CollectorRegistry(), CollectorRegistry()
    metrics, lags = Metrics(registry, topics=[rule.id for rule in load_topics((DATA / "topics",))]), LagMetrics(lag)
    metrics.build.info(dict.fromkeys(("wirewatch", "gazetteer", "topics", "model"), "version"))
    for group, topic in ((group_name("", worker), topic) for worker, topics in READS.items() for topic in topics):
        for gauge in (lags.records, lags.seconds):
            gauge.labels(group, topic)
    results = _table("result | meaning", (f"`{name}` | {meaning}" for name, meaning in RESULTS_MEAN.items()))
    return _page("# Metrics", _METRICS, _IDENTITY, results, _metrics_table(registry), "## Lag of the workers", _LAG, _metrics_table(lag))


def _metrics_table(registry: CollectorRegistry) -> str:
    rows = []
    for metric in registry.collect():
        name = metric.name + {"counter": "_total", "info": "_info"}.get(metric.type, "")
        labels = sorted({label for sample in metric.samples for label in sample.labels} - {"le"})
        values = [dict.fromkeys(f"`{sample.labels[label]}`" for sample in metric.samples) for label in labels]
        labelled = "; ".join(f"`{label}`: {', '.join(found)}" for label, found in zip(labels, values, strict=True)) or "–"
        counted_by = COUNTED_BY[metric.name.removeprefix("wirewatch_")]
        rows.append(f"`{name}` | {metric.type} | {counted_by} | {labelled} | {metric.documentation}")
    return _table("metric | type | counted by | labels and their values | what it counts", rows)


def command_page() -> str:
    """The verbs with their arguments, options and examples."""
    codes = _table("exit code | meaning", (f"{code} | {meaning}" for code, meaning in enumerate(EXIT_CODES)))
    parts = (part for path, command in verbs(typer.main.get_command(app), "wirewatch") for part in _described(path, command))
    return _page("# Command line", "Data goes to standard output, messages to standard error.", codes, *parts)


def verbs(command: Any, path: str) -> Iterator[tuple[str, Any]]:
    """The whole name and the command of each verb that is not hidden, a group before its verbs."""
    for name, inner in command.commands.items():
        if not inner.hidden:
            yield f"{path} {name}", inner
            yield from verbs(inner, f"{path} {name}") if hasattr(inner, "commands") else ()


def _described(path: str, command: Any) -> Iterator[str]:
    yield f"## {path}"
    *text, last = [" ".join(part.split()) for part in command.help.split("\n\n")]
    examples = re.findall(r"`([^`]+)`", last) if last.startswith("Example") else []
    yield from text if examples else (*text, last)
    if rows := [_option(parameter, command) for parameter in command.params if not getattr(parameter, "hidden", False)]:
        yield _table("argument or option | value | default | what it does", rows)
    if examples:
        yield "\n".join(f"    {example}" for example in examples)


def _option(parameter: Any, command: Any) -> str:
    """A row of the table; a default that the help text states in brackets goes into its column."""
    names = ", ".join(parameter.opts) if parameter.opts[0].startswith("-") else parameter.name.upper()
    kind = parameter.metavar or parameter.display_type(command.context_class(command)).strip("<>").removesuffix(" range")
    value = _KINDS.get(kind, kind) + _bounds(parameter.min, parameter.max)
    if parameter.type_descriptor.is_choice:
        value = ", ".join(f"`{choice}`" for choice in kind.split("|"))
    if flag := getattr(parameter, "is_flag", False):
        value = "–"
    default = "required" if parameter.required else _default(None if flag else parameter.default)
    text, stated, rest = (parameter.help or "").replace("|", "/").partition(" [default: ")
    default, _, rest = rest.partition("]") if stated else (default, "", "")
    return f"`{names}` | {value} | {default} | {text}{rest}"


def _table(head: str, rows: Iterable[str]) -> str:
    return "\n".join((f"| {head} |", "|---" * (head.count("|") + 1) + "|", *(f"| {row} |" for row in rows)))


def _page(*parts: str) -> str:
    """Parts of a page with a blank line between; text is wrapped, headings, tables and code are not."""
    wrapped = (part if part[0] in "#| " else fill(part.strip(), 100, break_long_words=False, break_on_hyphens=False) for part in parts)
    return "\n\n".join(wrapped) + "\n"


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
