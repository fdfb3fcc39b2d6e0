"""
A circuit breaker per provider and endpoint, shared by all processes.

    passage = breaker.admit(provider="finnhub", endpoint="quote")     # or CircuitOpen
    …send…
    breaker.report(passage, outcome=breaker.outcome_of(response.status_code))

Closed, everything passes. It opens after failures in a row, or where half of many calls in a window
fail, or as soon as the provider says when to come back. Open, nothing is sent, and no slot is spent.
When the pause has passed a single probe goes: answered, the circuit is closed and forgotten; failed,
the next pause is twice as long. The state is in the state server, its time is the one clock's.

A failure is what may pass by itself: no answer, HTTP 5xx. A refusal is an answer. A call too many is
the ledger's business, but for the provider's own word on when to ask again.
"""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

from investment.lib import redis
from investment.providers.errors import CircuitOpen
from investment.quotas import scripts

Outcome = Literal["answered", "failed", "throttled", "not_sent"]
State = Literal["closed", "open", "half_open"]

_MOST_WHY = 200  # characters
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Rules:
    """When a circuit opens, and for how long; times in seconds of the one clock."""

    failures: int = 5  # in a row
    share: float = 0.5  # of the calls in the window, and the failures among them
    calls: int = 20  # in the window, at least, before their share says anything
    window: float = 60.0
    pause: float = 30.0  # after opening; doubled by each probe that fails
    longest_pause: float = 900.0
    probe: float = 120.0  # a probe that has not reported by then was killed


RULES = Rules()


@dataclass(frozen=True, slots=True)
class Passage:
    """Leave to send one request; ``probe``: the one that finds out whether it works again."""

    provider: str
    endpoint: str
    token: str
    probe: bool


@dataclass(frozen=True, slots=True)
class CircuitStatus:
    """
    One circuit, for people; instants are the one clock's.

    ``failures`` are those in a row, ``good`` and ``bad`` the calls of the last window. ``retry_at`` is
    when the next probe may go; None: nothing is in the way. ``why`` is what went wrong last.
    """

    provider: str
    endpoint: str
    state: State
    failures: int
    good: int
    bad: int
    opened_at: datetime | None
    retry_at: datetime | None
    why: str


def admit(*, provider: str, endpoint: str, rules: Rules = RULES) -> Passage:
    """
    Return leave to send a request, to be reported on however it ends.

    :raises CircuitOpen: if the endpoint is left alone; ``retry_at`` says until when.
    """
    token = uuid.uuid4().hex
    what, moment, failures, why = _run("admit", provider, endpoint, token, _micro(rules.probe))
    if what == 0:
        at = _instant(moment)
        raise CircuitOpen(
            f"{provider} is not asked for {endpoint} until {at:%Y-%m-%d %H:%M:%S} UTC: "
            + (f"it failed {failures} times in a row" if int(failures) else "it asked for a pause")
            + (f", at last: {why}" if why else ""),
            provider=provider,
            words=why,
            retry_at=at,
        )
    return Passage(provider, endpoint, token, probe=what == 2)


def report(
    passage: Passage,
    *,
    outcome: Outcome,
    retry_at: datetime | None = None,
    why: str = "",
    rules: Rules = RULES,
) -> None:
    """
    Say how a request ended; saying it twice changes nothing.

    ``retry_at`` (aware, the one clock's) is the provider's own word on when to ask again, taken for a
    day at most; without it a throttled request says nothing. ``not_sent`` gives a probe back. ``why``
    must hold no key.
    """
    _run(
        "report",
        passage.provider,
        passage.endpoint,
        passage.token,
        outcome,
        _micros_of(retry_at) if retry_at else "",
        why[:_MOST_WHY],
        rules.failures,
        str(rules.share),
        rules.calls,
        _micro(rules.window),
        _micro(rules.pause),
        _micro(rules.longest_pause),
    )


def pause(*, provider: str, endpoint: str, until: datetime, why: str = "") -> None:
    """Leave an endpoint alone until an instant: what the provider asked for inside a successful answer."""
    _run("pause", provider, endpoint, "", _micros_of(until), why[:_MOST_WHY])


