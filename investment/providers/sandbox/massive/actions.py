"""Splits and dividends: the deprecated v3 lists and the v1 lists that replace them."""

from datetime import date
from typing import Any

from investment.providers.contracts import DividendRecord, SplitRecord
from investment.providers.sandbox.massive import paging
from investment.providers.sandbox.massive.call import MassiveCall, parse_date
from investment.providers.sandbox.massive.paging import Row
from investment.providers.sandbox.massive.refusals import Refused

SPLIT_SORTS = ("execution_date", "ticker")
DIVIDEND_SORTS = ("ex_dividend_date", "pay_date", "declaration_date", "record_date", "cash_amount", "ticker")


def splits(call: MassiveCall) -> dict[str, Any]:
    rows = _keep_dates(_split_rows(call, v1=False), call, ("execution_date",))
    reverse = call.param("reverse_split")
    if reverse is not None:
        wanted = call.flag("reverse_split", default=False)
        rows = [row for row in rows if (row["split_from"] > row["split_to"]) == wanted]
    return _v3_page(call, rows, SPLIT_SORTS)


def splits_v1(call: MassiveCall) -> dict[str, Any]:
    rows = _keep_dates(_split_rows(call, v1=True), call, ("execution_date",))
    rows = paging.keep(rows, call.request, "adjustment_type")
    return _v1_page(call, rows, SPLIT_SORTS, usual="execution_date.desc")


def dividends(call: MassiveCall) -> dict[str, Any]:
    rows = _keep_dividends(_dividend_rows(call, v1=False), call)
    rows = paging.keep(rows, call.request, "dividend_type")
    return _v3_page(call, rows, DIVIDEND_SORTS)


def dividends_v1(call: MassiveCall) -> dict[str, Any]:
    rows = _keep_dividends(_dividend_rows(call, v1=True), call)
    rows = paging.keep(rows, call.request, "distribution_type")
    return _v1_page(call, rows, DIVIDEND_SORTS, usual="ticker.asc")


def _split_rows(call: MassiveCall, *, v1: bool) -> list[Row]:
    """The actions that the plan tells of: not older than its history, not later than today."""
    _must_be_known(call)
    found = call.source.splits(call.floor, call.today)
    after: dict[str, float] = {}
    rows = []
    for split in reversed(found):
        # What an unadjusted price before this split is multiplied with, later ones included.
        after[split.symbol] = after.get(split.symbol, 1.0) * split.split_from / split.split_to
        row = {
            "id": split.provider_id,
            "ticker": split.symbol,
            "execution_date": split.ex_date.isoformat(),
            "split_from": _whole(split.split_from),
            "split_to": _whole(split.split_to),
        }
        if v1:
            forward = split.split_to >= split.split_from
            row["adjustment_type"] = "forward_split" if forward else "reverse_split"
            row["historical_adjustment_factor"] = after[split.symbol]
        rows.append(row)
    return paging.keep(rows, call.request, "ticker")


def _dividend_rows(call: MassiveCall, *, v1: bool) -> list[Row]:
    _must_be_known(call)
    later = call.source.splits(date.min, call.today) if v1 else []
    factors: dict[str, dict[date, float]] = {}
    rows = []
    for dividend in call.source.dividends(*_narrowed(call, "ex_dividend_date"), call.param("ticker")):
        special = dividend.provider_id.startswith("X")
        row = {
            "id": dividend.provider_id,
            "ticker": dividend.symbol,
            "cash_amount": float(dividend.amount),
            "currency": dividend.currency,
            "declaration_date": _iso(dividend.declared_on),
            "ex_dividend_date": dividend.ex_date.isoformat(),
            "frequency": 0 if special else 4,
            "pay_date": _iso(dividend.pay_date),
            "record_date": _iso(dividend.record_date),
        }
        if v1:
            row["distribution_type"] = "special" if special else "recurring"
            row["split_adjusted_cash_amount"] = _in_todays_shares(dividend, later)
            if dividend.symbol not in factors:
                factors[dividend.symbol] = _dividend_factors(call, dividend.symbol)
            row["historical_adjustment_factor"] = factors[dividend.symbol].get(dividend.ex_date)
        else:
            row["dividend_type"] = "SC" if special else "CD"
        rows.append({name: value for name, value in row.items() if value is not None})
    return paging.keep(rows, call.request, "ticker")


