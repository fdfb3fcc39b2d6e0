"""
The record of the scores, worked out once more from raw tables.

What reproduces it here shares no code with what made it: rows by SQL, everything else in plain Python.
"""

from collections import defaultdict
from datetime import date, timedelta
from itertools import pairwise
from math import sqrt
from random import Random
from statistics import fmean
from typing import Any

import pytest
from django.db import connection

from investment.analysis.models import MarketReturn, OverallScore, Score, ScoreRecord
from investment.analysis.selectors.score_record import record_of
from investment.analysis.services.record import update_record
from investment.analysis.tests.markets import NOW, plant_bars, plant_instrument, plant_origin, plant_sessions
from investment.lib.partitions import ensure_years
from investment.market.models import CorporateAction, Instrument

pytestmark = pytest.mark.django_db

STOCKS, ETFS, LENGTH = 34, 26, 60


def plant() -> tuple[list[date], list[Instrument]]:
    """Plant prices with gaps, delistings, splits and dividends, and scores of many of the sessions."""
    rng = Random(20)  # noqa: S311 - a market made up, no secret
    days = plant_sessions(LENGTH)
    origin = plant_origin()
    made = [plant_instrument(f"S{n:02}") for n in range(STOCKS)]
    made += [plant_instrument(f"E{n:02}", kind=Instrument.Kind.ETF) for n in range(ETFS)]
    actions = []
    for n, instrument in enumerate(made):
        close, closes = rng.uniform(10, 90), []
        # One in ten stops trading, and some of these are told to be delisted.
        last = rng.randrange(25, LENGTH) if n % 10 == 3 else LENGTH
        for place, day in enumerate(days):
            close *= 1 + rng.gauss(0, 0.02)
            if rng.random() < 0.01:
                ratio = rng.choice([2.0, 4.0, 0.1])
                close /= ratio
                actions.append(action(instrument, "split", day, ratio=ratio))
            if rng.random() < 0.02:
                actions.append(action(instrument, "dividend", day, amount=round(close * 0.02, 4)))
            traded = place < last and rng.random() > 0.03
            closes.append(round(close, 4) if traded else float("nan"))
        plant_bars(instrument, days, closes, origin=origin)
    # Nobody knows what this one split before; that one's dividend is in another currency.
    Instrument.objects.filter(pk=made[5].pk).update(actions_from=days[30])
    actions.append(action(made[6], "dividend", days[25], amount=0.5, currency="EUR"))
    # It was withdrawn: nobody says so any more.
    actions.append(action(made[7], "split", days[20], ratio=10.0, withdrawn_at=NOW))
    CorporateAction.objects.bulk_create(actions)
    plant_scores(rng, days, made)
    MarketReturn.objects.create(session=days[-1], name="all", members=STOCKS, analysed_at=NOW)
    return days, made


def action(instrument: Instrument, kind: str, day: date, **values: object) -> CorporateAction:
    given = {"currency": "USD"} | values if kind == "dividend" else values
    return CorporateAction(
        instrument=instrument, kind=kind, ex_date=day, provider="sample", known_at=NOW, **given
    )


def plant_scores(rng: Random, days: list[date], made: list[Instrument]) -> None:
    for model in (OverallScore, Score):
        ensure_years(table=model._meta.db_table, first=days[0], last=days[-1])
    whole, technical = [], []
    for day in [*days[::3], days[-1]]:
        for n, instrument in enumerate(made):
            board = "stocks" if n < STOCKS else "etfs"
            # Rounded, so that many are equal; and some are unknown.
            score = float(round(rng.uniform(0, 100), -1)) if rng.random() > 0.1 else None
            compared = n != 8
            whole.append(
                OverallScore(
                    session=day,
                    instrument=instrument,
                    scored_at=NOW,
                    board=board if compared else None,
                    score=score if compared else None,
                    rank=None if score is None or not compared else n + 1,
                    board_size=None if score is None else len(made),
                    unranked=None if compared and score is not None else "price",
                    weight=0.8,
                    technical=rng.uniform(0, 100),
                )
            )
            technical.append(
                Score(
                    session=day, instrument=instrument, board=board, score=50.0, rank=n + 1,
                    board_size=len(made), trend=rng.uniform(0, 100), ranked_at=NOW,
                )
            )  # fmt: skip
    OverallScore.objects.bulk_create(whole)
    Score.objects.bulk_create(technical)


# ---- From here on nothing of ours is called: this is what the record is held against.


