"""A provider that does whatever a test wants with a connection: real sockets, raw bytes."""

import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

Behaviour = Callable[[socket.socket], None]

EMPTY = b'{"status":"OK","queryCount":0,"resultsCount":0,"adjusted":false}'


def http(body: bytes = EMPTY, status: str = "200 OK", *, said_length: int | None = None) -> bytes:
    length = len(body) if said_length is None else said_length
    head = f"HTTP/1.1 {status}\r\nContent-Length: {length}\r\nContent-Type: application/json\r\n\r\n"
    return head.encode() + body


def answer(data: bytes) -> Behaviour:
    def behave(connection: socket.socket) -> None:
        read_request(connection)
        connection.sendall(data)

    return behave


def reset(connection: socket.socket) -> None:
    """Take the request, and break the connection."""
    read_request(connection)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def hang_until(event: threading.Event) -> Behaviour:
    """Take the request, and say nothing until ``event``."""

    def behave(connection: socket.socket) -> None:
        read_request(connection)
        event.wait(30)

    return behave


def read_request(connection: socket.socket) -> bytes:
    data = b""
    while b"\r\n\r\n" not in data:
        part = connection.recv(65_536)
        if not part:
            break
        data += part
    return data


@contextmanager
def provider(*behaviours: Behaviour) -> Iterator[str]:
    """Serve one connection for each behaviour, and yield the address."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        for behave in behaviours:
            try:
                connection, _ = listener.accept()
            except OSError:  # the test is over
                return
            with connection:
                behave(connection)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(10)
