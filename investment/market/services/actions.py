"""
Writes of corporate actions, and of how far back they are known.

An action that its source corrects or no longer lists is withdrawn, not deleted: any past day can be
read as it was known.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db import connection, transaction
from django.db.models import F, Q
from django.db.models.functions import Coalesce, Least

from investment.market.models import CorporateAction, Instrument, Origin, Ticker
from investment.market.selectors.instruments import get_instrument
from investment.market.services.origins import NewOrigin, reserve_origin_id, write_origin
from investment.market.services.quarantine import BadRow, quarantine
from investment.market.services.tickers import resolve_symbols
from investment.providers.contracts import DividendRecord, SplitRecord

Key = tuple[int, date, float | None, Decimal | None]

_WHOLE_MARKET = "The whole market's are withheld: "
_PLACES = Decimal(1).scaleb(-10)  # what the column keeps
_MOST = Decimal(10) ** 9  # a share; the column could hold ten times as much


@dataclass(frozen=True, slots=True)
class ActionsReport:
    """
    What became of the actions of one answer.

    ``withdrawn`` were stored and are not told any more. ``unknown`` belong to tickers that no
    instrument had; ``not_chosen`` contradict a better source's action of the same day; ``refused``
    cannot be true. ``changed_instruments`` have other adjusted prices than before.
    """

    inserted: int
    unchanged: int
    withdrawn: int
    refused: int
    unknown: int
    not_chosen: int
    changed_instruments: list[int]

    def __add__(self, other: "ActionsReport") -> "ActionsReport":
        return ActionsReport(
            inserted=self.inserted + other.inserted,
            unchanged=self.unchanged + other.unchanged,
            withdrawn=self.withdrawn + other.withdrawn,
            refused=self.refused + other.refused,
            unknown=self.unknown + other.unknown,
            not_chosen=self.not_chosen + other.not_chosen,
            changed_instruments=sorted({*self.changed_instruments, *other.changed_instruments}),
        )


def ingest_actions(
    *,
    splits: Sequence[SplitRecord],
    dividends: Sequence[DividendRecord],
    start: date,
    end: date,
    origin: NewOrigin,
    now: datetime,
    symbol: str | None = None,
) -> ActionsReport:
    """
    Store everything a source tells of the actions from ``start`` to ``end``, and that it is everything.

    Repeatable, all or nothing. See :func:`record_coverage` for what ``start`` promises.

    :param symbol: the one ticker that was asked for; None is the whole market.
    """
    with transaction.atomic():
        report = ingest_splits(
            records=splits, start=start, end=end, origin=origin, now=now, symbol=symbol
        ) + ingest_dividends(records=dividends, start=start, end=end, origin=origin, now=now, symbol=symbol)
        record_coverage(start=start, symbol=symbol)
    return report


def ingest_splits(
    *,
    records: Sequence[SplitRecord],
    start: date,
    end: date,
    origin: NewOrigin,
    now: datetime,
    symbol: str | None = None,
) -> ActionsReport:
    """Store all splits that a source lists from ``start`` to ``end``; withdraw those it no longer does."""
    told: list[CorporateAction] = []
    tickers: list[str] = []
    bad: list[BadRow] = []
    for record in records:
        sound = _positive(record.split_from) and _positive(record.split_to)
        if not sound or not start <= record.ex_date <= end:
            reason = "the ex-date was not asked for" if sound else "a split needs two numbers above zero"
            bad.append(BadRow(record.symbol, repr(record), reason, record.ex_date))
            continue
        tickers.append(record.symbol)
        told.append(
            CorporateAction(
                kind=CorporateAction.Kind.SPLIT,
                ex_date=record.ex_date,
                ratio=record.split_to / record.split_from,
                provider_id=record.provider_id[:80],
            )
        )
    return _store(
        CorporateAction.Kind.SPLIT,
        told,
        tickers,
        bad,
        start=start,
        end=end,
        origin=origin,
        now=now,
        symbol=symbol,
    )


def ingest_dividends(
    *,
    records: Sequence[DividendRecord],
    start: date,
    end: date,
    origin: NewOrigin,
    now: datetime,
    symbol: str | None = None,
) -> ActionsReport:
    """
    Store all cash dividends that a source lists from ``start`` to ``end``; withdraw those it no longer does.

    A dividend in another currency than the prices is true and stored; adjusted prices before it
    are then unknown.
    """
    told: list[CorporateAction] = []
    tickers: list[str] = []
    bad: list[BadRow] = []
    for record in records:
        amount = record.amount
        reason = ""
        if amount.is_finite() and abs(amount) > _MOST:
            reason = f"a dividend is at most {_MOST:,} a share"
        elif not amount.is_finite() or amount.quantize(_PLACES) <= 0:
            reason = "a dividend needs an amount above zero"
        elif len(record.currency) != 3 or not record.currency.isalpha():
            reason = "a dividend needs a currency"
        elif not start <= record.ex_date <= end:
            reason = "the ex-date was not asked for"
        if reason:
            bad.append(BadRow(record.symbol, repr(record), reason, record.ex_date))
            continue
        tickers.append(record.symbol)
        told.append(
            CorporateAction(
                kind=CorporateAction.Kind.DIVIDEND,
                ex_date=record.ex_date,
                amount=amount.quantize(_PLACES),
                currency=record.currency.upper(),
                declared_on=record.declared_on,
                record_date=record.record_date,
                pay_date=record.pay_date,
                provider_id=record.provider_id[:80],
            )
        )
    return _store(
        CorporateAction.Kind.DIVIDEND,
        told,
        tickers,
        bad,
        start=start,
        end=end,
        origin=origin,
        now=now,
        symbol=symbol,
    )


def record_coverage(*, start: date, symbol: str | None = None) -> int:
    """
    Say that splits and dividends are all known from ``start`` until now; return for how many instruments.

    Only for a range that reaches without a gap to what was known before, or to today. A single
    instrument's actions are no longer withheld; the whole market's answer leaves out those that are.
    """
    if symbol is None:
        found = Instrument.objects.filter(actions_withheld="")
    else:
        found = Instrument.objects.filter(pk=get_instrument(symbol=symbol).pk)
    later = found.filter(~Q(actions_withheld="") | Q(actions_from=None) | Q(actions_from__gt=start))
    return later.update(actions_from=Least(Coalesce(F("actions_from"), start), start), actions_withheld="")


def withhold_actions(*, symbol: str, reason: str) -> None:
    """
    Say why an instrument's splits and dividends cannot be known; its adjusted prices are then unknown.

    :param reason: in the source's words.
    :raises InstrumentNotFound: if nobody has this ticker.
    """
    instrument = get_instrument(symbol=symbol)
    Instrument.objects.filter(pk=instrument.pk).update(actions_withheld=reason[:500] or "no reason was told")


def withhold_market_actions(*, reason: str) -> int:
    """
    Say why nobody's splits and dividends can be known at present; return how many instruments that concerns.

    :param reason: in the source's words. One that an instrument has of its own stays.
    """
    words = f"{_WHOLE_MARKET}{reason}"[:500]
    return Instrument.objects.filter(actions_withheld="").update(actions_withheld=words)


def release_market_actions() -> int:
    """Take back :func:`withhold_market_actions`, now that everything since then is told again."""
    withheld = Instrument.objects.filter(actions_withheld__startswith=_WHOLE_MARKET)
    return withheld.update(actions_withheld="")


def _store(
    kind: str,
    told: list[CorporateAction],
    tickers: list[str],
    bad: list[BadRow],
    *,
    start: date,
    end: date,
    origin: NewOrigin,
    now: datetime,
    symbol: str | None,
) -> ActionsReport:
    if symbol is not None:
        # Asked for by its ticker it is wanted, whether or not we had heard of it.
        asked = int(resolve_symbols(symbols=[symbol], session=end, source=origin.provider, now=now)[0])
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext('market_corporateaction'))")
        ids = _instruments_of(tickers, [action.ex_date for action in told])
        wanted: dict[Key, CorporateAction] = {}
        unknown = 0
        for action, id_ in zip(told, ids, strict=True):
            if id_ is None:
                unknown += 1
                continue
            action.instrument_id = id_
            wanted.setdefault(_key(action), action)
        stored = CorporateAction.objects.filter(
            kind=kind, ex_date__range=(start, end), withdrawn_at=None
        ).select_for_update()
        if symbol is not None:
            stored = stored.filter(instrument_id__in={asked, *(id_ for id_ in ids if id_ is not None)})
        outcome = _compare(wanted, list(stored), origin)
        CorporateAction.objects.filter(pk__in=[action.pk for action in outcome.withdrawn]).update(
            withdrawn_at=now
        )
        CorporateAction.objects.filter(pk__in=[action.pk for action in outcome.confirmed]).update(
            provider=origin.provider, channel=origin.channel
        )
        for action in outcome.new:
            action.provider, action.channel, action.known_at = origin.provider, origin.channel, now
        CorporateAction.objects.bulk_create(outcome.new, batch_size=2000)
        if bad:
            origin_id = reserve_origin_id()
            if quarantine(rows=bad, origin_id=origin_id, now=now):
                write_origin(origin=origin, now=now, id_=origin_id)
    return ActionsReport(
        inserted=len(outcome.new),
        unchanged=len(wanted) - len(outcome.new) - outcome.not_chosen,
        withdrawn=len(outcome.withdrawn),
        refused=len(bad),
        unknown=unknown,
        not_chosen=outcome.not_chosen,
        changed_instruments=sorted({action.instrument_id for action in outcome.new + outcome.withdrawn}),
    )


@dataclass(frozen=True, slots=True)
class _Outcome:
    new: list[CorporateAction]
    withdrawn: list[CorporateAction]
    confirmed: list[CorporateAction]
    not_chosen: int


def _compare(
    wanted: dict[Key, CorporateAction], stored: list[CorporateAction], origin: NewOrigin
) -> _Outcome:
    """Decide what to write: a fetched answer is better than an imported one, as with bars."""
    have = {_key(action): action for action in stored}
    rank = _rank(origin.channel)
    days = {key[:2] for key in wanted}
    taken = {key[:2] for key, action in have.items() if _rank(action.channel) > rank}
    new, confirmed, not_chosen = [], [], 0
    for key, action in wanted.items():
        old = have.get(key)
        if old is not None and old.currency == action.currency:
            if rank > _rank(old.channel):
                confirmed.append(old)
        elif key[:2] in taken:
            not_chosen += 1
        else:
            new.append(action)
    withdrawn = []
    for key, old in have.items():
        told = wanted.get(key)
        if told is not None and old.currency == told.currency:
            continue
        own = (old.provider, old.channel) == (origin.provider, origin.channel)
        if own or (rank >= _rank(old.channel) and key[:2] in days):
            withdrawn.append(old)
    return _Outcome(new, withdrawn, confirmed, not_chosen)


def _key(action: CorporateAction) -> Key:
    return (action.instrument_id, action.ex_date, action.ratio, action.amount)


def _rank(channel: str) -> int:
    return 2 if channel == Origin.Channel.FETCHED else 1


def _positive(number: float) -> bool:
    return math.isfinite(number) and number > 0


def _instruments_of(tickers: Sequence[str], days: Sequence[date]) -> list[int | None]:
    """
    Return who had each ticker on each day; None where nobody did.

    A source may list an old action under today's ticker: whoever alone ever had it, has it then too.
    """
    holders: dict[str, list[Ticker]] = {}
    for ticker in Ticker.objects.filter(symbol__in=set(tickers)).order_by("first_session"):
        holders.setdefault(ticker.symbol, []).append(ticker)
    found: list[int | None] = []
    for symbol, day in zip(tickers, days, strict=True):
        candidates = holders.get(symbol, [])
        then = [
            ticker.instrument_id
            for ticker in candidates
            if (ticker.first_session is None or ticker.first_session <= day)
            and (ticker.last_session is None or day <= ticker.last_session)
        ]
        ever = {ticker.instrument_id for ticker in candidates}
        found.append(then[-1] if then else next(iter(ever)) if len(ever) == 1 else None)
    return found
