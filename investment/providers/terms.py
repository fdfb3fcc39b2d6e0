"""
What each provider's terms allow, per plan: the one table that the code asks. It is no legal advice.

Terms are as third parties read them on the date in each row (``shared/reference/providers.md`` section 9). A
use that a row does not allow is off; a clause that the operator must decide on is ``decision``, and what
it concerns is off until it was acknowledged in words (``manage.py accept_terms``).
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal, NamedTuple

from investment.providers.titles import TITLES

Use = Literal["own_screen", "others", "scores", "production"]

ANY_PLAN = "*"
_READ = "providers.md section 9"


@dataclass(frozen=True, slots=True)
class Attribution:
    """What must be shown, and where. ``link`` is the address that it leads to, if one is asked for."""

    text: str
    where: str
    link: str = ""


@dataclass(frozen=True, slots=True)
class Clause:
    """Words that the operator alone can decide on. ``name`` is what the audit log calls them."""

    name: str
    words: str


@dataclass(frozen=True, slots=True)
class Terms:
    """
    The terms of one provider on one plan.

    ``others``: may other people than the operator see values, or what is derived from them;
    ``derived``: may scores be made of them at all (for the operator alone, where ``others`` is False);
    ``users``: how many people may look, None without a bound. ``retention`` is the longest that answers
    may be kept, None without a bound; ``delete_at_end``: all of it goes when the subscription ends.
    ``read`` is the day or month on which the terms were read.
    """

    provider: str
    plan: str
    personal_only: bool
    others: bool
    derived: bool
    users: int | None
    retention: timedelta | None
    delete_at_end: bool
    production: bool
    said: str
    read: str
    source: str = _READ
    attribution: Attribution | None = None
    decision: Clause | None = None


NON_DISPLAY = Clause(
    name="massive.non_display",
    words=(
        "Massive's terms for individuals allow display use only: non-display use and works derived from the "
        "data need a licence. Scores, ranks and backtests are made from the prices by a program. Whether "
        "that is display on your own screen or needs a licence is yours to decide, or to ask Massive."
    ),
)
_FINNHUB = (
    "Personal use unless stated otherwise, no business use even internally; neither data nor derived results "
    "may be shared with anyone without written approval; all data are deleted when the subscription ends"
)
_ALPHA_VANTAGE = "Personal, non-commercial unless agreed in writing; showing to third parties is commercial"
_SNIPPET = Attribution(
    text="News from NewsAPI.org", where="wherever its articles are listed", link="https://newsapi.org"
)
_ARTICLES = "Only the snippet may be shown, with a link; the texts of articles belong to their publishers"

TABLE = (
    Terms(
        "massive", ANY_PLAN, personal_only=True, others=False, derived=True, users=1, retention=None,
        delete_at_end=True, production=True, decision=NON_DISPLAY, read="2026-10",
        said="Individuals: personal, non-commercial, non-professional; display use only; non-display use and "
        "derived works need a licence; no redistribution; data are deleted at termination",
    ),
    Terms(
        "finnhub", ANY_PLAN, personal_only=True, others=False, derived=True, users=1, retention=None,
        delete_at_end=True, production=True, said=_FINNHUB, read="2026-09",
    ),
    Terms(
        "alphavantage", ANY_PLAN, personal_only=True, others=False, derived=True, users=1, retention=None,
        delete_at_end=False, production=True, said=_ALPHA_VANTAGE, read="2026",
    ),
    Terms(
        "newsapi", ANY_PLAN, personal_only=True, others=False, derived=True, users=1,
        # They set no bound: it is ours, for the plan itself tells of a month only.
        retention=timedelta(days=30), delete_at_end=False, production=False, attribution=_SNIPPET,
        said=f"The developer plan is for development and tests on localhost, not for production. {_ARTICLES}",
        read="2026",
    ),
    *(
        Terms(
            "newsapi", plan, personal_only=False, others=True, derived=True, users=None, retention=None,
            delete_at_end=False, production=True, said=_ARTICLES, attribution=_SNIPPET, read="2026",
        )
        for plan in ("business", "advanced")
    ),
    Terms(
        "ecb", ANY_PLAN, personal_only=False, others=True, derived=True, users=None, retention=None,
        delete_at_end=False, production=True, said="Free with attribution", read="2026",
        attribution=Attribution(
            text="Source: ECB", where="wherever a converted amount is shown",
            link="https://www.ecb.europa.eu",
        ),
    ),
    Terms(
        "sec", ANY_PLAN, personal_only=False, others=True, derived=True, users=None, retention=None,
        delete_at_end=False, production=True, said="Public domain; a declared contact, 10 requests a second",
        read="2026",
    ),
    *(
        Terms(
            ours, ANY_PLAN, personal_only=False, others=True, derived=True, users=None, retention=None,
            delete_at_end=False, production=True, said="The operator's own", read="2026-11",
            source="our own sandbox and files",
        )
        for ours in ("sample", "folder")
    ),
)  # fmt: skip
_BY_NAME = {(row.provider, row.plan): row for row in TABLE}


class Verdict(NamedTuple):
    """Whether a use is allowed; where it is not, ``words`` say why and what to do."""

    allowed: bool
    words: str = ""


def terms_of(provider: str, plan: str = ANY_PLAN) -> Terms:
    """
    Return the terms of a provider on a plan; of a plan that the table does not have, the strictest.

    :raises KeyError: for a provider without terms: nothing is allowed that nobody has read.
    """
    return _BY_NAME.get((provider, plan)) or _BY_NAME[(provider, ANY_PLAN)]


def may(*, use: Use, provider: str, plan: str = ANY_PLAN, accepted: Collection[str] = ()) -> Verdict:
    """
    Say whether the terms allow a use.

    :param use: ``own_screen`` (the operator looks at it), ``others`` (somebody else does), ``scores``
        (a program makes scores, ranks or signals of it), ``production``.
    :param accepted: names of the clauses that the operator has acknowledged.
    :raises KeyError: for a provider without terms.
    """
    terms = terms_of(provider, plan)
    if use == "production" and not terms.production:
        return Verdict(False, f"{provider} may not be used in production on this plan. {terms.said}.")
    if use == "others" and not terms.others:
        return Verdict(False, f"Values of {provider} are for the operator alone. {terms.said}.")
    if use == "scores":
        if not terms.derived:
            return Verdict(False, f"No scores may be made of values of {provider}. {terms.said}.")
        if terms.decision is not None and terms.decision.name not in accepted:
            return Verdict(
                False,
                f"No scores are made of {TITLES[provider]}'s prices before you have read and accepted a "
                f"clause of its terms: run manage.py accept_terms {provider}. Until then own files, SEC and "
                "ECB feed the scores.",
            )
    return Verdict(True)


def retention_of(provider: str, plan: str = ANY_PLAN) -> timedelta | None:
    """Return the longest that answers may be kept; None where the terms set no bound while they last."""
    return terms_of(provider, plan).retention


def attributions(providers: Iterable[tuple[str, str]]) -> dict[str, Attribution]:
    """Return what must be shown for each (provider, plan) that asks for it, by provider."""
    asked = {provider: terms_of(provider, plan).attribution for provider, plan in providers}
    return {provider: shown for provider, shown in asked.items() if shown is not None}
