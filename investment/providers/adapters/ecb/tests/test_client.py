"""What we ask the ECB, and what we make of its answers: one test for each way that it can go."""

from datetime import UTC, date, datetime
from decimal import Decimal

import httpx
import pytest

from investment.providers import errors
from investment.providers.access import ProviderSettings
from investment.providers.adapters.ecb.access import access
from investment.providers.adapters.ecb.limits import PLANS, instant, retry_at
from investment.providers.adapters.ecb.tests.wire import Wire, packed, recorded
from investment.providers.contracts.fx import FxHistory, Unchanged, Validators

TOLD = {"Last-Modified": "Tue, 07 Apr 2026 14:00:21 GMT", "ETag": '"1f2c-64f"', "Content-Type": "text/xml"}
NOT_FOUND = b"<html><head><title>x</title><script>var a = '<b>';</script></head><h1>404</h1> Not found</html>"


def ninety_days(**headers: str) -> FxHistory:
    answer = httpx.Response(200, content=recorded("eurofxref-hist-90d.xml"), headers=TOLD | headers)
    found = Wire(answer).client.last_90_days()
    assert isinstance(found, FxHistory)
    return found


@pytest.mark.parametrize(
    ("method", "form", "path", "body"),
    [
        ("daily", {}, "eurofxref-daily.xml", recorded("eurofxref-daily.xml")),
        ("daily", {"form": "zip"}, "eurofxref.zip", packed(recorded("eurofxref.csv"), "eurofxref.csv")),
        ("last_90_days", {}, "eurofxref-hist-90d.xml", recorded("eurofxref-hist-90d.xml")),
        ("history", {}, "eurofxref-hist.zip", packed(recorded("eurofxref-hist.csv"))),
        ("history", {"form": "xml"}, "eurofxref-hist.xml", recorded("eurofxref-hist-90d.xml")),
    ],
)
def test_asks_for_each_document(method: str, form: dict[str, str], path: str, body: bytes) -> None:
    wire = Wire(httpx.Response(200, content=body))

    found = getattr(wire.client, method)(**form)

    (request,) = wire.asked
    assert str(request.url) == f"http://sandbox.test/ecb/stats/eurofxref/{path}"
    assert request.extensions["endpoint"] == method
    assert "If-None-Match" not in request.headers
    assert len(found.digest) == 64
    assert found.validators == Validators()
    assert found.days[-1].source_time is None


def test_the_last_day_was_put_out_when_the_document_was() -> None:
    found = ninety_days()

    assert found.validators == Validators('"1f2c-64f"', "Tue, 07 Apr 2026 14:00:21 GMT")
    assert found.days[-1].source_time == datetime(2026, 4, 7, 14, 0, 21, tzinfo=UTC)
    assert found.days[0].source_time is None


def test_a_document_older_than_its_last_day_does_not_say_when_that_was_put_out() -> None:
    assert ninety_days(**{"Last-Modified": "Mon, 06 Apr 2026 14:00:21 GMT"}).days[-1].source_time is None


def test_easter_is_known_to_have_had_no_fixing() -> None:
    found = ninety_days()

    assert [day.isoformat() for day in found.absences()] == [
        "2026-04-03", "2026-04-04", "2026-04-05", "2026-04-06",
    ]  # fmt: skip
    assert found.had_no_fixing(date(2026, 4, 3)) is True
    assert found.had_no_fixing(date(2026, 4, 2)) is False
    assert found.had_no_fixing(date(2026, 4, 8)) is None  # not in the document: nobody knows
    assert found.had_no_fixing(date(2026, 3, 31)) is None
    assert found.on(date(2026, 4, 5)) is None


def test_a_rate_that_is_carried_forward_keeps_its_own_day() -> None:
    found = ninety_days()

    carried = found.until(date(2026, 4, 5))
    assert carried is not None
    assert (carried.day, carried.rates["USD"]) == (date(2026, 4, 2), Decimal("1.1525"))
    assert found.until(date(2026, 3, 31)) is None
    assert found.until(date(2026, 4, 30)) == found.days[-1]


def test_a_currency_that_has_vanished_says_when() -> None:
    found = Wire(httpx.Response(200, content=packed(recorded("eurofxref-hist.csv")))).client.history()

    assert isinstance(found, FxHistory)
    assert found.last_told("RUB") == date(2022, 3, 1)
    assert found.last_told("HRK") == date(2022, 12, 30)
    assert found.last_told("BGN") == date(2025, 12, 31)
    assert found.last_told("USD") == found.last
    assert found.last_told("ZZZ") is None


