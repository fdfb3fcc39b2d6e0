"""What holds on every page: both widths, both schemes, accessible, nothing beside the page itself."""

import re
from typing import Literal

import pytest
from playwright.sync_api import Page, expect

from tests.end_to_end.dashboard.conftest import Visits, problems, wait_until_filled

pytestmark = pytest.mark.browser

PAGES = {
    "login": "/login",
    "markets": "/markets",
    "unranked": "/markets?board=unranked",
    "stock": "/stocks/{best}",
    "stock analysis": "/stocks/{best}?tab=analysis",
    "stock data": "/stocks/{best}?tab=data&view=table",
    "data and budget": "/data",
    "activity": "/runs",
}


WIDTHS = (1440, 390)
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")


@pytest.mark.parametrize("name", PAGES)
def test_a_page_fits_its_width_and_can_be_read_by_everybody(visit: Visits, name: str) -> None:
    looked_at = visit(signed_in=name != "login")
    page = looked_at.open(PAGES[name].format(best=looked_at.dashboard.best))
    wait_until_filled(page)

    found = {}
    for width in WIDTHS:
        for scheme in SCHEMES:
            looked_at.show(width=width, scheme=scheme)
            if wrong := _wrong_with(page, width):
                found[f"{name}, {width} px, {scheme}"] = wrong
    assert found == {}


def _wrong_with(page: Page, width: int) -> list[str]:
    """What is wrong with a page that is to fit a width."""
    expect(page.locator("[role=status][aria-label^=Loading]")).to_have_count(0)
    wrong = problems(page)
    for element in ("documentElement", "querySelector('main')"):
        taken = page.evaluate(f"document.{element}.scrollWidth")
        if taken > width:
            wrong.append(f"{element} is {taken} px wide")
    return wrong


@pytest.mark.parametrize("width", [390, 1440])
def test_every_page_says_at_its_top_that_the_market_is_invented(visit: Visits, width: int) -> None:
    looked_at = visit(width=width)
    for name in ("markets", "stock", "activity"):
        page = looked_at.open(PAGES[name].format(best=looked_at.dashboard.best))
        banner = page.get_by_role("note", name="About this data")
        expect(banner).to_contain_text("fictional")
        box = banner.bounding_box()
        assert box is not None
        assert box["y"] == 0


def test_a_narrow_screen_has_targets_for_a_thumb(visit: Visits) -> None:
    narrow = visit(width=390)
    page = narrow.open("/markets")
    row = page.locator("[data-index]").first
    row.wait_for()

    small = page.evaluate(
        """Array.from(document.querySelectorAll("nav[aria-label=Pages] > *, [data-index], header button"))
             .filter(element => element.checkVisibility())
             .filter(element => Math.min(element.offsetWidth, element.offsetHeight) < 44)
             .map(element => element.outerHTML.slice(0, 120))"""
    )
    assert small == []

    row.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(narrow.dashboard.best)


def test_the_theme_can_be_chosen_and_stays(visit: Visits) -> None:
    wide = visit(scheme="light")
    page = wide.open("/runs")
    page.get_by_role("button", name="Theme").click()
    page.get_by_role("menuitemradio", name="Dark").click()
    page.reload()
    wait_until_filled(page)

    assert page.evaluate("document.documentElement.dataset.mantineColorScheme") == "dark"


def test_activity_shows_what_ran(visit: Visits) -> None:
    page = visit().open("/runs")

    job = page.get_by_role("listitem").filter(has_text="Daily job")
    expect(job).to_contain_text("Done")
    expect(job).to_contain_text("analysed")


@pytest.mark.parametrize("width", [390, 1440])
def test_activity_says_what_is_wrong_with_the_data(visit: Visits, width: int) -> None:
    looked_at = visit(width=width)
    page = looked_at.open("/markets")
    page.get_by_role("group", name="State of the data").get_by_role("link", name="1 data issue").click()
    expect(page).to_have_url(re.compile("/runs#issues$"))

    issues = page.get_by_role("region", name="Data issues")
    expect(issues).to_contain_text("Rows were put in quarantine")
    expect(issues).to_contain_text(
        "2 rows of session 31 Dec 2025 were put in quarantine. The others were stored."
    )
    expect(issues).to_contain_text(re.compile("Open since .* seen 2 times"))

    issues.get_by_role("link", name=looked_at.dashboard.best).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(looked_at.dashboard.best)
