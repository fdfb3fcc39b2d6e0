"""The sentiment score of all instruments at the close of one session, from the news published by then."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

import numpy as np

from investment.analysis.calculators import scoring, sentiment
from investment.analysis.calculators.eligibility import BOARDS
from investment.analysis.calculators.own_bars import Vector
from investment.analysis.models import SentimentScore
from investment.analysis.services.results import store_scores
from investment.market.models import Instrument
from investment.market.selectors.sessions import session_on
from investment.news.selectors.flow import Flows, flows

_COUNTS = ("stories_1", "stories_7", "stories_30")
_MEANS = ("sentiment_1", "sentiment_7", "sentiment_30", "volume_surprise", "sentiment_surprise")


@dataclass(frozen=True, slots=True)
class Felt:
    """Of how many instruments there was news, how many have a score, and how many rows were written."""

    known: int
    scored: int
    written: int


def score_sentiment(*, session: date, now: datetime, guard: Callable[[], None] | None = None) -> Felt:
    """
    Compute and store the sentiment scores of a session. Repeatable; writes only what differs.

    What was published after the session's close is not in it.

    :param guard: called last in the transaction; what it raises undoes the writing.
    """
    calendar = session_on(session)
    if calendar is None:
        return Felt(0, 0, 0)
    found = flows(as_of=calendar.closes_at)
    rows, count = _rows(found)
    if not count and not SentimentScore.objects.filter(session=session).exists():
        return Felt(0, 0, 0)
    written = store_scores(model=SentimentScore, session=session, now=now, columns=rows, guard=guard)
    return Felt(count, int(np.isfinite(rows["score"].astype(np.float64)).sum()), written)


def _rows(found: Flows) -> tuple[dict[str, np.typing.NDArray[np.generic]], int]:
    """Return the columns of those that are on a board and had news in 30 days, and how many those are."""
    about = {
        pk: (symbol, BOARDS[kind])
        for pk, symbol, kind in Instrument.objects.filter(
            pk__in=found.instrument_ids.tolist(), kind__in=list(BOARDS)
        ).values_list("pk", "symbol", "kind")
    }
    on_board = np.array([pk in about for pk in found.instrument_ids.tolist()], dtype=np.bool_)
    places = np.nonzero(on_board & (found.stories_30 > 0))[0]
    places = places[np.argsort(found.instrument_ids[places])]
    ids = found.instrument_ids[places]
    told = [about[pk] for pk in ids.tolist()]
    symbols = np.array([*(each[0] for each in told), None], dtype=object)[:-1]
    boards = np.array([each[1] for each in told], dtype=np.str_)
    counts = {name: getattr(found, name)[places].astype(np.int32) for name in _COUNTS}
    means = {name: getattr(found, name)[places].astype(np.float64) for name in _MEANS}
    enough = sentiment.enough_stories(counts["stories_30"].astype(np.float64))
    enough &= scoring.complete(means, parts=sentiment.PARTS)
    score: Vector = np.full(len(ids), np.nan)
    for board in sorted(set(BOARDS.values())):
        chosen = enough & (boards == board)
        scored = scoring.score(
            {name: values[chosen] for name, values in means.items()},
            symbols=symbols[chosen],
            parts=sentiment.PARTS,
        )
        score[chosen] = scored.score
    return {"instrument_id": ids.astype(np.int64), "score": score, **counts, **means}, len(ids)
