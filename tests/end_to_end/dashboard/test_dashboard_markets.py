import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.end_to_end.dashboard.conftest import Visits

pytestmark = pytest.mark.browser


def rows(page: Page) -> Locator:
    """The rows of the table below its head."""
    return page.get_by_role("table", name="Stocks").locator("[data-index]")


def cells(page: Page, column: int) -> list[str]:
    """The texts of one column in the rows that are shown, read at once: rows come and go as one scrolls."""
    read = "(rows, column) => rows.map(row => row.querySelectorAll('[role=cell]')[column].innerText)"
    texts: list[str] = rows(page).evaluate_all(read, column)
    return texts


def test_all_ranked_stocks_are_listed_best_first_and_say_where_a_figure_comes_from(visit: Visits) -> None:
    wide = visit()
    page = wide.open("/markets")

    expect(rows(page).first).to_contain_text(wide.dashboard.best)
    table = page.get_by_role("table", name="Stocks")
    expect(table).to_have_attribute("aria-rowcount", str(wide.dashboard.ranked + 1))
    scores = [int(text) for text in cells(page, 2)]
    assert scores == sorted(scores, reverse=True)
    assert len(scores) < wide.dashboard.ranked, "only what is seen is rendered"

    rows(page).first.get_by_role("cell").nth(3).locator("[data-tip]").hover()
    expect(page.get_by_role("tooltip")).to_contain_text(re.compile(r"close\s+Source: sample, imported"))


def test_the_last_row_can_be_reached(visit: Visits) -> None:
    wide = visit()
    page = wide.open("/markets")
    expect(rows(page).first).to_be_visible()

    page.get_by_role("table", name="Stocks").evaluate("element => element.scrollTo(0, element.scrollHeight)")

    last = rows(page).last
    expect(last).to_have_attribute("aria-rowindex", str(wide.dashboard.ranked + 1))
    expect(last.get_by_role("cell").nth(1)).to_have_text(str(wide.dashboard.ranked))


def test_a_head_sorts_and_sorts_the_other_way(page: Page) -> None:
    page.get_by_role("button", name="Price").click()
    expect(page.get_by_role("columnheader", name="Price")).to_have_attribute("aria-sort", "descending")
    expect(page).to_have_url(re.compile(r"sort=-close"))
    expect(page.get_by_role("table")).to_have_attribute("aria-busy", "false")
    falling = [float(text.replace(",", "").lstrip("$")) for text in cells(page, 3)]
    assert falling == sorted(falling, reverse=True)

    page.get_by_role("button", name="Price").click()
    expect(page.get_by_role("columnheader", name="Price")).to_have_attribute("aria-sort", "ascending")
    expect(page.get_by_role("table")).to_have_attribute("aria-busy", "false")
    rising = [float(text.replace(",", "").lstrip("$")) for text in cells(page, 3)]
    assert rising == sorted(rising)
    assert rising[0] < falling[0]


def test_search_narrows_the_list_and_the_address_keeps_it(visit: Visits) -> None:
    wide = visit()
    page = wide.open("/markets")
    page.get_by_label("Find by symbol or name").fill(wide.dashboard.best.lower())

    expect(page).to_have_url(re.compile(rf"q={wide.dashboard.best.lower()}"))
    expect(rows(page).first).to_contain_text(wide.dashboard.best)

    page.reload()
    expect(page.get_by_label("Find by symbol or name")).to_have_value(wide.dashboard.best.lower())
    expect(rows(page).first).to_contain_text(wide.dashboard.best)


def test_what_matches_nothing_says_so_and_can_be_cleared(page: Page) -> None:
    page.get_by_label("Find by symbol or name").fill("no such company")
    expect(page.get_by_role("heading", name="Nothing matches")).to_be_visible()

    page.get_by_role("button", name="Clear search and filters").click()
    expect(rows(page).first).to_be_visible()


def test_a_filter_is_shown_as_a_chip_and_taken_off_again(page: Page) -> None:
    page.get_by_role("button", name="Filters").click()
    page.get_by_label("Price, at least").fill("50")
    page.keyboard.press("Escape")

    chip = page.get_by_role("button", name="Remove filter: Price ≥ $50.00")
    expect(chip).to_be_visible()
    expect(page.get_by_role("table")).to_have_attribute("aria-busy", "false")
    assert all(float(text.replace(",", "").lstrip("$")) >= 50 for text in cells(page, 3))

    chip.click()
    expect(chip).to_have_count(0)


def test_what_is_not_ranked_says_why(page: Page) -> None:
    page.get_by_text("Unranked", exact=True).click()

    expect(page.get_by_role("columnheader", name="Why it is not ranked")).to_be_visible()
    expect(rows(page).first).to_be_visible()
    assert all(cells(page, 1))


def test_keys_lead_from_the_table_to_a_stock_and_back(visit: Visits) -> None:
    wide = visit()
    page = wide.open("/markets")
    expect(rows(page).first).to_be_visible()

    page.keyboard.press("j")
    expect(page.get_by_role("link", name=wide.dashboard.best, exact=True)).to_be_focused()
    page.keyboard.press("j")
    page.keyboard.press("k")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text(wide.dashboard.best)

    page.keyboard.press("g")
    page.keyboard.press("m")
    expect(page.get_by_role("heading", name="Markets")).to_be_visible()


def test_the_palette_finds_a_stock_and_a_page_by_name(visit: Visits) -> None:
    wide = visit()
    page = wide.open("/markets")
    expect(rows(page).first).to_be_visible()

    page.keyboard.press("/")
    palette = page.get_by_role("dialog")
    palette.get_by_placeholder("Symbol, name, page or action").fill(wide.dashboard.best)
    palette.get_by_role("button").filter(has_text=wide.dashboard.best).first.wait_for()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text(wide.dashboard.best)

    page.keyboard.press("Control+k")
    palette.get_by_placeholder("Symbol, name, page or action").fill("activ")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Activity")).to_be_visible()


def test_the_help_lists_the_keys_of_the_page(page: Page) -> None:
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keyboard shortcuts")).to_contain_text("Next row")
