"""Whatever calendar a company keeps and however it tells its quarters, they are read back as they were."""

from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from investment.analysis.calculators.fundamentals.facts import Told
from investment.analysis.calculators.fundamentals.statements import Statements

TAGS = ("us-gaap:Revenues", "us-gaap:NetIncomeLoss")
LATE = timedelta(days=40)

# Weeks of the four quarters of a year: of 52, of 53, and of a grocer's.
WEEKS = ((13, 13, 13, 13), (13, 13, 13, 14), (14, 13, 13, 13), (12, 12, 12, 16), (16, 12, 12, 12))


@st.composite
def calendars(draw: st.DrawFn) -> list[list[tuple[date, date]]]:
    """Years of four quarters, from one day to another: by months, or by weeks with years of 53 among them."""
    count = draw(st.integers(1, 4))
    if draw(st.booleans()):
        month = draw(st.integers(1, 12))
        return [[_months(2018 + year, month + 3 * quarter) for quarter in range(4)] for year in range(count)]
    start = date(2018, 1, 1) + timedelta(days=draw(st.integers(0, 400)))
    years = []
    for _ in range(count):
        quarters = []
        for weeks in draw(st.sampled_from(WEEKS)):
            quarters.append((start, start + timedelta(days=7 * weeks - 1)))
            start += timedelta(days=7 * weeks)
        years.append(quarters)
    return years


def _months(year: int, month: int) -> tuple[date, date]:
    first, after = (date(year + (each - 1) // 12, (each - 1) % 12 + 1, 1) for each in (month, month + 3))
    return first, after - timedelta(days=1)


@st.composite
def companies(draw: st.DrawFn) -> tuple[list[Told], dict[tuple[str, date, date], tuple[float, date]]]:
    """What a company files, and for each tag and quarter its value and the day it can first be worked out."""
    told: list[Told] = []
    booked: dict[tuple[str, date, date], tuple[float, date]] = {}
    quarterly = draw(st.booleans())  # whether it tells the quarter beside the year so far
    for year, quarters in enumerate(draw(calendars())):
        values = {tag: [float(draw(st.integers(-1000, 1000))) for _ in quarters] for tag in TAGS}
        for place, (start, end) in enumerate(quarters):
            form, filed = ("10-K" if place == 3 else "10-Q"), end + LATE
            for tag in TAGS:
                spans = {(quarters[0][0], sum(values[tag][: place + 1]))}
                if quarterly and place < 3:
                    spans.add((start, values[tag][place]))
                told += [
                    Told(tag, "USD", value, first, end, filed, f"{filed}", form, 2018 + year)
                    for first, value in spans
                ]
                booked[tag, start, end] = values[tag][place], filed
    return told, booked


@settings(max_examples=100, deadline=None)
@given(companies(), st.integers(0, 1700))
def test_quarters_are_read_as_they_were_booked_once_they_can_be(
    company: tuple[list[Told], dict[tuple[str, date, date], tuple[float, date]]], days: int
) -> None:
    told, booked = company
    as_of = date(2018, 1, 1) + timedelta(days=days)

    statements = Statements.of(told, as_of=as_of)

    found = {(period.start, period.end): period for period in statements.calendar.quarters}
    expected = {(start, end) for (_, start, end), (_, filed) in booked.items() if filed <= as_of}
    assert set(found) == expected
    for (tag, start, end), (value, filed) in booked.items():
        if filed <= as_of:
            figure = statements.flow("revenue" if tag == TAGS[0] else "net_income", found[start, end].span)
            assert figure is not None
            assert figure.value == value
            assert figure.known_on <= as_of


@settings(max_examples=60, deadline=None)
@given(companies())
def test_four_quarters_make_the_year(
    company: tuple[list[Told], dict[tuple[str, date, date], tuple[float, date]]],
) -> None:
    statements = Statements.of(company[0], as_of=date(2030, 1, 1))

    for year in statements.calendar.years:
        inside = [each for each in statements.calendar.quarters if each.fiscal_year == year.fiscal_year]
        assert [each.quarter for each in inside] == [1, 2, 3, 4]
        parts = [statements.flow("revenue", each.span) for each in inside]
        whole = statements.flow("revenue", year.span)
        assert whole is not None
        assert sum(part.value for part in parts if part is not None) == whole.value
