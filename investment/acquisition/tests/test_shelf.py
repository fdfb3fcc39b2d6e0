"""Where answers lie: what is the same question, and what those who wait read of a failure."""

from datetime import UTC, date, datetime, timedelta

import pytest

from investment.acquisition.cached import ENDPOINTS, Endpoint
from investment.acquisition.services.shelf import Shelf
from investment.lib.errors import DomainError
from investment.providers import errors
from investment.quotas.contracts import Refused, Window
from investment.quotas.errors import QuotaExhausted

NOON = datetime(2026, 3, 3, 17, 0, tzinfo=UTC)
MINUTE = Window(60, 60, "the documentation", 0.25)
ALL = [
    errors.ProviderError("e", provider="p", words="w", status=500),
    errors.ProviderUnavailable("e", provider="p", words="w", status=None, retry_at=NOON),
    errors.ProviderThrottled("e", provider="p", retry_at=NOON + timedelta(microseconds=1)),
    errors.CircuitOpen("e", provider="p"),
    errors.NotPublishedYet("e", provider="p"),
    errors.CredentialsRejected("e", provider="p", status=401),
    errors.NotEntitled("e", provider="p", words="nö", status=403, perhaps_symbol=True),
    errors.OutOfHistory("e", provider="p", floor=date(2024, 1, 2)),
    errors.OutOfHistory("e", provider="p"),
    errors.UnknownSymbol("e", provider="p"),
    errors.RequestRejected("e", provider="p", status=400),
    errors.MalformedPayload("e", provider="p"),
    QuotaExhausted(scope="s:all:x", refused=Refused("window", MINUTE, NOON)),
    QuotaExhausted(scope="s:all:x", refused=Refused("emergency", None, None)),
]


@pytest.mark.parametrize("error", ALL, ids=lambda error: type(error).__name__)
def test_those_who_wait_are_told_the_same_error(error: errors.ProviderError | QuotaExhausted) -> None:
    place = Shelf(ENDPOINTS[0], {"symbol": "A"})
    place.keep_failure(error, lane="interactive", patience=1.5)

    failure = place.look().failure

    assert failure is not None
    assert type(failure.error) is type(error)
    assert failure.error.__dict__ == error.__dict__
    assert failure.error.args == error.args
    assert (failure.lane, failure.patience) == ("interactive", 1.5)


def test_every_error_of_a_provider_is_among_those() -> None:
    kinds = {each for each in vars(errors).values() if isinstance(each, type) and issubclass(each, Exception)}
    branches = {DomainError, errors.TransientProviderError, errors.PermanentProviderError}
    assert kinds - branches <= {type(each) for each in ALL}


def test_only_what_was_asked_the_same_is_the_same() -> None:
    def name(endpoint: Endpoint, **params: str | int | None) -> str:
        return Shelf(endpoint, params).lock

    quote, search, _ = ENDPOINTS[:3]
    names = [
        name(quote, symbol="A"), name(quote, symbol="a"), name(quote, symbol="A", limit=1),
        name(quote, symbol="A", limit="1"), name(search, symbol="A"), name(quote, text="A"),
    ]  # fmt: skip
    assert len(set(names)) == len(names)
    assert name(quote, symbol="A", limit=None) == names[0]
    assert name(quote, a="1", b="2") == name(quote, b="2", a="1")
