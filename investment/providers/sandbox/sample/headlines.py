"""
What the sample market's papers write: invented, in our own words, and about what really happened there.

Each headline belongs to something of the market: a company's own large move, a report, a dividend,
a split, a session of the whole market. Its figures are those of the prices.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from math import expm1, tanh
from typing import Literal
from zoneinfo import ZoneInfo

import numpy as np

from investment.providers.sandbox.sample.fundamentals import Fundamentals, Quarter
from investment.providers.sandbox.sample.instruments import Instrument
from investment.providers.sandbox.sample.names import SECTORS

NEW_YORK = ZoneInfo("America/New_York")
LARGE = 2.7  # standard deviations of its own from which on a move is written about
MOST_KEPT = 20_000
SITE = "https://news.sample.example.com"
INVENTED = "This article is invented: it exists only in the sample market."
Topic = Literal["move", "earnings", "dividend", "split", "market"]

# name, id; none of them exists
PAPERS = [
    ("The Figment Gazette", "figment-gazette"), ("Makebelieve Wire", "makebelieve-wire"),
    ("Daydream Markets", "daydream-markets"), ("The Neverwas Ledger", "neverwas-ledger"),
]  # fmt: skip
RISES = [
    "{name} climbs {percent} in heavy trading", "Buyers chase {name}: {symbol} up {percent}",
    "{symbol} leads its sector with a gain of {percent}",
]  # fmt: skip
FALLS = [
    "{name} slides {percent} as sellers take over", "{symbol} loses {percent} in a day",
    "Holders of {name} wake up to a drop of {percent}",
]  # fmt: skip
BEATS = [
    "{name} earns {eps} a share, more than expected",
    "{symbol} surprises: {eps} a share against {estimate} expected",
]  # fmt: skip
MISSES = [
    "{name} earns {eps} a share, less than expected",
    "{symbol} disappoints: {eps} a share against {estimate} expected",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Headline:
    """
    One article. ``number`` never changes; ``sentiment`` lies between -1 and 1; ``at`` is UTC.

    ``symbols`` are those of the day; ``author`` may be unknown.
    """

    number: int
    at: datetime
    topic: Topic
    symbols: tuple[str, ...]
    headline: str
    summary: str
    paper: str
    paper_id: str
    sentiment: float
    author: str | None

    @property
    def url(self) -> str:
        return f"{SITE}/{self.number}"

    @property
    def image_url(self) -> str | None:
        return f"{SITE}/{self.number}.png" if self.number % 3 else None


class Headlines:
    """The articles of one sample market, by the day (New York's) on which they appear."""

    def __init__(self, fundamentals: Fundamentals) -> None:
        self.fundamentals = fundamentals
        self.market = fundamentals.market
        self._kept: dict[tuple[int, date], list[Headline]] = {}

    def of(self, line: Instrument, first: date, last: date) -> list[Headline]:
        """Return a line's articles between two days, both included, oldest first."""
        found = self._reported(line, first, last)
        numbers = range(self.market.number_of(first), self.market.number_of(last + timedelta(days=1)))
        for number in numbers:
            if abs(self.market.shock(line.place, number)) >= LARGE:
                found += self._moved(line, number)
        for day, ratio in self.market.splits_of(line.place, last):
            if first <= day:
                found.append(self._split(line, day, ratio))
        for day, amount in self.market.payments_of(line.place, last):
            if first <= day:
                found.append(self._dividend(line, day, amount))
        return sorted(found, key=lambda article: (article.at, article.number))

    def market_wide(self, first: date, last: date) -> list[Headline]:
        """Return the reviews of whole sessions between two days, oldest first."""
        numbers = range(self.market.number_of(first), self.market.number_of(last + timedelta(days=1)))
        return [article for number in numbers for article in self._review(number)]

    def everything(self, first: date, last: date) -> list[Headline]:
        """
        Return all articles between two days, oldest first.

        A month of 12,000 instruments takes about a second; ask for days where days will do.
        """
        market = self.market
        found = self.market_wide(first, last)
        for number in range(market.number_of(first), market.number_of(last + timedelta(days=1))):
            for place in np.flatnonzero(np.abs(market.shocks(number)) >= LARGE).tolist():
                found += self._moved(market.lines[place], number)
        for line in market.lines:
            found += self._reported(line, first, last)
            splits = market.splits_of(line.place, last)
            found += [self._split(line, d, ratio) for d, ratio in splits if first <= d]
            found += [
                self._dividend(line, d, amount)
                for d, amount in market.payments_of(line.place, last)
                if first <= d
            ]
        return sorted(found, key=lambda article: (article.at, article.number))

    # ── what is written about ────────────────────────────────────────────────────────────────

    def _moved(self, line: Instrument, number: int) -> list[Headline]:
        """Nothing where it did not trade, or the market pulled it the other way."""
        session = self.market.sessions[number]
        key = (line.place, session)
        if len(self._kept) > MOST_KEPT:
            self._kept.clear()
        if key not in self._kept:
            self._kept[key] = list(self._move(line, number))
        return self._kept[key]

    def _move(self, line: Instrument, number: int) -> Iterator[Headline]:
        session = self.market.sessions[number]
        shock = self.market.shock(line.place, number)
        returns = self.market.returns(session)
        if returns is None or line.parent is not None or self.market.one(line.place, session) is None:
            return
        move = expm1(float(returns[line.place]))
        if move * shock <= 0 or abs(move) < 0.005:
            return
        words = (RISES if move > 0 else FALLS)[(line.place + number) % 3]
        yield self._write(
            line, session, time(16, 20), "move", words, tanh(shock / 4), 1,
            f"The shares of {line.name} ({SECTORS[line.sector][0]}) moved {_percent(move)} on {session}.",
            percent=_percent(abs(move)),
        )  # fmt: skip

    def _reported(self, line: Instrument, first: date, last: date) -> list[Headline]:
        if line.parent is not None:
            return []
        reports = self.fundamentals.earnings.of(line, first, last)
        return [self._report(line, self.fundamentals.quarter(line, report)) for report in reports]

    def _report(self, line: Instrument, quarter: Quarter) -> Headline:
        report = quarter.report
        words = (BEATS if quarter.surprise >= 0 else MISSES)[(line.place + report.quarter) % 2]
        return self._write(
            line, report.day, report.at.astimezone(NEW_YORK).time(), "earnings", words,
            tanh(quarter.surprise / max(abs(quarter.eps_estimate), 0.01) * 4), 2,
            f"{line.name} reports a revenue of {quarter.revenue:,} USD and a net income of "
            f"{quarter.net_income:,} USD for quarter {report.quarter} of {report.fiscal_year}.",
            eps=f"{quarter.eps:.2f} USD", estimate=f"{quarter.eps_estimate:.2f} USD",
        )  # fmt: skip

    def _split(self, line: Instrument, day: date, ratio: float) -> Headline:
        told = f"{ratio:g} for 1" if ratio >= 1 else f"1 for {1 / ratio:g}"
        if ratio == 1.5:
            told = "3 for 2"
        return self._write(
            line, day, time(8, 0), "split", "{name} splits its shares {told}", 0.1 if ratio > 1 else -0.2, 3,
            f"From {day} on the shares of {line.name} trade after a split of {told}.", told=told,
        )  # fmt: skip

    def _dividend(self, line: Instrument, day: date, amount: float) -> Headline:
        return self._write(
            line, day, time(8, 30), "dividend", "{symbol} trades without its dividend of {amount}", 0.05, 4,
            f"Who holds {line.name} since before {day} receives {amount:g} USD a share.",
            amount=f"{amount:g} USD",
        )  # fmt: skip

    def _review(self, number: int) -> Iterator[Headline]:
        session = self.market.sessions[number]
        returns = self.market.returns(session)
        if returns is None:
            return
        line = self.market.lines[0]  # the fund of the whole market
        move = expm1(float(returns[0]))
        words = "The sample market ends where it began"
        if abs(move) >= 0.0005:
            words = f"The sample market {'gains' if move > 0 else 'gives up'} {{percent}}"
        yield self._write(
            line, session, time(16, 45), "market", words, tanh(move * 40), 5,
            f"{line.name}, the fund of everything listed, moved {_percent(move)} on {session}.",
            percent=_percent(abs(move)),
        )  # fmt: skip

    def _write(
        self,
        line: Instrument,
        day: date,
        local: time,
        topic: Topic,
        words: str,
        sentiment: float,
        kind: int,
        summary: str,
        **figures: str,
    ) -> Headline:
        paper, paper_id = PAPERS[(line.place + day.toordinal() + kind) % len(PAPERS)]
        symbol = line.symbol_on(day)
        minute = (line.place * 7 + day.toordinal()) % 25
        at = datetime.combine(day, local, NEW_YORK).astimezone(UTC) + timedelta(minutes=minute)
        return Headline(
            number=(day.toordinal() * 10 + kind) * 20_000 + line.place,
            at=at,
            topic=topic,
            symbols=(symbol,),
            headline=words.format(name=line.name, symbol=symbol, **figures),
            summary=f"{summary} {INVENTED}",
            paper=paper,
            paper_id=paper_id,
            sentiment=round(sentiment, 6),
            author="Ann Imaginary" if (line.place + kind) % 3 else None,
        )


def _percent(move: float) -> str:
    return f"{move:z.1%}"
