"""What is there beside prices: exchange rates, companies, and the way to going live."""

import re
from datetime import timedelta

import pytest
from playwright.sync_api import Page, Route, expect

from investment.lib import clock
from tests.end_to_end.dashboard.conftest import Visits, problems, wait_until_filled
from tests.end_to_end.dashboard.reference import DOCUMENT

pytestmark = pytest.mark.browser


def going_live(route: Route) -> None:
    """Answer as an installation does whose history is on its way."""
    status = route.fetch().json()
    end = clock.now() + timedelta(hours=2, minutes=5)
    step = {"name": "sessions", "label": "Earlier sessions", "state": "running", "done": 125, "total": 500}
    refused = {"name": "actions", "label": "Splits", "state": "refused", "done": 0, "total": 8}
    status["history"] = {
        "state": "running", "since": "2024-11-25", "until": "2026-11-20", "calls_left": 375,
        "steps": [{**refused, "words": "«Not in your plan»"}, {**step, "words": ""}],
        "estimated_end_at": end.isoformat(), "next_try_at": None, "words": "",
    }  # fmt: skip
    status["attributions"] = [
        {
            "provider": "ecb",
            "text": "Source: ECB",
            "where": "beside them",
            "link": "https://www.ecb.europa.eu",
        }
    ]
    route.fulfill(json=status)


def refuse(route: Route) -> None:
    if route.request.method == "POST":
        extra = {"retry_at": (clock.now() + timedelta(seconds=40)).isoformat()}
        route.fulfill(status=429, json={"code": "quota_exhausted", "message": "No.", "extra": extra})
    else:
        route.continue_()


def check(page: Page) -> None:
    """Look at the page as everybody has to read it."""
    wait_until_filled(page)
    assert fits(page)
    assert problems(page) == []


def fits(page: Page) -> bool:
    return bool(page.evaluate("document.querySelector('main').scrollWidth <= innerWidth"))


def test_rates_companies_and_going_live_are_shown_and_can_be_used_by_keyboard(visit: Visits) -> None:
    wide, narrow = visit(), visit(width=390, scheme="dark")
    best, other = wide.dashboard.best, wide.dashboard.withheld

    for looked_at in (wide, narrow):
        looked_at.page.route("**/api/status", going_live)
        page = looked_at.open("/markets")
        strip = page.get_by_role("region", name="Going live")
        expect(strip).to_contain_text(re.compile(r"125 of 500 sessions\s*about 2 h 0\d min, until"))
        expect(strip).to_contain_text("Splits: «Not in your plan»")
        strip.get_by_role("button", name="Steps").click()
        expect(strip.get_by_role("listitem")).to_have_count(2)
        expect(page.get_by_role("contentinfo").get_by_role("link")).to_have_attribute(
            "rel", re.compile("noopener")
        )
        check(page)

    page = wide.page
    page.keyboard.press("g")
    page.keyboard.press("c")
    dollar = page.get_by_role("row").filter(has_text="US Dollar")
    expect(dollar).to_contain_text("1.2500")
    expect(dollar).to_contain_text("+4.17%")
    expect(page.get_by_role("row").filter(has_text="British Pound")).to_contain_text("—")
    page.get_by_label("Amount").fill("50")
    page.keyboard.press("Tab")
    page.keyboard.type("GBP")
    result = page.get_by_role("status", name="Result")
    expect(result).to_contain_text("70.97 USD")
    expect(page.get_by_text(re.compile(r"by the rates of \d+ \w+ \d{4} \(ECB"))).to_be_visible()
    check(page)
    narrow.open("/currencies").get_by_role("row").nth(1).wait_for()
    assert fits(narrow.page)

    page = wide.open(f"/stocks/{best}?tab=company")
    filing = page.get_by_role("link", name="Annual report")
    expect(filing).to_have_attribute("href", DOCUMENT)
    expect(filing).to_have_attribute("rel", re.compile("noopener"))
    expect(page.get_by_text("28 September")).to_be_visible()
    expect(page.get_by_role("link", name="javascript")).to_have_count(0)
    check(page)

    page = narrow.page
    page.route(f"**/api/stocks/{other}/company", refuse)
    narrow.open(f"/stocks/{other}?tab=company")
    page.get_by_role("button", name="Ask the SEC (1 call)").click()
    expect(page.get_by_role("alert")).to_contain_text(re.compile(r"Try again in \d+ s"))
    assert fits(page)
    # The browser itself notes the refusal.
    narrow.complaints[:] = [text for text in narrow.complaints if "429" not in text]
