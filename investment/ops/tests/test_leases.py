"""Who works on a row, who takes over, and who is kept from writing late."""

import threading
from datetime import date, timedelta

import pytest
from django.db import connection, transaction

from investment.lib import clock
from investment.ops.models import Lock, SessionJob
from investment.ops.services import leases
from investment.ops.services.leases import Busy, LeaseLost

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


def test_a_lock_needs_no_row_beforehand() -> None:
    with leases.lock("leader") as lease, pytest.raises(Busy), leases.lock("leader"):
        pass

    assert Lock.objects.get(name="leader").lease_owner == ""
    assert lease.key == "leader"
