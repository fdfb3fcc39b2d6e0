"""Who works on a row, who takes over, and who is kept from writing late."""

import threading
from collections.abc import Iterator
from datetime import date, timedelta

import pytest
import redis as redis_client
from django.db import connection, transaction
from pytest_django import Settings

from investment.lib import clock, redis
from investment.ops.models import Lock, Run, SessionJob
from investment.ops.services import leases, runs
from investment.ops.services.leases import Busy, Held, LeaseLost, Superseded
from investment.ops.services.sources import provider_under
from investment.ops.tests.stage import MONDAY, NIGHT, reach
from investment.providers.sandbox.testing import RunningSandbox, running_sandbox
from investment.quotas import scripts
from investment.quotas.models import Epoch
from investment.quotas.services import epochs

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def job() -> SessionJob:
    return SessionJob.objects.create(session=date(2026, 1, 5))


def let_it_run_out(job: SessionJob) -> None:
    SessionJob.objects.filter(pk=job.pk).update(lease_until=clock.real_now() - timedelta(seconds=1))


def test_only_one_can_hold_a_lease(job: SessionJob) -> None:
    with leases.held(SessionJob, job.pk) as first:
        with pytest.raises(Busy) as refused, leases.held(SessionJob, job.pk):
            pass
        assert refused.value.owner == first.owner

    with leases.held(SessionJob, job.pk) as second:
        assert second.owner != first.owner


