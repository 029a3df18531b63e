"""What a Kafka client has to know: servers, certificates, login. It imports no client, so that both clients can use it."""

import ssl
from dataclasses import dataclass, field

from wirewatch.core.errors import SettingsError

_DEFAULT_PORT = 9092


@dataclass(frozen=True, slots=True)
class Login:
    """Who logs in, and with which SASL mechanism."""

    mechanism: str
    user: str
    password: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class KafkaAccess:
    """How to reach a cluster: ``servers`` as host:port, TLS if there is a context, and a login if there is one.

    Raises SettingsError for a server that is not an address.
    """

    servers: tuple[str, ...]
    tls: ssl.SSLContext | None = None
    login: Login | None = None

    def __post_init__(self) -> None:
        servers = (f"[{host}]:{port}" if ":" in host else f"{host}:{port}" for host, port in self.addresses)
        object.__setattr__(self, "servers", tuple(servers))

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
        """Who we are to Kafka, for messages."""
        return f"user {self.login.user!r} ({self.login.mechanism})" if self.login else "an anonymous client"


def _address(server: str) -> tuple[str, int]:
    host, colon, port = server.rpartition(":")
    if not colon:
        return server, _DEFAULT_PORT
    if not port.isdecimal() or not host or not 0 < int(port) < 65_536:
        raise SettingsError(f"kafka_servers: {server!r} is not an address; write host:port")
    return host.strip("[]"), int(port)
