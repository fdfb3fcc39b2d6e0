"""
Finding out what the keys may ask for: one cheap question to each endpoint that nobody has asked yet.

The gateway learns from the answers as from any others; what is known already is not asked again.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from importlib import import_module

from investment.lib import clock
from investment.providers import gateway, registry
from investment.providers.access import Access
from investment.providers.errors import CredentialsRejected, NotEntitled, ProviderError
from investment.providers.probing import Example, Probe
from investment.providers.selectors.entitlements import EndpointStatus, State, entitlements
from investment.providers.services import entitlements as marks
from investment.quotas.contracts import ScopeLimits, Window
from investment.quotas.errors import QuotaExhausted
from investment.quotas.selectors import window_status

_USUAL_SYMBOL = "AAPL"
_SETTLED = timedelta(days=2)  # after which a day's data is there everywhere


@dataclass(frozen=True, slots=True)
class Room:
    """
    What is to be asked of one scope: ``calls``, of which ``free`` need no waiting (None: no limit).

    ``metered`` names what the provider meters together.
    """

    metered: str
    calls: int
    free: int | None
    window: Window | None

    @property
    def fits(self) -> bool:
        return self.free is None or self.calls <= self.free


@dataclass(slots=True)
class ProviderPlan:
    """
    What there is to ask one provider: the ``todo``, which is not ``known`` from real calls.

    ``off`` says why nothing can be asked: there is no key, or its plan may not be used here.
    """

    provider: str
    off: str = ""
    probes: list[Probe] = field(default_factory=list)
    known: dict[str, EndpointStatus] = field(default_factory=dict)
    rooms: list[Room] = field(default_factory=list)

    @property
    def todo(self) -> list[Probe]:
        return [probe for probe in self.probes if probe.endpoint not in self.known]


@dataclass(frozen=True, slots=True)
class Probed:
    """
    One cell of the matrix: what is known of an endpoint, since when, and what it cost to know it.

    ``words`` are the provider's own where it refused, or why nothing is known. ``calls`` is 0 where it
    was known from real calls.
    """

    provider: str
    endpoint: str
    state: State
    words: str
    at: datetime | None
    calls: int
    without: str


def plan_probes(*, names: Collection[str], now: datetime, again: bool = False) -> list[ProviderPlan]:
    """
    Return what is to be asked of each provider; nothing is asked yet.

    :param again: also what was refused (see :func:`ask_again`), because the plan may be another.
    :raises KeyError: if there is no such provider.
    """
    known = {(each.scope, each.endpoint): each for each in entitlements()}
    return [_plan_of(name, known, now, again) for name in names]


def ask_again(*, names: Collection[str], now: datetime) -> int:
    """Let what the providers have refused be asked for again at once; return how many marks that are."""
    found = 0
    for name in names:
        try:
            access = registry.access(name)
        except ProviderError:
            continue
        scopes = {access.limits.scope, *(limits.scope for limits in access.others.values())}
        found += marks.ask_again(scopes=scopes, now=now)
    return found


def probe(
    *,
    plan: ProviderPlan,
    example: Example,
    patience: float,
    on_wait: Callable[[datetime], None] | None = None,
    purpose: str = "probe",
    epoch: int | None = None,
) -> Iterator[Probed]:
    """
    Ask what is to be asked of a provider, and yield the whole of its matrix as it becomes known.

    :param patience: real seconds that a call may wait for a free slot; beyond it nothing is known.
    :param epoch: the number of the caller's reign, where there may be only one.
    """
    for row in plan.probes:
        status = plan.known.get(row.endpoint)
        if status is not None:
            yield Probed(
                plan.provider, row.endpoint, status.state, status.words, status.heard_at, 0, row.without
            )
    if not plan.todo:
        return
    stopped = ""
    with gateway.provider(
        plan.provider, lane="planned", purpose=purpose, epoch=epoch, patience=patience, on_wait=on_wait
    ) as client:
        for row in plan.todo:
            before = client.calls_spent
            state: State = "unknown"
            words = stopped
            if not stopped:
                state, words = _asked(row, client, example)
            if words.startswith(_KEY_REFUSED):
                stopped = words
            spent = client.calls_spent - before
            yield Probed(
                plan.provider, row.endpoint, state, words, clock.now() if spent else None, spent, row.without
            )


def example_of(*, now: datetime, symbol: str = "") -> Example:
    """Return what to ask about: ``symbol``, and a day of trading that all plans tell of."""
    return Example(symbol or _USUAL_SYMBOL, _weekday_before(now))


def invented_example(*, now: datetime) -> Example:
    """Return a company of the sandbox's market to ask about; finding one costs a call."""
    with gateway.market_data(lane="planned", purpose="probe", patience=120.0) as massive:
        page = next(iter(massive.instruments()), [])
    found = next((record for record in page if record.cik), None)
    if found is None:
        return example_of(now=now, symbol=page[0].symbol if page else "")
    return Example(found.symbol, _weekday_before(now), int(found.cik or 0))


_KEY_REFUSED = "The key is not accepted: "


def _asked(row: Probe, client: object, example: Example) -> tuple[State, str]:
    try:
        row.ask(client, example)
    except NotEntitled as error:
        return "not_included", error.words or error.message
    except CredentialsRejected as error:
        return "unknown", f"{_KEY_REFUSED}{error.words or error.message}"
    except (ProviderError, QuotaExhausted) as error:
        return "unknown", error.message
    return "included", ""


def _plan_of(
    name: str, known: dict[tuple[str, str], EndpointStatus], now: datetime, again: bool
) -> ProviderPlan:
    try:
        access = registry.access(name)
    except ProviderError as error:
        return ProviderPlan(name, off=error.message)
    plan = ProviderPlan(
        name, probes=list(import_module(f"investment.providers.adapters.{name}.probes").PROBES)
    )
    for row in plan.probes:
        status = known.get((access.limits_of(row.endpoint).scope, row.endpoint))
        if status is None or status.state == "unknown" or _due(status, now):
            continue
        if not (again and status.state == "not_included"):
            plan.known[row.endpoint] = status
    plan.rooms = _rooms(access, plan.todo, now)
    return plan


def _due(status: EndpointStatus, now: datetime) -> bool:
    return status.ask_again_at is not None and status.ask_again_at <= now


def _rooms(access: Access[object], todo: list[Probe], now: datetime) -> list[Room]:
    limits = {access.limits_of(row.endpoint).scope: access.limits_of(row.endpoint) for row in todo}
    calls = Counter(access.limits_of(row.endpoint).scope for row in todo)
    return [_room(limits[scope], calls[scope], now) for scope in sorted(calls)]


def _room(limits: ScopeLimits, calls: int, now: datetime) -> Room:
    """Of the windows the one with the least room decides; those not used yet are empty."""
    metered = limits.scope.split(":")[1]
    free = {window: window.limit - window.reserve for window in limits.windows}
    for status in window_status(now=now, scope=limits.scope):
        if status.window in free and status.window is not None:
            free[status.window] = status.lanes["planned"].free
    if not free:
        return Room(metered, calls, None, None)
    # A window of a second is waited for without anybody noticing.
    window = min(
        (w for w in free if w.seconds > 1), key=lambda w: free[w], default=min(free, key=lambda w: free[w])
    )
    return Room(metered, calls, free[window], window)


def _weekday_before(now: datetime) -> date:
    day = (now - _SETTLED).date()
    while day.weekday() > 4:
        day -= timedelta(days=1)
    return day
