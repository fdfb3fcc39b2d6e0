"""The SEC through the gateway: ten a second, who asks, and an archive whose every piece is a call."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from pytest_django import Settings

from investment.lib import clock
from investment.providers import errors, registry
from investment.providers.gateway import provider
from investment.providers.sandbox.speakers import ANYBODY
from investment.providers.sandbox.testing import RunningSandbox, running_sandbox
from investment.quotas.errors import QuotaExhausted
from investment.quotas.models import Call

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("basic"), pytest.mark.slow]

CONTACT = "Jane Doe jane@example.com"
NOON = datetime(2026, 3, 3, 17, 0, tzinfo=UTC)


@pytest.fixture
def sandbox(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[RunningSandbox]:
    if "sec" not in registry.NAMES:
        monkeypatch.setattr(registry, "NAMES", (*registry.NAMES, "sec"))
    with running_sandbox(clock=clock.now) as running:
        settings.SEC_BASE_URL = f"{running.url}/sec"
        settings.SEC_DATA_URL = f"{running.url}/sec/data"
        settings.SEC_CONTACT = CONTACT
        yield running


def test_more_than_a_second_allows_is_asked_and_nothing_refused(sandbox: RunningSandbox) -> None:
    clock.set_clock(origin=NOON, rate=10)
    line = next(each for each in sandbox.market.lines if each.type_code == "CS")

    with provider("sec", lane="essential", purpose="a test", patience=30) as sec:
        for _ in range(8):
            assert sec.filer(cik=line.cik).value.cik == line.cik
            assert sec.company_facts(cik=line.cik).value.facts
            assert sec.tickers().value.tickers
        assert sec.calls_spent == 24

    tally = sandbox.sandbox.tally(ANYBODY, "sec")
    assert (tally.received, tally.refused) == (24, 0)


def test_every_piece_of_an_archive_is_reserved_recorded_and_settled(
    sandbox: RunningSandbox, tmp_path: Path
) -> None:
    clock.set_clock(origin=NOON, rate=10)

    with provider("sec", lane="essential", purpose="a test", patience=30) as sec:
        brought = sec.archive("companyfacts", to=tmp_path / "facts.zip", piece=20_000)
        assert sum(1 for _ in brought.value.companies()) > 15
        spent = sec.calls_spent

    size = (tmp_path / "facts.zip").stat().st_size
    calls = Call.objects.filter(endpoint="bulk_companyfacts")
    assert spent == calls.count() == -(-size // 20_000) > 1
    assert {call.state for call in calls} == {Call.State.SENT}
    assert {call.status for call in calls} == {206}
    assert sum(call.bytes or 0 for call in calls) == size
    assert sandbox.sandbox.tally(ANYBODY, "sec").refused == 0


def test_what_has_not_changed_costs_a_call_and_no_bytes(sandbox: RunningSandbox) -> None:
    clock.set_clock(origin=NOON, rate=0)

    with provider("sec", lane="essential", purpose="a test") as sec:
        marks = sec.tickers().validators
        assert sec.tickers(since=marks).value is None

    assert [call.status for call in Call.objects.order_by("id")] in ([200, 304], [304, 200])
    assert Call.objects.get(status=304).bytes == 0


def test_a_page_about_our_rate_shuts_us_for_ten_minutes(sandbox: RunningSandbox) -> None:
    clock.set_clock(origin=NOON, rate=0)
    url = f"{sandbox.url}/sec/files/company_tickers.json"
    with httpx.Client(trust_env=False, headers={"User-Agent": CONTACT}) as somebody_else:
        for _ in range(10):
            somebody_else.get(url)

    with provider("sec", lane="essential", purpose="a test") as sec:
        with pytest.raises(errors.ProviderThrottled) as caught:
            sec.tickers()
        assert caught.value.retry_at == NOON + timedelta(minutes=10)
        clock.set_clock(origin=NOON + timedelta(minutes=9), rate=0)
        with pytest.raises(QuotaExhausted) as refused:
            sec.tickers()
        assert sec.calls_spent == 1
    assert refused.value.retry_at is not None
    assert refused.value.retry_at >= NOON + timedelta(minutes=10)


@pytest.mark.parametrize("contact", ["-", "Jane Doe"])
def test_without_a_contact_nothing_is_sent(sandbox: RunningSandbox, settings: Settings, contact: str) -> None:
    settings.SEC_CONTACT = contact

    with (
        pytest.raises(errors.CredentialsRejected, match="SEC_CONTACT=Jane Doe"),
        provider("sec", lane="essential", purpose="a test"),
    ):
        pytest.fail("there is a way to the SEC without a contact")

    assert sandbox.sandbox.tally(ANYBODY, "sec").received == 0
