"""Until the operator has accepted the clause, a live installation scores nothing of Massive's prices."""

from collections.abc import Iterator
from datetime import date

import pytest
from pytest_django import Settings

from investment.accounts.models import AuditEntry
from investment.analysis.models import Figures, Score
from investment.analysis.services.run import analyse_session
from investment.lib import clock
from investment.market.models import CorporateAction, DailyBar, Instrument, Origin
from investment.ops.models import Installation
from investment.ops.services.stage_analysis import LOOK_AGAIN
from investment.ops.tests.stage import MONDAY, NIGHT, at, mode, night_after, run
from investment.providers.sandbox.testing import RunningSandbox
from investment.providers.services.terms import accept
from investment.providers.terms import NON_DISPLAY

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


@pytest.fixture
def sandbox(settings: Settings) -> Iterator[RunningSandbox]:
    """A live installation whose operator has decided nothing yet."""
    with mode(settings, "live"), night_after(settings) as running:
        Installation.objects.create(mode="live", created_at=NIGHT)
        AuditEntry.objects.all().delete()
        yield running


def test_prices_are_stored_but_not_scored_until_the_clause_is_accepted(sandbox: RunningSandbox) -> None:
    waiting = run()

    assert "manage.py accept_terms massive" in waiting.error
    assert (waiting.state, waiting.next_try_at) == ("due", NIGHT + LOOK_AGAIN)
    assert DailyBar.objects.filter(session=MONDAY).exists()
    assert not Figures.objects.exists()
    assert not Score.objects.exists()

    accept(clause=NON_DISPLAY, provider="massive", by="ada", actor=None, now=clock.now())
    at(NIGHT + LOOK_AGAIN)
    done = run()

    assert (done.state, done.error) == ("done", "")
    assert Figures.objects.filter(session=MONDAY).exists()


def test_own_files_are_scored_without_it(sandbox: RunningSandbox) -> None:
    run()
    own = Origin.objects.filter(channel="imported").earliest("pk")
    chosen = list(DailyBar.objects.filter(session=MONDAY).values_list("instrument_id", flat=True)[:7])
    DailyBar.objects.filter(session=MONDAY, instrument_id__in=chosen).update(origin=own)

    outcome = run()

    assert outcome.state == "done"
    assert set(Figures.objects.values_list("instrument_id", flat=True)) == set(chosen)


def test_what_its_splits_tell_of_own_files_is_unknown_without_it(sandbox: RunningSandbox) -> None:
    run()
    own = Origin.objects.filter(channel="imported").earliest("pk")
    DailyBar.objects.filter(session=MONDAY).update(origin=own)
    CorporateAction.objects.all().delete()
    split, other = DailyBar.objects.filter(session=MONDAY).values_list("instrument_id", flat=True)[:2]
    Instrument.objects.update(actions_from=date(2020, 1, 1), actions_withheld="")
    CorporateAction.objects.create(
        instrument_id=split, kind="split", ratio=2.0, ex_date=MONDAY, provider="massive", known_at=NIGHT
    )

    def returns() -> dict[int, float | None]:
        analyse_session(session=MONDAY, now=clock.now())
        return dict(Figures.objects.filter(session=MONDAY).values_list("instrument_id", "return_1"))

    without = returns()
    accept(clause=NON_DISPLAY, provider="massive", by="ada", actor=None, now=clock.now())
    accepted = returns()

    assert without[split] is None
    assert accepted[split] is not None
    assert without[other] == accepted[other] is not None


def test_in_sample_mode_nothing_is_withheld(settings: Settings) -> None:
    with mode(settings, "sample-7-60"), night_after(settings):
        Installation.objects.create(mode="sample-7-60", created_at=NIGHT)
        AuditEntry.objects.all().delete()

        assert run().state == "done"
