"""How filings differ from what they should be, each way once. Figures are made up and worked out by hand."""

from datetime import date

import pytest

from investment.analysis.tests.filings import Filing, annual, on, quarters, read, trailing, years

CONTRACTS = "RevenueFromContractWithCustomerExcludingAssessedTax"
CASH = "NetCashProvidedByUsedInOperatingActivities"
CAPEX = "PaymentsToAcquirePropertyPlantAndEquipment"
YEAR = ("2023-01-01", "2023-12-31")
BEFORE = ("2022-01-01", "2022-12-31")
QUARTERS = (
    ("2023-01-01", "2023-03-31"),
    ("2023-04-01", "2023-06-30"),
    ("2023-07-01", "2023-09-30"),
    ("2023-10-01", "2023-12-31"),
)


def sheet(**told: float) -> Filing:
    filing = annual(NetIncomeLoss=1)
    for tag, value in told.items():
        filing.balance(tag, value, YEAR[1])
    return filing


# Which tag, and which of its tellings.


def test_a_zero_under_a_tag_that_is_not_used_is_no_figure() -> None:
    assert years(read(annual(Revenues=0, SalesRevenueNet=90)), "revenue") == {2023: 90}
    assert years(read(annual(Revenues=0, NetIncomeLoss=-5)), "revenue") == {2023: 0}  # before any sale


def test_of_a_figure_told_twice_in_a_filing_the_exact_one_counts() -> None:
    for values in ((383_285_000_000, 383_300_000_000), (383_300_000_000, 383_285_000_000)):
        filing = Filing("10-K", "2024-02-15", year=2023)
        for value in values:
            filing.flow(CONTRACTS, value, *YEAR)
        assert years(read(filing), "revenue") == {2023: 383_285_000_000}


@pytest.mark.parametrize(
    ("again", "counts"),
    [
        pytest.param(383_000_000_000, 383_285_000_000, id="rounded"),
        pytest.param(383_300_000_000, 383_285_000_000, id="rounded-less"),
        pytest.param(383_284_000_000, 383_284_000_000, id="restated"),
        pytest.param(380_000_000_000, 380_000_000_000, id="too-far-off-to-be-rounded"),
    ],
)
def test_a_later_filing_that_only_rounds_changes_nothing(again: float, counts: float) -> None:
    later = annual("2025-02-15", 2024, **{CONTRACTS: 400_000_000_000}).flow(CONTRACTS, again, *YEAR)

    assert years(read(annual(**{CONTRACTS: 383_285_000_000}), later), "revenue")[2023] == counts


def test_a_quarter_told_in_a_note_under_another_tag_does_not_name_the_filing_s_own() -> None:
    # The annual report's note on quarters says «Revenues», its statement «SalesRevenueNet».
    filing = annual(SalesRevenueNet=100).flow("Revenues", 33, *QUARTERS[3])
    nine = Filing("10-Q", "2023-11-01").flow("SalesRevenueNet", 67, YEAR[0], QUARTERS[2][1])
    restated = annual("2025-02-15", 2024, SalesRevenueNet=120).flow("SalesRevenueNet", 101, *YEAR)

    announced = Filing("8-K", "2024-01-20").flow("SalesRevenueNet", 98, *YEAR)

    assert years(read(announced, filing), "revenue") == {2023: 100}
    assert quarters(read(nine, filing), "revenue")["2023Q4"] == 33
    assert years(read(filing, restated), "revenue") == {2023: 101, 2024: 120}


def test_what_is_told_in_passing_of_the_days_after_is_not_the_filing_s_period() -> None:
    filing = annual(Revenues=100, NetIncomeLoss=10, **{CASH: 12, CAPEX: 3}).balance("Assets", 500, YEAR[1])
    filing.flow("Revenues", 8, "2024-01-01", "2024-01-31")  # sales of a business bought after the year
    filing.flow(CONTRACTS, 5, "2024-01-01", "2024-01-31")
    nine = Filing("10-Q", "2023-11-01").flow("Revenues", 70, YEAR[0], QUARTERS[2][1])

    statements = read(nine, filing)

    assert statements.calendar.latest == date(2023, 12, 31).toordinal()
    assert quarters(statements, "revenue") == {"2023Q4": 30}
    assert trailing(statements, "revenue", "2023-12-31") == 100


