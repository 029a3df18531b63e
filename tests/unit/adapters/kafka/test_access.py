from pathlib import Path

import pytest

from wirewatch.bootstrap.access import kafka_access
from wirewatch.core.errors import SettingsError
from wirewatch.settings import Settings


def settings(**values: object) -> Settings:
    return Settings.model_validate({"kafka_servers": "kafka.example", **values})


def test_plain_servers() -> None:
    access = kafka_access(settings(kafka_servers="a.example:9093, b.example,[::1]:9094"))
    assert access.servers == ("a.example:9093", "b.example:9092", "[::1]:9094")
    assert access.addresses == [("a.example", 9093), ("b.example", 9092), ("::1", 9094)]
    assert access.protocol == "PLAINTEXT"
    assert (access.tls, access.login) == (None, None)


@pytest.mark.parametrize("security", ["sasl_plaintext", "sasl_ssl", "ssl"])
def test_security(security: str, tmp_path: Path) -> None:
    (tmp_path / "password").write_text("pass word \r\n")
    access = kafka_access(settings(kafka_security=security, kafka_user="desk", kafka_password_file=tmp_path / "password"))
    assert access.protocol == security.upper()
    assert (access.tls is not None) == security.endswith("ssl")
    if security == "ssl":
        assert access.login is None
    else:
        assert access.login
        assert (access.login.user, access.login.password, access.login.mechanism) == ("desk", "pass word ", "SCRAM-SHA-512")
        assert "pass word" not in repr(access)


@pytest.mark.parametrize(
    ("values", "fault"),
    [
        ({"kafka_servers": ""}, "kafka_servers is not set"),
        ({"kafka_servers": "host:port"}, "'host:port' is not an address"),
        ({"kafka_servers": "host:0"}, "is not an address"),
        ({"kafka_security": "sasl_ssl"}, "kafka_user is not set"),
        ({"kafka_security": "sasl_ssl", "kafka_user": "desk"}, "kafka_password_file is not set.*'desk'"),
        ({"kafka_security": "sasl_ssl", "kafka_user": "desk", "kafka_password_file": "none"}, "none can't be read .No such file"),
        ({"kafka_security": "sasl_ssl", "kafka_user": "desk", "kafka_password_file": "latin"}, "latin can't be read .not UTF-8"),
        ({"kafka_security": "sasl_ssl", "kafka_user": "desk", "kafka_password_file": "empty"}, "empty is empty"),
        ({"kafka_security": "ssl", "kafka_ca_file": "none"}, "none can't be read as certificates in PEM .No such file"),
        ({"kafka_security": "ssl", "kafka_ca_file": "latin"}, "latin can't be read as certificates in PEM"),
    ],
)
def test_what_is_wrong_is_named(values: dict[str, object], fault: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("latin").write_bytes("geheimnisträger".encode("latin-1"))
    Path("empty").write_bytes(b"\n")
    with pytest.raises(SettingsError, match=fault):
        kafka_access(settings(**values))
