"""Past months are scored as they were known, when there is time, and nothing newer is touched."""

from datetime import UTC, date, datetime, timedelta
from importlib import import_module

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import connection
from pytest_django import Settings

from investment.analysis.models import Figures, OverallScore, Score, ScoredMonth, ScoreRecord, SentimentScore
from investment.analysis.services.ranking import rank_session
from investment.analysis.services.run import analyse_session
from investment.analysis.services.scores import score_session
from investment.analysis.tests.histories import plant_instruments, plant_stories, random_history, store
from investment.analysis.tests.markets import NOW, plant_sessions
from investment.lib.modes import Mode
from investment.market.models import Instrument
from investment.ops.models import Run, SessionJob, SessionStage
from investment.ops.selectors.past_scores import past_scores_wanted
from investment.ops.services import installation, job_rows, past_scores
from investment.ops.services.past_scores import score_past

pytestmark = pytest.mark.django_db

COUNT = 34
NEWEST = date(2026, 6, 30)
LATER = NOW + timedelta(days=1)


def plant(sessions: int) -> None:
    """Plant a market whose newest session was analysed, ranked and scored when it was new."""
    installation.record_mode(now=NOW)
    days = plant_sessions(sessions)
    store(random_history(3, instruments=COUNT, sessions=days, eventful=0.03), plant_instruments(COUNT))
    analyse_session(session=NEWEST, now=NOW)
    rank_session(session=NEWEST, now=NOW)
    score_session(session=NEWEST, now=NOW)
    SessionJob.objects.create(session=NEWEST, state=SessionJob.State.DONE, done_at=NOW)


@pytest.fixture
def year_and_a_half(db: None) -> None:
    plant(330)


@pytest.fixture
def half_a_year(db: None) -> None:
    plant(120)


def rows_of(session: date) -> list[tuple[object, ...]]:
    found: list[tuple[object, ...]] = []
    for model in (Figures, Score, OverallScore):
        table = model._meta.db_table
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT * FROM {table} WHERE session = %s ORDER BY 1, 2", [session])  # noqa: S608
            found += cursor.fetchall()
    return found


@pytest.mark.usefixtures("year_and_a_half")
def test_past_months_are_scored_and_judged_and_the_newest_session_stays(
    capsys: pytest.CaptureFixture[str],
) -> None:
    before = rows_of(NEWEST)

    call_command("score_history", "--months", "3")

    scored = list(OverallScore.objects.order_by("session").values_list("session", flat=True).distinct())
    assert scored == [date(2026, 3, 31), date(2026, 4, 30), date(2026, 5, 29), NEWEST]
    assert OverallScore.objects.filter(session=date(2026, 4, 30), score__isnull=False).count() >= 30
    assert rows_of(NEWEST) == before
    # The returns of 21 sessions after the end of May have just come in; those of June have not.
    assert set(ScoreRecord.objects.values_list("session", flat=True)) == set(scored[:3])
    told = capsys.readouterr().out
    assert "3 months scored" in told
    assert "say nothing" in told

    # Again: nothing has come in since, so nothing is done and nothing changes.
    record = list(ScoreRecord.objects.order_by("pk").values())
    done = score_past(now=LATER, trigger=Run.Trigger.COMMAND, months=3)
    assert (done.months, done.sessions, done.written) == ({}, 0, 0)
    assert list(ScoreRecord.objects.order_by("pk").values()) == record


@pytest.mark.usefixtures("half_a_year")
def test_it_gives_way_and_goes_on_where_it_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    looks = iter([False, False, True])
    monkeypatch.setattr(past_scores, "_is_wanted_elsewhere", lambda _now: next(looks, True))

    done = score_past(now=LATER, trigger=Run.Trigger.SCHEDULE, months=2)

    assert done.left
    assert len(done.months) < 2
    assert Run.objects.get(kind=Run.Kind.SCORES).state == Run.State.WAITING

    monkeypatch.setattr(past_scores, "_is_wanted_elsewhere", lambda _now: False)
    score_past(now=LATER, trigger=Run.Trigger.SCHEDULE, months=2)
    assert ScoredMonth.objects.count() == 2


@pytest.mark.usefixtures("half_a_year")
def test_what_came_in_late_but_was_public_then_counts_for_the_newest_session() -> None:
    instrument = Instrument.objects.order_by("pk")[0]
    before = SentimentScore.objects.get(session=NEWEST, instrument=instrument)
    at = datetime(2026, 6, 30, 12, tzinfo=UTC)
    plant_stories([(at, instrument, 1.0), (at + timedelta(hours=12), instrument, 1.0)])

    score_past(now=LATER, trigger=Run.Trigger.SCHEDULE, months=1)

    after = SentimentScore.objects.get(session=NEWEST, instrument=instrument)
    assert after.stories_30 == before.stories_30 + 1  # the other came after the close


@pytest.mark.usefixtures("half_a_year")
def test_months_are_scored_again_where_much_more_is_stored() -> None:
    score_past(now=LATER, trigger=Run.Trigger.COMMAND, months=1)
    month = ScoredMonth.objects.get()
    ScoredMonth.objects.update(companies=month.companies // 2)

    done = score_past(now=LATER, trigger=Run.Trigger.COMMAND, months=1)

    assert list(done.months) == [month.session]
    assert ScoredMonth.objects.get().companies == Instrument.objects.count()


def test_before_anything_is_analysed_there_is_nothing_to_do(capsys: pytest.CaptureFixture[str]) -> None:
    installation.record_mode(now=NOW)

    call_command("score_history")

    assert "Nothing is analysed yet" in capsys.readouterr().out


def test_with_a_folder_of_bars_they_are_scored_once_prices_came_in(settings: Settings) -> None:
    assert not past_scores_wanted()  # elsewhere each night is soon enough
    settings.MODE = Mode.parse("data-0123456789ab")
    assert not past_scores_wanted()

    for kind, state, wanted in (
        (Run.Kind.SESSION, Run.State.FAILED, False),
        (Run.Kind.SESSION, Run.State.DONE, True),
        (Run.Kind.SCORES, Run.State.WAITING, True),
        (Run.Kind.SCORES, Run.State.DONE, False),
        (Run.Kind.BACKFILL, Run.State.DONE, True),
        (Run.Kind.SCORES, Run.State.FAILED, False),
    ):
        Run.objects.create(kind=kind, subject="", trigger=Run.Trigger.COMMAND, started_at=NOW, state=state)
        assert past_scores_wanted() is wanted, (kind, state)


def test_the_newest_session_gets_the_stage_that_came_later_and_older_ones_stay() -> None:
    for session in (NEWEST - timedelta(days=1), NEWEST):
        job = job_rows.ensure_job(session=session, try_at=NOW)
        job.stages.filter(name="score").delete()
        job.stages.update(state="done")
        SessionJob.objects.filter(pk=session).update(state="done", done_at=NOW, next_try_at=None)
    migration = import_module("investment.ops.migrations.0008_score_newest")

    migration.add_stage(apps, connection.schema_editor())

    assert list(SessionStage.objects.filter(name="score").values_list("job_id", "state")) == [
        (NEWEST, "pending")
    ]
    assert SessionJob.objects.get(next_try_at__lte=NOW).session == NEWEST
