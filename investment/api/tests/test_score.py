"""The overall score of a stock, with its parts, what is missing, and its record."""

from collections.abc import Sequence
from datetime import UTC, date, datetime

import pytest
from django.test import Client

from investment.analysis.models import FundamentalScore, OverallScore, Score, ScoreRecord, SentimentScore
from investment.analysis.services.overall import score_overall
from investment.api.tests.contract import get
from investment.api.tests.factories import signed_in
from investment.api.tests.market import make_instrument
from investment.lib.partitions import ensure_years
from investment.market.models import Instrument

pytestmark = pytest.mark.django_db

ADDRESS = "/api/stocks/{symbol}/score"
NOW = datetime(2026, 7, 1, 4, 5, tzinfo=UTC)
SESSION, BEFORE = date(2026, 6, 30), date(2026, 5, 29)
STOCKS = 31


@pytest.fixture
def client() -> Client:
    return signed_in()


def plant(session: date, made: Sequence[Instrument], *, fundamental: bool = True) -> None:
    """Plant scores that rise from one instrument to the next, and combine them."""
    for model in (Score, FundamentalScore, SentimentScore, OverallScore):
        ensure_years(table=model._meta.db_table, first=session, last=session)
    for place, each in enumerate(made):
        value = 100 * place / STOCKS
        Score.objects.create(
            session=session, instrument=each, board="stocks", score=value, rank=STOCKS - place,
            board_size=STOCKS, trend=value, ranked_at=NOW,
        )  # fmt: skip
        if fundamental:
            FundamentalScore.objects.create(
                session=session, instrument=each, scored_at=NOW, age_days=90, score=50.0, value=value
            )
    SentimentScore.objects.create(
        session=session, instrument=made[0], scored_at=NOW, stories_1=0, stories_7=1, stories_30=2,
        sentiment_30=0.25,
    )  # fmt: skip
    score_overall(session=session, now=NOW)


def make_stocks() -> list[Instrument]:
    return [make_instrument(f"S{place:02}") for place in range(STOCKS)]


def test_a_score_says_what_it_is_made_of_and_what_was_missing(client: Client) -> None:
    made = make_stocks()
    plant(BEFORE, made, fundamental=False)
    plant(SESSION, made)
    for month, correlation in enumerate([0.1, -0.1, 0.1, -0.05, 0.02, 0.0], start=1):
        ScoreRecord.objects.create(
            board="stocks", score="overall", session=date(2026, month, 20), until=date(2026, month + 1, 20),
            correlation=correlation, instruments=401, computed_at=NOW,
        )  # fmt: skip

    answer = get(client, ADDRESS, as_of="2026-07-15", symbol="s30")

    technical = 100 * 30 / STOCKS
    assert (answer["symbol"], answer["session"], answer["as_of"]) == ("S30", "2026-06-30", "2026-07-15")
    assert answer["score"] == pytest.approx((0.4 * technical + 0.4 * 50) / 0.8)
    assert (answer["rank"], answer["board"], answer["board_size"]) == (1, "stocks", STOCKS)
    assert [(each["name"], each["weight"], each["weight_used"]) for each in answer["parts"]] == [
        ("technical", 0.4, 0.5), ("fundamental", 0.4, 0.5), ("sentiment", 0.2, 0.0)
    ]  # fmt: skip
    assert answer["missing"] == ["sentiment"]
    assert answer["parts"][2]["missing"] == "No stories in 30 days; 3 are needed."
    trend = answer["parts"][0]["inputs"][0]
    assert (trend["name"], trend["value"], trend["percentile"]) == ("trend", pytest.approx(technical), 100.0)
    assert answer["sentence"] == (
        "73.4 of 100 after 2026-06-30, rank 1 of 31 stocks: technical 97 at 50 % and fundamental 50 at 50 %. "
        "Without sentiment, so the others weigh more."
    )
    assert [(each["session"], each["score"]) for each in answer["history"]] == [
        ("2026-05-29", None),
        ("2026-06-30", answer["score"]),
    ]
    # Told as it is: six months with a mean of a hundredth are nothing. July's is not known yet.
    overall = answer["record"][0]
    assert (overall["score"], len(overall["months"]), overall["mean"]) == ("overall", 5, pytest.approx(0.014))
    assert overall["months"][0]["standard_error"] == 0.05
    assert "fewer than 6 months say nothing" in overall["words"]
    later = get(client, ADDRESS, as_of="2026-07-20", symbol="s30")["record"][0]
    assert "nothing, no more than chance brings" in later["words"]
    assert answer["record"][1]["words"].startswith("Nothing is known yet")


def test_a_past_day_is_told_as_it_was(client: Client) -> None:
    made = make_stocks()
    plant(BEFORE, made, fundamental=False)
    plant(SESSION, made)

    answer = get(client, ADDRESS, as_of="2026-06-29", symbol="s30")

    assert (answer["session"], answer["score"], answer["rank"]) == ("2026-05-29", None, None)
    assert answer["missing"] == ["fundamental", "sentiment"]
    assert answer["parts"][1]["missing"] == "No figures of its filings are known as of that day."
    assert "Less than 50 % of the weight" in answer["sentence"]
    assert [each["session"] for each in answer["history"]] == ["2026-05-29"]


def test_an_instrument_that_nobody_scored_says_why(client: Client) -> None:
    make_instrument("ETFX", kind="etf")

    before = get(client, ADDRESS, symbol="ETFX")
    assert (before["session"], before["score"], before["sentence"]) == (None, None, "Not scored yet.")
    assert [part["missing"] for part in before["parts"]] == [
        "This session is not ranked: it is not complete yet.",
        "Only companies' stocks have one.",
        "No news yet.",
    ]

    plant(SESSION, make_stocks())
    after = get(client, ADDRESS, symbol="ETFX")
    assert after["session"] == "2026-06-30"
    assert "was not among what was ranked" in after["sentence"]
