"""
Reading an answer off the wire: whole, plain, and within a bound of size and of time.

The only place where answers are unpacked: a short one may unpack into gigabytes, and nobody after this
has to think of that.
"""

import time
from collections.abc import Callable
from typing import cast

import httpx

from investment.providers import packing

# What we ask for, where an adapter does not ask for something else. (zlib's is read as well, where sent.)
PACKED_AS = "gzip"
# They describe the body on its way, which is another one afterwards.
_OF_THE_WAY = {"content-encoding", "content-length", "transfer-encoding"}


def read(
    response: httpx.Response, *, most: int, within: float, started: float, count: Callable[[int], None]
) -> bytes:
    """
    Return a body as it was sent, and close the answer.

    :param most: bytes, beyond which it is given up; at once where the answer says its length.
    :param within: seconds from ``started`` (of the machine's monotonic clock) to the last byte.
    :param count: is told of every part how many bytes it has.
    :raises httpx.TransportError: if it is longer, or takes longer, or breaks off.
    """
    parts: list[bytes] = []
    size = 0
    try:
        said = response.headers.get("Content-Length", "")
        if said.isascii() and said.isdecimal() and int(said[:18]) > most:
            raise httpx.ReadError(f"the answer is longer than {most} bytes: it says {said[:18]}")
        for part in cast("httpx.SyncByteStream", response.stream):
            parts.append(part)
            size += len(part)
            count(len(part))
            if size > most:
                raise httpx.ReadError(f"the answer is longer than {most} bytes")
            if time.monotonic() - started > within:
                raise httpx.ReadTimeout(f"the answer took more than {within:.0f} s")
    finally:
        response.close()
    return b"".join(parts)


def unpacked(body: bytes, response: httpx.Response, *, most: int) -> bytes:
    """
    Return a body as it was before it was packed for the way; of a refusal that cannot be, nothing.

    :raises httpx.DecodingError: if it cannot be unpacked, or is longer than ``most`` bytes then.
    """
    try:
        encoding = response.headers.get("Content-Encoding", "").strip().lower()
        return packing.unpack(body, encoding, most=most, known=packing.ALL) if body else body
    except packing.CannotUnpack as e:
        if not response.is_success:
            return b""  # its status says enough
        raise httpx.DecodingError(str(e)) from None


def plain(
    response: httpx.Response, body: bytes, request: httpx.Request, *, redact: Callable[[str], str]
) -> httpx.Response:
    """Return an answer with its body as it is now, for whoever asked, and with no key in its headers."""
    told = response.headers.multi_items()
    return httpx.Response(
        response.status_code,
        headers=[
            (name.encode(), _sent(redact(value))) for name, value in told if name.lower() not in _OF_THE_WAY
        ],
        stream=httpx.ByteStream(body),
        request=request,
    )


def _sent(value: str) -> bytes:
    return value.encode("utf-8", "surrogateescape")
