"""Rows as several endpoints show them; the shapes are declared in :mod:`investment.api.v1.serializers`."""

from datetime import datetime
from typing import Any

from investment.lib import clock
from investment.market.models import CorporateAction, Origin


def render_source(origin: Origin) -> dict[str, Any]:
    return {
        "provider": origin.provider,
        "channel": origin.channel,
        "basis": origin.basis,
        "fetched_at": origin.fetched_at,
    }


def render_action(action: CorporateAction) -> dict[str, Any]:
    return {
        "kind": action.kind,
        "ex_date": action.ex_date,
        "ratio": action.ratio,
        "amount": action.amount,
        "currency": action.currency,
        "known_at": action.known_at,
    }


def age_seconds(at: datetime | None) -> float | None:
    """Return how long ago something was, on the one clock; None where it is not known."""
    return None if at is None else max(0.0, (clock.now() - at).total_seconds())
