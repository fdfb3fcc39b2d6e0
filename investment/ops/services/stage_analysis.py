"""The last stages of a session's job: analyse what changed, rank, and score."""

from datetime import timedelta

from investment.analysis.services.ranking import rank_session
from investment.analysis.services.run import ScoresWithheld, analyse_session
from investment.analysis.services.scores import score_session
from investment.ops.models import SessionJob, SessionStage
from investment.ops.services.work import Pause, Work

LOOK_AGAIN = timedelta(hours=1)  # until the operator has decided on a clause of a provider's terms


def analyse(work: Work) -> Pause | None:
    """Analyse the instruments that the stage's row names, all of them where it names none."""
    instruments = work.detail.get("instruments")
    ids = [int(pk) for pk in instruments] if isinstance(instruments, list) else None
    work.tell(SessionStage.Name.ANALYSE, 0, None)
    try:
        result = analyse_session(
            session=work.session,
            now=work.now,
            instrument_ids=ids,
            on_progress=lambda done, total: work.tell(SessionStage.Name.ANALYSE, done, total),
            guard=work.lease.guard,
        )
    except ScoresWithheld as error:
        # Its bars are stored and shown. Looking again costs no call.
        return Pause(SessionJob.State.DUE, work.now + LOOK_AGAIN, error.message, waiting=True)
    work.tally.analysed += result.analysed
    work.detail = {"analysed": result.analysed, "unknown": result.unknown}
    return None


def rank(work: Work) -> Pause | None:
    """Rank all instruments of the session, each with its like."""
    work.tell(SessionStage.Name.RANK, 0, 1)
    result = rank_session(session=work.session, now=work.now, guard=work.lease.guard)
    work.tally.ranked = result.stocks + result.etfs
    work.detail = {"stocks": result.stocks, "etfs": result.etfs, "unranked": result.unranked}
    work.tell(SessionStage.Name.RANK, 1, 1)
    return None


def score(work: Work) -> Pause | None:
    """Score all instruments by what is known of them beside their prices, and as a whole."""
    work.tell(SessionStage.Name.SCORE, 0, 1)
    result = score_session(session=work.session, now=work.now, guard=work.lease.guard, pause=work.lease.check)
    work.detail = {
        "fundamental": result.fundamental.scored,
        "sentiment": result.sentiment.scored,
        "overall": result.overall.scored,
    }
    work.tell(SessionStage.Name.SCORE, 1, 1)
    return None
