"""Each trap of company facts once, with its figures worked out by hand."""

from datetime import date

import pytest

from investment.analysis.tests.filings import Filing, on, quarters, read, trailing, years

FLOW = "NetCashProvidedByUsedInOperatingActivities"


def a_year(tag: str = "Revenues", *, nine: float = 60, whole: float = 100) -> list[Filing]:
    """10 + 20 + 30 in three quarterly reports that also tell the year so far, then the year: 40 remain."""
    return [
        Filing("10-Q", "2023-05-01").flow(tag, 10, "2023-01-01", "2023-03-31"),
        Filing("10-Q", "2023-08-01")
        .flow(tag, 20, "2023-04-01", "2023-06-30")
        .flow(tag, 30, "2023-01-01", "2023-06-30"),
        Filing("10-Q", "2023-11-01")
        .flow(tag, 30, "2023-07-01", "2023-09-30")
        .flow(tag, nine, "2023-01-01", "2023-09-30"),
        Filing("10-K", "2024-02-15", year=2023).flow(tag, whole, "2023-01-01", "2023-12-31"),
    ]


def test_the_fourth_quarter_is_the_year_without_nine_months() -> None:
    statements = read(*a_year())

    assert quarters(statements, "revenue") == {"2023Q1": 10, "2023Q2": 20, "2023Q3": 30, "2023Q4": 40}
    assert years(statements, "revenue") == {2023: 100}
    fourth = statements.flow("revenue", statements.calendar.quarters[-1].span)
    assert fourth is not None
    assert fourth.derived
    assert fourth.known_on == date(2024, 2, 15)


def test_cash_flows_told_for_the_year_so_far_alone_become_quarters() -> None:
    statements = read(
        Filing("10-Q", "2023-05-01").flow(FLOW, 5, "2023-01-01", "2023-03-31"),
        Filing("10-Q", "2023-08-01").flow(FLOW, 12, "2023-01-01", "2023-06-30"),
        Filing("10-Q", "2023-11-01").flow(FLOW, 9, "2023-01-01", "2023-09-30"),
        Filing("10-K", "2024-02-15", year=2023).flow(FLOW, 20, "2023-01-01", "2023-12-31"),
    )

    # 5; 12 - 5; 9 - 12, more went out than came in; 20 - 9.
    found = quarters(statements, "operating_cash_flow")
    assert found == {"2023Q1": 5, "2023Q2": 7, "2023Q3": -3, "2023Q4": 11}


def test_twelve_months_are_the_year_and_this_year_so_far_without_the_last() -> None:
    first = Filing("10-Q", "2024-05-01").flow("Revenues", 14, "2024-01-01", "2024-03-31")
    first.flow("Revenues", 10, "2023-01-01", "2023-03-31")

    statements = read(*a_year(), first)

    assert trailing(statements, "revenue", "2024-03-31") == 104  # 100 - 10 + 14
    assert trailing(statements, "revenue", "2023-12-31") == 100
    assert trailing(statements, "revenue", "2023-09-30") is None


def test_a_restated_year_reads_as_it_was_known_on_each_day() -> None:
    later = Filing("10-K", "2025-02-15", year=2024)
    later.flow("Revenues", 90, "2023-01-01", "2023-12-31").flow("Revenues", 130, "2024-01-01", "2024-12-31")

    assert years(read(*a_year(), later, as_of="2025-02-14"), "revenue") == {2023: 100}
    assert years(read(*a_year(), later, as_of="2025-02-15"), "revenue") == {2023: 90, 2024: 130}


def test_an_amendment_replaces_what_it_amends_from_its_own_day_on() -> None:
    amended = Filing("10-K/A", "2024-06-01", year=2023).flow("Revenues", 99, "2023-01-01", "2023-12-31")

    assert quarters(read(*a_year(), amended, as_of="2024-05-31"), "revenue")["2023Q4"] == 40
    assert quarters(read(*a_year(), amended, as_of="2024-06-01"), "revenue")["2023Q4"] == 39


