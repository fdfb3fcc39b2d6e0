"""All data of one provider go at once: what others told comes forward, the rest is a gap that says so."""

from collections.abc import Iterator
from dataclasses import fields, replace
from datetime import date, timedelta
from decimal import Decimal
from unittest.mock import patch

import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings

from investment.accounts.models import AuditEntry
from investment.analysis.models import Figures, FundamentalScore, Score, SentimentScore
from investment.lib import clock
from investment.lib.partitions import ensure_years
from investment.market.kept_tags import kept_tags
from investment.market.models import (
    BarRevision,
    Company,
    CorporateAction,
    DailyBar,
    DataIssue,
    Fact,
    FactReport,
    Filing,
    FxRate,
    Instrument,
    Origin,
    QuarantinedRow,
)
from investment.market.services.actions import ingest_dividends
from investment.market.services.bars import ingest_market_day
from investment.market.services.facts import store_facts
from investment.market.services.issues import open_issue
from investment.market.services.origins import NewOrigin
from investment.market.services.publications import remember
from investment.news.models import Story
from investment.news.services.ingest import store_articles
from investment.news.tests.telling import article
from investment.ops.models import BackfillStep, Installation, SessionJob
from investment.ops.selectors.forgetting import holdings, names
from investment.ops.services.forgetting import Forgotten, forget_provider
from investment.ops.tests.stage import FRIDAY, MONDAY, NIGHT, mode, night_after, run
from investment.providers.contracts import Article, CompanyFact, CompanyFacts, DividendRecord, MarketDay
from investment.providers.models import RawAnswer, RawBody
from investment.providers.sandbox.testing import RunningSandbox
from investment.providers.services import archive
from investment.quotas.models import Call

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


@pytest.fixture
def sandbox(settings: Settings) -> Iterator[RunningSandbox]:
    """A market whose past is somebody else's, and whose last session is Massive's."""
    with mode(settings, "live"), night_after(settings, past=3) as running:
        Installation.objects.create(mode="live", created_at=NIGHT)
        run()
        yield running


def forget(provider: str = "massive") -> Forgotten:
    return forget_provider(provider=provider, by="ada", now=clock.now())


def imported(sandbox: RunningSandbox, *, scale: float = 1.0, session: date = MONDAY) -> None:
    """Let a file of somebody else's have the same session, at other prices."""
    bars = sandbox.market.day(session)
    for name in ("open", "high", "low", "close", "vwap"):
        getattr(bars, name)[:] *= scale
    day = MarketDay(session, bars, [], "raw", "")
    ingest_market_day(day=day, origin=NewOrigin(provider="own", channel="imported"), now=clock.now())


def test_nothing_of_it_is_left(sandbox: RunningSandbox) -> None:
    bars = DailyBar.objects.filter(session=MONDAY).count()
    calls = Call.objects.count()
    for session, who in ((MONDAY, "massive"), (FRIDAY, "other")):
        open_issue(
            kind="disagreement",
            message="They disagree.",
            session=session,
            detail={"told_by": [who, "own"]},
            now=NIGHT,
        )

    done = forget()

    assert DataIssue.objects.get(kind="disagreement").session == FRIDAY
    assert (done.bars, done.promoted, done.gaps) == (bars, 0, bars)
    assert holdings(provider="massive").empty
    assert not Origin.objects.filter(provider="massive").exists()
    assert not CorporateAction.objects.filter(provider="massive").exists()
    assert not RawAnswer.objects.exists()
    assert not RawBody.objects.exists()
    assert not Figures.objects.filter(session__gte=MONDAY).exists()
    assert not Score.objects.filter(session__gte=MONDAY).exists()
    assert Call.objects.count() == calls


def test_what_another_source_told_stays_and_comes_forward(sandbox: RunningSandbox) -> None:
    imported(sandbox, scale=0.5)
    past = list(DailyBar.objects.filter(session__lt=MONDAY).values())
    told = dict(BarRevision.objects.filter(session=MONDAY).values_list("instrument_id", "close"))

    done = forget()

    assert done.promoted == done.bars == len(told)
    assert dict(DailyBar.objects.filter(session=MONDAY).values_list("instrument_id", "close")) == told
    assert not BarRevision.objects.exists()
    assert list(DailyBar.objects.filter(session__lt=MONDAY).values()) == past
    assert not DataIssue.objects.filter(kind="partial", session=MONDAY).exists()
    assert run().state == "done"


