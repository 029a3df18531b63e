"""Every way to log in, with what is right and what is wrong: reported at once, with what to do."""

import json
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.support.kafka_client import Broker
from tests.support.kafka_engine import KafkaBroker, Security
from tests.support.program import Program

MECHANISMS = ["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"]


@dataclass
class Desk:
    """The program with the right settings for a listener, but for what a test sets otherwise."""

    program: Program
    broker: KafkaBroker
    security: Security
    prefix: str

    def run(self, *arguments: str | Path, listener: str, **settings: object) -> subprocess.CompletedProcess[bytes]:
        own = {"kafka_servers": self.broker.address(listener.upper()), "kafka_prefix": self.prefix, "kafka_security": listener}
        if listener.startswith("sasl"):
            own |= {"kafka_user": self.security.user, "kafka_password_file": str(self.security.password_file())}
        if listener.endswith("ssl"):
            own |= {"kafka_ca_file": str(self.security.ca)}
        return self.program.run(*arguments, "--wait", "0", **{**own, **settings})  # type: ignore[arg-type]  # no one is given as stdin

    def refused(self, *arguments: str | Path, code: int = 1, **settings: object) -> str:
        """Run what must fail in one line; return the line."""
        done = self.run(*arguments, **settings)  # type: ignore[arg-type]
        assert done.returncode == code, done.stderr.decode()
        assert done.stdout == b""
        (line,) = done.stderr.decode().splitlines()
        assert self.security.password not in line
        return line


@pytest.fixture
def desk(secured_broker: KafkaBroker, security: Security, kafka_prefix: str, tmp_path: Path) -> Desk:
    return Desk(Program(tmp_path), secured_broker, security, kafka_prefix)


@pytest.mark.parametrize("mechanism", MECHANISMS)
@pytest.mark.parametrize("listener", ["sasl_plaintext", "sasl_ssl"])
def test_the_right_credentials_do_everything(desk: Desk, listener: str, mechanism: str) -> None:
    file = desk.program.write("a.jsonl", {"title": "Gipfel", "url": "https://nordpost.example/a"})
    for arguments in (["setup"], ["send", file], ["lag"], ["dlq", "list"]):
        done = desk.run(*arguments, listener=listener, kafka_sasl_mechanism=mechanism)
        assert done.returncode == 0, done.stderr.decode()
    broker = Broker(desk.broker.servers, desk.prefix)
    assert broker.count("articles") == 1
    broker.close()


def test_tls_without_a_login(desk: Desk) -> None:
    # Who doesn't log in is User:ANONYMOUS, who may do everything on this broker.
    assert desk.run("setup", listener="ssl").returncode == 0


@pytest.mark.parametrize("mechanism", MECHANISMS)
@pytest.mark.parametrize("arguments", [["setup"], ["lag"], ["dlq", "list"]])
def test_a_wrong_password_is_told_at_once(desk: Desk, mechanism: str, arguments: list[str]) -> None:
    wrong = desk.security.password_file("wrong")
    line = desk.refused(*arguments, listener="sasl_plaintext", kafka_sasl_mechanism=mechanism, kafka_password_file=wrong)
    assert f"refuses user 'desk' ({mechanism})" in line
    assert "wrong user or password" in line
    assert "kafka_password_file" in line


def test_an_unknown_user_is_told_at_once(desk: Desk) -> None:
    assert "user 'nobody'" in desk.refused("setup", listener="sasl_ssl", kafka_user="nobody")


def test_a_certificate_of_another_ca_is_not_trusted(desk: Desk, tmp_path: Path) -> None:
    other = Security(folder=tmp_path / "other")
    other.make_certificates()
    line = desk.refused("setup", listener="sasl_ssl", kafka_ca_file=other.ca)
    assert "not trusted" in line
    assert "kafka_ca_file" in line
    assert "not trusted" in desk.refused("setup", listener="ssl", kafka_ca_file="")


def test_files_that_cannot_be_read(desk: Desk) -> None:
    line = desk.refused("setup", listener="sasl_ssl", code=2, kafka_password_file="missing")
    assert "kafka_password_file: missing can't be read" in line
    assert "kafka_ca_file: missing" in desk.refused("setup", listener="ssl", code=2, kafka_ca_file="missing")


