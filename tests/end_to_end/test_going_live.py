"""
From sample mode to real providers with ``./scripts/run.sh``: what somebody sees who puts a key into .env.

The providers are a sandbox of another, invented market, which nothing here tells of the sample mode.
"""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest
import redis
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.db import connection

from investment.accounts.models import User
from investment.accounts.services.login_links import create_login_link
from investment.accounts.services.tokens import create_token
from investment.lib import clock
from investment.ops.local.environment import free_port, with_database
from investment.ops.models import Installation, ScheduleEntry
from tests.end_to_end.platforms import ROOT, Platform, Starts

pytestmark = pytest.mark.slow
KEY = "a-key-of-the-provider"
CONTACT = "Jane Doe jane@example.com"
WITHIN = 60.0  # seconds from the start to prices: what we promise
SERVERS = ("DATABASE_URL", "REDIS_URL", "CACHE_URL")
PASSWORD = "a password of the sample mode"
BASE = "going_live"


@pytest.fixture(scope="module")
def providers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """Where the providers answer: a sandbox with the limits of the free plans, in real time."""
    port = free_port()
    told = {"INVESTMENT_MODE": "sample-11-40", "MASSIVE_API_KEY": KEY, "MASSIVE_PLAN": "basic"}
    environment = os.environ | told | {"RUNTIME_DIR": str(tmp_path_factory.mktemp("sandbox"))}
    command = [sys.executable, "manage.py", "sandbox", "--port", str(port), "--plan", "basic"]
    process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL)
    address = f"http://127.0.0.1:{port}"
    try:
        yield {
            "MASSIVE_BASE_URL": address,
            "FINNHUB_BASE_URL": f"{address}/finnhub/api/v1",
            "FINNHUB_STREAM_URL": f"ws://127.0.0.1:{port}/finnhub/ws",
            "ALPHAVANTAGE_BASE_URL": f"{address}/alphavantage/query",
            "NEWSAPI_BASE_URL": f"{address}/newsapi/v2",
            "ECB_BASE_URL": f"{address}/ecb/stats/eurofxref",
            "SEC_BASE_URL": f"{address}/sec",
            "SEC_DATA_URL": f"{address}/sec/data",
        }
    finally:
        process.kill()
        process.wait(10)


@pytest.fixture
def servers() -> Iterator[dict[str, str]]:
    """The tests' servers; this installation's databases and keys on them are gone afterwards."""
    given = {name: os.environ[name] for name in SERVERS}
    given["DATABASE_URL"] = with_database(given["DATABASE_URL"], BASE)

    def forget() -> None:
        with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as server:
            for name in (f"{BASE}_live", f"{BASE}_sample_7_30", BASE):
                server.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'.encode())
        for name in ("REDIS_URL", "CACHE_URL"):
            with redis.Redis.from_url(given[name]) as client:
                for key in client.scan_iter(match="live:*", count=1000):
                    client.delete(key)

    forget()
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as server:
        server.execute(f'CREATE DATABASE "{BASE}" TEMPLATE template0'.encode())
    yield given
    forget()


@pytest.fixture
def token(servers: dict[str, str], transactional_db: None) -> str:
    """The secret of a token in that installation's sample mode, whose admin has a password and a pause."""
    now = clock.real_now()
    Installation.objects.create(mode="sample-7-30", created_at=now)
    # Hashed as the platform does; the tests' own settings have a quicker way.
    hashed = Argon2PasswordHasher().encode(PASSWORD, "a salt of the sample mode")
    admin = User.objects.create(username="admin", password=hashed, is_staff=True, is_superuser=True)
    create_login_link(user=admin, now=now)
    ScheduleEntry.objects.create(name="expire-answers", due_at=now, paused=True)
    made = create_token(user=admin, name="mine", scopes=["write"], days=9, now=now)
    template = connection.settings_dict["NAME"]
    connection.close()
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as server:
        server.execute(f'CREATE DATABASE "{BASE}_sample_7_30" TEMPLATE "{template}"'.encode())
    return made.secret


