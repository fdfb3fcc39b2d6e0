"""
A company's filings, read as of one day.

**Which filing speaks.** Every figure may be told again, in the next year's filing, in an amendment, under
another tag. Of each line a filing has one *own* tag: the first in the table of :mod:`lines` that it uses
for the latest period it tells. For a period the last filing counts that tells it under its own tag; only
where there is none, the last that tells it under another. So a company that changes its tag takes its
restated past with it, and a part that is told in a note does not push out the total.

**What lies between.** Quarters that no filing tells, such as the fourth, and twelve months up to any
quarter are put together of spans that were told (:func:`spans.way`). What is taken away is read as it
was known when the figure it is taken from was filed, under the same tag where it can be: a year
restated for a business that was sold and nine months that still contain it would give a quarter that
never was.

**Per share.** A filing tells shares and figures per share in the shares of the day it was filed (SEC
Staff Accounting Bulletin, Topic 4.C: splits are given effect to retroactively). Here they are in those
of ``basis``.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple, Self

from investment.analysis.calculators.fundamentals import spans
from investment.analysis.calculators.fundamentals.facts import Measure, Split, Told, measure
from investment.analysis.calculators.fundamentals.lines import BY_NAME, READERS, Line
from investment.analysis.calculators.fundamentals.spans import Span

_RECENT = 3 * 366  # days of filings that tell which currency a company reports in
_MOST_FACTS = 5  # that one figure is put together of


class Entry(NamedTuple):
    """A figure as one filing told it; ``own`` is whether by the filing's own tag. The greatest counts."""

    own: bool
    filed: date
    accession: str
    place: int  # of the tag in the line's table, negative: greater is better
    exact: bool  # the days told are the period's own, not some within a week of them
    value: float
    told: Told


def best(entries: Iterable[Entry]) -> Entry:
    """Return the telling that counts, whatever order they came in."""
    return max(entries, key=lambda entry: entry[:6])


@dataclass(frozen=True, slots=True)
class Figure:
    """
    A value, and the facts it was made of. One fact was told as it is; more of them are a derivation.

    Money in the books' currency; per share and shares in the shares of the books' basis.
    """

    value: float
    facts: tuple[Told, ...]

    @property
    def derived(self) -> bool:
        return len(self.facts) > 1

    @property
    def known_on(self) -> date:
        """The day from which on it can be known: that of the last of the filings it was made of."""
        return max(fact.filed for fact in self.facts)


Entries = dict[Span, list[Entry]]


@dataclass(frozen=True, slots=True)
class Books:
    """
    What was known of one company on ``as_of``.

    ``flows`` and ``balances`` have, for each line and period, every telling, by filing. A balance's
    period is its day alone. ``currency`` is the one the company reports in, None where nothing is told.
    """

    as_of: date
    currency: str | None
    flows: dict[str, Entries]
    balances: dict[str, dict[int, list[Entry]]]
    _tied: dict[str, dict[int, list[int]]]

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
        """
        Read what was filed by ``as_of``, the day itself included.

        :param facts: of one company, in any order; may hold what is of later days or of no line.
        :param splits: all that are known; those after ``as_of`` have no effect.
        :param splits_from: the day from which on they are all known. What was filed before it in shares or
            per share is left out: nobody can say how many shares of today those are.
        :param basis: the day in whose shares figures are wanted, ``as_of`` at the latest.
        """
        basis = min(basis or as_of, as_of)
        known = [fact for fact in facts if fact.filed <= as_of and _is_possible(fact)]
        rows = [row for fact in known for row in _rows(fact)]
        currency = _currency(rows)
        effective = sorted(split for split in splits if split.ex_date <= as_of)
        by_line: dict[str, list[tuple[int, Told, float]]] = {}
        for line, place, fact, unit in rows:
            if unit.currency in (None, currency) and (line.unit == "money" or fact.filed >= splits_from):
                value = fact.value * unit.scale * _in_shares_of(basis, line, fact.filed, effective)
                by_line.setdefault(line.name, []).append((place, fact, value))
        days = [
            day
            for name, told in by_line.items()
            if name != "shares"
            for _, fact, _ in told
            for day in (spans.span_of(fact.start, fact.end) if fact.start else (fact.end.toordinal(),))
        ]
        boundary = spans.snapped(days)
        flows: dict[str, Entries] = {}
        balances: dict[str, dict[int, list[Entry]]] = {}
        for name, told in by_line.items():
            if BY_NAME[name].kind == "balance":
                balances[name] = _balances(told, boundary)
            else:
                flows[name] = _flows(told, boundary)
        tied = {name: spans.edges(entries) for name, entries in flows.items()}
        return cls(as_of, currency, flows, balances, tied)

    def balance(self, name: str, day: int) -> Figure | None:
        """Return a line of the balance sheet of a day; None where that sheet does not tell it."""
        entries = self.balances.get(name, {}).get(day)
        if not entries:
            return None
        entry = best(entries)
        return Figure(entry.value, (entry.told,))

    def flow(self, name: str, span: Span) -> Figure | None:
        """
        Return a line over a span, told or put together; None where what was told does not reach.

        Earnings per share of parts add up to those of the whole but for their rounding and for changes
        in the number of shares, and are treated as if they did, as is usual for the fourth quarter.
        """
        entries = self.flows.get(name)
        if entries is None:
            return None
        if span in entries:
            entry = best(entries[span])
            return Figure(entry.value, (entry.told,))
        steps = spans.way(self._tied[name], span, most=_MOST_FACTS)
        if steps is None:
            return None
        mean = BY_NAME[name].kind == "average"  # weighted by days, which add up
        added = {step.span: best(entries[step.span]) for step in steps if step.sign > 0}
        total = 0.0
        used: list[Told] = []
        for (start, end), sign in steps:
            told = entries[start, end]
            entry = added[start, end] if sign > 0 else _as_of_its_whole((start, end), told, added)
            total += sign * entry.value * ((end - start) if mean else 1)
            used.append(entry.told)
        return Figure(total / (span[1] - span[0]) if mean else total, tuple(used))

    def last_balance(self, name: str) -> tuple[int, Figure] | None:
        """Return the newest telling of a balance, whatever day it is of, and that day."""
        days = self.balances.get(name)
        if not days:
            return None
        day = max(days)
        entry = best(days[day])
        return day, Figure(entry.value, (entry.told,))


