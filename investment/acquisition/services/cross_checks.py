"""
Comparing stored bars with what a second source says, and what follows from it.

Only sources of one basis are compared (``kinds.RULES``). Where two differ by more than is usual, or one
has no bar of a session in which the other has one, that is a data issue with both words in it; what the
second source says is kept among the revisions. The stored bar stays as it is: nobody has shown which of
the two is wrong.

Trust counts, of every session of an instrument that was compared, whether a provider's word was confirmed
by another source. Of two that differ neither is: it counts against both. Blame moves in two ways alone. A
third source that says what one of them does confirms that one's word. And where one takes its word back
and says what the other does, the other is confirmed; its own first word stays counted as one that was not,
for a correction mends the data and not the record. Sessions of one instrument are not independent of one
another, so a score is a summary of what was seen, not a probability of error.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.db.models import F, Max, Min
from django.db.models.functions import Greatest

from investment.acquisition.calculators.comparison import (
    AGREED,
    DISAGREED,
    BarValues,
    Verdict,
    changes,
    same,
    verdicts,
)
from investment.acquisition.kinds import Kind, Source
from investment.acquisition.models import CrossCheck, Trust
from investment.acquisition.selectors.cross_checks import (
    Candidate,
    comparable,
    served_by,
    settled_until,
    spans,
)
from investment.acquisition.services.bar_sources import ask_bars
from investment.acquisition.services.disagreements import Pair, detail_of, message_of, title_of, words_of
from investment.lib import clock
from investment.market.calculators.plausibility import impossible_days
from investment.market.models import DailyBar, DataIssue, Instrument, Ticker
from investment.market.selectors.sessions import sessions_between
from investment.market.services.issues import close_issue, open_issue
from investment.market.services.origins import NewOrigin
from investment.market.services.second_opinions import keep_second_opinions
from investment.providers import errors
from investment.providers.contracts import BarSeries
from investment.providers.registry import source_of

KIND: Final = DataIssue.Kind.DISAGREEMENT
_LONGEST = 300


@dataclass(slots=True)
class Checked:
    """
    What came of one look at an instrument.

    ``agreed`` and ``disagreed`` are sessions that were compared for the first time, ``compared`` all of
    them. ``found`` are the disagreements there are now, in words, by session; ``closed`` those that are over.
    ``error`` says why nothing could be compared.
    """

    symbol: str
    provider: str
    against: tuple[str, ...] = ()
    since: date | None = None
    until: date | None = None
    compared: int = 0
    agreed: int = 0
    disagreed: int = 0
    kept: int = 0
    found: dict[date, str] = field(default_factory=dict)
    closed: list[date] = field(default_factory=list)
    error: str = ""


def check(
    *, adapter: Any, source: Source, candidate: Candidate, writing: Callable[[], AbstractContextManager[None]]
) -> Checked:
    """
    Ask a source about one instrument, with one call, and compare what it says with what is stored.

    What it does not know, or says in a way that cannot be read, is remembered, so that others come first.

    :param writing: a context in which a worker that was overtaken must not write.
    :raises QuotaExhausted, TransientProviderError, CredentialsRejected: nobody else need be asked about now.
    :raises NotEntitled: if it is the endpoint that the plan does not include.
    """
    try:
        series = ask_bars(
            adapter=adapter,
            source=source,
            symbol=candidate.symbol,
            since=candidate.since,
            until=candidate.until,
        )
    except errors.CredentialsRejected:
        raise
    except errors.PermanentProviderError as error:
        if isinstance(error, errors.NotEntitled) and not error.perhaps_symbol:
            raise
        with writing():
            return _in_vain(candidate, source, error.message, adapter.last_call_id)
    with writing():
        return compare(
            instrument_id=candidate.instrument_id,
            series=series,
            source=source,
            call_id=adapter.last_call_id,
            now=clock.now(),
        )


def _in_vain(candidate: Candidate, source: Source, error: str, call_id: UUID | None) -> Checked:
    CrossCheck.objects.create(
        kind=Kind.BARS,
        instrument_id=candidate.instrument_id,
        provider=source.provider,
        checked_at=clock.now(),
        call_id=call_id,
        error=error[:_LONGEST],
    )
    return Checked(candidate.symbol, source.provider, error=error)


@transaction.atomic
def compare(
    *, instrument_id: int, series: BarSeries, source: Source, call_id: UUID | None, now: datetime
) -> Checked:
    """Compare one series of a second source with the stored bars, and keep what is to be kept."""
    # Two at once would count every session twice.
    instrument = Instrument.objects.select_for_update(no_key=True).get(pk=instrument_id)
    done = Checked(instrument.symbol, source.provider)
    told, unreadable = _readable(series)
    span = _common_span(instrument, told, now)
    if span is None:
        done.error = f"{title_of(source.provider)} and what is stored of {instrument.symbol} share no session"
    else:
        done.since, done.until = span
        _compare(instrument, source, told, done, span, call_id, now, judge_missing=not unreadable)
    CrossCheck.objects.create(
        kind=Kind.BARS,
        instrument=instrument,
        provider=source.provider,
        against=", ".join(done.against)[:64],
        since=done.since,
        until=done.until,
        compared=done.compared,
        agreed=done.agreed,
        disagreed=done.disagreed,
        checked_at=now,
        call_id=call_id,
        error=done.error[:_LONGEST],
    )
    return done


def _compare(
    instrument: Instrument,
    source: Source,
    told: Mapping[date, BarValues],
    done: Checked,
    span: tuple[date, date],
    call_id: UUID | None,
    now: datetime,
    *,
    judge_missing: bool,
) -> None:
    pairs = list(_pairs(instrument, source, told, span, judge_missing=judge_missing))
    issues = {
        issue.session: issue
        for issue in DataIssue.objects.filter(kind=KIND, instrument=instrument, session__range=span).order_by(
            "pk"
        )
    }
    looks = spans(kind=Kind.BARS, instrument_id=instrument.pk)
    trust: Counter[tuple[str, Verdict]] = Counter()
    keep: dict[date, BarValues] = {}
    for pair in pairs:
        counted = _counted(looks, pair.session)
        agree = same(pair.stored, pair.told)
        if source.provider not in counted:
            done.agreed += agree
            done.disagreed += not agree
        if pair.told is not None and not agree:
            keep[pair.session] = pair.told
        for provider, (agreed, disagreed) in _judge(
            instrument, source, pair, issues.get(pair.session), counted, done, now
        ).items():
            trust[provider, AGREED] += agreed
            trust[provider, DISAGREED] += disagreed
    done.compared = len(pairs)
    done.against = tuple(sorted({pair.first for pair in pairs}))
    done.kept = keep_second_opinions(
        instrument_id=instrument.pk,
        told=keep,
        origin=NewOrigin(
            provider=source_of(source.provider),
            basis=source.basis.adjustment,
            endpoint=source.endpoint,
            call_id=call_id,
            detail=f"{instrument.symbol}, compared with what is stored",
        ),
        now=now,
    )
    _count(trust, now)


def _pairs(
    instrument: Instrument,
    source: Source,
    told: Mapping[date, BarValues],
    span: tuple[date, date],
    *,
    judge_missing: bool,
) -> Iterable[Pair]:
    """Yield the sessions in which two providers of one basis can be compared."""
    bars = {
        bar.session: bar
        for bar in DailyBar.objects.filter(instrument=instrument, session__range=span).select_related(
            "origin"
        )
    }
    usual = Counter(served_by(bar.origin) for bar in bars.values()).most_common(1)
    lacking = [day for day, values in told.items() if day not in bars and values.volume > 0]
    # Of a session of which nothing at all is stored nobody was asked yet.
    known = set(
        DailyBar.objects.filter(session__in=lacking).order_by().values_list("session", flat=True).distinct()
    )
    for session in sessions_between(*span):
        bar, values = bars.get(session), told.get(session)
        if bar is None:
            if values is not None and session in known and usual and usual[0][0] != source.provider:
                yield Pair(session, usual[0][0], None, values, None)
            continue
        if not comparable(source, bar.origin):
            continue
        if values is None and (not judge_missing or bar.volume == 0):
            continue
        stored = BarValues(bar.open, bar.high, bar.low, bar.close, bar.volume)
        yield Pair(session, served_by(bar.origin), stored, values, bar.origin)


def _judge(
    instrument: Instrument,
    source: Source,
    pair: Pair,
    issue: DataIssue | None,
    counted: set[str],
    done: Checked,
    now: datetime,
) -> dict[str, tuple[int, int]]:
    """Open, renew or close the issue of one session; return by how much whose counts change."""
    is_open = issue is not None and issue.closed_at is None
    before_told = words_of(issue) if issue is not None and is_open else {}
    words: dict[str, BarValues | None] = {
        **before_told,
        pair.first: pair.stored,
        source.provider: pair.told,
    }
    before: Mapping[str, Verdict] = dict.fromkeys(counted, AGREED)
    if issue is not None and isinstance(issue.detail.get("verdicts"), dict):
        before = issue.detail["verdicts"]
    after = dict(verdicts(words))
    for name, earlier in before_told.items():
        took_back = before.get(name) == DISAGREED and not same(earlier, words[name])
        if took_back and after[name] == AGREED:
            after[name] = DISAGREED  # its first word was not confirmed, whatever it says now
    if all(same(pair.stored, word) for word in words.values()):
        if issue is not None and not is_open:
            after |= before  # it is over, and what it came to stays
        elif issue is not None:
            DataIssue.objects.filter(pk=issue.pk).update(
                detail={**issue.detail, "verdicts": {**before, **after}}
            )
            close_issue(kind=KIND, session=pair.session, instrument=instrument, now=now)
            done.closed.append(pair.session)
    else:
        message = message_of(instrument.symbol, pair, words)
        done.found[pair.session] = message
        open_issue(
            kind=KIND,
            message=message,
            session=pair.session,
            instrument=instrument,
            detail=detail_of(instrument.symbol, pair, source, words, {**before, **after}, issue, now),
            now=now,
        )
    return changes(before, after)


def _count(trust: Mapping[tuple[str, Verdict], int], now: datetime) -> None:
    for provider in sorted({provider for provider, _ in trust}):
        agreed, disagreed = trust[provider, AGREED], trust[provider, DISAGREED]
        if not agreed and not disagreed:
            continue
        row, _ = Trust.objects.get_or_create(provider=provider, kind=Kind.BARS, defaults={"updated_at": now})
        Trust.objects.filter(pk=row.pk).update(
            agreed=Greatest(F("agreed") + agreed, 0),
            disagreed=Greatest(F("disagreed") + disagreed, 0),
            updated_at=now,
        )


# Reading what there is


def _readable(series: BarSeries) -> tuple[dict[date, BarValues], bool]:
    """Return the bars that can be true, and whether there were others: then a gap may be one of those."""
    impossible = {row.index for row in impossible_days(series.bars, series.sessions)}
    bars = series.bars
    rows = zip(
        series.sessions,
        zip(*(getattr(bars, name).tolist() for name in BarValues._fields), strict=True),
        strict=True,
    )
    told = {
        session: BarValues(*values) for index, (session, values) in enumerate(rows) if index not in impossible
    }
    return told, bool(impossible or series.malformed)


def _common_span(
    instrument: Instrument, told: Mapping[date, BarValues], now: datetime
) -> tuple[date, date] | None:
    """Return from when to when both can tell: not before either begins, nor after either ends."""
    stored = DailyBar.objects.filter(instrument=instrument).aggregate(
        first=Min("session"), last=Max("session")
    )
    settled = settled_until(now)
    if not told or stored["first"] is None or settled is None:
        return None
    ticker = Ticker.objects.filter(instrument=instrument, symbol=instrument.symbol).order_by("-pk").first()
    begins = [stored["first"], min(told), instrument.listed_on, ticker.first_session if ticker else None]
    ends = [stored["last"], max(told), instrument.delisted_on, settled]
    since, until = max(filter(None, begins)), min(filter(None, ends))
    return (since, until) if since <= until else None


def _counted(looks: Iterable[CrossCheck], session: date) -> set[str]:
    """Return whose words of a session were compared and counted before."""
    return {
        name
        for look in looks
        if look.since and look.until and look.since <= session <= look.until
        for name in (look.provider, *look.against.split(", "))
        if name
    }
