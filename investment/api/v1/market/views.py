"""Prices, the data behind them, and what is wrong with it."""

from datetime import date
from decimal import Decimal

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from investment.api.parameters import read_query
from investment.api.v1.market.serializers import (
    CompanySerializer,
    IssuePageSerializer,
    IssueQuery,
    LatestPricesQuery,
    LatestPricesSerializer,
    PricesQuery,
    PricesSerializer,
    RateHistoryQuery,
    RateHistorySerializer,
    RatesQuery,
    RatesSerializer,
    StockDataSerializer,
)
from investment.api.v1.rendering import render_action, render_source
from investment.lib import clock
from investment.market.models import BarRevision, DataIssue, Filing, Instrument, QuarantinedRow
from investment.market.selectors import provenance
from investment.market.selectors.bars import PriceHistory, history
from investment.market.selectors.companies import CompanyView as StoredCompany
from investment.market.selectors.companies import company_of
from investment.market.selectors.fx import rate_history, rates_on
from investment.market.selectors.issues import list_issues
from investment.market.selectors.latest import LatestBar, latest_bars
from investment.market.selectors.lookup import look_up, look_up_all
from investment.market.selectors.sessions import latest_closed_session
from investment.ops.services.company import ask_company


class PricesView(APIView):
    @extend_schema(operation_id="stock_prices", parameters=[PricesQuery], responses=PricesSerializer)
    def get(self, request: Request, symbol: str) -> Response:
        """Daily bars of one instrument, oldest first, adjusted as wished."""
        query = read_query(PricesQuery, request)
        instrument = look_up(symbol=symbol)
        latest = latest_closed_session(clock.now())
        prices = history(
            instrument=instrument,
            start=query.get("from", date.min),
            end=min(query.get("to", latest), latest),
            adjust=query["adjust"],
            as_of=latest,
        )
        return Response(
            {
                "symbol": instrument.symbol,
                "adjust": prices.adjust,
                "currency": instrument.currency,
                "from": query.get("from", prices.sessions[0] if prices.sessions else None),
                "to": query.get("to", prices.sessions[-1] if prices.sessions else None),
                "known": prices.known,
                "reason": prices.reason,
                "bars": _bars(prices),
                "missing": prices.missing,
                "actions": [render_action(action) for action in prices.actions],
                "sources": [
                    {"id": origin.pk, **render_source(origin), "detail": origin.detail or None}
                    for origin in provenance.list_origins(ids=set(prices.origin_ids.tolist()))
                ],
            }
        )


class StockDataView(APIView):
    @extend_schema(operation_id="stock_data", responses=StockDataSerializer)
    def get(self, request: Request, symbol: str) -> Response:
        """Sources, revisions, gaps, quarantined rows and corporate actions of one instrument."""
        instrument = look_up(symbol=symbol)
        return Response(
            {
                "symbol": instrument.symbol,
                "sources": provenance.count_sources(instrument=instrument),
                "revisions": [_revision(row) for row in provenance.list_revisions(instrument=instrument)],
                "gaps": [
                    {"from": gap.first, "to": gap.last, "sessions": gap.sessions}
                    for gap in provenance.list_gaps(instrument=instrument)
                ],
                "quarantine": [_refused(row) for row in provenance.list_quarantined(instrument=instrument)],
                "actions": [render_action(row) for row in provenance.list_actions(instrument=instrument)],
            }
        )


class LatestPricesView(APIView):
    @extend_schema(
        operation_id="latest_prices", parameters=[LatestPricesQuery], responses=LatestPricesSerializer
    )
    def get(self, request: Request) -> Response:
        """The last raw close of each of some instruments."""
        symbols = read_query(LatestPricesQuery, request)["symbols"]
        found, unknown = look_up_all(symbols=symbols)
        bars = latest_bars(instrument_ids=[instrument.pk for instrument in found.values()])
        prices = [_latest(instrument, bars.get(instrument.pk)) for instrument in found.values()]
        return Response({"results": prices, "unknown": unknown})


class IssueListView(APIView):
    @extend_schema(operation_id="issues_list", parameters=[IssueQuery], responses=IssuePageSerializer)
    def get(self, request: Request) -> Response:
        """What is or was wrong with the data, newest first."""
        query = read_query(IssueQuery, request)
        issues = list_issues(is_open=query.get("open"))
        page = issues[query["offset"] : query["offset"] + query["limit"]]
        return Response({"count": issues.count(), "results": [_issue(issue) for issue in page]})


