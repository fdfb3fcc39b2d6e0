"""
Published figures of companies that anybody can look up, told by the tags they used, and read back.

Money in millions of dollars where nothing else is said; what is worked out here is worked out by hand.
"""

from datetime import date
from math import isnan

import numpy as np
import pytest

from investment.analysis.calculators.fundamentals.facts import Split
from investment.analysis.calculators.fundamentals.health import altman
from investment.analysis.calculators.fundamentals.ratios import ratios
from investment.analysis.calculators.fundamentals.snapshot import Price, columns, snapshot
from investment.analysis.calculators.fundamentals.statements import Statements
from investment.analysis.tests.filings import (
    Filing,
    facts_of,
    on,
    quarters,
    read_as_sent,
    trailing,
    years,
)

CONTRACTS = "RevenueFromContractWithCustomerExcludingAssessedTax"
CASH = "NetCashProvidedByUsedInOperatingActivities"
CAPEX = "PaymentsToAcquirePropertyPlantAndEquipment"
DILUTED = "EarningsPerShareDiluted"
PER_SHARE = "USD/shares"
MILLION = 1_000_000


def millions(found: dict[str, float | None] | dict[int | None, float | None]) -> list[float | None]:
    return [None if value is None else value / MILLION for value in found.values()]


def tell(filing: Filing, tag: str, start: str, end: str, value: float) -> Filing:
    return filing.flow(tag, value * MILLION, start, end)


def apple() -> list[Filing]:
    """Fiscal 2023, of 53 weeks, and the first quarter after it; cash flows are told for the year so far."""
    first, second = ("2022-09-25", "2022-12-31"), ("2023-01-01", "2023-04-01")
    third, year = ("2023-04-02", "2023-07-01"), ("2022-09-25", "2023-09-30")
    half, nine = (first[0], second[1]), (first[0], third[1])
    told = {
        ("10-Q", "2023-02-03", 2023, "Q1"): [
            (CONTRACTS, first, 117_154), ("NetIncomeLoss", first, 29_998), (CASH, first, 34_005),
            (CAPEX, first, 3_787),
        ],
        ("10-Q", "2023-05-05", 2023, "Q2"): [
            (CONTRACTS, second, 94_836), (CONTRACTS, half, 211_990), ("NetIncomeLoss", second, 24_160),
            ("NetIncomeLoss", half, 54_158), (CASH, half, 62_565), (CAPEX, half, 6_703),
        ],
        ("10-Q", "2023-08-04", 2023, "Q3"): [
            (CONTRACTS, third, 81_797), (CONTRACTS, nine, 293_787), ("NetIncomeLoss", third, 19_881),
            ("NetIncomeLoss", nine, 74_039), (CASH, nine, 88_945), (CAPEX, nine, 8_796),
        ],
        ("10-K", "2023-11-03", 2023, "FY"): [
            (CONTRACTS, year, 383_285), ("CostOfGoodsAndServicesSold", year, 214_137),
            ("GrossProfit", year, 169_148), ("OperatingIncomeLoss", year, 114_301),
            ("NetIncomeLoss", year, 96_995), (CASH, year, 110_543), (CAPEX, year, 10_959),
            ("PaymentsOfDividends", year, 15_025),
        ],
        ("10-Q", "2024-02-02", 2024, "Q1"): [
            (CONTRACTS, ("2023-10-01", "2023-12-30"), 119_575), (CONTRACTS, first, 117_154),
            ("NetIncomeLoss", ("2023-10-01", "2023-12-30"), 33_916), ("NetIncomeLoss", first, 29_998),
        ],
    }  # fmt: skip
    filings = []
    for (form, filed, number, place), figures in told.items():
        filing = Filing(form, filed, year=number, period=place)
        for tag, span, value in figures:
            tell(filing, tag, *span, value)
        filings.append(filing)
    annual = (
        filings[3].flow(DILUTED, 6.13, *year, PER_SHARE).flow("EarningsPerShareBasic", 6.16, *year, PER_SHARE)
    )
    annual.flow("CommonStockDividendsPerShareDeclared", 0.94, *year, PER_SHARE)
    for tag, value in {
        "CashAndCashEquivalentsAtCarryingValue": 29_965, "Assets": 352_583, "Liabilities": 290_437,
        "StockholdersEquity": 62_146, "CommercialPaper": 5_985, "LongTermDebtCurrent": 9_822,
        "LongTermDebtNoncurrent": 95_281,
    }.items():  # fmt: skip
        annual.balance(tag, value * MILLION, year[1])
    return filings


