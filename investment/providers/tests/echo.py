"""A provider that is no friend: it repeats the key that it was sent, in every answer and all over it."""

import gzip
import html
import json
import socket
import struct
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from urllib.parse import quote, quote_plus

from investment.providers.tests.wire import read_request

# What the providers say of a key, a plan, a call too many: known words, so that each branch is gone.
WORDS: Mapping[str, str] = {
    "401": "Invalid API key. Unknown API Key. the parameter apikey is invalid or missing",
    "403": "You are not entitled to this data. You don't have access to this resource. "
    "Undeclared Automated Tool. This is a premium endpoint",
    "404": "Ticker not found. Data not found. <Code>NoSuchKey</Code>",
    "426": "You are trying to request results too far in the past, as far back as 2026-01-01",
    "429": "API limit reached. You've exceeded the maximum requests. more sparingly, 25 requests per day. "
    "Request Rate Threshold Exceeded",
    "200": "something new",
}
CODES = {"401": "apiKeyInvalid", "403": "x", "426": "parameterInvalid", "429": "rateLimited"}


def repeated(key: str) -> str:
    """Return a key in all its spellings, so densely that whoever cuts words off cuts one in two."""
    spellings = (key, quote(key, safe=""), quote_plus(key).lower(), json.dumps(key)[1:-1], html.escape(key))
    return key * 3 + " ".join(spellings) + key * 40


def headers(key: str, *names: str) -> str:
    told = ("Server", "X-Request-Id", "ETag", "Last-Modified", "Retry-After", "X-Ratelimit-Reset",
            "X-Ratelimit-Remaining", "Content-Range", *names)  # fmt: skip
    return "".join(f"{name}: {key}\r\n" for name in told)


def said(key: str, words: str, code: str = "") -> bytes:
    text = f"{words} {repeated(key)}"
    told = dict.fromkeys(("error", "message", "Error Message", "Information", "Note", "error_message"), text)
    status = "ERROR" if code != "x" else "NOT_AUTHORIZED"
    return json.dumps({**told, "status": status, "code": code or "OK", "request_id": key}).encode()


def page(key: str, words: str = "Bad gateway") -> bytes:
    return f"<html><title>{words} {key}</title><body>{words} {repeated(key)}</body></html>".encode()


def _answers(key: str) -> Mapping[str, bytes | None]:
    """Return what is sent, by its kind; None is a connection that breaks."""

    def whole(status: str, body: bytes, kind: str = "application/json", more: str = "") -> bytes:
        head = f"HTTP/1.1 {status} {key}\r\nContent-Type: {kind}; {key}\r\nContent-Length: {len(body)}\r\n"
        return f"{head}{more}{headers(key)}Connection: close\r\n\r\n".encode() + body

    told = {
        f"{status} in words": whole(status, said(key, words, CODES.get(status, "")))
        for status, words in WORDS.items()
    }
    pages = {f"{status} as a page": whole(status, page(key), "text/html") for status in ("200", "403", "502")}
    zipped = "Content-Encoding: gzip\r\n"
    return {
        **told,
        **pages,
        "429 inside 200": whole("200", said(key, WORDS["429"], "rateLimited")),
        "401 inside 200": whole("200", said(key, WORDS["401"], "apiKeyInvalid")),
        "403 packed": whole("403", gzip.compress(said(key, WORDS["403"], "x")), more=zipped),
        "200 packed, no gzip": whole("200", page(key), more=zipped),
        "200 packed otherwise": whole("200", b"{}", more=f"Content-Encoding: {key}\r\n"),
        "200 cut off": whole("200", said(key, "x"))[:-9],
        "redirect": whole(
            "302", b"", more=f"Location: http://127.0.0.1:9/elsewhere?token={quote(key)}{key}\r\n"
        ),
        "rows": whole("200", json.dumps({"status": "OK", "results": [{"T": key, "ticker": key}]}).encode()),
        "no HTTP": f"HTTP/1.1 two hundred {key}\r\n\r\n".encode(),
        "no header": f"HTTP/1.1 200 OK\r\n{key}\r\n\r\n".encode(),
        "a length that is none": f"HTTP/1.1 200 OK\r\nContent-Length: {key}\r\n\r\n".encode(),
        "reset": None,
    }


KINDS = tuple(_answers("k"))


@contextmanager
def echo(key: str) -> Iterator[tuple[str, Callable[[str], None]]]:
    """Serve; yield the address, and what sets the kind of the answers from now on."""
    answers, kind = _answers(key), [KINDS[0]]
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:  # the test is over
                return
            with connection, suppress(OSError):
                read_request(connection)
                told = answers[kind[0]]
                if told is None:
                    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                else:
                    connection.sendall(told)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}", lambda name: kind.__setitem__(0, name)
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(10)
