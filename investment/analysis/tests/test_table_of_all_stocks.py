from datetime import date
from typing import Any

import numpy as np
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from investment.analysis.selectors.market_table import SORTS, market_table
from investment.analysis.services.ranking import rank_session
from investment.analysis.services.run import analyse_session
from investment.analysis.tests.markets import (
    LAST,
    NOW,
    plant_bars,
    plant_instrument,
    plant_market,
    plant_origin,
    walk,
)
from investment.market.models import CorporateAction, Instrument

pytestmark = pytest.mark.django_db


def analysed_market(stocks: int = 30, **options: Any) -> tuple[list[date], list[Instrument]]:
    planted = plant_market(stocks, **options)
    analyse_session(session=LAST, now=NOW)
    rank_session(session=LAST, now=NOW)
    return planted


def test_the_best_come_first_with_figures_source_and_chart() -> None:
    days, _ = analysed_market()

    page = market_table()

    assert (page.count, page.session) == (30, LAST)
    assert [row.rank for row in page.results] == list(range(1, 31))
    first = page.results[0]
    assert (first.session, first.stale, first.unranked, first.board) == (LAST, False, None, "stocks")
    assert first.source is not None
    assert (first.source.provider, first.source.channel) == ("sample", "imported")
    closes = walk(int(first.symbol[1:]), len(days))
    assert first.close == closes[-1]
    assert first.spark == closes[-42:].tolist()


def test_an_instrument_without_a_bar_shows_its_last_one_and_says_so() -> None:
    days, _ = plant_market(30)
    halted = walk(77, 300)
    halted[-21:] = np.nan
    plant_bars(plant_instrument("HALTED"), days, halted, origin=plant_origin())
    plant_instrument("EMPTY")
    plant_instrument("GONE", active=False)
    analyse_session(session=LAST, now=NOW)
    rank_session(session=LAST, now=NOW)

    page = market_table(sort="symbol")
    rows = {row.symbol: row for row in page.results}

    row = rows["HALTED"]
    assert (row.stale, row.session, row.close, row.return_1) == (True, days[-22], halted[-22], None)
    assert row.source is not None
    assert row.unranked is not None
    assert row.unranked.code == "no_bar"
    assert row.spark == [*halted[-42:-21].tolist(), *[None] * 21]
    assert (rows["EMPTY"].session, rows["EMPTY"].close, rows["EMPTY"].spark) == (None, None, None)
    assert "GONE" not in rows
    assert [row.symbol for row in market_table(search="gone").results] == ["GONE"]


def test_filters_search_and_paging() -> None:
    analysed_market(30, etfs=30)
    plant_instrument("PCT%", name="Hundred_percent", exchange="XNAS")

    assert market_table(board="etfs").count == 30
    assert market_table(kind="etf", limit=7).results[-1].rank == 7
    assert market_table(kind="etf", limit=7, offset=28).count == 30
    assert len(market_table(kind="etf", limit=7, offset=28).results) == 2
    assert market_table(search="s00").count == 10
    assert [row.symbol for row in market_table(search="%").results] == ["PCT%"]
    assert market_table(search="_").count == 1
    assert market_table(exchange="XNAS").count == 1
    assert (market_table(ranked=True).count, market_table(ranked=False).count) == (60, 1)
    middle = sorted(row.close or 0.0 for row in market_table().results)[30]
    prices = market_table(min_price=middle).count + market_table(max_price=middle).count
    assert prices == 61
    assert all((row.score or 0) >= 60 for row in market_table(min_score=60).results)


@pytest.mark.parametrize("sort", [sign + name for name in SORTS for sign in ("", "-")])
def test_unknown_values_come_last_whichever_way_the_table_is_sorted(sort: str) -> None:
    analysed_market(3)
    plant_instrument("EMPTY", exchange=None)

    rows = market_table(sort=sort).results

    values = [getattr(row, sort.removeprefix("-")) for row in rows]
    known = [value for value in values if value is not None]
    assert values == [*known, *[None] * (len(values) - len(known))]
    assert known == sorted(known, reverse=sort.startswith("-"))


def test_no_column_of_ours_is_sorted_by_injection() -> None:
    with pytest.raises(ValueError, match="cannot sort"):
        market_table(sort="symbol; DROP TABLE market_instrument")


def test_the_chart_is_adjusted_for_splits() -> None:
    days, made = plant_market(1)
    CorporateAction.objects.create(
        instrument=made[0], kind="split", ex_date=days[-10], ratio=4.0, provider="sample", known_at=NOW
    )
    analyse_session(session=LAST, now=NOW)

    (row,) = market_table().results

    closes = walk(0, 300)[-42:]
    assert row.spark == pytest.approx([*(closes[:-10] / 4), *closes[-10:]])
    assert row.unranked is not None
    assert row.unranked.code == "not_ranked_yet"


def test_the_number_of_queries_does_not_grow_with_the_market() -> None:
    analysed_market(30)

    with CaptureQueriesContext(
        connection,
    ) as few:
        market_table(limit=2)
    with CaptureQueriesContext(connection) as many:
        market_table(limit=30)

    assert len(many) == len(few) <= 8


def test_an_empty_database_gives_an_empty_page() -> None:
    page = market_table()

    assert (page.count, page.session, page.results) == (0, None, [])
