"""
Fiscal years and quarters, found in the periods that a company's filings tell.

Nothing is laid over them: years of 52 and 53 weeks, quarters of twelve and sixteen weeks and a changed
year end are what the spans say. A quarter that no span bounds is missing, and stays so.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

from investment.analysis.calculators.fundamentals.books import Books
from investment.analysis.calculators.fundamentals.spans import QUARTER, YEAR, Span
from investment.analysis.calculators.fundamentals.tellings import Entry

# The lines whose spans make the calendar: every company tells some of them for each of its periods.
BOUNDING = (
    "net_income",
    "revenue",
    "operating_cash_flow",
    "pretax_income",
    "operating_income",
    "eps_diluted",
)
_ANNUAL = ("10-K", "20-F", "40-F")
_STUB = range(20, QUARTER[0])  # days of a transition period shorter than a quarter
_SO_FAR = range(QUARTER[-1] + 1, YEAR[0])  # days of a half or of three quarters
_WEEKS = 364  # days of a year of 52 weeks
_NUDGE = timedelta(days=7)  # a year that ends in the first days of January is the old one


@dataclass(frozen=True, slots=True)
class Period:
    """
    A fiscal year (``quarter`` None) or quarter. ``span`` is its boundaries, the first the day before it.

    ``fiscal_year`` is the company's own number of the year where its annual reports give one, else that of
    the calendar year it ends in; both numbers are None where they are not known. ``transition`` is what
    lies between an old and a new year end.
    """

    span: Span
    fiscal_year: int | None
    quarter: int | None = None
    transition: bool = False

    @property
    def start(self) -> date:
        return date.fromordinal(self.span[0] + 1)

    @property
    def end(self) -> date:
        return date.fromordinal(self.span[1])


@dataclass(frozen=True, slots=True)
class Calendar:
    """
    Periods, oldest first. Between two quarters that do not touch, some are missing.

    ``boundaries`` are all days between which something was told that may be a period. ``so_far`` is the end
    of what was told last of a year that is not over, by halves or by quarters; None where nothing was.
    """

    years: tuple[Period, ...]
    quarters: tuple[Period, ...]
    boundaries: frozenset[int]
    so_far: int | None = None

    @classmethod
    def of(cls, books: Books) -> "Calendar":
        years = _years(books)
        told = frozenset(day for span in _regular(books) for day in span)
        return cls(years, _quarters(books, years), told, _so_far(books, years))

    @property
    def latest(self) -> int | None:
        """The boundary at which the newest period ends; None where nothing was told."""
        ends = [period.span[1] for period in (*self.years[-1:], *self.quarters[-1:])]
        return max([*ends, self.so_far or 0]) if ends else None

    def year_to(self, end: int) -> Span | None:
        """Return the twelve months up to a boundary; None where no boundary lies a year before."""
        fitting = [start for start in self.boundaries if end - start in YEAR]
        if not fitting:
            return None
        of_periods = {day for period in (*self.years, *self.quarters) for day in period.span}
        # Of two boundaries near each other the one between periods, not that of a span told in passing.
        return min(fitting, key=lambda start: (start not in of_periods, abs(end - start - 365), start)), end


def _regular(books: Books) -> Counter[Span]:
    """
    Return the spans that may be periods, and how often each is told.

    What is shorter than a quarter must be what some filing is about: a month told in passing is none.
    """
    told: Counter[Span] = Counter()
    for name in BOUNDING:
        for span, entries in books.flows.get(name, {}).items():
            if span[1] - span[0] >= QUARTER[0] or any(_is_about(books, span, each) for each in entries):
                told[span] += len(entries)
    return told


def _is_about(books: Books, span: Span, entry: Entry) -> bool:
    return books.closings.get(entry.accession) == span[1]


def _so_far(books: Books, years: tuple[Period, ...]) -> int | None:
    """Return the end of the newest report of a year that has begun: foreign companies report by halves."""
    if not years:
        return None
    return max(
        (
            span[1]
            for name in BOUNDING
            for span, entries in books.flows.get(name, {}).items()
            if span[0] == years[-1].span[1] and any(_is_about(books, span, each) for each in entries)
        ),
        default=None,
    )


class _Annual(NamedTuple):
    """An annual report: its form, the number it gives its year, the spans it tells, and its own end."""

    form: str
    number: int | None
    told: set[Span]
    end: int

    def own(self, ends: set[int]) -> tuple[Span, int | None]:
        """Return the period it is about, and that period's number. ``ends`` are those of known years."""
        last = max((span[1] for span in self.told if span[1] <= self.end), default=self.end)
        candidates = [span for span in self.told if span[1] == last]
        if not candidates:
            return max(self.told, key=_by_end), self.number
        whole = [span for span in self.told if span[1] - span[0] in YEAR and span[1] <= last]
        if "KT" in self.form:
            # Of a transition report the span that follows a known year, not twelve months told beside it.
            following = [span for span in candidates if span[0] in ends]
            if following:
                return max(following), None
        elif whole and (max(whole, key=_by_end)[1] == last or not _is_so_far(min(candidates))):
            return max(whole, key=_by_end), self.number
        return min(candidates), self.number


