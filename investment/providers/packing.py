"""Unpacking what was packed for the way, never beyond a bound: a short body may unpack into gigabytes."""

import zlib
from collections.abc import Mapping
from typing import Literal

# Of each name in Content-Encoding, what zlib calls it.
GZIP: Mapping[str, int] = {"gzip": 16 + zlib.MAX_WBITS, "x-gzip": 16 + zlib.MAX_WBITS}
ALL: Mapping[str, int] = {**GZIP, "deflate": zlib.MAX_WBITS}
_LONGEST_NAME = 12  # characters


class CannotUnpack(Exception):
    """The message says why; ``body`` is as much as was unpacked of one that is too long, else empty."""

    def __init__(
        self, reason: Literal["broken", "cut off", "unknown", "too long"], message: str, body: bytes = b""
    ) -> None:
        super().__init__(message)
        self.reason = reason
        self.body = body


def unpack(body: bytes, encoding: str, *, most: int, known: Mapping[str, int] = GZIP) -> bytes:
    """
    Return a body as it was before it was packed as ``encoding``, one of those ``known`` or none.

    :raises CannotUnpack: if it cannot be unpacked, was cut off, or is longer than ``most`` bytes.
    """
    if encoding in ("", "identity"):
        whole = body
    elif encoding in known:
        unpacker = zlib.decompressobj(known[encoding])
        try:
            whole = unpacker.decompress(body, most + 1)
        except zlib.error as e:
            raise CannotUnpack("broken", f"the answer cannot be unpacked: {e}") from None
        if not unpacker.eof and len(whole) <= most:
            raise CannotUnpack("cut off", "the answer was cut off on its way")
    else:
        # Only a name is told: what else stands there is anybody's text, and cut off could hide anything.
        name = encoding if encoding.isalpha() and len(encoding) < _LONGEST_NAME else "something"
        raise CannotUnpack("unknown", f"the answer is packed as {name!r}, which was not asked for")
    if len(whole) > most:
        raise CannotUnpack("too long", f"the answer is longer than {most} bytes", whole)
    return whole