def test_a_dividend_declared_after_the_year_is_not_of_it() -> None:
    declared = "CommonStockDividendsPerShareDeclared"
    nine = Filing("10-Q", "2023-11-01").flow(declared, 0.72, YEAR[0], QUARTERS[2][1], "USD/shares")
    nine.flow("Revenues", 70, YEAR[0], QUARTERS[2][1])
    filing = annual(Revenues=100).flow(declared, 0.96, *YEAR, "USD/shares")
    filing.flow(declared, 0.25, "2024-01-15", "2024-02-01", "USD/shares")

    statements = read(nine, filing)

    assert years(statements, "dividends_per_share") == {2023: 0.96}
    assert quarters(statements, "dividends_per_share") == {"2023Q4": pytest.approx(0.24)}


def test_a_part_stands_for_no_total_of_a_period_whose_total_is_not_told() -> None:
    # The note tells fees of three years, the statement the total of two.
    filing = (
        annual(Revenues=100, **{CONTRACTS: 20}).flow("Revenues", 90, *BEFORE).flow(CONTRACTS, 18, *BEFORE)
    )
    filing.flow("NetIncomeLoss", 5, "2021-01-01", "2021-12-31")
    filing.flow(CONTRACTS, 17, "2021-01-01", "2021-12-31")

    assert years(read(filing), "revenue") == {2021: None, 2022: 90, 2023: 100}


def test_a_part_told_alone_in_one_filing_is_known_from_those_that_tell_the_total_beside_it() -> None:
    minorities = annual(NetIncomeLoss=60, ProfitLoss=100)
    first = (
        Filing("10-Q", "2023-05-01")
        .flow("NetIncomeLoss", 12, *QUARTERS[0])
        .flow("ProfitLoss", 20, *QUARTERS[0])
    )
    second = Filing("10-Q", "2023-08-01").flow("ProfitLoss", 50, YEAR[0], QUARTERS[1][1])

    assert quarters(read(first, second, minorities), "net_income") == {"2023Q1": 12}
    assert years(read(first, second, minorities), "net_income") == {2023: 60}


def test_a_total_far_below_its_part_is_none_but_hedging_losses_are() -> None:
    assert years(read(annual(Revenues=4, **{CONTRACTS: 100})), "revenue") == {2023: 100}
    assert years(read(annual(Revenues=45, **{CONTRACTS: 100})), "revenue") == {2023: 45}


def test_a_nine_months_figure_of_another_kind_is_not_taken_from_the_year() -> None:
    # The year is told with and without what was sold, the nine months only without it.
    nine = Filing("10-Q", "2023-11-01").flow("NetIncomeLoss", 9, YEAR[0], QUARTERS[2][1])
    nine.flow(f"{CASH}ContinuingOperations", 60, YEAR[0], QUARTERS[2][1])
    whole = annual(NetIncomeLoss=12, **{CASH: 100, f"{CASH}ContinuingOperations": 80})

    statements = read(nine, whole)

    assert years(statements, "operating_cash_flow") == {2023: 100}
    assert quarters(statements, "operating_cash_flow")["2023Q4"] is None
    assert quarters(statements, "net_income")["2023Q4"] == 3


# Restatements.


def restating() -> list[Filing]:
    """A business is sold in the last quarter: the annual report leaves it out, the one before did not."""
    return [
        annual("2023-02-15", 2022, Revenues=100),
        Filing("10-Q", "2023-11-01")
        .flow("Revenues", 78, YEAR[0], QUARTERS[2][1])
        .flow("Revenues", 75, "2022-01-01", "2022-09-30"),
        annual("2024-02-15", 2023, Revenues=80).flow("Revenues", 75, *BEFORE),
    ]


