"""From Alpha Vantage's single answers and lists to our records. Nothing here asks anything."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import TypeVar

import msgspec

from investment.providers.adapters.alphavantage import payloads, reading
from investment.providers.adapters.alphavantage.payloads import Row, Text
from investment.providers.adapters.alphavantage.reading import Answer
from investment.providers.adapters.alphavantage.refusals import Kind, heard
from investment.providers.adapters.alphavantage.series import same_symbol
from investment.providers.adapters.alphavantage.symbols import from_alpha_vantage
from investment.providers.contracts import DividendRecord, InstrumentKind, SplitRecord
from investment.providers.contracts.company import SymbolMatch
from investment.providers.contracts.fx import FxQuote
from investment.providers.contracts.news import Article, ArticleSentiment, SentimentLabel
from investment.providers.contracts.session_quotes import SessionQuote

_QUOTE = "Global Quote"  # a delayed one has more words after these
_QUOTE_CSV = {
    "symbol": "symbol", "open": "open", "high": "high", "low": "low", "price": "price", "volume": "volume",
    "latestDay": "latest trading day", "previousClose": "previous close", "change": "change",
    "changePercent": "change percent",
}  # fmt: skip
_PUBLISHED = re.compile(r"[0-9]{8}T[0-9]{4}([0-9]{2})?", re.ASCII)
_LABELS: dict[str, SentimentLabel] = {
    "bullish": "positive",
    "somewhat-bullish": "somewhat_positive",
    "neutral": "neutral",
    "somewhat-bearish": "somewhat_negative",
    "bearish": "negative",
}
# «Equity» may be common stock, an ADR, a preferred: it does not say.
_KINDS: dict[str, InstrumentKind] = {"ETF": "etf", "Mutual Fund": "fund"}

Read = TypeVar("Read")
Value = TypeVar("Value")


def session_quote(answer: Answer, symbol: str) -> SessionQuote | None:
    """
    Read the last session of one instrument; None: there is no such instrument.

    :raises MalformedPayload: if it is none, or another instrument's.
    """
    told = _quote_texts(answer)
    if not told:
        return None
    theirs = told.get("symbol")
    if theirs is None or not same_symbol(theirs, symbol):
        raise answer.malformed(f"asked for {symbol} and got {theirs}")
    try:
        return SessionQuote(
            symbol=symbol,
            session=reading.day(told.get("latest trading day")),
            price=reading.figure(told.get("price")),
            open=_maybe(told, "open"),
            high=_maybe(told, "high"),
            low=_maybe(told, "low"),
            volume=_maybe(told, "volume"),
            previous_close=_maybe(told, "previous close"),
        )
    except ValueError as e:
        raise answer.malformed(str(e)) from None


def fx_quote(answer: Answer, base: str, quote: str) -> FxQuote:
    """:raises MalformedPayload: if it is no rate, or another pair's."""
    told = reading.plain(answer.decode(payloads.ExchangeRate).rate)
    pair = (told.get("From_Currency Code"), told.get("To_Currency Code"))
    if pair != (base, quote):
        raise answer.malformed(f"asked for {base} in {quote} and got {pair[0]} in {pair[1]}")
    try:
        return FxQuote(
            base=base,
            quote=quote,
            rate=reading.amount(told.get("Exchange Rate")),
            at=reading.instant(told.get("Last Refreshed"), told.get("Time Zone")),
            bid=reading.amount(told["Bid Price"]) if "Bid Price" in told else None,
            ask=reading.amount(told["Ask Price"]) if "Ask Price" in told else None,
        )
    except ValueError as e:
        raise answer.malformed(str(e)) from None


def matches(answer: Answer) -> list[SymbolMatch]:
    """Read what a search found, the best first."""
    decoder = msgspec.json.Decoder(Row)

    def read(text: msgspec.Raw) -> SymbolMatch:
        told = reading.plain(decoder.decode(text))
        if "symbol" not in told:
            raise ValueError("no symbol")
        return SymbolMatch(
            symbol=from_alpha_vantage(told["symbol"]),
            provider_symbol=told["symbol"],
            name=told.get("name", ""),
            kind=_KINDS.get(told.get("type", ""), "unknown"),
            region=told.get("region"),
            currency=told.get("currency"),
            score=_maybe(told, "matchScore"),
        )

    return answer.rows(answer.decode(payloads.Matches).rows, read)


def dividends(answer: Answer, symbol: str, currency: str) -> list[DividendRecord]:
    """
    Read the cash dividends of one instrument, oldest first.

    Alpha Vantage does not say in which money: ``currency`` is what the caller knows. One that is
    announced without its day or amount says nothing yet, and is left out.
    """
    read = _reader(payloads.Dividend, lambda row: _dividend(row, symbol, currency))
    return sorted(answer.rows(_actions(answer, symbol), read), key=lambda record: record.ex_date)


