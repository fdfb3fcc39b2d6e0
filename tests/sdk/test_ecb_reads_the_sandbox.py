"""Our adapter of the ECB reads the sandbox over real HTTP; the ECB has no client of its own to judge it."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import httpx
import pytest

from investment.providers import errors
from investment.providers.adapters.ecb.client import EcbClient
from investment.providers.contracts.fx import FxHistory, Unchanged
from investment.providers.sandbox.sample.fx import Fx
from investment.providers.sandbox.testing import RunningSandbox, running_sandbox

pytestmark = pytest.mark.slow

EASTER_TUESDAY = datetime(2026, 4, 7, 12, 0, tzinfo=UTC)
DOCUMENTS: list[tuple[str, dict[str, str]]] = [
    ("daily", {}),
    ("daily", {"form": "zip"}),
    ("last_90_days", {}),
    ("history", {}),
    ("history", {"form": "xml"}),
]


@pytest.fixture(scope="module")
def running() -> Iterator[RunningSandbox]:
    with running_sandbox(symbols=24, now=EASTER_TUESDAY) as found:
        yield found


@pytest.fixture
def sandbox(running: RunningSandbox) -> RunningSandbox:
    running.reset()
    running.set_now(EASTER_TUESDAY)
    return running


@pytest.fixture
def client(sandbox: RunningSandbox) -> Iterator[EcbClient]:
    with httpx.Client(base_url=f"{sandbox.url}/ecb/stats/eurofxref", trust_env=False) as http:
        yield EcbClient(http=http)


def rates_of(sandbox: RunningSandbox) -> Fx:
    assert sandbox.sandbox.source.invented is not None
    return sandbox.sandbox.source.invented.fx


@pytest.mark.parametrize(("method", "form"), DOCUMENTS)
def test_every_rate_of_every_document_is_read(
    method: str, form: dict[str, str], sandbox: RunningSandbox, client: EcbClient
) -> None:
    found: Any = getattr(client, method)(**form)

    fx = rates_of(sandbox)
    assert list(found.malformed) == []
    for told in found.days:
        assert dict(told.rates) == fx.rates(told.day)
    assert found.last == date(2026, 4, 2)
    assert found.days[-1].source_time == datetime(2026, 4, 2, 14, 0, tzinfo=UTC)
    if method == "history":
        assert found.first == date(1999, 1, 4)
        assert found.had_no_fixing(date(2025, 12, 25)) is True
        assert found.last_told("RUB") == date(2022, 3, 1)
    if method != "daily":
        assert len(found.absences()) > 20


@pytest.mark.parametrize(("method", "form"), DOCUMENTS)
def test_what_we_have_is_not_sent_again_until_it_changes(
    method: str, form: dict[str, str], sandbox: RunningSandbox, client: EcbClient
) -> None:
    have: FxHistory = getattr(client, method)(**form)

    again = getattr(client, method)(unless=have.validators, **form)
    sandbox.advance(hours=3)
    newer = getattr(client, method)(unless=have.validators, **form)

    assert again == Unchanged(have.validators)
    assert newer.last == date(2026, 4, 7)
    assert newer.on(date(2026, 4, 2)) is None or newer.on(date(2026, 4, 2)).rates == have.days[-1].rates


@pytest.mark.parametrize(
    ("fault", "options", "kind"),
    [
        ("status", {"status": 503}, errors.ProviderUnavailable),
        ("status", {"status": 404}, errors.RequestRejected),
        ("html", {}, errors.MalformedPayload),
        ("cut_json", {}, errors.MalformedPayload),
        ("envelope", {}, errors.MalformedPayload),
        ("empty", {}, errors.MalformedPayload),
        ("wrong_types", {}, errors.MalformedPayload),
        ("reset", {}, errors.ProviderUnavailable),
        ("truncated", {}, errors.ProviderUnavailable),
    ],
)
def test_what_is_broken_is_refused(
    fault: str,
    options: dict[str, int],
    kind: type[errors.ProviderError],
    sandbox: RunningSandbox,
    client: EcbClient,
) -> None:
    sandbox.fault(fault, endpoint="ecb.daily", **options)

    with pytest.raises(errors.ProviderError) as caught:
        client.daily()

    assert type(caught.value) is kind
    assert isinstance(client.daily(), FxHistory)