def test_a_quarter_is_unknown_until_both_its_parts_are_restated() -> None:
    before = Filing("10-Q", "2022-11-01").flow("Revenues", 75, "2022-01-01", "2022-09-30")
    after = Filing("10-Q", "2024-11-01").flow("Revenues", 66, "2024-01-01", "2024-09-30")
    after.flow("Revenues", 58, YEAR[0], QUARTERS[2][1])

    then = read(before, *restating())
    now = read(before, *restating(), after)

    assert years(then, "revenue") == {2022: 75, 2023: 80}
    assert quarters(then, "revenue")["2023Q4"] is None  # not 80 - 78
    assert quarters(now, "revenue")["2023Q4"] == 22  # 80 - 58


def test_twelve_months_take_a_restated_quarter_from_a_restated_year() -> None:
    first = Filing("10-Q", "2023-05-01").flow("Revenues", 25, *QUARTERS[0])
    again = Filing("10-Q", "2024-05-01").flow("Revenues", 21, "2024-01-01", "2024-03-31")
    again.flow("Revenues", 18, *QUARTERS[0])

    assert trailing(read(first, *restating(), again), "revenue", "2024-03-31") == 83  # 80 - 18 + 21


def test_twelve_months_over_a_restatement_within_the_year_are_unknown() -> None:
    whole = annual(Revenues=100)
    first = Filing("10-Q", "2023-05-01").flow("Revenues", 25, *QUARTERS[0])
    again = Filing("10-Q", "2024-05-01").flow("Revenues", 21, "2024-01-01", "2024-03-31")
    again.flow("Revenues", 18, *QUARTERS[0])  # without what the year still contains

    assert trailing(read(first, whole, again), "revenue", "2024-03-31") is None


# What lines are put together of.


def test_goods_and_services_told_apart_are_added_and_so_is_what_they_cost() -> None:
    told = annual(SalesRevenueGoodsNet=70, SalesRevenueServicesNet=30, CostOfGoodsSold=40, CostOfServices=12)

    found = [years(read(told), name)[2023] for name in ("revenue", "cost_of_revenue", "gross_profit")]

    assert found == [100, 52, 48]
    assert years(read(annual(SalesRevenueNet=110, SalesRevenueGoodsNet=70)), "revenue") == {2023: 110}


def test_a_driller_spends_on_wells_and_on_other_things() -> None:
    wells = {"PaymentsToAcquireOilAndGasPropertyAndEquipment": 90}
    other = {"PaymentsToAcquireOtherPropertyPlantAndEquipment": 7}

    assert years(read(annual(**{CASH: 130}, **wells, **other)), "capital_expenditure") == {2023: 97}
    assert years(read(annual(**{CASH: 130}, **wells, **other)), "free_cash_flow") == {2023: 33}
    assert years(read(annual(NetIncomeLoss=1, **other)), "capital_expenditure") == {2023: 7}
    assert years(read(annual(NetIncomeLoss=1, **{CAPEX: 99}, **other)), "capital_expenditure") == {2023: 99}


def test_what_was_spent_is_spent_though_its_sign_is_that_of_the_statement() -> None:
    statements = read(annual(**{CASH: 50, CAPEX: -20, "PaymentsOfDividends": -5}))

    found = [
        years(statements, name)[2023] for name in ("capital_expenditure", "free_cash_flow", "dividends_paid")
    ]
    assert found == [20, 30, 5]


def test_a_quarter_in_which_less_than_nothing_was_spent_is_unknown() -> None:
    nine = Filing("10-Q", "2023-11-01").flow(CAPEX, 30, YEAR[0], QUARTERS[2][1])
    nine.flow("NetIncomeLoss", 1, YEAR[0], QUARTERS[2][1])

    assert (
        quarters(read(nine, annual(NetIncomeLoss=2, **{CAPEX: 29})), "capital_expenditure")["2023Q4"] is None
    )


