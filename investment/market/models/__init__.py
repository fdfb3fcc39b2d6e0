"""Stored truth about prices: who trades what, when, at which prices, and where each figure came from."""

from investment.market.models.actions import CorporateAction
from investment.market.models.bars import BarRevision, DailyBar, Origin, QuarantinedRow
from investment.market.models.instruments import Instrument, Ticker
from investment.market.models.issues import DataIssue
from investment.market.models.sessions import Session

__all__ = [
    "BarRevision",
    "CorporateAction",
    "DailyBar",
    "DataIssue",
    "Instrument",
    "Origin",
    "QuarantinedRow",
    "Session",
    "Ticker",
]
