"""
The SEC's nightly archives, read member by member: nothing is unpacked to disk, and no list of the
million members is kept in memory (Python's own ``zipfile`` keeps one).
"""

import re
import struct
import zlib
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, TypeVar

from investment.providers import errors
from investment.providers.adapters.sec import records
from investment.providers.adapters.sec.limits import NAME
from investment.providers.contracts import CompanyFacts, Filer, Filing, MalformedRow

MOST_MEMBER = 128 * 2**20  # bytes unpacked; the largest company's facts are a tenth of it
_READ = 2**16  # bytes at once

# https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT, 4.3.7 to 4.3.16
_END, _END64_PLACE, _END64, _ENTRY, _LOCAL = b"PK\5\6", b"PK\6\7", b"PK\6\6", b"PK\1\2", b"PK\3\4"
_STORED, _DEFLATED = 0, 8
_FULL = 0xFFFFFFFF  # «look into the extra field»

_COMPANY = re.compile(r"CIK(\d{10})\.json", re.ASCII)
_OLDER = re.compile(r"CIK(\d{10})-submissions-\d{3}\.json", re.ASCII)

Record = TypeVar("Record")


@dataclass(frozen=True, slots=True)
class Member:
    """A file inside an archive: where its local header stands, and its sizes in bytes."""

    name: str
    at: int
    packed: int
    size: int
    method: int
    crc: int


@dataclass(frozen=True, slots=True)
class Archive:
    """An archive on disk. Whatever is read of it raises MalformedPayload where it is broken as a whole."""

    path: Path

    def companies(self) -> Iterator[str]:
        """Yield the CIKs (ten digits) that the archive has a file of."""
        for member in members(self.path):
            if found := _COMPANY.fullmatch(member.name):
                yield found.group(1)

    def facts(self, ciks: Collection[str] | None = None) -> Iterator[CompanyFacts | MalformedRow]:
        """Yield the facts of these companies, or of all; for a file that cannot be read, what is wrong."""
        return self._read(_COMPANY, ciks, lambda body, cik: records.company_facts(body, cik=cik))

    def filers(self, ciks: Collection[str] | None = None) -> Iterator[Filer | MalformedRow]:
        """Yield these companies, or all, with their newer filings."""
        return self._read(_COMPANY, ciks, lambda body, cik: records.filer(body, cik=cik))

    def older_filings(self, ciks: Collection[str] | None = None) -> Iterator[list[Filing] | MalformedRow]:
        """Yield, file by file, the older filings of these companies, or of all."""
        return self._read(_OLDER, ciks, lambda body, cik: records.older_filings(body, cik=cik)[0])

    def _read(
        self, names: re.Pattern[str], ciks: Collection[str] | None, read: Callable[[bytes, str], Record]
    ) -> Iterator[Record | MalformedRow]:
        with self.path.open("rb") as file:
            for place, member in enumerate(members(self.path)):
                found = names.fullmatch(member.name)
                if found is None or (ciks is not None and found.group(1) not in ciks):
                    continue
                try:
                    yield read(unpacked(file, member), found.group(1))
                except errors.MalformedPayload as e:
                    yield MalformedRow(place, e.words, f"{member.name}: {e.message}")


def members(path: Path) -> Iterator[Member]:
    """
    Yield what an archive says is in it, entry by entry.

    :raises MalformedPayload: if the file is no zip archive, or ends before its list does.
    """
    with path.open("rb") as file:
        at, size, count = _directory(file)
        file.seek(at)
        read = 0
        for _ in range(count):
            head = file.read(46)
            if len(head) < 46 or not head.startswith(_ENTRY):
                raise malformed("the list of members is broken", head)
            method, crc, packed, whole = struct.unpack_from("<10xH4xIII", head)
            lengths = struct.unpack_from("<28xHHH8xI", head)
            name, extra, comment = (file.read(length) for length in lengths[:3])
            read += 46 + len(name) + len(extra) + len(comment)
            if read > size:
                raise malformed("the list of members is longer than it says", head)
            whole, packed, start = _sizes(extra, whole, packed, lengths[3])
            yield Member(name.decode(errors="replace"), start, packed, whole, method, crc)