@pytest.mark.parametrize(
    ("told", "revenue"),
    [
        pytest.param({"InterestIncomeExpenseNet": 60, "NoninterestIncome": 40}, 100, id="told-net"),
        pytest.param(
            {"InterestAndDividendIncomeOperating": 90, "InterestExpense": 30, "NoninterestIncome": 40},
            100,
            id="less-what-is-paid",
        ),
        pytest.param(
            {"Revenues": 12, "InterestIncomeExpenseNet": 60, "NoninterestIncome": 40},
            100,
            id="fees-as-revenues",
        ),
        pytest.param(
            {"RevenuesNetOfInterestExpense": 101, "InterestIncomeExpenseNet": 60, "NoninterestIncome": 41},
            101,
            id="told-whole",
        ),
        pytest.param({CONTRACTS: 12, "InterestAndDividendIncomeOperating": 90}, None, id="fees-alone"),
        pytest.param({CONTRACTS: 12, "PremiumsEarnedNet": 90}, None, id="an-insurer-s-fees"),
        pytest.param({CONTRACTS: 12, "OperatingLeaseLeaseIncome": 90}, None, id="a-landlord-s-services"),
        pytest.param({CONTRACTS: 95, "OperatingLeaseLeaseIncome": 5}, 95, id="a-maker-who-lets-a-little"),
        pytest.param({CONTRACTS: 95, "InterestIncomeExpenseNet": -5}, 95, id="a-maker-who-pays-interest"),
    ],
)
def test_revenue_of_banks_insurers_and_landlords(told: dict[str, float], revenue: float | None) -> None:
    assert years(read(annual(NetIncomeLoss=1, **told)), "revenue") == {2023: revenue}


def test_an_insurer_has_no_gross_profit() -> None:
    told = {"Revenues": 370, "PremiumsEarnedNet": 290, "CostOfGoodsAndServicesSold": 39}

    assert years(read(annual(**told)), "gross_profit") == {2023: None}


def test_a_cost_told_below_zero_makes_no_gross_profit() -> None:
    assert years(read(annual(Revenues=100, CostOfRevenue=-65)), "gross_profit") == {2023: None}


@pytest.mark.parametrize(
    ("told", "debt", "long"),
    [
        pytest.param({"LongTermDebtCurrent": 5, "SeniorNotes": 90}, None, None, id="due-and-notes"),
        pytest.param({"SecuredDebt": 40, "UnsecuredDebt": 60}, None, None, id="by-kind"),
        pytest.param({"LongTermDebtCurrent": 5, "SeniorNotes": 0}, 5, None, id="a-kind-there-is-none-of"),
        pytest.param({"ConvertibleLongTermNotesPayable": 50, "DebtCurrent": 5}, 55, 50, id="one-long-part"),
        pytest.param(
            {"ConvertibleLongTermNotesPayable": 50, "LongTermLineOfCredit": 20},
            None, None, id="two-long-parts",
        ),
        pytest.param(
            {"LongTermDebt": 70, "ConvertibleLongTermNotesPayable": 50, "LongTermDebtCurrent": 8},
            70, 62, id="whole-and-a-part",
        ),
        pytest.param({"LongTermDebtNoncurrent": 0, "DebtCurrent": 5}, 5, 0, id="nothing-long"),
        pytest.param(
            {
                "LongTermDebtAndCapitalLeaseObligations": 28,
                "LongTermDebtAndCapitalLeaseObligationsCurrent": 24,
            },
            52, 28, id="with-leases",
        ),
    ],
)  # fmt: skip
def test_debt_of_which_a_part_may_be_missing_is_unknown(
    told: dict[str, float], debt: float | None, long: float | None
) -> None:
    assert [on(read(sheet(**told)), name, YEAR[1]) for name in ("debt", "long_debt")] == [debt, long]


def test_cash_is_without_what_is_tied_up_and_of_a_bank_with_what_it_has_at_others() -> None:
    tied = "CashCashEquivalentsRestrictedCashAndRestrictedCashEquivalents"
    usual = sheet(CashAndCashEquivalentsAtCarryingValue=50, **{tied: 62}).balance(tied, 71, "2022-12-31")

    assert on(read(usual), "cash", YEAR[1]) == 50
    assert on(read(usual), "cash", "2022-12-31") is None  # all that is told is more than cash
    assert on(read(sheet(CashAndDueFromBanks=29, **{tied: 624})), "cash", YEAR[1]) == 624
