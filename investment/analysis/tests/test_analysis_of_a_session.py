from datetime import date, timedelta

import numpy as np
import pytest

from investment.analysis.models import Figures, MarketReturn
from investment.analysis.services.run import SessionUnknown, analyse_session
from investment.analysis.tests.markets import (
    LAST,
    NOW,
    plant_bars,
    plant_instrument,
    plant_market,
    plant_origin,
    plant_sessions,
    walk,
)
from investment.market.models import CorporateAction, DailyBar

pytestmark = pytest.mark.django_db


def test_every_instrument_that_traded_gets_its_figures() -> None:
    _, made = plant_market(30)

    done = analyse_session(session=LAST, now=NOW)

    assert (done.analysed, done.unknown, done.written) == (30, 0, 30)
    figures = Figures.objects.get(session=LAST, instrument=made[0])
    closes = walk(0, 300)
    assert figures.close == closes[-1]
    assert figures.bars == 300
    assert figures.sessions_traded_63 == 63
    assert figures.return_21 == pytest.approx(closes[-1] / closes[-22] - 1)
    assert figures.mean_dollar_volume_20 == pytest.approx(closes[-20:].mean() * 1e6)
    market = MarketReturn.objects.get(session=LAST)
    changes = [walk(seed, 300)[-1] / walk(seed, 300)[-2] - 1 for seed in range(30)]
    assert market.members == 30
    assert market.log_return == pytest.approx(np.log1p(np.mean(changes)))


def test_the_market_is_unknown_with_fewer_than_thirty_members() -> None:
    plant_market(29)

    analyse_session(session=LAST, now=NOW)

    assert MarketReturn.objects.get(session=LAST).members is None
    assert not Figures.objects.filter(beta_252__isnull=False).exists()
    assert Figures.objects.filter(volatility_252__isnull=False).count() == 29


def test_a_repetition_writes_nothing_and_a_correction_only_what_differs() -> None:
    _, made = plant_market(5)
    analyse_session(session=LAST, now=NOW)
    later = NOW + timedelta(hours=1)

    again = analyse_session(session=LAST, now=later)
    DailyBar.objects.filter(session=LAST, instrument=made[0]).update(close=51.0, open=51, high=52, low=50)
    corrected = analyse_session(session=LAST, now=later)
    DailyBar.objects.filter(session=LAST, instrument=made[1]).delete()
    withdrawn = analyse_session(session=LAST, now=later)

    assert (again.written, corrected.written, withdrawn.written) == (0, 1, 1)
    rows = dict(Figures.objects.filter(session=LAST).values_list("instrument_id", "analysed_at"))
    assert rows == {made[0].pk: later, **{each.pk: NOW for each in made[2:]}}


def test_only_the_instruments_asked_for_are_touched() -> None:
    _, made = plant_market(5)

    done = analyse_session(session=LAST, now=NOW, instrument_ids=[made[0].pk, made[3].pk])

    assert done.analysed == 2
    assert set(Figures.objects.values_list("instrument_id", flat=True)) == {made[0].pk, made[3].pk}


def test_actions_after_the_session_are_not_known_at_it() -> None:
    days, made = plant_market(1)
    common = {"instrument": made[0], "provider": "sample", "known_at": NOW}
    for day, ratio in ((days[-10], 2.0), (LAST + timedelta(days=1), 7.0)):
        CorporateAction.objects.create(kind="split", ex_date=day, ratio=ratio, **common)
    CorporateAction.objects.create(kind="dividend", ex_date=days[-5], amount="0.5", currency="USD", **common)

    analyse_session(session=LAST, now=NOW)

    closes = walk(0, 300)
    figures = Figures.objects.get(session=LAST, instrument=made[0])
    assert figures.return_1 == pytest.approx(closes[-1] / closes[-2] - 1)
    dividend = 1 - 0.5 / closes[-6]
    assert figures.return_21 == pytest.approx(closes[-1] / (closes[-22] / 2 * dividend) - 1)
    split = np.where(np.arange(20) < 10, 0.5, 1.0)
    assert figures.sma_20 == pytest.approx((closes[-20:] * split).mean())


def test_an_instrument_with_unknown_actions_has_no_returns() -> None:
    days = plant_sessions(300)
    origin = plant_origin()
    never = plant_instrument("NEVER", actions_from=None)
    late = plant_instrument("LATE", actions_from=days[-30])
    withheld = plant_instrument("SECRET", actions_from=None, actions_withheld="not in your plan")
    for instrument in (never, late, withheld):
        plant_bars(instrument, days, walk(1, 300), origin=origin)

    analyse_session(session=LAST, now=NOW)

    unknown = Figures.objects.get(session=LAST, instrument=never)
    assert (unknown.return_1, unknown.volatility_21, unknown.rsi_14) == (None, None, None)
    assert unknown.mean_dollar_volume_20 is not None
    as_traded = Figures.objects.get(session=LAST, instrument=withheld)
    assert (as_traded.return_1, as_traded.volatility_21, as_traded.max_drawdown_252) == (None, None, None)
    assert as_traded.rsi_14 is not None
    known_lately = Figures.objects.get(session=LAST, instrument=late)
    assert known_lately.return_21 is not None
    assert known_lately.return_63 is None


def test_a_session_without_bars_is_refused() -> None:
    plant_market(1)

    with pytest.raises(SessionUnknown):
        analyse_session(session=date(2026, 7, 4), now=NOW)


def test_what_the_guard_raises_undoes_the_writing() -> None:
    plant_market(1)

    def lost() -> None:
        raise RuntimeError("the lease was lost")

    with pytest.raises(RuntimeError, match="lease"):
        analyse_session(session=LAST, now=NOW, guard=lost)

    assert not Figures.objects.exists()
    assert not MarketReturn.objects.exists()


def test_a_session_in_a_new_year_finds_its_partition() -> None:
    plant_market(1, sessions=10, last=date(2031, 1, 3))

    analyse_session(session=date(2031, 1, 3), now=NOW, history=10)

    assert Figures.objects.filter(session__year=2031).count() == 1
