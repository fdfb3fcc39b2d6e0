"""What the terms of the plans that we are on allow, as far as the operator has decided."""

from collections.abc import Iterable

from django.conf import settings

from investment.accounts.models import AuditEntry
from investment.providers import terms
from investment.providers.terms import Attribution, Clause, Use, Verdict

ACCEPTED = "terms.accepted"  # in the audit log


def plan_of(provider: str) -> str:
    """Return the plan that the settings name for a provider."""
    return str(getattr(settings, f"{provider.upper()}_PLAN", "") or terms.ANY_PLAN)


def accepted() -> frozenset[str]:
    """Return the names of the clauses that somebody has acknowledged."""
    return frozenset(AuditEntry.objects.filter(action=ACCEPTED).values_list("target", flat=True))


def may(*, use: Use, provider: str) -> Verdict:
    """
    Say whether the terms of the provider's plan allow a use, see :func:`terms.may`.

    :raises KeyError: for a provider without terms.
    """
    return terms.may(use=use, provider=provider, plan=plan_of(provider), accepted=accepted())


def withheld_from_scores() -> dict[str, str]:
    """
    Return the providers whose fetched prices may not feed scores at present, and why, in words.

    Only in live mode: behind the sandbox all figures are our own. Imported files are the operator's own.
    """
    if settings.MODE.kind != "live":
        return {}
    acknowledged = accepted()
    verdicts = {
        row.provider: terms.may(
            use="scores", provider=row.provider, plan=plan_of(row.provider), accepted=acknowledged
        )
        for row in terms.TABLE
    }
    return {provider: verdict.words for provider, verdict in verdicts.items() if not verdict.allowed}


def clause_of(provider: str) -> Clause | None:
    """
    Return the clause of a provider's terms that the operator must decide on.

    :raises KeyError: for a provider without terms.
    """
    return terms.terms_of(provider, plan_of(provider)).decision


def attributions_of(providers: Iterable[str]) -> dict[str, Attribution]:
    """Return what must be shown where values of these providers are, by provider."""
    known = {row.provider for row in terms.TABLE}
    return terms.attributions((name, plan_of(name)) for name in providers if name in known)
