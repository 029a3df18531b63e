"""A first exchange with a server over a connection of our own: whether it speaks Kafka, asks for a login and accepts ours.

kafka-python misses the server's answer to a wrong password if the connection is closed right after it, and retries until its time is up.
The messages are those of the Kafka protocol: SaslHandshake version 1, SaslAuthenticate version 0 (KIP-43, KIP-152).
"""

import socket
import struct

from kafka import errors
from kafka.net.sasl import get_sasl_mechanism

from wirewatch.adapters.kafka.access import KafkaAccess, Login
from wirewatch.core.errors import Refused

_HANDSHAKE, _AUTHENTICATE = 17, 36
_NO_ERROR = 0
_UNSUPPORTED_MECHANISM = 33
_NO_SASL_HERE = 34
_CLIENT = b"wirewatch"
# No answer to a login is longer than this; whoever announces more does not speak Kafka.
_MOST = 65_536


class NoKafka(Exception):
    """The server does not speak Kafka, or not with this security."""


def introduce(access: KafkaAccess, server: str, connection: socket.socket) -> None:
    """Log in as the settings say. Raises Refused if the login has to change, NoKafka or OSError if there was no usable answer."""
    wanted = access.login.mechanism if access.login else "none"
    answer = _Answer(_ask(connection, _HANDSHAKE, 1, _text(wanted)))
    error = answer.int16()
    offered = sorted(answer.text() for _ in range(answer.int32())) if error in {_NO_ERROR, _UNSUPPORTED_MECHANISM} else []
    if error not in {_NO_ERROR, _UNSUPPORTED_MECHANISM, _NO_SASL_HERE}:
        raise NoKafka(errors.for_code(error).__name__)
    if access.login is None:
        if error != _NO_SASL_HERE:
            raise Refused(
                f"{server} asks for a login ({', '.join(offered)}); set kafka_security (sasl_plaintext or sasl_ssl), kafka_user and "
                "kafka_password_file"
            )
        return
    if error == _NO_SASL_HERE:
        raise Refused(
            f"{server} does not take logins; set kafka_security to {'ssl' if access.tls else 'plaintext'}, or name the port for logins"
        )
    if error == _UNSUPPORTED_MECHANISM:
        raise Refused(f"{server} doesn't know the login {wanted}; set kafka_sasl_mechanism to one of {', '.join(offered)}")
    _authenticate(access, access.login, connection)


def refused(access: KafkaAccess) -> Refused:
    """The error for wrong credentials."""
    return Refused(
        f"Kafka refuses {access.who}: wrong user or password; correct kafka_user, kafka_password_file or kafka_sasl_mechanism "
        "(a SCRAM user has a password for each mechanism)"
    )


def _authenticate(access: KafkaAccess, login: Login, connection: socket.socket) -> None:
    exchange = get_sasl_mechanism(login.mechanism)(
        sasl_mechanism=login.mechanism, sasl_plain_username=login.user, sasl_plain_password=login.password
    )
    while not exchange.is_done():
        token = exchange.auth_bytes()
        answer = _Answer(_ask(connection, _AUTHENTICATE, 0, struct.pack(">i", len(token)) + token))
        error, _ = answer.int16(), answer.text()
        if error != _NO_ERROR:
            raise refused(access)
        try:
            exchange.receive(answer.data())
        except ValueError as error:  # the server could not prove that it knows the password
            raise refused(access) from error
    if not exchange.is_authenticated():
        raise refused(access)


def _ask(connection: socket.socket, key: int, version: int, body: bytes) -> bytes:
    request = struct.pack(">hhi", key, version, 1) + struct.pack(">h", len(_CLIENT)) + _CLIENT + body
    connection.sendall(struct.pack(">i", len(request)) + request)
    (size,) = struct.unpack(">i", _receive(connection, 4))
    if not 4 <= size <= _MOST:
        raise NoKafka("the answer is not Kafka's")
    answer = _receive(connection, size)
    if answer[:4] != struct.pack(">i", 1):
        raise NoKafka("the answer is not Kafka's")
    return answer[4:]


def _receive(connection: socket.socket, size: int) -> bytes:
    received = b""
    while len(received) < size:
        part = connection.recv(size - len(received))
        if not part:
            raise NoKafka("the connection was closed without an answer")
        received += part
    return received


def _text(text: str) -> bytes:
    encoded = text.encode()
    return struct.pack(">h", len(encoded)) + encoded


class _Answer:
    """Reads an answer from its beginning, field by field."""

    def __init__(self, content: bytes) -> None:
        self._content = content
        self._at = 0

    def int16(self) -> int:
        return int.from_bytes(self._next(2), signed=True)

    def int32(self) -> int:
        return int.from_bytes(self._next(4), signed=True)

    def text(self) -> str:
        return self._next(max(0, self.int16())).decode("utf-8", "replace")

    def data(self) -> bytes:
        return self._next(max(0, self.int32()))

    def _next(self, size: int) -> bytes:
        part = self._content[self._at : self._at + size]
        if len(part) < size:
            raise NoKafka("the answer is cut off")
        self._at += size
        return part
