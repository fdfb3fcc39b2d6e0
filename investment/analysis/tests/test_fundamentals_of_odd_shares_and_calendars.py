"""Odd shares, currencies and calendars of filings, with made-up figures worked out by hand."""

from datetime import date

import pytest

from investment.analysis.calculators.fundamentals.facts import Split, is_of_shares
from investment.analysis.tests.filings import Filing, annual, quarters, read, trailing, years

CASH = "NetCashProvidedByUsedInOperatingActivities"
WEIGHTED = "WeightedAverageNumberOfSharesOutstandingBasic"
COVER = "dei:EntityCommonStockSharesOutstanding"
YEAR = ("2023-01-01", "2023-12-31")
BEFORE = ("2022-01-01", "2022-12-31")
TO_SEPTEMBER = ("2023-01-01", "2023-09-30")


def counted(
    cover: float | None, weighted: float | None, *, income: float = 200, eps: float = 2.0
) -> float | None:
    filing = annual(NetIncomeLoss=income).flow("EarningsPerShareBasic", eps, *YEAR, "USD/shares")
    if weighted is not None:
        filing.flow(WEIGHTED, weighted, *YEAR, "shares")
    if cover is not None:
        filing.balance(COVER, cover, "2024-02-10", "shares")
    shares = read(filing).shares(date(2024, 3, 1))
    return None if shares is None else shares.value


@pytest.mark.parametrize(
    ("cover", "weighted", "shares"),
    [
        pytest.param(98, 100, 98, id="as-usual"),
        pytest.param(600, 100, 600, id="just-listed"),
        pytest.param(0.098, 100, 100, id="cover-in-thousands"),
        pytest.param(98_000, 100, 100, id="cover-times-a-thousand"),
        pytest.param(12, 100, 100, id="cover-of-one-class"),
        pytest.param(0, 100, 100, id="cover-left-empty"),
        pytest.param(98, 100_000, 98, id="weighted-times-a-thousand"),
        pytest.param(98, 0.1, 98, id="weighted-in-thousands"),
        pytest.param(None, 100, 100, id="no-cover"),
        pytest.param(None, 0.1, None, id="no-cover-and-weighted-in-thousands"),
        pytest.param(0.1, 100_000, None, id="neither-can-be"),
        pytest.param(98, None, 98, id="cover-alone"),
    ],
)
def test_shares_are_those_that_earnings_are_divided_by(
    cover: float | None, weighted: float | None, shares: float | None
) -> None:
    assert counted(cover, weighted) == shares


def test_shares_that_nothing_speaks_for_are_unknown() -> None:
    assert counted(12, 100, income=1, eps=0.01) is None  # too few cents to divide by
    assert counted(98, 100, income=1, eps=0.01) == 98


def test_who_reports_once_a_year_tells_its_shares_for_a_year() -> None:
    filing = annual(form="20-F", NetIncomeLoss=1).balance(COVER, 50, YEAR[1], "shares")

    for day, expected in (("2024-12-01", 50), ("2025-12-01", None)):
        shares = read(filing).shares(date.fromisoformat(day))
        assert (shares and shares.value) == expected


def test_zero_earnings_per_share_of_a_profit_are_not_told() -> None:
    for income, expected in ((200, None), (0.4, 0.0)):
        filing = annual(NetIncomeLoss=income).flow("EarningsPerShareDiluted", 0, *YEAR, "USD/shares")
        filing.flow(WEIGHTED, 100, *YEAR, "shares")
        assert years(read(filing), "eps_diluted") == {2023: expected}


@pytest.mark.parametrize("ratio", [2.0, 20.0, 1.5, 4 / 3, 1.3333, 1.05, 1.998, 0.125, 0.0667, 50.0])
def test_a_split_changes_the_count_of_shares(ratio: float) -> None:
    assert is_of_shares(ratio)


@pytest.mark.parametrize("ratio", [1.281, 1.253, 1.324, 1.0027455, 0.0])
def test_what_was_spun_off_does_not(ratio: float) -> None:
    filing = annual(NetIncomeLoss=200).flow("EarningsPerShareBasic", 2.0, *YEAR, "USD/shares")

    assert not is_of_shares(ratio)
    assert years(read(filing, splits=[Split(date(2024, 4, 2), ratio)]), "eps_basic") == {2023: 2.0}


