"""
The figures of the sample companies' filings, in the shape of the SEC's company facts.

As in reality, a 10-Q tells its quarter and the year so far, a 10-K the whole year and never the
fourth quarter; each repeats the year before, in the shares of its own day; and of several filings of
one period the last carries the frame.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from math import prod
from typing import Any

from investment.providers.sandbox.sample.fundamentals import Quarter
from investment.providers.sandbox.sample.instruments import Instrument
from investment.providers.sandbox.sec.companies import reported
from investment.providers.sandbox.sources import Invented

Number = int | float
Key = tuple[str, str, str]  # taxonomy, tag, unit


@dataclass(frozen=True, slots=True)
class Flow:
    """A figure of a span: what it is for the quarters that make it up."""

    tag: str
    label: str
    of: Callable[[Sequence[Quarter]], Number | None]
    unit: str = "USD"


@dataclass(frozen=True, slots=True)
class Stock:
    """A figure at the end of a quarter."""

    tag: str
    label: str
    of: Callable[[Quarter], Number | None]
    unit: str = "USD"


def _total(name: str) -> Callable[[Sequence[Quarter]], Number]:
    return lambda quarters: sum(getattr(quarter, name) for quarter in quarters)


def _per_share(quarters: Sequence[Quarter]) -> float:
    if len(quarters) == 1:
        return quarters[0].eps
    return round(sum(quarter.net_income for quarter in quarters) / quarters[-1].shares, 2)


def _declared(quarters: Sequence[Quarter]) -> float | None:
    return round(sum(quarter.dividends_per_share for quarter in quarters), 6) or None


FLOWS = (
    Flow("Revenues", "Revenues", _total("revenue")),
    Flow("CostOfRevenue", "Cost of Revenue", _total("cost_of_revenue")),
    Flow("GrossProfit", "Gross Profit", _total("gross_profit")),
    Flow("OperatingIncomeLoss", "Operating Income (Loss)", _total("operating_income")),
    Flow("NetIncomeLoss", "Net Income (Loss) Attributable to Parent", _total("net_income")),
    Flow("EarningsPerShareDiluted", "Earnings Per Share, Diluted", _per_share, "USD/shares"),
    Flow(
        "CommonStockDividendsPerShareDeclared", "Common Stock, Dividends, Per Share, Declared", _declared,
        "USD/shares",
    ),
    Flow(
        "NetCashProvidedByUsedInOperatingActivities", "Net Cash Provided by (Used in) Operating Activities",
        _total("operating_cash_flow"),
    ),
    Flow(
        "PaymentsToAcquirePropertyPlantAndEquipment", "Payments to Acquire Property, Plant, and Equipment",
        _total("capital_expenditure"),
    ),
)  # fmt: skip
STOCKS = (
    Stock("Assets", "Assets", lambda quarter: quarter.assets),
    Stock("AssetsCurrent", "Assets, Current", lambda quarter: quarter.current_assets),
    Stock(
        "CashAndCashEquivalentsAtCarryingValue", "Cash and Cash Equivalents, at Carrying Value",
        lambda quarter: quarter.cash,
    ),
    Stock("InventoryNet", "Inventory, Net", lambda quarter: quarter.inventory),
    Stock("Liabilities", "Liabilities", lambda quarter: quarter.liabilities),
    Stock("LiabilitiesCurrent", "Liabilities, Current", lambda quarter: quarter.current_liabilities),
    Stock("LongTermDebt", "Long-Term Debt", lambda quarter: quarter.debt),
    Stock("StockholdersEquity", "Stockholders' Equity, Parent", lambda quarter: quarter.equity),
)  # fmt: skip
SHARES: Key = ("dei", "EntityCommonStockSharesOutstanding", "shares")
SHARES_LABEL = "Entity Common Stock, Shares Outstanding"
INVENTED = "Invented: it exists only in the sample market."


def company_facts(invented: Invented, line: Instrument, until: datetime) -> dict[str, Any]:
    """Return all figures a company has filed by an instant."""
    rows: dict[Key, list[dict[str, Any]]] = {}
    for key, row in _rows(invented, line, reported(invented, line, until)):
        rows.setdefault(key, []).append(row)
    labels = {each.tag: each.label for each in (*FLOWS, *STOCKS)} | {SHARES[1]: SHARES_LABEL}
    facts: dict[str, dict[str, Any]] = {}
    for (taxonomy, tag, unit), told in sorted(rows.items()):
        concept = facts.setdefault(taxonomy, {}).setdefault(
            tag,
            # One company of seven tells neither, as there are in reality.
            {"label": labels[tag] if line.place % 7 else None, "description": INVENTED, "units": {}},
        )
        concept["units"][unit] = _framed(told)
    return {"cik": int(line.cik or 0), "entityName": line.name, "facts": facts}


def _rows(
    invented: Invented, line: Instrument, quarters: Sequence[Quarter]
) -> Iterator[tuple[Key, dict[str, Any]]]:
    """Yield the figures filing by filing."""
    splits = invented.market.splits_of(line.place, date.max)
    known = {(each.report.fiscal_year, each.report.quarter): each for each in quarters}
    for quarter in quarters:
        report = quarter.report
        filing = {
            "accn": quarter.accession,
            "fy": report.fiscal_year,
            "fp": "FY" if report.quarter == 4 else f"Q{report.quarter}",
            "form": quarter.form,
            "filed": report.day.isoformat(),
        }

        def restated(year: int, number: int, day: date = report.day) -> Quarter | None:
            """A quarter in the shares of this filing's day."""
            found = known.get((year, number))
            if found is None or found.report.day > day:
                return None
            by = prod(ratio for when, ratio in splits if found.report.day < when <= day)
            return found if by == 1 else found.in_shares_of(by)

        yield SHARES, {"end": report.day.isoformat(), "val": quarter.shares, **filing}
        for year in (report.fiscal_year - 1, report.fiscal_year):
            for first in _firsts(report.quarter):
                span = [restated(year, number) for number in range(first, report.quarter + 1)]
                yield from _flows([each for each in span if each is not None], len(span), filing)
        for year, number in ((report.fiscal_year - 1, 4), (report.fiscal_year, report.quarter)):
            balance = restated(year, number)
            if balance is not None:
                yield from _stocks(balance, filing)