def test_a_quarter_is_never_made_of_a_restated_and_an_unrestated_figure() -> None:
    # A business with 3 a quarter is sold in 2024; 2023 is told again without it, first quarter by quarter.
    third = Filing("10-Q", "2024-11-01")
    third.flow("Revenues", 27, "2023-07-01", "2023-09-30").flow("Revenues", 51, "2023-01-01", "2023-09-30")
    annual = Filing("10-K", "2025-02-15", year=2024).flow("Revenues", 88, "2023-01-01", "2023-12-31")

    assert quarters(read(*a_year(), third), "revenue")["2023Q4"] == 40  # 100 - 60, not 100 - 51
    assert quarters(read(*a_year(), third, annual), "revenue")["2023Q4"] == 37  # 88 - 51


def test_a_changed_tag_goes_on_as_the_same_line_and_takes_its_restated_past_with_it() -> None:
    old = [
        Filing("10-K", "2017-02-15", year=2016).flow("SalesRevenueNet", 80, "2016-01-01", "2016-12-31"),
        Filing("10-K", "2018-02-15", year=2017)
        .flow("SalesRevenueNet", 80, "2016-01-01", "2016-12-31")
        .flow("SalesRevenueNet", 90, "2017-01-01", "2017-12-31"),
    ]
    new = Filing("10-K", "2019-02-15", year=2018)
    for year, value in ((2017, 88), (2018, 100)):
        tag = "RevenueFromContractWithCustomerExcludingAssessedTax"
        new.flow(tag, value, f"{year}-01-01", f"{year}-12-31")

    assert years(read(*old, as_of="2018-12-31"), "revenue") == {2016: 80, 2017: 90}
    assert years(read(*old, new), "revenue") == {2016: 80, 2017: 88, 2018: 100}


def test_a_tag_that_was_given_up_does_not_hide_what_is_told_under_the_new_one() -> None:
    # «Revenues» stands first in the table; this company told its total so only until 2017.
    old = Filing("10-K", "2018-02-15", year=2017).flow("Revenues", 90, "2017-01-01", "2017-12-31")
    new = Filing("10-K", "2019-02-15", year=2018)
    for year, value in ((2017, 88), (2018, 100)):
        tag = "RevenueFromContractWithCustomerExcludingAssessedTax"
        new.flow(tag, value, f"{year}-01-01", f"{year}-12-31")

    assert years(read(old, new), "revenue") == {2017: 88, 2018: 100}


def test_a_part_told_beside_the_total_is_not_the_total() -> None:
    contracts = "RevenueFromContractWithCustomerExcludingAssessedTax"
    first = Filing("10-K", "2023-02-15", year=2022)
    first.flow("Revenues", 100, "2022-01-01", "2022-12-31").flow(contracts, 70, "2022-01-01", "2022-12-31")
    # Next year a note repeats the part for the old year, but nothing repeats the old total.
    second = Filing("10-K", "2024-02-15", year=2023)
    second.flow("Revenues", 110, "2023-01-01", "2023-12-31").flow(contracts, 71, "2022-01-01", "2022-12-31")

    assert years(read(first, second), "revenue") == {2022: 100, 2023: 110}


