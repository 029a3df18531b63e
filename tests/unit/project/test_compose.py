"""docker-compose.yml and the image keep to what was promised; no container is started here."""

import re
import shlex
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import pytest
import typer
import yaml
from ops.generate import ROOT, verbs
from tests.support import elastic_engine, kafka_engine

from wirewatch.cli import app
from wirewatch.settings import PREFIX, Settings, load_settings

COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text("utf-8"))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
DOCKERFILE = ROOT / "ops" / "docker" / "Dockerfile"
SCRIPTS = sorted((ROOT / "ops" / "docker").glob("*.sh"))
OURS = sorted(name for name, service in SERVICES.items() if "build" in service)
ONCE = sorted(name for name, service in SERVICES.items() if "restart" not in service)
SECRETS = {name: ROOT / declared["file"] for name, declared in COMPOSE["secrets"].items()}
PINNED = re.compile(r"[a-z0-9./-]+:\d+\.\d+\.\d+(-[a-z0-9-]+)?")

every_service = pytest.mark.parametrize("name", sorted(SERVICES))
every_one_of_ours = pytest.mark.parametrize("name", OURS)


def instructions() -> list[tuple[str, list[str]]]:
    """The lines of the Dockerfile as (instruction, words)."""
    text = re.sub(r"\\\n", " ", re.sub(r"^#.*\n", "", DOCKERFILE.read_text("utf-8"), flags=re.MULTILINE))
    return [(line.split()[0], line.split()[1:]) for line in text.splitlines() if line.strip()]


def test_services() -> None:
    assert {"cli", "enrich", "index", "lag", "setup"} == set(OURS)
    assert {"cli", "elasticsearch-users", "kibana-user", "setup"} == set(ONCE)


@every_service
def test_images_are_pinned(name: str) -> None:
    assert PINNED.fullmatch(SERVICES[name]["image"])


def test_images_are_the_releases_that_tests_run() -> None:
    elastic = "docker.elastic.co"
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert {service["image"] for service in SERVICES.values()} == {
        f"apache/kafka:{kafka_engine.VERSION}",
        f"{elastic}/elasticsearch/elasticsearch:{elastic_engine.VERSION}",
        f"{elastic}/kibana/kibana:{elastic_engine.VERSION}",
        f"wirewatch:{project['version']}",
    }


@every_service
def test_environment_holds_no_secret(name: str) -> None:
    for variable, value in SERVICES[name].get("environment", {}).items():
        assert isinstance(value, str), f"{variable}: quote it, YAML takes it for something else"
        if re.search(r"password|secret|token|encryption|api_?key", variable, re.IGNORECASE):
            assert variable.endswith("_FILE"), variable
            assert value.removeprefix("/run/secrets/") in SERVICES[name]["secrets"]
    assert "env_file" not in SERVICES[name]


@every_service
def test_conditions_can_come_true(name: str) -> None:
    for other, wanted in SERVICES[name].get("depends_on", {}).items():
        needed = SERVICES[other]
        if wanted["condition"] == "service_completed_successfully":
            assert other in ONCE
        else:
            assert wanted["condition"] == "service_healthy"
            assert needed["healthcheck"]["test"][0] in {"CMD", "CMD-SHELL"}
        # A service of a profile is not there for those without it.
        assert set(needed.get("profiles", ())) <= set(SERVICES[name].get("profiles", ()))


@every_service
def test_services_that_stay_are_looked_after(name: str) -> None:
    service = SERVICES[name]
    if name not in ONCE:
        assert service["restart"] == "unless-stopped"
        assert service["healthcheck"]["test"]


@every_service
def test_ports_are_open_to_this_machine_only(name: str) -> None:
    ports = SERVICES[name].get("ports", [])
    assert all(re.fullmatch(r"127\.0\.0\.1:\d+:\d+", port) for port in ports)
    assert "network_mode" not in SERVICES[name]
    if name in {"enrich", "index"}:
        assert not ports, "more than one of them could not have it"
        assert "container_name" not in SERVICES[name]


def test_no_port_is_published_twice() -> None:
    taken = [port.split(":")[1] for service in SERVICES.values() for port in service.get("ports", [])]
    assert len(taken) == len(set(taken))


@every_service
def test_memory_is_limited(name: str) -> None:
    amount = re.fullmatch(r"(\d+)([mg])", SERVICES[name]["mem_limit"])
    assert amount
    limit = int(amount[1]) * (1024 if amount[2] == "g" else 1)
    environment = SERVICES[name].get("environment", {})
    heap = re.search(r"-Xmx(\d+)g", environment.get("ES_JAVA_OPTS", "") + environment.get("KAFKA_HEAP_OPTS", ""))
    if heap:
        assert int(heap[1]) * 1024 * 2 <= limit
    if name == "enrich":
        settings = our_settings(name)
        assert settings.worker_processes * settings.worker_process_mib + 512 <= limit


def our_settings(name: str) -> Settings:
    """Settings as the service reads them; an unknown one raises."""
    return load_settings({variable: value for variable, value in SERVICES[name]["environment"].items() if variable.startswith(PREFIX)})


