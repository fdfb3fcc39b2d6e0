"""The built dashboard, served with a small analysed market behind it, and a browser that looks at it."""

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright
from pytest_django.live_server_helper import LiveServer

from investment.accounts.models import User
from investment.accounts.services.login_links import create_login_link
from investment.accounts.services.users import ensure_admin
from investment.analysis.models import Score
from investment.lib import clock
from investment.lib.modes import Mode
from investment.market.models import BarRevision, DailyBar, DataIssue, Instrument
from investment.market.selectors.sessions import latest_closed_session, sessions_before
from investment.market.services.actions import withhold_actions
from investment.market.services.imports import import_sample
from investment.market.services.issues import open_issue
from investment.ops.models import Run
from investment.ops.services.installation import ensure_calendar, record_mode
from investment.ops.services.session_job import advance_session
from tests.end_to_end.dashboard.reference import make_companies, make_rates
from tests.end_to_end.dashboard.told import make_told

SESSIONS = 300
# Enough for a rank: a board needs 30 that are alike.
MARKET = "sample-7-120"
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ISSUE = date(2025, 12, 31)  # the session that the one data issue is about
AXE = settings.FRONTEND_DIST.parent / "node_modules" / "axe-core" / "axe.min.js"
WITHHELD = "The provider answered: not entitled to this data"


@dataclass(frozen=True, slots=True)
class Dashboard:
    """The address of the running dashboard and what a test needs to know of the market behind it."""

    url: str
    password: str
    session_cookie: dict[str, str]
    login_link: str
    best: str  # the symbol of rank 1 among the stocks
    withheld: str  # a stock whose dividends are not known
    ranked: int  # stocks with a rank


@pytest.fixture(scope="package")
def own_database(django_db_blocker: Any) -> Iterator[None]:
    """
    Use an empty database of these tests' own, whatever the connection led to before.

    The market is made once for all of them, while pytest-django's database belongs to single tests; and where
    no test asks for that one, the connection leads to the developer's.
    """
    parameters = connection.settings_dict
    before = parameters["NAME"]
    own = f"{before}_dashboard{os.environ.get('PYTEST_XDIST_WORKER', '')}"
    with django_db_blocker.unblock(), pytest.MonkeyPatch.context() as patch:
        patch.setitem(parameters["TEST"], "NAME", own)
        connection.close()
        connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
        assert connection.settings_dict["NAME"] == own
        yield
        connection.creation.destroy_test_db(before, verbosity=0)


@pytest.fixture(scope="package")
def dashboard(own_database: None) -> Iterator[Dashboard]:
    if not (settings.FRONTEND_DIST / "index.html").is_file():
        pytest.fail(
            "The dashboard is not built: ./scripts/test.sh builds it, or npm run build in frontend/web"
        )
    with pytest.MonkeyPatch.context() as patch:
        # The cookies keep the name of the mode that the process was started in; only the market is another.
        patch.setattr(settings, "MODE", Mode.parse(MARKET))
        password = _make_market()
        admin = User.objects.get(username="admin")
        client = Client()
        client.force_login(admin)
        best = Score.objects.select_related("instrument").get(board="stocks", rank=1)
        withheld = Instrument.objects.exclude(actions_withheld="").get()
        make_rates()
        make_companies(known=best.instrument.symbol, not_asked=withheld.symbol)
        make_told(symbol=best.instrument.symbol, cik="0000000001", session=best.session, now=clock.now())
        secret = create_login_link(user=admin, now=clock.real_now())
        server = LiveServer("127.0.0.1")
        yield Dashboard(
            url=server.url,
            password=password,
            session_cookie={
                "name": settings.SESSION_COOKIE_NAME,
                "value": client.cookies[settings.SESSION_COOKIE_NAME].value,
                "url": server.url,
            },
            login_link=f"{server.url}/login/{secret}",
            best=best.instrument.symbol,
            withheld=withheld.symbol,
            ranked=best.board_size or 0,
        )
        server.stop()


def _make_market() -> str:
    """Import, analyse and rank the sample market; return the administrator's password."""
    now = clock.real_now()
    ensure_calendar(today=now.date())
    record_mode(now=now)
    session = latest_closed_session(now)
    import_sample(first=sessions_before(session, SESSIONS)[0], last=session, now=now)
    advance_session(session=session, now=now, trigger=Run.Trigger.COMMAND, stored_only=True)
    bar = DailyBar.objects.select_related("origin").filter(session=session).order_by("instrument_id")[0]
    BarRevision.objects.create(
        session=bar.session,
        instrument_id=bar.instrument_id,
        origin_id=bar.origin_id,
        reason=BarRevision.Reason.REPLACED,
        recorded_at=now,
        open=bar.open,
        high=bar.high,
        low=bar.low,
        close=bar.close,
        volume=bar.volume,
    )
    for _ in range(2):
        open_issue(
            kind=DataIssue.Kind.ROWS_QUARANTINED,
            message=f"2 rows of session {ISSUE} were put in quarantine. The others were stored.",
            session=ISSUE,
            instrument=Score.objects.get(session=session, board="stocks", rank=1).instrument_id,
            now=now,
        )
    second = Score.objects.select_related("instrument").get(session=session, board="stocks", rank=2)
    withhold_actions(symbol=second.instrument.symbol, reason=WITHHELD)
    password = ensure_admin(username="admin", now=now)
    assert password is not None
    return password


