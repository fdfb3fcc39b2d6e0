import dataclasses
from datetime import UTC, datetime

import pytest

from investment.providers.access import ProviderSettings
from investment.providers.adapters.sec.access import access
from investment.providers.adapters.sec.limits import WINDOWS, limit_facts
from investment.providers.adapters.sec.tests.wire import CONTACT, recorded
from investment.providers.errors import CredentialsRejected
from investment.quotas.contracts import LimitFacts

SETTINGS = ProviderSettings(base_url="https://www.sec.gov", data_url="https://data.sec.gov", contact=CONTACT)


def test_ten_requests_a_second_for_all_machines_together() -> None:
    (window,) = WINDOWS

    assert (window.limit, window.seconds) == (10, 1)
    assert window.source.startswith("https://www.sec.gov/")


def test_a_page_about_our_rate_shuts_the_window_for_ten_minutes() -> None:
    headers = {"date": "Mon, 05 Jan 2026 10:00:00 GMT"}
    shut = [LimitFacts(seconds=1, full=True, until=datetime(2026, 1, 5, 10, 10, tzinfo=UTC))]

    assert limit_facts(403, headers, recorded("too_fast.html"), WINDOWS) == shut
    assert limit_facts(200, headers, recorded("too_fast.html"), WINDOWS) == shut
    assert limit_facts(429, {}, b"", WINDOWS) == [LimitFacts(seconds=1, full=True)]
    assert limit_facts(403, headers, recorded("undeclared.html"), WINDOWS) == []
    assert limit_facts(200, headers, recorded("companyfacts.json"), WINDOWS) == []
    assert limit_facts(200, headers, b"", WINDOWS) == []


@pytest.mark.parametrize("contact", ["-", "", "Jane Doe"])
def test_without_a_contact_there_is_no_way_to_the_sec(contact: str) -> None:
    with pytest.raises(CredentialsRejected, match="SEC_CONTACT"):
        access(dataclasses.replace(SETTINGS, contact=contact))


def test_the_contact_is_hidden() -> None:
    found = access(SETTINGS)

    assert "jane@example.com" not in repr(found) + found.limits.scope + found.redact(f"asked by {CONTACT}")
