"""What of sample mode's database is people's own, and comes along when another mode begins."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import transaction

from investment.accounts.models import User
from investment.accounts.services import audit
from investment.accounts.services.carrying import read_accounts, write_accounts
from investment.lib.other_database import OtherDatabase, reading
from investment.ops.models import Installation, ScheduleEntry
from investment.ops.selectors.installation import WrongMode

CARRIED = "installation.carried_over"  # in the audit log


@dataclass(frozen=True, slots=True)
class CarriedOver:
    """How many of each came; ``left`` says in words what did not."""

    users: int
    tokens: int
    paused: int
    left: tuple[str, ...] = ()

    def __str__(self) -> str:
        counted = [
            (self.users, "user", "users"),
            (self.tokens, "token", "tokens"),
            (self.paused, "paused entry", "paused entries"),
        ]
        return ", ".join(f"{n} {one if n == 1 else many}" for n, one, many in counted if n) or "nothing"


def carry_over(*, address: str, entries: Collection[str], now: datetime) -> CarriedOver | None:
    """
    Bring users, tokens and what they paused from a sample mode's database, whole or not at all.

    Only the first time: None where there is somebody already, so that nothing that was changed
    since is undone; and in sample mode, which begins anew.

    :param address: of the database of a sample mode.
    :param entries: the names in the schedule; what is paused under another is left.
    :param now: real time, aware.
    :raises OtherDatabaseUnreadable: if it cannot be read.
    :raises WrongMode: if it is none of a sample mode.
    """
    if settings.MODE.kind == "sample" or User.objects.exists():
        return None
    with reading(address) as other:
        source = _sample_mode(other)
        accounts = read_accounts(other)
        paused = [
            row["name"] for row in other.rows(ScheduleEntry, needed=("name", "paused")) if row["paused"]
        ]
        lacking = tuple(other.lacking)
    with transaction.atomic():
        # Of two that prepare at once, the second waits here and finds the first's users.
        Installation.objects.select_for_update().get()
        if User.objects.exists():
            return None
        written = write_accounts(accounts)
        kept = [name for name in paused if name in entries]
        # The schedule moves a paused entry on without doing it, to when it is due by the one clock.
        rows = [ScheduleEntry(name=name, due_at=now, paused=True) for name in kept]
        ScheduleEntry.objects.bulk_create(rows, ignore_conflicts=True)
        carried = CarriedOver(
            written.users,
            written.tokens,
            len(kept),
            left=(
                *(f"{name}, which that database does not have" for name in lacking),
                *(f"the permission {key[0]}.{key[2]}, which is no more" for key in sorted(written.unknown)),
                *(f"the pause of {name}, which is no more" for name in paused if name not in entries),
            ),
        )
        audit.record(
            action=CARRIED,
            now=now,
            target=source,
            users=carried.users,
            tokens=carried.tokens,
            paused=kept,
            left=list(carried.left),
        )
    return carried


def _sample_mode(other: OtherDatabase) -> str:
    recorded = [row["mode"] for row in other.rows(Installation, needed=("id", "mode"))]
    if not recorded or not recorded[0].startswith("sample-"):
        raise WrongMode(f"That database is none of a sample mode, but of {recorded or 'nothing'}")
    return str(recorded[0])
