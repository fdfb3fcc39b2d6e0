"""Every refusal of the SEC's: what it means to us, and what a user is told."""

from datetime import UTC, datetime

import httpx
import pytest

from investment.providers import errors
from investment.providers.adapters.sec.tests.wire import CONTACT, Wire, recorded

UNDECLARED, TOO_FAST = recorded("undeclared.html"), recorded("too_fast.html")
# Seen in the wild: the headline of the one with the sentence of the other.
MIXED = (
    b"<html><h1>Your Request Originates from an Undeclared Automated Tool</h1><p>Your request rate has "
    b"exceeded the SEC's maximum allowable requests per second.</p></html>"
)
BARE = b"<html><title>SEC.gov | Request Rate Threshold Exceeded</title></html>"
POLICY = (
    b"<title>SEC.gov | Request Rate Threshold Exceeded</title><h1>Automated access to our sites must "
    b"comply with SEC.gov's Privacy and Security Policy.</h1>"
)

TABLE: list[tuple[int, bytes, type[errors.ProviderError]]] = [
    (403, UNDECLARED, errors.CredentialsRejected),
    (403, TOO_FAST, errors.ProviderThrottled),
    (403, MIXED, errors.ProviderThrottled),
    (403, BARE, errors.ProviderThrottled),
    (403, POLICY, errors.ProviderThrottled),
    (429, TOO_FAST, errors.ProviderThrottled),
    (429, b"", errors.ProviderThrottled),
    (404, recorded("no_such_key.xml"), errors.UnknownSymbol),
    # The same pages with other statuses.
    (200, UNDECLARED, errors.CredentialsRejected),
    (200, TOO_FAST, errors.ProviderThrottled),
    (503, TOO_FAST, errors.ProviderThrottled),
    (503, UNDECLARED, errors.CredentialsRejected),
    # What nobody knows marks nothing.
    (403, b"<html>Access Denied</html>", errors.RequestRejected),
    (403, b"<Error><Code>AccessDenied</Code></Error>", errors.RequestRejected),
    (404, b"<html><title>SEC.gov | File Not Found Error Alert (404)</title></html>", errors.RequestRejected),
    (200, b"<html><body>It works!</body></html>", errors.MalformedPayload),
    (206, b"{}", errors.RequestRejected),
    (301, b"", errors.RequestRejected),
    (408, b"", errors.ProviderUnavailable),
    (500, b"", errors.ProviderUnavailable),
    (503, b"<html><h1>Service Unavailable</h1></html>", errors.ProviderUnavailable),
]


@pytest.mark.parametrize(("status", "body", "kind"), TABLE, ids=lambda value: str(value)[:60])
def test_a_refusal_is_classified_and_keeps_the_words(
    status: int, body: bytes, kind: type[errors.ProviderError]
) -> None:
    with pytest.raises(errors.ProviderError) as caught:
        Wire(httpx.Response(status, content=body)).client.company_facts(cik=320193)

    assert type(caught.value) is kind
    assert (caught.value.status, caught.value.provider) == (status, "sec")
    assert "<" not in caught.value.words
    assert caught.value.message.startswith(f"SEC: HTTP {status} for companyfacts: ")


def test_a_user_is_told_what_to_do_about_the_contact() -> None:
    with pytest.raises(errors.CredentialsRejected) as caught:
        Wire(httpx.Response(403, content=UNDECLARED)).client.tickers()

    assert "Your Request Originates from an Undeclared Automated Tool" in caught.value.words
    assert "height" not in caught.value.words, "no style sheets among the words"
    assert "Check SEC_CONTACT in .env" in caught.value.message


@pytest.mark.parametrize(
    ("body", "headers", "expected"),
    [
        (TOO_FAST, {"Date": "Mon, 05 Jan 2026 10:00:00 GMT"}, datetime(2026, 1, 5, 10, 10, tzinfo=UTC)),
        (TOO_FAST, {}, None),
        (b"", {"Date": "Mon, 05 Jan 2026 10:00:00 GMT"}, None),
        (
            b"",
            {"Date": "Mon, 05 Jan 2026 10:00:00 GMT", "Retry-After": "30"},
            datetime(2026, 1, 5, 10, 0, 30, tzinfo=UTC),
        ),
        (b"", {"Retry-After": "Mon, 05 Jan 2026 11:00:00 GMT"}, datetime(2026, 1, 5, 11, tzinfo=UTC)),
        (TOO_FAST, {"Retry-After": "soon"}, None),
    ],
)
def test_when_to_come_back_is_after_the_ten_minutes(
    body: bytes, headers: dict[str, str], expected: datetime | None
) -> None:
    with pytest.raises(errors.ProviderThrottled) as caught:
        Wire(httpx.Response(429, content=body, headers=headers)).client.tickers()

    assert caught.value.retry_at == expected


@pytest.mark.parametrize(
    "failure",
    [httpx.ConnectError("refused"), httpx.ReadTimeout("slow"), httpx.RemoteProtocolError("cut")],
    ids=lambda failure: type(failure).__name__,
)
def test_no_answer_is_a_passing_failure(failure: Exception) -> None:
    with pytest.raises(errors.ProviderUnavailable, match=type(failure).__name__):
        Wire(failure).client.tickers()


def test_a_body_that_cannot_be_unpacked_is_malformed() -> None:
    with pytest.raises(errors.MalformedPayload, match="unpacked"):
        Wire(httpx.DecodingError("not gzip")).client.tickers()


def test_not_modified_without_asking_is_malformed() -> None:
    with pytest.raises(errors.MalformedPayload, match="without our asking"):
        Wire(httpx.Response(304)).client.older_filings(cik=320193, name="CIK0000320193-submissions-001.json")


def test_the_contact_is_in_no_error() -> None:
    echo = f"<html>{CONTACT} may not ask</html>"

    with pytest.raises(errors.RequestRejected) as caught:
        Wire(httpx.Response(403, text=echo)).client.tickers()

    assert "jane@example.com" not in caught.value.message + caught.value.words
