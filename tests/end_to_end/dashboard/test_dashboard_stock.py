import re

import pytest
from playwright.sync_api import Page, expect

from tests.end_to_end.dashboard.conftest import WITHHELD, Visits

pytestmark = pytest.mark.browser


@pytest.fixture
def page(visit: Visits) -> Page:
    """Give the page of the stock that ranks first."""
    wide = visit()
    page = wide.open(f"/stocks/{wide.dashboard.best}")
    page.locator("canvas").first.wait_for()
    return page


def test_the_chart_is_drawn_and_also_said(page: Page) -> None:
    chart = page.get_by_role("application", name=re.compile("daily candles"))
    expect(chart).to_be_visible()
    shades = page.locator("canvas").first.evaluate(
        "it => new Set(it.getContext('2d').getImageData(0, 0, it.width, it.height).data).size"
    )
    assert shades > 8
    expect(page.get_by_text(re.compile(r"(Up|Down) [\d.,]+% over 1Y: from .* High .* low"))).to_be_visible()


def test_arrow_keys_move_a_cursor_that_is_read_out(page: Page) -> None:
    page.get_by_role("application", name=re.compile("daily candles")).focus()
    page.keyboard.press("ArrowLeft")
    last = page.get_by_test_id("announcer")
    expect(last).to_contain_text(re.compile(r"\d{4}: close [\d.,]+.* Open .* volume"))
    said = last.inner_text()

    page.keyboard.press("PageUp")
    expect(last).not_to_have_text(said)


def test_ranges_follow_keys_and_the_address(page: Page) -> None:
    page.keyboard.press("2")
    expect(page).to_have_url(re.compile("range=3M"))
    expect(page.get_by_role("radio", name="3M")).to_be_checked()
    expect(page.get_by_text(re.compile("over 3M"))).to_be_visible()


def test_the_same_prices_stand_in_a_table_with_their_source(page: Page) -> None:
    page.get_by_role("button", name="View as table").click()

    prices = page.get_by_role("region", name=re.compile("daily prices"))
    expect(prices.get_by_role("columnheader", name="Volume")).to_be_visible()
    expect(prices.get_by_role("row").nth(1)).to_contain_text("sample, imported")


def test_prices_are_shown_adjusted_or_raw(page: Page) -> None:
    with page.expect_response(lambda response: "adjust=none" in response.url):
        page.get_by_text("Raw", exact=True).click()
    expect(page).to_have_url(re.compile("adjust=none"))
    expect(page.get_by_role("radio", name="Raw")).to_be_checked()


def test_an_unknown_adjusted_series_says_why_and_leads_to_the_raw_one(visit: Visits) -> None:
    wide = visit()
    page = wide.open(f"/stocks/{wide.dashboard.withheld}")

    expect(page.get_by_role("heading", name="The adjusted series is unknown")).to_be_visible()
    expect(page.get_by_text(WITHHELD).first).to_be_visible()
    page.get_by_role("button", name="Show raw prices").click()
    expect(page.locator("canvas").first).to_be_visible()


def test_the_overview_says_why_in_a_sentence_and_in_parts(page: Page) -> None:
    expect(page.get_by_text(re.compile(r"^Rank 1 of \d+ stocks"))).to_be_visible()
    why = page.get_by_role("heading", name="Why this score")
    expect(why).to_be_visible()
    expect(page.get_by_text("percentile").first).to_be_visible()


def test_the_analysis_shows_each_figure_with_its_formula_or_why_it_is_unknown(page: Page) -> None:
    page.get_by_role("tab", name="Analysis").click()

    figures = page.get_by_role("tabpanel")
    for label in ("RSI 14", "MACD 12/26", "SMA 200", "Beta, 252 bars"):
        expect(figures.get_by_text(label, exact=False).first).to_be_visible()
    expect(figures).to_contain_text("Wilder")
    expect(figures).to_contain_text("Beta and correlation are measured against")


def test_the_data_tab_shows_sources_actions_revisions_and_gaps(page: Page) -> None:
    page.get_by_role("tab", name="Data").click()

    sources = page.get_by_role("region", name="Sources")
    expect(sources.get_by_role("row").nth(1)).to_contain_text(re.compile(r"sample\s*Imported\s*Raw"))
    for title in ("Corporate actions", "Revisions", "Gaps", "Quarantine"):
        expect(page.get_by_role("heading", name=title)).to_be_visible()


def test_a_symbol_that_nobody_has_is_told(visit: Visits) -> None:
    wide = visit()
    page = wide.open("/stocks/NOSUCH")

    expect(page.get_by_role("heading", name="NOSUCH is not known here")).to_be_visible()
    wide.complaints[:] = [text for text in wide.complaints if "404 (Not Found)" not in text]