def test_years_of_52_and_53_weeks_are_years_and_their_quarters_are_found() -> None:
    # The last Saturday of September: 2022-09-24, then 53 weeks to 2023-09-30, then 52 to 2024-09-28.
    statements = read(
        Filing("10-Q", "2023-02-02").flow("Revenues", 30, "2022-09-25", "2022-12-31"),  # 14 weeks
        Filing("10-Q", "2023-05-04").flow("Revenues", 55, "2022-09-25", "2023-04-01"),
        Filing("10-Q", "2023-08-03").flow("Revenues", 75, "2022-09-25", "2023-07-01"),
        Filing("10-K", "2023-11-02", year=2023).flow("Revenues", 100, "2022-09-25", "2023-09-30"),
        Filing("10-Q", "2024-02-01").flow("Revenues", 31, "2023-10-01", "2023-12-30"),
    )

    assert quarters(statements, "revenue") == {
        "2023Q1": 30, "2023Q2": 25, "2023Q3": 20, "2023Q4": 25, "2024Q1": 31,
    }  # fmt: skip
    assert [(each.span[1] - each.span[0]) // 7 for each in statements.calendar.quarters] == [
        14,
        13,
        13,
        13,
        13,
    ]
    assert trailing(statements, "revenue", "2023-12-30") == 101  # 100 - 30 + 31


def test_a_year_of_twelve_and_sixteen_week_quarters_keeps_its_quarters() -> None:
    statements = read(
        Filing("10-Q", "2023-12-20").flow("Revenues", 12, "2023-09-04", "2023-11-26"),
        Filing("10-Q", "2024-03-13").flow("Revenues", 25, "2023-09-04", "2024-02-18"),
        Filing("10-Q", "2024-06-05").flow("Revenues", 37, "2023-09-04", "2024-05-12"),
        Filing("10-K", "2024-10-09", year=2024).flow("Revenues", 54, "2023-09-04", "2024-09-01"),
    )

    assert quarters(statements, "revenue") == {"2024Q1": 12, "2024Q2": 13, "2024Q3": 12, "2024Q4": 17}


def test_periods_told_by_weeks_and_by_months_are_the_same_periods() -> None:
    statements = read(
        Filing("10-Q", "2023-11-01").flow("Revenues", 60, "2023-01-01", "2023-09-30"),
        Filing("10-K", "2024-02-15", year=2023).flow("Revenues", 100, "2023-01-01", "2023-12-30"),
        Filing("10-K", "2025-02-15", year=2024)
        .flow("Revenues", 100, "2023-01-01", "2023-12-31")
        .flow("Revenues", 120, "2023-12-31", "2024-12-28"),
    )

    assert quarters(statements, "revenue")["2023Q4"] == 40
    assert years(statements, "revenue") == {2023: 100, 2024: 120}


def test_a_changed_year_end_leaves_a_transition_period_between_two_years() -> None:
    # Years to June until 2022; a transition of six months; then calendar years.
    statements = read(
        Filing("10-K", "2022-08-20", year=2022).flow("Revenues", 100, "2021-07-01", "2022-06-30"),
        Filing("10-Q", "2022-11-01").flow("Revenues", 28, "2022-07-01", "2022-09-30"),
        Filing("10-KT", "2023-02-20", year=2022).flow("Revenues", 60, "2022-07-01", "2022-12-31"),
        Filing("10-Q", "2023-05-01").flow("Revenues", 33, "2023-01-01", "2023-03-31"),
        Filing("10-K", "2024-02-20", year=2023).flow("Revenues", 140, "2023-01-01", "2023-12-31"),
    )

    found = [(each.end.isoformat(), each.transition) for each in statements.calendar.years]
    assert found == [("2022-06-30", False), ("2022-12-31", True), ("2023-12-31", False)]
    by_end = {
        each.end.isoformat(): figure.value
        for each in statements.calendar.quarters
        if (figure := statements.flow("revenue", each.span))
    }
    assert by_end == {"2022-09-30": 28, "2022-12-31": 32, "2023-03-31": 33}
    assert trailing(statements, "revenue", "2023-12-31") == 140
    assert trailing(statements, "revenue", "2022-12-31") is None  # the first half of 2022 alone is not told