def _firsts(quarter: int) -> tuple[int, ...]:
    """Return with which quarters the spans begin that a filing tells: its own, and the year's."""
    return {1: (1,), 2: (2, 1), 3: (3, 1)}.get(quarter, (1,))


def _flows(span: list[Quarter], length: int, filing: dict[str, Any]) -> Iterator[tuple[Key, dict[str, Any]]]:
    """Yield the figures of a span of which every quarter is known."""
    if len(span) < length:
        return
    start, end = span[0].report.start.isoformat(), span[-1].report.end.isoformat()
    for flow in FLOWS:
        value = flow.of(span)
        if value is not None:
            yield ("us-gaap", flow.tag, flow.unit), {"start": start, "end": end, "val": value, **filing}


def _stocks(quarter: Quarter, filing: dict[str, Any]) -> Iterator[tuple[Key, dict[str, Any]]]:
    for stock in STOCKS:
        value = stock.of(quarter)
        if value is not None:
            end = quarter.report.end.isoformat()
            yield ("us-gaap", stock.tag, stock.unit), {"end": end, "val": value, **filing}


def _framed(told: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return rows by their period; of those of one period the last filed has the frame."""
    told.sort(key=lambda row: (row["end"], row.get("start", ""), row["filed"]))
    last = {(row.get("start"), row["end"]): place for place, row in enumerate(told)}
    for (start, end), place in last.items():
        frame = _frame(date.fromisoformat(start) if start else None, date.fromisoformat(end))
        if frame:
            told[place] = told[place] | {"frame": frame}
    return told


def _frame(start: date | None, end: date) -> str | None:
    """Return the calendar period that a span fits best; None for half a year and three quarters."""
    days = (end - start).days + 1 if start else 0
    middle = end - timedelta(days=days // 2 if start else 15)
    quarter = (middle.month + 2) // 3
    if not start:
        return f"CY{middle.year}Q{quarter}I"
    if 350 <= days <= 380:
        return f"CY{middle.year}"
    return f"CY{middle.year}Q{quarter}" if 80 <= days <= 100 else None