def test_apple_s_53_weeks_and_its_quarters() -> None:
    statements = read_as_sent(*apple())

    assert millions(quarters(statements, "revenue")) == [117_154, 94_836, 81_797, 89_498, 119_575]
    assert list(quarters(statements, "revenue")) == ["2023Q1", "2023Q2", "2023Q3", "2023Q4", "2024Q1"]
    assert millions(quarters(statements, "net_income")) == [29_998, 24_160, 19_881, 22_956, 33_916]
    assert millions(quarters(statements, "operating_cash_flow"))[:4] == [34_005, 28_560, 26_380, 21_598]
    assert millions(quarters(statements, "capital_expenditure"))[:4] == [3_787, 2_916, 2_093, 2_163]
    assert years(statements, "free_cash_flow") == {2023: 99_584 * MILLION}
    found = [years(statements, name)[2023] for name in ("eps_basic", "eps_diluted", "dividends_per_share")]
    assert found == [6.16, 6.13, 0.94]
    assert on(statements, "debt", "2023-09-30") == 111_088 * MILLION  # 5,985 + 9,822 + 95,281
    assert on(statements, "cash", "2023-09-30") == 29_965 * MILLION
    assert trailing(statements, "revenue", "2023-12-30") == 385_706 * MILLION  # 383,285 - 117,154 + 119,575
    assert trailing(statements, "net_income", "2023-12-30") == 100_913 * MILLION
    assert quarters(read_as_sent(*apple(), as_of="2023-11-02"), "revenue").keys() == {
        "2023Q1",
        "2023Q2",
        "2023Q3",
    }


def test_apple_s_revenue_under_three_tags() -> None:
    annual = {
        "2017-11-03": ("SalesRevenueNet", {"2017": 229_234, "2016": 215_639}),
        "2018-11-05": ("Revenues", {"2018": 265_595, "2017": 229_234}),
        "2019-10-31": (CONTRACTS, {"2019": 260_174, "2018": 265_595}),
    }
    spans = {"2016": ("2015-09-27", "2016-09-24"), "2017": ("2016-09-25", "2017-09-30")}
    spans |= {"2018": ("2017-10-01", "2018-09-29"), "2019": ("2018-09-30", "2019-09-28")}
    filings = []
    for filed, (tag, told) in annual.items():
        filings.append(Filing("10-K", filed, year=int(filed[:4])))
        for year, value in told.items():
            tell(filings[-1], tag, *spans[year], value)

    found = years(read_as_sent(*filings), "revenue")

    assert found.keys() == {2016, 2017, 2018, 2019}
    assert millions(found) == [215_639, 229_234, 265_595, 260_174]


@pytest.mark.parametrize(
    ("before", "after", "split", "told", "told_again", "later"),
    [
        pytest.param(
            ("2013-10-30", "2012-09-30", "2013-09-28"), ("2014-10-27", "2013-09-29", "2014-09-27"),
            Split(date(2014, 6, 9), 7.0), 39.75, 5.68, 6.45, id="apple-2014",
        ),
        pytest.param(
            ("2019-10-31", "2018-09-30", "2019-09-28"), ("2020-10-30", "2019-09-29", "2020-09-26"),
            Split(date(2020, 8, 31), 4.0), 11.89, 2.97, 3.28, id="apple-2020",
        ),
        pytest.param(
            ("2022-02-02", "2021-01-01", "2021-12-31"), ("2023-02-03", "2022-01-01", "2022-12-31"),
            Split(date(2022, 7, 18), 20.0), 112.20, 5.61, 4.56, id="alphabet-2022",
        ),
        pytest.param(
            ("2022-02-04", "2021-01-01", "2021-12-31"), ("2023-02-03", "2022-01-01", "2022-12-31"),
            Split(date(2022, 6, 6), 20.0), 64.81, 3.24, -0.27, id="amazon-2022",
        ),
        pytest.param(
            ("2024-02-21", "2023-01-30", "2024-01-28"), ("2025-02-26", "2024-01-29", "2025-01-26"),
            Split(date(2024, 6, 10), 10.0), 11.93, 1.19, 2.94, id="nvidia-2024",
        ),
    ],
)  # fmt: skip
def test_earnings_per_share_over_a_split(
    before: tuple[str, str, str],
    after: tuple[str, str, str],
    split: Split,
    told: float,
    told_again: float,
    later: float,
) -> None:
    old = Filing("10-K", before[0], year=1).flow(DILUTED, told, *before[1:], PER_SHARE)
    new = Filing("10-K", after[0], year=2).flow(DILUTED, later, *after[1:], PER_SHARE)
    new.flow(DILUTED, told_again, *before[1:], PER_SHARE)

    def eps(as_of: date) -> list[float | None]:
        return list(years(read_as_sent(old, new, as_of=f"{as_of}", splits=[split]), "eps_diluted").values())

    assert eps(date.fromordinal(split.ex_date.toordinal() - 1)) == [told]
    assert eps(split.ex_date) == [pytest.approx(told / split.ratio)]
    assert eps(date.fromisoformat(after[0])) == [told_again, later]


