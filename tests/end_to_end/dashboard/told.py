"""What a company told, earns and is written about, for the dashboard to show."""

import json
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from investment.analysis.calculators.fundamentals.lines import READERS
from investment.analysis.models import ScoreRecord
from investment.analysis.services.scores import score_session
from investment.market.models import Instrument
from investment.market.services.earnings_calendar import store_earnings_calendar
from investment.market.services.estimates import store_earnings, store_recommendations
from investment.market.services.facts import store_facts
from investment.news.services.ingest import store_articles
from investment.providers.adapters.sec.records import company_facts
from investment.providers.contracts import (
    Article,
    ArticleSentiment,
    EarningsDate,
    EarningsReport,
    Recommendation,
)

HEADLINE, OTHER = "Known Inc raises its outlook", "A strike stops the plants"
SUMMARIES = {
    HEADLINE: "Orders of the third quarter were far above what the company had planned for the year.",
    OTHER: "Workers in two states walked out on Tuesday night; talks with the union go on.",
}
ACCESSION = "0000000001-25-000001"
_REVENUE = ((2023, 1_000e6), (2024, 1_200e6))
_QUARTERS = (
    ("01-01", "03-31", 250e6), ("04-01", "06-30", 280e6), ("07-01", "09-30", 310e6),
    ("01-01", "09-30", 840e6),
)  # fmt: skip


def make_told(*, symbol: str, cik: str, session: date, now: datetime) -> None:
    """Store filings, estimates and stories about one company, and score it anew."""
    instrument = Instrument.objects.get(symbol=symbol)
    store_facts(
        told=[company_facts(json.dumps(_facts(cik)).encode(), cik=cik)],
        tags=READERS,
        source="sample",
        now=now,
    )
    told: dict[str, Any] = {"instrument_id": instrument.pk, "source": "sample", "now": now}
    store_earnings(
        record=[
            EarningsReport(symbol, date(2024, 12, 31), 2024, 4, 1.32, 1.2, 0.12, 0.1),
            EarningsReport(symbol, date(2024, 9, 30), 2024, 3, 1.0, 1.25, -0.25, -0.2),
        ],
        **told,
    )
    store_recommendations(record=[Recommendation(symbol, now.date().replace(day=1), 4, 3, 2, 1, 0)], **told)
    # Of a weekend's week is the next one.
    on = now.date() + timedelta(days=(7 - now.weekday()) % 7 if now.weekday() >= 5 else 0)
    store_earnings_calendar(
        dates=[EarningsDate(symbol, on, "after_close", 2025, 1, None, 1.4, None, 330e6)],
        source="sample",
        now=now,
    )
    _make_stories(symbol, session, now)
    score_session(session=session, now=now)
    for month in range(1, 9):
        for score, correlation in (("overall", 0.03), ("technical", -0.05)):
            ScoreRecord.objects.create(
                board="stocks", score=score, session=date(2025, month, 15), until=date(2025, month + 1, 15),
                correlation=correlation * (-1) ** month, instruments=74, computed_at=now,
            )  # fmt: skip


def _facts(cik: str) -> dict[str, Any]:
    annual = [_fact(value, f"{year}-01-01", f"{year}-12-31", year, "10-K") for year, value in _REVENUE]
    quarters = [
        _fact(value, f"2024-{first}", f"2024-{last}", 2024, "10-Q") for first, last, value in _QUARTERS
    ]
    earned = [fact | {"val": fact["val"] / 10} for fact in annual]
    # The year before, a thousand times smaller in the next filing: one of the two has the wrong scale.
    earned.append(earned[0] | {"val": 1e5, "accn": annual[1]["accn"], "filed": annual[1]["filed"]})
    return {
        "cik": int(cik),
        "entityName": "Known Inc",
        "facts": {
            "us-gaap": {
                "Revenues": {"label": "", "description": "", "units": {"USD": annual + quarters}},
                "NetIncomeLoss": {"label": "", "description": "", "units": {"USD": earned}},
            }
        },
    }


def _fact(value: float, start: str, end: str, year: int, form: str) -> dict[str, Any]:
    filed = date.fromisoformat(end) + timedelta(days=45)
    number = 1 if form == "10-K" else 10 + filed.month
    accession = f"0000000001-{filed:%y}-{number:06d}"
    return {
        "start": start, "end": end, "val": value, "accn": accession, "fy": year,
        "fp": "FY" if form == "10-K" else "Q1", "form": form, "filed": filed.isoformat(),
    }  # fmt: skip


def _make_stories(symbol: str, session: date, now: datetime) -> None:
    noon = datetime.combine(session, time(17), tzinfo=UTC)  # known at the session's close

    def article(
        number: int, headline: str, hours: int, label: Any = None, score: float | None = None
    ) -> Article:
        return Article(
            provider_id=str(number), url=f"https://news.example/{number}", headline=headline,
            summary=SUMMARIES[headline], source="Example Wire", published_at=noon - timedelta(hours=hours),
            symbols=(symbol,), sentiments=(ArticleSentiment(symbol, label, score),) if label else (),
        )  # fmt: skip

    good = article(1, HEADLINE, 2, "positive", 0.7)
    bad = article(2, OTHER, 30, "negative", -0.6)
    store_articles(articles=[good, bad], provider="massive", source="sample", now=now)
    again = article(3, HEADLINE, 1)
    store_articles(articles=[again], provider="finnhub", source="sample", now=now)
