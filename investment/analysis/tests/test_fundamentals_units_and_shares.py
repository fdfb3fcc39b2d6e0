"""Units, currencies and shares of company facts, each trap with its figures worked out by hand."""

from datetime import date

import pytest

from investment.analysis.calculators.fundamentals.doubts import scale_doubts
from investment.analysis.calculators.fundamentals.facts import Split, measure
from investment.analysis.tests.filings import Filing, quarters, read, years


@pytest.mark.parametrize(
    ("unit", "value"),
    [
        pytest.param("USD", 383_285.0, id="as-it-stands"),
        pytest.param("USD in thousands", 383_285_000.0, id="the-unit-says-thousands"),
        pytest.param("USD_Millions", 383_285_000_000.0, id="the-unit-says-millions"),
        pytest.param("pure", None, id="no-money"),
        pytest.param("USD/shares", None, id="per-share"),
    ],
)
def test_a_scale_is_believed_only_where_the_unit_names_it(unit: str, value: float | None) -> None:
    statements = read(
        Filing("10-K", "2024-02-15", year=2023)
        .flow("Revenues", 383_285, "2023-01-01", "2023-12-31", unit)
        .flow("NetIncomeLoss", 1, "2023-01-01", "2023-12-31")
    )

    assert years(statements, "revenue") == {2023: value}


@pytest.mark.parametrize("unit", ["pure", "", "acre", "USD/bbl", "USDm2", "usd/SHARES/x"])
def test_a_unit_that_is_neither_money_nor_shares_is_no_measure(unit: str) -> None:
    assert measure(unit) is None


def test_the_currency_is_the_one_of_most_figures_not_of_a_translation() -> None:
    filing = Filing("20-F", "2024-04-20", year=2023)
    for year, value in ((2022, 700), (2023, 710)):
        filing.flow("Revenues", value, f"{year}-01-01", f"{year}-12-31", "CNY")
    filing.flow("Revenues", 100, "2023-01-01", "2023-12-31", "USD")

    statements = read(filing)

    assert statements.books.currency == "CNY"
    assert years(statements, "revenue") == {2022: 700, 2023: 710}


def test_figures_per_share_are_in_the_shares_of_the_day_they_are_read_on() -> None:
    # Four for one on 2024-06-10. 2023 was told before it, and again after it, by hand in both shares.
    before = Filing("10-K", "2024-02-15", year=2023)
    before.flow("EarningsPerShareDiluted", 8.00, "2023-01-01", "2023-12-31", "USD/shares")
    before.flow("WeightedAverageNumberOfSharesOutstandingBasic", 25, "2023-01-01", "2023-12-31", "shares")
    before.balance("dei:EntityCommonStockSharesOutstanding", 24, "2024-02-10", "shares")
    after = Filing("10-K", "2025-02-15", year=2024)
    after.flow("EarningsPerShareDiluted", 2.00, "2023-01-01", "2023-12-31", "USD/shares")
    after.flow("EarningsPerShareDiluted", 2.50, "2024-01-01", "2024-12-31", "USD/shares")
    splits = [Split(date(2024, 6, 10), 4.0)]

    def eps(as_of: str) -> dict[int | None, float | None]:
        return years(read(before, after, as_of=as_of, splits=splits), "eps_diluted")

    assert eps("2024-06-09") == {2023: 8.00}
    assert eps("2024-06-10") == {2023: 2.00}  # 8.00 / 4: nobody has told it again yet
    assert eps("2025-02-15") == {2023: 2.00, 2024: 2.50}
    shares = read(before, as_of="2024-06-10", splits=splits).shares(date(2024, 6, 10))
    assert shares is not None
    assert shares.value == 96  # 24 * 4
    assert years(read(before, as_of="2024-06-10", splits=splits), "shares_basic") == {2023: 100}  # 25 * 4


