"""The states of the daily job, against a sandbox over real HTTP."""

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from pytest_django import Settings

from investment.analysis.models import Figures, Score
from investment.market.models import BarRevision, CorporateAction, DailyBar, DataIssue, Instrument
from investment.ops.calculators import timetable
from investment.ops.models import Run, SessionJob
from investment.ops.services import job_rows, leases, session_job
from investment.ops.services.session_job import SessionNotBegun
from investment.ops.tests.stage import FRIDAY, MONDAY, NIGHT, at, job, night_after, run, stages
from investment.providers import gateway
from investment.providers.sandbox.plans import PLANS
from investment.providers.sandbox.testing import RunningSandbox
from investment.quotas.models import Call

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


@pytest.fixture
def sandbox(settings: Settings) -> Iterator[RunningSandbox]:
    with night_after(settings) as running:
        yield running


def open_issues(session: date = MONDAY) -> list[str]:
    issues = DataIssue.objects.filter(session=session, closed_at=None)
    return sorted(issues.values_list("kind", flat=True))


def bars(session: date = MONDAY) -> int:
    return DailyBar.objects.filter(session=session).count()


def test_a_published_session_is_fetched_stored_analysed_and_ranked(sandbox: RunningSandbox) -> None:
    published = len(sandbox.market.day(MONDAY))

    outcome = run()

    assert (outcome.state, outcome.error) == ("done", "")
    assert (outcome.inserted, outcome.refused, bars()) == (published, 0, published)
    assert outcome.analysed == Figures.objects.filter(session=MONDAY).count() == published
    assert Score.objects.filter(session=MONDAY).exists()
    assert outcome.calls == 3  # the market, splits, dividends
    assert set(stages().values()) == {"done"}
    assert job().reread_due_at == timetable.reread_at(MONDAY)
    assert job().next_try_at is None
    assert open_issues() == []


def test_a_run_is_a_row_that_says_what_it_did(sandbox: RunningSandbox) -> None:
    outcome = run()

    row = Run.objects.get(pk=outcome.run_id)
    assert (row.kind, row.subject, row.state, row.trigger) == ("session", "2026-03-02", "done", "schedule")
    assert (row.calls, row.inserted, row.analysed) == (3, outcome.inserted, outcome.analysed)
    assert row.seconds is not None
    assert list(Call.objects.values_list("purpose", "state").distinct()) == [("session 2026-03-02", "sent")]


def test_a_job_that_is_done_does_nothing_when_nudged_again(sandbox: RunningSandbox) -> None:
    run()

    outcome = run()

    assert (outcome.state, outcome.calls, outcome.inserted, outcome.analysed) == ("done", 0, 0, 0)


def test_an_empty_answer_on_a_session_is_not_published_and_asked_again(sandbox: RunningSandbox) -> None:
    sandbox.fault("empty", endpoint="grouped")

    outcome = run()

    assert outcome.state == "not_published"
    assert outcome.next_try_at == NIGHT + timedelta(minutes=15)
    assert (bars(), open_issues()) == (0, [])
    at(NIGHT + timedelta(minutes=15))
    assert run().state == "done"


def test_asking_too_early_is_not_published(sandbox: RunningSandbox, settings: Settings) -> None:
    at(NIGHT - timedelta(hours=6))  # Monday 18:05 in New York
    use_free_plan(sandbox, settings)

    outcome = run()

    assert outcome.state == "not_published"
    assert "before end of day" in outcome.error
    assert outcome.next_try_at == NIGHT


def use_free_plan(sandbox: RunningSandbox, settings: Settings) -> None:
    sandbox.sandbox.keys[sandbox.key] = PLANS["basic"]
    settings.MASSIVE_PLAN = "basic"


def test_after_a_day_without_an_answer_an_issue_is_open_and_the_job_is_never_done(
    sandbox: RunningSandbox,
) -> None:
    sandbox.fault("empty", endpoint="grouped", times=None)
    run()
    at(NIGHT + timedelta(hours=23))
    run()
    assert open_issues() == []

    at(NIGHT + timedelta(hours=24))
    outcome = run()

    assert outcome.state == "not_published"
    assert open_issues() == ["not_published"]
    assert outcome.next_try_at is not None
    sandbox.reset()
    at(outcome.next_try_at)
    assert run().state == "done"
    assert open_issues() == []


def test_a_provider_that_is_away_for_a_day_is_an_issue_too(sandbox: RunningSandbox) -> None:
    sandbox.fault("status", endpoint="grouped", times=None)
    run()
    assert open_issues() == []

    at(NIGHT + timedelta(hours=24))
    run()

    assert (job().state, open_issues()) == ("due", ["not_published"])


