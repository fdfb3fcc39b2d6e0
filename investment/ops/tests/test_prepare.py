"""Preparing an installation, and refusing to run on another's database."""

import json
import stat
import subprocess
import sys
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings

from investment.accounts.models import User
from investment.accounts.services.login_links import use_login_link
from investment.lib import clock
from investment.lib.modes import Mode
from investment.market.models import DailyBar, Session
from investment.market.selectors.sessions import latest_closed_session, sessions_before
from investment.market.services.calendar import write_sessions
from investment.ops.models import Installation, Run
from investment.ops.selectors.installation import WrongMode, check_mode
from investment.ops.services import installation
from investment.ops.tests.stage import mode
from investment.providers.sandbox.testing import exchange_days

ROOT = Path(__file__).resolve().parents[3]

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.slow
def test_prepares_everything_and_the_second_time_changes_nothing(
    process_environment: dict[str, str], tmp_path: Path
) -> None:
    credentials, link = tmp_path / "credentials.json", tmp_path / "link"
    environment = process_environment | {"INVESTMENT_MODE": "sample-7-40", "RUNTIME_DIR": str(tmp_path)}

    def prepare() -> str:
        command = [sys.executable, "manage.py", "prepare", "--credentials", str(credentials)]
        command += ["--login-link", str(link)]
        done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
        return done.stdout

    words = prepare()

    account = json.loads(credentials.read_text())
    assert stat.S_IMODE(credentials.stat().st_mode) == 0o600
    user = User.objects.get()
    assert (account["username"], user.is_superuser) == (user.username, True)
    assert user.check_password(account["password"])
    assert account["password"] not in words
    assert stat.S_IMODE(link.stat().st_mode) == 0o600
    secret = link.read_text().removeprefix("/login/")
    assert secret not in words
    assert use_login_link(secret=secret, address="127.0.0.1", now=clock.real_now()) == user
    assert Installation.objects.get().mode == "sample-7-40"
    assert Session.objects.filter(session__year=1990).exists()
    assert Session.objects.filter(session__year=clock.real_now().year + 2).exists()
    imported = DailyBar.objects.order_by().values_list("session", flat=True).distinct()
    latest = latest_closed_session(clock.real_now())
    assert sorted(imported) == sessions_before(latest, 521)[:-1]
    run = Run.objects.get()
    assert (run.kind, run.state, run.inserted) == ("import", "done", DailyBar.objects.count())

    before = DailyBar.objects.count()
    credentials.unlink()
    prepare()

    assert not credentials.exists()
    assert link.read_text() != f"/login/{secret}"
    assert (User.objects.count(), Run.objects.count(), DailyBar.objects.count()) == (1, 1, before)


def test_refuses_a_database_of_another_mode(settings: Settings) -> None:
    Installation.objects.create(mode="sample-1-500", created_at=clock.real_now())

    with pytest.raises(CommandError, match="belongs to mode sample-1-500"):
        call_command("prepare")
    with pytest.raises(WrongMode, match="own database"):
        check_mode()
    with pytest.raises(CommandError, match="belongs to mode sample-1-500"):
        call_command("run_session")


def test_refuses_to_run_unprepared() -> None:
    with pytest.raises(CommandError, match=r"manage\.py prepare"):
        call_command("run_session", "--catch-up")


@pytest.mark.shared_data
def test_a_folder_that_has_changed_is_another_mode(settings: Settings, shared_data: Path) -> None:
    settings.MODE = Mode.parse("data-0123456789ab")
    settings.DATA_DIR = str(shared_data)

    with pytest.raises(WrongMode, match="files have changed"):
        installation.record_mode(now=clock.real_now())
    assert not Installation.objects.exists()


@pytest.mark.shared_data
def test_the_clock_of_a_folder_stands_after_its_last_session(settings: Settings, shared_data: Path) -> None:
    settings.DATA_DIR = str(shared_data)
    with mode(settings, Mode.for_data(shared_data).name):
        installation.ensure_clock()
        again = installation.ensure_clock()

        assert clock.now() == datetime(2018, 1, 20, 5, 30, tzinfo=UTC)
        assert clock.rate() == 0
        assert again is None


def test_the_clock_command_sets_shows_and_clears(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("clock", "--at", "2026-01-06T05:05Z", "--rate", "0")
    assert clock.now() == datetime(2026, 1, 6, 5, 5, tzinfo=UTC)

    call_command("clock", "--rate", "60")
    assert clock.rate() == 60
    assert "60 seconds in a real one" in capsys.readouterr().out

    call_command("clock", "--real")
    assert not clock.is_set()
    with pytest.raises(CommandError, match="time zone"):
        call_command("clock", "--at", "2026-01-06T05:05")


def test_in_live_mode_the_clock_cannot_be_set(settings: Settings) -> None:
    settings.MODE = Mode.parse("live")

    with pytest.raises(CommandError, match="machine's"):
        call_command("clock", "--rate", "2")


def test_an_import_that_was_cut_off_goes_on_where_it_stopped(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(installation, "SAMPLE_SESSIONS", 12)
    now = datetime(2026, 3, 3, 5, 30, tzinfo=UTC)
    calendar = exchange_days("2000-01-01", "2026-12-31")
    write_sessions(days=calendar.sessions, first=date(2000, 1, 1), last=date(2026, 12, 31))

    def cut_off(_what: str, done: int, _total: int | None) -> None:
        if done == 5:
            raise KeyboardInterrupt

    with mode(settings, "sample-7-40"):
        with pytest.raises(KeyboardInterrupt):
            installation.import_sample_past(now=now, on_progress=cut_off)
        installation.import_sample_past(now=now)
        installation.import_sample_past(now=now)

    stored = DailyBar.objects.order_by().values_list("session", flat=True).distinct()
    assert len(stored) == 12
    assert list(Run.objects.order_by("pk").values_list("state", flat=True)) == ["abandoned", "done"]