def test_a_quarter_per_share_over_a_split_is_taken_from_figures_in_the_same_shares() -> None:
    statements = read(
        Filing("10-Q", "2023-11-01").flow(
            "EarningsPerShareDiluted", 6.00, "2023-01-01", "2023-09-30", "USD/shares"
        ),
        Filing("10-K", "2024-02-15", year=2023).flow(
            "EarningsPerShareDiluted", 4.00, "2023-01-01", "2023-12-31", "USD/shares"
        ),
        splits=[Split(date(2023, 12, 1), 2.0)],
    )

    assert quarters(statements, "eps_diluted")["2023Q4"] == 1.00  # 4.00 - 6.00 / 2


def test_a_figure_read_in_the_shares_of_an_earlier_day_is_brought_back_to_them() -> None:
    filing = Filing("10-K", "2024-02-15", year=2023)
    filing.balance("dei:EntityCommonStockSharesOutstanding", 96, "2024-02-10", "shares")

    statements = read(
        filing, as_of="2024-02-16", splits=[Split(date(2024, 2, 14), 4.0)], basis=date(2024, 2, 13)
    )

    shares = statements.shares(date(2024, 2, 16))
    assert shares is not None
    assert shares.value == 24


def test_shares_told_before_the_splits_are_known_are_unknown_and_money_is_not() -> None:
    filing = Filing("10-K", "2024-02-15", year=2023).flow("NetIncomeLoss", 200, "2023-01-01", "2023-12-31")
    filing.flow("EarningsPerShareDiluted", 2.00, "2023-01-01", "2023-12-31", "USD/shares")

    statements = read(filing, splits_from=date(2024, 2, 16))

    assert years(statements, "eps_diluted") == {2023: None}
    assert years(statements, "net_income") == {2023: 200}
    assert years(read(filing, splits_from=date(2024, 2, 15)), "eps_diluted") == {2023: 2.00}


def test_weighted_shares_of_the_fourth_quarter_are_weighted_by_days() -> None:
    tag = "WeightedAverageNumberOfSharesOutstandingBasic"
    statements = read(
        Filing("10-Q", "2022-11-01").flow(tag, 100, "2022-01-01", "2022-09-30", "shares")
        .flow("Revenues", 3, "2022-01-01", "2022-09-30"),
        Filing("10-K", "2023-02-15", year=2022).flow(tag, 110, "2022-01-01", "2022-12-31", "shares")
        .flow("Revenues", 4, "2022-01-01", "2022-12-31"),
    )  # fmt: skip

    # 273 days at 100 and 92 days at x are 365 days at 110: x = (365 * 110 - 273 * 100) / 92.
    assert quarters(statements, "shares_basic")["2022Q4"] == pytest.approx(12_850 / 92)


def test_shares_too_long_ago_are_unknown() -> None:
    filing = Filing("10-K", "2020-02-15").balance(
        "dei:EntityCommonStockSharesOutstanding", 24, "2020-02-10", "shares"
    )

    assert read(filing).shares(date(2020, 6, 1)) is not None
    assert read(filing).shares(date(2021, 6, 1)) is None


def test_a_figure_told_in_thousands_by_mistake_is_doubted_and_not_put_right() -> None:
    year = ("2023-01-01", "2023-12-31")
    wrong = (
        Filing("10-K", "2024-02-15", year=2023)
        .flow("Revenues", 383_285, *year)
        .flow("NetIncomeLoss", 40, *year)
    )
    right = Filing("10-K/A", "2024-03-15", year=2023).flow("Revenues", 383_285_000, *year)
    right.flow("NetIncomeLoss", 41, *year)

    before = read(wrong, right, as_of="2024-03-14")
    after = read(wrong, right)

    assert years(before, "revenue") == {2023: 383_285}
    assert scale_doubts(before.books) == []
    assert years(after, "revenue") == {2023: 383_285_000}
    (doubt,) = scale_doubts(after.books)
    assert (doubt.line, doubt.times, doubt.earlier.form, doubt.later.form) == (
        "revenue",
        1000,
        "10-K",
        "10-K/A",
    )
