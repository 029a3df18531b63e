"""Connects to Kafka, or says clearly why it can't; and the options and errors that all of kafka-python's clients share."""

import logging
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

from kafka import errors
from kafka.admin import KafkaAdminClient
from kafka.net.compat import KafkaNetClient

from wirewatch.adapters.kafka.access import KafkaAccess
from wirewatch.adapters.kafka.handshake import NoKafka, introduce, refused
from wirewatch.core.errors import Refused, Unavailable
from wirewatch.ports.signals import Tell, silent
from wirewatch.ports.waiting import patiently

# For one attempt to connect and to log in.
_ATTEMPT_SECONDS = 5.0
_LOGIN_FAULTS = (errors.SaslAuthenticationFailedError, errors.UnsupportedSaslMechanismError, errors.IllegalSaslStateError)


def client_options(access: KafkaAccess) -> dict[str, Any]:
    """Servers and security, as all of kafka-python's clients take them."""
    options: dict[str, Any] = {"bootstrap_servers": list(access.servers), "security_protocol": access.protocol}
    if access.tls:
        options["ssl_context"] = access.tls
    if access.login:
        login = access.login
        options |= {"sasl_mechanism": login.mechanism, "sasl_plain_username": login.user, "sasl_plain_password": login.password}
    return options


def open_admin(access: KafkaAccess, *, wait_seconds: float = 0.0, tell: Tell = silent) -> Any:
    """kafka-python's admin client, connected and logged in.

    While no server answers, it is tried again for up to ``wait_seconds``; ``tell`` gets one line. Raises Unavailable, Refused.
    """
    _silence()
    return patiently(partial(_connected, access), wait_seconds=wait_seconds, tell=tell)


def _connected(access: KafkaAccess) -> Any:
    fault = _unreachable(access)
    if fault is None:
        try:
            return _admin(access)
        except _LOGIN_FAULTS as error:
            raise refused(access) from error
        except errors.KafkaError as error:
            fault = f"it accepts the login, but does not name its brokers ({_text(error)})"
    raise Unavailable(f"no Kafka on {', '.join(access.servers)}: {fault}. Start it, or correct kafka_servers")


def _silence() -> None:
    """Keep kafka-python's log off standard error: everything that matters is raised."""
    logger = logging.getLogger("kafka")
    if not logger.handlers:
        logger.addHandler(logging.NullHandler())
    logger.propagate = False


def _admin(access: KafkaAccess) -> Any:
    """Build the client. One that can't connect would leave its thread running, so it is closed here."""
    clients: list[Any] = []

    def network(**options: Any) -> Any:
        clients.append(KafkaNetClient(**options))
        return clients[0]

    attempt = {"bootstrap_timeout_ms": int(_ATTEMPT_SECONDS * 1000), "request_timeout_ms": 20_000}
    try:
        return KafkaAdminClient(**client_options(access), **attempt, kafka_client=network)
    except BaseException:
        for client in clients:
            client.close()
            client._manager._net.stop()  # noqa: SLF001 - as the admin client itself closes it
        raise


def _unreachable(access: KafkaAccess) -> str | None:
    """Why no server can be reached, with TLS if that is set; None if one can."""
    found = []
    for host, port in access.addresses:
        fault = _fault_of(access, host, port)
        if fault is None:
            return None
        found.append(f"{host}:{port}: {fault}" if len(access.servers) > 1 else fault)
    return "; ".join(found)


def _fault_of(access: KafkaAccess, host: str, port: int) -> str | None:
    server = f"{host}:{port}"
    try:
        with socket.create_connection((host, port), _ATTEMPT_SECONDS) as plain:
            if access.tls is None:
                introduce(access, server, plain)
                return None
            with access.tls.wrap_socket(plain, server_hostname=host) as secured:
                introduce(access, server, secured)
    except ssl.SSLCertVerificationError as error:
        raise Refused(
            f"the certificate of {server} is not trusted ({error.verify_message}); "
            "set kafka_ca_file to the CA that signed it, and name the server as the certificate does"
        ) from error
    except ssl.SSLError as error:
        return f"no TLS ({error.reason or error.strerror or error}); does kafka_security match the port?"
    except (NoKafka, TimeoutError, ConnectionResetError) as error:
        return f"no answer ({error}); does kafka_security ({access.protocol.lower()}) match the port?"
    except OSError as error:
        return f"{error.strerror or error}"
    return None


@contextmanager
def faults(access: KafkaAccess, doing: str) -> Iterator[None]:
    """Raise kafka-python's errors as Unavailable or Refused; ``doing`` says what failed."""
    try:
        yield
    except _LOGIN_FAULTS as error:
        raise refused(access) from error
    except errors.UnknownTopicOrPartitionError as error:
        raise Refused(f"{doing}: a topic is missing ({_text(error)}); create it: wirewatch setup") from error
    except (errors.MessageSizeTooLargeError, errors.RecordListTooLargeError) as error:
        raise Refused(f"{doing}: the broker's limit for a message is lower than declared; raise it: wirewatch setup --alter") from error
    except errors.AuthorizationError as error:
        raise Refused(
            f"{doing}: {access.who} is not allowed to ({_text(error)}); add the ACLs listed in docs/operations/kafka.md"
        ) from error
    except errors.KafkaError as error:
        if error.retriable:
            where = ", ".join(access.servers)
            raise Unavailable(
                f"{doing}: Kafka on {where} stopped answering ({_text(error)}); can the addresses it advertises be reached from here?"
            ) from error
        raise Refused(f"{doing}: Kafka refuses ({_text(error)})") from error


def _text(error: errors.KafkaError) -> str:
    """The client's own message without its number and class name, if it has one."""
    return str(error.args[0]) if error.args and error.args[0] else type(error).__name__
