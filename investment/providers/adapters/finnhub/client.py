"""
Finnhub adapter: live quotes, companies, headlines and calendars of US listings; bars for paid keys.

Reference: https://finnhub.io/docs/api. A free key has no bars, splits or dividends.
"""

import re
from datetime import UTC, date, datetime, time
from typing import Literal

import httpx
import msgspec

from investment.providers import errors
from investment.providers.access import hide
from investment.providers.adapters.finnhub import decoding, payloads, records
from investment.providers.adapters.finnhub.limits import NAME, TOO_MANY, retry_at
from investment.providers.adapters.finnhub.symbols import Spelling
from investment.providers.advice import advised
from investment.providers.contracts import (
    Article,
    BarSeries,
    CompanyMetrics,
    CompanyProfile,
    DividendRecord,
    EarningsDate,
    EarningsReport,
    ListedSymbol,
    MarketHoliday,
    MarketNow,
    Quote,
    Recommendation,
    SplitRecord,
    SymbolMatch,
)

NewsCategory = Literal["general", "forex", "crypto", "merger"]
_Params = dict[str, str | int]

# Free on every key, so a refusal of one of these is about its symbol or exchange, which is outside the plan.
# https://finnhub.io/docs/api: those that are not marked «Premium».
FREE_OF_ONE_SYMBOL = frozenset({"quote", "profile", "metrics", "company_news", "recommendations", "peers"})
FREE_OF_ONE_EXCHANGE = frozenset({"market_status", "market_holidays", "symbols", "search"})
_ALWAYS = "US"  # the exchange that every plan has
NO_ACCESS = "have access to this resource"
NO_KEY = ("please use an api key", "invalid api key")