def test_half_the_rows_are_stored_but_not_ranked_and_asked_for_again(sandbox: RunningSandbox) -> None:
    published = len(sandbox.market.day(MONDAY))
    sandbox.fault("half_rows", endpoint="grouped")

    outcome = run()

    assert outcome.state == "partial"
    assert (outcome.inserted, bars()) == (-(-published // 2), -(-published // 2))
    assert not Score.objects.filter(session=MONDAY).exists()
    assert open_issues() == ["partial"]
    assert f"where {job().usual_rows} are usual" in outcome.error
    at(NIGHT + timedelta(minutes=15))
    outcome = run()
    assert (outcome.state, outcome.inserted, outcome.unchanged) == (
        "done",
        published // 2,
        -(-published // 2),
    )
    assert open_issues() == []


def test_a_date_without_a_session_is_closed_and_costs_no_call(sandbox: RunningSandbox) -> None:
    outcome = run(date(2026, 2, 28))  # a Saturday

    assert (outcome.state, outcome.calls, outcome.next_try_at) == ("closed", 0, None)


def test_a_day_that_has_not_begun_is_refused(sandbox: RunningSandbox) -> None:
    with pytest.raises(SessionNotBegun, match="2026-03-04"):
        run(date(2026, 3, 4))


@pytest.mark.parametrize("kind", ["status", "reset", "truncated"])
def test_a_passing_failure_is_tried_again_soon(sandbox: RunningSandbox, kind: str) -> None:
    sandbox.fault(kind, endpoint="grouped")

    outcome = run()

    assert (outcome.state, outcome.passing) == ("due", True)
    assert outcome.error
    assert outcome.next_try_at == NIGHT + timedelta(minutes=5)
    assert Run.objects.get(pk=outcome.run_id).state == "failed"
    assert run().state == "done"


@pytest.mark.parametrize(
    "kind",
    ["cut_json", "html", "envelope", "wrong_session", "negative_price", "high_below_low", "wrong_types"],
)
def test_an_answer_that_cannot_be_believed_stores_nothing_and_says_so(
    sandbox: RunningSandbox, kind: str
) -> None:
    before = DailyBar.objects.count()
    sandbox.fault(kind, endpoint="grouped", **({"rows": 5} if kind in WITH_ROWS else {}))

    outcome = run()

    assert outcome.state == "failed"
    assert DailyBar.objects.count() == before
    assert open_issues() == ["answer_refused"]
    assert DataIssue.objects.get(session=MONDAY).times == 1
    assert Run.objects.get(pk=outcome.run_id).error == job().error != ""
    assert outcome.next_try_at == NIGHT + timedelta(minutes=15)
    at(NIGHT + timedelta(minutes=15))
    assert run().state == "done"
    assert open_issues() == []


WITH_ROWS = ("negative_price", "high_below_low", "wrong_types")


def test_a_key_that_is_refused_fails_the_job_in_the_providers_words(
    sandbox: RunningSandbox, settings: Settings
) -> None:
    settings.MASSIVE_API_KEY = "nobody-knows-this-key"

    outcome = run()

    assert (outcome.state, outcome.next_try_at) == ("failed", None)
    assert "Unknown API Key" in outcome.error
    assert open_issues() == ["answer_refused"]
    assert "nobody-knows" not in DataIssue.objects.get(session=MONDAY).message


def test_without_a_free_call_the_job_waits_and_goes_on_where_it_stopped(
    sandbox: RunningSandbox, settings: Settings
) -> None:
    use_free_plan(sandbox, settings)
    spend(sandbox, 4)

    waiting = run()

    assert waiting.state == "due"
    assert stages()["bars"] == "done"
    assert waiting.next_try_at is not None
    assert NIGHT < waiting.next_try_at <= NIGHT + timedelta(seconds=70)
    assert Run.objects.get(pk=waiting.run_id).state == "waiting"
    at(waiting.next_try_at)
    outcome = run()
    assert (outcome.state, outcome.calls) == ("done", 2)
    assert 429 not in sandbox.counts().by_status


def spend(sandbox: RunningSandbox, calls: int) -> None:
    with gateway.market_data(lane="essential", purpose="something else") as provider:
        for _ in range(calls):
            provider.market_status()


def test_actions_that_the_plan_refuses_are_unknown_until_it_tells_them_again(
    sandbox: RunningSandbox,
) -> None:
    body = '{"status":"NOT_AUTHORIZED","message":"You are not entitled to this data."}'
    sandbox.fault("status", endpoint="splits_v1", status=403, body=body, content_type="application/json")

    outcome = run()

    assert outcome.state == "done"
    assert "not entitled" in job().stages.get(name="actions").detail["withheld"]
    assert not Instrument.objects.filter(actions_withheld="").exists()
    figures = Figures.objects.filter(session=MONDAY)
    assert figures.filter(return_5__isnull=True).count() == figures.count()

    at(NIGHT + timedelta(days=7))  # the endpoint is not asked for sooner
    run(date(2026, 3, 9))

    assert not Instrument.objects.exclude(actions_withheld="").exists()
    asked = job(date(2026, 3, 9)).stages.get(name="actions").detail
    assert asked["start"] == (MONDAY - timedelta(days=7)).isoformat()
    assert "withheld" not in job().stages.get(name="actions").detail


def test_due_actions_are_stored_once(sandbox: RunningSandbox) -> None:
    run()
    stored = CorporateAction.objects.count()
    detail = job().stages.get(name="actions").detail
    assert stored == detail["new"] == detail["splits"] + detail["dividends"] > 0

    job_rows.reset_stages(session=MONDAY, names=("actions",))
    run()

    assert CorporateAction.objects.count() == stored


def test_sessions_that_are_due_together_ask_for_their_actions_together(sandbox: RunningSandbox) -> None:
    at(NIGHT + timedelta(days=1))
    tuesday = date(2026, 3, 3)
    job_rows.ensure_job(session=MONDAY, try_at=NIGHT)
    job_rows.ensure_job(session=tuesday, try_at=NIGHT)

    assert [run(MONDAY).calls, run(tuesday).calls] == [3, 1]


def test_corrections_are_read_the_next_day_and_what_changed_is_analysed_again(
    sandbox: RunningSandbox,
) -> None:
    first = run()
    at(timetable.reread_at(MONDAY))
    symbol = sandbox.market.day(MONDAY).symbols[0]
    sandbox.fault("scale", endpoint="grouped", tickers=[symbol], factor=1.01)

    outcome = run()

    assert (outcome.state, outcome.changed, outcome.inserted) == ("done", 1, 0)
    assert outcome.unchanged == first.inserted - 1
    assert outcome.analysed == 1
    assert outcome.calls == 1
    assert BarRevision.objects.get().reason == "replaced"
    assert job().reread_due_at is None


def test_a_correction_reaches_the_sessions_after_it(sandbox: RunningSandbox) -> None:
    tuesday = date(2026, 3, 3)
    run()
    at(timetable.reread_at(MONDAY))
    run(tuesday)
    sandbox.fault("scale", endpoint="grouped", tickers=[sandbox.market.day(MONDAY).symbols[0]], factor=1.01)

    run(MONDAY)

    assert stages(tuesday) == {
        "bars": "done",
        "actions": "done",
        "analyse": "pending",
        "rank": "pending",
        "score": "pending",
    }
    assert job(tuesday).state == "done"
    assert run(tuesday).analysed == 1
    assert set(stages(tuesday).values()) == {"done"}


def test_a_correction_that_cannot_be_read_leaves_the_session_done(sandbox: RunningSandbox) -> None:
    run()
    at(timetable.reread_at(MONDAY))
    sandbox.fault("html", endpoint="grouped")

    outcome = run()

    assert outcome.state == "done"
    assert open_issues() == ["answer_refused"]
    assert job().reread_due_at is not None
    assert outcome.error
    at(timetable.reread_at(MONDAY) + timedelta(days=2))
    sandbox.fault("html", endpoint="grouped")
    assert run().next_try_at is None  # not for ever


def test_a_person_can_have_a_done_session_read_again(sandbox: RunningSandbox) -> None:
    run()

    job_rows.ask_again(session=MONDAY, now=NIGHT)
    outcome = run()

    assert (outcome.calls, outcome.changed, outcome.inserted, outcome.analysed) == (1, 0, 0, 0)
    assert outcome.unchanged == bars()
    assert job().reread_due_at == timetable.reread_at(MONDAY)


def test_two_at_once_do_not_work_on_one_session(sandbox: RunningSandbox) -> None:
    job_rows.ensure_job(session=MONDAY, try_at=NIGHT)

    with leases.held(SessionJob, MONDAY), pytest.raises(leases.Busy):
        run()

    assert run().state == "done"


def test_stored_bars_are_analysed_without_asking_anybody(sandbox: RunningSandbox) -> None:
    outcome = run(FRIDAY, stored_only=True)

    assert (outcome.state, outcome.calls) == ("done", 0)
    assert outcome.analysed == bars(FRIDAY)


def test_a_fault_of_ours_is_shown_tried_again_later_and_not_hidden(
    sandbox: RunningSandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    def bug(_work: object) -> None:
        raise ZeroDivisionError("a bug")

    monkeypatch.setitem(session_job._STEPS, "rank", bug)

    with pytest.raises(ZeroDivisionError):
        run()

    assert (job().state, job().next_try_at) == ("failed", NIGHT + timedelta(minutes=15))
    assert "a bug" in job().error
    assert not leases.is_held(job())
    monkeypatch.undo()
    assert run().state == "done"
