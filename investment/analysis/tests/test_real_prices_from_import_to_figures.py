from dataclasses import replace
from datetime import date

import pytest

from investment.analysis.models import Figures, Score
from investment.analysis.services.ranking import rank_session
from investment.analysis.services.run import analyse_session
from investment.analysis.tests.formulas import Bar, all_figures
from investment.analysis.tests.markets import NOW
from investment.analysis.tests.test_figures_follow_their_formulas import close_enough
from investment.analysis.tests.test_figures_of_real_prices import DATA, read
from investment.market.selectors.sessions import sessions_between
from investment.market.services.calendar import write_sessions
from investment.market.services.imports import import_folder

pytestmark = [pytest.mark.shared_data, pytest.mark.slow, pytest.mark.django_db]

ADJUSTED = {
    "return_1", "return_5", "return_21", "return_63", "return_126", "return_252", "momentum_12_1",
    "volatility_21", "volatility_252", "max_drawdown_252", "distance_from_high_252",
}  # fmt: skip
MARKET = {"beta_252", "correlation_252"}
# A split of 7:1 lies three weeks before the first of these.
SESSIONS = {date(2014, 6, 30): ["AAPL", "SPY"], date(2017, 12, 29): ["AAPL", "TSLA", "SPY"]}


def bars_by_calendar(symbol: str, until: date) -> list[Bar]:
    """Return the file's bars, each at the place of its session: the file may lack some, as TSLA's does."""
    market = read(symbol, until=until)
    calendar = {day: place for place, day in enumerate(sessions_between(market.sessions[0], until))}
    return [
        replace(bar, place=calendar[day]) for day, bar in zip(market.sessions, market.bars(0), strict=True)
    ]


def test_imported_prices_are_analysed_alike_from_300_400_and_all_sessions() -> None:
    write_sessions(first=date(2004, 8, 1), last=date(2018, 1, 31))
    import_folder(path=DATA, now=NOW)

    for session, symbols in SESSIONS.items():
        for history in (300, 400, 5000):
            analyse_session(session=session, now=NOW, history=history)
            for symbol in symbols:
                row = Figures.objects.get(session=session, instrument__symbol=symbol)
                bars = bars_by_calendar(symbol, session)
                for name, expected in all_figures(bars, [None] * 5000).items():
                    value = getattr(row, name)
                    if name in MARKET or (symbol == "SPY" and name in ADJUSTED):
                        assert value is None, (symbol, name)
                    else:
                        assert expected is not None
                        assert close_enough(value, expected, bars[-1].close), (symbol, name, history)

    rank_session(session=session, now=NOW)
    assert not Score.objects.filter(rank__isnull=False).exists()
    assert set(Score.objects.values_list("instrument__symbol", "unranked")) == {
        ("AAPL", "too_few"), ("TSLA", "too_few"), ("SPY", "actions_unknown"),
    }  # fmt: skip
