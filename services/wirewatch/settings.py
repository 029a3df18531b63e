"""Every setting once: name, type, default and help. ``docs/settings.md`` is written from here.

A setting comes from, in this order: the command line, the environment (``WIREWATCH_NAME``), a TOML file, the default. Nothing is read at
import time: ``load_settings`` is given a mapping.
"""

import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from wirewatch.core.errors import SettingsError

PREFIX = "WIREWATCH_"
CONFIG_VARIABLE = "WIREWATCH_CONFIG"
CONFIG_FILE = "wirewatch.toml"
KIB = 1024


def _split(value: object) -> object:
    return [item.strip() for item in value.split(",") if item.strip()] if isinstance(value, str) else value


def _pairs(value: object) -> object:
    if not isinstance(value, str):
        return value
    items = [item.strip() for item in value.split(",") if item.strip()]
    if any("=" not in item for item in items):
        raise ValueError("expected language=pipeline pairs, such as de=de_core_news_sm,en=en_core_web_sm")
    return dict(item.split("=", 1) for item in items)


Words = Annotated[tuple[str, ...], BeforeValidator(_split)]
Paths = Annotated[tuple[Path, ...], BeforeValidator(_split)]
Pipelines = Annotated[dict[str, str], BeforeValidator(_pairs)]


# Old names of settings, read until the next release.
RENAMED = {"reject_ceiling": "reject_limit"}


def _unheard(_line: str) -> None:
    """For callers that have nobody to warn."""


