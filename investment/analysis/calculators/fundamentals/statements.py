"""
One company's standard figures: of a period, of the last twelve months, and what the ratios need.

Lines that companies do not tell are put together of those they do; :func:`Statements.flow` and
:func:`Statements.balance` say of which facts. A part that is not told makes the whole unknown, with one
exception: a balance sheet that tells any of its debt is taken to tell all of it, since one that owes
nothing short-term has no line for that.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, Self

from investment.analysis.calculators.fundamentals.books import Books, Figure
from investment.analysis.calculators.fundamentals.calendar import Calendar, Period
from investment.analysis.calculators.fundamentals.facts import Split, Told
from investment.analysis.calculators.fundamentals.lines import BY_NAME
from investment.analysis.calculators.fundamentals.spans import Span

# What is shown by period, in this order: the lines of the table and those that are put together.
FLOWS: Final = (
    "revenue", "cost_of_revenue", "gross_profit", "operating_income", "ebit", "interest_expense",
    "pretax_income", "tax", "net_income", "eps_basic", "eps_diluted", "dividends_per_share", "shares_basic",
    "shares_diluted", "operating_cash_flow", "capital_expenditure", "free_cash_flow", "depreciation",
    "dividends_paid", "interest_paid",
)  # fmt: skip
BALANCES: Final = (
    "cash", "inventory", "current_assets", "assets", "current_liabilities", "liabilities", "short_debt",
    "long_debt", "debt", "equity", "minorities", "preferred", "retained_earnings",
)  # fmt: skip

COVER = 200  # days that a count of shares is good for; each quarterly report's cover has a new one

Part = Callable[[str], Figure | None]


@dataclass(frozen=True, slots=True)
class Statements:
    """A company's books and calendar as of one day."""

    books: Books
    calendar: Calendar

    @classmethod
    def of(
        cls,
        facts: Iterable[Told],
        *,
        as_of: date,
        splits: Sequence[Split] = (),
        splits_from: date = date.min,
        basis: date | None = None,
    ) -> Self:
        """Parameters as of :meth:`Books.of`."""
        books = Books.of(facts, as_of=as_of, splits=splits, splits_from=splits_from, basis=basis)
        return cls(books, Calendar.of(books))

    def flow(self, name: str, span: Span) -> Figure | None:
        """Return one of :data:`FLOWS` over a span."""

        def part(line: str) -> Figure | None:
            return self.books.flow(line, span)

        if name in BY_NAME and (told := part(name)) is not None:
            return told
        if name == "gross_profit":
            return _sum(part, ("revenue", 1), ("cost_of_revenue", -1))
        if name == "free_cash_flow":
            return _sum(part, ("operating_cash_flow", 1), ("capital_expenditure", -1))
        if name == "ebit":
            return part("operating_income") or _sum(part, ("pretax_income", 1), ("interest_expense", 1))
        return None

    def balance(self, name: str, day: int) -> Figure | None:
        """Return one of :data:`BALANCES` on a boundary."""

        def part(line: str) -> Figure | None:
            return self.books.balance(line, day)

        if name in BY_NAME and (told := part(name)) is not None:
            return told
        match name:
            case "liabilities":
                return _liabilities(part)
            case "short_debt":
                return part("debt_current_told") or _any(part, "debt_long_due", "debt_short")
            case "long_debt":
                return part("debt_long_rest") or _without(part("debt_long_whole"), part("debt_long_due"))
            case "debt":
                return _debt(part)
        return None

    def trailing(self, name: str, end: int) -> Figure | None:
        """Return a flow over the twelve months up to a boundary."""
        span = self.calendar.year_to(end)
        return None if span is None else self.flow(name, span)

    def shares(self, day: date) -> Figure | None:
        """Return the shares outstanding, as last told by ``day``; None where that is too long ago."""
        last = self.books.last_balance("shares")
        if last is not None and day.toordinal() - last[0] <= COVER:
            return last[1]
        # Companies with several classes tell each for itself, which company facts leave out.
        weighted = self.books.flows.get("shares_basic")
        if not weighted:
            return None
        span = max(weighted, key=lambda each: (each[1], each[0]))
        return self.books.flow("shares_basic", span) if day.toordinal() - span[1] <= COVER else None

    def period(self, period: Period) -> dict[str, Figure | None]:
        """Return every line of a period: its flows, and its balance at the end."""
        flows = {name: self.flow(name, period.span) for name in FLOWS}
        return flows | {name: self.balance(name, period.span[1]) for name in BALANCES}


def _sum(part: Part, *terms: tuple[str, int]) -> Figure | None:
    """Add up; None where a part is not known."""
    total = 0.0
    used: list[Told] = []
    for name, sign in terms:
        figure = part(name)
        if figure is None:
            return None
        total += sign * figure.value
        used += figure.facts
    return Figure(total, tuple(used))


def _any(part: Part, *names: str) -> Figure | None:
    """Add up what is told; None where nothing is."""
    told = [name for name in names if part(name) is not None]
    return _sum(part, *((name, 1) for name in told)) if told else None


def _without(whole: Figure | None, part: Figure | None) -> Figure | None:
    if whole is None or part is None:
        return whole
    return Figure(whole.value - part.value, whole.facts + part.facts)


def _liabilities(part: Part) -> Figure | None:
    """Return what of the assets is not equity."""
    whole = "whole_equity" if part("whole_equity") is not None else "equity"
    apart = [name for name in ("temporary_equity",) if part(name) is not None]
    if whole == "equity" and part("minorities") is not None:
        apart.append("minorities")
    return _sum(part, ("assets", 1), (whole, -1), *((name, -1) for name in apart))


def _debt(part: Part) -> Figure | None:
    if (told := part("debt_told")) is not None:
        return told
    if part("debt_long_rest") is not None:
        due = "debt_current_told" if part("debt_current_told") is not None else None
        return (
            _any(part, "debt_long_rest", due)
            if due
            else _any(part, "debt_long_rest", "debt_long_due", "debt_short")
        )
    if part("debt_long_whole") is not None:  # with what is due of it
        return _any(part, "debt_long_whole", "debt_short")
    if part("debt_current_told") is not None:
        return part("debt_current_told")
    return _any(part, "debt_long_due", "debt_short")
