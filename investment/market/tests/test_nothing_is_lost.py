"""Whatever comes in, in whatever order: the right bar is chosen, and every other value is kept."""

from datetime import date

import numpy as np
import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from investment.market.models import BarRevision, DailyBar
from investment.market.services.bars import ingest_market_day, ingest_series
from investment.market.services.origins import NewOrigin
from investment.market.services.precedence import rank_of
from investment.market.tests.days import MONDAY, NOW, bar, columns, market_day, series, weekdays
from investment.providers.contracts import MarketDay

pytestmark = pytest.mark.django_db

SYMBOLS = ("AAA", "BBB", "CCC")

answers = st.lists(
    st.tuples(
        st.integers(0, 2),  # session
        st.sampled_from(["fetched", "imported"]),
        st.booleans(),  # a whole-market day, or a series of one ticker
        st.dictionaries(st.sampled_from(SYMBOLS), st.integers(1, 4), min_size=1),
    ),
    max_size=12,
)


@pytest.mark.slow
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(answers=answers)
def test_the_chosen_bar_is_the_last_of_the_best_source_and_every_other_value_is_kept(
    answers: list[tuple[int, str, bool, dict[str, int]]],
) -> None:
    days = weekdays(MONDAY, 3)
    chosen: dict[tuple[date, str], tuple[int, float]] = {}
    told: dict[tuple[date, str], set[float]] = {}

    with transaction.atomic():
        for number, channel, whole, closes in answers:
            origin = NewOrigin(provider="massive", channel=channel)
            session = days[number]
            if whole:
                day = market_day(session, {symbol: bar(close) for symbol, close in closes.items()})
                ingest_market_day(day=day, origin=origin, now=NOW)
            else:
                for symbol, close in closes.items():
                    one = series(symbol, [session], [bar(close)])
                    ingest_series(series=one, origin=origin, now=NOW)
            rank = rank_of(channel=channel, basis="raw")
            for symbol, close in closes.items():
                key = (session, symbol)
                told.setdefault(key, set()).add(float(close))
                if key not in chosen or rank >= chosen[key][0]:
                    chosen[key] = (rank, float(close))

        stored = {
            (row.session, row.instrument.symbol): (
                rank_of(channel=row.origin.channel, basis="raw"),
                row.close,
            )
            for row in DailyBar.objects.select_related("instrument", "origin")
        }
        assert stored == chosen
        kept: dict[tuple[date, str], set[float]] = {}
        for row in BarRevision.objects.select_related("instrument"):
            kept.setdefault((row.session, row.instrument.symbol), set()).add(row.close)
        for key, values in told.items():
            assert values <= kept.get(key, set()) | {chosen[key][1]}
            assert kept.get(key, set()) <= values
        transaction.set_rollback(True)


optional = st.one_of(st.just(float("nan")), st.floats(0.5, 100))


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(first=st.tuples(optional, optional), second=st.tuples(optional, optional))
def test_an_average_price_that_one_source_tells_is_not_lost_to_one_that_does_not(
    first: tuple[float, float], second: tuple[float, float]
) -> None:
    weekdays(MONDAY, 1)

    with transaction.atomic():
        for channel, (vwap, trades) in (("imported", first), ("fetched", second)):
            bars = columns([("AAA", bar(10))], vwap=[vwap], trades=[trades])
            day = MarketDay(MONDAY, bars, [], "raw", "")
            ingest_market_day(day=day, origin=NewOrigin(provider="p", channel=channel), now=NOW)
        row = DailyBar.objects.select_related("origin").get()
        assert row.origin.channel == "fetched"
        for name, before, after in zip(("vwap", "trades"), first, second, strict=True):
            assert getattr(row, name) == (None if np.isnan(after) else after)
            kept = set(BarRevision.objects.values_list(name, flat=True))
            assert np.isnan(before) or before in kept | {getattr(row, name)}
        transaction.set_rollback(True)
