"""The installation as a whole, at a glance."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from django.conf import settings
from django.db import connection
from django.db.models import Max

from investment.analysis.models import Figures, Score
from investment.lib import clock
from investment.market.models import DataIssue, Instrument
from investment.market.selectors.sessions import CalendarMissing, latest_closed_session, next_session
from investment.ops.models import Run
from investment.ops.selectors.history import HistoryStatus, history_status
from investment.ops.selectors.prices import PricesSource, prices_source
from investment.ops.selectors.runs import last_run_of_prices
from investment.providers.selectors.terms import attributions_of

NOTICES = {
    "sample": "Sample data: a fictional market of invented companies. Nothing here is real.",
    "data": "A folder of recorded data: the clock stands still after its last session.",
    "live": None,
}
_LOOKED_BACK = timedelta(days=30)  # calls are partitioned by day: do not open all of them


@dataclass(frozen=True, slots=True)
class ProviderStatus:
    """How the last call to a provider went; ``last_error`` is None if it went well."""

    provider: str
    last_call_at: datetime | None
    last_status: int | None
    last_error: str | None


@dataclass(frozen=True, slots=True)
class AttributionStatus:
    """What the terms of a provider that was asked lately want to be shown, and where."""

    provider: str
    text: str
    where: str
    link: str


@dataclass(frozen=True, slots=True)
class Status:
    """
    ``latest_session`` is the last session that has closed, ``latest_ranked_session`` the last one ranked.

    ``analysed`` and ``ranked`` count the instruments of the latter.
    """

    mode: str
    mode_name: str
    synthetic: bool
    notice: str | None
    now: datetime
    clock_rate: float
    latest_session: date | None
    latest_ranked_session: date | None
    next_session: date | None
    instruments: int
    analysed: int
    ranked: int
    last_run: Run | None
    open_issues: int
    providers: list[ProviderStatus]
    attributions: list[AttributionStatus]
    prices: PricesSource
    history: HistoryStatus | None


def get_status(*, now: datetime) -> Status:
    """Return the state of everything. A constant number of queries."""
    try:
        latest: date | None = latest_closed_session(now)
    except CalendarMissing:
        latest = None
    asked = _providers(since=now - _LOOKED_BACK)
    ranked_session: date | None = Score.objects.aggregate(last=Max("session"))["last"]
    return Status(
        mode=settings.MODE.kind,
        mode_name=settings.MODE.name,
        synthetic=settings.MODE.synthetic,
        notice=NOTICES[settings.MODE.kind],
        now=now,
        clock_rate=clock.rate(),
        latest_session=latest,
        latest_ranked_session=ranked_session,
        next_session=next_session(after=latest) if latest else None,
        instruments=Instrument.objects.filter(active=True).count(),
        analysed=Figures.objects.filter(session=ranked_session).count() if ranked_session else 0,
        ranked=Score.objects.filter(session=ranked_session, rank__isnull=False).count()
        if ranked_session
        else 0,
        last_run=last_run_of_prices(),
        open_issues=DataIssue.objects.filter(closed_at__isnull=True).count(),
        providers=[replace(row, provider=f"{row.provider}{_played()}") for row in asked],
        attributions=[
            AttributionStatus(provider, shown.text, shown.where, shown.link)
            for provider, shown in attributions_of(row.provider for row in asked).items()
        ],
        prices=prices_source(),
        history=history_status(now=now),
    )


def _providers(*, since: datetime) -> list[ProviderStatus]:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT provider, reserved_at, status, nullif(error, '')
            FROM (SELECT DISTINCT provider FROM quotas_scope) AS known, LATERAL (
                SELECT reserved_at, status, error FROM quotas_call
                WHERE provider = known.provider AND state <> 'not_sent' AND reserved_at >= %s
                ORDER BY reserved_at DESC LIMIT 1
            ) AS last
            ORDER BY provider
            """,
            [since],
        )
        rows = cursor.fetchall()
    return [ProviderStatus(*row) for row in rows]


def _played() -> str:
    """Outside live mode our sandbox answers in the provider's name; nobody should think otherwise."""
    return "" if settings.MODE.kind == "live" else " (sandbox)"
