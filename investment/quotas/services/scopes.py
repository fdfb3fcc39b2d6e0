"""What the code says that each provider allows."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field

from django.conf import settings

from investment.lib import clock, redis
from investment.quotas import scripts
from investment.quotas.contracts import LANES, Lane, ScopeLimits, Window
from investment.quotas.models import Scope


@dataclass(slots=True)
class Declared:
    """
    A scope that this process has declared, and what asking for it takes each time.

    :ivar most: how many calls each lane can be granted at most, and the window that says so.
    :ivar shape: the windows as the script takes them.
    :ivar longest_hold: the longest hold (seconds) that the scope's row knows of.
    :ivar unrecorded: whether the row knows that calls of the scope were reserved without rows.
    """

    limits: ScopeLimits
    number: int
    longest_hold: float
    unrecorded: bool
    keys: tuple[str, str, str]
    durable: bool = field(init=False)
    shape: tuple[tuple[int, int, int, int], ...] = field(init=False)
    most: dict[Lane, tuple[int, int]] = field(init=False)

    def __post_init__(self) -> None:
        windows = self.limits.windows
        self.durable = self.limits.durable
        self.shape = tuple((w.limit, w.seconds * 1_000_000, w.reserve, w.never_lent) for w in windows)
        self.most = {lane: _most(lane, windows) for lane in LANES if windows}


_declared: dict[tuple[str, str], Declared] = {}


def declare(limits: ScopeLimits) -> None:
    """
    Make a scope's windows known to this process and, as a row, to those who only look on.

    Where a window is longer than any that the row knew, the ledger reads from the rows what counts
    in it, which takes a few seconds.

    :raises ValueError: if the scope's name has a space in it, or two of its windows are equally long.
    """
    name = (settings.MODE.name, limits.scope)
    known = _declared.get(name)
    if known is not None and known.limits == limits:
        return
    if len(limits.scope.split()) != 1:
        raise ValueError(f"A scope's name must be one word, was {limits.scope!r}")
    if len({window.seconds for window in limits.windows}) != len(limits.windows):
        raise ValueError(f"Two windows of {limits.scope} are equally long")
    before = Scope.objects.filter(name=limits.scope).values_list("windows", flat=True).first()
    row, _ = Scope.objects.update_or_create(
        name=limits.scope,
        defaults={
            "provider": limits.provider,
            "windows": [asdict(window) for window in limits.windows],
            "declared_at": clock.now(),
        },
    )
    if before is not None and _longest(before) < _longest(row.windows):
        redis.state().hdel(redis.key(*scripts.EPOCH), "memory")
    _declared[name] = Declared(
        limits=limits,
        number=row.number,
        longest_hold=row.longest_hold,
        unrecorded=row.unrecorded,
        keys=(
            redis.key("quota", row.name),
            redis.key("quota", row.name, "interactive"),
            redis.key("quota", row.name, "others"),
        ),
    )


def declared(scope: str) -> Declared:
    """
    Return a scope that this process has declared.

    :raises KeyError: if it has not: nothing may be sent under unknown limits.
    """
    return _declared[settings.MODE.name, scope]


def windows_of(scope: str) -> tuple[Window, ...]:
    """
    Return the windows of a scope that this process has declared.

    :raises KeyError: if it has not: nothing may be sent under unknown limits.
    """
    return tuple(declared(scope).limits.windows)


def find(number: int) -> Declared | None:
    """Return the scope of that number, declared here or by another process; None if nobody has."""
    mode = settings.MODE.name
    for (of, _), known in _declared.items():
        if known.number == number and of == mode:
            return known
    row = Scope.objects.filter(number=number).first()
    if row is None:
        return None
    declare(
        ScopeLimits(
            scope=row.name, provider=row.provider, windows=tuple(Window(**window) for window in row.windows)
        )
    )
    return declared(row.name)


def _longest(windows: list[dict[str, int]]) -> int:
    return max((window["seconds"] for window in windows), default=0)


def _most(lane: Lane, windows: Sequence[Window]) -> tuple[int, int]:
    return min((w.limit - (w.never_lent if lane == "planned" else 0), w.seconds) for w in windows)
