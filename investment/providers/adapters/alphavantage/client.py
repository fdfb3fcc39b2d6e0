"""
Alpha Vantage adapter: daily bars, quotes, companies, currencies, news with sentiments, actions.

Reference: https://www.alphavantage.co/documentation/. There is one address, and all is told with
HTTP 200: what an answer is, only its body says.
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Literal
from urllib.parse import urlencode

import httpx

from investment.providers import errors
from investment.providers.access import hide
from investment.providers.adapters.alphavantage import overviews, records, refusals, series
from investment.providers.adapters.alphavantage.limits import NAME, retry_at
from investment.providers.adapters.alphavantage.reading import Answer
from investment.providers.adapters.alphavantage.refusals import Kind
from investment.providers.adapters.alphavantage.symbols import to_alpha_vantage
from investment.providers.advice import advised
from investment.providers.contracts import BarSeries, DividendRecord, SplitRecord
from investment.providers.contracts.company import SymbolMatch
from investment.providers.contracts.fx import FxBars, FxQuote
from investment.providers.contracts.news import Article
from investment.providers.contracts.overview import Overview
from investment.providers.contracts.session_quotes import SessionQuote

MOST_ARTICLES = 1000
_BEGINNING = datetime(2000, 1, 1, tzinfo=UTC)  # before the first article there is

Form = Literal["json", "csv"]
Sort = Literal["LATEST", "EARLIEST", "RELEVANCE"]


class AlphaVantageClient:
    """
    Translate our questions to Alpha Vantage and its answers to our records.

    The client neither retries nor counts: both belong to whoever made ``http``, whose base URL is the
    one address there is. Symbols are in our spelling. Every method raises the errors of
    :mod:`investment.providers.errors`, and :class:`UnknownSymbol` for what is not covered.
    """

    name = NAME

    def __init__(self, *, api_key: str, http: httpx.Client) -> None:
        self._api_key = api_key
        self._hide = hide(api_key)
        self._http = http
        self._address = str(http.base_url).rstrip("/")

    def daily_bars(self, *, symbol: str, full: bool = False, form: Form = "json") -> BarSeries:
        """
        Return raw bars of one instrument: the last 100, or with ``full`` (in paid plans) all.

        They are in no named currency, and of London perhaps in pence. CSV has two thirds of the bytes.
        """
        params = {"symbol": to_alpha_vantage(symbol), **_size(full), **_form(form)}
        return series.daily_bars(self._ask("TIME_SERIES_DAILY", params, symbol, one=True), symbol)

    def quote(self, *, symbol: str) -> SessionQuote:
        """Return the last session of one instrument; in the free plan after its end."""
        answer = self._ask("GLOBAL_QUOTE", {"symbol": to_alpha_vantage(symbol)}, symbol, one=True)
        found = records.session_quote(answer, symbol)
        if found is None:
            raise _uncovered(answer)
        return found

    def overview(self, *, symbol: str) -> Overview:
        """Return what a company is and how it does; funds are not covered."""
        answer = self._ask("OVERVIEW", {"symbol": to_alpha_vantage(symbol)}, symbol, one=True)
        found = overviews.overview(answer, symbol)
        if found is None:
            raise _uncovered(answer)
        return found

    def fx_daily(self, *, base: str, quote: str, full: bool = False, form: Form = "json") -> FxBars:
        """Return daily bars of a pair of currencies (ISO 4217): the last 100, or with ``full`` all."""
        params = {"from_symbol": base, "to_symbol": quote, **_size(full), **_form(form)}
        return series.fx_bars(self._ask("FX_DAILY", params, f"{base}/{quote}", one=True), base, quote)

    def fx_rate(self, *, base: str, quote: str) -> FxQuote:
        """Return the last rate of a pair of currencies."""
        params = {"from_currency": base, "to_currency": quote}
        answer = self._ask("CURRENCY_EXCHANGE_RATE", params, f"{base}/{quote}", one=True)
        return records.fx_quote(answer, base, quote)

    def news(
        self,
        *,
        symbols: Sequence[str] = (),
        topics: Sequence[str] = (),
        since: datetime | None = None,
        until: datetime | None = None,
        sort: Sort = "LATEST",
        limit: int = 50,
    ) -> list[Article]:
        """
        Return up to ``limit`` (at most 1000) articles that are about *all* of the symbols.

        Besides our symbols ``CRYPTO:BTC`` and ``FOREX:USD`` are known. ``since`` and ``until`` are
        aware, to the minute. The symbols in the answer are Alpha Vantage's.
        """
        params = {"tickers": ",".join(to_alpha_vantage(symbol) for symbol in symbols)}
        params |= {"topics": ",".join(topics)}
        # An end without a beginning is refused.
        params |= {"time_from": _minute(since or (_BEGINNING if until else None)), "time_to": _minute(until)}
        params |= {"sort": sort, "limit": str(min(limit, MOST_ARTICLES))}
        told = {name: value for name, value in params.items() if value}
        what = params["tickers"] or params["topics"] or "everything"
        return records.articles(self._ask("NEWS_SENTIMENT", told, what, one=len(symbols) == 1))

    def search(self, *, text: str) -> list[SymbolMatch]:
        """Return up to ten instruments whose symbol or name is like ``text``, the best first."""
        return records.matches(self._ask("SYMBOL_SEARCH", {"keywords": text}, repr(text), one=False))

    def dividends(
        self, *, symbol: str, currency: str, start: date = date.min, end: date = date.max
    ) -> list[DividendRecord]:
        """
        Return cash dividends with an ex-date in the range, both ends included, oldest first.

        ``currency`` is the instrument's own: Alpha Vantage does not tell in which money they are paid.
        """
        answer = self._ask("DIVIDENDS", {"symbol": to_alpha_vantage(symbol)}, symbol, one=True)
        found = records.dividends(answer, symbol, currency)
        return [record for record in found if start <= record.ex_date <= end]

    def splits(self, *, symbol: str, start: date = date.min, end: date = date.max) -> list[SplitRecord]:
        """Return splits with an ex-date in the range, both ends included, oldest first."""
        answer = self._ask("SPLITS", {"symbol": to_alpha_vantage(symbol)}, symbol, one=True)
        return [record for record in records.splits(answer, symbol) if start <= record.ex_date <= end]

    def _ask(self, function: str, params: dict[str, str], of: str, *, one: bool) -> Answer:
        """
        Return the answer to a question, which is no refusal.

        ``one``: it is about one symbol or pair, and an empty object says that there is none such.
        """
        asked = f"{function} of {of}"
        response = self._get(function, params, asked)
        refusal = refusals.heard(response.content)
        no_articles = refusal is not None and refusal.kind is Kind.NO_ARTICLES
        if refusal is not None and not (no_articles and function == "NEWS_SENTIMENT"):
            kind = refusals.error_of(refusal.kind, one_symbol=one)
            raise self._error(kind, asked, refusal.words, response)
        if response.status_code != 200:
            kind = _kind_of_status(response.status_code)
            page = Answer(asked, response.content, self._redact).malformed("")
            raise self._error(kind, f"{asked}: HTTP {response.status_code}", page.words, response)
        answer = Answer(asked, response.content, self._redact)
        if one and answer.body[:64].translate(None, b" \t\r\n") == b"{}":
            raise _uncovered(answer)
        return answer

    def _get(self, function: str, params: dict[str, str], asked: str) -> httpx.Response:
        url = f"{self._address}?{urlencode({'function': function, **params})}"
        try:
            # The key is told in the target alone: it can only travel in the query, and whatever logs
            # or keeps a request's address (httpx logs it) must not have it.
            return self._http.get(
                url, extensions={"endpoint": _endpoint(function, params), "target": self._target(url)}
            )
        except httpx.DecodingError as e:
            raise errors.MalformedPayload(
                f"Alpha Vantage: {asked}: cannot be unpacked", provider=NAME, words=self._redact(str(e))
            ) from None
        except httpx.TransportError as e:
            raise errors.ProviderUnavailable(
                f"Alpha Vantage did not answer: {type(e).__name__}",
                provider=NAME,
                words=self._redact(str(e)),
            ) from None

    def _target(self, url: str) -> bytes:
        return httpx.URL(url).raw_path + b"&" + urlencode({"apikey": self._api_key}).encode()

    def _error(
        self, kind: type[errors.ProviderError], asked: str, words: str, response: httpx.Response
    ) -> errors.ProviderError:
        words = self._redact(words)[:500]
        message, status = f"Alpha Vantage: {asked}: {words or 'no words'}", response.status_code
        message = advised(message, kind, key="ALPHAVANTAGE_API_KEY")
        if issubclass(kind, errors.TransientProviderError):
            at = retry_at(response.headers)
            return kind(message, provider=NAME, words=words, status=status, retry_at=at)
        return kind(message, provider=NAME, words=words, status=status)

    def _redact(self, text: str) -> str:
        return refusals.without_echo(self._hide(text))


def _uncovered(answer: Answer) -> errors.UnknownSymbol:
    words = answer.body[:100].decode(errors="replace")
    return errors.UnknownSymbol(
        f"Alpha Vantage: {answer.asked}: it has none", provider=NAME, words=answer.redact(words), status=200
    )


def _kind_of_status(status: int) -> type[errors.ProviderError]:
    """Tell what a status other than 200 means: always another server's, before Alpha Vantage."""
    if status == 429:
        return errors.ProviderThrottled
    if status >= 500 or status == 408:
        return errors.ProviderUnavailable
    return errors.RequestRejected


def _endpoint(function: str, params: dict[str, str]) -> str:
    """Whole series are an endpoint of their own: a plan without them has the last hundred bars."""
    return function.lower() + ("_full" if params.get("outputsize") == "full" else "")


def _size(full: bool) -> dict[str, str]:
    return {"outputsize": "full" if full else "compact"}


def _form(form: Form) -> dict[str, str]:
    return {} if form == "json" else {"datatype": form}


def _minute(at: datetime | None) -> str:
    return at.astimezone(UTC).strftime("%Y%m%dT%H%M") if at else ""
