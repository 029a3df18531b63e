"""The first word with a server, answered by servers of the test's own."""

import socket
import struct
import threading
from collections.abc import Callable, Iterator

import pytest

from wirewatch.adapters.kafka.access import KafkaAccess, Login
from wirewatch.adapters.kafka.connection import open_admin
from wirewatch.core.errors import Refused, Unavailable

Serve = Callable[[bytes], KafkaAccess]
CORRELATION = struct.pack(">i", 1)
OFFERED = struct.pack(">ih5s", 1, 5, b"PLAIN")


def framed(content: bytes) -> bytes:
    return struct.pack(">i", len(content)) + content


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Answer every connection's first message with these bytes, then close it."""
    listener = socket.create_server(("127.0.0.1", 0))
    answer = b""

    def work() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with connection:
                connection.recv(1024)
                connection.sendall(answer)

    def start(content: bytes) -> KafkaAccess:
        nonlocal answer
        answer = content
        return KafkaAccess((f"127.0.0.1:{listener.getsockname()[1]}",))

    thread = threading.Thread(target=work)
    thread.start()
    yield start
    listener.shutdown(socket.SHUT_RDWR)
    listener.close()
    thread.join()


@pytest.mark.parametrize(
    ("answer", "fault"),
    [
        (b"", "closed without an answer"),
        (b"HTTP/1.1 400 Bad Request\r\n\r\n", "not Kafka's"),
        (framed(struct.pack(">i", 7) + b"\x00\x22"), "not Kafka's"),
        (framed(CORRELATION + b"\x00"), "cut off"),
        (struct.pack(">i", 40) + CORRELATION, "closed without an answer"),
        (framed(CORRELATION + struct.pack(">h", 35)), "UnsupportedVersion"),
    ],
)
def test_what_is_no_kafka_is_not_there(serve: Serve, answer: bytes, fault: str) -> None:
    with pytest.raises(Unavailable, match=rf"{fault}.*kafka_security \(plaintext\)"):
        open_admin(serve(answer))


def test_a_login_that_is_asked_for_is_named(serve: Serve) -> None:
    with pytest.raises(Refused, match=r"asks for a login \(PLAIN\)"):
        open_admin(serve(framed(CORRELATION + struct.pack(">h", 33) + OFFERED)))


def test_a_login_that_the_server_does_not_know(serve: Serve) -> None:
    access = serve(framed(CORRELATION + struct.pack(">h", 33) + OFFERED))
    login = Login("SCRAM-SHA-512", "desk", "word")
    with pytest.raises(Refused, match="doesn't know the login SCRAM-SHA-512; set kafka_sasl_mechanism to one of PLAIN"):
        open_admin(KafkaAccess(access.servers, login=login))


def test_it_is_waited_for_and_reported_once(serve: Serve) -> None:
    reported: list[str] = []
    with pytest.raises(Unavailable):
        open_admin(serve(b""), wait_seconds=0.7, tell=reported.append)
    assert len(reported) == 1
    assert "waiting up to 0.7 s" in reported[0]
