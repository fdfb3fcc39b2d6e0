"""How old that is which changes seldom: who files, the books, what analysts say."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time

from django.db.models import Max

from investment.acquisition.calculators.open_time import OpenTime
from investment.acquisition.kinds import RULES, Kind
from investment.acquisition.levels import asked_tiers, may_refresh
from investment.acquisition.models import Sighting
from investment.acquisition.selectors.datum import Asked, DatumFreshness, at_level, in_the_way
from investment.lib import level
from investment.market.models import FactImport, FactReport, Instrument
from investment.market.selectors.companies import company_of

STOCKS = (Instrument.Kind.COMMON_STOCK, Instrument.Kind.ADR)  # whose companies are told of by ticker
_LEFT = "It takes the calls that nothing else needs, the oldest need first; a refresh asks for it now."


@dataclass(frozen=True, slots=True)
class _Known:
    """When it was asked for, the instant it is of, whose it is; ``words`` say why nobody can be asked."""

    asked_at: datetime | None
    value_at: datetime | None
    source: str | None
    words: str = ""


def seldom(
    instrument: Instrument,
    kind: Kind,
    now: datetime,
    hours: OpenTime,
    asked: Asked,
    spending: level.Level,
) -> DatumFreshness:
    """Return how fresh one kind is. Nobody waits for it, so it takes the calls that nothing else needs."""
    rule, provider = RULES[kind], RULES[kind].sources[0].provider
    seen = asked.sightings.get(kind)
    known = _known(instrument, kind, seen)
    asked_at = known.asked_at
    if known.words:
        why = known.words
    elif in_way := in_the_way(kind, now, asked):
        why = in_way
    elif not may_refresh(spending):
        why = at_level(spending, "it is not asked for")
    elif not asked_tiers(kind, spending):
        why = at_level(spending, "it is asked for only by a refresh")
    elif asked_at is not None and kind is Kind.FACTS:
        why = "All figures come each night; what is filed by day takes calls that nothing else needs."
    elif asked_at is not None and rule.kept is not None and asked_at + rule.kept > now:
        again = f"{asked_at + rule.kept:%Y-%m-%d}"
        why = (
            f"It changes seldom: from {again} on it takes calls that nothing else needs; a refresh asks now."
        )
    else:
        why = _LEFT
    return DatumFreshness(
        kind=kind,
        label=rule.label,
        value_at=known.value_at,
        asked_at=asked_at,
        age_seconds=(now - asked_at).total_seconds() if asked_at else None,
        open_age_seconds=hours.at(now) - hours.at(asked_at) if asked_at else None,
        source=known.source,
        provider=provider if asked_at else None,
        why_not_sooner=why,
        error=seen.error if seen else "",
    )


def _known(instrument: Instrument, kind: Kind, seen: Sighting | None) -> _Known:
    if kind is Kind.COMPANY:
        return _company(instrument)
    if kind is Kind.FACTS:
        return _facts(instrument)
    words = ""
    if not instrument.active:
        words = f"{instrument.symbol} is not listed any more: nobody tells of it."
    elif instrument.kind not in STOCKS:
        words = f"{instrument.symbol} is no company's share: nobody tells such figures of it."
    if seen is None or seen.seen_at is None:
        return _Known(None, None, None, words)
    return _Known(seen.seen_at, seen.value_at, seen.source or None, words)


def _company(instrument: Instrument) -> _Known:
    known = company_of(instrument=instrument)
    words = f"{known.words}." if known.status == "no_cik" else ""
    filed = max((_midnight(each.filed_on) for each in known.filings), default=None)
    if known.source is None:
        return _Known(None, filed, None, words)
    return _Known(known.source.fetched_at, filed, known.source.provider, words)


def _facts(instrument: Instrument) -> _Known:
    if instrument.cik is None:
        return _company(instrument)
    row = FactImport.objects.filter(company__cik=instrument.cik).first()
    if row is None:
        return _Known(None, None, None)
    filed = FactReport.objects.filter(company_id=row.company_id).aggregate(last=Max("filed_on"))["last"]
    return _Known(row.imported_at, _midnight(filed) if filed else None, row.source)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
