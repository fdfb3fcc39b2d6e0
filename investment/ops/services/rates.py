"""Keeping the ECB's reference rates: the last day first, the whole history once, and what was missed."""

import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings

from investment.market.models import Publication
from investment.market.selectors.fx import DAILY, HISTORY, RECENT, first_doubtful_day
from investment.market.services.fx import store_rates
from investment.market.services.publications import remember_checked
from investment.ops.models import Run
from investment.ops.services import leases, runs
from investment.ops.services.leases import Held
from investment.ops.services.runs import Tally
from investment.ops.services.sources import asking_under
from investment.providers.contracts.fx import FxHistory, Unchanged, Validators
from investment.providers.registry import source_of

LOCK = "fx"


def has_rates() -> bool:
    """Return whether there are rates in this mode: a folder of bars has some where it says so."""
    if settings.MODE.kind != "data":
        return True
    told = tomllib.loads((Path(settings.DATA_DIR) / "dataset.toml").read_text())
    return bool(told.get("fx", {}).get("file"))


def sync_rates(*, now: datetime, trigger: Run.Trigger, patience: float) -> Tally:
    """
    Ask for the rates of the last day, if there are newer ones than ours, and store them.

    Without the whole history that comes next. Where working days lie between ours and the last day, the
    document of 90 days tells whether there was a fixing; where it does not reach back, the history does.

    :param patience: seconds that a request may wait for a slot.
    :raises Busy: if this is being done already.
    :raises LeaseLost: if somebody took over meanwhile.
    :raises ProviderError, QuotaExhausted: what was read before is stored.
    """
    with (
        leases.lock(LOCK) as lease,
        runs.recorded(
            kind=Run.Kind.FX, subject="Reference rates", trigger=trigger, lease=lease, now=now
        ) as tally,
        asking_under(lease, "ecb", lane="planned", purpose="rates", patience=patience) as ecb,
    ):
        work = _Work(lease, tally, ecb, source_of("ecb"))
        work.read(DAILY, ecb.daily)
        if not Publication.objects.filter(source=work.source, name=HISTORY).exists():
            work.read(HISTORY, ecb.history)
        if first_doubtful_day(source=work.source):
            work.read(RECENT, ecb.last_90_days)
        if first_doubtful_day(source=work.source):
            work.read(HISTORY, ecb.history)
    return tally


@dataclass(slots=True)
class _Work:
    lease: Held
    tally: Tally
    ecb: Any
    source: str

    def read(self, name: str, ask: Callable[..., FxHistory | Unchanged]) -> None:
        """Ask for a document, unless it is the version that we have, and store it."""
        found = ask(unless=self._version_of(name))
        self.tally.calls = self.ecb.calls_spent
        with self.lease.writing():
            if isinstance(found, Unchanged):
                remember_checked(name=name, source=self.source, now=self.tally.now)
                self.tally.message = self.tally.message or "Nothing new"
                return
            stored = store_rates(document=found, name=name, source=self.source, now=self.tally.now)
        self.tally.inserted += stored.inserted
        self.tally.changed += stored.corrected
        self.tally.unchanged += stored.unchanged
        self.tally.refused += len(found.malformed)
        self.tally.message = f"Rates of {found.last}, the first of {found.first}"
        self.tally.progress(self.tally.inserted, None)

    def _version_of(self, name: str) -> Validators | None:
        row = Publication.objects.filter(source=self.source, name=name).first()
        return Validators(row.etag, row.last_modified) if row else None