def test_microsoft_tells_two_years_again_under_a_new_standard() -> None:
    old = Filing("10-K", "2017-08-02", year=2017)
    new = Filing("10-K", "2018-08-03", year=2018)
    spans = {year: (f"{year - 1}-07-01", f"{year}-06-30") for year in (2016, 2017, 2018)}
    for year, revenue, income in ((2016, 85_320, 16_798), (2017, 89_950, 21_204)):
        tell(old, "SalesRevenueNet", *spans[year], revenue)
        tell(old, "NetIncomeLoss", *spans[year], income)
    for year, revenue, income in ((2016, 91_154, 20_539), (2017, 96_571, 25_489), (2018, 110_360, 16_571)):
        tell(new, CONTRACTS, *spans[year], revenue)
        tell(new, "NetIncomeLoss", *spans[year], income)

    before, after = read_as_sent(old, new, as_of="2018-08-02"), read_as_sent(old, new, as_of="2018-08-03")

    assert millions(years(before, "revenue")) == [85_320, 89_950]
    assert millions(years(before, "net_income")) == [16_798, 21_204]
    assert millions(years(after, "revenue")) == [91_154, 96_571, 110_360]
    assert millions(years(after, "net_income")) == [20_539, 25_489, 16_571]


def test_twelve_months_of_microsoft_over_the_change_of_standard_are_unknown() -> None:
    """The first quarter of fiscal 2018 tells that of 2017 as 21,928 instead of 20,453; the year not yet."""
    first = ("2016-07-01", "2016-09-30")
    whole = tell(
        Filing("10-K", "2017-08-02", year=2017), "SalesRevenueNet", "2016-07-01", "2017-06-30", 89_950
    )
    before = tell(Filing("10-Q", "2016-10-20"), "SalesRevenueNet", *first, 20_453)
    after = tell(Filing("10-Q", "2017-10-26"), CONTRACTS, "2017-07-01", "2017-09-30", 24_538)

    assert trailing(read_as_sent(before, whole, after), "revenue", "2017-09-30") == 94_035 * MILLION
    tell(after, CONTRACTS, *first, 21_928)
    assert trailing(read_as_sent(before, whole, after), "revenue", "2017-09-30") is None


def test_costco_s_quarters_of_twelve_and_seventeen_weeks() -> None:
    ends = ("2022-11-20", "2023-02-12", "2023-05-07", "2023-09-03")
    filed = ("2022-12-21", "2023-03-09", "2023-06-01", "2023-10-11")
    so_far = (54_437, 109_703, 163_351, 242_290)
    filings = [
        tell(
            Filing("10-K" if form == 3 else "10-Q", filed[form], year=2023),
            "Revenues", "2022-08-29", ends[form], so_far[form],
        )
        for form in range(4)
    ]  # fmt: skip

    found = quarters(read_as_sent(*filings), "revenue")

    assert list(found) == ["2023Q1", "2023Q2", "2023Q3", "2023Q4"]
    assert millions(found) == [54_437, 55_266, 53_648, 78_939]


def test_walmart_s_total_is_more_than_its_net_sales_and_its_minorities_are_not_its_own() -> None:
    year = ("2023-02-01", "2024-01-31")
    filing = Filing("10-K", "2024-03-15", year=2024)
    for tag, value in {
        "Revenues": 648_125, CONTRACTS: 642_637, "CostOfRevenue": 490_142, "OperatingIncomeLoss": 27_012,
        "ProfitLoss": 16_270, "NetIncomeLossAttributableToNoncontrollingInterest": 759,
        "NetIncomeLoss": 15_511, CASH: 35_726, CAPEX: 20_606,
    }.items():  # fmt: skip
        tell(filing, tag, *year, value)
    untold = Filing("10-K", "2024-03-15", year=2024)  # what if it did not tell its own share?
    untold.facts = [fact for fact in filing.facts if fact.tag != "us-gaap:NetIncomeLoss"]

    statements = read_as_sent(filing)

    found = [
        years(statements, name)[2024] for name in ("revenue", "gross_profit", "net_income", "free_cash_flow")
    ]
    assert found == [each * MILLION for each in (648_125, 157_983, 15_511, 15_120)]
    assert years(read_as_sent(untold), "net_income") == {2024: 15_511 * MILLION}  # 16,270 - 759


