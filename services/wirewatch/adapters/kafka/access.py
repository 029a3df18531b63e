"""From settings to what a Kafka client must know: servers, certificates, user. Without a client, for all that there are."""

import ssl
from dataclasses import dataclass, field
from pathlib import Path

from wirewatch.settings import Settings, SettingsError

_DEFAULT_PORT = 9092


@dataclass(frozen=True, slots=True)
class Login:
    """Who logs in, and by which SASL mechanism."""

    mechanism: str
    user: str
    password: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class KafkaAccess:
    """How to reach a cluster: ``servers`` as host:port; TLS where there is a context; a login where it asks for one."""

    servers: tuple[str, ...]
    tls: ssl.SSLContext | None = None
    login: Login | None = None

    @property
    def protocol(self) -> str:
        """PLAINTEXT, SSL, SASL_PLAINTEXT or SASL_SSL."""
        return ("SASL_" if self.login else "") + ("SSL" if self.tls else "PLAINTEXT")

    @property
    def addresses(self) -> list[tuple[str, int]]:
        """Host and port of each server."""
        return [_address(server) for server in self.servers]

    @property
    def who(self) -> str:
        """Whoever Kafka takes us for, in words."""
        return f"user {self.login.user!r} ({self.login.mechanism})" if self.login else "an anonymous client"


def kafka_access(settings: Settings) -> KafkaAccess:
    """Read the settings and the files they name. Raises SettingsError."""
    if not settings.kafka_servers:
        raise SettingsError("kafka_servers is not set; name Kafka's servers, such as WIREWATCH_KAFKA_SERVERS=localhost:9092")
    servers = tuple(f"[{host}]:{port}" if ":" in host else f"{host}:{port}" for host, port in map(_address, settings.kafka_servers))
    tls = _tls(settings.kafka_ca_file) if settings.kafka_security.endswith("ssl") else None
    return KafkaAccess(servers, tls, _login(settings) if settings.kafka_security.startswith("sasl") else None)


def _address(server: str) -> tuple[str, int]:
    host, colon, port = server.rpartition(":")
    if not colon:
        return server, _DEFAULT_PORT
    if not port.isdecimal() or not host or not 0 < int(port) < 65_536:
        raise SettingsError(f"kafka_servers: {server!r} is no address; write host:port")
    return host.strip("[]"), int(port)


def _tls(ca_file: Path | None) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=ca_file)
    except (OSError, ssl.SSLError) as error:
        raise SettingsError(f"kafka_ca_file: {ca_file} can't be read as certificates in PEM ({error.strerror or error})") from error


def _login(settings: Settings) -> Login:
    if not settings.kafka_user:
        raise SettingsError(f"kafka_user is not set, and kafka_security {settings.kafka_security} asks for one")
    path = settings.kafka_password_file
    if path is None:
        raise SettingsError(f"kafka_password_file is not set; name the file that holds the password of {settings.kafka_user!r}")
    try:
        password = path.read_text(encoding="utf-8").rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not UTF-8"
        raise SettingsError(f"kafka_password_file: {path} can't be read ({reason}); correct the path or its permissions") from error
    if not password:
        raise SettingsError(f"kafka_password_file: {path} is empty; write the password of {settings.kafka_user!r} into it")
    return Login(settings.kafka_sasl_mechanism, settings.kafka_user, password)
