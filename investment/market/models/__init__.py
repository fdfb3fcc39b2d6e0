"""Stored truth: who trades what, when, at which prices, who the companies are, what currencies are worth."""

from investment.market.models.actions import CorporateAction
from investment.market.models.bars import BarRevision, DailyBar, Origin, QuarantinedRow
from investment.market.models.companies import Company, Filing
from investment.market.models.estimates import (
    ESTIMATES,
    EarningsDate,
    EarningsReport,
    FigureCheck,
    ProviderMetrics,
    Recommendation,
)
from investment.market.models.facts import Fact, FactConcept, FactImport, FactReport
from investment.market.models.fx import FxRate, Publication
from investment.market.models.instruments import Instrument, Ticker
from investment.market.models.issues import DataIssue
from investment.market.models.quotes import Quote
from investment.market.models.sessions import Session

__all__ = [
    "ESTIMATES",
    "BarRevision",
    "Company",
    "CorporateAction",
    "DailyBar",
    "DataIssue",
    "EarningsDate",
    "EarningsReport",
    "Fact",
    "FactConcept",
    "FactImport",
    "FactReport",
    "FigureCheck",
    "Filing",
    "FxRate",
    "Instrument",
    "Origin",
    "ProviderMetrics",
    "Publication",
    "QuarantinedRow",
    "Quote",
    "Recommendation",
    "Session",
    "Ticker",
]