def _dividend_factors(call: MassiveCall, symbol: str) -> dict[date, float]:
    """Return, by ex-date, what an unadjusted price before it is multiplied with, later ones included."""
    factors: dict[date, float] = {}
    factor = 1.0
    for day, share in reversed(call.source.payment_shares(symbol, call.today)):
        factor *= 1.0 - share
        factors[day] = round(factor, 9)
    return factors


def _narrowed(call: MassiveCall, field: str) -> tuple[date, date]:
    """Return the days worth reading: a year of the whole market is twenty thousand dividends."""
    first, last = call.floor, call.today
    for suffix in ("", ".gt", ".gte"):
        first = max(first, call.date(field + suffix) or first)
    for suffix in ("", ".lt", ".lte"):
        last = min(last, call.date(field + suffix) or last)
    return first, last


def _must_be_known(call: MassiveCall) -> None:
    """:raises Refused: if the actions of a ticker that is asked for by name are unknown."""
    asked = [call.param("ticker") or "", *(call.param("ticker.any_of") or "").split(",")]
    if any(symbol and not call.source.actions_known(symbol) for symbol in asked):
        # Not «not in the plan»: that would say something of all other tickers, too.
        raise Refused.ticker_not_found()


def _in_todays_shares(dividend: DividendRecord, splits: list[SplitRecord]) -> float:
    amount = float(dividend.amount)
    for split in splits:
        if split.symbol == dividend.symbol and split.ex_date > dividend.ex_date:
            amount *= split.split_from / split.split_to
    return round(amount, 8)


def _keep_dividends(rows: list[Row], call: MassiveCall) -> list[Row]:
    dates = ("ex_dividend_date", "record_date", "declaration_date", "pay_date")
    rows = _keep_dates(rows, call, dates)
    rows = paging.keep(rows, call.request, "cash_amount", kind=float)
    return paging.keep(rows, call.request, "frequency", kind=int)


def _keep_dates(rows: list[Row], call: MassiveCall, fields: tuple[str, ...]) -> list[Row]:
    for field in fields:
        for suffix in (*paging.SUFFIXES, ".any_of"):
            for text in (call.param(field + suffix) or "").split(","):
                if text:
                    parse_date(text, field + suffix)
        rows = paging.keep(rows, call.request, field)
    return rows


def _v3_page(call: MassiveCall, rows: list[Row], sorts: tuple[str, ...]) -> dict[str, Any]:
    sort = call.choice("sort", default=sorts[0], among=sorts)
    order = call.choice("order", default="desc", among=("asc", "desc"))
    limit = call.integer("limit", default=10, most=1000)
    rows = paging.in_order(rows, sort, descending=order == "desc")
    return _page(call, rows, limit)


def _v1_page(call: MassiveCall, rows: list[Row], sorts: tuple[str, ...], *, usual: str) -> dict[str, Any]:
    """``sort`` is a list such as ``ticker.asc,execution_date.desc``."""
    limit = call.integer("limit", default=100, most=5000)
    for part in reversed((call.param("sort") or usual).split(",")):
        field, _, order = part.strip().partition(".")
        if field not in sorts or order not in ("", "asc", "desc"):
            raise Refused.bad_request(f"The parameter 'sort' must name: {', '.join(sorts)}")
        rows = paging.in_order(rows, field, descending=order == "desc")
    return _page(call, rows, limit)


def _page(call: MassiveCall, rows: list[Row], limit: int) -> dict[str, Any]:
    shown, rest = paging.page(rows, call.request, limit)
    answer: dict[str, Any] = {"results": shown, "status": "OK"}
    return answer | ({"next_url": rest} if rest else {})


def _whole(number: float) -> float:
    return int(number) if number == int(number) else number


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None
