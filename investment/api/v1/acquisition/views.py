"""What was asked of whom, what comes next, and how fresh everything is."""

from collections.abc import Iterable
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import Serializer
from rest_framework.views import APIView

from investment.accounts.models import ApiToken, User
from investment.acquisition.kinds import Kind
from investment.acquisition.selectors.cache import cache_usage
from investment.acquisition.selectors.freshness import freshness
from investment.acquisition.selectors.usage import ProviderUsage, api_usage
from investment.acquisition.services.demand import declare_viewing
from investment.acquisition.services.last_prices import last_price
from investment.api.exceptions import PeopleOnly
from investment.api.parameters import read_body
from investment.api.v1.acquisition.serializers import (
    ApiUsageSerializer,
    CacheSerializer,
    CircuitSerializer,
    EntitlementSerializer,
    FreshnessSerializer,
    LastPriceSerializer,
    NewsReadSerializer,
    RefreshBody,
    RefreshSerializer,
    TrustSerializer,
)
from investment.api.v1.rendering import age_seconds
from investment.lib import clock
from investment.market.models import Instrument
from investment.market.selectors.lookup import look_up
from investment.ops.selectors.jobs import next_file_at
from investment.ops.services.refreshing import prices_of, refresh
from investment.quotas.selectors import WindowStatus


class ApiUsageView(APIView):
    @extend_schema(operation_id="api_usage", responses=ApiUsageSerializer)
    def get(self, request: Request) -> Response:
        """Every provider's limits, what was used of them, what the key includes, and what comes next."""
        found = api_usage(now=clock.now())
        wanted = {call.instrument_id for each in found.providers for call in each.next_calls}
        symbols = dict(Instrument.objects.filter(pk__in=wanted).values_list("pk", "symbol"))
        return Response(
            {
                "at": found.at,
                "level": found.level,
                "sentence": found.sentence,
                "planned_at": found.planned_at,
                "providers": [_provider(each, symbols) for each in found.providers],
            }
        )


class CacheView(APIView):
    @extend_schema(operation_id="cache_usage", responses=CacheSerializer)
    def get(self, request: Request) -> Response:
        """How often an answer was there already, or shared with somebody who asked at the same time."""
        return Response(cache_usage())


class FreshnessView(APIView):
    @extend_schema(operation_id="stock_freshness", responses=FreshnessSerializer)
    def get(self, request: Request, symbol: str) -> Response:
        """How old each thing is that we know, who told it, when it is asked for next, and why not sooner."""
        now = clock.now()
        found = freshness(
            instrument=look_up(symbol=symbol), now=now, publications={Kind.BARS: next_file_at(now=now)}
        )
        return Response(found)


class QuoteView(APIView):
    @extend_schema(operation_id="stock_quote", responses=LastPriceSerializer)
    def get(self, request: Request, symbol: str) -> Response:
        """
        What it trades at: at most 15 seconds old, asked for in the lane of people who wait.

        `price` is null where nobody tells one, and `reason` says why. 409 where nothing is asked at the
        present spending level, 429 where no call is free (when one will be is in `Retry-After` and
        `extra.retry_at`), 502 where the provider fails.
        """
        instrument = look_up(symbol=symbol)
        found = last_price(instrument=instrument)
        return Response(
            {
                "symbol": instrument.symbol,
                "currency": instrument.currency,
                "price": found.price,
                "at": found.at,
                "previous_close": found.previous_close,
                "provider": found.provider,
                "source": found.source,
                "fetched_at": found.fetched_at,
                "age_seconds": age_seconds(found.fetched_at),
                "reason": found.reason,
            }
        )


class RefreshView(APIView):
    @extend_schema(operation_id="refresh_stock", request=RefreshBody, responses=RefreshSerializer)
    def post(self, request: Request, symbol: str) -> Response:
        """
        Ask for something now, in the lane of people who wait. Says its price in calls first.

        Nothing is asked until `confirm` is true. 429 where no call is free; when one will be is in
        `Retry-After` and `extra.retry_at`.
        """
        asked = read_body(RefreshBody, request)
        instrument = look_up(symbol=symbol)
        kinds = [Kind(word) for word in dict.fromkeys(asked["kinds"])]
        calls, cannot = prices_of(instrument=instrument, kinds=kinds, now=clock.now())
        refreshed: list[Kind] = []
        if asked["confirm"]:
            done = refresh(instrument=instrument, kinds=[call.kind for call in calls])
            refreshed, cannot = done.refreshed, cannot | done.skipped
        return Response(
            {
                "symbol": instrument.symbol,
                "calls": calls,
                "total": sum(call.calls for call in calls),
                "refreshed": refreshed,
                "skipped": [{"kind": kind, "words": words} for kind, words in cannot.items()],
            }
        )


class ViewingView(APIView):
    @extend_schema(operation_id="viewing_stock", request=None, responses={204: None})
    def post(self, request: Request, symbol: str) -> Response:
        """
        Say that somebody looks at this instrument: for two minutes its price is asked for more often.

        For the dashboard alone; a program that wants a price now asks for a refresh.
        """
        if isinstance(request.auth, ApiToken):
            raise PeopleOnly
        user = request.user
        assert isinstance(user, User)  # noqa: S101  # for the type checker: strangers do not come so far
        declare_viewing(user_id=user.pk, instrument_id=look_up(symbol=symbol).pk, now=clock.now())
        return Response(status=status.HTTP_204_NO_CONTENT)


def _provider(found: ProviderUsage, symbols: dict[int, str]) -> dict[str, object]:
    return {
        "provider": found.provider,
        "title": found.title,
        "configured": found.configured,
        "words": found.words,
        "plan": found.plan,
        "windows": list(_windows(found.windows)),
        "lanes": found.lanes,
        "states": found.states,
        "circuits": [_shown(each, CircuitSerializer) for each in found.circuits],
        "entitlements": [_shown(each, EntitlementSerializer) for each in found.entitlements],
        "planned": found.planned,
        "trust": [_shown(each, TrustSerializer) for each in found.trust],
        "next_calls": [
            {
                "at": call.at,
                "kind": call.kind,
                "symbol": symbols[call.instrument_id],
                "gain": call.gain,
                "promised": call.promised,
            }
            for call in found.next_calls
            if call.instrument_id in symbols
        ],
        "minutes": found.minutes,
        "news": found.news and _shown(found.news, NewsReadSerializer),
    }


def _shown(found: object, shape: type[Serializer[Any]]) -> dict[str, object]:
    """Return what the contract names, and nothing else: scopes, for one, hold digests of keys."""
    return {name: getattr(found, name) for name in list[str](shape().fields)}


def _windows(rows: Iterable[WindowStatus]) -> Iterable[dict[str, object]]:
    for row in rows:
        if row.window is None:
            continue
        yield {
            "scope": row.scope.rpartition(":")[0],  # its last part is a digest of the key
            "limit": row.window.limit,
            "seconds": row.window.seconds,
            "used": row.used,
            "held": row.held,
            "free": row.lanes["essential"].free,
            "free_planned": row.lanes["planned"].free,
            "reserve": row.window.reserve,
            "lent": row.lent,
            "foreign": row.foreign,
            "next_free_at": row.next_free_at,
            "resets_at": row.fresh_at,
            "full_until": row.full_until,
            "source": row.window.source,
        }
