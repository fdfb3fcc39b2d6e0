"""A scope to try the ledger on; name only what the test is about."""

from datetime import datetime, timedelta
from uuid import uuid4

from investment.quotas.contracts import Granted, Lane, Refused, ScopeLimits, Window
from investment.quotas.models import Call, Scope
from investment.quotas.services import ledger, scopes
from investment.quotas.services.calls import make_partition

SCOPE = "provider:stocks:0123456789"


def declare(*windows: tuple[int, int], share: float = 0.0, scope: str = SCOPE) -> ScopeLimits:
    """Declare windows of (limit, seconds), with a ``share`` kept for the interactive lane."""
    limits = ScopeLimits(
        scope=scope,
        provider="provider",
        windows=tuple(
            Window(limit=limit, seconds=seconds, source="a test", interactive_share=share)
            for limit, seconds in windows
        ),
    )
    scopes.declare(limits)
    return limits


def ask(
    lane: Lane = "planned",
    *,
    calls: int = 1,
    hold: float = 30.0,
    epoch: int | None = None,
    scope: str = SCOPE,
) -> Granted | Refused:
    return ledger.reserve(
        scope=scope, lane=lane, calls=calls, purpose="a test", hold_seconds=hold, epoch=epoch
    )


def grant(lane: Lane = "planned", *, calls: int = 1, hold: float = 30.0, epoch: int | None = None) -> Granted:
    """Ask for what must be granted."""
    answer = ask(lane, calls=calls, hold=hold, epoch=epoch)
    assert isinstance(answer, Granted), answer
    return answer


def refuse(lane: Lane = "planned", *, calls: int = 1, epoch: int | None = None) -> Refused:
    """Ask for what must be refused."""
    answer = ask(lane, calls=calls, epoch=epoch)
    assert isinstance(answer, Refused), answer
    return answer


def send(lane: Lane = "planned", *, calls: int = 1) -> datetime:
    """Reserve and settle a call that takes no time."""
    return ledger.settle(id=grant(lane, calls=calls).id, outcome="sent")


def insert_call(*, at: datetime, **columns: object) -> Call:
    """Insert the row of a call that was reserved at ``at`` and answered at once."""
    make_partition(day=at)
    given = {
        "provider": "provider",
        "scope": SCOPE,
        "endpoint": "grouped_daily",
        "lane": "planned",
        "purpose": "a test",
        "state": "sent",
        "finished_at": at,
        "status": 200,
        "hold_until": at + timedelta(seconds=30),
    }
    call = Call.objects.create(id=uuid4(), reserved_at=at, **(given | columns))
    Scope.objects.get_or_create(
        name=call.scope, defaults={"provider": call.provider, "windows": [], "declared_at": at}
    )
    return call