class Settings(BaseModel):
    """What can be set. Lists are separated by commas in the environment."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    database: Path = Field(Path("wirewatch.db"), description="SQLite file of the embedded store; created if it is missing.")
    store_wait_seconds: float = Field(30.0, ge=0, description="How long to wait for a database that another process has locked.")
    batch_articles: int = Field(256, ge=1, le=10_000, description="Articles written in one transaction.")
    batch_seconds: float = Field(1.0, gt=0, description="An article waits no longer than this for its transaction.")
    max_record_bytes: int = Field(32 * KIB * KIB, ge=KIB, description="A larger message becomes a dead letter (too_large).")
    max_text_characters: int = Field(1_000_000, ge=1_000, description="Text after this is cut off, and the article is flagged truncated.")
    future_tolerance_hours: float = Field(
        26.0, ge=0, description="A publication date further in the future than this is not used (wrong time zones are common)."
    )
    reject_limit: int = Field(
        100, ge=1, description="So many rejected messages in a row stop the run or worker: the source is not what it should be."
    )
    topic_directories: Paths = Field(
        (), description="Folders with your own topic rules; a file with the id of a shipped topic replaces it."
    )
    gazetteer_files: Paths = Field((), description="Files (YAML or CSV) with your own names.")
    suppress_file: Path | None = Field(None, description="File with entities that are never found: an id or a name on each line.")
    name_models: bool = Field(
        True, description="Find names with the shipped models too; false: only names in the gazetteer, ten to thirty times as fast."
    )
    spacy_pipelines: Pipelines = Field(
        default_factory=dict, description="Installed spaCy pipelines that find names, as language=pipeline pairs."
    )
    metrics_host: str = Field("127.0.0.1", description="Address on which /metrics, /healthz and /readyz are served.")
    metrics_port: int = Field(0, ge=0, le=65_535, description="Port on which they are served; 0: none.")
    kafka_servers: Words = Field((), description="Kafka's bootstrap servers, as host:port; none: no Kafka.")
    kafka_prefix: str = Field(
        "",
        pattern=r"^[a-zA-Z0-9._-]*$",
        description="Prefix of Kafka topics and consumer groups, so that several installations can share a broker.",
    )
    kafka_security: Literal["plaintext", "ssl", "sasl_plaintext", "sasl_ssl"] = Field(
        "plaintext", description="Protocol of the connection to Kafka."
    )
    kafka_sasl_mechanism: Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"] = Field(
        "SCRAM-SHA-512", description="How to log in, with sasl_*."
    )
    kafka_user: str = Field("", description="User name, with sasl_*.")
    kafka_password_file: Path | None = Field(None, description="File that holds the password, with sasl_*.")
    kafka_ca_file: Path | None = Field(None, description="CA certificates, with ssl and sasl_ssl; none: the system's.")
    kafka_replication: int = Field(-1, ge=-1, description="Copies of each topic that `setup` makes; -1: the broker's default.")
    send_state_file: Path = Field(
        Path("wirewatch-send.json"), description="File in which `send` records how far each source was sent; created if it is missing."
    )
    elasticsearch_urls: Words = Field((), description="Elasticsearch's addresses; none: articles are kept in the SQLite file.")
    elasticsearch_prefix: str = Field(
        "",
        pattern=r"^([a-z0-9][a-z0-9._-]*)?$",
        description="Prefix of indices, aliases and templates, so that several installations can share a cluster.",
    )
    elasticsearch_user: str = Field("", description="User name.")
    elasticsearch_password_file: Path | None = Field(None, description="File that holds the user's password.")
    elasticsearch_api_key_file: Path | None = Field(None, description="File that holds an API key (encoded), instead of user and password.")
    elasticsearch_ca_file: Path | None = Field(None, description="CA certificates; none: the system's.")
    elasticsearch_timeout_seconds: float = Field(30.0, gt=0, description="How long to wait for an answer before the request is retried.")
    elasticsearch_shards: int = Field(1, ge=1, description="Primary shards of each month's index, as `setup` writes it into the template.")
    elasticsearch_replicas: int = Field(1, ge=0, description="Copies of each shard, as `setup` writes it into the template.")
    worker_processes: int = Field(
        0, ge=0, description="Processes of an enrich worker that find language, names and topics; 0: one for each core."
    )
    worker_process_mib: float = Field(2_048, ge=256, description="Memory at which such a process is replaced by a new one, in MiB.")
    worker_in_flight: int = Field(1_024, ge=1, description="Most messages that a worker has read and not finished.")
    worker_drain_seconds: float = Field(20.0, ge=0, description="How long a stopping worker waits for what is in flight.")
    enrich_timeout_seconds: float = Field(60.0, gt=0, description="An article that takes longer becomes a dead letter (timed_out).")
    follow_poll_seconds: float = Field(0.5, gt=0, description="How often --follow looks for new lines.")
    feed_timeout_seconds: float = Field(20.0, gt=0, description="How long to wait for a feed's server.")
    log_level: Literal["debug", "info", "warning", "error"] = Field("info", description="Lowest level that is logged.")
    log_format: Literal["auto", "text", "json"] = Field("auto", description="auto: text on a terminal, JSON lines elsewhere.")


def load_settings(
    environ: Mapping[str, str], overrides: Mapping[str, Any] | None = None, *, warn: Callable[[str], None] = _unheard
) -> Settings:
    """Settings from ``overrides`` (None is not given), ``environ``, and the file it names or ``wirewatch.toml`` here.

    ``warn`` is given a line for each setting that goes by its old name. Raises SettingsError.
    """
    return settings_with_origins(environ, overrides, warn=warn)[0]


def settings_with_origins(
    environ: Mapping[str, str], overrides: Mapping[str, Any] | None = None, *, warn: Callable[[str], None] = _unheard
) -> tuple[Settings, dict[str, str]]:
    """The settings, and for each one where its value came from."""
    values: dict[str, Any] = {}
    origins = dict.fromkeys(Settings.model_fields, "default")
    path = Path(environ.get(CONFIG_VARIABLE) or CONFIG_FILE)
    layers = (
        (str(path), _from_file(path, wanted=CONFIG_VARIABLE in environ)),
        ("environment", _from_environment(environ)),
        ("command line", {name: value for name, value in (overrides or {}).items() if value is not None}),
    )
    for origin, given in layers:
        layer = _renamed(given, origin, warn)
        values |= layer
        origins |= dict.fromkeys(layer, origin)
    try:
        return Settings.model_validate(values), origins
    except ValidationError as error:
        raise SettingsError("\n".join(_fault(fault, origins) for fault in error.errors())) from None


def _renamed(layer: Mapping[str, Any], origin: str, warn: Callable[[str], None]) -> dict[str, Any]:
    """A layer by the names of now. One that is given by both names counts by the new one."""
    for old in layer.keys() & RENAMED.keys():
        warn(f"{old} ({origin}) is called {RENAMED[old]} now; the old name is read until the next release")
    return {RENAMED[name]: value for name, value in layer.items() if name in RENAMED} | {
        name: value for name, value in layer.items() if name not in RENAMED
    }


def _from_environment(environ: Mapping[str, str]) -> dict[str, Any]:
    names = {PREFIX + name.upper(): name for name in (*Settings.model_fields, *RENAMED)}
    unknown = sorted(variable for variable in environ if variable.startswith(PREFIX) and variable not in {*names, CONFIG_VARIABLE})
    if unknown:
        raise SettingsError(f"{', '.join(unknown)} (environment): no such setting; `wirewatch config show` lists them")
    return {names[variable]: value for variable, value in environ.items() if variable in names and value != ""}


def _from_file(path: Path, *, wanted: bool) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        if wanted:
            raise SettingsError(f"{CONFIG_VARIABLE} names {path}, and there is no such file") from None
        return {}
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SettingsError(f"{path} can't be read as TOML: {error}") from None


def _fault(fault: Any, origins: Mapping[str, str]) -> str:
    name = str(fault["loc"][0]) if fault["loc"] else ""
    if fault["type"] == "extra_forbidden":
        return f"{name} ({origins.get(name, '')}): no such setting; `wirewatch config show` lists them"
    return f"{name} ({origins.get(name, '')}): {fault['msg']}"