class Visitor:
    """Asks a platform with a token, from its start on."""

    def __init__(self, platform: Platform, token: str) -> None:
        self._platform = platform
        self._headers = {"Authorization": f"Bearer {token}"}

    def get(self, path: str) -> Any:
        answer = httpx.get(f"{self._platform.address}{path}", headers=self._headers)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def until(self, path: str, check: Callable[[Any], bool]) -> Any:
        """Return the first answer that passes ``check``, no later than promised."""
        answer = None
        while time.monotonic() - self._platform.started < WITHIN:
            assert self._platform.process.poll() is None, self._platform.output
            if "Log in with" in self._platform.output:  # it is served before that is said
                answer = self.get(path)
                if check(answer):
                    return answer
            time.sleep(0.2)
        pytest.fail(f"{path} says {answer} after {WITHIN:.0f} s; {self._platform.output}")


@contextmanager
def going_live(start: Starts) -> Iterator[Platform]:
    """Start with what .env says; it stops by itself, and in order."""
    platform = start("--port", str(free_port()), wait=False)
    try:
        yield platform
    finally:
        code = platform.stop()
    assert code == 0, platform.output


def sign_in(platform: Platform) -> int:
    """Return the status of signing in with the password of sample mode."""
    with httpx.Client(base_url=platform.address) as browser:
        browser.get("/api/session")  # brings the cookie
        return browser.post(
            "/api/session",
            json={"username": "admin", "password": PASSWORD},
            headers={"X-CSRFToken": browser.cookies["csrftoken"]},
        ).status_code


def ask_database(query: str) -> list[Any]:
    with psycopg.connect(with_database(os.environ["DATABASE_URL"], f"{BASE}_live")) as live:
        return live.execute(query.encode()).fetchall()


def write_env(clone: Path, **variables: str) -> None:
    (clone / ".env").write_text("".join(f"{name}={value}\n" for name, value in variables.items()))


def test_with_a_key_prices_come_first_and_people_go_on_as_before(
    start_in_module: Starts, providers: dict[str, str], servers: dict[str, str], token: str
) -> None:
    write_env(start_in_module.clone, **providers, **servers, MASSIVE_API_KEY=KEY)

    with going_live(start_in_module) as platform:
        stocks = Visitor(platform, token).until(
            "/api/stocks", lambda page: any(row["close"] is not None for row in page["results"])
        )

        assert {row["source"]["provider"] for row in stocks["results"] if row["source"]} == {"massive"}
        assert {row["rank"] for row in stocks["results"]} == {None}
        asked = ask_database("SELECT endpoint FROM quotas_call ORDER BY reserved_at")
        assert asked[0] == ("grouped_daily",)
        assert "  Massive: the whole market's days\n" in platform.output
        assert "  Finnhub: no key\n" in platform.output
        assert KEY not in platform.output
        assert "Carried over from the sample: 1 user, 1 token, 1 paused entry\n" in platform.output
        assert "Password" not in platform.output
        assert ask_database("SELECT name FROM ops_scheduleentry WHERE paused") == [("expire-answers",)]
        assert sign_in(platform) == 200


def test_with_a_contact_alone_there_are_companies_and_rates_without_prices(
    start_in_module: Starts, providers: dict[str, str], servers: dict[str, str], token: str
) -> None:
    write_env(start_in_module.clone, **providers, **servers, SEC_CONTACT=CONTACT)

    with going_live(start_in_module) as platform:
        visitor = Visitor(platform, token)
        stocks = visitor.until("/api/stocks", lambda page: bool(page["results"]))
        rates = visitor.until("/api/fx/rates", lambda answer: bool(answer["rates"]))

        assert {(row["kind"], row["close"], row["rank"]) for row in stocks["results"]} == {
            ("unknown", None, None)
        }
        assert all(row["name"] for row in stocks["results"])
        assert rates["source"]["provider"] == "ecb"
        prices = visitor.get("/api/status")["prices"]
        assert prices["provider"] is None
        assert "MASSIVE_API_KEY" in prices["words"]
        assert "  Massive: no key, so no prices\n" in platform.output
        assert "put MASSIVE_API_KEY into .env and start again" in platform.output
        assert "error" not in platform.output.lower()
        assert ask_database("SELECT * FROM ops_sessionjob") == []
        assert ask_database("SELECT * FROM ops_run WHERE state = 'failed'") == []
        assert ask_database("SELECT DISTINCT provider FROM quotas_call ORDER BY 1") == [("ecb",), ("sec",)]