@pytest.mark.parametrize("fees", [None, 20_000], ids=["parts-alone", "and-a-part-that-looks-like-revenue"])
@pytest.mark.parametrize("whole", [True, False], ids=["told", "put-together"])
def test_a_bank_s_revenue_is_net_interest_and_the_rest(fees: int | None, whole: bool) -> None:
    """JPMorgan Chase, 2023: 89,267 of net interest and 68,837 of other income. The part is made up."""
    year = ("2023-01-01", "2023-12-31")
    filing = Filing("10-K", "2024-02-16", year=2023)
    tell(filing, "InterestIncomeExpenseNet", *year, 89_267)
    tell(filing, "NoninterestIncome", *year, 68_837)
    tell(filing, "NetIncomeLoss", *year, 49_552)
    if whole:
        tell(filing, "Revenues", *year, 158_104)
    if fees:
        tell(filing, CONTRACTS, *year, fees)

    statements = read_as_sent(filing)

    assert years(statements, "revenue") == {2023: 158_104 * MILLION}
    assert years(statements, "operating_income") == {2023: None}
    assert years(statements, "gross_profit") == {2023: None}


def test_taiwan_semiconductor_reports_in_its_own_currency() -> None:
    year = ("2023-01-01", "2023-12-31")
    filing = Filing("20-F", "2024-04-18", year=2023)
    filing.flow("ifrs-full:Revenue", 2_161_735.8 * MILLION, *year, "TWD")
    filing.flow("ifrs-full:ProfitLossAttributableToOwnersOfParent", 838_497.7 * MILLION, *year, "TWD")
    filing.flow("ifrs-full:BasicEarningsLossPerShare", 32.34, *year, "TWD/shares")

    statements = read_as_sent(filing)

    assert statements.books.currency == "TWD"
    assert years(statements, "revenue") == {2023: 2_161_735.8 * MILLION}
    assert years(statements, "eps_basic") == {2023: 32.34}
    known = snapshot(facts_of(filing), as_of=date(2024, 5, 2), price=Price(140.0, date(2024, 5, 1), "USD"))
    assert isnan(known.inputs["market_value"])  # no rate is at hand


def test_alphabet_s_shares_are_those_of_all_classes() -> None:
    """No cover tells them: each class is told for itself, which company facts leave out."""
    filing = tell(Filing("10-K", "2024-01-31", year=2023), "Revenues", "2023-01-01", "2023-12-31", 307_394)
    filing.balance("CommonStockSharesOutstanding", 12_460 * MILLION, "2023-12-31", "shares")

    shares = read_as_sent(filing).shares(date(2024, 2, 1))

    assert shares is not None
    assert shares.value == 12_460 * MILLION


@pytest.mark.parametrize("told", ["earnings", "equity"])
def test_berkshire_s_shares_of_one_class_value_no_share_of_another(told: str) -> None:
    """All are told as if of the class that is worth 1,500 of the other. The prices are made up."""
    year = ("2023-01-01", "2023-12-31")
    filing = tell(Filing("10-K", "2024-02-26", year=2023), "Revenues", *year, 364_482)
    tell(filing, "NetIncomeLoss", *year, 96_223)
    filing.flow("WeightedAverageNumberOfSharesOutstandingBasic", 1_448_880, *year, "shares")
    if told == "earnings":
        filing.flow("EarningsPerShareBasic", 66_412, *year, PER_SHARE)
    else:
        filing.balance("StockholdersEquity", 561_273 * MILLION, year[1])

    def price_to_sales(price: float) -> float:
        priced = Price(price, date(2024, 2, 27), "USD")
        known = snapshot(facts_of(filing), as_of=date(2024, 2, 28), price=priced)
        return float(ratios(columns([known]))["price_to_sales"][0])

    assert price_to_sales(610_000.0) == pytest.approx(2.42, abs=0.01)  # 610,000 * 1,448,880 / 364,482 million
    assert isnan(price_to_sales(405.0))
    priced = Price(405.0, date(2024, 2, 27), "USD")
    known = columns([snapshot(facts_of(filing), as_of=date(2024, 2, 28), price=priced)])
    known["liabilities"] = np.array([1.0])
    assert isnan(altman(known).components["market_value"][0])


def test_all_of_a_day_is_read_on_that_day_and_nothing_of_the_next() -> None:
    for filing in apple():
        day = filing.filed
        known = read_as_sent(*apple(), as_of=f"{day}")
        then = [each for each in apple() if each.filed <= day]
        assert known == Statements.of(facts_of(*then), as_of=day)
