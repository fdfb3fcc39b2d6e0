"""The plan of the next hour, as the planner published it last."""

import json
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from investment.acquisition.kinds import Kind
from investment.lib import clock, redis
from investment.lib.level import Level

KEY = "plan"
_LATE = timedelta(minutes=5)  # real; it is made anew every few seconds


@dataclass(frozen=True, slots=True)
class PlannedCall:
    """
    A call as it is expected. ``gain`` is what it buys: importance-weighted basis points of expected
    error that it takes away at once. ``promised``: somebody was promised an age that it keeps.
    """

    at: datetime
    provider: str
    kind: Kind
    instrument_id: int
    gain: float
    promised: bool = False


@dataclass(frozen=True, slots=True)
class Plan:
    """What is going to be asked until ``until``, in its order, if nothing else comes up."""

    made_at: datetime
    until: datetime
    level: Level
    sentence: str
    calls: Sequence[PlannedCall]

    def is_late(self, now: datetime) -> bool:
        """True where whoever made it makes none any more, or made it before the clock was set anew."""
        return abs(now - self.made_at) > _LATE * max(1.0, clock.rate())

    def calls_of(self, provider: str) -> list[PlannedCall]:
        return [call for call in self.calls if call.provider == provider]

    def next_of(
        self, instrument_id: int, kind: Kind, *, asked_at: datetime | None = None
    ) -> PlannedCall | None:
        """
        Return the first call for a datum that is still to come, None if the plan has none.

        :param asked_at: when it was last asked for. If that was since the plan was made, the planned call
            nearest to it is done, though it came a little earlier or later than planned.
        """
        calls = [c for c in self.calls if c.instrument_id == instrument_id and c.kind == kind]
        if asked_at is None or asked_at < self.made_at or not calls:
            return calls[0] if calls else None
        between = (calls[-1].at - calls[0].at) / (len(calls) - 1) if len(calls) > 1 else timedelta(0)
        return next((call for call in calls[1:] if call.at > asked_at + between / 2), None)


def current_plan() -> Plan | None:
    """Return the plan that was published last; None where there is none, or it is of another release."""
    client: Any = redis.state()
    packed = client.get(redis.key(KEY))
    if packed is None:
        return None
    try:
        return _plan(json.loads(zlib.decompress(packed)))
    except (zlib.error, ValueError, LookupError, TypeError):
        return None


def _plan(told: Any) -> Plan:
    return Plan(
        made_at=_instant(told["made_at"]),
        until=_instant(told["until"]),
        level=Level(told["level"]),
        sentence=told["sentence"],
        calls=[
            PlannedCall(_instant(at), provider, Kind(kind), pk, gain, promised)
            for at, provider, kind, pk, gain, promised in told["calls"]
        ],
    )


def pack(plan: Plan) -> bytes:
    """Return a plan as it is published."""
    told = {
        "made_at": plan.made_at.timestamp(),
        "until": plan.until.timestamp(),
        "level": plan.level.value,
        "sentence": plan.sentence,
        "calls": [
            [
                round(call.at.timestamp(), 3), call.provider, call.kind.value, call.instrument_id,
                float(f"{call.gain:.4g}"), call.promised,
            ]
            for call in plan.calls
        ],
    }  # fmt: skip
    return zlib.compress(json.dumps(told).encode(), 1)


def _instant(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