def test_a_year_has_the_number_the_company_gives_it_though_one_report_errs() -> None:
    # Years end around the first of February and are called by the year before; one report says otherwise.
    reports = [
        Filing("10-K", f"{ends[:4]}-03-25", year=called).flow("Revenues", value, starts, ends)
        for starts, ends, called, value in (
            ("2020-02-02", "2021-01-30", 2020, 1),
            ("2021-01-31", "2022-01-29", 2022, 2),
            ("2022-01-30", "2023-01-28", 2022, 3),
            ("2023-01-29", "2024-02-03", 2023, 4),
        )
    ]
    reports[0].flow("Revenues", 0, "2019-02-03", "2020-02-01")
    reports.append(Filing("10-Q", "2024-06-01").flow("Revenues", 5, "2024-02-04", "2024-05-04"))

    statements = read(*reports)

    assert years(statements, "revenue") == {2019: 0, 2020: 1, 2021: 2, 2022: 3, 2023: 4}
    assert quarters(statements, "revenue") == {"2024Q1": 5}


def test_a_missing_quarter_stays_missing_and_spoils_no_other() -> None:
    tag = "Revenues"
    statements = read(
        Filing("10-Q", "2023-05-01").flow(tag, 10, "2023-01-01", "2023-03-31"),
        Filing("10-K", "2024-02-15", year=2023).flow(tag, 100, "2023-01-01", "2023-12-31"),
        Filing("10-Q", "2024-05-01").flow(tag, 14, "2024-01-01", "2024-03-31"),
    )

    assert quarters(statements, "revenue") == {"2023Q1": 10, "2024Q1": 14}
    assert years(statements, "revenue") == {2023: 100}
    assert trailing(statements, "revenue", "2024-03-31") == 104


def test_two_quarters_that_only_their_sum_is_told_of_stay_unknown() -> None:
    cash = "NetCashProvidedByUsedInOperatingActivities"
    statements = read(
        Filing("10-Q", "2023-05-01")
        .flow("Revenues", 10, "2023-01-01", "2023-03-31")
        .flow(cash, 1, "2023-01-01", "2023-03-31"),
        Filing("10-Q", "2023-11-01")
        .flow("Revenues", 30, "2023-07-01", "2023-09-30")
        .flow("Revenues", 60, "2023-01-01", "2023-09-30")
        .flow(cash, 6, "2023-01-01", "2023-09-30"),
    )

    # 60 - 10 - 30 leaves no doubt; of the cash only that 5 came in over two quarters.
    assert quarters(statements, "revenue") == {"2023Q1": 10, "2023Q2": 20, "2023Q3": 30}
    assert quarters(statements, "operating_cash_flow") == {"2023Q1": 1, "2023Q2": None, "2023Q3": None}


def test_a_debt_told_some_days_after_the_balance_sheet_is_not_of_it() -> None:
    filing = Filing("10-K", "2024-02-15", year=2023).balance("LongTermDebt", 50, "2023-12-31")
    filing.balance("Assets", 500, "2023-12-31").balance("LongTermDebt", 90, "2024-01-04")

    assert on(read(filing), "debt", "2023-12-31") == 50


def test_a_line_that_a_balance_sheet_does_not_tell_is_not_carried_over() -> None:
    statements = read(
        Filing("10-Q", "2023-05-01")
        .balance("Assets", 500, "2023-03-31")
        .balance("InventoryNet", 9, "2023-03-31"),
        Filing("10-Q", "2023-08-01").balance("Assets", 510, "2023-06-30"),
    )

    assert on(statements, "inventory", "2023-03-31") == 9
    assert on(statements, "inventory", "2023-06-30") is None


def test_ifrs_is_read_by_its_own_tags() -> None:
    filing = Filing("20-F", "2024-03-20", year=2023)
    filing.flow("ifrs-full:Revenue", 50, "2023-01-01", "2023-12-31", "EUR")
    filing.flow("ifrs-full:ProfitLossAttributableToOwnersOfParent", 6, "2023-01-01", "2023-12-31", "EUR")
    filing.flow("ifrs-full:ProfitLoss", 7, "2023-01-01", "2023-12-31", "EUR")

    statements = read(filing)

    assert years(statements, "revenue") == {2023: 50}
    assert years(statements, "net_income") == {2023: 6}


