"""
What workers do. Each task may run twice: what it works on is a row, which it claims.

``beat`` sends them. A task that finds nothing to do, or somebody else at it, does nothing.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

from celery import shared_task
from django.conf import settings

from investment.analysis.services import figure_checks
from investment.lib import clock
from investment.market.models import Instrument
from investment.market.selectors.facts import ciks_of_instruments
from investment.news.services import retention
from investment.ops import schedule
from investment.ops.models import Run
from investment.ops.selectors.history import reads_instruments
from investment.ops.selectors.prices import has_prices
from investment.ops.services import (
    companies,
    cross_checking,
    earnings,
    facts,
    history,
    idle_probing,
    instruments,
    job_rows,
    leases,
    news,
    past_scores,
    rates,
    session_job,
    spellings,
)
from investment.ops.services.company import can_ask_sec
from investment.providers.errors import PermanentProviderError, ProviderError, TransientProviderError
from investment.providers.services import archive
from investment.quotas.errors import QuotaExhausted
from investment.quotas.services import totals

logger = logging.getLogger(__name__)

PATIENCE = 120.0  # seconds that the instrument list may wait for a slot, page by page

NEWS_PATIENCE = 20.0  # seconds: a slot of a minute's window comes by then, and the next poll is near


@shared_task(name="ops.advance_session")
def advance_session(*, session: str, **_unknown: object) -> None:
    """Do what is pending of a session's job. ``session`` is an ISO date."""
    try:
        outcome = session_job.advance_session(
            session=date.fromisoformat(session), now=clock.now(), trigger=Run.Trigger.SCHEDULE
        )
    except (leases.Busy, leases.LeaseLost) as error:
        logger.info("Session %s: %s", session, error)
        return
    logger.info("Session %s: %s %s", session, outcome.state, outcome.error)


@shared_task(name="ops.open_sessions")
def open_sessions(**_unknown: object) -> None:
    """Make the jobs of the sessions that have closed; beat sees that they are due."""
    history.open_history(now=clock.now())
    opened = job_rows.open_sessions(now=clock.now())
    logger.info("Opened %s", ", ".join(map(str, opened)) or "no session")


@shared_task(name="ops.sync_instruments")
def sync_instruments(**_unknown: object) -> None:
    """Bring the instrument list up to date. What failed is in its run; the next day tries again."""
    if not has_prices() or reads_instruments():  # nobody to ask, or it is being read anyway
        return
    try:
        instruments.sync_instruments(now=clock.now(), trigger=Run.Trigger.SCHEDULE, patience=PATIENCE)
    except (leases.Busy, leases.LeaseLost, ProviderError, QuotaExhausted) as error:
        logger.warning("Instruments: %s", error)


@shared_task(name="ops.sync_fx")
def sync_fx(**_unknown: object) -> None:
    """Bring the reference rates up to date. Where that failed for the moment, it is due again in an hour."""
    if not rates.has_rates():
        return
    with _trying_again(schedule.FX, Run.Kind.FX):
        done = rates.sync_rates(now=clock.now(), trigger=Run.Trigger.SCHEDULE, patience=PATIENCE)
        logger.info("Rates: %s", done.message)


@shared_task(name="ops.sync_companies")
def sync_companies(**_unknown: object) -> None:
    """Bring the list of companies up to date, once a week and where there is a contact for the SEC."""
    if settings.MODE.kind == "data" or not companies.companies_due(now=clock.now()):
        return
    with _trying_again(schedule.COMPANIES, Run.Kind.COMPANIES):
        done = companies.sync_companies(now=clock.now(), trigger=Run.Trigger.SCHEDULE, patience=PATIENCE)
        logger.info("Companies: %s", done.message)


@shared_task(name="ops.sync_facts")
def sync_facts(**_unknown: object) -> None:
    """Bring what all companies told in their filings, where there is a contact for the SEC."""
    if settings.MODE.kind == "data" or not can_ask_sec():
        return
    if not ciks_of_instruments():  # on a first start they come first
        schedule.try_again_soon(name=schedule.FACTS, now=clock.now())
        return
    with _trying_again(schedule.FACTS, Run.Kind.FACTS):
        done = facts.sync_facts(now=clock.now(), trigger=Run.Trigger.SCHEDULE, patience=PATIENCE)
        logger.info("Facts: %s", done.message)
        if done.inserted:  # past days knew what was filed before them
            schedule.let_be_due(name=schedule.SCORES, now=clock.now())


@shared_task(name="ops.sync_earnings")
def sync_earnings(**_unknown: object) -> None:
    """Bring the calendar of reports up to date, where there is a key of Finnhub."""
    if settings.MODE.kind == "data":
        return  # a folder knows of prices only
    if not Instrument.objects.exists():  # on a first start they come first
        schedule.try_again_soon(name=schedule.EARNINGS, now=clock.now())
        return
    with _trying_again(schedule.EARNINGS, Run.Kind.EARNINGS):
        done = earnings.sync_earnings_calendar(
            now=clock.now(), trigger=Run.Trigger.SCHEDULE, patience=PATIENCE
        )
        logger.info("Earnings: %s", done.message if done else "nobody to ask")