def splits(answer: Answer, symbol: str) -> list[SplitRecord]:
    """Read the splits of one instrument, oldest first."""
    read = _reader(payloads.Split, lambda row: _split(row, symbol))
    return sorted(answer.rows(_actions(answer, symbol), read), key=lambda record: record.ex_date)


def articles(answer: Answer) -> list[Article]:
    """Read articles with what they mean for each instrument, in the order that was asked for."""
    nothing = heard(answer.body)
    if nothing is not None and nothing.kind is Kind.NO_ARTICLES:
        return []
    return answer.rows(answer.decode(payloads.Feed).feed, _reader(payloads.Item, _article))


def _quote_texts(answer: Answer) -> dict[str, str]:
    """Return the texts of a quote by name, from JSON or CSV; empty for an unknown symbol."""
    if answer.body.lstrip().startswith(b"symbol,"):
        lines = [line.strip().split(",") for line in answer.body[:4096].decode(errors="replace").splitlines()]
        if lines[0] != list(_QUOTE_CSV) or len(lines) < 2 or len(lines[1]) != len(_QUOTE_CSV):
            raise answer.malformed("a CSV of other columns")
        return reading.plain(dict(zip(_QUOTE_CSV.values(), lines[1], strict=True)))
    told = answer.decode(dict[str, Row])
    named = [row for name, row in told.items() if name.startswith(_QUOTE)]
    if told and not named:
        raise answer.malformed("no quote")
    return reading.plain(named[0]) if named else {}


def _maybe(told: dict[str, str], name: str) -> float | None:
    return reading.figure(told[name]) if name in told else None


def _actions(answer: Answer, symbol: str) -> list[msgspec.Raw]:
    told = answer.decode(payloads.Actions)
    if not same_symbol(told.symbol, symbol):
        raise answer.malformed(f"asked for {symbol} and got {told.symbol[:40]}")
    return told.data


def _reader(kind: type[Read], make: Callable[[Read], Value | None]) -> Callable[[msgspec.Raw], Value | None]:
    decoder = msgspec.json.Decoder(kind)
    return lambda text: make(decoder.decode(text))


def _dividend(row: payloads.Dividend, symbol: str, currency: str) -> DividendRecord | None:
    if reading.known(row.ex_dividend_date) is None or reading.known(row.amount) is None:
        return None
    return DividendRecord(
        symbol=symbol,
        ex_date=reading.day(row.ex_dividend_date),
        amount=reading.amount(row.amount),
        currency=currency,
        declared_on=_day(row.declaration_date),
        record_date=_day(row.record_date),
        pay_date=_day(row.payment_date),
    )


def _split(row: payloads.Split, symbol: str) -> SplitRecord | None:
    if reading.known(row.effective_date) is None or reading.known(row.split_factor) is None:
        return None
    factor = reading.figure(row.split_factor)
    if factor <= 0:
        raise ValueError(f"{factor} is no split")
    return SplitRecord(
        symbol=symbol, ex_date=reading.day(row.effective_date), split_from=1.0, split_to=factor
    )


def _day(text: Text) -> date | None:
    return None if reading.known(text) is None else reading.day(text)


def _article(item: payloads.Item) -> Article:
    if not item.url.startswith(("https://", "http://")):
        raise ValueError("its address is none of the web")
    told = [_sentiment(each) for each in item.ticker_sentiment or ()]
    return Article(
        provider_id="",
        url=item.url,
        headline=item.title,
        summary=item.summary or None,
        source=item.source or None,
        published_at=_published(item.time_published),
        symbols=tuple(sentiment.symbol for sentiment in told),
        sentiments=tuple(told),
        image_url=item.banner_image or None,
    )


def _sentiment(told: payloads.TickerSentiment) -> ArticleSentiment:
    # The documentation writes «Somewhat_Bullish», the answers «Somewhat-Bullish».
    label = str(told.ticker_sentiment_label or "").replace("_", "-").lower()
    return ArticleSentiment(
        symbol=told.ticker,
        label=_LABELS.get(label),
        score=_within(told.ticker_sentiment_score, -1.0),
        relevance=_within(told.relevance_score, 0.0),
    )


def _within(text: Text, least: float) -> float | None:
    """Return a score from ``least`` to 1, None if it is not told or is no such score."""
    if reading.known(text) is None:
        return None
    score = reading.figure(text)
    return score if least <= score <= 1 else None


def _published(text: str) -> datetime:
    """Its zone is not documented; it is taken for UTC, as its readers do."""
    if not _PUBLISHED.fullmatch(text):
        raise ValueError(f"{text[:40]!r} is no instant")
    form = "%Y%m%dT%H%M%S" if len(text) == 15 else "%Y%m%dT%H%M"
    return datetime.strptime(text, form).replace(tzinfo=UTC)