class RatesView(APIView):
    @extend_schema(operation_id="fx_rates", parameters=[RatesQuery], responses=RatesSerializer)
    def get(self, request: Request) -> Response:
        """What a unit of a currency was worth on a day, in all others, by the ECB's reference rates."""
        query = read_query(RatesQuery, request)
        found = rates_on(on=query.get("on", clock.now().date()), base=query["base"])
        return Response(
            {
                "base": found.base,
                "day": found.day,
                "rates": [
                    {
                        "quote": rate.quote,
                        "rate": _plain(rate.rate),
                        "day": rate.day,
                        "computed": rate.computed,
                    }
                    for rate in found.rates
                ],
                "source": found.source,
                "history_from": found.history_from,
                "words": found.words,
            }
        )


class RateHistoryView(APIView):
    @extend_schema(
        operation_id="fx_rate_history", parameters=[RateHistoryQuery], responses=RateHistorySerializer
    )
    def get(self, request: Request, quote: str) -> Response:
        """What a unit of a currency was worth in another one, day by day, oldest first."""
        query = read_query(RateHistoryQuery, request)
        found = rate_history(quote=quote, base=query["base"], until=clock.now().date(), days=query["days"])
        return Response(
            {
                "base": found.base,
                "quote": found.quote,
                "computed": found.computed,
                "points": [{"day": day, "rate": _plain(rate)} for day, rate in found.points],
                "source": found.source,
                "words": found.words,
            }
        )


class CompanyView(APIView):
    @extend_schema(operation_id="stock_company", responses=CompanySerializer)
    def get(self, request: Request, symbol: str) -> Response:
        """Who files with the SEC for this instrument, and what, as far as it is stored. Never a call."""
        return Response(_company(company_of(instrument=look_up(symbol=symbol))))

    @extend_schema(operation_id="ask_stock_company", request=None, responses=CompanySerializer)
    def post(self, request: Request, symbol: str) -> Response:
        """
        Ask the SEC about the company now, with one call, and return what is stored then.

        409 where nobody can be asked (no CIK, or no SEC_CONTACT in .env), 429 where no call is free (when one
        will be is in `Retry-After` and `extra.retry_at`), 502 where the SEC fails.
        """
        return Response(_company(ask_company(instrument=look_up(symbol=symbol))))


def _company(found: StoredCompany) -> dict[str, object]:
    names = (
        "cik", "name", "sic", "sic_description", "state", "fiscal_year_end", "website", "source", "status",
        "words",
    )  # fmt: skip
    fields = {name: getattr(found, name) for name in names}
    return {**fields, "filings": [_filing(filing) for filing in found.filings]}


def _filing(filing: Filing) -> dict[str, object]:
    return {
        "form": filing.form,
        "filed_on": filing.filed_on,
        "period_end": filing.period_end,
        "description": filing.description or None,
        "url": filing.url or None,
    }


def _plain(rate: Decimal) -> str:
    """Return a rate without zeros at its end, and without an exponent: 18000 is not 1.8E+4."""
    return f"{rate.normalize():f}"


def _issue(issue: DataIssue) -> dict[str, object]:
    return {
        "id": issue.pk,
        "kind": issue.kind,
        "kind_label": issue.get_kind_display(),
        "session": issue.session,
        "symbol": issue.instrument.symbol if issue.instrument else None,
        "message": issue.message,
        "times": issue.times,
        "opened_at": issue.opened_at,
        "last_seen_at": issue.last_seen_at,
        "closed_at": issue.closed_at,
    }


def _bars(prices: PriceHistory) -> list[dict[str, object]]:
    """Return the bars; a price that is not known is NaN here and null in JSON."""
    columns = (prices.open, prices.high, prices.low, prices.close, prices.volume, prices.origin_ids)
    names = ("session", "open", "high", "low", "close", "volume", "source")
    return [
        dict(zip(names, row, strict=True))
        for row in zip(prices.sessions, *(column.tolist() for column in columns), strict=True)
    ]


def _revision(row: BarRevision) -> dict[str, object]:
    return {
        "session": row.session,
        "reason": row.reason,
        "recorded_at": row.recorded_at,
        "source": render_source(row.origin),
        "old": {name: getattr(row, name) for name in ("open", "high", "low", "close", "volume")},
    }


def _refused(row: QuarantinedRow) -> dict[str, object]:
    return {
        "session": row.session,
        "reason": row.reason,
        "payload": row.payload,
        "source": render_source(row.origin),
    }


def _latest(instrument: Instrument, bar: LatestBar | None) -> dict[str, object]:
    return {
        "symbol": instrument.symbol,
        "session": bar.session if bar else None,
        "close": bar.close if bar else None,
        "currency": instrument.currency,
        "source": bar.source if bar else None,
        "fetched_at": bar.source.fetched_at if bar else None,
    }
