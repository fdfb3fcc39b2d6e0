"""No answer costs more memory or time than the largest there is, whatever it says or unpacks to."""

import gzip
import socket
import tracemalloc
from collections.abc import Callable
from contextlib import suppress
from datetime import date

import pytest
from pytest_django import Settings

from investment.lib import clock
from investment.providers import breaker, errors, gateway, registry
from investment.providers.tests.metered import KEY
from investment.providers.tests.wire import Behaviour, answer, provider, read_request
from investment.quotas.models import Call

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("basic")]

MIB = 2**20
BOUND = 4 * MIB
DAYS = {"start": date(2026, 3, 2), "end": date(2026, 3, 3)}

# A question of each provider whose answer is read in one go.
ASK: dict[str, Callable[..., object]] = {
    "massive": lambda found: found.grouped_daily(session=date(2026, 3, 2)),
    "finnhub": lambda found: found.symbols(),
    "alphavantage": lambda found: found.daily_bars(symbol="AAPL"),
    "newsapi": lambda found: found.everything(query="Acme"),
    "ecb": lambda found: found.history(form="xml"),
    "sec": lambda found: found.tickers(),
}


def test_every_provider_is_here() -> None:
    assert set(ASK) == set(registry.NAMES)


def use(settings: Settings, name: str, address: str) -> None:
    settings.SEC_CONTACT = "Jane Doe jane@example.com"
    for setting, value in (("API_KEY", KEY), ("BASE_URL", address), ("DATA_URL", address)):
        setattr(settings, f"{name.upper()}_{setting}", value)


def failed(settings: Settings, name: str, behave: Behaviour) -> tuple[errors.ProviderError, Call, int]:
    """Ask; return the error, the call's row, and the most memory that it took."""
    with provider(behave) as address:
        use(settings, name, address)
        tracemalloc.start()
        try:
            with (
                gateway.provider(name, lane="essential", purpose="a test") as found,
                pytest.raises(errors.ProviderError) as caught,
            ):
                ASK[name](found)
            most = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
    return caught.value, Call.objects.get(), most


def endless(connection: socket.socket) -> None:
    """200 MB without a length, as fast as they are taken."""
    read_request(connection)
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n[")
    with suppress(OSError):
        for _ in range(200):
            connection.sendall(b"1," * (MIB // 2))


def packed(body: bytes, status: str = "200 OK", encoding: str = "gzip") -> Behaviour:
    head = f"HTTP/1.1 {status}\r\nContent-Encoding: {encoding}\r\nContent-Length: {len(body)}\r\n\r\n"
    return answer(head.encode() + body)


BOMB = gzip.compress(b"[" + bytes(200 * MIB), 1)


@pytest.mark.slow
@pytest.mark.parametrize("name", registry.NAMES)
@pytest.mark.parametrize(
    ("behave", "kind", "state", "said"),
    [
        (packed(BOMB), errors.MalformedPayload, "sent", "longer than"),
        (endless, errors.ProviderUnavailable, "sent", "longer than"),
    ],
    ids=["a bomb", "without an end"],
)
def test_two_hundred_megabytes_are_refused_early(
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    behave: Behaviour,
    kind: type[errors.ProviderError],
    state: str,
    said: str,
) -> None:
    monkeypatch.setattr(gateway, "MAX_BODY", BOUND)
    assert len(BOMB) < BOUND

    error, call, most = failed(settings, name, behave)

    assert type(error) is kind
    assert said in error.words
    assert most < 3 * BOUND + MIB
    assert (call.state, call.status) == (state, 200)
    assert said in call.error
    assert call.bytes is not None
    assert call.bytes <= BOUND + MIB
    (circuit,) = breaker.circuits(now=clock.now())
    assert (circuit.provider, circuit.endpoint, circuit.bad) == (name, call.endpoint, 1)


@pytest.mark.slow
@pytest.mark.parametrize("name", registry.NAMES)
def test_what_is_within_the_bound_and_no_answer_costs_little_more_than_its_bytes(
    settings: Settings, name: str
) -> None:
    body = b"[" + b"1," * (8 * MIB) + b"1]"

    error, _, most = failed(settings, name, packed(gzip.compress(body, 1)))

    assert type(error) is errors.MalformedPayload
    assert most < 4 * len(body) + MIB


def test_what_says_that_it_is_too_long_is_not_read_at_all(settings: Settings) -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Length: 209715200\r\n\r\n"

    error, call, _ = failed(settings, "ecb", answer(head))

    assert type(error) is errors.ProviderUnavailable
    assert (call.state, call.bytes) == ("sent", 0)
    assert "it says 209715200" in call.error


@pytest.mark.parametrize(
    ("body", "encoding"),
    [(b"no gzip", "gzip"), (gzip.compress(b"{}")[:-9], "gzip"), (b"{}", "br")],
    ids=["no gzip", "cut off", "not asked for"],
)
def test_what_cannot_be_unpacked_is_malformed_and_a_refusal_says_enough_without(
    settings: Settings, body: bytes, encoding: str
) -> None:
    error, call, _ = failed(settings, "massive", packed(body, encoding=encoding))
    assert type(error) is errors.MalformedPayload
    assert (call.state, call.status) == ("sent", 200)
    assert call.error.startswith("DecodingError")

    Call.objects.all().delete()
    error, call, _ = failed(settings, "massive", packed(body, "403 Forbidden", encoding))
    assert type(error) is errors.RequestRejected
    assert (call.status, call.error) == (403, "")


def test_only_what_can_be_unpacked_is_asked_for(settings: Settings) -> None:
    asked: list[bytes] = []

    def listen(connection: socket.socket) -> None:
        asked.append(read_request(connection))
        connection.sendall(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")

    for name in registry.NAMES:
        failed(settings, name, listen)
        Call.objects.all().delete()

    told = [line for head in asked for line in head.lower().split(b"\r\n") if line.startswith(b"accept-enc")]
    assert told == [b"accept-encoding: gzip"] * len(registry.NAMES)
