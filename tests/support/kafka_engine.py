"""A real Kafka broker for tests and measurements: one KRaft node of its own, from Maven Central's jars, without Docker.

``KafkaBroker`` is started, stopped, killed and started again on the same port and data. Nothing here needs pytest but ``unavailable``.
"""

import base64
import os
import secrets
import socket
import subprocess
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from kafka.admin import KafkaAdminClient
from kafka.errors import KafkaError

from tests.support.engines import ServerProcess, free_port, java_home, maven_artifacts

VERSION = "4.4.0"
ADDRESS_VARIABLE = "WIREWATCH_TEST_KAFKA"
_JAVA = 17
# A single small node that starts fast; a measurement passes others.
JVM = ("-Xms256m", "-Xmx768m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1")
_LOG = """\
appender.console.type=Console
appender.console.name=console
appender.console.layout.type=PatternLayout
appender.console.layout.pattern=%d %p %c{1}: %m%n
rootLogger.level=WARN
rootLogger.appenderRef.console.ref=console
"""


@cache
def kafka_jars() -> Path:
    """The folder of the broker's jars, fetched once into the repository's cache; skips the test where they can't be had."""
    return maven_artifacts(
        f"kafka-{VERSION}", (f"org.apache.kafka:kafka_2.13:{VERSION}", "org.apache.logging.log4j:log4j-slf4j-impl:2.25.5")
    )


def broker_address() -> str:
    """The address of a broker that is there already, ``host:port``; empty if the environment names none."""
    return os.environ.get(ADDRESS_VARIABLE, "")


@dataclass(kw_only=True)
class Security:
    """Users and certificates of a broker that asks for them; made anew for each broker.

    ``user`` may do everything, ``guest`` may log in and nothing else.
    """

    folder: Path
    user: str = "desk"
    guest: str = "guest"
    password: str = field(default_factory=lambda: secrets.token_urlsafe(12))
    guest_password: str = field(default_factory=lambda: secrets.token_urlsafe(12))

    @property
    def ca(self) -> Path:
        return self.folder / "ca.pem"

    @property
    def keystore(self) -> Path:
        return self.folder / "broker.pem"

    def password_file(self, password: str | None = None) -> Path:
        """A file that holds the password of ``user``, or another one."""
        path = self.folder / f"password-{secrets.token_hex(4)}"
        path.write_text(f"{self.password if password is None else password}\n")
        return path

    def make_certificates(self) -> None:
        """A CA, and a certificate of 127.0.0.1 and localhost signed by it."""
        self.folder.mkdir(parents=True, exist_ok=True)
        key, request, signed, names = (self.folder / name for name in ("broker.key", "broker.csr", "broker.crt", "names"))
        names.write_text("subjectAltName=IP:127.0.0.1,DNS:localhost\n")
        self._openssl(
            "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "ca.key", "-out", "ca.pem", "-days", "2", "-subj", "/CN=test CA"
        )
        self._openssl("req", "-newkey", "rsa:2048", "-nodes", "-keyout", key.name, "-out", request.name, "-subj", "/CN=localhost")
        signing = ("-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", "2", "-extfile", names.name)
        self._openssl("x509", "-req", "-in", request.name, "-out", signed.name, *signing)
        self.keystore.write_text(key.read_text() + signed.read_text() + self.ca.read_text())

    def _openssl(self, *arguments: str) -> None:
        subprocess.run(["openssl", *arguments], cwd=self.folder, check=True, capture_output=True)

    def scram(self) -> list[str]:
        """What makes the users while the storage is formatted."""
        users = ((self.user, self.password), (self.guest, self.guest_password))
        mechanisms = ("SCRAM-SHA-256", "SCRAM-SHA-512")
        return [f"{mechanism}=[name={name},password={password}]" for mechanism in mechanisms for name, password in users]

    def properties(self) -> dict[str, str]:
        module = "org.apache.kafka.common.security"
        plain = f'{module}.plain.PlainLoginModule required user_{self.user}="{self.password}" user_{self.guest}="{self.guest_password}";'
        scram = f"{module}.scram.ScramLoginModule required;"
        own: dict[str, str] = {
            "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
            "super.users": f"User:ANONYMOUS;User:{self.user}",
            "sasl.enabled.mechanisms": "PLAIN,SCRAM-SHA-256,SCRAM-SHA-512",
            "ssl.keystore.type": "PEM",
            "ssl.keystore.location": str(self.keystore),
        }
        for listener in ("sasl_plaintext", "sasl_ssl"):
            for mechanism, login in (("plain", plain), ("scram-sha-256", scram), ("scram-sha-512", scram)):
                own[f"listener.name.{listener}.{mechanism}.sasl.jaas.config"] = login
        return own


