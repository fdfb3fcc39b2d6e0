"""
The id of a reservation: a UUIDv7 (RFC 9562) in the ledger's time that says where its slots are.

    48 bits  milliseconds since the epoch      4 bits  version 7
    12 bits  microseconds within them          2 bits  variant
    14 bits  number of the scope               2 bits  lane
    10 bits  slots less one                   36 bits  token, unique among the scope's slots

So a call is settled, and its row found, without looking anything up.
"""

import random
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from investment.quotas.contracts import LANES, Lane

MOST_CALLS = 1 << 10
MOST_SCOPES = 1 << 14
LETTERS: dict[Lane, bytes] = {"essential": b"e", "interactive": b"i", "planned": b"p"}

_TOKENS = random.SystemRandom()
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_VERSION = 7 << 76 | 2 << 62


@dataclass(frozen=True, slots=True)
class Parts:
    """What an id says."""

    scope_number: int
    lane: Lane
    calls: int
    token: int


def new_token() -> int:
    return _TOKENS.getrandbits(36)


def member_of(lane: Lane, token: int) -> bytes:
    """Return the name of a reservation in the state server, which is its slot's where it has only one."""
    return LETTERS[lane] + token.to_bytes(5, "big")


def slots_of(member: bytes, calls: int) -> list[bytes]:
    """Return the names of all its slots."""
    return [member] if calls == 1 else [b"%b%d" % (member, slot) for slot in range(1, calls + 1)]


def make(*, microseconds: int, scope_number: int, lane: Lane, calls: int, token: int) -> UUID:
    """Return the id of what was granted at ``microseconds`` since the epoch (the one clock's)."""
    milliseconds, rest = divmod(microseconds, 1000)
    place = scope_number << 48 | LANES.index(lane) << 46 | (calls - 1) << 36
    return UUID(int=milliseconds << 80 | rest << 64 | _VERSION | place | token)


def parse(id_: UUID) -> Parts:
    """Return what an id says; one that is not ours names a scope or slots that there are not."""
    bits = id_.int
    return Parts(
        scope_number=bits >> 48 & MOST_SCOPES - 1,
        lane=LANES[(bits >> 46 & 3) % len(LANES)],
        calls=(bits >> 36 & MOST_CALLS - 1) + 1,
        token=bits & (1 << 36) - 1,
    )


def reserved_at_of(id_: UUID) -> datetime:
    """Return when it was granted; for an id that is not ours, some time or other within datetime's years."""
    microseconds = (id_.int >> 80) * 1000 + (id_.int >> 64 & 0xFFF)
    return instant(min(microseconds, 253_402_300_799_999_999))


def instant(microseconds: int) -> datetime:
    """Return the time, aware, in UTC; exact, which a float of seconds is not."""
    return _EPOCH + timedelta(microseconds=microseconds)


def microseconds(moment: datetime) -> int:
    """Return microseconds since the epoch, exact."""
    return (moment - _EPOCH) // _MICROSECOND