def test_of_several_other_values_the_best_and_latest_is_chosen(sandbox: RunningSandbox) -> None:
    imported(sandbox, scale=0.5)
    imported(sandbox, scale=0.25)
    latest = dict(BarRevision.objects.order_by("pk").values_list("instrument_id", "close"))

    forget()

    assert dict(DailyBar.objects.filter(session=MONDAY).values_list("instrument_id", "close")) == latest
    assert BarRevision.objects.count() == len(latest)


def test_a_gap_says_so_and_can_be_filled_again(sandbox: RunningSandbox) -> None:
    forget()

    issue = DataIssue.objects.get(kind="partial", session=MONDAY)
    assert "deleted with all data of massive" in issue.message
    job = SessionJob.objects.get(pk=MONDAY)
    assert (job.state, job.next_try_at) == ("partial", None)
    assert run().state == "done"
    issue.refresh_from_db()
    assert issue.closed_at is not None


def test_actions_that_it_had_replaced_are_valid_again(sandbox: RunningSandbox) -> None:
    symbol = sandbox.market.day(MONDAY).symbols[0]
    CorporateAction.objects.all().delete()

    def tell(amount: str, provider: str, channel: str) -> None:
        record = DividendRecord(symbol, FRIDAY, Decimal(amount), "USD")
        origin = NewOrigin(provider=provider, channel=channel)
        ingest_dividends(records=[record], start=FRIDAY, end=FRIDAY, origin=origin, now=clock.now())

    tell("0.10", "own", "imported")
    tell("0.20", "massive", "fetched")

    done = forget()

    assert (done.actions, done.promoted_actions) == (1, 1)
    left = CorporateAction.objects.get()
    assert (left.provider, str(left.amount)[:4], left.withdrawn_at) == ("own", "0.10", None)
    assert "were deleted with all its data" in Instrument.objects.get(symbol=symbol).actions_withheld


def test_facts_go_and_instruments_of_others_keep_their_ticker(sandbox: RunningSandbox) -> None:
    kept = set(DailyBar.objects.filter(session__lt=MONDAY).values_list("instrument_id", flat=True))
    Instrument.objects.update(source="massive")

    done = forget()

    assert set(Instrument.objects.values_list("pk", flat=True)) == kept
    assert done.blanked == len(kept)
    assert set(Instrument.objects.values_list("source", "name", "kind", "cik")) == {
        ("sample", "", "unknown", None)
    }


def test_rates_companies_and_filings_go_with_whoever_told_them() -> None:
    told = {"first_seen_at": NIGHT, "source": "sec"}
    company = Company.objects.create(cik="0000320193", updated_at=NIGHT, **told)
    Filing.objects.create(company=company, accession="1", form="10-K", filed_on=MONDAY, fetched_at=NIGHT)
    Instrument.objects.create(symbol="AAPL", cik="0000320193", updated_at=NIGHT, **told)
    remember(name="sec.tickers", source="sec", now=NIGHT, etag=None, last_modified=None, digest="", rows=1)
    FxRate.objects.create(
        day=MONDAY, base="EUR", quote="USD", rate=1, fetched_at=NIGHT, **{**told, "source": "ecb"}
    )
    figure = CompanyFact(
        taxonomy="us-gaap", tag="Assets", unit="USD", value=Decimal(1), start=None, end=FRIDAY, filed=MONDAY,
        form="10-K", accession="1", fiscal_year=2025, fiscal_period="FY",
    )  # fmt: skip
    for cik, source in ((company.cik, "sec"), ("0000000001", "other")):
        facts = CompanyFacts(cik=cik, name="", facts=[figure], digest=cik)
        store_facts(told=[facts], tags=kept_tags(), source=source, now=NIGHT)
    ensure_years(table=FundamentalScore._meta.db_table, first=MONDAY, last=MONDAY)
    FundamentalScore.objects.create(session=MONDAY, instrument_id=1, scored_at=NIGHT)
    assert (holdings(provider="sec").reference, names()) == (4, ["ecb", "other", "sec"])

    done = forget_provider(provider="sec", by="the tests", now=NIGHT)

    # The filing, its figures and what is known of the import go with the company.
    assert (done.reference, done.instruments, done.computed) == (5, 1, 1)
    assert list(FactReport.objects.values_list("company__cik", flat=True)) == ["0000000001"]
    assert Fact.objects.count() == 1
    assert forget_provider(provider="other", by="the tests", now=NIGHT).reference == 4
    assert (Fact.objects.count(), FactReport.objects.count(), Company.objects.count()) == (0, 0, 0)
    assert names() == ["ecb"]
    assert forget_provider(provider="ecb", by="the tests", now=NIGHT).reference == 1
    assert names() == []


