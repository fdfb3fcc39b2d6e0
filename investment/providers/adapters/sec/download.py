"""
A large file in pieces: bounded memory, every piece a metered request, and going on where it stopped.

Beside the file that grows (``….part``) lies what it is a part of (``….part.json``), so that a later
process can go on, and never joins pieces of two versions.
"""

import contextlib
import json
import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import httpx

from investment.providers import errors
from investment.providers.adapters.sec.limits import NAME
from investment.providers.contracts import Validators

PIECE = 16 * 2**20  # bytes of one request
MOST = 16 * 2**30  # bytes of a whole archive; ten times the largest there is
_RANGE = re.compile(r"bytes (\d{1,18})-(\d{1,18})/(\d{1,18})", re.ASCII)

# Asks for the bytes of a range (both ends included) with further headers; None is «not modified».
Ask = Callable[[int, int, dict[str, str]], httpx.Response | None]
# Is told how many bytes are there, and how many there will be. What it raises ends the download.
OnPiece = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class _Whole:
    """Which version of the file the pieces belong to."""

    etag: str | None
    last_modified: str | None
    total: int

    @property
    def condition(self) -> dict[str, str]:
        """The headers by which another version is refused instead of sent."""
        if self.etag and not self.etag.startswith("W/"):
            return {"If-Match": self.etag}
        return {"If-Unmodified-Since": self.last_modified} if self.last_modified else {}


def fetch(
    ask: Ask, *, to: Path, since: Validators, piece: int, on_piece: OnPiece = lambda _there, _whole: None
) -> Validators | None:
    """
    Bring the file to ``to``; return its marks, or None where it is still the one with ``since``.

    :raises ProviderUnavailable: where another version took the file's place meanwhile; what was brought
        of the old one is gone then, so that asking again begins anew.
    :raises MalformedPayload: for a piece that is not the one asked for.
    """
    part, notes = to.with_name(f"{to.name}.part"), to.with_name(f"{to.name}.part.json")
    to.parent.mkdir(parents=True, exist_ok=True)
    whole = _noted(notes)
    size = part.stat().st_size if part.exists() else 0
    if whole is None or not 0 < size <= whole.total:
        begun = _begin(ask, part, notes, since, piece)
        if begun is None:
            return None
        whole, size = begun
    on_piece(size, whole.total)
    with part.open("ab") as file:
        while size < whole.total:
            last = min(size + piece, whole.total) - 1
            try:
                response = _present(ask(size, last, whole.condition))
                body = _checked(response, whole, size, last)
            except (errors.MalformedPayload, errors.RequestRejected):
                _forget(part, notes)
                raise
            except (errors.ProviderUnavailable, _Replaced) as e:
                if isinstance(e, errors.ProviderUnavailable) and e.status != 412:
                    raise
                _forget(part, notes)
                raise _replaced(e.status) from None
            file.write(body)
            file.flush()
            size += len(body)
            on_piece(size, whole.total)
        os.fsync(file.fileno())
    part.replace(to)
    notes.unlink(missing_ok=True)
    return Validators(whole.etag, whole.last_modified)


class _Replaced(Exception):
    """A piece of another version came."""

    def __init__(self, status: int | None) -> None:
        super().__init__(status)
        self.status = status


def _begin(ask: Ask, part: Path, notes: Path, since: Validators, piece: int) -> tuple[_Whole, int] | None:
    """Ask for the first piece, and note which version it is of."""
    _forget(part, notes)
    headers = {"If-None-Match": since.etag or "", "If-Modified-Since": since.last_modified or ""}
    response = ask(0, piece - 1, {name: value for name, value in headers.items() if value})
    if response is None:
        return None
    etag, last_modified = response.headers.get("etag"), response.headers.get("last-modified")
    body = response.content
    if response.status_code == 200:  # no pieces here, or the whole is smaller than one
        whole = _Whole(etag, last_modified, len(body))
    else:
        first, last, total = _range_of(response)
        whole = _Whole(etag, last_modified, total)
        if first != 0 or last + 1 != len(body) or last >= total:
            raise _malformed(response, f"asked for the first {piece} bytes")
    if not 0 < whole.total <= MOST or not body:
        raise _malformed(response, f"{whole.total} bytes cannot be such an archive")
    notes.write_text(json.dumps({"etag": etag, "last_modified": last_modified, "total": whole.total}))
    part.write_bytes(body)
    return whole, len(body)


def _checked(response: httpx.Response, whole: _Whole, first: int, last: int) -> bytes:
    """Return the bytes of a piece that is the one asked for, of the same version."""
    told = _Whole(response.headers.get("etag"), response.headers.get("last-modified"), whole.total)
    if response.status_code == 200 or told != whole:
        raise _Replaced(response.status_code)
    begins, ends, total = _range_of(response)
    if total != whole.total:
        raise _Replaced(response.status_code)
    body = response.content
    if begins != first or ends > last or ends - begins + 1 != len(body):
        raise _malformed(response, f"asked for the bytes {first} to {last}")
    return body


def _present(response: httpx.Response | None) -> httpx.Response:
    if response is None:
        raise errors.MalformedPayload("SEC: «not modified» for a piece", provider=NAME, status=304)
    return response


def _range_of(response: httpx.Response) -> tuple[int, int, int]:
    told = response.headers.get("content-range", "")
    found = _RANGE.fullmatch(told)
    if found is None:
        raise _malformed(response, "no range in the answer")
    first, last, total = (int(number) for number in found.groups())
    return first, last, total


def _malformed(response: httpx.Response, message: str) -> errors.MalformedPayload:
    told = response.headers.get("content-range", "")[:80]
    return errors.MalformedPayload(
        f"SEC: {message} and got {len(response.content)} ({told or 'no Content-Range'})",
        provider=NAME,
        words=told,
        status=response.status_code,
    )


def _replaced(status: int | None) -> errors.ProviderUnavailable:
    return errors.ProviderUnavailable(
        "SEC: the archive was replaced by a newer one while it was being read: ask again",
        provider=NAME,
        status=status,
    )


def _noted(notes: Path) -> _Whole | None:
    """Return which version a part is of, None where nothing is noted that could be."""
    try:
        told = json.loads(notes.read_bytes())
        whole = _Whole(told["etag"], told["last_modified"], int(told["total"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return whole if whole.condition and 0 < whole.total <= MOST else None


def _forget(*files: Path) -> None:
    for file in files:
        with contextlib.suppress(FileNotFoundError):
            file.unlink()
