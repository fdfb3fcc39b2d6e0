"""What must be there before anything runs: the mode, the calendar, the clock, the sample's past."""

from datetime import date, datetime, time, timedelta
from pathlib import Path

from django.conf import settings
from django.db import transaction

from investment.lib import clock, exchange_days
from investment.lib.modes import data_digest
from investment.market.models import Session
from investment.market.services.calendar import write_sessions
from investment.market.services.imports import import_sample, sample_sessions
from investment.ops.calculators import timetable
from investment.ops.models import Installation, Run
from investment.ops.selectors.installation import WrongMode, refuse_other_mode
from investment.ops.services import leases, runs
from investment.ops.services.work import OnProgress, silent
from investment.providers.sandbox.folder import first_and_last_session

FIRST_DAY = date(1990, 1, 1)
YEARS_AHEAD = 2
CALENDAR_MARGIN = timedelta(days=366)  # less than this ahead: write it again
SAMPLE_SESSIONS = 520
SAMPLE_SUBJECT = "sample market"
SAMPLE_LOCK = "import-sample"
AFTER_MIDNIGHT = time(0, 30)  # New York: when a folder's last session can be asked for


@transaction.atomic
def record_mode(*, now: datetime) -> None:
    """
    Let this database belong to the mode of this process.

    :raises WrongMode: if it belongs to another, or the folder of bars is not the one it was made for.
    """
    mode = settings.MODE
    if mode.kind == "data":
        digest = data_digest(Path(settings.DATA_DIR))
        if digest != mode.digest:
            raise WrongMode(
                f"The folder {settings.DATA_DIR} is not the one of mode {mode.name}: it would be "
                f"data-{digest}. Its files have changed, or another folder was given.",
                mode=mode.name,
            )
    installation, _ = Installation.objects.get_or_create(
        id=1, defaults={"mode": mode.name, "created_at": now}
    )
    refuse_other_mode(installation.mode)


def ensure_calendar(*, today: date) -> int:
    """
    Write the exchange calendar where it is missing or soon at its end; return the sessions written.

    A child process computes it, so that pandas stays out of this one; the sandbox reads what it told.
    """
    last = Session.objects.order_by("-session").values_list("session", flat=True).first()
    if last is not None and last - today >= CALENDAR_MARGIN:
        return 0
    until = date(today.year + YEARS_AHEAD, 12, 31)
    days = exchange_days.read_apart(FIRST_DAY, until, folder=settings.RUNTIME_DIR)
    return write_sessions(days=days.sessions, first=FIRST_DAY, last=until)


def ensure_clock() -> datetime | None:
    """
    Let the clock of a folder of bars stand at 00:30 New York after its last session, once.

    :return: where it was set to; None where it was set before, or the mode keeps real time.
    """
    if settings.MODE.kind != "data" or clock.is_set():
        return None
    _, last = first_and_last_session(Path(settings.DATA_DIR))
    origin = timetable.new_york(last + timedelta(days=1), AFTER_MIDNIGHT)
    clock.set_clock(origin=origin, rate=0)
    return origin


def sample_range(*, now: datetime) -> tuple[date, date] | None:
    """
    Return the first and last session of the sample's past; None if it has been imported.

    It ends before the latest session, which comes over HTTP as every later one will.
    """
    if settings.MODE.kind != "sample":
        return None
    imported = Run.objects.filter(kind=Run.Kind.IMPORT, subject=SAMPLE_SUBJECT, state=Run.State.DONE)
    if imported.exists():
        return None
    past = sample_sessions(now=now, count=SAMPLE_SESSIONS)
    return past[0], past[-1]


def import_sample_past(*, now: datetime, on_progress: OnProgress = silent) -> None:
    """
    Import the sample market's past, where that was not done before. Repeatable after an interruption.

    :raises Busy: if it is being done already.
    """
    wanted = sample_range(now=now)
    if wanted is None:
        return
    first, last = wanted
    with (
        leases.lock(SAMPLE_LOCK) as lease,
        runs.recorded(
            kind=Run.Kind.IMPORT,
            subject=SAMPLE_SUBJECT,
            trigger=Run.Trigger.COMMAND,
            lease=lease,
            now=now,
        ) as tally,
    ):

        def tell(done: int, total: int) -> None:
            on_progress("Sample market", done, total)
            tally.progress(done, total)

        report = import_sample(first=first, last=last, now=now, on_progress=tell)
        tally.inserted, tally.changed = report.inserted, report.changed
        tally.unchanged, tally.refused = report.unchanged, report.refused
        tally.message = f"Sessions {first} to {last}"
