"""What a company told, earns, scores and is written about: its tabs, the news and the calendar."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.end_to_end.dashboard.conftest import Visits, problems, wait_until_filled
from tests.end_to_end.dashboard.told import ACCESSION, HEADLINE

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def check(page: Page) -> None:
    """Look at the page as everybody has to read it."""
    wait_until_filled(page)
    for element in ("documentElement", "querySelector('main')"):
        assert page.evaluate(f"document.{element}.scrollWidth <= innerWidth"), page.url
    assert problems(page) == []


def test_what_a_company_told_is_shown_by_period_with_its_filings(visit: Visits) -> None:
    wide = visit()
    page = wide.open(f"/stocks/{wide.dashboard.best}?tab=fundamentals")
    statements = page.get_by_role("region", name="Statements by period")
    revenue = statements.get_by_role("row").filter(has_text="Revenue").first
    expect(revenue.get_by_role("cell").last).to_have_text("1,000")
    earned = statements.get_by_role("row").filter(has_text="Net income")
    expect(earned.get_by_role("cell").last).to_have_text(re.compile("0!, in doubt"))
    expect(page.get_by_role("note", name="Figures in doubt")).to_contain_text("1,000 times as much")
    # Nobody told whether there is any debt: nothing is taken for zero.
    health = page.get_by_role("listitem").filter(has_text="Less debt")
    expect(health).to_contain_text("unknown")
    check(page)

    page.get_by_text("Quarterly", exact=True).click()
    expect(page).to_have_url(re.compile("periods=quarters"))
    fourth = statements.get_by_role("columnheader").filter(has_text="Q4 2024")
    expect(fourth).to_be_visible()
    expect(revenue).to_contain_text("360")  # the year less its three quarters
    expect(revenue.get_by_text(", worked out").first).to_be_attached()

    revenue.get_by_role("button", name="Revenue").press("Enter")
    detail = page.get_by_role("dialog", name="Revenue")
    expect(detail.get_by_role("row").filter(has_text="Q4 2024")).to_contain_text(ACCESSION)
    expect(detail.get_by_text("us-gaap:Revenues")).to_be_visible()
    page.keyboard.press("Escape")
    expect(detail).to_have_count(0)

    page.get_by_label("As known on").fill("2024-02-20")
    expect(statements.get_by_role("columnheader").filter(has_text="2024")).to_have_count(0)
    page.get_by_label("As known on").fill("2023-01-31")
    expect(page.get_by_role("heading", name="Nothing was known on 31 Jan 2023")).to_be_visible()
    page.get_by_role("main").get_by_role("button", name="As known today").last.click()
    expect(page).not_to_have_url(re.compile("as_of"))


def test_a_score_is_shown_with_its_parts_and_how_it_did(visit: Visits) -> None:
    narrow = visit(width=390, scheme="dark")
    page = narrow.open(f"/stocks/{narrow.dashboard.best}?tab=score")
    sentiment = page.get_by_role("region", name="Sentiment")
    expect(sentiment).to_contain_text("2 stories in 30 days; 3 are needed")
    expect(sentiment).to_contain_text("20% by the table, not used")
    expect(page.get_by_role("img", name=re.compile("^Overall: 8 months, mean 0.000"))).to_be_visible()
    page.get_by_role("combobox", name="Score").select_option(label="Technical")
    expect(page.get_by_role("img", name=re.compile("^Technical: 8 months"))).to_be_visible()
    check(page)


def test_earnings_news_and_the_calendar_lead_to_each_other(visit: Visits) -> None:
    wide, narrow = visit(scheme="dark"), visit(width=390)
    best = wide.dashboard.best

    page = narrow.open(f"/stocks/{best}?tab=earnings")
    reports = page.get_by_role("region", name="Reports")
    expect(reports.get_by_role("row").filter(has_text="Q3 2024")).to_contain_text("−20.00%")
    expect(page.get_by_text("Of 10 analysts 7 say buy, 2 hold and 1 sell.")).to_be_visible()
    check(page)

    page = wide.open("/markets")
    page.get_by_role("table", name="Stocks").wait_for()
    page.keyboard.press("g")
    page.keyboard.press("n")
    story = page.get_by_role("listitem").filter(has_text=HEADLINE)
    expect(story).to_have_count(1)
    expect(story).to_contain_text("also from Finnhub")
    expect(story.get_by_role("link", name=HEADLINE)).to_have_attribute("rel", re.compile("noopener"))
    check(page)
    page.get_by_role("combobox", name="What it means").select_option("negative")
    expect(story).to_have_count(0)
    expect(page).to_have_url(re.compile("sentiment=negative"))
    page.get_by_label("Search stories").fill("no such words")
    page.get_by_role("button", name="Clear search and filters").click()
    story.get_by_role("link", name=re.compile(f"{best}\\s*, Good")).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(best)
    page.get_by_role("tab", name="News").click()
    expect(page.get_by_role("row").filter(has_text="7 days")).to_contain_text("2")
    check(page)

    page = narrow.open("/calendar")
    day = page.get_by_role("table").filter(has_text=best)
    expect(day).to_contain_text("1.40")
    check(page)
    page.get_by_role("button", name="The week after").click()
    expect(page.get_by_role("heading", name="No reports")).to_be_visible()
    expect(page).to_have_url(re.compile("week="))