def outcome_of(status: int) -> Outcome:
    """Return what an HTTP status says of the endpoint's health."""
    if status == 429:
        return "throttled"
    return "failed" if status >= 500 or status == 408 else "answered"


def retry_after(headers: Mapping[str, str], *, now: datetime) -> datetime | None:
    """Return when an answer's ``Retry-After`` says to come back, seconds counted from ``now``."""
    told = headers.get("Retry-After", "").strip()
    if told.isascii() and told.isdecimal():
        return now + timedelta(seconds=int(told[:9]))
    try:
        at = parsedate_to_datetime(told)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return at.astimezone(UTC) if at.tzinfo and 1 < at.year < 9999 else None


def circuits(*, now: datetime, rules: Rules = RULES) -> list[CircuitStatus]:
    """Return the circuits that had anything to report of late, by provider and endpoint."""
    client = redis.state()
    members: set[bytes] = client.smembers(redis.key("breaker"))  # type: ignore[assignment]
    names = sorted(name.decode() for name in members)
    pipeline = client.pipeline(transaction=False)
    for name in names:
        pipeline.hgetall(redis.key("breaker", name))
        pipeline.hgetall(redis.key("breaker", name, "times"))
    told: list[dict[bytes, bytes]] = pipeline.execute()
    found = zip(names, told[::2], told[1::2], strict=True)
    return [_status(name, circuit, times, now, rules) for name, circuit, times in found if circuit]


def close(*, provider: str, endpoint: str) -> None:
    """Let everything pass again, as if nothing had happened: for operators."""
    name = f"{provider}:{endpoint}"
    redis.state().delete(redis.key("breaker", name), redis.key("breaker", name, "times"))


def _status(
    name: str, circuit: dict[bytes, bytes], times: dict[bytes, bytes], now: datetime, rules: Rules
) -> CircuitStatus:
    provider, _, endpoint = name.partition(":")
    bucket = (now - _EPOCH) // _MICROSECOND // (_micro(rules.window) // 6)
    recent = dict.fromkeys("gb", 0)
    for key, count in circuit.items():
        kind = chr(key[0])
        if kind in recent and key[1:].isdigit() and 0 <= bucket - int(key[1:]) <= 5:
            recent[kind] += int(count)
    is_open = b"state" in circuit
    retry_at = max((_instant(times[key]) for key in (b"until", b"probe_until") if key in times), default=None)
    waiting = is_open and retry_at is not None and now < retry_at and b"probe" not in circuit
    state: State = "closed" if not is_open else "open" if waiting else "half_open"
    return CircuitStatus(
        provider=provider,
        endpoint=endpoint,
        state=state,
        failures=int(circuit.get(b"failures", 0)),
        good=recent["g"],
        bad=recent["b"],
        opened_at=_instant(times[b"opened_at"]) if is_open and b"opened_at" in times else None,
        retry_at=retry_at if is_open and retry_at is not None and now < retry_at else None,
        why=circuit.get(b"why", b"").decode(errors="replace"),
    )


def _run(
    op: str, provider: str, endpoint: str, token: str, *arguments: str | int
) -> tuple[int, bytes, str, str]:
    if not provider or ":" in provider:
        raise ValueError(f"a provider's name, was {provider!r}")
    name = f"{provider}:{endpoint}"
    keys = (
        redis.key("clock"),
        redis.key("breaker", name),
        redis.key("breaker", name, "times"),
        redis.key("breaker"),
    )
    what, moment, failures, why = _script()(keys, (op, name, token, *arguments), redis.state())
    return int(what), moment, failures.decode(), why.decode(errors="replace")


@lru_cache(maxsize=1)
def _script() -> Any:
    clock = (Path(str(scripts.__file__)).parent / "clock.lua").read_text()
    return redis.state().register_script(clock + Path(__file__).with_suffix(".lua").read_text())


def _micro(seconds: float) -> int:
    return round(seconds * 1_000_000)


def _micros_of(at: datetime) -> int:
    return (at - _EPOCH) // _MICROSECOND


def _instant(microseconds: bytes) -> datetime:
    return _EPOCH + int(microseconds) * _MICROSECOND
