"""
Finding out what the keys include while nobody needs them: a little each night.

What nobody has asked for yet, and refusals whose weekly re-check is due, are asked for in the planned lane,
of those providers that have little else to do. What people and the daily job ask for teaches the same at no
cost, so no more is asked than a small share of a provider's day.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from django.conf import settings

from investment.market.models import Instrument
from investment.ops.models import Run
from investment.ops.services import leases, runs
from investment.ops.services.leases import Held
from investment.ops.services.runs import Tally
from investment.providers.probing import Example, Probe
from investment.providers.services.probing import ProviderPlan, example_of, plan_probes, probe
from investment.quotas.models import Call

LOCK = "probe-idle"
PURPOSE = "probe idle"
# Calls that may be spent on it in any day.
SHARES = {
    "massive": 4,  # of 5 a minute
    "finnhub": 10,  # of 60 a minute
    "alphavantage": 2,  # of 25 a day
    "newsapi": 2,  # of 100 a day
    "ecb": 3,
    "sec": 4,
}
DAY = timedelta(hours=20)  # of a task that is sent once a night, at whatever minute
IDLE = 0.5  # of what its narrowest window holds must be free
PATIENCE = 2.0  # real seconds: windows of a second are waited for, longer ones are not


def probe_idle(*, now: datetime, trigger: Run.Trigger) -> Tally | None:
    """
    Ask what is unknown or due, as far as each provider's share goes; return what came of it.

    None where there was nothing to ask, or nothing to ask about yet.

    :raises Busy: if this is being done already.
    :raises LeaseLost: if somebody took over meanwhile.
    """
    example = _example(now)
    plans = plan_probes(names=list(SHARES), now=now) if example else []
    if example is None or not any(plan.todo for plan in plans):
        return None
    with (
        leases.lock(LOCK) as lease,
        runs.recorded(
            kind=Run.Kind.PROBES, subject="A little each night", trigger=trigger, lease=lease, now=now
        ) as tally,
    ):
        said = []
        for plan in plans:
            lease.check()
            words = _probe(plan, example, lease, tally, now)
            if words:
                said.append(f"{plan.provider}: {words}")
                tally.message = "; ".join(said)
    return tally


def _probe(plan: ProviderPlan, example: Example, lease: Held, tally: Tally, now: datetime) -> str:
    if not plan.todo:
        return ""
    busy = next(
        (room for room in plan.rooms if room.window and (room.free or 0) < IDLE * room.window.limit), None
    )
    if busy is not None:
        return f"not asked, {busy.metered} is in use"
    chosen = choose(plan.todo, most=SHARES[plan.provider] - _spent(plan.provider, now), now=now)
    if not chosen:
        return ""
    found = list(
        probe(
            plan=replace(plan, probes=chosen, known={}),
            example=example,
            patience=PATIENCE,
            purpose=PURPOSE,
            epoch=lease.epoch,
        )
    )
    asked = sum(row.calls for row in found)
    tally.calls += asked
    tally.changed += sum(row.state != "unknown" for row in found)
    refused = [row.endpoint for row in found if row.state == "not_included"]
    left = len(plan.todo) - sum(row.state != "unknown" for row in found)
    words = f"{asked} asked, {left} still unknown or due"
    return f"{words}, not in the plan: {', '.join(refused)}" if refused else words


def choose(todo: Sequence[Probe], *, most: int, now: datetime) -> list[Probe]:
    """Return whom to ask tonight: others every night, so that one that never answers is in nobody's way."""
    if most <= 0:
        return []
    first = now.toordinal() * most % len(todo)
    return [*todo[first:], *todo[:first]][:most]


def _spent(provider: str, now: datetime) -> int:
    recent = Call.objects.filter(provider=provider, purpose=PURPOSE, reserved_at__gt=now - DAY)
    return recent.exclude(state="not_sent").count()


def _example(now: datetime) -> Example | None:
    """Return what to ask about; the companies of the sandbox are invented, and known by its list only."""
    usual = example_of(now=now)
    if settings.MODE.kind == "live":
        return usual
    stocks = Instrument.objects.filter(active=True, kind=Instrument.Kind.COMMON_STOCK).exclude(cik=None)
    found = stocks.order_by("pk").first()
    return Example(found.symbol, usual.session, int(found.cik or 0)) if found else None
