"""What the code says that each provider allows."""

from django.conf import settings

from investment.lib import clock
from investment.quotas.contracts import ScopeLimits, Window
from investment.quotas.models import Scope

_declared: dict[tuple[str, str], ScopeLimits] = {}


def declare(limits: ScopeLimits) -> None:
    """
    Make a scope's windows known to this process and, as a row, to those who only look on.

    :raises ValueError: if the scope's name has a space in it, or two of its windows are equally long.
    """
    known = (settings.MODE.name, limits.scope)
    if _declared.get(known) == limits:
        return
    if len(limits.scope.split()) != 1:
        raise ValueError(f"A scope's name must be one word, was {limits.scope!r}")
    if len({window.seconds for window in limits.windows}) != len(limits.windows):
        raise ValueError(f"Two windows of {limits.scope} are equally long")
    windows = [
        {
            "limit": window.limit,
            "seconds": window.seconds,
            "source": window.source,
            "interactive_share": window.interactive_share,
        }
        for window in limits.windows
    ]
    Scope.objects.update_or_create(
        name=limits.scope,
        defaults={"provider": limits.provider, "windows": windows, "declared_at": clock.now()},
    )
    _declared[known] = limits


def windows_of(scope: str) -> tuple[Window, ...]:
    """
    Return the windows of a scope that this process has declared.

    :raises KeyError: if it has not: nothing may be sent under unknown limits.
    """
    return tuple(_declared[settings.MODE.name, scope].windows)
