"""
A company's filings, read as of one day.

**Which filing speaks.** Every figure may be told again, in the next year's filing, in an amendment, under
another tag. Of each line a filing has one *own* tag (:mod:`tellings`). For a period the last filing
counts that tells it under its own tag; only where there is none, the last that tells it under another. So
a company that changes its tag takes its restated past with it, and a part that is told in a note does not
push out the total. A figure that is only an earlier one rounded does not take its place.

**What lies between.** Quarters that no filing tells, such as the fourth, and twelve months up to any
quarter are put together of spans that were told (:func:`spans.way`). What is taken away is read as it
was known when the figure it is taken from was filed, under the same tag where it can be: a year
restated for a business that was sold and nine months that still contain it would give a quarter that
never was. So where the filing of the one restates what was told before and that of the other does not,
what a later filing tells of the other is taken, and until there is one the figure is unknown.

**Per share.** A filing tells shares and figures per share in the shares of the day it was filed (SEC
Staff Accounting Bulletin, Topic 4.C: splits are given effect to retroactively). Here they are in those
of ``basis``.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Self

from investment.analysis.calculators.fundamentals import spans, tellings
from investment.analysis.calculators.fundamentals.facts import Measure, Split, Told, is_of_shares, measure
from investment.analysis.calculators.fundamentals.lines import BY_NAME, PAYMENTS, READERS, UNSIGNED, Line
from investment.analysis.calculators.fundamentals.spans import Span, Step
from investment.analysis.calculators.fundamentals.tellings import Entry, Row, best, differ

_FIRST = date(1900, 1, 1)  # before it no company that files began; a year of 201 is a slip
_MOST_FACTS = 5  # that one figure is put together of
_REPORT = 0.25  # of the figures of the fullest filing
_RESTATED = 0.05  # by more than this; less is a matter of how things are classed


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
    ``closings`` are the ends of the filings' own periods, by accession number.
    """

    as_of: date
    currency: str | None
    flows: dict[str, Entries]
    balances: dict[str, dict[int, list[Entry]]]
    closings: Mapping[str, int]
    _tied: dict[str, dict[int, list[int]]]
    _apart: dict[str, frozenset[frozenset[str]]]
    _restating: dict[tuple[str, str], bool | None] = field(default_factory=dict, compare=False, repr=False)

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
        effective = sorted(split for split in splits if split.ex_date <= as_of and is_of_shares(split.ratio))
        by_line: dict[str, list[Row]] = {}
        for line, place, fact, unit in rows:
            if unit.currency in (None, currency) and (line.unit == "money" or fact.filed >= splits_from):
                value = fact.value * unit.scale * _in_shares_of(basis, line, fact.filed, effective)
                by_line.setdefault(line.name, []).append(
                    (place, fact, abs(value) if fact.tag in PAYMENTS else value)
                )
        days = [
            day
            for name, told in by_line.items()
            if name != "shares"
            for _, fact, _ in told
            for day in (spans.span_of(fact.start, fact.end) if fact.start else (fact.end.toordinal(),))
        ]
        of_filings = tellings.days_of(
            ((BY_NAME[name], fact) for name, told in by_line.items() for _, fact, _ in told),
            spans.snapped(days),
        )
        flows: dict[str, Entries] = {}
        balances: dict[str, dict[int, list[Entry]]] = {}
        apart: dict[str, frozenset[frozenset[str]]] = {}
        for name, told in by_line.items():
            read = tellings.read(BY_NAME[name], told, of_filings)
            into = balances if BY_NAME[name].kind == "balance" else flows
            into[name] = read.entries  # type: ignore[assignment] # days of balances, spans of flows
            apart[name] = read.apart
        tied = {name: spans.edges(entries) for name, entries in flows.items()}
        return cls(as_of, currency, flows, balances, of_filings.closing, tied, apart)

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
        used = self._put_together(name, steps)
        if used is None:
            return None
        mean = BY_NAME[name].kind == "average"  # weighted by days, which add up
        total = 0.0
        for ((start, end), sign), entry in zip(steps, used, strict=True):
            total += sign * entry.value * ((end - start) if mean else 1)
        value = total / (span[1] - span[0]) if mean else total
        if name in UNSIGNED and (value < 0 or (mean and value == 0)):
            return None  # what was told of its parts does not go together
        return Figure(value, tuple(entry.told for entry in used))

    def _put_together(self, name: str, steps: Sequence[Step]) -> list[Entry] | None:
        """Return the telling to use at each step; None where they are not of one kind."""
        entries = self.flows[name]
        added = {step.span: best(entries[step.span]) for step in steps if step.sign > 0}
        used: list[Entry] = []
        for span, sign in steps:
            entry = added[span] if sign > 0 else self._taken(name, span, added)
            if entry is None:
                return None
            used.append(entry)
        tags = {entry.told.tag for entry in used}
        if len(tags) > 1 and any(pair <= tags for pair in self._apart[name]):
            return None
        return used

    def _taken(self, name: str, span: Span, added: Mapping[Span, Entry]) -> Entry | None:
        """Choose how a span that is taken away was told when the span that contains it was filed."""
        told = self.flows[name][span]
        whole = next((added[each] for each in added if each[0] <= span[0] and span[1] <= each[1]), None)
        if whole is None:
            return best(told)
        like = [entry for entry in told if entry.told.tag == whole.told.tag] or told
        before = [entry for entry in like if entry.filed <= whole.filed]
        after = sorted((entry for entry in like if entry.filed > whole.filed), key=lambda entry: entry[1:6])
        if not before:
            return after[0]
        entry = best(before)
        if (
            entry.accession != whole.accession
            and self._restates(name, whole.accession)
            and not self._restates(name, entry.accession)
        ):
            if not after:
                return None
            entry = after[0]
        others = {each.accession for each in added.values() if each is not whole}
        again = [each for each in told if each.accession in others and each.own]
        return None if any(self._is_restated(name, entry, each) for each in again) else entry

    def _is_restated(self, name: str, one: Entry, other: Entry) -> bool:
        per_share = BY_NAME[name].unit == "per_share"
        return differ(one.value, other.value, _RESTATED, per_share=per_share)

    def _restates(self, name: str, accession: str) -> bool | None:
        """Whether a filing tells an earlier filing's figures otherwise; None where it repeats none."""
        key = name, accession
        if key not in self._restating:
            found: bool | None = None
            for entries in self.flows[name].values():
                mine = [entry for entry in entries if entry.accession == accession and entry.own]
                if mine:
                    before = [entry for entry in entries if entry.own and entry.filed < mine[0].filed]
                    if before:
                        found = found or self._is_restated(name, best(before), best(mine))
            self._restating[key] = found
        return self._restating[key]

    def last_balance(self, name: str) -> tuple[int, Figure] | None:
        """Return the newest telling of a balance, whatever day it is of, and that day."""
        days = self.balances.get(name)
        if not days:
            return None
        day = max(days)
        entry = best(days[day])
        return day, Figure(entry.value, (entry.told,))


def _is_possible(fact: Told) -> bool:
    """Whether its period is over when it is filed, does not end before it starts, and is of our time."""
    start = fact.start or fact.end
    return _FIRST <= start <= fact.end <= fact.filed


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
    """
    Return the currency of most figures of the newest report; a translation of one year is not it.

    What tells a single figure, such as an announcement, is no report: one that tells a quarter of what the
    fullest filing does is.
    """
    counted: dict[tuple[date, str], Counter[str]] = {}
    for _, _, fact, unit in rows:
        if unit.currency is not None:
            counted.setdefault((fact.filed, fact.accession), Counter())[unit.currency] += 1
    if not counted:
        return None
    fullest = max(currencies.total() for currencies in counted.values())
    newest = max(key for key, currencies in counted.items() if currencies.total() >= _REPORT * fullest)
    currencies = counted[newest]
    return max(currencies, key=lambda currency: (currencies[currency], currency != "USD", currency))


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
