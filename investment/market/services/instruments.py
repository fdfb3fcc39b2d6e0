"""
What a provider says of instruments: who they are, what they are called, whether they still trade.

An instrument is recognised by its composite FIGI, else by its ticker.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.db import connection, transaction

from investment.market.models import Instrument, Ticker
from investment.market.selectors.sessions import NEW_YORK
from investment.market.services.tickers import lock_instruments
from investment.providers.contracts import InstrumentRecord

_ONE_DAY = timedelta(days=1)
_TOLD = (
    "name",
    "kind",
    "exchange",
    "currency",
    "listed_on",
    "delisted_on",
    "cik",
    "composite_figi",
    "share_class_figi",
)


def upsert_instruments(
    *,
    records: Iterable[InstrumentRecord],
    source: str,
    now: datetime,
    renamed_on: Mapping[str, date] | None = None,
) -> int:
    """
    Store what a provider says of instruments; return how many are new or changed. Repeatable.

    What a record does not tell keeps its value. A known instrument under another ticker was
    renamed: its old ticker ends, its new one begins, and bars that came in under the new ticker
    before we heard of it become its own. An active ticker whose FIGI is another's has a new holder.

    :param renamed_on: first day under the present ticker, by composite FIGI, where that is known;
        else a rename takes effect today, or with the first bar under the new ticker.
    """
    with transaction.atomic():
        lock_instruments()
        book = _Book(source=source, now=now, renamed_on=renamed_on or {})
        # Those that are gone come first, so that a ticker is free for whoever has it today.
        for record in sorted(records, key=lambda record: record.active):
            book.enter(record)
        return book.write()


@dataclass(slots=True)
class _Book:
    """All instruments in memory, found by FIGI or ticker, and what has changed among them."""

    source: str
    now: datetime
    renamed_on: Mapping[str, date]
    by_figi: dict[str, Instrument] = field(default_factory=dict)
    active: dict[str, Instrument] = field(default_factory=dict)
    gone: dict[str, list[Instrument]] = field(default_factory=dict)
    tickers: dict[str, list[Ticker]] = field(default_factory=dict)
    new: list[Instrument] = field(default_factory=list)
    changed: dict[int, Instrument] = field(default_factory=dict)
    new_tickers: list[Ticker] = field(default_factory=list)
    changed_tickers: dict[int, Ticker] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for instrument in Instrument.objects.all():
            self._remember(instrument)
        for ticker in Ticker.objects.all():
            self.tickers.setdefault(ticker.symbol, []).append(ticker)

    @property
    def today(self) -> date:
        return self.now.astimezone(NEW_YORK).date()

    def enter(self, record: InstrumentRecord) -> None:
        instrument = self._recognise(record)
        if instrument is None:
            self._add(record)
            return
        if record.active and instrument.symbol != record.symbol:
            self._rename(instrument, record.symbol)
        self._update(instrument, record)

    def _remember(self, instrument: Instrument) -> None:
        if instrument.composite_figi:
            self.by_figi[instrument.composite_figi] = instrument
        if instrument.active:
            self.active[instrument.symbol] = instrument
        else:
            self.gone.setdefault(instrument.symbol, []).append(instrument)

    def _recognise(self, record: InstrumentRecord) -> Instrument | None:
        if record.composite_figi and record.composite_figi in self.by_figi:
            return self.by_figi[record.composite_figi]
        holder = self.active.get(record.symbol)
        if record.active:
            if holder is not None and not _compatible(holder, record):
                self._retire(holder)
                return None
            return holder
        for instrument in self.gone.get(record.symbol, []):
            if _compatible(instrument, record) and instrument.delisted_on in (None, record.delisted_on):
                return instrument
        if holder is None or not _compatible(holder, record) or _of_others(holder, record):
            return None
        return holder

    def _add(self, record: InstrumentRecord) -> None:
        instrument = Instrument(
            symbol=record.symbol,
            active=record.active,
            source=self.source,
            first_seen_at=self.now,
            updated_at=self.now,
            **{name: getattr(record, name) for name in _TOLD},
        )
        self.new.append(instrument)
        self._remember(instrument)
        self._give_ticker(instrument, first=None)

    def _rename(self, instrument: Instrument, symbol: str) -> None:
        first = self.renamed_on.get(instrument.composite_figi or "", self.today)
        holder = self.active.get(symbol)
        if holder is not None:
            if holder.composite_figi or not holder.pk or not instrument.pk:
                self._retire(holder)
            else:
                first = self._absorb(instrument, holder) or first
        for ticker in self._open_tickers(instrument):
            self._end(ticker, first - _ONE_DAY)
        self._forget(instrument)
        instrument.symbol = symbol
        instrument.active = True
        self.active[symbol] = instrument
        self._give_ticker(instrument, first=first)
        self._touch(instrument)

    def _forget(self, instrument: Instrument) -> None:
        """Take an instrument from the place where its present ticker is looked up."""
        if instrument.active:
            del self.active[instrument.symbol]
        else:
            self.gone[instrument.symbol].remove(instrument)

    def _absorb(self, instrument: Instrument, stranger: Instrument) -> date | None:
        """
        Make the bars of an instrument that the ingest invented those of the one it really is.

        Return the first of their sessions. Where both have a bar in one session they are two, and
        the stranger only loses its ticker.
        """
        with connection.cursor() as cursor:
            cursor.execute(
                """
                SELECT min(theirs.session), bool_or(EXISTS (
                    SELECT FROM market_dailybar ours
                    WHERE ours.session = theirs.session AND ours.instrument_id = %s
                )) FROM market_dailybar theirs WHERE theirs.instrument_id = %s
                """,
                [instrument.pk, stranger.pk],
            )
            first, overlap = cursor.fetchone() or (None, None)
            if overlap:
                self._retire(stranger)
                return None
            for table in ("market_dailybar", "market_barrevision"):
                cursor.execute(
                    f"UPDATE {table} SET instrument_id = %s WHERE instrument_id = %s",  # noqa: S608 - our own words
                    [instrument.pk, stranger.pk],
                )
        self._forget(stranger)
        own = [ticker for ticker in self.tickers[stranger.symbol] if ticker.instrument_id == stranger.pk]
        for ticker in own:
            self.tickers[stranger.symbol].remove(ticker)
            self.changed_tickers.pop(ticker.pk, None)
        self.changed.pop(stranger.pk, None)
        stranger.delete()
        return first if isinstance(first, date) else None

    def _retire(self, instrument: Instrument) -> None:
        """End the listing of an instrument whose ticker somebody else has now."""
        self._forget(instrument)
        instrument.active = False
        self.gone.setdefault(instrument.symbol, []).append(instrument)
        for ticker in self._open_tickers(instrument):
            self._end(ticker, instrument.delisted_on or self.today - _ONE_DAY)
        self._touch(instrument)

    def _update(self, instrument: Instrument, record: InstrumentRecord) -> None:
        told = {name: getattr(record, name) for name in _TOLD}
        differs = {
            name: value
            for name, value in told.items()
            if value not in (None, "", Instrument.Kind.UNKNOWN) and value != getattr(instrument, name)
        }
        for name, value in differs.items():
            setattr(instrument, name, value)
        if record.composite_figi:
            self.by_figi[record.composite_figi] = instrument
        if instrument.active and not record.active:
            self._retire(instrument)
        elif record.active and not instrument.active:
            self._forget(instrument)
            instrument.active = True
            instrument.delisted_on = None
            self.active[instrument.symbol] = instrument
            if not self._open_tickers(instrument):
                self._give_ticker(instrument, first=self.today)
            self._touch(instrument)
        elif differs:
            self._touch(instrument)

    def _give_ticker(self, instrument: Instrument, *, first: date | None) -> None:
        """Let an instrument have its ticker, from ``first`` (None: always) or from when it became free."""
        last = None if instrument.active else instrument.delisted_on
        for other in self.tickers.get(instrument.symbol, []):
            if other.last_session is not None and (last is None or other.last_session < last):
                free = other.last_session + _ONE_DAY
                first = max(first or free, free)
            elif other.first_session is not None and last is not None and other.first_session <= last:
                last = other.first_session - _ONE_DAY
            elif other.first_session is None and other.last_session is None and last is not None:
                # Its present holder had it «always»: since the day after, then.
                other.first_session = last + _ONE_DAY
                if other.pk:
                    self.changed_tickers[other.pk] = other
        ticker = Ticker(
            instrument=instrument, symbol=instrument.symbol, first_session=first, last_session=last
        )
        self.tickers.setdefault(instrument.symbol, []).append(ticker)
        self.new_tickers.append(ticker)

    def _open_tickers(self, instrument: Instrument) -> list[Ticker]:
        return [
            ticker
            for ticker in self.tickers.get(instrument.symbol, [])
            if ticker.last_session is None and _owns(instrument, ticker)
        ]

    def _end(self, ticker: Ticker, last: date) -> None:
        ticker.last_session = max(last, ticker.first_session or last)
        if ticker.pk:
            self.changed_tickers[ticker.pk] = ticker

    def _touch(self, instrument: Instrument) -> None:
        if instrument.pk:
            self.changed[instrument.pk] = instrument

    def write(self) -> int:
        _update_instruments(list(self.changed.values()), source=self.source, now=self.now)
        Instrument.objects.bulk_create(self.new, batch_size=2000)
        Ticker.objects.bulk_update(
            list(self.changed_tickers.values()), ["first_session", "last_session"], batch_size=500
        )
        for ticker in self.new_tickers:
            ticker.instrument_id = ticker.instrument.pk
        Ticker.objects.bulk_create(self.new_tickers, batch_size=5000)
        return len(self.new) + len(self.changed)


def _compatible(instrument: Instrument, record: InstrumentRecord) -> bool:
    """Return whether both may be the same: two different FIGIs are two instruments."""
    return None in (instrument.composite_figi, record.composite_figi) or (
        instrument.composite_figi == record.composite_figi
    )


def _of_others(instrument: Instrument, record: InstrumentRecord) -> bool:
    """
    Return whether a delisted record is of another company than the ticker's holder.

    Of two that are listed the same would be a disagreement about one: a holding company, or its subsidiary.
    """
    return None not in (instrument.cik, record.cik) and instrument.cik != record.cik


def _owns(instrument: Instrument, ticker: Ticker) -> bool:
    return ticker.instrument_id == instrument.pk if instrument.pk else ticker.instrument is instrument


def _update_instruments(instruments: Sequence[Instrument], *, source: str, now: datetime) -> None:
    """Update many instruments in two statements."""
    columns = ("symbol", "active", *_TOLD)
    types = {"active": "boolean", "listed_on": "date", "delisted_on": "date"}
    arrays = ", ".join(f"%s::{types.get(name, 'text')}[]" for name in columns)
    assignments = ", ".join(f"{name} = new.{name}" for name in columns)
    if not instruments:
        return
    ids = [instrument.pk for instrument in instruments]
    # A ticker may pass from one to the next in the same answer, and has one active holder at a time.
    Instrument.objects.filter(pk__in=ids).update(active=False)
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE market_instrument AS old SET {assignments}, source = %s, updated_at = %s"  # noqa: S608 - our own words
            f" FROM unnest(%s::bigint[], {arrays}) AS new (id, {', '.join(columns)})"
            " WHERE old.id = new.id",
            [source, now, ids, *([getattr(row, name) for row in instruments] for name in columns)],
        )
