"""Who reports and whose dividends are due, for the whole market or for some of it."""

from collections.abc import Collection
from datetime import timedelta
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from investment.api.parameters import PageQuery, read_query
from investment.api.v1.market.earnings import HOURS, DividendSerializer, ToldSerializer, render_dividend
from investment.api.v1.market.serializers import MAX_SYMBOLS, LatestPricesQuery
from investment.api.v1.serializers import number
from investment.lib import clock
from investment.market.models import EarningsDate
from investment.market.selectors.calendars import calendar_read_at, dividends_between, earnings_between
from investment.market.selectors.lookup import look_up_all
from investment.market.selectors.sessions import NEW_YORK

DAYS, MOST_DAYS = 14, 62


class CalendarQuery(LatestPricesQuery, PageQuery):
    """Days at the exchange, both included; without them the two weeks from today on."""

    symbols = serializers.CharField(
        required=False,
        max_length=MAX_SYMBOLS * 33,
        help_text=f"Symbols with commas between, at most {MAX_SYMBOLS}; all unless given",
    )
    start = serializers.DateField(required=False)
    end = serializers.DateField(required=False, help_text=f"At most {MOST_DAYS} days after start")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        start = attrs.get("start") or clock.now().astimezone(NEW_YORK).date()
        try:
            end = attrs.get("end") or start + timedelta(days=DAYS)
            longest = (end - start).days
        except OverflowError:
            raise serializers.ValidationError({"start": "There is no calendar for that day."}) from None
        if longest < 0:
            raise serializers.ValidationError({"start": "Must not be after end."})
        if longest > MOST_DAYS:
            raise serializers.ValidationError({"end": f"Must be at most {MOST_DAYS} days after start."})
        return {**attrs, "start": start, "end": end}


class EarningsDateSerializer(ToldSerializer):
    """Actual figures are null before the release; money is in the company's own currency, as told."""

    symbol = serializers.CharField()
    name = serializers.CharField(allow_null=True)
    on = serializers.DateField()
    hour = serializers.ChoiceField(HOURS, allow_null=True)
    fiscal_year = serializers.IntegerField(allow_null=True)
    fiscal_quarter = serializers.IntegerField(allow_null=True)
    eps_estimate = number()
    eps_actual = number()
    revenue_estimate = number()
    revenue_actual = number()


class DividendDateSerializer(DividendSerializer):
    symbol = serializers.CharField()
    name = serializers.CharField(allow_null=True)


class _CalendarSerializer(serializers.Serializer[Any]):
    start = serializers.DateField()
    end = serializers.DateField()
    total = serializers.IntegerField(help_text="Of all pages")
    unknown = serializers.ListField(child=serializers.CharField(), help_text="Symbols we do not know")


class EarningsCalendarSerializer(_CalendarSerializer):
    """Soonest first. ``read_at`` is when the provider's calendar was read last; null: never."""

    rows = EarningsDateSerializer(many=True)
    read_at = serializers.DateTimeField(allow_null=True)


class DividendCalendarSerializer(_CalendarSerializer):
    """By ex-date, soonest first."""

    rows = DividendDateSerializer(many=True)


class EarningsCalendarView(APIView):
    @extend_schema(
        operation_id="earnings_calendar", parameters=[CalendarQuery], responses=EarningsCalendarSerializer
    )
    def get(self, request: Request) -> Response:
        """Who reports when, and what is expected; reports that are out have their figures."""
        query = read_query(CalendarQuery, request)
        ids, unknown = _instruments(query)
        found = earnings_between(start=query["start"], end=query["end"], instrument_ids=ids)
        page = found[query["offset"] : query["offset"] + query["limit"]]
        return Response(
            {
                **_frame(query, found.count(), unknown),
                "rows": [_date(row) for row in page],
                "read_at": calendar_read_at(),
            }
        )


class DividendCalendarView(APIView):
    @extend_schema(
        operation_id="dividend_calendar", parameters=[CalendarQuery], responses=DividendCalendarSerializer
    )
    def get(self, request: Request) -> Response:
        """Cash dividends by ex-date: who owns a share before that day gets it."""
        query = read_query(CalendarQuery, request)
        ids, unknown = _instruments(query)
        found = dividends_between(start=query["start"], end=query["end"], instrument_ids=ids)
        page = found[query["offset"] : query["offset"] + query["limit"]]
        rows = [
            {"symbol": row.instrument.symbol, "name": row.instrument.name or None, **render_dividend(row)}
            for row in page
        ]
        return Response({**_frame(query, found.count(), unknown), "rows": rows})


def _instruments(query: dict[str, Any]) -> tuple[Collection[int] | None, list[str]]:
    if "symbols" not in query:
        return None, []
    found, unknown = look_up_all(symbols=query["symbols"])
    return {instrument.pk for instrument in found.values()}, unknown


def _frame(query: dict[str, Any], total: int, unknown: list[str]) -> dict[str, object]:
    return {"start": query["start"], "end": query["end"], "total": total, "unknown": unknown}


def _date(row: EarningsDate) -> dict[str, object]:
    names = (
        "on", "hour", "fiscal_year", "fiscal_quarter", "eps_estimate", "eps_actual", "revenue_estimate",
        "revenue_actual", "provider", "source", "fetched_at",
    )  # fmt: skip
    told = {name: getattr(row, name) for name in names}
    return {"symbol": row.instrument.symbol, "name": row.instrument.name or None, **told}
