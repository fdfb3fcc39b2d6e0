"""
What a live installation still lacks of its history, piece by piece, and how far it is.

The order: who is listed, the market's splits and dividends, sessions newest first, who is listed no
more, and the actions once more, for those. A piece is one call where the provider's page holds it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from math import ceil
from typing import Literal

from django.conf import settings
from django.db.models import Q

from investment.analysis.services.run import HISTORY as SESSIONS_READ
from investment.lib import clock
from investment.market.models import Instrument
from investment.market.selectors.instruments import strangers
from investment.market.selectors.sessions import sessions_between
from investment.ops.models import BackfillStep, History, Lock, SessionJob, SessionStage
from investment.ops.selectors.backfill import AHEAD, LOCK, QUICK_CALL, missing_sessions, seconds_of
from investment.ops.selectors.prices import has_prices
from investment.providers import registry
from investment.providers.models import HistoryFloor

ENDPOINT = "grouped_daily"  # whose floor is the history's
ACTIVE, DELISTED = "active", "delisted"
AGAIN = "again"  # the actions of those who are listed no more
ON = "on "  # before the day of a list of who was listed then
FORMER = timedelta(days=182)  # between two such days: few tickers are new and gone within it
PAGE = 1000  # instruments in one call
# With so many sessions stored another figure appears: returns over 1, 5, 21, 63, 126 and 252 sessions, …
POINTS = (2, 6, 15, 22, 64, 127, 253, SESSIONS_READ)

Name = Literal["prices", "instruments", "actions", "sessions", "analysis"]
StepState = Literal["pending", "running", "done", "refused"]
LABELS: dict[Name, str] = {
    "prices": "Prices of the newest session",
    "instruments": "Who is listed, as what",
    "actions": "Splits and dividends",
    "sessions": "Earlier sessions, newest first",
    "analysis": "Analysis of the newest session",
}
_STEP_OF: dict[str, Name] = {
    BackfillStep.Kind.INSTRUMENTS: "instruments",
    BackfillStep.Kind.SPLITS: "actions",
    BackfillStep.Kind.DIVIDENDS: "actions",
    BackfillStep.Kind.SESSION: "sessions",
}


@dataclass(frozen=True, slots=True)
class Piece:
    """One question: of what, about which days (both included), and which of its kind."""

    kind: BackfillStep.Kind
    first: date
    last: date
    key: str = ""

    @property
    def step(self) -> Name:
        return _STEP_OF[self.kind]

    def __str__(self) -> str:
        return f"{self.kind} {self.key} {self.first}..{self.last}"


@dataclass(frozen=True, slots=True)
class HistoryStep:
    """One line of the progress. ``total`` is None where nobody knows it yet; ``words`` are for people."""

    name: Name
    label: str
    state: StepState
    done: int
    total: int | None
    words: str


@dataclass(frozen=True, slots=True)
class HistoryStatus:
    """
    How far the history is. ``calls_left`` and ``estimated_end_at`` (the one clock's) are estimates
    from what is left and the share of the quota that planned work has.
    """

    state: Literal["waiting", "running", "done", "stopped"]
    since: date
    until: date
    steps: list[HistoryStep]
    calls_left: int | None
    estimated_end_at: datetime | None
    next_try_at: datetime | None
    words: str


def the_history() -> History | None:
    """Return the row of the history; None where there is none to bring."""
    if settings.MODE.kind != "live" or not has_prices():
        return None
    return History.objects.filter(pk=1).first()


def due_history(*, now: datetime) -> History | None:
    """Return the history where it has work to do, and nobody is at it or at a backfill."""
    row = the_history()
    if row is None or row.state != History.State.WAITING:
        return None
    if row.next_try_at is None or row.next_try_at > now or _at_work():
        return None
    # The first call of all is the newest session's.
    return row if SessionJob.objects.filter(attempts__gt=0).exists() else None


def first_day(*, today: date) -> date:
    """Return where the history begins: where the provider said that it ends, else where its plan does."""
    scope = registry.market_data_access().limits.scope
    learned = HistoryFloor.objects.filter(scope=scope, endpoint=ENDPOINT).first()
    return learned.floor if learned is not None else registry.market_data_begins(today=today)


def open_pieces(row: History) -> list[Piece]:
    """Return what is neither stored nor refused, in the order in which it is to be asked for."""
    book = _Steps.read(row)
    return [*_listing(row, book, ACTIVE), *_actions(row, book, ""), *_sessions(row), *_late(row, book)]


def actions_known_from(row: History, key: str) -> date | None:
    """Return from when on splits and dividends are all stored, without a gap up to the end; None: not yet."""
    firsts = []
    told = BackfillStep.objects.filter(key=key, note="")
    for kind in (BackfillStep.Kind.SPLITS, BackfillStep.Kind.DIVIDENDS):
        spans = list(told.filter(kind=kind).order_by("-last").values_list("first", "last"))
        reach = row.until + AHEAD + timedelta(days=1)
        for first, last in spans:
            if last >= reach - timedelta(days=1):
                reach = min(reach, first)
        if reach > row.until:
            return None
        firsts.append(reach)
    return max(firsts)


def missing_actions(row: History) -> bool:
    """Return whether some of the actions could not be had."""
    known = actions_known_from(row, "")
    return known is None or known > row.since


def brings_actions(session: date) -> bool:
    """Return whether the history will ask for the actions around a session, so that its job need not."""
    row = the_history()
    if row is None or row.state != History.State.WAITING or session > row.until:
        return False
    return bool(_actions(row, _Steps.read(row), ""))


def reads_instruments() -> bool:
    """Return whether the history still has the list of instruments to read."""
    row = the_history()
    if row is None or row.state != History.State.WAITING:
        return False
    book = _Steps.read(row)
    return bool(_listing(row, book, ACTIVE) or _listing(row, book, DELISTED))


def known_parts(row: History) -> set[str]:
    """Return which of the class list and the actions there is nothing more to ask of."""
    left = {piece.step for piece in open_pieces(row) if piece.key in ("", ACTIVE)}
    return {"instruments", "actions"} - left


def stored_sessions(row: History) -> int:
    """Return how many sessions of the history are stored."""
    return len(sessions_between(row.since, row.until)) - len(missing_sessions(row.since, row.until))


@dataclass(frozen=True, slots=True)
class _Steps:
    """The steps that are done, as far as they concern the history."""

    done: dict[tuple[str, str], list[tuple[date, date]]]

    @classmethod
    def read(cls, row: History) -> "_Steps":
        found = BackfillStep.objects.exclude(
            kind__in=[BackfillStep.Kind.SESSION, BackfillStep.Kind.SYMBOL]
        ).filter(Q(last__gte=row.since) & Q(first__lte=row.until + AHEAD))
        done: dict[tuple[str, str], list[tuple[date, date]]] = {}
        for kind, key, first, last in found.values_list("kind", "key", "first", "last"):
            done.setdefault((kind, key), []).append((first, last))
        return cls(done)

    def covers(self, piece: Piece) -> bool:
        spans = self.done.get((piece.kind, piece.key), [])
        return any(first <= piece.first and piece.last <= last for first, last in spans)

    def has_actions(self, row: History) -> bool:
        """True where a backfill has brought all actions already."""
        spans = self.done.get((BackfillStep.Kind.ACTIONS, ""), [])
        return any(first <= row.since and row.until <= last for first, last in spans)


def _listing(row: History, book: _Steps, which: str) -> list[Piece]:
    piece = Piece(BackfillStep.Kind.INSTRUMENTS, row.until, row.until, which)
    return [] if "instruments" in row.refused or book.covers(piece) else [piece]


def _actions(row: History, book: _Steps, key: str) -> list[Piece]:
    if "actions" in row.refused or (not key and book.has_actions(row)):
        return []
    return [piece for piece in action_pieces(row, key) if not book.covers(piece)]


def action_pieces(row: History, key: str = "") -> Iterator[Piece]:
    """Yield all questions for splits, then for dividends, each newest first and without a gap."""
    end = row.until + AHEAD
    # A year of the whole market has some 1,500 splits and 14,000 dividends; a page holds 5,000.
    for kind, days in ((BackfillStep.Kind.SPLITS, row.days * 8), (BackfillStep.Kind.DIVIDENDS, row.days)):
        last = end
        while last >= row.since:
            first = max(row.since, last - timedelta(days=days - 1))
            yield Piece(kind, first, last, key)
            last = first - timedelta(days=1)


def _sessions(row: History) -> list[Piece]:
    if "sessions" in row.refused:
        return []
    # A session with a job is that job's business.
    jobs = set(SessionJob.objects.values_list("session", flat=True))
    missing = [day for day in missing_sessions(row.since, row.until) if day not in jobs]
    missing.sort(key=lambda day: (row.tries.get(day.isoformat(), 0), -day.toordinal()))
    return [Piece(BackfillStep.Kind.SESSION, day, day) for day in missing]


def _late(row: History, book: _Steps) -> list[Piece]:
    """Return what is asked for last: nobody who trades today needs it."""
    if "instruments" in row.refused:
        return []
    return [*_listing(row, book, DELISTED), *_former(row, book), *_actions(row, book, AGAIN)]


def _former(row: History, book: _Steps) -> list[Piece]:
    """Return the lists of earlier days, where there are bars of tickers that nobody has today."""
    if not strangers().exists():
        return []
    days, day = [], row.since
    while day < row.until:
        days.append(day)
        day += FORMER
    kind = BackfillStep.Kind.INSTRUMENTS
    pieces = [Piece(kind, row.until, row.until, f"{ON}{day}") for day in reversed(days)]
    return [piece for piece in pieces if not book.covers(piece)]


def history_status(*, now: datetime) -> HistoryStatus | None:
    """Return how far the history is; None where there is none to bring."""
    row = the_history()
    if row is None:
        return None
    pieces = open_pieces(row)
    total = len(sessions_between(row.since, row.until))
    stored = total - len(missing_sessions(row.since, row.until))
    over = row.state == History.State.DONE
    running = row.state == History.State.WAITING and _at_work()
    calls = 0 if over else _calls(row, pieces)
    end = None
    if row.state == History.State.WAITING:
        end = max(now, row.next_try_at or now) + timedelta(seconds=_seconds(row, calls))
    state: Literal["waiting", "running", "done", "stopped"] = (
        "done" if over else "stopped" if row.state == History.State.STOPPED else "waiting"
    )
    steps = [
        _prices(),
        _instruments(row, pieces),
        _actions_step(row, pieces),
        _sessions_step(row, pieces, stored, total),
        _analysis(row, total),
    ]
    return HistoryStatus(
        state="running" if running else state,
        since=row.since,
        until=row.until,
        steps=steps,
        calls_left=calls,
        estimated_end_at=end,
        next_try_at=row.next_try_at if state == "waiting" else None,
        words=_words(row, stored, total, end, now),
    )


def _at_work() -> bool:
    return Lock.objects.filter(name=LOCK, lease_until__gte=clock.real_now()).exists()


def _calls(row: History, pieces: Sequence[Piece]) -> int:
    """Return how many calls the pieces will take; nobody knows how long the lists are before they end."""
    listed = Instrument.objects.filter(active=True).count()
    calls = 0
    for piece in pieces:
        if piece.kind == BackfillStep.Kind.INSTRUMENTS:
            read = int(row.reading.get(piece.key, {}).get("read", 0))
            calls += max(1, ceil((listed - read) / PAGE))
        else:
            calls += 1
    return calls


def _seconds(row: History, calls: int) -> float:
    """Return how long so many calls take: by the quota, or by the pace so far where that is slower."""
    pace = row.seconds / row.pieces if row.pieces else QUICK_CALL
    return max(seconds_of(calls), calls * pace) if calls else 0.0


def _step(
    row: History, name: Name, pieces: Sequence[Piece], done: int, total: int | None, words: str
) -> HistoryStep:
    left = any(piece.step == name for piece in pieces)
    state: StepState
    if name in row.refused:
        state, words = "refused", str(row.refused[name])
    elif not left:
        state = "done"
    elif row.state == History.State.WAITING and pieces[0].step == name:
        state = "running"
    else:
        state = "pending"
    return HistoryStep(name, LABELS[name], state, done, total, words)


def _prices() -> HistoryStep:
    stage = SessionStage.objects.filter(name=SessionStage.Name.BARS, state=SessionStage.State.DONE)
    newest = stage.order_by("-job_id").select_related("job").first()
    if newest is not None:
        words = f"{newest.job.rows or 0:,} prices of {newest.job_id}"
        return HistoryStep("prices", LABELS["prices"], "done", 1, 1, words)
    asked = SessionJob.objects.filter(attempts__gt=0).order_by("-session").first()
    words = (asked.error if asked else "") or "Not asked for yet"
    return HistoryStep("prices", LABELS["prices"], "running" if asked else "pending", 0, 1, words)


def _instruments(row: History, pieces: Sequence[Piece]) -> HistoryStep:
    read = {which: int(row.reading.get(which, {}).get("read", 0)) for which in (ACTIVE, DELISTED)}
    done = sum(read.values())
    over = not any(piece.step == "instruments" for piece in pieces)
    words = f"{read[ACTIVE]:,} listed, {read[DELISTED]:,} listed no more"
    return _step(row, "instruments", pieces, done, done if over else None, words)


def _actions_step(row: History, pieces: Sequence[Piece]) -> HistoryStep:
    total = 2 * sum(1 for _ in action_pieces(row))
    left = sum(1 for piece in pieces if piece.step == "actions")
    oldest = min((piece.last for piece in pieces if piece.step == "actions" and not piece.key), default=None)
    words = f"All from {row.since} on" if oldest is None else f"{total - left} of {total} questions answered"
    return _step(row, "actions", pieces, max(0, total - left), total, words)


def _sessions_step(row: History, pieces: Sequence[Piece], stored: int, total: int) -> HistoryStep:
    return _step(row, "sessions", pieces, stored, total, f"{stored:,} of {total:,} sessions are stored")


def _analysis(row: History, total: int) -> HistoryStep:
    points = [point for point in POINTS if point <= total]
    done = sum(1 for point in points if point <= row.analysed_over)
    waiting = (
        SessionStage.objects.filter(
            name__in=[SessionStage.Name.ANALYSE, SessionStage.Name.RANK, SessionStage.Name.SCORE],
            job__in=SessionStage.objects.filter(
                name=SessionStage.Name.BARS, state=SessionStage.State.DONE
            ).values("job_id"),
        )
        .exclude(state=SessionStage.State.DONE)
        .select_related("job")
        .order_by("-job_id")
        .first()
    )
    state: StepState = "done"
    if waiting is not None:
        state = "running"
    elif row.state != History.State.DONE:
        state = "pending"
    words = f"Over {row.analysed_over:,} sessions" if row.analysed_over else "Over the newest session alone"
    if waiting is not None and waiting.job.error:
        words = waiting.job.error
    return HistoryStep("analysis", LABELS["analysis"], state, done, len(points), words)


def _words(row: History, stored: int, total: int, end: datetime | None, now: datetime) -> str:
    if row.state == History.State.STOPPED:
        return row.error or "It has stopped"
    if row.state == History.State.DONE:
        return f"The history is complete from {row.since} on"
    left = f", about {_duration(end - now)} to go" if end else ""
    why = f" ({row.error})" if row.error else ""
    return f"History back to {row.since} is being read: {stored:,} of {total:,} sessions{left}{why}"


def _duration(left: timedelta) -> str:
    minutes = max(1, ceil(left.total_seconds() / 60))
    return f"{minutes} min" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"
