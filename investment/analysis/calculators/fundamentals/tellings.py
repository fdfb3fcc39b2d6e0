"""
Which of a filing's figures are those of a line.

A filing may tell a total and a part under two tags of one line, repeat a figure rounded, or fill a tag
with zeros that it does not use. Its *own* tag is the first in the table of :mod:`lines` that it uses for
the longest span up to the end of its own period; a figure under another tag is of the line, too, unless
the same filing tells both for one period and they differ.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import NamedTuple

from investment.analysis.calculators.fundamentals import spans
from investment.analysis.calculators.fundamentals.facts import Told
from investment.analysis.calculators.fundamentals.lines import LARGEST, POSITIVE, Line
from investment.analysis.calculators.fundamentals.spans import Span

_MANY = 1 / 3  # of the lines of its fullest day; a day that a filing tells fewer of is told in passing
_SAME = 0.005  # two tags tell the same, if they differ by no more
_APART = 0.10  # so much do a total and a part differ at least, for the one not to stand for the other
_NOT_A_TOTAL = 0.3  # of a part told beside it; commodity traders tell totals of half of their sales
_ERA = 400  # days around a filing in which its company keeps to its tags
_ROUNDED = 100  # times as coarse as what it repeats, at least, and
_ROUNDS = 0.005  # that far from it, at most

Period = Span | int  # of a balance its day
Row = tuple[int, Told, float]  # the tag's place in the line, what was told, and its value in our shares


class Entry(NamedTuple):
    """A figure as one filing told it; ``own`` is whether by the filing's own tag. The greatest counts."""

    own: bool
    filed: date
    accession: str
    place: int  # of the tag in the line's table, negative: greater is better
    exact: bool  # the days told are the period's own, not some within a week of them
    value: float
    told: Told


class Read(NamedTuple):
    """Every telling of a line by period, and which pairs of its tags do not tell the same."""

    entries: dict[Period, list[Entry]]
    apart: frozenset[frozenset[str]]


def best(entries: Iterable[Entry]) -> Entry:
    """Return the telling that counts, whatever order they came in."""
    told = list(entries)
    last = max(told, key=lambda entry: entry[:6])
    if len(told) > 1:
        finer = [each for each in told if each.told.tag == last.told.tag and _rounds(last, each)]
        if finer:
            return max(finer, key=lambda entry: entry[:6])
    return last


class Days(NamedTuple):
    """
    ``boundary`` is the day that a day of any filing means (:func:`spans.snapped`). For each filing
    ``closing`` is the end of its own period, ``sheets`` are the days of its balance sheets, as told.
    """

    boundary: Mapping[int, int]
    closing: Mapping[str, int]
    sheets: Mapping[str, frozenset[int]]


def days_of(facts: Iterable[tuple[Line, Told]], boundary: Mapping[int, int]) -> Days:
    """Return the days of filings: those that they tell much of. The last of them is their own."""
    told: dict[str, dict[int, set[str]]] = defaultdict(lambda: defaultdict(set))
    short: dict[str, dict[int, set[str]]] = defaultdict(lambda: defaultdict(set))
    sheets: dict[str, dict[int, set[str]]] = defaultdict(lambda: defaultdict(set))
    for line, fact in facts:
        if line.name != "shares":
            day = fact.end.toordinal()
            into = short if _is_short(fact) else told
            into[fact.accession][boundary.get(day, day)].add(line.name)
            if line.kind == "balance":
                sheets[fact.accession][day].add(line.name)
    return Days(
        boundary,
        {accession: max(_full(days)) for accession, days in (short | told).items()},
        {accession: frozenset(_full(days)) for accession, days in sheets.items()},
    )


def _is_short(fact: Told) -> bool:
    """Whether a span is too short for a report's, but for those between an old and a new calendar."""
    if fact.start is None or "KT" in fact.form or "QT" in fact.form:
        return False
    return (fact.end - fact.start).days + 1 < spans.QUARTER[0]


def _full(days: Mapping[int, set[str]]) -> list[int]:
    least = _MANY * max(map(len, days.values()))
    return [day for day, lines in days.items() if len(lines) >= least]


def read(line: Line, rows: Sequence[Row], days: Days) -> Read:
    """Return a line's tellings."""
    filings: dict[str, list[tuple[Period, Entry]]] = {}
    for place, fact, value in rows:
        period, exact = _period(fact, days)
        if period is not None and (value > 0 or line.name not in POSITIVE):
            entry = Entry(True, fact.filed, fact.accession, -place, exact, value, fact)
            filings.setdefault(fact.accession, []).append((period, entry))
    apart: set[frozenset[str]] = set()
    found: list[tuple[Period, Entry]] = []
    owners: dict[str, list[date]] = defaultdict(list)  # of tags, the filings whose own they are
    parts: dict[str, list[date]] = defaultdict(list)  # and those in which they are another's part
    for accession, told in filings.items():
        filed = told[0][1].filed
        if len({entry.place for _, entry in told}) == 1 and len({period for period, _ in told}) == len(told):
            owners[told[0][1].told.tag].append(filed)
            found += told
            continue
        kept = _without_placeholders(told)
        own = _own(kept, None if line.name == "shares" else days.closing.get(accession))
        differing = _differing(kept, own)
        apart |= {frozenset((own, tag)) for tag, by in differing.items() if by > _SAME}
        owners[own].append(filed)
        for tag, by in differing.items():
            if by > _APART:
                parts[tag].append(filed)
        for period, entry in kept:
            if differing.get(entry.told.tag, 0.0) <= _SAME:
                found.append((period, entry if entry.told.tag == own else entry._replace(own=False)))
    entries: dict[Period, list[Entry]] = {}
    for period, entry in found:
        if not (entry.own and entry.told.tag in parts and _is_part(entry, owners, parts)):
            entries.setdefault(period, []).append(entry)
    return Read(entries, frozenset(apart))


