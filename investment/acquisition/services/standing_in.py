"""
Bars of one instrument from the next source of the same basis, where the first cannot be asked.

Only for what somebody holds, watches or waits for, only sessions that have no bar, and under the name of
whoever told them: provider and basis are in the origin of every bar. What the first source says later on
takes the place of it, as a correction does.
"""

from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Final

import numpy as np
from django.db import transaction

from investment.acquisition.calculators.standing_in import first_answer, in_order
from investment.acquisition.importance import Tier
from investment.acquisition.kinds import Kind, Source
from investment.acquisition.selectors.demand import wanted
from investment.acquisition.services.bar_sources import ask_bars, single_sources
from investment.market.models import DailyBar, Instrument, Origin
from investment.market.services import bar_table
from investment.market.services.bars import AnswerRefused, ingest_series
from investment.market.services.origins import NewOrigin
from investment.providers import gateway
from investment.providers.contracts import BarColumns, BarSeries
from investment.providers.errors import ProviderError
from investment.providers.registry import source_of
from investment.providers.titles import TITLES
from investment.quotas.errors import QuotaExhausted

TIERS: Final = frozenset({Tier.HELD, Tier.ALERTING, Tier.WATCHED})
_COLUMNS = ("open", "high", "low", "close", "volume", "vwap", "trades")


@dataclass(frozen=True, slots=True)
class StoodIn:
    """How many bars of whom were stored in the first source's place; ``words`` say it, or why none were."""

    words: str
    stored: int = 0
    calls: int = 0
    provider: str = ""


@dataclass(frozen=True, slots=True)
class _Heard:
    series: BarSeries
    origin: NewOrigin


def wanted_symbols(*, symbols: Iterable[str], now: datetime) -> list[str]:
    """Return those of some symbols for which another source may stand in: what people hold and watch."""
    pressing = {
        pk for kind in (Kind.BARS, Kind.QUOTE) for pk, want in wanted(kind=kind, now=now).items()
        if want.tier in TIERS
    }  # fmt: skip
    listed = Instrument.objects.filter(pk__in=pressing, symbol__in=list(symbols), active=True)
    return list(listed.order_by("symbol").values_list("symbol", flat=True))


def stand_in(
    *,
    symbol: str,
    since: date,
    until: date,
    now: datetime,
    epoch: int | None,
    writing: Callable[[], AbstractContextManager[None]],
) -> StoodIn:
    """
    Ask those who may stand in for the first source, in order, and store what is missing.

    :param writing: a context in which a worker that was overtaken must not write.
    """
    calls = 0

    def ask(source: Source) -> _Heard:
        nonlocal calls
        with gateway.provider(
            source.provider, lane="planned", purpose=f"bars {symbol}, in another's place", epoch=epoch
        ) as adapter:
            try:
                series = ask_bars(adapter=adapter, source=source, symbol=symbol, since=since, until=until)
            finally:
                calls += adapter.calls_spent
            return _Heard(series, _origin(source, series, adapter.last_call_id, now))

    _first, *others = in_order(single_sources())
    told = first_answer(others, ask, passed_over=(ProviderError, QuotaExhausted))
    if told.source is None or told.answer is None:
        why = "; ".join(f"{TITLES[source.provider]}: {error}" for source, error in told.failed)
        return StoodIn(
            f"nobody else could be asked ({why})" if why else "there is nobody else to ask", calls=calls
        )
    try:
        with writing():
            stored = _store(told.answer, symbol, since, until, now)
    except AnswerRefused as error:
        return StoodIn(f"{TITLES[told.source.provider]} was refused: {error.message}", calls=calls)
    words = f"{stored} sessions come from {TITLES[told.source.provider]} instead"
    return StoodIn(words, stored, calls, told.source.provider)


def _origin(source: Source, series: BarSeries, call_id: object, now: datetime) -> NewOrigin:
    return NewOrigin(
        provider=source_of(source.provider),
        basis=series.basis,
        fetched_at=now,
        endpoint=source.endpoint,
        call_id=call_id,  # type: ignore[arg-type]  # the adapter's, which is of any kind
        digest=series.digest,
        detail=f"{series.symbol}, in another's place",
    )


@transaction.atomic
def _store(heard: _Heard, symbol: str, since: date, until: date, now: datetime) -> int:
    """
    Store the sessions that have no bar; none where what is stored was on another basis.

    :raises AnswerRefused: if the answer cannot be trusted.
    """
    inside = [session for session in heard.series.sessions if since <= session <= until]
    if not inside:
        return 0
    # Nobody stores a bar of the first source meanwhile, which would then be «corrected» by this one.
    bar_table.lock_years(session.year for session in inside)
    instrument = Instrument.objects.get(symbol=symbol, active=True)
    stored = DailyBar.objects.filter(instrument=instrument)
    bases = Origin.objects.filter(pk__in=stored.order_by().values("origin_id").distinct())
    if bases.exclude(basis=heard.series.basis).exists():
        return 0
    there = set(stored.filter(session__in=inside).values_list("session", flat=True))
    missing = [
        row for row, session in enumerate(heard.series.sessions)
        if since <= session <= until and session not in there
    ]  # fmt: skip
    series = _only(heard.series, missing)
    return ingest_series(series=series, origin=heard.origin, now=now).inserted if missing else 0


def _only(series: BarSeries, rows: list[int]) -> BarSeries:
    kept = np.array(rows, dtype=np.intp)
    return replace(
        series,
        sessions=[series.sessions[row] for row in rows],
        bars=BarColumns(
            symbols=[series.bars.symbols[row] for row in rows],
            **{name: getattr(series.bars, name)[kept] for name in _COLUMNS},
        ),
    )
