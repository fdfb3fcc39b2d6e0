"""The analysis of one session."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

import numpy as np
import numpy.typing as npt
from django.db import transaction

from investment.analysis.calculators import volumes
from investment.analysis.calculators.eligibility import BOARDS, THRESHOLDS, ineligible, unset
from investment.analysis.calculators.figures import figures
from investment.analysis.calculators.market import FEWEST_MEMBERS, market_log_returns
from investment.analysis.calculators.own_bars import Mask, OwnBars, Vector
from investment.analysis.models import Figures, MarketReturn
from investment.analysis.services.history import History, load_history
from investment.analysis.services.results import replace_results
from investment.lib.errors import DomainError
from investment.market.models import DailyBar
from investment.providers.selectors.terms import withheld_from_scores

HISTORY = 300  # sessions: a year and what the recursive averages need to settle
BLOCK = 1000  # instruments at once: their matrices fit the processor's cache best
WINDOW = 63  # sessions over which trading is counted
MARKET_NAME = "Equally weighted mean of the common stocks and depositary receipts that may be ranked"


class SessionUnknown(DomainError):
    """There is no such session, or it has no bars."""

    code = "session_unknown"


class ScoresWithheld(DomainError):
    """All bars of the session are of providers whose terms let no scores be made of them (yet)."""

    code = "scores_withheld"


@dataclass(frozen=True, slots=True)
class Analysed:
    """
    What an analysis did: ``unknown`` of the ``analysed`` instruments lack at least one figure.

    ``written`` counts the rows that were new, changed or deleted; ``seconds`` is what all of it took.
    """

    analysed: int
    unknown: int
    written: int
    seconds: float


@dataclass(frozen=True, slots=True)
class _Market:
    log_returns: Vector
    members: int | None


def analyse_session(
    *,
    session: date,
    now: datetime,
    instrument_ids: list[int] | None = None,
    history: int = HISTORY,
    on_progress: Callable[[int, int], None] | None = None,
    guard: Callable[[], None] | None = None,
) -> Analysed:
    """
    Compute and store the figures of every instrument that traded in ``session``, as known then.

    Only actions with an ex-date up to ``session`` are applied. Safe to repeat: rows that would not change are
    left alone, rows of instruments without a bar any more are deleted, all in one transaction.

    :param instrument_ids: analyse these alone. The market is always made of all, so when a correction
        moves it, betas of others stay as they were; leave this out to bring them up to date.
    :param history: how many sessions to read, ``session`` included.
    :param on_progress: called with instruments done and in all.
    :param guard: called last in the transaction; what it raises undoes the writing.
    :raises ScoresWithheld: if the terms of its bars' providers stand against it; the message says what to do.
    :raises SessionUnknown: if nothing traded in ``session``.
    """
    started = time.perf_counter()
    loaded = load_history(session=session, length=history)
    if not loaded.sessions or loaded.sessions[-1] != session or not loaded.traded.any():
        _refuse_withheld(session)
        raise SessionUnknown(
            f"There are no bars of {session}: is it a session, and was it fetched?",
            session=session.isoformat(),
        )
    market = _market(loaded)
    wanted = loaded.traded
    if instrument_ids is not None:
        wanted = wanted & np.isin(loaded.instrument_ids, instrument_ids)
    places = np.nonzero(wanted)[0]
    columns = _figures(loaded, places, market=market.log_returns, on_progress=on_progress)
    count = len(places)
    rows = {
        "session": np.full(count, session, dtype="datetime64[D]"),
        "instrument_id": loaded.instrument_ids[places].astype(np.int64),
        "analysed_at": np.full(count, _microseconds(now), dtype="datetime64[us]"),
        **columns,
    }
    with transaction.atomic():
        written = replace_results(
            table=Figures._meta.db_table,
            session=session,
            columns=rows,
            written_at="analysed_at",
            instrument_ids=instrument_ids,
        )
        _store_market(session=session, market=market, now=now)
        if guard is not None:
            guard()
    unknown = np.zeros(count, dtype=np.bool_)
    for values in columns.values():
        unknown |= np.isnan(values)
    return Analysed(
        analysed=count,
        unknown=int(unknown.sum()),
        written=written,
        seconds=time.perf_counter() - started,
    )


def _refuse_withheld(session: date) -> None:
    """:raises ScoresWithheld: if there are bars of the session, of providers whose terms stand against it."""
    withheld = withheld_from_scores()
    told = set(DailyBar.objects.filter(session=session).values_list("origin__provider", flat=True).distinct())
    if told & set(withheld):
        words = " ".join(withheld[provider] for provider in sorted(told & set(withheld)))
        raise ScoresWithheld(words, session=session.isoformat())


def _figures(
    loaded: History,
    places: npt.NDArray[np.intp],
    *,
    market: Vector,
    on_progress: Callable[[int, int], None] | None,
) -> dict[str, npt.NDArray[np.generic]]:
    """Return the columns of results, one value per place, in the order of ``places``."""
    blocks: list[dict[str, Vector]] = []
    for start in range(0, len(places), BLOCK):
        blocks.append(figures(loaded.block(places[start : start + BLOCK]), market=market))
        if on_progress is not None:
            on_progress(min(start + BLOCK, len(places)), len(places))
    result: dict[str, npt.NDArray[np.generic]] = {
        "bars": np.isfinite(loaded.close[:, places]).sum(axis=0).astype(np.int32),
        "close": loaded.close[-1, places],
        "volume": loaded.volume[-1, places],
        "sessions_traded_63": _sessions_traded(loaded)[places].astype(np.int32),
    }
    for name in blocks[0] if blocks else ():
        values = np.concatenate([block[name] for block in blocks])
        # A figure that overflowed is as unknown as one that could not be computed.
        result[name] = np.where(np.isfinite(values), values, np.nan)
    return result


def _market(loaded: History) -> _Market:
    """Return the market as of the last session; unknown where it has fewer than 30 members."""
    members = _members(loaded)
    # A member whose actions are unknown has no return to give.
    members[members] = np.isfinite(loaded.full[-1, members])
    count = int(members.sum())
    if count < FEWEST_MEMBERS:
        return _Market(np.full(len(loaded.sessions), np.nan), None)
    places = np.nonzero(members)[0]
    adjusted = loaded.close[:, places] * loaded.full[:, places]
    everyone = np.ones(count, dtype=np.bool_)
    return _Market(market_log_returns(adjusted, everyone), count)


def _members(loaded: History) -> Mask:
    """Say which instruments belong to the market: stocks and receipts that may be ranked."""
    stocks = [kind for kind, board in BOARDS.items() if board == "stocks"]
    traded = _sessions_traded(loaded)
    likely = (
        np.isin(loaded.kinds.astype(str), stocks)
        & (loaded.close[-1] >= THRESHOLDS.price)
        & (traded >= THRESHOLDS.sessions_traded)
    )
    places = np.nonzero(likely)[0]
    median = np.full(likely.shape, np.nan)
    for start in range(0, len(places), BLOCK):
        chosen = places[start : start + BLOCK]
        close = loaded.close[:, chosen]
        dollars = OwnBars.of(np.isfinite(close)).gather(close * loaded.volume[:, chosen])
        median[chosen] = volumes.median_dollar_volume(dollars)
    reasons = ineligible(
        kinds=loaded.kinds,
        currencies=loaded.currencies,
        price=loaded.close[-1],
        median_dollar_volume=median,
        sessions_traded=traded,
    )
    return np.asarray(likely & unset(reasons), dtype=np.bool_)


def _sessions_traded(loaded: History) -> Vector:
    return np.asarray(np.isfinite(loaded.close[-WINDOW:]).sum(axis=0), dtype=np.float64)


def _store_market(*, session: date, market: _Market, now: datetime) -> None:
    """Write the market's row where it is new or differs."""
    last = float(market.log_returns[-1])
    values = {
        "name": MARKET_NAME,
        "members": market.members,
        "log_return": last if np.isfinite(last) else None,
    }
    if not MarketReturn.objects.filter(session=session, **values).exists():
        MarketReturn.objects.update_or_create(session=session, defaults={**values, "analysed_at": now})


def _microseconds(instant: datetime) -> np.datetime64:
    """Return an aware instant as NumPy's naive UTC."""
    return np.datetime64(int(instant.timestamp() * 1_000_000), "us")