def test_what_refused_answers_said_goes_too(sandbox: RunningSandbox) -> None:
    sandbox.fault("negative_price", endpoint="grouped", rows=20)
    SessionJob.objects.filter(pk=MONDAY).update(reread_due_at=clock.now())
    run()
    assert DataIssue.objects.filter(kind="answer_refused").exclude(detail={}).exists()

    forget()

    assert not DataIssue.objects.filter(kind="answer_refused").exclude(detail={}).exists()
    assert not QuarantinedRow.objects.exists()


def test_done_again_there_is_nothing(sandbox: RunningSandbox) -> None:
    BackfillStep.objects.create(kind="session", first=MONDAY, last=MONDAY, done_at=NIGHT)
    forget()

    again = forget()

    assert again == Forgotten(*[0] * len(fields(Forgotten)))
    assert not BackfillStep.objects.exists()


def test_it_is_all_or_nothing(sandbox: RunningSandbox) -> None:
    before = holdings(provider="massive")

    with patch.object(archive, "forget", side_effect=OSError("no")), pytest.raises(OSError, match="no"):
        forget()

    assert holdings(provider="massive") == before


def test_what_it_says_first_is_what_it_does(sandbox: RunningSandbox) -> None:
    imported(sandbox, scale=0.5)
    BarRevision.objects.filter(instrument_id__in=BarRevision.objects.values("instrument_id")[:3]).delete()
    said = holdings(provider="massive")

    done = forget()

    assert (said.bars, said.promoted, said.gaps) == (done.bars, done.promoted, done.gaps)
    assert (said.revisions, said.actions, said.answers) == (done.revisions, done.actions, done.answers)
    assert said.gaps == 3


def test_the_command_says_what_it_will_do_and_asks(
    sandbox: RunningSandbox, capsys: pytest.CaptureFixture[str]
) -> None:
    before = holdings(provider="massive")

    call_command("forget_provider", "massive", "--dry-run")
    with patch("builtins.input", return_value="no"), pytest.raises(CommandError, match="Nothing was deleted"):
        call_command("forget_provider", "massive")

    assert holdings(provider="massive") == before
    assert f"Of massive there are {before.bars:,} bars in 1 sessions" in capsys.readouterr().out
    with patch("builtins.input", return_value="massive"):
        call_command("forget_provider", "massive")
    assert "Deleted:" in capsys.readouterr().out
    assert AuditEntry.objects.get(action="provider.forgotten").target == "massive"
    call_command("forget_provider", "massive", "--yes")
    assert "There is nothing of massive; there are data of sample" in capsys.readouterr().out


def test_news_go_with_what_was_made_of_them_and_anothers_copy_has_the_word() -> None:
    def tell(provider: str, *articles: Article) -> None:
        dated = [replace(each, published_at=NIGHT - timedelta(hours=n)) for n, each in enumerate(articles)]
        store_articles(articles=dated, provider=provider, source=provider, now=NIGHT)

    tell("finnhub", article(1), article(9, "Rain", None))
    tell("massive", article(2))
    ensure_years(table=SentimentScore._meta.db_table, first=MONDAY, last=MONDAY)
    SentimentScore.objects.create(
        session=MONDAY, instrument_id=1, scored_at=NIGHT, stories_1=0, stories_7=2, stories_30=2
    )
    assert (holdings(provider="finnhub").news, names()) == (2, ["finnhub", "massive"])

    done = forget_provider(provider="finnhub", by="the tests", now=NIGHT)

    assert (done.news, done.computed, names()) == (2, 1, ["massive"])
    assert Story.objects.get().copies.get().provider == "massive"