def query(sql: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return list(cursor.fetchall())


Dividend = tuple[date, float, str]


def returns_by_session() -> dict[tuple[date, int], tuple[date, float]]:
    """Return by session and instrument the 21st session after it, and the total return to the last close."""
    calendar = [row[0] for row in query("SELECT session FROM market_session ORDER BY session")]
    bars: dict[int, dict[date, float]] = defaultdict(dict)
    for instrument, session, close in query("SELECT instrument_id, session, close FROM market_dailybar"):
        bars[instrument][session] = close
    splits: dict[int, list[tuple[date, float]]] = defaultdict(list)
    dividends: dict[int, list[Dividend]] = defaultdict(list)
    told = query(
        "SELECT instrument_id, kind, ex_date, ratio, amount, currency FROM market_corporateaction"
        " WHERE withdrawn_at IS NULL"
    )
    for instrument, kind, day, ratio, amount, currency in told:
        if kind == "split":
            splits[instrument].append((day, ratio))
        else:
            dividends[instrument].append((day, float(amount), currency))
    known_from = dict(query("SELECT id, actions_from FROM market_instrument"))
    found = {}
    for place, first in enumerate(calendar[:-21]):
        window = calendar[place : place + 22]
        for instrument, closes in bars.items():
            if first in closes and known_from[instrument] <= first + timedelta(days=1):
                earned = total_return(window, closes, splits[instrument], dividends[instrument])
                if earned is not None:
                    found[first, instrument] = (window[-1], earned)
    return found


def total_return(
    window: list[date], closes: dict[date, float], splits: list[tuple[date, float]], dividends: list[Dividend]
) -> float | None:
    """Return what one share has become; each dividend buys more at the close before it."""
    traded = [day for day in window if day in closes]
    if len(traded) < 2:
        return None
    shares = 1.0
    for before, day in pairwise(traded):
        between = [each for each in splits if before < each[0] <= day]
        for ex_date, amount, currency in dividends:
            if before < ex_date <= day:
                basis = closes[before]
                for split_day, ratio in between:
                    basis /= ratio if split_day <= ex_date else 1.0
                if currency != "USD" or amount >= basis:
                    return None
                shares /= 1 - amount / basis
        for _, ratio in between:
            shares *= ratio
    # Told after its last close a dividend moves both ends alike, unless nobody can say how.
    if any(traded[-1] < ex_date <= window[-1] and currency != "USD" for ex_date, _, currency in dividends):
        return None
    return shares * closes[traded[-1]] / closes[traded[0]] - 1


def mean_ranks(values: list[float]) -> list[float]:
    return [
        sum(other < value for other in values) + (sum(other == value for other in values) + 1) / 2
        for value in values
    ]


def spearman(pairs: list[tuple[float, float]]) -> float:
    left, right = (mean_ranks(list(side)) for side in zip(*pairs, strict=True))
    middle = (len(pairs) + 1) / 2
    top = sum((a - middle) * (b - middle) for a, b in zip(left, right, strict=True))
    return top / sqrt(sum((a - middle) ** 2 for a in left) * sum((b - middle) ** 2 for b in right))


def reproduced() -> dict[tuple[str, str, date], tuple[date, float, int]]:
    """Return correlation and count by board, score and session."""
    earned = returns_by_session()
    rows = query(
        """
        SELECT o.session, o.instrument_id, o.board, o.score, o.technical, s.trend
        FROM analysis_overallscore o LEFT JOIN analysis_score s
          ON s.session = o.session AND s.instrument_id = o.instrument_id
        WHERE o.board IS NOT NULL
        """
    )
    pairs: dict[tuple[str, str, date], list[tuple[float, float]]] = defaultdict(list)
    ends = {}
    for session, instrument, board, *scores in rows:
        if (session, instrument) in earned:
            ends[session], value = earned[session, instrument]
            for name, score in zip(("overall", "technical", "technical.trend"), scores, strict=True):
                if score is not None:
                    pairs[board, name, session].append((score, value))
    return {key: (ends[key[2]], spearman(both), len(both)) for key, both in pairs.items() if len(both) >= 20}


def test_the_record_is_what_raw_tables_say() -> None:
    plant()

    update_record(now=NOW)

    expected = reproduced()
    stored = {
        (row.board, row.score, row.session): (row.until, row.correlation, row.instruments)
        for row in ScoreRecord.objects.exclude(correlation=None)
    }
    assert stored.keys() == expected.keys()
    assert len(expected) > 60
    for key, (until, correlation, count) in expected.items():
        assert stored[key][::2] == (until, count), key
        assert stored[key][1] == pytest.approx(correlation, abs=1e-9), key


def test_months_are_the_means_of_their_sessions_as_known_on_a_day() -> None:
    days, _ = plant()
    update_record(now=NOW)
    as_of = days[45]

    shown = next(each for each in record_of(board="stocks", as_of=as_of) if each.score == "overall")

    by_month: dict[date, list[float]] = defaultdict(list)
    for (board, name, session), (until, correlation, _) in reproduced().items():
        if (board, name) == ("stocks", "overall") and until <= as_of:
            by_month[session.replace(day=1)].append(correlation)
    assert {each.month: each.correlation for each in shown.months} == {
        month: pytest.approx(fmean(values), abs=1e-9) for month, values in by_month.items()
    }
    assert [each.sessions for each in shown.months] == [len(by_month[month]) for month in sorted(by_month)]
    assert shown.mean == pytest.approx(fmean(fmean(values) for values in by_month.values()), abs=1e-9)
    assert "say nothing" in shown.words


def test_judging_again_changes_nothing_and_a_new_close_adds_one_session() -> None:
    days, made = plant()
    update_record(now=NOW)
    before = list(ScoreRecord.objects.order_by("pk").values())

    assert update_record(now=NOW + timedelta(days=1)).sessions == 0
    assert update_record(now=NOW, again=True).written == 0
    assert list(ScoreRecord.objects.order_by("pk").values()) == before

    # What is scored anew is judged anew, and no return is looked at before its last close.
    OverallScore.objects.filter(session=days[0], instrument=made[0]).update(
        scored_at=NOW + timedelta(hours=1)
    )
    done = update_record(now=NOW + timedelta(days=1))
    assert (done.sessions, done.written) == (1, 0)
    assert max(row.until for row in ScoreRecord.objects.all()) <= days[-1]