@pytest.mark.parametrize(
    ("told", "debt", "short", "long"),
    [
        pytest.param({"LongTermDebtNoncurrent": 70, "DebtCurrent": 30}, 100, 30, 70, id="long-and-current"),
        pytest.param(
            {"LongTermDebtNoncurrent": 70, "LongTermDebtCurrent": 10, "CommercialPaper": 5},
            85,
            15,
            70,
            id="long-due-and-short",
        ),
        pytest.param(
            {"LongTermDebt": 80, "LongTermDebtCurrent": 10}, 80, 10, 70, id="whole-with-what-is-due"
        ),
        pytest.param({"LongTermDebt": 80, "ShortTermBorrowings": 4}, 84, 4, 80, id="whole-and-short"),
        pytest.param(
            {"DebtLongtermAndShorttermCombinedAmount": 90, "LongTermDebtNoncurrent": 70},
            90,
            None,
            70,
            id="told-as-a-whole",
        ),
        pytest.param({"Assets": 500}, None, None, None, id="none-told"),
    ],
)
def test_debt_is_put_together_of_the_parts_a_company_tells(
    told: dict[str, int], debt: int | None, short: int | None, long: int | None
) -> None:
    filing = Filing("10-K", "2024-02-15", year=2023)
    for tag, value in told.items():
        filing.balance(tag, value, "2023-12-31")

    statements = read(filing)

    found = [on(statements, name, "2023-12-31") for name in ("debt", "short_debt", "long_debt")]
    assert found == [debt, short, long]


def test_lines_that_are_not_told_are_put_together_of_those_that_are() -> None:
    year = ("2023-01-01", "2023-12-31")
    filing = (
        Filing("10-K", "2024-02-15", year=2023).flow("Revenues", 100, *year).flow("CostOfRevenue", 65, *year)
    )
    filing.flow("NetCashProvidedByUsedInOperatingActivities", 20, *year)
    filing.flow("PaymentsToAcquirePropertyPlantAndEquipment", 8, *year).flow("InterestExpense", 2, *year)
    pretax = "IncomeLossFromContinuingOperationsBeforeIncomeTaxesExtraordinaryItemsNoncontrollingInterest"
    filing.flow(pretax, 10, *year).balance("Assets", 500, year[1]).balance("StockholdersEquity", 300, year[1])
    filing.balance("MinorityInterest", 20, year[1])

    statements = read(filing)

    assert years(statements, "gross_profit") == {2023: 35}
    assert years(statements, "free_cash_flow") == {2023: 12}
    assert years(statements, "ebit") == {2023: 12}
    assert years(statements, "operating_income") == {2023: None}
    assert on(statements, "liabilities", year[1]) == 180  # 500 - 300 - 20


def test_twelve_months_told_in_quarterly_reports_are_no_fiscal_years() -> None:
    # Utilities tell the twelve months to each quarter's end.
    second = Filing("10-Q", "2023-08-01").flow("Revenues", 20, "2023-04-01", "2023-06-30")
    second.flow("Revenues", 95, "2022-07-01", "2023-06-30")

    statements = read(*a_year(), second)

    assert years(statements, "revenue") == {2023: 100}
    assert trailing(statements, "revenue", "2023-06-30") == 95


def test_a_period_that_ends_after_its_filing_is_an_error_and_left_out() -> None:
    filing = Filing("10-K", "2024-02-15", year=2023).flow("Revenues", 100, "2023-01-01", "2023-12-31")
    filing.flow("Revenues", 7, "2032-01-01", "2032-12-31")

    assert years(read(filing, as_of="2040-01-01"), "revenue") == {2023: 100}


def test_a_company_that_told_nothing_has_no_periods() -> None:
    statements = read()

    assert statements.calendar.years == ()
    assert statements.calendar.quarters == ()
    assert statements.calendar.latest is None
    assert statements.books.currency is None
