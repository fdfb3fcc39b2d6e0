"""What people and programs did, for whoever asks later."""

from datetime import datetime

from investment.accounts.models import AuditEntry, User
from investment.lib.json import JSONValue


def record(
    *, action: str, now: datetime, actor: User | None = None, target: str = "", **detail: JSONValue
) -> None:
    """Append an entry. ``detail`` never holds a secret."""
    AuditEntry.objects.create(at=now, actor=actor, action=action, target=target[:200], detail=detail)