def differ(one: float, other: float, most: float, *, per_share: bool = False) -> bool:
    """Whether two figures differ by more than a share of the larger; of cents the last is forgiven."""
    return abs(one - other) > most * max(abs(one), abs(other)) + (0.0151 if per_share else 0.0)


def _period(fact: Told, days: Days) -> tuple[Period | None, bool]:
    if fact.start is None:
        day = fact.end.toordinal()
        usual = days.boundary.get(day, day)
        if day == usual or day in days.sheets.get(fact.accession, ()):
            return usual, day == usual
        return day, True  # some days off a balance sheet, such as that of a loan taken after it
    start, end = spans.span_of(fact.start, fact.end)
    span = days.boundary[start], days.boundary[end]
    return (span if spans.is_span(span) else None), span == (start, end)


def _without_placeholders(told: list[tuple[Period, Entry]]) -> list[tuple[Period, Entry]]:
    """Leave out zeros where another tag tells more of the period, and what is told again less exactly."""
    by_period: dict[Period, list[Entry]] = defaultdict(list)
    for period, entry in told:
        by_period[period].append(entry)
    kept: list[tuple[Period, Entry]] = []
    for period, entries in by_period.items():
        by_tag: dict[int, list[Entry]] = defaultdict(list)
        for entry in [entry for entry in entries if entry.value] or entries:
            by_tag[entry.place].append(entry)
        kept += [
            (period, max(same, key=_exactness) if len(same) > 1 else same[0]) for same in by_tag.values()
        ]
    return kept


def _own(told: Sequence[tuple[Period, Entry]], closing: int | None) -> str:
    """Return a filing's own tag: the first for the longest span that ends with its period, or else last."""
    at = [(period, entry) for period, entry in told if _end(period) == closing]
    if not at:
        last = max(_end(period) for period, _ in told)
        at = [(period, entry) for period, entry in told if _end(period) == last]
    longest = min(_start(period) for period, _ in at)
    entries = [entry for period, entry in at if _start(period) == longest]
    first = max(entries, key=lambda entry: entry[3:6])
    if first.told.tag in LARGEST:
        larger = [entry for entry in entries if entry.told.tag in LARGEST]
        largest = max(larger, key=lambda entry: (entry.value, entry.place))
        if first.value < _NOT_A_TOTAL * largest.value:
            first = largest
    return first.told.tag


def _differing(told: Sequence[tuple[Period, Entry]], own: str) -> dict[str, float]:
    """Return for each other tag the share by which it differs most from the own one, of one period."""
    values = {period: entry.value for period, entry in told if entry.told.tag == own}
    found: dict[str, float] = {}
    for period, entry in told:
        if entry.told.tag != own and period in values:
            one, other = values[period], entry.value
            by = abs(one - other) / max(abs(one), abs(other)) if one != other else 0.0
            found[entry.told.tag] = max(by, found.get(entry.told.tag, 0.0))
    return found


def _is_part(entry: Entry, owners: Mapping[str, list[date]], parts: Mapping[str, list[date]]) -> bool:
    """Whether a tag that is alone in this filing is most often told beside a total, around that time."""
    tag = entry.told.tag

    def near(days: Iterable[date]) -> int:
        return sum(abs((day - entry.filed).days) <= _ERA for day in days)

    return near(parts[tag]) > near(owners[tag])


def _rounds(last: Entry, earlier: Entry) -> bool:
    """Whether the last telling is only the earlier one, rounded."""
    one, other = last.told.value, earlier.told.value
    if one == other or last.told.unit != earlier.told.unit or abs(one - other) > _ROUNDS * abs(one):
        return False
    coarse = _granularity(one)
    return abs(one - other) <= coarse / 2 and coarse >= _ROUNDED * _granularity(other)


def _granularity(value: float) -> float:
    """Return the largest power of ten that a figure is a multiple of; one at least."""
    power = 1.0
    if value and value == int(value):
        while power < 1e12 and value % (10 * power) == 0:
            power *= 10
    return power


def _exactness(entry: Entry) -> tuple[bool, int, float]:
    digits = f"{abs(entry.told.value):.6f}".replace(".", "").strip("0")
    return entry.exact, len(digits), entry.value


def _start(period: Period) -> int:
    return period if isinstance(period, int) else period[0]


def _end(period: Period) -> int:
    return period if isinstance(period, int) else period[1]
