"""What the ledger raises where a refusal cannot be handled on the spot."""

from datetime import datetime

from investment.lib.errors import DomainError
from investment.quotas.contracts import Refused, Window

_REASONS = {
    "window": "the quota of {limit} calls in {seconds} s is used up",
    "provider": "the provider says that its quota of {limit} calls in {seconds} s is used up",
    "emergency": "calls are stopped by the emergency switch (emergency_rate_limit)",
    "memory_lost": "the state server has forgotten what was spent; the ledger is being rebuilt",
    "old_epoch": "another process has become the leader",
    "old_release": "a newer release keeps the ledger in another way; stop this one",
    "unrecorded": "the database does not answer, so the call cannot be recorded",
}


class QuotaExhausted(DomainError):
    """We refused to send the request; the provider never saw it."""

    code = "quota_exhausted"

    def __init__(self, *, scope: str, refused: Refused) -> None:
        window, retry_at = refused.window, refused.retry_at
        why = _REASONS[refused.reason].format(
            limit=window.limit if window else "", seconds=window.seconds if window else ""
        )
        when = f"next call possible at {retry_at:%Y-%m-%d %H:%M:%S} UTC" if retry_at else "not before it ends"
        super().__init__(
            f"No call to {scope}: {why}; {when}",
            scope=scope,
            reason=refused.reason,
            window=[window.limit, window.seconds] if window else None,
            retry_at=retry_at.isoformat() if retry_at else None,
        )
        self.scope = scope
        self.reason: str = refused.reason
        self.window: Window | None = window
        self.retry_at: datetime | None = retry_at