@shared_task(name="ops.check_figures")
def check_figures(**_unknown: object) -> None:
    """Compare figures of filings with those that providers told, of some companies. Nobody is asked."""
    done = figure_checks.check_figures(now=clock.now())
    logger.info("Figures: %d of %d agree, of %d instruments", done.agree, done.compared, done.instruments)


@contextmanager
def _trying_again(entry: str, kind: Run.Kind) -> Iterator[None]:
    """Log what failed; what may pass by itself makes an entry of the schedule due again before its time."""
    try:
        yield
    except (leases.Busy, leases.LeaseLost, PermanentProviderError, facts.NoRoom) as error:
        logger.warning("%s: %s", entry, error)
    except (TransientProviderError, QuotaExhausted) as error:
        logger.warning("%s, due again soon: %s", entry, error)
        tried = Run.objects.filter(kind=kind)
        failures = 0 if tried.filter(state=Run.State.DONE).exists() else tried.count()
        schedule.try_again_soon(name=entry, now=clock.now(), failures=failures)


@shared_task(name="ops.bring_history")
def bring_history(**_unknown: object) -> None:
    """Bring in what free calls allow of the history. Its row says when to go on."""
    try:
        row = history.bring_history(now=clock.now(), trigger=Run.Trigger.SCHEDULE)
    except (leases.Busy, leases.LeaseLost) as error:
        logger.info("History: %s", error)
        return
    if row is not None:
        logger.info("History: %s, again at %s %s", row.state, row.next_try_at, row.error)


@shared_task(name="ops.sync_spellings")
def sync_spellings(**_unknown: object) -> None:
    """Hear how providers spell our symbols. What failed is in its run; the next day tries again."""
    if settings.MODE.kind == "data":
        return  # the instruments of a folder have no FIGI
    try:
        done = spellings.sync_spellings(now=clock.now(), trigger=Run.Trigger.SCHEDULE, patience=PATIENCE)
    except (leases.Busy, leases.LeaseLost, ProviderError, QuotaExhausted) as error:
        logger.warning("Spellings: %s", error)
        return
    logger.info("Spellings: %s", done.message if done else "nobody to ask")


@shared_task(name="ops.probe_idle")
def probe_idle(**_unknown: object) -> None:
    """Ask a little of what the keys may include and nobody has asked for yet."""
    if settings.MODE.kind == "data":
        return  # a folder knows of prices only
    try:
        done = idle_probing.probe_idle(now=clock.now(), trigger=Run.Trigger.SCHEDULE)
    except (leases.Busy, leases.LeaseLost) as error:
        logger.info("Probes: %s", error)
        return
    logger.info("Probes: %s", done.message if done else "nothing to ask")


@shared_task(name="ops.cross_check")
def cross_check(**_unknown: object) -> None:
    """Spend what the day has left on the word of second sources about stored bars."""
    try:
        done = cross_checking.cross_check(now=clock.now(), trigger=Run.Trigger.SCHEDULE)
    except (leases.Busy, leases.LeaseLost) as error:
        logger.info("Cross-checks: %s", error)
        return
    logger.info("Cross-checks: %s", done.message if done else "nobody to ask, or nothing to ask about")


@shared_task(name="ops.sync_news")
def sync_news(*, provider: str, **_unknown: object) -> None:
    """Read what a provider wrote since it was last heard. Where it failed the next poll goes on."""
    if settings.MODE.kind == "data":
        return
    try:
        done = news.sync_news(
            provider=provider, now=clock.now(), trigger=Run.Trigger.SCHEDULE, patience=NEWS_PATIENCE
        )
    except (leases.Busy, leases.LeaseLost, ProviderError, QuotaExhausted) as error:
        logger.warning("News of %s: %s", provider, error)
        if isinstance(error, TransientProviderError) and not news.was_heard(provider):
            # In two minutes: on a first start it may be starting itself, and the next poll may be hours away.
            schedule.try_again_soon(name=schedule.NEWS.format(provider), now=clock.now(), failures=3)
        return
    logger.info("News of %s: %s", provider, done.message if done else "nobody to ask, or not at this level")


@shared_task(name="ops.score_past")
def score_past(**_unknown: object) -> None:
    """Score past months as they were known, and tell how all scores did, while nothing else is to be done."""
    try:
        done = past_scores.score_past(now=clock.now(), trigger=Run.Trigger.SCHEDULE)
    except (leases.Busy, leases.LeaseLost) as error:
        logger.info("Past scores: %s", error)
        return
    logger.info("Past scores: %s", done)


@shared_task(name="ops.fold_calls")
def fold_calls(**_unknown: object) -> None:
    """Fold the rows of old calls. A day that somebody is reading is left for the next time."""
    done = totals.fold(now=clock.now())
    calls = sum(day.calls for day in done.folded)
    logger.info("Folded %d calls of %d days; %d days were busy", calls, len(done.folded), len(done.busy))


@shared_task(name="ops.expire_answers")
def expire_answers(**_unknown: object) -> None:
    """Delete raw answers that may not, or need not, be kept any longer."""
    deleted = archive.expire(now=clock.now())
    logger.info("Deleted %d raw answers, %d bodies", deleted.answers, deleted.bodies)


@shared_task(name="ops.expire_news")
def expire_news(**_unknown: object) -> None:
    """Delete news that may not be kept any longer."""
    done = retention.expire(now=clock.now())
    logger.info("Deleted %d copies, and %d stories with them", done.copies, done.stories)
