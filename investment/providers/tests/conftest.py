from collections.abc import Iterator

import pytest
from pytest_django import Settings

from investment.lib import clock
from investment.providers.tests.metered import KEY
from investment.quotas.services import scopes


@pytest.fixture
def basic(settings: Settings, _no_keys_left_behind: None) -> Iterator[None]:
    """A key of the free plan, and a process that has declared nothing yet."""
    settings.MASSIVE_API_KEY = KEY
    settings.MASSIVE_PLAN = "basic"
    scopes._declared.clear()
    clock._forget()
    yield
    scopes._declared.clear()
    clock._forget()