def test_a_document_that_we_have_is_not_sent_again() -> None:
    have = Validators('"1f2c-64f"', "Tue, 07 Apr 2026 14:00:21 GMT")
    wire = Wire(httpx.Response(304))

    assert wire.client.daily(unless=have) == Unchanged(have)
    assert wire.asked[0].headers["If-None-Match"] == '"1f2c-64f"'
    assert wire.asked[0].headers["If-Modified-Since"] == "Tue, 07 Apr 2026 14:00:21 GMT"


def test_a_document_that_has_changed_is_read_with_its_new_name() -> None:
    wire = Wire(httpx.Response(200, content=recorded("eurofxref-daily.xml"), headers=TOLD))

    found = wire.client.daily(unless=Validators(last_modified="Mon, 06 Apr 2026 14:00:21 GMT"))

    assert isinstance(found, FxHistory)
    assert found.validators.etag == '"1f2c-64f"'
    assert "If-None-Match" not in wire.asked[0].headers


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (httpx.Response(404, content=NOT_FOUND), errors.RequestRejected),
        (httpx.Response(403, content=b"<html>Forbidden</html>"), errors.RequestRejected),
        (httpx.Response(301, headers={"Location": "https://elsewhere.test"}), errors.RequestRejected),
        (httpx.Response(304), errors.RequestRejected),  # and we had named no version
        (httpx.Response(429), errors.ProviderThrottled),
        (httpx.Response(408), errors.ProviderUnavailable),
        (httpx.Response(502, content=b"<html>Bad Gateway</html>"), errors.ProviderUnavailable),
        (httpx.Response(200, content=NOT_FOUND), errors.MalformedPayload),
        (httpx.Response(200, content=recorded("eurofxref-daily.xml")[:420]), errors.MalformedPayload),
        (httpx.DecodingError("no gzip"), errors.MalformedPayload),
        (httpx.ReadTimeout("slow"), errors.ProviderUnavailable),
        (httpx.ConnectError("gone"), errors.ProviderUnavailable),
        (httpx.RemoteProtocolError("cut"), errors.ProviderUnavailable),
    ],
    ids=lambda value: repr(value)[:40],
)
def test_each_way_that_it_can_fail(
    answer: httpx.Response | Exception, kind: type[errors.ProviderError]
) -> None:
    with pytest.raises(errors.ProviderError) as caught:
        Wire(answer).client.daily()

    assert type(caught.value) is kind
    assert caught.value.provider == "ecb"


def test_the_words_of_a_page_are_kept_without_its_markup() -> None:
    with pytest.raises(errors.RequestRejected) as caught:
        Wire(httpx.Response(404, content=NOT_FOUND)).client.history()

    assert (caught.value.words, caught.value.status) == ("x 404 Not found", 404)


def test_a_refusal_says_when_to_come_back() -> None:
    headers = {"Retry-After": "120", "Date": "Tue, 07 Apr 2026 14:00:00 GMT"}
    with pytest.raises(errors.ProviderThrottled) as caught:
        Wire(httpx.Response(429, headers=headers)).client.daily()

    assert caught.value.retry_at == datetime(2026, 4, 7, 14, 2, tzinfo=UTC)


@pytest.mark.parametrize(
    ("headers", "when"),
    [
        ({}, None),
        ({"Retry-After": "120"}, None),  # from when on, it does not say
        ({"Retry-After": "soon"}, None),
        ({"Retry-After": "9" * 5000, "Date": "Tue, 07 Apr 2026 14:00:00 GMT"}, None),
        ({"Retry-After": "Tue, 07 Apr 2026 15:00:00 GMT"}, datetime(2026, 4, 7, 15, tzinfo=UTC)),
    ],
    ids=lambda value: str(value)[:40],
)
def test_when_to_come_back(headers: dict[str, str], when: datetime | None) -> None:
    assert retry_at(headers) == when


@pytest.mark.parametrize("text", ["", "never", "Tue, 07 Apr 2026 99:00:00 GMT"])
def test_what_is_no_instant(text: str) -> None:
    assert instant(text) is None


def test_is_reached_without_a_key_and_without_a_limit() -> None:
    found = access(ProviderSettings(base_url="https://www.ecb.europa.eu/stats/eurofxref"))

    assert found.provider == "ecb"
    assert found.limits.windows == PLANS["public"] == ()
    assert list(found.limit_facts(429, {}, b"")) == []
    assert found.redact("as it is") == "as it is"
    assert found.make(httpx.Client()).name == "ecb"
    with pytest.raises(ValueError, match="ECB_PLAN"):
        access(ProviderSettings(plan="paid"))
