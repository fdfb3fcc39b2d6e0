"""
The sample market: instruments, raw bars, splits and dividends of an invented stock market.

Nothing is stored: the state of the price process is kept at every 64th session, and a session is
computed again from there whenever it is asked for (60 ms with 12,000 instruments; a megabyte of
memory for every two hundred of them).
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from threading import RLock

import numpy as np
import numpy.typing as npt

from investment.providers.contracts import BarColumns, DividendRecord, InstrumentRecord, SplitRecord
from investment.providers.sandbox.sample import instruments
from investment.providers.sandbox.sample.events import Events, Payment, SessionEvents
from investment.providers.sandbox.sample.instruments import EPOCH, Instrument
from investment.providers.sandbox.sample.process import Floats, PriceProcess, State, to_tick

KEPT_EVERY = 64
RECENT = 4  # computed sessions that are kept: most questions are about the last ones
SHOCKS_KEPT = 256
COLUMNS = ("open", "high", "low", "close", "volume", "vwap", "trades")


@dataclass(frozen=True, slots=True)
class SampleDay:
    """
    A session: ``places[i]`` is the instrument of row i of ``columns`` (see ``COLUMNS``).

    ``returns`` are the log returns of all instruments, by place, dividends and splits made good.
    """

    session: date
    places: npt.NDArray[np.intp]
    columns: dict[str, Floats]
    returns: Floats


class SampleMarket:
    """
    ``symbols`` instruments over the given sessions, the same figures for the same seed and count.

    :param sessions: every session of the exchange from :data:`EPOCH` on, oldest first. Prices of a
        session depend on the earlier ones alone, so a longer list changes nothing.
    :raises ValueError: if the sessions do not start at the epoch, or the count is out of range.
    """

    def __init__(self, *, seed: int, symbols: int, sessions: Sequence[date]) -> None:
        if not sessions or sessions[0] != EPOCH:
            raise ValueError(f"the sample market's sessions start at {EPOCH}, not at {sessions[:1]}")
        self.seed = seed
        self.sessions = list(sessions)
        self.lines: list[Instrument] = instruments.build(seed=seed, count=symbols)
        self._process = PriceProcess(seed, self.lines)
        self._events = Events(seed=seed, lines=self.lines, sessions=self.sessions)
        self._happened: list[SessionEvents] = []
        self._kept: dict[int, State] = {0: self._process.first_state()}
        # A market is drawn by whoever asks first, and several servers of one process may share it.
        self._drawing = RLock()
        self._front: tuple[int, State] = (0, self._process.first_state())
        self._cursor: tuple[int, State] | None = None
        self._recent: dict[int, SampleDay] = {}
        self._shocks: dict[int, npt.NDArray[np.float32]] = {}
        self._splits_of: dict[int, list[tuple[date, float]]] = {}
        self._payments_of: dict[int, list[tuple[date, Payment]]] = {}
        self._listed_from = np.array([line.listed_on.toordinal() for line in self.lines])
        self._listed_to = np.array(
            [(line.delisted_on or instruments.ALWAYS).toordinal() for line in self.lines]
        )
        self._renamed = [line for line in self.lines if line.renamed_on]
        self._first_symbols = [line.symbol for line in self.lines]
        self._places: dict[str, list[int]] = {}
        for line in self.lines:
            for symbol in filter(None, {line.symbol, line.later_symbol}):
                self._places.setdefault(symbol, []).append(line.place)

    # ── who ──────────────────────────────────────────────────────────────────────────────────

    def instruments(self, on: date | None = None) -> list[InstrumentRecord]:
        """
        Return every instrument that had been listed by ``on`` (default: the last session), under
        the ticker of that day; those delisted since are inactive.
        """
        day = on or self.sessions[-1]
        return [self.record(line, day) for line in self.lines if line.listed_on <= day]

    def record(self, line: Instrument, day: date) -> InstrumentRecord:
        """Return an instrument as a provider would tell of it on ``day``."""
        gone = line.delisted_on is not None and line.delisted_on < day
        return InstrumentRecord(
            symbol=line.symbol_on(day),
            name=line.name,
            kind=line.kind,
            exchange=line.exchange,
            currency="USD",
            active=not gone,
            listed_on=line.listed_on,
            delisted_on=line.delisted_on if gone else None,
            cik=line.cik,
            composite_figi=line.composite_figi,
            share_class_figi=line.share_class_figi,
        )

    def find(self, symbol: str, day: date) -> Instrument | None:
        """Return whoever trades under this ticker on that day."""
        for place in self._places.get(symbol, []):
            line = self.lines[place]
            if line.symbol_on(day) == symbol and line.listed(day):
                return line
        return None

    def named(self, symbol: str) -> list[Instrument]:
        """Return who ever traded under this ticker."""
        return [self.lines[place] for place in self._places.get(symbol, [])]

    # ── prices ───────────────────────────────────────────────────────────────────────────────

    def day(self, session: date) -> BarColumns:
        """Return the raw bars of one session. Empty when the date is none."""
        number = self._number(session)
        if number is None:
            return _columns([], {name: np.empty(0) for name in COLUMNS})
        day = self._compute(number)
        return _columns(self._symbols(day), day.columns)

    def panel(self, first: date, last: date) -> Iterator[tuple[date, BarColumns]]:
        """Yield the sessions between two dates, both included, oldest first; the fast way to many."""
        for day in self.days(first, last):
            yield day.session, _columns(self._symbols(day), day.columns)

    def days(self, first: date, last: date) -> Iterator[SampleDay]:
        """Like :meth:`panel`, with places in :attr:`lines` instead of tickers."""
        start = bisect_left(self.sessions, first)
        for number in range(start, bisect_right(self.sessions, last)):
            yield self._compute(number)

    def bars(self, symbol: str, start: date, end: date) -> tuple[list[date], BarColumns]:
        """Return the raw bars that traded under this ticker between two dates, oldest first."""
        places = self._places.get(symbol, [])
        dates: list[date] = []
        rows: list[list[float]] = []
        if places:
            for day in self.days(start, end):
                for place in places:
                    row = int(np.searchsorted(day.places, place))
                    found = row < len(day.places) and day.places[row] == place
                    if found and self.lines[place].symbol_on(day.session) == symbol:
                        dates.append(day.session)
                        rows.append([float(day.columns[name][row]) for name in COLUMNS])
        table = np.array(rows, dtype=np.float64).reshape(len(rows), len(COLUMNS))
        return dates, _columns(
            [symbol] * len(rows), {name: table[:, i].copy() for i, name in enumerate(COLUMNS)}
        )

    def one(self, place: int, session: date) -> dict[str, float] | None:
        """Return one instrument's raw bar (see ``COLUMNS``), None if it did not trade or is no session."""
        number = self._number(session)
        if number is None:
            return None
        day = self._compute(number)
        row = int(np.searchsorted(day.places, place))
        if row >= len(day.places) or day.places[row] != place:
            return None
        return {name: float(day.columns[name][row]) for name in COLUMNS}

    def shock(self, place: int, number: int) -> float:
        """Return the own surprise of an instrument in session ``number``, in standard deviations."""
        return float(self.shocks(number)[place])

    def shocks(self, number: int) -> npt.NDArray[np.float32]:
        """Return the own surprises of all instruments in session ``number``, by place."""
        if number not in self._shocks:
            while len(self._shocks) >= SHOCKS_KEPT:
                del self._shocks[next(iter(self._shocks))]
            self._shocks[number] = self._process.shocks(number).astype(np.float32)
        return self._shocks[number]

    def returns(self, session: date) -> Floats | None:
        """Return the log returns of all instruments in a session, by place; None if it is none."""
        number = self._number(session)
        return None if number is None else self._compute(number).returns

    def number_of(self, day: date) -> int:
        """Return the number of the first session on or after ``day``."""
        return bisect_left(self.sessions, day)

    # ── actions ──────────────────────────────────────────────────────────────────────────────

    def splits(self, start: date, end: date, symbol: str | None = None) -> list[SplitRecord]:
        """Return the splits with an ex-date between two dates, both included, oldest first."""
        found = []
        for session, happened in self._happened_between(start, end):
            for split in happened.splits:
                line = self.lines[split.place]
                ticker = line.symbol_on(session)
                if symbol in (None, ticker) and line.listed(session):
                    found.append(
                        SplitRecord(
                            symbol=ticker,
                            ex_date=session,
                            split_from=float(split.split_from),
                            split_to=float(split.split_to),
                            provider_id=f"S{self.seed:04x}{split.place:05x}{session:%Y%m%d}",
                        )
                    )
        return found

    def dividends(self, start: date, end: date, symbol: str | None = None) -> list[DividendRecord]:
        """Return the cash dividends with an ex-date between two dates, both included, oldest first."""
        found = []
        for session, happened in self._happened_between(start, end):
            for payment in happened.dividends:
                line = self.lines[payment.place]
                ticker = line.symbol_on(session)
                if symbol in (None, ticker) and line.listed(session):
                    special = "X" if payment.special else "D"
                    found.append(
                        DividendRecord(
                            symbol=ticker,
                            ex_date=session,
                            amount=Decimal(str(payment.amount)),
                            currency="USD",
                            declared_on=session - timedelta(days=30),
                            record_date=session,
                            pay_date=session + timedelta(days=21),
                            provider_id=f"{special}{self.seed:04x}{payment.place:05x}{session:%Y%m%d}",
                        )
                    )
        return found

    def splits_of(self, place: int, until: date) -> list[tuple[date, float]]:
        """Return ex-date and new shares per old of one instrument's splits up to ``until``."""
        self._advance(bisect_right(self.sessions, until) - 1)
        return [(day, ratio) for day, ratio in self._splits_of.get(place, []) if day <= until]

    def payments_of(self, place: int, until: date) -> list[tuple[date, float]]:
        """Return ex-date and USD per share of one instrument's dividends up to ``until``."""
        self._advance(bisect_right(self.sessions, until) - 1)
        return [(day, each.amount) for day, each in self._payments_of.get(place, []) if day <= until]

    def payment_shares(self, place: int, until: date) -> list[tuple[date, float]]:
        """Return, by ex-date up to ``until``, the share of the close before that was paid out."""
        self._advance(bisect_right(self.sessions, until) - 1)
        paid: dict[date, float] = {}
        for day, payment in self._payments_of.get(place, []):
            if day <= until:
                paid[day] = paid.get(day, 0.0) + payment.amount / float(to_tick(np.array(payment.before)))
        return list(paid.items())

    # ── the machinery ────────────────────────────────────────────────────────────────────────

    def _number(self, session: date) -> int | None:
        number = bisect_left(self.sessions, session)
        found = number < len(self.sessions) and self.sessions[number] == session
        return number if found else None

    def _advance(self, number: int) -> None:
        """Know what happens in every session up to ``number``, that one included."""
        with self._drawing:
            self._draw(number)

    def _draw(self, number: int) -> None:
        at, state = self._front
        while at <= number:
            rng = self._process.stream(at)
            happens = self._events.before(at, np.exp(state.log_price))
            self._happened.append(happens)
            for split in happens.splits:
                ratio = split.split_to / split.split_from
                self._splits_of.setdefault(split.place, []).append((self.sessions[at], ratio))
            for payment in happens.dividends:
                self._payments_of.setdefault(payment.place, []).append((self.sessions[at], payment))
            self._process.step(state, at, happens.adjustments, rng)
            at += 1
            if at % KEPT_EVERY == 0:
                self._kept[at] = state.copy()
        self._front = (at, state)

    def _compute(self, number: int) -> SampleDay:
        with self._drawing:
            if number not in self._recent:
                self._recent[number] = self._day(number)
                while len(self._recent) > RECENT:
                    del self._recent[next(iter(self._recent))]
            return self._recent[number]

    def _day(self, number: int) -> SampleDay:
        self._advance(number)
        at = number - number % KEPT_EVERY
        if self._cursor is not None and at <= self._cursor[0] <= number:
            at, state = self._cursor
        else:
            state = self._kept[at].copy()
        while at < number:
            self._process.step(state, at, self._happened[at].adjustments, self._process.stream(at))
            at += 1
        rng = self._process.stream(number)
        move = self._process.step(state, number, self._happened[number].adjustments, rng)
        self._cursor = (number + 1, state)

        columns, idle = self._process.bars(move, rng)
        session = self.sessions[number]
        today = session.toordinal()
        trades = (self._listed_from <= today) & (today <= self._listed_to) & ~idle
        trades[self._events.halted(session)] = False
        places = np.flatnonzero(trades)
        return SampleDay(
            session,
            places,
            {name: column[places] for name, column in columns.items()},
            move.after - move.before,
        )

    def _symbols(self, day: SampleDay) -> list[str]:
        symbols = self._first_symbols.copy()
        for line in self._renamed:
            symbols[line.place] = line.symbol_on(day.session)
        return [symbols[place] for place in day.places.tolist()]

    def _happened_between(self, start: date, end: date) -> Iterator[tuple[date, SessionEvents]]:
        first, stop = bisect_left(self.sessions, start), bisect_right(self.sessions, end)
        if stop > first:
            self._advance(stop - 1)
        for number in range(first, stop):
            yield self.sessions[number], self._happened[number]


def _columns(symbols: list[str], columns: dict[str, Floats]) -> BarColumns:
    return BarColumns(symbols=symbols, **columns)
