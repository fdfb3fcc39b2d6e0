"""The operator's decisions on clauses of the providers' terms."""

from datetime import datetime

from investment.accounts.models import User
from investment.accounts.services import audit
from investment.providers.selectors.terms import ACCEPTED, accepted
from investment.providers.terms import Clause


def accept(*, clause: Clause, provider: str, by: str, actor: User | None, now: datetime) -> bool:
    """
    Write into the audit log that a clause was read and accepted; False if it was before.

    :param by: who says so, in words; ``actor`` their account, where they have one.
    """
    if clause.name in accepted():
        return False
    audit.record(
        action=ACCEPTED,
        now=now,
        actor=actor,
        target=clause.name,
        provider=provider,
        by=by,
        words=clause.words,
    )
    return True