@every_one_of_ours
def test_our_settings_exist(name: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    assert all(variable.startswith(PREFIX) for variable in SERVICES[name]["environment"])
    settings = our_settings(name)
    assert settings.metrics_host == "0.0.0.0"
    assert settings.kafka_servers == ("kafka:19092",)
    assert settings.elasticsearch_urls == ("http://elasticsearch:9200",)
    assert settings.elasticsearch_password_file == Path("/run/secrets/wirewatch_password")
    # What is in flight gets done before Docker kills.
    assert int(SERVICES[name]["stop_grace_period"].removesuffix("s")) > settings.worker_drain_seconds


@every_one_of_ours
def test_our_commands_exist(name: str) -> None:
    assert "entrypoint" not in SERVICES[name]
    words = SERVICES[name]["command"]
    known = dict(verbs(typer.main.get_command(app), "wirewatch"))
    verb = next(verb for verb in known if words[: len(verb.split())] == verb.split())
    arguments = words[len(verb.split()) :]
    known[verb].make_context(verb, list(arguments))


@every_one_of_ours
def test_our_containers_can_do_little(name: str) -> None:
    service = SERVICES[name]
    assert service["read_only"] is True
    assert service["tmpfs"] == ["/tmp"]
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["pull_policy"] == "build"
    assert ["USER", service["user"]] in [[kind, *words] for kind, words in instructions()]
    assert "volumes" not in service


@pytest.mark.parametrize("name", ["enrich", "index", "lag"])
def test_workers_are_asked_on_the_port_they_serve(name: str) -> None:
    command = SERVICES[name]["command"]
    port = command[command.index("--metrics-port") + 1]
    assert f"http://127.0.0.1:{port}/readyz" in SERVICES[name]["healthcheck"]["test"][-1]
    if name != "lag":
        assert "--once" in command


def test_kafka_is_found_where_it_says() -> None:
    kafka, listeners = SERVICES["kafka"], SERVICES["kafka"]["environment"]
    assert listeners["KAFKA_ADVERTISED_LISTENERS"] == "INSIDE://kafka:19092,HOST://localhost:9092"
    assert kafka["ports"] == ["127.0.0.1:9092:9092"]
    assert kafka["volumes"] == [f"kafka-data:{listeners['KAFKA_LOG_DIRS']}"]


@every_service
def test_volumes_are_declared_or_files_of_ours(name: str) -> None:
    for volume in SERVICES[name].get("volumes", []):
        source, _, target = volume.partition(":")
        if source.startswith("./"):
            assert (ROOT / source).is_file()
            assert target.endswith(":ro")
        else:
            assert source in COMPOSE["volumes"]


def test_secrets_are_files_that_git_ignores() -> None:
    ignored = (ROOT / ".gitignore").read_text("utf-8").splitlines()
    assert "secrets/" in ignored
    assert {path.parent for path in SECRETS.values()} == {ROOT / "secrets"}
    assert {secret for service in SERVICES.values() for secret in service.get("secrets", ())} == set(SECRETS)


def test_secrets_are_made_and_kept(tmp_path: Path) -> None:
    folder = tmp_path / "secrets"
    make = [ROOT / "ops" / "docker" / "secrets.sh", folder]
    subprocess.run(make, check=True, capture_output=True)
    made = {path.name: path.read_text("ascii") for path in folder.iterdir()}
    assert set(made) == set(SECRETS)
    assert len(set(made.values())) == len(made)
    assert all(re.fullmatch(r"[A-Za-z0-9_-]{32,}", value) for value in made.values())
    assert folder.stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o444}
    (folder / "kibana_password").unlink()
    subprocess.run(make, check=True, capture_output=True)
    again = {path.name: path.read_text("ascii") for path in folder.iterdir()}
    assert [name for name in made if made[name] != again[name]] == ["kibana_password"]


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.name)
def test_scripts_parse_and_read_secrets_of_their_service(script: Path) -> None:
    subprocess.run(["bash", "-n", script], check=True)
    assert script.stat().st_mode & 0o111
    users = [service for service in SERVICES.values() if any(script.name in volume for volume in service.get("volumes", []))]
    text = script.read_text("utf-8")
    for service in users:
        assert all(secret in text for secret in service["secrets"])


def test_stages_of_the_image_are_pinned_and_end_without_root() -> None:
    bases = [words[0] for kind, words in instructions() if kind == "FROM"]
    assert len(bases) == 2
    assert all(PINNED.fullmatch(base) for base in bases)
    user = next(words[0] for kind, words in reversed(instructions()) if kind == "USER")
    assert int(user.split(":")[0]) > 0


def test_image_installs_only_what_is_pinned() -> None:
    installs = [shlex.split(" ".join(words)) for kind, words in instructions() if kind == "RUN" and "install" in words]
    assert len(installs) == 2
    locked, own = installs
    assert {"--no-deps", "--require-hashes", "requirements.lock"} <= set(locked)
    assert {"--no-deps", "--no-build-isolation", "."} <= set(own)


def test_what_the_image_copies_is_there() -> None:
    allowed = {line[1:] for line in (ROOT / ".dockerignore").read_text("utf-8").splitlines() if line.startswith("!")}
    sources = {word for kind, words in instructions() if kind == "COPY" and not words[0].startswith("--from") for word in words[:-1]}
    assert sources == allowed
    assert all((ROOT / source).exists() for source in sources)
    # A link that leads out of what is copied would be broken in the image.
    for link in (path for source in sources for path in (ROOT / source).rglob("*") if path.is_symlink()):
        assert link.resolve().relative_to(ROOT).parts[0] in sources