def _is_so_far(span: Span) -> bool:
    return span[1] - span[0] in _SO_FAR


def _years(books: Books) -> tuple[Period, ...]:
    reports: dict[str, _Annual] = {}
    for name in BOUNDING:
        for span, entries in books.flows.get(name, {}).items():
            for *_, fact in entries:
                if fact.form.startswith(_ANNUAL):
                    end = books.closings[fact.accession]
                    report = reports.setdefault(
                        fact.accession, _Annual(fact.form, fact.fiscal_year, set(), end)
                    )
                    report.told.add(span)
    whole = {span for report in reports.values() for span in report.told if span[1] - span[0] in YEAR}
    ends = {span[1] for span in whole}
    own: dict[Span, int | None] = {}
    for report in reports.values():
        span, number = report.own(ends)
        own[span] = own.get(span) or number
    chosen: dict[Span, int | None] = {}
    # What a report is about goes before what it compares with, and the newer before the older.
    for span in (*sorted(own, key=_by_end, reverse=True), *sorted(whole, key=_by_end, reverse=True)):
        if all(span[1] <= other[0] or other[1] <= span[0] for other in chosen):
            chosen[span] = own.get(span)
    shifts = _shifts(chosen)
    return tuple(
        Period(span, _numbered(span, shifts), transition=span[1] - span[0] not in YEAR)
        for span in sorted(chosen)
    )


def _by_end(span: Span) -> Span:
    return span[1], span[0]


def _nudged(span: Span) -> date:
    return date.fromordinal(span[1]) - _NUDGE


def _shifts(years: Mapping[Span, int | None]) -> dict[int, int]:
    """
    Return by the month a year ends in how far the company's number of it is from the calendar's.

    What most of its reports say: single ones are wrong, and years that are only compared have no number.
    """
    told: dict[int, Counter[int]] = {}
    for span, number in years.items():
        end = _nudged(span)
        if number is not None and abs(number - end.year) <= 1:
            told.setdefault(end.month, Counter())[number - end.year] += 1
    return {
        month: max(counts, key=lambda shift: (counts[shift], -abs(shift), shift))
        for month, counts in told.items()
    }


def _numbered(span: Span, shifts: Mapping[int, int]) -> int:
    end = _nudged(span)
    return end.year + shifts.get(end.month, 0)


def _quarters(books: Books, years: tuple[Period, ...]) -> tuple[Period, ...]:
    told: Counter[int] = Counter()
    for span, times in _regular(books).items():
        told[span[0]] += times
        told[span[1]] += times
    anchors = {boundary for year in years for boundary in year.span}
    boundaries = sorted(told)
    if not boundaries:
        return ()
    found: list[Period] = []
    own = {
        span
        for name in BOUNDING
        for span, entries in books.flows.get(name, {}).items()
        if any(_is_about(books, span, each) for each in entries)
    }
    end = max((span[1] for span in own), default=boundaries[-1])
    openings = _openings(books)
    while True:
        anchor = max((each for each in anchors if end - QUARTER[0] < each < end), default=None)
        if anchor is not None and end - anchor in _STUB:
            found.append(Period((anchor, end), None, transition=True))
            end = anchor
            continue
        starts = [each for each in boundaries if end - each in QUARTER]
        if starts:
            start = max(starts, key=lambda each: ((each, end) in own, each in anchors, told[each], each))
            found.append(_labelled((start, end), years, openings))
            end = start
            continue
        end = max((each for each in boundaries if each < end - QUARTER[-1]), default=0)
        if end == 0:
            return tuple(found[::-1])


def _openings(books: Books) -> tuple[int, ...]:
    """Return where years begin: what quarterly reports tell of a year so far starts there."""
    return tuple(
        {
            span[0]
            for name in BOUNDING
            for span, entries in books.flows.get(name, {}).items()
            if span[1] - span[0] in _SO_FAR and any(each.told.form.startswith("10-Q") for each in entries)
        }
    )


def _labelled(span: Span, years: tuple[Period, ...], openings: tuple[int, ...]) -> Period:
    """Say which quarter of which year a span is, by how far into the year it ends."""
    for year in years:
        first, last = year.span
        if first <= span[0] and span[1] <= last and not year.transition:
            return Period(span, year.fiscal_year, _place(span, first, last - first))
    before = [year for year in years if year.span[1] <= span[0]]
    if before and span[1] - before[-1].span[1] <= YEAR[-1] and before[-1].fiscal_year is not None:
        number = before[-1].fiscal_year + (0 if before[-1].transition else 1)
        return Period(span, number, _place(span, before[-1].span[1], _WEEKS))
    opening = max((each for each in openings if each <= span[0]), default=None)
    if opening is not None and span[1] - opening <= YEAR[-1]:
        year_end = (opening, opening + _WEEKS)
        return Period(span, _numbered(year_end, {}), _place(span, opening, _WEEKS))
    return Period(span, None, None)


def _place(span: Span, first: int, days: int) -> int:
    return min(4, max(1, round(4 * (span[1] - first) / days)))
