from datetime import date, timedelta

import pytest

from investment.analysis.models import Figures, MarketReturn, Score
from investment.analysis.selectors.catalogue import FIGURES
from investment.analysis.services.ranking import rank_session
from investment.analysis.services.run import analyse_session
from investment.analysis.tests.markets import NOW
from investment.market.models import DailyBar
from investment.market.selectors.sessions import sessions_before, sessions_between
from investment.market.services.calendar import write_sessions
from investment.market.services.imports import import_sample
from investment.providers.sandbox.sample.market import SampleMarket

pytestmark = [pytest.mark.slow, pytest.mark.django_db]

EPOCH = date(2021, 1, 4)  # the sample market's first session
LAST = date(2026, 6, 30)
PRICES = ("sma", "ema", "macd", "bollinger", "atr")


def test_the_sample_market_is_analysed_alike_from_any_window_and_ranked_like_with_like() -> None:
    write_sessions(first=EPOCH, last=LAST + timedelta(days=30))
    market = SampleMarket(seed=11, symbols=150, sessions=sessions_between(EPOCH, date.max))
    import_sample(first=sessions_before(LAST, 600)[0], last=LAST, now=NOW, market=market)

    figures: dict[int, list[Figures]] = {}
    for history in (600, 400, 300):
        analyse_session(session=LAST, now=NOW, history=history)
        figures[history] = list(Figures.objects.filter(session=LAST).order_by("instrument_id"))
    ranked = rank_session(session=LAST, now=NOW)

    for history in (300, 400):
        for part, whole in zip(figures[history], figures[600], strict=True):
            for figure in FIGURES:
                value, everything = getattr(part, figure.name), getattr(whole, figure.name)
                if value is None or everything is None:
                    continue
                scale = part.close if figure.name.startswith(PRICES) else 0.0
                assert abs(value - everything) <= 1e-6 * max(abs(everything), scale), figure.name
    known = sum(row.rsi_14 is not None for row in figures[300])
    assert known > 0.8 * len(figures[300])
    assert ranked.stocks >= 30
    assert (MarketReturn.objects.get(session=LAST).members or 0) >= 30
    kinds = set(Score.objects.filter(rank__isnull=False).values_list("board", "instrument__kind"))
    assert kinds <= {("stocks", "common_stock"), ("stocks", "adr"), ("etfs", "etf")}
    traded = set(DailyBar.objects.filter(session=LAST).values_list("instrument_id", flat=True))
    assert set(Figures.objects.values_list("instrument_id", flat=True)) == traded