@pytest.mark.parametrize(
    ("listener", "protocol", "code", "reported"),
    [
        ("sasl_plaintext", "plaintext", 1, "asks for a login (PLAIN, SCRAM-SHA-256, SCRAM-SHA-512)"),
        ("sasl_ssl", "ssl", 1, "asks for a login"),
        ("plaintext", "sasl_plaintext", 1, "does not take logins; set kafka_security to plaintext"),
        ("ssl", "sasl_ssl", 1, "does not take logins; set kafka_security to ssl"),
        ("plaintext", "ssl", 3, "no TLS"),
        ("ssl", "plaintext", 3, "no answer"),
    ],
)
def test_a_protocol_that_does_not_fit_the_port(desk: Desk, listener: str, protocol: str, code: int, reported: str) -> None:
    own = {"kafka_user": "desk", "kafka_password_file": desk.security.password_file(), "kafka_ca_file": desk.security.ca}
    line = desk.refused("setup", listener=listener, kafka_security=protocol, code=code, **own)
    assert reported in line
    assert "kafka_security" in line


def test_a_user_without_rights_gets_a_line_that_says_so(desk: Desk) -> None:
    file = desk.program.write("a.jsonl", {"title": "Gipfel"})
    assert desk.run("setup", listener="sasl_ssl").returncode == 0
    guest: dict[str, Any] = {
        "kafka_user": desk.security.guest,
        "kafka_password_file": desk.security.password_file(desk.security.guest_password),
    }
    for arguments in (["setup"], ["send", file], ["lag"], ["dlq", "list"]):
        line = desk.refused(*arguments, listener="sasl_ssl", **guest)
        assert "'guest'" in line
        assert "is not allowed to" in line or "hidden" in line


RIGHTS: list[tuple[list[str], dict[str, str]]] = [
    (["setup"], {"*": "Create Describe DescribeConfigs Alter AlterConfigs"}),
    (["send", "a.jsonl"], {"articles": "Write Describe DescribeConfigs"}),
    (
        ["dlq", "replay", "--all"],
        {
            "articles.dead": "Read Write Describe DescribeConfigs",
            **dict.fromkeys(("articles", "articles.backfill", "articles.enriched"), "Write Describe DescribeConfigs"),
        },
    ),
    (["lag"], dict.fromkeys(("articles", "articles.backfill", "articles.enriched"), "Read Describe") | {"groups": "Describe"}),
]


@pytest.mark.parametrize(("arguments", "rights"), RIGHTS, ids=lambda value: value[0] if isinstance(value, list) else "")
def test_the_rights_that_the_documentation_lists_are_enough(desk: Desk, arguments: list[str], rights: dict[str, str]) -> None:
    desk.program.write("a.jsonl", {"title": "Gipfel"})
    broker = Broker(desk.broker.servers, desk.prefix)
    if arguments != ["setup"]:
        assert desk.run("setup", listener="sasl_ssl").returncode == 0
        letter = {"id": "l", "raw": "e30=", "reason": "no_text", "detail": "", "origin": {"topic": "x", "offset": 1}}
        broker.put("articles.dead", (b"l", json.dumps({**letter, "failed_at": "2026-11-24T00:00:00Z"}).encode()))
    broker.allow(desk.security.guest, rights)
    guest: dict[str, Any] = {
        "kafka_user": desk.security.guest,
        "kafka_password_file": desk.security.password_file(desk.security.guest_password),
    }
    done = desk.run(*arguments, listener="sasl_ssl", **guest)
    broker.close()
    assert done.returncode == 0, done.stderr.decode()


def test_doctor_says_it_too(desk: Desk) -> None:
    done = desk.program.run(
        "doctor",
        kafka_servers=desk.broker.address("SASL_PLAINTEXT"),
        kafka_security="sasl_plaintext",
        kafka_user="desk",
        kafka_password_file=desk.security.password_file("wrong"),
    )
    assert done.returncode == 1
    assert b"wrong user or password" in done.stdout