class KafkaBroker(ServerProcess):
    """One broker with its data in ``folder``. ``servers`` and the addresses of its other listeners stay the same over restarts."""

    title = "Kafka"
    start_seconds = 90
    stop_seconds = 30

    def __init__(
        self, folder: Path, *, security: Security | None = None, jvm: Sequence[str] = JVM, properties: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(folder, "kafka.log")
        self._security = security
        self._jvm = jvm
        self._own = dict(properties or {})
        self._ports: dict[str, int] = {}
        self.cluster_id = base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=").replace("-", "A")

    @property
    def servers(self) -> str:
        """Where anybody may talk to it, in plain text."""
        return self.address("PLAINTEXT")

    def address(self, listener: str) -> str:
        """``host:port`` of a listener: PLAINTEXT, and with security SASL_PLAINTEXT, SASL_SSL and SSL."""
        return f"127.0.0.1:{self._ports[listener]}"

    @property
    def pid(self) -> int:
        assert self._process, "the broker was not started"
        return self._process.pid

    def start(self) -> None:
        """Start it, the first time on empty storage, and wait until it answers."""
        if not self._ports:
            self._prepare()
        self._launch(self._java("kafka.Kafka", str(self._folder / "server.properties")))

    def answers(self) -> bool:
        found = cluster_id(self.servers)
        if found and found != self.cluster_id:
            raise RuntimeError(f"another broker answers on {self.servers}: cluster {found}, not {self.cluster_id}")
        return bool(found)

    def _prepare(self) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        (self._folder / "log4j2.properties").write_text(_LOG)
        listeners = ["PLAINTEXT", "CONTROLLER"]
        properties = {}
        options: list[str] = []
        if self._security:
            self._security.make_certificates()
            listeners += ["SASL_PLAINTEXT", "SASL_SSL", "SSL"]
            properties = self._security.properties()
            options = [word for user in self._security.scram() for word in ("--add-scram", user)]
        self._ports = {listener: free_port() for listener in listeners}
        protocols = ",".join(f"{listener}:{'PLAINTEXT' if listener == 'CONTROLLER' else listener}" for listener in listeners)
        addresses = {listener: f"{listener}://{self.address(listener)}" for listener in listeners}
        properties |= {
            "process.roles": "broker,controller",
            "node.id": "1",
            "controller.quorum.voters": f"1@{self.address('CONTROLLER')}",
            "controller.listener.names": "CONTROLLER",
            "inter.broker.listener.name": "PLAINTEXT",
            "listeners": ",".join(addresses.values()),
            "advertised.listeners": ",".join(address for listener, address in addresses.items() if listener != "CONTROLLER"),
            "listener.security.protocol.map": protocols,
            "log.dirs": str(self._folder / "data"),
            "auto.create.topics.enable": "false",
            "group.initial.rebalance.delay.ms": "0",
            "offsets.topic.num.partitions": "4",
            "offsets.topic.replication.factor": "1",
            "transaction.state.log.replication.factor": "1",
            "transaction.state.log.min.isr": "1",
            # After a kill -9 the broker is let in again once its former self has timed out.
            "broker.session.timeout.ms": "4000",
            "broker.heartbeat.interval.ms": "500",
            "log.cleaner.backoff.ms": "1000",
            **self._own,
        }
        path = self._folder / "server.properties"
        path.write_text("".join(f"{name}={value}\n" for name, value in properties.items()))
        formatting = self._java("kafka.tools.StorageTool", "format", "-t", self.cluster_id, "-c", str(path), *options)
        done = subprocess.run(formatting, check=False, capture_output=True)
        if done.returncode:
            raise RuntimeError(f"Kafka's storage can't be formatted:\n{(done.stdout + done.stderr).decode(errors='replace')}")

    def _java(self, main: str, *arguments: str) -> list[str]:
        logging = f"-Dlog4j2.configurationFile={self._folder / 'log4j2.properties'}"
        return [str(java_home(_JAVA) / "bin" / "java"), *self._jvm, logging, "-cp", f"{kafka_jars()}/*", main, *arguments]


def cluster_id(servers: str, seconds: float = 2.0) -> str:
    """The id of the cluster that answers there; empty if none does."""
    host, _, port = servers.rpartition(":")
    try:
        # The client leaves a socket open for each time that nobody listens.
        socket.create_connection((host, int(port)), seconds).close()
    except OSError:
        return ""
    try:
        client = KafkaAdminClient(bootstrap_servers=servers, bootstrap_timeout_ms=int(seconds * 1000))
    except KafkaError:
        return ""
    try:
        return str(client.describe_cluster()["cluster_id"])
    except KafkaError:
        return ""
    finally:
        client.close()
