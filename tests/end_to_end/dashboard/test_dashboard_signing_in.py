import pytest
from playwright.sync_api import expect

from tests.end_to_end.dashboard.conftest import Visits

pytestmark = pytest.mark.browser


def test_a_stranger_signs_in_and_sees_what_they_came_for(visit: Visits) -> None:
    stranger = visit(signed_in=False)
    page = stranger.open(f"/stocks/{stranger.dashboard.best}?tab=data")

    expect(page).to_have_url(
        f"{stranger.dashboard.url}/login?next=%2Fstocks%2F{stranger.dashboard.best}%3Ftab%3Ddata"
    )
    page.get_by_label("Username").fill("admin")
    page.get_by_label("Password", exact=True).fill(stranger.dashboard.password)
    page.keyboard.press("Enter")

    expect(page.get_by_role("tab", name="Data")).to_have_attribute("aria-selected", "true")
    expect(page).to_have_url(f"{stranger.dashboard.url}/stocks/{stranger.dashboard.best}?tab=data")


def test_a_wrong_password_is_told_and_can_be_mended(visit: Visits) -> None:
    stranger = visit(signed_in=False)
    page = stranger.open("/")
    page.get_by_label("Username").fill("admin")
    page.get_by_label("Password", exact=True).fill("not it")
    page.get_by_role("button", name="Sign in").click()

    expect(page.get_by_role("alert")).to_contain_text("The username or the password is not right.")
    # The browser itself notes the refusal in the console; nothing else may be there.
    refusals = [text for text in stranger.complaints if "400 (Bad Request)" in text]
    assert stranger.complaints == refusals
    stranger.complaints.clear()

    page.get_by_label("Password", exact=True).fill(stranger.dashboard.password)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="Markets")).to_be_visible()


def test_the_login_link_opens_the_dashboard_and_signing_out_closes_it(visit: Visits) -> None:
    stranger = visit(signed_in=False)
    page = stranger.page
    page.goto(stranger.dashboard.login_link)
    expect(page.get_by_role("heading", name="Markets")).to_be_visible()

    page.get_by_role("button", name="Account: admin").click()
    page.get_by_role("menuitem", name="Sign out").click()
    expect(page.get_by_label("Username")).to_be_visible()

    page.goto(f"{stranger.dashboard.url}/markets")
    expect(page.get_by_label("Username")).to_be_visible()
