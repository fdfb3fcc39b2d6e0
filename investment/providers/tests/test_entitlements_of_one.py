"""A refusal that concerns one symbol or one exchange does not stop the endpoint for all others."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from pytest_django import Settings

from investment.lib import clock
from investment.providers import errors, gateway
from investment.providers.models import Entitlement, UncoveredSymbol
from investment.providers.tests.metered import KEY
from investment.providers.tests.wire import Behaviour, answer, http, provider

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("basic")]

NOW = datetime(2026, 3, 3, 17, 0, tzinfo=UTC)
REFUSED = answer(http(b'{"error":"You don\'t have access to this resource."}', "403 Forbidden"))
BARS = answer(http(b'{"s":"no_data"}'))
STATUS = b'{"exchange":"%s","holiday":null,"isOpen":true,"session":"regular","t":1697018041,"timezone":"UTC"}'
Ask = Callable[[Any], object]


def of(symbol: str) -> Ask:
    return lambda found: found.daily_bars(symbol=symbol, start=date(2026, 1, 5), end=date(2026, 2, 27))


def at(exchange: str) -> Ask:
    return lambda found: found.market_now(exchange=exchange)


@pytest.fixture(autouse=True)
def _finnhub(settings: Settings) -> None:
    clock.set_clock(origin=NOW, rate=0)
    settings.FINNHUB_API_KEY, settings.FINNHUB_PLAN = KEY, "paid"


def ended(settings: Settings, *asked: tuple[Ask, Behaviour | None]) -> list[str]:
    """Ask one after the other; return how each ended. Where nothing is answered nothing may be sent."""
    said = []
    with provider(*[behave for _, behave in asked if behave is not None]) as address:
        settings.FINNHUB_BASE_URL = address
        with gateway.provider("finnhub", lane="essential", purpose="a test") as found:
            for ask, behave in asked:
                spent = found.calls_spent
                try:
                    ask(found)
                except errors.ProviderError as error:
                    said.append(type(error).__name__)
                else:
                    said.append("answered")
                assert found.calls_spent == spent + (behave is not None)
    return said


def test_of_an_endpoint_that_the_plan_has_only_the_symbol_is_marked(settings: Settings) -> None:
    assert ended(
        settings,
        (of("AAPL"), BARS),
        (of("VOD.L"), REFUSED),
        (of("VOD.L"), None),
        (of("MSFT"), BARS),
    ) == ["answered", "NotEntitled", "UnknownSymbol", "answered"]

    mark = UncoveredSymbol.objects.get()
    assert (mark.endpoint, mark.symbol, mark.words) == (
        "candles",
        "VOD.L",
        "You don't have access to this resource.",
    )
    assert Entitlement.objects.get().included


def test_where_nobody_knows_that_the_plan_has_it_the_endpoint_is_marked(settings: Settings) -> None:
    assert ended(settings, (of("AAPL"), REFUSED), (of("MSFT"), None)) == ["NotEntitled", "NotEntitled"]
    assert not UncoveredSymbol.objects.exists()


def test_what_the_plan_had_long_ago_says_nothing_of_today(settings: Settings) -> None:
    assert ended(settings, (of("AAPL"), BARS)) == ["answered"]
    clock.set_clock(origin=NOW + timedelta(days=8), rate=0)

    assert ended(settings, (of("VOD.L"), REFUSED), (of("MSFT"), None)) == ["NotEntitled", "NotEntitled"]


def test_a_foreign_exchange_is_marked_by_itself_and_no_other(settings: Settings) -> None:
    assert ended(
        settings,
        (at("L"), REFUSED),
        (at("L"), None),
        (at("US"), answer(http(STATUS % b"US"))),
        (at("PA"), answer(http(STATUS % b"PA"))),
    ) == ["UnknownSymbol", "UnknownSymbol", "answered", "answered"]

    assert UncoveredSymbol.objects.get().symbol == "L"


def test_that_a_key_lacks_the_us_is_about_the_endpoint(settings: Settings) -> None:
    assert ended(settings, (at("US"), REFUSED), (at("L"), None)) == ["NotEntitled", "NotEntitled"]


def test_massives_words_do_not_tell_either(settings: Settings) -> None:
    entitled = answer(
        http(b'{"status":"NOT_AUTHORIZED","message":"You are not entitled to this data."}', "403 F")
    )
    settings.MASSIVE_PLAN = "starter"
    asked = {"start": date(2026, 1, 5), "end": date(2026, 2, 27)}
    with provider(answer(http()), entitled, answer(http())) as address:
        settings.MASSIVE_BASE_URL = address
        with gateway.market_data(lane="essential", purpose="a test") as massive:
            massive.daily_bars(symbol="AAPL", **asked)
            with pytest.raises(errors.NotEntitled):
                massive.daily_bars(symbol="ABC", **asked)
            massive.daily_bars(symbol="MSFT", **asked)
    assert UncoveredSymbol.objects.get().symbol == "ABC"