def unpacked(file: BinaryIO, member: Member) -> bytes:
    """
    Return a member's bytes, never more of them than it says and than a member can have.

    :raises MalformedPayload: if they are not what the archive's list says.
    """
    if member.size > MOST_MEMBER:
        raise malformed(f"{member.size} bytes are more than {MOST_MEMBER}")
    file.seek(member.at)
    head = file.read(30)
    if len(head) < 30 or not head.startswith(_LOCAL):
        raise malformed("there is nothing where it should be", head)
    name, extra = struct.unpack_from("<26xHH", head)
    file.seek(name + extra, 1)
    body = _stored(file, member) if member.method == _STORED else _inflated(file, member)
    if len(body) != member.size or zlib.crc32(body) != member.crc:
        raise malformed("the bytes are not those that were packed", body)
    return body


def malformed(message: str, words: bytes = b"") -> errors.MalformedPayload:
    return errors.MalformedPayload(
        f"SEC: an archive: {message}", provider=NAME, words=words[:100].decode(errors="replace"), status=200
    )


def _stored(file: BinaryIO, member: Member) -> bytes:
    if member.packed != member.size:
        raise malformed(f"{member.packed} bytes for {member.size}")
    return file.read(member.size)


def _inflated(file: BinaryIO, member: Member) -> bytes:
    if member.method != _DEFLATED:
        raise malformed(f"nobody here unpacks method {member.method}")
    inflate = zlib.decompressobj(-zlib.MAX_WBITS)
    parts: list[bytes] = []
    left, room = member.packed, member.size + 1
    try:
        while left > 0 and room > 0 and not inflate.eof:
            packed = file.read(min(_READ, left))
            if not packed:
                break
            part = inflate.decompress(packed, room)
            parts.append(part)
            left, room = left - len(packed), room - len(part)
    except zlib.error as e:
        raise malformed(f"it cannot be unpacked: {e}") from None
    return b"".join(parts)


def _directory(file: BinaryIO) -> tuple[int, int, int]:
    """Return where the list of members begins, how many bytes it takes, and how many members it has."""
    length = file.seek(0, 2)
    tail_at = max(0, length - 22 - 65_535)
    file.seek(tail_at)
    tail = file.read()
    place = tail.rfind(_END)
    if place < 0 or place + 22 > len(tail):
        raise malformed("it has no end, or is none", tail[:4])
    count, size, at = struct.unpack_from("<10xHII", tail, place)
    if count == 0xFFFF or _FULL in (size, at):
        count, size, at = _directory64(file, tail_at + place)
    if at + size > length or count * 46 > size:
        raise malformed("its list of members lies beyond its end")
    return at, size, count


def _directory64(file: BinaryIO, end: int) -> tuple[int, int, int]:
    """Count, size and place of the list of an archive with more than 65,535 members or 4 GiB."""
    if end < 20:
        raise malformed("it has no large list")
    file.seek(end - 20)
    place = file.read(20)
    if not place.startswith(_END64_PLACE):
        raise malformed("it has no large list", place)
    (at,) = struct.unpack_from("<8xQ", place)
    if at > end:
        raise malformed("its large list lies beyond its end")
    file.seek(at)
    large = file.read(56)
    if len(large) < 56 or not large.startswith(_END64):
        raise malformed("its large list is broken", large)
    count, size, start = struct.unpack_from("<32xQQQ", large)
    return count, size, start


def _sizes(extra: bytes, whole: int, packed: int, start: int) -> tuple[int, int, int]:
    """Return size, packed size and place, from the extra field where they do not fit into 32 bits."""
    values = [whole, packed, start]
    if _FULL not in values:
        return whole, packed, start
    at = 0
    while at + 4 <= len(extra):
        kind, length = struct.unpack_from("<HH", extra, at)
        at += 4
        if kind == 1:
            for i, value in enumerate(values):
                if value == _FULL and length >= 8 and at + 8 <= len(extra):
                    (values[i],) = struct.unpack_from("<Q", extra, at)
                    at, length = at + 8, length - 8
            return values[0], values[1], values[2]
        at += length
    return whole, packed, start