def test_a_company_that_reports_in_another_currency_from_now_on_is_read_in_it() -> None:
    old = Filing("10-K", "2023-02-15", year=2022)
    for year in (2020, 2021, 2022):
        for tag in ("Revenues", "NetIncomeLoss", CASH):
            old.flow(tag, 130, f"{year}-01-01", f"{year}-12-31", "CAD")
    new = annual(Revenues=110, NetIncomeLoss=9).flow("Revenues", 100, *BEFORE)
    note = Filing("8-K", "2024-03-01").flow("Revenues", 140, *YEAR, "CAD")  # a single figure, in passing

    statements = read(old, new, note)

    assert statements.books.currency == "USD"
    assert years(statements, "revenue") == {2022: 100, 2023: 110}


def test_years_before_and_after_new_owners_are_not_one_year() -> None:
    filing = Filing("10-K", "2024-02-15", year=2023).flow("Revenues", 30, "2023-01-01", "2023-04-15")
    filing.flow("Revenues", 70, "2023-04-16", "2023-12-31").flow("Revenues", 95, *BEFORE)

    statements = read(annual("2023-02-15", 2022, Revenues=95), filing)

    assert {each.end.year: each.transition for each in statements.calendar.years} == {2022: False, 2023: True}
    assert trailing(statements, "revenue", "2023-12-31") == 100


def test_twelve_months_begin_where_a_year_does_and_not_where_something_told_in_passing_does() -> None:
    # A year of 53 weeks; a note tells of what began a week into it, and so 364 days before its end.
    filing = Filing("10-K", "2023-11-03", year=2023).flow("Revenues", 100, "2022-09-25", "2023-09-30")
    filing.flow("NetIncomeLoss", 8, "2022-09-25", "2023-09-30")
    filing.flow("NetIncomeLoss", 1, "2022-10-02", "2022-12-31")

    assert trailing(read(filing), "revenue", "2023-09-30") == 100


def test_a_month_between_two_calendars_is_in_no_quarter() -> None:
    filings = [
        Filing("10-K", "2023-01-25", year=2022).flow("Revenues", 100, "2021-12-01", "2022-11-30"),
        Filing("10-QT", "2023-02-10").flow("Revenues", 8, "2022-12-01", "2022-12-31"),
        Filing("10-Q", "2023-05-01").flow("Revenues", 26, "2023-01-01", "2023-03-31"),
        Filing("10-K", "2024-02-10", year=2023).flow("Revenues", 110, *YEAR),
    ]

    assert list(quarters(read(*filings[:2]), "revenue").values()) == [8]
    assert list(quarters(read(*filings[:3]), "revenue").values()) == [8, 26]
    assert years(read(*filings), "revenue") == {2022: 100, 2023: 110}
    assert trailing(read(*filings[:3]), "revenue", "2023-03-31") is None


def test_a_company_that_reports_by_halves_is_read_to_its_last_half() -> None:
    sales, before, half = "ifrs-full:Revenue", ("2023-01-01", "2023-06-30"), ("2024-01-01", "2024-06-30")
    filings = [
        Filing("6-K", "2023-08-20").flow(sales, 45, *before, "EUR"),
        Filing("20-F", "2024-03-20", year=2023).flow(sales, 100, *YEAR, "EUR"),
        Filing("6-K", "2024-08-20").flow(sales, 55, *half, "EUR").flow(sales, 45, *before, "EUR"),
    ]

    statements = read(*filings)

    assert statements.calendar.latest == date(2024, 6, 30).toordinal()
    assert trailing(statements, "revenue", "2024-06-30") == 110  # 100 - 45 + 55
    assert read(*filings[:2]).calendar.latest == date(2023, 12, 31).toordinal()


def test_a_year_that_cannot_be_is_a_slip_of_the_pen() -> None:
    filing = annual(Revenues=100).flow("Revenues", 7, "0201-01-01", "0201-12-31")

    assert years(read(filing), "revenue") == {2023: 100}


def test_a_quarterly_report_filed_after_the_annual_one_is_read() -> None:
    late = Filing("10-Q", "2024-06-01").flow("Revenues", 70, *TO_SEPTEMBER)

    assert quarters(read(annual(Revenues=100), late), "revenue")["2023Q4"] == 30
    assert "2023Q4" not in quarters(read(annual(Revenues=100), late, as_of="2024-05-31"), "revenue")