def _as_of_its_whole(span: Span, told: list[Entry], added: dict[Span, Entry]) -> Entry:
    """Choose how a span that is taken away was told when the span that contains it was filed."""
    whole = next((added[each] for each in added if each[0] <= span[0] and span[1] <= each[1]), None)
    if whole is None:
        return best(told)
    like = [entry for entry in told if entry.told.tag == whole.told.tag] or told
    before = [entry for entry in like if entry.filed <= whole.filed]
    return (
        best(before) if before else min(like, key=lambda entry: (entry.filed, entry.accession, entry.value))
    )


def _is_possible(fact: Told) -> bool:
    """Whether its period is over on the day of the filing, and does not end before it starts."""
    return fact.end <= fact.filed and (fact.start is None or fact.start <= fact.end)


def _rows(fact: Told) -> list[tuple[Line, int, Told, Measure]]:
    unit = measure(fact.unit)
    if unit is None:
        return []
    return [
        (line, place, fact, unit)
        for line, place in READERS.get(fact.tag, ())
        if (line.kind == "balance") == (fact.start is None) and _fits(line, unit)
    ]


def _fits(line: Line, unit: Measure) -> bool:
    if line.unit == "shares":
        return unit.currency is None
    return unit.currency is not None and unit.per_share == (line.unit == "per_share")


def _currency(rows: Sequence[tuple[Line, int, Told, Measure]]) -> str | None:
    """Return the currency most figures of recent filings are in; a translation of one year is not it."""
    of_money = [(fact.filed, unit.currency) for _, _, fact, unit in rows if unit.currency is not None]
    if not of_money:
        return None
    newest = max(filed for filed, _ in of_money)
    counted = Counter(currency for filed, currency in of_money if (newest - filed).days <= _RECENT)
    return max(counted, key=lambda currency: (counted[currency], currency != "USD", currency))


def _in_shares_of(basis: date, line: Line, filed: date, splits: Sequence[Split]) -> float:
    """Return what a figure filed on a day is multiplied by, to be in the shares of ``basis``."""
    if line.unit == "money":
        return 1.0
    factor = 1.0
    for split in splits:
        if filed < split.ex_date <= basis:
            factor *= split.ratio
        elif basis < split.ex_date <= filed:
            factor /= split.ratio
    return factor if line.unit == "shares" else 1.0 / factor


def _own_places(told: Sequence[tuple[int, Told, float]]) -> dict[str, int]:
    """Return for each filing the place of its own tag: the first it uses for its latest period."""
    latest: dict[str, date] = {}
    for _, fact, _ in told:
        if fact.end > latest.get(fact.accession, date.min):
            latest[fact.accession] = fact.end
    own: dict[str, int] = {}
    for place, fact, _ in told:
        if fact.end == latest[fact.accession]:
            own[fact.accession] = min(place, own.get(fact.accession, place))
    return own


def _flows(told: Sequence[tuple[int, Told, float]], boundary: dict[int, int]) -> Entries:
    own = _own_places(told)
    entries: Entries = {}
    for place, fact, value in told:
        if fact.start is None:
            continue
        start, end = spans.span_of(fact.start, fact.end)
        span = boundary[start], boundary[end]
        if spans.is_span(span):
            is_own = own[fact.accession] == place
            exact = span == (start, end)
            entry = Entry(is_own, fact.filed, fact.accession, -place, exact, value, fact)
            entries.setdefault(span, []).append(entry)
    return entries


def _balances(told: Sequence[tuple[int, Told, float]], boundary: dict[int, int]) -> dict[int, list[Entry]]:
    own = _own_places(told)
    entries: dict[int, list[Entry]] = {}
    for place, fact, value in told:
        day = fact.end.toordinal()
        is_own = own[fact.accession] == place
        usual = boundary.get(day, day)
        entry = Entry(is_own, fact.filed, fact.accession, -place, day == usual, value, fact)
        entries.setdefault(usual, []).append(entry)
    return entries
