"""
Massive's reference data: https://massive.com/docs/rest/stocks/tickers and …/corporate-actions.

Of splits and dividends there are two lists: the current one (``v1``) and the deprecated one (``v3``),
which lacks the factors.
"""

from collections.abc import Callable, Iterator
from datetime import date
from typing import Literal, TypeVar

from investment.providers.adapters.massive import payloads, reading, records
from investment.providers.adapters.massive.transport import Params, Transport, quoted, ticker
from investment.providers.contracts import DividendRecord, InstrumentRecord, SplitRecord
from investment.providers.contracts.actions import DetailedDividend, DetailedSplit
from investment.providers.contracts.company import CompanyProfile
from investment.providers.contracts.listings import InstrumentType, TickerHistory

Version = Literal["v1", "v3"]
_ACTIONS: dict[Version, str] = {"v1": "/stocks/v1", "v3": "/v3/reference"}
_MOST_ACTIONS: dict[Version, int] = {"v1": 5000, "v3": 1000}  # in one call
_MOST_TICKERS = 1000  # in one call
Row = TypeVar("Row")
Made = TypeVar("Made")


class ReferenceQuestions:
    """What :class:`MassiveClient` answers about instruments and their actions."""

    _way: Transport

    def instruments(
        self, *, active: bool = True, on: date | None = None, after: str = ""
    ) -> Iterator[list[InstrumentRecord]]:
        """
        Yield the instruments of the US stock market, a page (one call, up to 1,000) at a time.

        ``after`` is the last ticker that has been read, where the list is gone on with.
        """
        params: dict[str, str | int] = {"market": "stocks", "active": str(active).lower()}
        params |= {"limit": _MOST_TICKERS, "sort": "ticker", "order": "asc"}
        params |= {"ticker.gt": ticker(after)} if after else {}
        params |= {"date": str(on)} if on else {}
        for body in self._way.pages("tickers", "/v3/reference/tickers", params, first_day=on):
            yield reading.read_rows(body, payloads.Ticker, records.instrument_record, "tickers")

    def instrument(self, *, symbol: str, on: date | None = None) -> InstrumentRecord:
        """
        Return what is known of one instrument, at a date if one is given.

        :raises UnknownSymbol: also for one renamed or delisted since, unless ``on`` is before that.
        """
        return self._details(symbol, on, records.instrument_record)

    def company(self, *, symbol: str, on: date | None = None) -> CompanyProfile:
        """Return who the company is, from an answer like that of :meth:`instrument`, which see."""
        return self._details(symbol, on, records.company_profile)

    def instrument_types(self) -> list[InstrumentType]:
        """Return Massive's codes for kinds of stocks."""
        params = {"asset_class": "stocks", "locale": "us"}
        body = self._way.get("ticker_types", "/v3/reference/tickers/types", params)
        return reading.read_rows(body, payloads.TickerType, records.instrument_type, "types of tickers")

    def ticker_history(self, *, symbol: str) -> TickerHistory:
        """
        Return the tickers under which an instrument has traded; Massive calls the list experimental.

        ``symbol`` is a ticker of today, or a composite FIGI: that one also finds what was delisted.
        """
        path = f"/vX/reference/tickers/{quoted(symbol)}/events"
        body = self._way.get("ticker_events", path, {"types": "ticker_change"})
        return reading.read_one(
            body, payloads.TickerEventsAnswer, lambda answer: records.ticker_history(answer.results), symbol
        )

    def splits(self, *, start: date, end: date, symbol: str | None = None) -> list[SplitRecord]:
        """Return splits with an ex-date in the range, both ends included, oldest first."""
        return self._splits(start, end, symbol, "v1", records.split_record)

    def detailed_splits(
        self, *, start: date, end: date, symbol: str | None = None, version: Version = "v1"
    ) -> list[DetailedSplit]:
        """As :meth:`splits`, with Massive's own factors where ``version`` is the current one."""
        return self._splits(start, end, symbol, version, records.detailed_split)

    def dividends(self, *, start: date, end: date, symbol: str | None = None) -> list[DividendRecord]:
        """Return cash dividends with an ex-date in the range, both ends included, oldest first."""
        return self._dividends(start, end, symbol, "v1", records.dividend_record)

    def detailed_dividends(
        self, *, start: date, end: date, symbol: str | None = None, version: Version = "v1"
    ) -> list[DetailedDividend]:
        """As :meth:`dividends`, with Massive's own factors where ``version`` is the current one."""
        return self._dividends(start, end, symbol, version, records.detailed_dividend)

    def _splits(
        self, start: date, end: date, symbol: str | None, version: Version,
        make: Callable[[payloads.Split], Made],
    ) -> list[Made]:  # fmt: skip
        params = _between("execution_date", start, end, symbol, version)
        return self._actions("splits", params, version, payloads.Split, make, start)

    def _dividends(
        self, start: date, end: date, symbol: str | None, version: Version,
        make: Callable[[payloads.Dividend], Made],
    ) -> list[Made]:  # fmt: skip
        params = _between("ex_dividend_date", start, end, symbol, version)
        return self._actions("dividends", params, version, payloads.Dividend, make, start)

    def _actions(
        self, what: str, params: Params, version: Version,
        row: type[Row], make: Callable[[Row], Made], first_day: date,
    ) -> list[Made]:  # fmt: skip
        endpoint = what if version == "v1" else f"{what}_v3"
        found: list[Made] = []
        for body in self._way.pages(endpoint, f"{_ACTIONS[version]}/{what}", params, first_day=first_day):
            found += reading.read_rows(body, row, make, what)
        return found

    def _details(self, symbol: str, on: date | None, make: Callable[[payloads.Company], Made]) -> Made:
        def read(answer: payloads.TickerDetails) -> Made:
            if answer.results.ticker != ticker(symbol):
                raise ValueError(f"got {answer.results.ticker[:64]}")
            return make(answer.results)

        path = f"/v3/reference/tickers/{quoted(symbol)}"
        body = self._way.get("ticker", path, {"date": str(on)} if on else {}, first_day=on)
        return reading.read_one(body, payloads.TickerDetails, read, f"asked for {symbol}")


def _between(field: str, start: date, end: date, symbol: str | None, version: Version) -> Params:
    return {
        f"{field}.gte": str(start),
        f"{field}.lte": str(end),
        **({"sort": f"{field}.asc"} if version == "v1" else {"sort": field, "order": "asc"}),
        "limit": _MOST_ACTIONS[version],
        **({"ticker": ticker(symbol)} if symbol else {}),
    }