@pytest.fixture(scope="module")
def browser(dashboard: Dashboard) -> Iterator[Browser]:
    executable = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, BROWSERS)), None)
    if executable is None:
        pytest.fail("There is no Chromium or Chrome. Run: sudo apt install chromium")
    quiet = ["no-sandbox", "disable-gpu", "disable-quic", "no-first-run", "disable-sync"]
    quiet += ["disable-background-networking", "disable-component-update"]
    with sync_playwright() as playwright:
        expect.set_options(timeout=15_000)  # milliseconds; a busy machine is slow, not wrong
        browser = playwright.chromium.launch(executable_path=executable, args=[f"--{flag}" for flag in quiet])
        yield browser
        browser.close()


NARROW = 720  # px, below which it is a phone


@dataclass(slots=True)
class Visit:
    """A page in the browser, with what it complained of and whom it asked: checked at the end."""

    page: Page
    dashboard: Dashboard
    complaints: list[str] = field(default_factory=list)

    def open(self, path: str) -> Page:
        self.page.goto(self.dashboard.url + path)
        return self.page

    def show(self, *, width: int, scheme: Literal["light", "dark"]) -> None:
        """Look at the same page in another window, once it lies and no colour is on its way."""
        self.page.set_viewport_size({"width": width, "height": _height(width)})
        self.page.emulate_media(color_scheme=scheme)
        expect(self.page.locator("html")).to_have_attribute("data-mantine-color-scheme", scheme)
        self.page.evaluate(
            """async () => {
                 const frame = () => new Promise(requestAnimationFrame);
                 do { await frame(); await frame(); }
                 while (document.getAnimations().some(each => each.playState !== "finished"));
               }"""
        )

    def watch(self) -> None:
        host = urlsplit(self.dashboard.url).netloc

        def asked(url: str) -> None:
            if urlsplit(url).scheme in ("http", "https", "ws", "wss") and urlsplit(url).netloc != host:
                self.complaints.append(f"asked another host: {url}")

        def said(kind: str, text: str) -> None:
            if kind in ("error", "warning"):
                self.complaints.append(f"console {kind}: {text}")

        self.page.on("request", lambda request: asked(request.url))
        self.page.on("console", lambda message: said(message.type, message.text))
        self.page.on("pageerror", lambda error: self.complaints.append(f"uncaught: {error}"))


def _height(width: int) -> int:
    return 844 if width < NARROW else 900


class Visits:
    """Makes visits in contexts of their own, and ends them."""

    def __init__(self, browser: Browser, dashboard: Dashboard) -> None:
        self._browser = browser
        self._dashboard = dashboard
        self._contexts: list[BrowserContext] = []
        self.made: list[Visit] = []

    def __call__(
        self, *, width: int = 1440, scheme: Literal["light", "dark"] = "light", signed_in: bool = True
    ) -> Visit:
        narrow = width < NARROW
        context = self._browser.new_context(
            viewport={"width": width, "height": _height(width)},
            color_scheme=scheme,
            has_touch=narrow,
            reduced_motion="reduce",
            locale="en-US",
        )
        self._contexts.append(context)
        context.set_default_timeout(15_000)
        if signed_in:
            context.add_cookies([self._dashboard.session_cookie])  # type: ignore[list-item]
        visit = Visit(context.new_page(), self._dashboard)
        visit.watch()
        self.made.append(visit)
        return visit

    def end(self) -> None:
        for context in self._contexts:
            context.close()


@pytest.fixture
def visit(browser: Browser, dashboard: Dashboard) -> Iterator[Visits]:
    """Look at the dashboard; a test fails on anything in the console and on any request to another host."""
    visits = Visits(browser, dashboard)
    yield visits
    visits.end()
    complaints = [complaint for made in visits.made for complaint in made.complaints]
    assert not complaints, complaints


@pytest.fixture
def page(visit: Visits) -> Page:
    """Give a wide, light, signed-in page that shows Markets."""
    page = visit().open("/markets")
    page.get_by_role("table", name="Stocks").wait_for()
    return page


def wait_until_filled(page: Page) -> None:
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    page.wait_for_load_state("networkidle")
    expect(page.locator("[role=status][aria-label^=Loading]")).to_have_count(0)


def problems(page: Page) -> list[str]:
    """What axe finds wrong, by the rules of WCAG 2 A and AA."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE.read_text())
    # Only what is wrong is put together and sent here: what is right is some megabytes.
    found: list[dict[str, Any]] = page.evaluate(
        """axe.run(document, {
             runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"], resultTypes: ["violations"],
           }).then(found => found.violations)"""
    )
    return [
        f"{violation['id']}: {node['target']} {node['html'][:200]} {node['failureSummary']}"
        for violation in found
        for node in violation["nodes"]
    ]
