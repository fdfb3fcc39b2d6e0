"""
One company's standard figures: of a period, of the last twelve months, and what the ratios need.

Lines that companies do not tell are put together of those they do; :func:`Statements.flow` and
:func:`Statements.balance` say of which facts. A part that is not told makes the whole unknown, with one
exception: a balance sheet that tells any of its debt is taken to tell all of it, since one that owes
nothing short-term has no line for that. It is not, where it tells debt by kind, too.

What is told may be a part that looks like the whole: the fees of a bank, the goods of a company that
sells services, too. Where the rest is told it is added, and where only its presence is known, the figure
is unknown.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
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
COVER_OF_A_YEAR = 550  # where there are only annual reports
_ANNUAL_ONLY = ("20-F", "40-F")

# Tags that tell a part of the line, unless there is nothing else.
_OF_CONTRACTS = {
    "us-gaap:RevenueFromContractWithCustomerExcludingAssessedTax",
    "us-gaap:RevenueFromContractWithCustomerIncludingAssessedTax",
}
_OF_GOODS_OR_SERVICES = {
    "us-gaap:SalesRevenueGoodsNet", "us-gaap:SalesRevenueServicesNet", "us-gaap:CostOfGoodsSold",
    "us-gaap:CostOfServices",
}  # fmt: skip
_OF_WELLS_OR_OTHER = {
    *BY_NAME["spent_on_wells"].tags, "us-gaap:PaymentsToAcquireOtherPropertyPlantAndEquipment",
}  # fmt: skip
_WITH_MINORITIES = {"us-gaap:ProfitLoss", "ifrs-full:ProfitLoss"}
_LONG_PARTS = ("debt_long_notes", "debt_long_convertible", "debt_long_credit", "debt_long_other")
_ALL_OF_A_BANK = 0.9  # of its net interest and other income, for a figure to be its revenue
# A count below half of the shares that earnings are divided by, or so many times them, is of one class
# among several or in thousands.
_ONE_CLASS, _IN_THOUSANDS = 0.5, 200
_FEW_CENTS = 0.05
_A_CENT = 0.01
_AGREE = 2.0  # times, at most; shares change within a period

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

        match name:
            case "revenue":
                return _revenue(part)
            case "cost_of_revenue":
                return _with_others(part, name, _OF_GOODS_OR_SERVICES, "cost_of_goods", "cost_of_services")
            case "gross_profit":
                return part(name) or _gross_profit(part)
            case "capital_expenditure":
                return _with_others(part, name, _OF_WELLS_OR_OTHER, "spent_on_wells", "spent_on_other")
            case "net_income":
                return _with_minorities_apart(part)
            case "eps_basic" | "eps_diluted":
                return _earned(part, name)
            case "free_cash_flow":
                return _sum(self._part(span), ("operating_cash_flow", 1), ("capital_expenditure", -1))
            case "ebit":
                told = part("operating_income")
                return told or _sum(part, ("pretax_income", 1), ("interest_expense", 1))
        return part(name) if name in BY_NAME else None

    def _part(self, span: Span) -> Part:
        return lambda name: self.flow(name, span)

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
                return _long(part) or _without(part("debt_long_whole"), part("debt_long_due"))
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
        count = None
        if last is not None and day.toordinal() - last[0] <= self._cover(last[1]):
            count = last[1]
        weighted, implied = self._divided_by(day)
        if weighted is None:
            return count
        believed = implied is None or 1 / _AGREE <= weighted.value / implied <= _AGREE
        if count is None:
            # Companies with several classes tell each for itself, which company facts leave out.
            return weighted if believed else None
        if _ONE_CLASS <= count.value / weighted.value <= _IN_THOUSANDS:
            return count
        if implied is None:
            return None
        if believed:
            return weighted
        return count if 1 / _AGREE <= count.value / implied <= _AGREE else None

    def _divided_by(self, day: date) -> tuple[Figure | None, float | None]:
        """Return the shares that earnings were last divided by, and what those earnings say they were."""
        spans = self.books.flows.get("shares_basic")
        if not spans:
            return None, None
        span = max(spans, key=lambda each: (each[1], each[0]))
        weighted = self.books.flow("shares_basic", span)
        if weighted is None or day.toordinal() - span[1] > self._cover(weighted):
            return None, None
        income, earned = self.flow("net_income", span), self.flow("eps_basic", span)
        # A loss or gain of a few cents is too round to say how many shares share it.
        if (
            income is None
            or earned is None
            or abs(earned.value) < _FEW_CENTS
            or income.value * earned.value <= 0
        ):
            return weighted, None
        return weighted, income.value / earned.value

    @staticmethod
    def _cover(figure: Figure) -> int:
        annual = all(fact.form.startswith(_ANNUAL_ONLY) for fact in figure.facts)
        return COVER_OF_A_YEAR if annual else COVER

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
    if (rest := _long(part)) is not None:
        current = part("debt_current_told") or _any(part, "debt_long_due", "debt_short")
        return rest if current is None else Figure(rest.value + current.value, rest.facts + current.facts)
    if part("debt_long_whole") is not None:  # with what is due of it
        return _any(part, "debt_long_whole", "debt_short")
    others = [part(name) for name in ("debt_of_any_term", *_LONG_PARTS)]
    if any(other is not None and other.value for other in others):
        return None
    return part("debt_current_told") or _any(part, "debt_long_due", "debt_short")


def _long(part: Part) -> Figure | None:
    """Return debt due after a year: told, or its only part; several of them may be parts of each other."""
    if (told := part("debt_long_rest")) is not None:
        return told
    parts = [figure for name in _LONG_PARTS if (figure := part(name)) is not None and figure.value]
    return parts[0] if len(parts) == 1 and part("debt_long_whole") is None else None


def _revenue(part: Part) -> Figure | None:
    """Return revenue; of a bank the whole of its income, not what it has from contracts alone."""
    told = _with_others(part, "revenue", _OF_GOODS_OR_SERVICES, "sales_of_goods", "sales_of_services")
    interest = part("net_interest_income") or _sum(part, ("interest_income", 1), ("interest_expense", -1))
    if interest is not None and (other := part("other_bank_income")) is not None:
        whole = Figure(interest.value + other.value, interest.facts + other.facts)
        return whole if told is None or told.value < _ALL_OF_A_BANK * whole.value else told
    if told is not None and any(fact.tag in _OF_CONTRACTS for fact in told.facts):
        beside = [part(name) for name in ("premiums", "interest_income", "rent_income")]
        if any(figure is not None and figure.value > told.value for figure in beside):
            return None
    return told


def _gross_profit(part: Part) -> Figure | None:
    """Return revenue less its cost; unknown for insurers, whose claims are no cost of what is sold."""
    revenue = _revenue(part)
    cost = _with_others(part, "cost_of_revenue", _OF_GOODS_OR_SERVICES, "cost_of_goods", "cost_of_services")
    if cost is None or revenue is None or cost.value < 0:
        return None
    if any(part(name) is not None for name in ("premiums", "claims", "other_bank_income")):
        return None
    return Figure(revenue.value - cost.value, revenue.facts + cost.facts)


def _with_others(part: Part, name: str, tags: Collection[str], *parts: str) -> Figure | None:
    """Return a line; where it is told by one of its parts' tags, all parts of it that are told."""
    told = part(name)
    if told is not None and any(fact.tag not in tags for fact in told.facts):
        return told
    return _any(part, *parts) or told


def _with_minorities_apart(part: Part) -> Figure | None:
    """Return what is earned for the company's own shareholders."""
    told = part("net_income")
    with_them = [fact.tag in _WITH_MINORITIES for fact in told.facts] if told is not None else []
    if any(with_them) and (theirs := part("income_of_minorities")) is not None:
        return _without(told, theirs) if all(with_them) else None
    return told


def _earned(part: Part, name: str) -> Figure | None:
    """Return earnings per share; unknown where zero is told of earnings that are not."""
    told = part(name)
    if told is None or told.value:
        return told
    income = _with_minorities_apart(part)
    shares = part("shares_basic")
    if income is not None and shares is not None and abs(income.value / shares.value) >= _A_CENT:
        return None
    return told