class FinnhubClient:
    """
    Translate our questions to Finnhub and its answers to our records.

    The client neither retries nor counts: both belong to whoever made ``http``, whose base URL is
    Finnhub's (with ``/api/v1``) or the sandbox's. Each request says what it asks in its extension
    ``endpoint``. Every method raises the errors of :mod:`investment.providers.errors`.

    Symbols are ours; ``spelling`` knows where Finnhub's differ. One that Finnhub has no spelling for
    is an :class:`UnknownSymbol` without a call.
    """

    name = NAME

    def __init__(self, *, api_key: str, http: httpx.Client, spelling: Spelling | None = None) -> None:
        self._headers = {"X-Finnhub-Token": api_key, "Accept": "application/json"}
        self._redact = hide(api_key)
        self._http = http
        self._spelling = spelling or Spelling()

    # ── market data ───────────────────────────────────────────────────────────────────────────

    def quote(self, *, symbol: str) -> Quote:
        """Return the last price of the regular session. :raises UnknownSymbol: for Finnhub's zeros."""
        return records.quote(self._of("quote", "/quote", symbol), symbol)

    def market_now(self, *, exchange: str = "US") -> MarketNow:
        """Return what an exchange does at this moment."""
        body = self._get("market_status", "/stock/market-status", {"exchange": exchange})
        return records.market_now(body, exchange)

    def market_holidays(self, *, exchange: str = "US") -> list[MarketHoliday]:
        """Return days on which an exchange is closed or closes early, oldest first."""
        body = self._get("market_holidays", "/stock/market-holiday", {"exchange": exchange})
        return records.holidays(body, exchange)

    def symbols(self, *, exchange: str = "US") -> list[ListedSymbol]:
        """Return everything that is listed on an exchange, in one answer of several megabytes."""
        return records.listed(self._get("symbols", "/stock/symbol", {"exchange": exchange}), self._spelling)

    def search(self, *, text: str, exchange: str = "US") -> list[SymbolMatch]:
        """Return instruments by symbol, name, ISIN or CUSIP, the best first; the list is cut short."""
        body = self._get("search", "/search", {"q": text, "exchange": exchange})
        return records.matches(body, self._spelling)

    def daily_bars(self, *, symbol: str, start: date, end: date) -> BarSeries:
        """
        Return daily bars, both ends included, adjusted for splits. For paid keys.

        An unknown symbol has no bars: Finnhub does not tell it from one without trades.
        """
        params: _Params = {
            "resolution": "D",
            "from": _unix(start, time()),
            "to": _unix(end, time(23, 59, 59)),
        }
        return records.candles(self._of("candles", "/stock/candle", symbol, params), symbol, start, end)

    def splits(self, *, symbol: str, start: date, end: date) -> list[SplitRecord]:
        """Return splits with an ex-date in the range, oldest first. For paid keys."""
        return records.splits(self._of("splits", "/stock/split", symbol, _between(start, end)), symbol)

    def dividends(self, *, symbol: str, start: date, end: date) -> list[DividendRecord]:
        """Return cash dividends with an ex-date in the range, as declared, oldest first. For paid keys."""
        return records.dividends(
            self._of("dividends", "/stock/dividend", symbol, _between(start, end)), symbol
        )

    # ── companies ─────────────────────────────────────────────────────────────────────────────

    def profile(self, *, symbol: str) -> CompanyProfile:
        """Return who a company is. :raises UnknownSymbol: for Finnhub's empty object."""
        return records.profile(self._of("profile", "/stock/profile2", symbol), symbol)

    def metrics(self, *, symbol: str) -> CompanyMetrics:
        """Return all figures there are of a company. :raises UnknownSymbol: if there are none."""
        return records.metrics(self._of("metrics", "/stock/metric", symbol, {"metric": "all"}), symbol)

    def peers(self, *, symbol: str) -> list[str]:
        """Return symbols of the same industry; empty for an unknown one."""
        return records.peers(self._of("peers", "/stock/peers", symbol), symbol, self._spelling)

    def recommendations(self, *, symbol: str) -> list[Recommendation]:
        """Return what analysts recommended, month by month, newest first; empty for an unknown symbol."""
        return records.recommendations(self._of("recommendations", "/stock/recommendation", symbol), symbol)

    def earnings(self, *, symbol: str, limit: int | None = None) -> list[EarningsReport]:
        """Return reported earnings, newest first (free: 4 quarters); empty for an unknown symbol."""
        params: _Params = {"limit": limit} if limit else {}
        return records.earnings(self._of("earnings", "/stock/earnings", symbol, params), symbol)

    def earnings_calendar(self, *, start: date, end: date, symbol: str | None = None) -> list[EarningsDate]:
        """Return who reports between two days, both included, oldest first; free: from a month ago on."""
        params = _between(start, end)
        params["international"] = "false"
        if symbol is None:
            body = self._get("earnings_calendar", "/calendar/earnings", params)
        else:
            body = self._of("earnings_calendar", "/calendar/earnings", symbol, params)
        return records.earnings_dates(body, self._spelling)

    # ── headlines ─────────────────────────────────────────────────────────────────────────────

    def company_news(self, *, symbol: str, start: date, end: date) -> list[Article]:
        """
        Return articles about a company between two days, both included, newest first; free: one year.

        Of a long range only the newest few hundred come, and nothing says that others are missing.
        """
        body = self._of("company_news", "/company-news", symbol, _between(start, end))
        return records.articles(body, f"the news of {symbol}", self._spelling)

    def market_news(self, *, category: NewsCategory = "general", after_id: int = 0) -> list[Article]:
        """Return about 100 articles, newest first, with an id above ``after_id``."""
        params: _Params = {"category": category}
        if after_id:
            params["minId"] = after_id
        body = self._get("market_news", "/news", params)
        return records.articles(body, f"the {category} news", self._spelling)

    # ── the wire ──────────────────────────────────────────────────────────────────────────────

    def _of(self, endpoint: str, path: str, symbol: str, params: _Params | None = None) -> bytes:
        """Ask about one symbol."""
        theirs = self._spelling.theirs(symbol)
        if theirs is None:
            raise errors.UnknownSymbol(
                f"Finnhub was not asked for {symbol}: its spelling of it is not known", provider=NAME
            )
        asked: _Params = {"symbol": theirs}
        return self._get(endpoint, path, asked | (params or {}))

    def _get(self, endpoint: str, path: str, params: _Params) -> bytes:
        try:
            response = self._http.get(
                path,
                params=params,
                headers=self._headers,
                extensions={"endpoint": endpoint},
                follow_redirects=False,
            )
        except httpx.DecodingError as e:
            raise errors.MalformedPayload(
                "Finnhub: the answer cannot be unpacked", provider=NAME, words=self._redact(str(e))
            ) from None
        except httpx.TransportError as e:
            # Not «from e»: a traceback shows the request's headers, and one of them is the key.
            raise errors.ProviderUnavailable(
                f"Finnhub did not answer: {type(e).__name__}", provider=NAME, words=self._redact(str(e))
            ) from None
        body = response.content
        words = decoding.failure_in(body) if response.status_code == 200 else None
        if response.status_code != 200 or words is not None:
            foreign = params.get("exchange", _ALWAYS) != _ALWAYS
            raise self._refusal(response, body, endpoint, foreign=foreign)
        return body

    def _refusal(
        self, response: httpx.Response, body: bytes, endpoint: str, *, foreign: bool
    ) -> errors.ProviderError:
        words, spoken = _words(response, body)
        words = self._redact(words)
        free = endpoint in FREE_OF_ONE_SYMBOL or (foreign and endpoint in FREE_OF_ONE_EXCHANGE)
        kind = _classify(response.status_code, words, spoken=spoken, free=free)
        message = f"Finnhub: HTTP {response.status_code} for {endpoint}: {words or 'no words'}"
        message = advised(message, kind, key="FINNHUB_API_KEY")
        if issubclass(kind, errors.TransientProviderError):
            throttled = issubclass(kind, errors.ProviderThrottled)
            at = retry_at(response.headers) if throttled else None
            return kind(message, provider=NAME, words=words, status=response.status_code, retry_at=at)
        if kind is errors.NotEntitled:
            return errors.NotEntitled(
                message, provider=NAME, words=words, status=response.status_code, perhaps_symbol=True
            )
        return kind(message, provider=NAME, words=words, status=response.status_code)


