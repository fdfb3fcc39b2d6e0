"""
Asking second sources about stored bars, with the calls that nobody else needs.

In the planned lane and only as far as a share of every long window stays free: what the next day asks for
comes first. What is worth most is asked about first; see the selector of the candidates.
"""

import math
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import datetime

from investment.acquisition.kinds import Source
from investment.acquisition.levels import may_cross_check
from investment.acquisition.selectors.cross_checks import candidates
from investment.acquisition.services.bar_sources import single_sources
from investment.acquisition.services.cross_checks import Checked, check
from investment.lib import level
from investment.ops.models import Run
from investment.ops.services import leases, runs
from investment.ops.services.leases import Held
from investment.ops.services.runs import Tally
from investment.ops.services.sources import asking_under
from investment.providers import registry
from investment.providers.errors import (
    CredentialsRejected,
    NotEntitled,
    ProviderError,
    TransientProviderError,
)
from investment.providers.titles import TITLES
from investment.quotas.contracts import LONG, Lane
from investment.quotas.errors import QuotaExhausted
from investment.quotas.selectors import window_status
from investment.quotas.services import scopes

LOCK = "cross-check"
LANE: Lane = "planned"
LEFT_FREE = 0.4  # of every window of an hour and more, for whoever asks in the hours to come
MOST = 40  # calls of one provider at one time, where its plan would allow more
PATIENCE = 2.0  # real seconds: windows of a second are waited for, longer ones are not

OnChecked = Callable[[Checked], None]


@dataclass(slots=True)
class CrossChecked:
    """What was compared; ``skipped`` says by provider why it was asked no more, or not at all."""

    calls: int = 0
    checked: list[Checked] = field(default_factory=list)
    skipped: dict[str, str] = field(default_factory=dict)
    message: str = ""


def cross_check(
    *,
    now: datetime,
    trigger: Run.Trigger,
    symbols: Collection[str] | None = None,
    provider: str | None = None,
    on_checked: OnChecked = lambda _checked: None,
) -> CrossChecked | None:
    """
    Ask second sources about what is worth most, and compare. None where there is nobody to ask.

    :param symbols: these, one after the other, whether or not it is their turn.
    :param provider: this one alone; by default all that tell bars of single instruments.
    :raises Busy: if this is being done already.
    :raises LeaseLost: if somebody took over meanwhile; what was compared stays.
    """
    sources = [each for each in single_sources() if provider in (None, each.provider) and _has_key(each)]
    if not sources:
        return None
    done = CrossChecked()
    spending = level.current()
    if not may_cross_check(spending):
        done.message = f"At the spending level «{spending}» no second source is asked"
        return done
    with (
        leases.lock(LOCK) as lease,
        runs.recorded(
            kind=Run.Kind.CROSS_CHECKS, subject="Daily bars", trigger=trigger, lease=lease, now=now
        ) as tally,
    ):
        for source in sources:
            _ask(source, symbols, lease, tally, done, on_checked)
        done.message = tally.message = _summary(done)
    return done


def room(source: Source, now: datetime) -> int:
    """Return how many calls may be spent on it now, so that a share of every long window stays free."""
    limits = registry.access(source.provider).limits_of(source.endpoint)
    scopes.declare(limits)
    left = MOST
    for row in window_status(now=now, scope=limits.scope):
        if row.window is not None and row.window.seconds >= LONG:
            left = min(left, row.lanes[LANE].free - math.ceil(row.window.limit * LEFT_FREE))
    return max(0, left)


def _ask(
    source: Source,
    symbols: Collection[str] | None,
    lease: Held,
    tally: Tally,
    done: CrossChecked,
    on_checked: OnChecked,
) -> None:
    chosen = candidates(source=source, now=tally.now, symbols=symbols)
    if not chosen:
        return
    left = room(source, tally.now)
    before = tally.calls
    with asking_under(lease, source.provider, lane=LANE, purpose="cross-check", patience=PATIENCE) as adapter:
        try:
            for candidate in chosen:
                if adapter.calls_spent >= left:
                    done.skipped[source.provider] = f"{left} calls were left over, the rest waits for its day"
                    break
                checked = check(adapter=adapter, source=source, candidate=candidate, writing=lease.writing)
                _count(checked, tally, done)
                on_checked(checked)
        except (QuotaExhausted, TransientProviderError, CredentialsRejected, NotEntitled) as error:
            done.skipped[source.provider] = error.message
        finally:
            tally.calls = done.calls = before + adapter.calls_spent


def _count(checked: Checked, tally: Tally, done: CrossChecked) -> None:
    done.checked.append(checked)
    tally.unchanged += checked.agreed
    tally.changed += checked.disagreed
    tally.inserted += checked.kept
    tally.refused += bool(checked.error)
    tally.progress(len(done.checked), None)


def _summary(done: CrossChecked) -> str:
    if not done.checked and not done.skipped:
        return "There is nothing left to compare"
    told = [each for each in done.checked if not each.error]
    agreed, disagreed = sum(each.agreed for each in told), sum(each.disagreed for each in told)
    words = [f"{len(told)} instruments compared: {agreed:,} sessions agree, {disagreed:,} do not"]
    closed = sum(len(each.closed) for each in told)
    if closed:
        words.append(f"{closed} disagreements are over")
    words += [f"{TITLES[name]}: {why}" for name, why in done.skipped.items()]
    return "; ".join(words)


def _has_key(source: Source) -> bool:
    try:
        registry.access(source.provider)
    except ProviderError:  # or a plan that may not be used here
        return False
    return True
