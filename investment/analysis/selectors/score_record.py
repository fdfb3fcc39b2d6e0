"""What the record of the scores says, by month. It is told as it is, also where it is nothing."""

from dataclasses import dataclass
from datetime import date
from math import sqrt
from statistics import fmean, stdev

from django.db import connection

from investment.analysis.calculators import overall, scoring, sentiment
from investment.analysis.calculators.fundamentals import score as fundamental

FEWEST_MONTHS = 6  # of which fewer say nothing
CLEAR = 2.0  # standard errors from nothing, beyond which it would rarely be chance

LABELS: dict[str, str] = {
    "overall": "Overall",
    **{each.name: each.label for each in overall.WEIGHTS},
    **{f"technical.{part.name}": part.label for part in scoring.PARTS},
    **{f"fundamental.{part.name}": part.label for part in fundamental.PARTS},
    **{f"sentiment.{item.name}": item.label for part in sentiment.PARTS for item in part.inputs},
}
METHOD = (
    "Spearman's rank correlation between a score at the close of a session and the total return (splits "
    "and dividends) of the 21 sessions after it, across the board; the mean of a month's sessions. One that "
    "stops trading counts with its last close. The sessions of a month share most of their returns, so they "
    "count as one: the standard error of a month is that of one session's correlation, 1/√(n - 1), that of "
    "the mean is taken from the spread of the months."
)


@dataclass(frozen=True, slots=True)
class RecordMonth:
    """``month`` is its first day; ``instruments`` are those of a session, on average."""

    month: date
    correlation: float
    sessions: int
    instruments: int
    standard_error: float


@dataclass(frozen=True, slots=True)
class RecordView:
    """How one score did. ``mean`` is that of the months; ``share_positive`` of them agreed with the score."""

    score: str
    label: str
    months: list[RecordMonth]
    mean: float | None
    standard_error: float | None
    share_positive: float | None
    words: str


def record_of(*, board: str, as_of: date) -> list[RecordView]:
    """
    Return the record of every score of a board, months oldest first, as it was known on a day.

    Only sessions whose returns had come in by then count.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT score, date_trunc('month', session)::date, avg(correlation), count(*), avg(instruments)
              FROM analysis_scorerecord
             WHERE board = %s AND until <= %s AND correlation IS NOT NULL
             GROUP BY 1, 2 ORDER BY 1, 2
            """,
            [board, as_of],
        )
        rows = cursor.fetchall()
    months: dict[str, list[RecordMonth]] = {name: [] for name in LABELS}
    for score, month, correlation, sessions, instruments in rows:
        if score in months:
            size = float(instruments)
            error = 1 / sqrt(size - 1)
            months[score].append(RecordMonth(month, correlation, sessions, round(size), error))
    return [_view(name, found) for name, found in months.items()]


def _view(name: str, months: list[RecordMonth]) -> RecordView:
    means = [month.correlation for month in months]
    mean = fmean(means) if means else None
    error = stdev(means) / sqrt(len(means)) if len(means) >= FEWEST_MONTHS else None
    return RecordView(
        score=name,
        label=LABELS[name],
        months=months,
        mean=mean,
        standard_error=error,
        share_positive=sum(each > 0 for each in means) / len(means) if means else None,
        words=_words(mean, error, len(months)),
    )


def _words(mean: float | None, error: float | None, count: int) -> str:
    if mean is None:
        return "Nothing is known yet: a month's record needs 21 more sessions, and enough instruments."
    told = f"{count} month{'s' if count > 1 else ''}, {_signed(mean)} on average"
    if error is None:
        return f"{told}: fewer than {FEWEST_MONTHS} months say nothing."
    told += f" (standard error {error:.3f})"
    if abs(mean) <= CLEAR * error:
        return f"{told}: nothing, no more than chance brings."
    if mean > 0:
        return f"{told}: higher scores were followed by higher returns, more than chance brings."
    return f"{told}: higher scores were followed by lower returns, more than chance brings."


def _signed(value: float) -> str:
    return f"{value:+.3f}".replace("-", "−")
