"""What the tests of the gateway share."""

from datetime import date

from pytest_django import Settings

from investment.lib import clock
from investment.providers import errors
from investment.providers.gateway import market_data
from investment.providers.tests.wire import Behaviour, provider
from investment.quotas.models import Call
from investment.quotas.selectors import window_status

KEY = "a-key-that-nobody-may-see"
SESSION = date(2026, 3, 2)


def ask(settings: Settings, *behaviours: Behaviour) -> Call:
    """Ask for a session once, and return the row of the call, whatever became of it."""
    with provider(*behaviours) as address:
        settings.MASSIVE_BASE_URL = address
        with market_data(lane="planned", purpose="a test") as massive:
            try:
                massive.grouped_daily(session=SESSION)
            except errors.ProviderError as error:
                said = str(error)
            else:
                said = ""
    assert KEY not in said
    return Call.objects.get()


def in_use() -> tuple[int, int]:
    """Slots used and held in the minute."""
    (status,) = window_status(now=clock.now())
    return status.used, status.held