def _classify(status: int, words: str, *, spoken: bool, free: bool) -> type[errors.ProviderError]:
    """
    Tell what a refusal means.

    ``spoken``: Finnhub's own JSON, not some server's page before it. ``free``: every plan has the endpoint,
    so what it lacks is the symbol or exchange asked for.
    """
    said = words.lower() if spoken else ""
    if status == 401 or any(text in said for text in NO_KEY):
        return errors.CredentialsRejected
    if status == 429 or TOO_MANY in said:
        return errors.ProviderThrottled
    if status >= 500 or status == 408:
        return errors.ProviderUnavailable
    if status in (200, 403) and NO_ACCESS in said:
        return errors.UnknownSymbol if free else errors.NotEntitled
    # Only known words mean something: an unknown refusal must not stop us from asking again.
    return errors.RequestRejected


def _words(response: httpx.Response, body: bytes) -> tuple[str, bool]:
    """What an answer that is a refusal says, and whether it is in Finnhub's own form."""
    if 300 <= response.status_code < 400:
        return f"a redirect to {response.headers.get('Location', '')[:100]}", False
    try:
        return msgspec.json.decode(body, type=payloads.Failure).error[:500], True
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        text = re.sub(r"<[^>]*>", " ", body[:2000].decode(errors="replace"))
        return " ".join(text.split())[:200], False


def _between(start: date, end: date) -> _Params:
    return {"from": start.isoformat(), "to": end.isoformat()}


def _unix(day: date, at: time) -> int:
    return int(datetime.combine(day, at, UTC).timestamp())
