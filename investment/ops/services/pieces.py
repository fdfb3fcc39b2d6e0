"""What every way of bringing in history shares: storing an answer, and remembering that it is stored."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from functools import partial

from investment.market.services.bars import IngestReport, ingest_market_day
from investment.market.services.origins import NewOrigin
from investment.ops.models import BackfillStep
from investment.ops.services import leases, runs, stage_bars
from investment.ops.services.sources import source_name
from investment.providers import gateway
from investment.providers.contracts import MarketDay


@dataclass(slots=True, kw_only=True)
class Bringing:
    """Work under a lease on history. ``notes`` say what could not be had, and why."""

    provider: gateway.MeteredMarketData
    tally: runs.Tally
    lease: leases.Held
    stored: int = 0
    notes: list[str] = field(default_factory=list)

    def origin(self, *, endpoint: str, detail: str, basis: str = "raw", digest: str = "") -> NewOrigin:
        return NewOrigin(
            provider=source_name(),
            basis=basis,
            fetched_at=self.tally.now,
            endpoint=endpoint,
            call_id=self.provider.last_call_id,
            digest=digest,
            detail=detail,
        )

    def keep(self, ingest: Callable[[], IngestReport]) -> None:
        """:raises AnswerRefused: as ``ingest`` does."""
        report = stage_bars.keep(self.lease, ingest)
        self.tally.inserted += report.inserted
        self.tally.changed += report.changed
        self.tally.unchanged += report.unchanged
        self.tally.refused += report.refused

    def keep_day(self, day: MarketDay) -> None:
        """:raises AnswerRefused: if too much of it cannot be true."""
        origin = self.origin(
            endpoint=stage_bars.ENDPOINT, basis=day.basis, digest=day.digest, detail=day.session.isoformat()
        )
        self.keep(partial(ingest_market_day, day=day, origin=origin, now=self.tally.now))

    def finish_step(
        self, kind: BackfillStep.Kind, first: date, last: date, key: str = "", note: str = ""
    ) -> None:
        """Remember that this piece is stored, so that nobody asks for it again."""
        with self.lease.writing():
            BackfillStep.objects.update_or_create(
                kind=kind,
                key=key,
                first=first,
                last=last,
                defaults={"done_at": self.tally.now, "note": runs.shorten(note)},
            )
        self.stored += 1
        if note:
            self.notes.append(note)
