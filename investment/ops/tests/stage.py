"""What tests of the daily job stand on: a small invented market behind a real sandbox."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path

from pytest_django import Settings

from investment.lib import clock, redis
from investment.lib.modes import Mode
from investment.market.selectors.sessions import sessions_before
from investment.market.services.bars import ingest_market_day
from investment.market.services.calendar import write_sessions
from investment.market.services.instruments import upsert_instruments
from investment.market.services.origins import NewOrigin
from investment.ops.models import Run, SessionJob, SessionStage
from investment.ops.services import installation
from investment.ops.services.session_job import Outcome, advance_session
from investment.providers.contracts import MarketDay
from investment.providers.sandbox.testing import RunningSandbox, exchange_days, running_sandbox
from investment.providers.services.terms import accept
from investment.providers.terms import NON_DISPLAY

NIGHT = datetime(2026, 3, 3, 5, 5, tzinfo=UTC)  # Tuesday 00:05 in New York
MONDAY = date(2026, 3, 2)  # the session that is due then
FRIDAY = date(2026, 2, 27)
SYMBOLS = 60
PAST = 25  # sessions


@contextmanager
def mode(settings: Settings, name: str) -> Iterator[None]:
    """Let this be an installation of another mode, whose keys are as new before and gone afterwards."""
    settings.MODE = Mode.parse(name)
    forget()
    try:
        yield
    finally:
        forget()


def forget() -> None:
    """Remove the keys of the present mode: its ledger and its clock."""
    for key in redis.state().scan_iter(match=redis.key("*"), count=1000):
        redis.state().delete(key)
    clock.clear_clock()


@contextmanager
def night_after(settings: Settings, *, plan: str = "unlimited", past: int = PAST) -> Iterator[RunningSandbox]:
    """
    Let it be the night after :data:`MONDAY`: its bars are published, ``past`` sessions are stored.

    The clock stands still; the sandbox, the ledger and the job all read it.
    """
    clock.set_clock(origin=NIGHT, rate=0)
    calendar = exchange_days("2025-06-01", "2026-12-31")
    write_sessions(days=calendar.sessions, first=date(2025, 6, 1), last=date(2026, 12, 31))
    accept(clause=NON_DISPLAY, provider="massive", by="the tests", actor=None, now=NIGHT)
    with running_sandbox(symbols=SYMBOLS, plan=plan, clock=clock.now) as sandbox:
        reach(settings, sandbox, plan=plan)
        market = sandbox.market
        upsert_instruments(records=market.instruments(FRIDAY), source="sample", now=NIGHT)
        for session in sessions_before(FRIDAY, past):
            store(sandbox, session)
        yield sandbox


@contextmanager
def folder_of_bars(settings: Settings, folder: Path) -> Iterator[RunningSandbox]:
    """Let this be an installation of a folder of real bars, prepared, behind a sandbox that serves it."""
    settings.DATA_DIR = str(folder)
    calendar = exchange_days("1990-01-01", "2026-12-31")
    write_sessions(days=calendar.sessions, first=date(1990, 1, 1), last=date(2026, 12, 31))
    with mode(settings, Mode.for_data(folder).name):
        installation.ensure_clock()
        installation.record_mode(now=clock.real_now())
        with running_sandbox(folder=folder, plan="unlimited", clock=clock.now) as sandbox:
            reach(settings, sandbox, plan="unlimited")
            yield sandbox


def reach(settings: Settings, sandbox: RunningSandbox, *, plan: str) -> None:
    """Let the gateway ask this sandbox."""
    settings.MASSIVE_BASE_URL = sandbox.url
    settings.MASSIVE_API_KEY = sandbox.key
    settings.MASSIVE_PLAN = plan


def store(sandbox: RunningSandbox, session: date) -> None:
    """Store a session of the market as if it had been imported."""
    day = MarketDay(session, sandbox.market.day(session), [], "raw", "")
    ingest_market_day(day=day, origin=NewOrigin(provider="sample", channel="imported"), now=clock.now())


def at(now: datetime) -> None:
    """Let it be ``now``."""
    clock.set_clock(origin=now, rate=0)


def run(session: date = MONDAY, *, stored_only: bool = False) -> Outcome:
    """Advance the job of a session, as the schedule would."""
    return advance_session(
        session=session, now=clock.now(), trigger=Run.Trigger.SCHEDULE, stored_only=stored_only
    )


def stages(session: date = MONDAY) -> dict[str, str]:
    """Return the state of each stage, in their order."""
    rows = SessionStage.objects.filter(job_id=session).order_by("position")
    return dict(rows.values_list("name", "state"))


def job(session: date = MONDAY) -> SessionJob:
    return SessionJob.objects.get(pk=session)
