"""
Whole histories of a small market, made up at random: prices, splits, dividends, filings and stories.

Plain lists with the day on which each became known, so that a history can be cut at any of them.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import TypeVar

import numpy as np

from investment.analysis.calculators.fundamentals.lines import READERS
from investment.analysis.tests.markets import NOW, plant_bars, plant_instrument, plant_origin
from investment.market.models import CorporateAction, FactImport, Instrument
from investment.market.services.facts import store_facts
from investment.news.models import Story, StoryTie
from investment.providers.contracts import CompanyFact, CompanyFacts

T = TypeVar("T")
CLOSE = time(20, 30)  # of the sessions planted, UTC


@dataclass(frozen=True, slots=True)
class Price:
    day: date
    place: int
    close: float


@dataclass(frozen=True, slots=True)
class Action:
    day: date
    place: int
    ratio: float | None
    amount: float | None


@dataclass(frozen=True, slots=True)
class Filing:
    day: date
    place: int
    year: int
    size: float


@dataclass(frozen=True, slots=True)
class Told:
    at: datetime
    place: int
    score: float


@dataclass(frozen=True, slots=True)
class History:
    """What happened to instruments 0, 1, …; sessions ascend."""

    sessions: list[date]
    prices: list[Price] = field(default_factory=list)
    actions: list[Action] = field(default_factory=list)
    filings: list[Filing] = field(default_factory=list)
    stories: list[Told] = field(default_factory=list)

    def known_at(self, session: date) -> "History":
        """Return what was known at the close of a session: filings of its own day were not."""
        close = datetime.combine(session, CLOSE, UTC)
        return replace(
            self,
            prices=[each for each in self.prices if each.day <= session],
            actions=[each for each in self.actions if each.day <= session],
            filings=[each for each in self.filings if each.day < session],
            stories=[each for each in self.stories if each.at <= close],
        )

    def without(self, other: "History") -> "History":
        """Return what is in this history and not in the other."""
        return replace(
            self,
            prices=_less(self.prices, other.prices),
            actions=_less(self.actions, other.actions),
            filings=_less(self.filings, other.filings),
            stories=_less(self.stories, other.stories),
        )


def _less(all_of_it: Sequence[T], known: Sequence[T]) -> list[T]:
    left = set(known)
    return [each for each in all_of_it if each not in left]


def random_history(
    seed: int, *, instruments: int, sessions: Sequence[date], eventful: float = 0.02
) -> History:
    """Make one up. ``eventful`` is how likely a split, a dividend or a story is, a session and instrument."""
    rng = np.random.default_rng(seed)
    days = list(sessions)
    made = History(days)
    for place in range(instruments):
        close = float(rng.uniform(20, 80))
        for day in days:
            close = max(5.0, close * float(np.exp(rng.normal(0.0, 0.02))))
            chance = rng.random()
            if chance < eventful / 5:
                ratio = float(rng.choice([2.0, 3.0, 0.5]))
                close /= ratio
                made.actions.append(Action(day, place, ratio, None))
            elif chance < eventful / 2:
                made.actions.append(Action(day, place, None, round(close * 0.01, 4)))
            if rng.random() > 0.001:
                made.prices.append(Price(day, place, round(close, 4)))
            if rng.random() < eventful * 10:
                at = datetime.combine(day, time(int(rng.integers(0, 24)), 15), UTC)
                made.stories.append(Told(at, place, round(float(rng.uniform(-1, 1)), 6)))
        size = float(rng.uniform(100, 1000))
        for year in range(days[0].year - 4, days[-1].year + 1):
            filed = date(year + 1, 1, 20) + timedelta(days=int(rng.integers(0, 60)))
            made.filings.append(Filing(filed, place, year, size))
            size *= float(rng.uniform(0.8, 1.3))
            if rng.random() < 0.7:  # told anew, and otherwise
                made.filings.append(
                    Filing(filed + timedelta(days=int(rng.integers(60, 160))), place, year, size)
                )
    return made


def plant_instruments(count: int) -> list[Instrument]:
    return [plant_instrument(f"R{place:03}", cik=f"{place + 1:010}") for place in range(count)]


def store(history: History, made: Sequence[Instrument]) -> None:
    """Store it, in addition to what is there."""
    origin = plant_origin()
    place_of = {day: place for place, day in enumerate(history.sessions)}
    closes = np.full((len(made), len(history.sessions)), np.nan)
    for price in history.prices:
        closes[price.place, place_of[price.day]] = price.close
    for instrument, row in zip(made, closes, strict=True):
        if np.isfinite(row).any():
            plant_bars(instrument, history.sessions, row, origin=origin)
    CorporateAction.objects.bulk_create(
        CorporateAction(
            instrument=made[each.place],
            kind="split" if each.ratio else "dividend",
            ex_date=each.day,
            ratio=each.ratio,
            amount=None if each.amount is None else Decimal(str(each.amount)),
            currency=None if each.amount is None else "USD",
            provider="sample",
            known_at=NOW,
        )
        for each in history.actions
    )
    _store_filings(history.filings, made)
    plant_stories([(each.at, made[each.place], each.score) for each in history.stories])


def plant_stories(told: Sequence[tuple[datetime, Instrument, float]]) -> None:
    """Store stories that are about one instrument each, as read by ourselves."""
    stories = Story.objects.bulk_create(
        Story(headline=f"Story {n}", url=f"https://example.org/{n}", published_at=at, first_seen_at=at)
        for n, (at, _, _) in enumerate(told)
    )
    StoryTie.objects.bulk_create(
        StoryTie(
            story=story,
            instrument=instrument,
            how=StoryTie.How.TAG,
            in_headline=True,
            published_at=at,
            label="positive" if score > 0 else "negative",
            score=score,
            reader="local",
            read_from=at,
        )
        for story, (at, instrument, score) in zip(stories, told, strict=True)
    )


def _store_filings(filings: Sequence[Filing], made: Sequence[Instrument]) -> None:
    by_place: dict[int, list[Filing]] = {}
    for each in filings:
        by_place.setdefault(each.place, []).append(each)
    # Each time is another answer, which must be read.
    count = FactImport.objects.count()
    told = [
        CompanyFacts(
            cik=str(made[place].cik),
            name=made[place].name,
            facts=[fact for each in own for fact in _facts(each)],
            digest=f"{place} {count} {len(own)} {own[0].day}",
        )
        for place, own in by_place.items()
    ]
    if told:
        store_facts(told=told, tags=READERS, source="sample", now=NOW)


def _facts(filing: Filing) -> list[CompanyFact]:
    size, tilt = filing.size, 1 + filing.place / 100
    flows = {
        "Revenues": size,
        "GrossProfit": size * 0.4,
        "NetIncomeLoss": size * 0.08 * tilt,
        "NetCashProvidedByUsedInOperatingActivities": size * 0.1,
    }
    balances = {"Assets": size * 1.5, "Liabilities": size * 0.7, "StockholdersEquity": size * 0.8}

    def told(tag: str, value: float, *, unit: str = "USD", balance: bool = False) -> CompanyFact:
        return CompanyFact(
            taxonomy="us-gaap",
            tag=tag,
            unit=unit,
            value=Decimal(str(round(value, 6))),
            start=None if balance else date(filing.year, 1, 1),
            end=date(filing.year, 12, 31),
            filed=filing.day,
            form="10-K",
            accession=f"{filing.place:010}-{filing.day:%y-%m%d}{filing.year - 1999:02}",
            fiscal_year=filing.year,
        )

    found = [told(tag, value) for tag, value in flows.items()]
    found += [told(tag, value, balance=True) for tag, value in balances.items()]
    found.append(told("EarningsPerShareDiluted", size / 100, unit="USD/shares"))
    found.append(told("CommonStockSharesOutstanding", 40, unit="shares", balance=True))
    return found