def test_of_many_who_claim_at_once_exactly_one_wins(job: SessionJob) -> None:
    ready = threading.Barrier(8)
    won: list[str] = []

    def try_it() -> None:
        ready.wait()
        try:
            won.append(leases.claim(SessionJob, job.pk).owner)
        except Busy:
            pass
        finally:
            connection.close()

    threads = [threading.Thread(target=try_it) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(won) == 1


def test_whose_lease_ran_out_is_taken_over_and_may_write_no_more(job: SessionJob) -> None:
    paused = leases.claim(SessionJob, job.pk)
    let_it_run_out(job)

    successor = leases.claim(SessionJob, job.pk)

    assert successor.took_over == paused.owner
    with pytest.raises(LeaseLost), transaction.atomic():
        paused.guard()
    with pytest.raises(LeaseLost):
        paused.update(error="late")
    assert not paused.renew()
    leases.release(paused)  # harmless
    job.refresh_from_db()
    assert job.lease_owner == successor.owner
    assert job.error == ""


def test_a_lease_that_ran_out_is_still_ours_while_nobody_wanted_it(job: SessionJob) -> None:
    lease = leases.claim(SessionJob, job.pk)
    let_it_run_out(job)

    with transaction.atomic():
        lease.guard()
    assert lease.renew()
    with pytest.raises(Busy):
        leases.claim(SessionJob, job.pk)


def test_nobody_takes_over_between_the_guard_and_the_commit(job: SessionJob) -> None:
    lease = leases.claim(SessionJob, job.pk)
    let_it_run_out(job)
    guarded, taken = threading.Event(), threading.Event()

    def take() -> None:
        guarded.wait()
        leases.claim(SessionJob, job.pk)
        taken.set()
        connection.close()

    thread = threading.Thread(target=take)
    thread.start()
    with transaction.atomic():
        lease.guard()
        guarded.set()
        assert not taken.wait(0.3)
        lease.update(error="in time")
    thread.join()

    job.refresh_from_db()
    assert (job.error, job.lease_owner != lease.owner) == ("in time", True)


def test_the_heart_beats_on_a_connection_of_its_own(job: SessionJob, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(leases, "HEARTBEAT", 0.05)
    with leases.held(SessionJob, job.pk) as lease:
        let_it_run_out(job)
        # Ours is busy in a transaction all the while.
        with transaction.atomic():
            job.refresh_from_db()
            deadline = clock.real_now() + timedelta(seconds=5)
            while not leases.is_held(job) and clock.real_now() < deadline:
                job.refresh_from_db()
        assert leases.is_held(job)
        assert not lease.lost.is_set()

    job.refresh_from_db()
    assert (job.lease_owner, job.lease_until) == ("", None)


def test_who_loses_its_lead_between_two_turns_says_so(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(leases, "HEARTBEAT", 0.02)
    stop = threading.Event()

    def turn(lease: Held) -> float:
        Lock.objects.filter(name="planner").update(lease_owner="another")
        assert lease.lost.wait(10)
        stop.set()
        return 0.0

    leases.lead("planner", begin=lambda: turn, stop=stop, pause=0.01)

    assert "Leading no more: The lease on Lock planner was taken over" in caplog.text
    assert Lock.objects.get().lease_owner == "another"


def test_a_lock_needs_no_row_beforehand() -> None:
    with leases.lock("leader") as lease, pytest.raises(Busy), leases.lock("leader"):
        pass

    assert Lock.objects.get(name="leader").lease_owner == ""
    assert lease.key == "leader"


def test_every_claim_begins_a_reign_and_giving_it_back_ends_it(job: SessionJob) -> None:
    first = leases.claim(SessionJob, job.pk)
    let_it_run_out(job)
    with leases.held(SessionJob, job.pk) as second:
        assert second.epoch > first.epoch
        reigns = Epoch.objects.filter(name="SessionJob:2026-01-05")
        assert list(reigns.values_list("number", "owner")) == [(second.epoch, second.owner)]
        assert numbers() == [second.epoch]

    leases.release(first)
    assert not reigns.exists()
    assert numbers() == []


def test_who_claimed_slowly_does_not_displace_who_came_after(
    job: SessionJob, monkeypatch: pytest.MonkeyPatch
) -> None:
    proclaim = epochs.proclaim

    def after_another(*, name: str, number: int) -> None:
        monkeypatch.setattr(epochs, "proclaim", proclaim)
        let_it_run_out(job)
        taken.append(leases.claim(SessionJob, job.pk))
        proclaim(name=name, number=number)

    taken: list[Held] = []
    monkeypatch.setattr(epochs, "proclaim", after_another)

    with pytest.raises(Busy) as refused:
        leases.claim(SessionJob, job.pk)

    assert refused.value.owner == taken[0].owner
    assert numbers() == [taken[0].epoch]


def test_a_claim_that_the_state_server_does_not_hear_of_is_given_back(
    job: SessionJob, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(**_: object) -> None:
        raise redis_client.ConnectionError("gone")

    monkeypatch.setattr(epochs, "proclaim", away)

    with pytest.raises(redis_client.ConnectionError):
        leases.claim(SessionJob, job.pk)

    job.refresh_from_db()
    assert not leases.is_held(job)


def test_what_was_written_under_a_lease_that_is_lost_by_then_is_not_kept(job: SessionJob) -> None:
    paused = leases.claim(SessionJob, job.pk)

    def take() -> None:
        let_it_run_out(job)
        leases.claim(SessionJob, job.pk)
        connection.close()

    def write() -> None:
        with paused.writing():
            Lock.objects.create(name="written late")
            thread.start()
            thread.join()

    thread = threading.Thread(target=take)
    with pytest.raises(LeaseLost):
        write()

    assert not Lock.objects.filter(name="written late").exists()
    with pytest.raises(LeaseLost):
        paused.check()


def test_nothing_may_be_sent_once_somebody_can_have_taken_over(job: SessionJob) -> None:
    lease = leases.claim(SessionJob, job.pk)
    lease.check_time()

    lease.until = clock.real_now()

    with pytest.raises(LeaseLost):
        lease.check_time()


def test_whoever_takes_over_ends_what_the_one_before_is_writing(job: SessionJob) -> None:
    """It has locked the very row, and is not there to let it go."""
    held: list[Held] = []
    taken: list[Held] = []

    def take() -> None:
        taken.append(leases.claim(SessionJob, job.pk))
        connection.close()

    def write() -> None:
        with leases.held(SessionJob, job.pk) as lease:
            held.append(lease)
            let_it_run_out(job)
            with transaction.atomic():
                lease.guard()
                lease.update(error="never committed")
                thread.start()
                thread.join(timeout=10)
                assert taken, "it was held up"

    thread = threading.Thread(target=take)
    with pytest.raises(LeaseLost):
        write()

    job.refresh_from_db()
    assert (job.error, job.lease_owner) == ("", taken[0].owner)
    assert taken[0].took_over == held[0].owner


def test_a_connection_bears_its_name_only_while_the_lease_is_held(job: SessionJob) -> None:
    before = application_name()
    with leases.held(SessionJob, job.pk) as lease:
        assert application_name() == lease.owner
    assert application_name() == before


def test_the_run_of_whose_lease_was_taken_over_is_marked() -> None:
    with leases.lock("backfill") as paused:
        late = open_run(paused, "2026-01-05 to 2026-03-02")
        Lock.objects.update(lease_until=clock.real_now() - timedelta(seconds=1))
        successor = leases.claim(Lock, "backfill")
        open_run(successor, "another range")

        late.message = "I go on"
        late.progress(5, 5)
        runs.close_run(late, state=Run.State.DONE)

    states = list(Run.objects.order_by("pk").values_list("state", "message"))
    assert states == [("abandoned", ""), ("running", "")]


@pytest.fixture
def sandbox(settings: Settings) -> Iterator[RunningSandbox]:
    clock.set_clock(origin=NIGHT, rate=0)
    with running_sandbox(plan="unlimited", clock=clock.now) as running:
        reach(settings, running, plan="unlimited")
        yield running


def test_who_was_taken_over_asks_the_provider_no_more(sandbox: RunningSandbox, job: SessionJob) -> None:
    paused = leases.claim(SessionJob, job.pk)
    ask(paused)
    let_it_run_out(job)
    successor = leases.claim(SessionJob, job.pk)

    with pytest.raises(LeaseLost, match="SessionJob 2026-01-05 was taken over"):
        ask(paused)

    assert paused.lost.is_set()
    assert sandbox.counts().received == 1
    ask(successor)


def test_what_an_older_release_holds_is_left_to_the_newer(sandbox: RunningSandbox, job: SessionJob) -> None:
    lease = leases.claim(SessionJob, job.pk)
    ask(lease)
    redis.state().hset(redis.key(*scripts.EPOCH), "layout", scripts.LAYOUT + 1)

    with pytest.raises(Superseded, match="newer release"):
        ask(lease)

    assert sandbox.counts().received == 1


def ask(lease: Held) -> None:
    with provider_under(lease, lane="planned", purpose="a test", patience=0.0) as provider:
        provider.grouped_daily(session=MONDAY)


def open_run(lease: Held, subject: str) -> runs.Tally:
    return runs.open_run(
        kind=Run.Kind.BACKFILL, subject=subject, trigger=Run.Trigger.COMMAND, lease=lease, now=NIGHT
    )


def numbers() -> list[int]:
    """Return the numbers that may reserve."""
    fields: list[bytes] = redis.state().hkeys(redis.key(*scripts.EPOCH))  # type: ignore[assignment]
    return [int(field) for field in fields if field.isdigit()]


def application_name() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('application_name')")
        return str(cursor.fetchone()[0])
