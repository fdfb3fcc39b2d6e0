"""
Learning from refusals what a key may ask for, and not asking for the rest.

    NotEntitled      the endpoint is not asked under this key; one call passes each week. Of an endpoint
                     that the plan is known to have, only the symbol or exchange, as with UnknownSymbol
    OutOfHistory     what reaches no further than it did is not asked of the endpoint; the same
    UnknownSymbol    the symbol is not asked of the endpoint; one call passes every three weeks
    NotPublishedYet  nothing is marked: the provider's next day decides
    any other        nothing is marked: it says nothing of the questions to come

A success on what was marked takes the mark away.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import cast
from zoneinfo import ZoneInfo

from investment.providers import errors
from investment.providers.models import Entitlement, HistoryFloor, UncoveredSymbol
from investment.providers.questions import Question
from investment.providers.selectors import entitlements as selectors

RECHECK = timedelta(days=7)  # of what the plan does not include
RECHECK_SYMBOL = timedelta(days=21)
# The call that passes may fail before it decides anything; then another passes when this has passed.
PASSAGE = timedelta(hours=1)
_HEARD_AGAIN = timedelta(days=1)  # how often a success is written down anew
_MOST_WORDS = 500  # characters; as wide as the column
_NEW_YORK = ZoneInfo("America/New_York")

Mark = Entitlement | HistoryFloor | UncoveredSymbol
_MODELS: tuple[type[Mark], ...] = (Entitlement, HistoryFloor, UncoveredSymbol)


@dataclass(frozen=True, slots=True)
class Passage:
    """A mark that lets one call pass: when it would have let one pass, and when it will again."""

    mark: Mark
    was: datetime
    will_be: datetime


def admit(*, scope: str, endpoint: str, question: Question, now: datetime) -> list[Passage]:
    """
    Return if nothing speaks against asking; then the marks that this very call is to check.

    :raises NotEntitled, OutOfHistory, UnknownSymbol: what the provider refused before, in its words.
    """
    endpoint = _short(endpoint)
    marks = _marks_against(scope, endpoint, question)
    for mark in marks:
        if now < cast("datetime", mark.ask_again_at):
            raise _refusal(mark)
    passages: list[Passage] = []
    for mark in marks:
        passage = Passage(mark, cast("datetime", mark.ask_again_at), now + PASSAGE)
        # Of several processes one passes.
        rows = type(mark).objects.filter(pk=mark.pk, ask_again_at=passage.was)
        if not rows.update(ask_again_at=passage.will_be):
            give_back(passages)
            mark.ask_again_at = passage.will_be
            raise _refusal(mark)
        passages.append(passage)
    if passages:
        selectors.rows.changed(scope)
    return passages


def give_back(passages: Sequence[Passage]) -> None:
    """Let another call pass, because this one was not sent."""
    for passage in passages:
        mark = passage.mark
        rows = type(mark).objects.filter(pk=mark.pk, ask_again_at=passage.will_be)
        if rows.update(ask_again_at=passage.was):
            selectors.rows.changed(mark.scope)


def answered(*, provider: str, scope: str, endpoint: str, question: Question, now: datetime) -> None:
    """Note a success: the plan includes the endpoint, and what was marked otherwise is so no more."""
    endpoint = _short(endpoint)
    known = selectors.known(scope=scope)
    changed = _included(known.entitlements.get(endpoint), provider, scope, endpoint, now)
    floor = known.floors.get(endpoint)
    if floor is not None and _covers(floor, question):
        changed = bool(HistoryFloor.objects.filter(pk=floor.pk).delete()[0]) or changed
    if known.symbols and question.symbol and not question.as_of:
        UncoveredSymbol.objects.filter(scope=scope, endpoint=endpoint, symbol=question.symbol).delete()
    if changed:
        selectors.rows.changed(scope)


def refused(
    *,
    provider: str,
    scope: str,
    endpoint: str,
    question: Question,
    error: errors.ProviderError,
    now: datetime,
    redact: Callable[[str], str] = str,
) -> None:
    """Note what a refusal teaches. Where the provider repeats the key, ``redact`` takes it out."""
    endpoint = _short(endpoint)
    told = {
        "words": redact(error.words or error.message).replace("\0", "")[:_MOST_WORDS],
        "status": error.status,
        "heard_at": now,
    }
    symbol = None if question.as_of else question.symbol
    if isinstance(error, errors.NotEntitled) and not (
        symbol and error.perhaps_symbol and _is_included(scope, endpoint, now)
    ):
        _note(
            Entitlement, {"scope": scope, "endpoint": endpoint}, provider, now, RECHECK, told, included=False
        )
    elif isinstance(error, errors.OutOfHistory):
        if not _note_floor(provider, scope, endpoint, question, error.floor, now, told):
            return
    elif isinstance(error, errors.UnknownSymbol | errors.NotEntitled) and symbol:
        key = {"scope": scope, "endpoint": endpoint, "symbol": symbol}
        _note(UncoveredSymbol, key, provider, now, RECHECK_SYMBOL, told)
        if selectors.known(scope=scope).symbols:
            return
    else:
        return
    selectors.rows.changed(scope)


def ask_again(*, scopes: Iterable[str], now: datetime) -> int:
    """Let one call pass now for each mark of these scopes, and return how many: the plan may be another."""
    marks = 0
    for scope in scopes:
        mine = {"scope": scope, "ask_again_at__gt": now}
        found = [model.objects.filter(**mine).update(ask_again_at=now) for model in _MODELS]
        marks += sum(found)
        if any(found):
            selectors.rows.changed(scope)
    return marks


def next_day(*, now: datetime, question: Question) -> datetime | None:
    """
    Return when what is not published yet will be: when its day is over in New York, where the markets are.

    None where that has passed by our clock: the provider's is a little behind, and nobody knows how far.
    """
    today = now.astimezone(_NEW_YORK).date()
    over = min(question.last or today, today) + timedelta(days=1)
    at = datetime.combine(over, time(), _NEW_YORK).astimezone(UTC)
    return at if at > now else None


def _marks_against(scope: str, endpoint: str, question: Question) -> list[Mark]:
    known = selectors.known(scope=scope)
    marks: list[Mark] = []
    row = known.entitlements.get(endpoint)
    if row is not None and not row.included:
        marks.append(row)
    floor = known.floors.get(endpoint)
    if floor is not None and _covers(floor, question):
        marks.append(floor)
    if known.symbols and question.symbol and not question.as_of:
        symbol = selectors.uncovered(scope=scope, endpoint=endpoint, symbol=question.symbol)
        if symbol is not None:
            marks.append(symbol)
    return marks


def _covers(mark: HistoryFloor, question: Question) -> bool:
    """
    Tell whether a question is sure to be refused, because it reaches no further than what was.

    Some providers cut a range off at the floor, others refuse it because of its first day. Which,
    nobody tells: so only a question whose ends both are no later than the refused one's is sure.
    """
    first, last = question.first, question.last
    if first is None or last is None:
        return False
    return last < mark.floor or (first <= mark.refused_first and last <= mark.refused_last)


def _is_included(scope: str, endpoint: str, now: datetime) -> bool:
    """Tell whether the plan had the endpoint of late; what was long ago may have been another plan."""
    row = selectors.known(scope=scope).entitlements.get(endpoint)
    return row is not None and row.included and abs(now - row.heard_at) < RECHECK


def _included(row: Entitlement | None, provider: str, scope: str, endpoint: str, now: datetime) -> bool:
    """Note that an endpoint is included; return False where that was known already."""
    if row is not None and row.included and abs(now - row.heard_at) < _HEARD_AGAIN:
        return False
    rows = Entitlement.objects.filter(scope=scope, endpoint=endpoint)
    if rows.filter(included=True).update(heard_at=now):
        return True
    told = {
        "included": True,
        "heard_at": now,
        "since": now,
        "ask_again_at": None,
        "words": "",
        "status": None,
    }
    if not rows.update(**told):
        row = Entitlement(scope=scope, endpoint=endpoint, provider=provider, **told)
        Entitlement.objects.bulk_create([row], ignore_conflicts=True)
    return True


def _note(
    model: type[Entitlement] | type[UncoveredSymbol],
    key: dict[str, str],
    provider: str,
    now: datetime,
    recheck: timedelta,
    told: Mapping[str, object],
    **state: bool,
) -> None:
    """Write a mark; ``since`` stays what it was where it says the same as before."""
    values = {**told, "ask_again_at": now + recheck}
    rows = model.objects.filter(**key)
    if rows.filter(**state).update(**values) or rows.update(**values, **state, since=now):
        return
    row = model(**key, provider=provider, since=now, **values, **state)
    model.objects.bulk_create([row], ignore_conflicts=True)  # type: ignore[list-item]


def _note_floor(
    provider: str,
    scope: str,
    endpoint: str,
    question: Question,
    floor: date | None,
    now: datetime,
    told: Mapping[str, object],
) -> bool:
    """Write down how far back the history does not reach; return False where nothing of it is known."""
    first, last = question.first, question.last
    if first is None or last is None:
        if floor is None:
            return False
        first = last = floor - timedelta(days=1)
    elif floor is not None and first < floor <= last:
        # A part of it was inside, and it was refused: so all are that begin before the floor.
        first, last = floor - timedelta(days=1), date.max
    row = HistoryFloor.objects.filter(scope=scope, endpoint=endpoint).first()
    reached = min(first, date.max - timedelta(days=1)) + timedelta(days=1)
    if row is not None:
        reached = max(reached, row.floor)
        if first <= row.refused_first and last <= row.refused_last:
            first, last = row.refused_first, row.refused_last
    HistoryFloor.objects.update_or_create(
        scope=scope,
        endpoint=endpoint,
        defaults={
            **told,
            "provider": provider,
            "floor": floor or reached,
            "refused_first": first,
            "refused_last": last,
            "since": row.since if row else now,
            "ask_again_at": now + RECHECK,
        },
    )
    return True


def _refusal(mark: Mark) -> errors.ProviderError:
    """Return the error that the provider's answer was when the mark was made."""
    said = f"since {mark.since:%Y-%m-%d} {mark.provider} says «{mark.words}»"
    again = f"it is asked again from {mark.ask_again_at:%Y-%m-%d %H:%M} UTC"
    asked = f"{mark.provider} was not asked for {mark.endpoint}"
    error: errors.ProviderError
    if isinstance(mark, HistoryFloor):
        error = errors.OutOfHistory(
            f"{asked} that far back, nothing before {mark.floor}: {said}; {again}",
            provider=mark.provider,
            words=mark.words,
            status=mark.status,
            floor=mark.floor,
        )
    elif isinstance(mark, UncoveredSymbol):
        error = errors.UnknownSymbol(
            f"{asked} of {mark.symbol}: {said}; {again}",
            provider=mark.provider,
            words=mark.words,
            status=mark.status,
        )
    else:
        error = errors.NotEntitled(
            f"{asked}: {said}; {again}", provider=mark.provider, words=mark.words, status=mark.status
        )
    again_at = cast("datetime", mark.ask_again_at)
    error.extra |= {"since": mark.since.isoformat(), "ask_again_at": again_at.isoformat()}
    return error


def _short(endpoint: str) -> str:
    return endpoint[:64]
