"""The admin shows what is wanted, asked and compared, and changes none of it."""

import pytest
from django.db.models import Model
from django.test import Client

from investment.accounts.models import User
from investment.acquisition.importance import Tier
from investment.acquisition.kinds import Kind
from investment.acquisition.models import CrossCheck, InFlight, Interest, Sighting, Trust
from investment.acquisition.services.claims import claim
from investment.acquisition.services.demand import declare_interest
from investment.acquisition.tests.told import DAYS, NOW, all_days, begin, stored

MODELS: dict[str, type[Model]] = {
    model.__name__.lower(): model for model in (Interest, Sighting, InFlight, CrossCheck, Trust)
}


@pytest.fixture
def browser(db: None) -> Client:
    begin()
    known = stored(all_days())
    declare_interest(who="test", instrument_ids=[known.pk], kind=Kind.QUOTE, tier=Tier.HELD, now=NOW)
    claim(kind=Kind.QUOTE, instrument_ids=[known.pk], provider="finnhub", now=NOW, hold=NOW - NOW)
    Sighting.objects.create(kind=Kind.QUOTE, instrument=known, provider="finnhub", tried_at=NOW)
    CrossCheck.objects.create(
        kind=Kind.BARS,
        instrument=known,
        provider="alphavantage",
        since=DAYS[0],
        until=DAYS[1],
        checked_at=NOW,
    )
    Trust.objects.create(provider="alphavantage", kind=Kind.BARS, agreed=2, disagreed=0, updated_at=NOW)
    browser = Client()
    browser.force_login(User.objects.create_superuser("ada", "ada@example.com", "a-good-password"))
    return browser


@pytest.mark.parametrize("page", MODELS)
def test_every_list_shows_its_rows_and_offers_no_change(browser: Client, page: str) -> None:
    found = browser.get(f"/admin/acquisition/{page}/")
    assert found.status_code == 200
    assert ("0.7500" if page == "trust" else "ABC") in found.content.decode()
    assert browser.get(f"/admin/acquisition/{page}/?q=ABC").status_code == 200
    row = MODELS[page]._default_manager.get().pk
    assert browser.get(f"/admin/acquisition/{page}/{row}/change/").status_code == 200
    assert browser.post(f"/admin/acquisition/{page}/{row}/delete/").status_code == 403
    assert browser.get(f"/admin/acquisition/{page}/add/").status_code == 403
