"""No key is in anything that commands print, jobs store or pages show, also where all of it fails."""

import http.client
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.contrib import admin
from django.core.management import call_command
from django.core.management.base import CommandError
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from investment.accounts.models import User
from investment.lib import clock
from investment.lib.errors import DomainError
from investment.ops.management.commands import run_session
from investment.ops.models import Installation, Run
from investment.ops.tests.stage import NIGHT, night_after
from investment.providers.models import RawAnswer
from investment.providers.sandbox.testing import RunningSandbox
from investment.providers.tests.echo import said
from investment.providers.tests.leaks import Written
from investment.providers.tests.test_no_key_leaves import SECRETS, know_keys, reach, written
from investment.quotas.models import Call
from investment.quotas.services import scopes

__all__ = ["written"]

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

APIS = (
    "status", "stocks", "stocks/prices", "sessions", "quotas", "fx/rates", "backfill",
)  # fmt: skip


@pytest.fixture
def sandbox(settings: Settings, written: Written) -> Iterator[RunningSandbox]:
    scopes._declared.clear()
    with night_after(settings) as running:
        Installation.objects.create(mode=settings.MODE.name, created_at=NIGHT)
        know_keys(running)
        reach(settings, running)
        settings.MASSIVE_API_KEY = SECRETS["massive"].value
        yield running
    scopes._declared.clear()


class Terminal:
    """Where commands are typed; what they print is kept."""

    def __init__(self, written: Written, capsys: pytest.CaptureFixture[str]) -> None:
        self.written = written
        self.capsys = capsys

    def type(self, *words: str) -> str:
        try:
            call_command(*words)
        except (CommandError, DomainError, SystemExit) as error:
            self.written.hear(error)
        printed = "".join(self.capsys.readouterr())
        self.written.see(f"printed by {words[0]}", printed)
        return printed


def refuse(sandbox: RunningSandbox, status: int) -> None:
    for name, secret in SECRETS.items():
        body = said(secret.value, "You are not entitled to this data", "x").decode()
        options = {"status": status, "body": body, "content_type": "application/json", "times": 99}
        sandbox.fault("status", endpoint=f"{name}.*", **options)


def next_day(days: int) -> None:
    clock.set_clock(origin=NIGHT + timedelta(days=days), rate=0)


def look_at_everything(written: Written, sandbox: RunningSandbox) -> int:
    """Look at every page of the admin, at the API and the sandbox's own page; return how many were shown."""
    person = User.objects.create_superuser("operator")
    client = Client(raise_request_exception=False)
    client.force_login(person)
    addresses = [reverse("admin:index"), *(f"/api/{name}" for name in APIS), "/", "/api/no-such-thing"]
    for model in admin.site._registry:
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        addresses.append(reverse(f"{name}_changelist"))
        addresses += [reverse(f"{name}_change", args=[row.pk]) for row in model._default_manager.all()[:1]]
    shown = 0
    for address in addresses:
        answer = client.get(address, secure=False)
        body = b"".join(answer) if answer.streaming else answer.content
        shown += answer.status_code == 200
        written.see(f"page {address}", body)
        written.see(f"headers of {address}", repr(dict(answer.headers)))
    connection = http.client.HTTPConnection("127.0.0.1", sandbox.port, timeout=5)
    connection.request("GET", "/_sandbox/")
    page = connection.getresponse().read()
    connection.close()
    assert b"<table" in page
    written.see("page /_sandbox/", page)
    return shown


def test_no_key_is_printed_stored_or_shown(
    written: Written,
    sandbox: RunningSandbox,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(run_session, "_PAUSES", (0.0,))
    terminal = Terminal(written, capsys)
    terminal.type("probe", "--yes", "--patience=0")
    assert "done" in terminal.type("run_session")

    sandbox.fault("reset", endpoint="massive.*", times=99)
    next_day(1)
    terminal.type("run_session")
    terminal.type("sync_instruments")
    sandbox.sandbox.faults.clear()

    known = {name: dict(desk.keys) for name, desk in sandbox.sandbox.desks.items()}
    for desk in sandbox.sandbox.desks.values():
        desk.keys.clear()
    next_day(2)
    terminal.type("run_session")
    for name, desk in sandbox.sandbox.desks.items():
        desk.keys.update(known[name])

    refuse(sandbox, 403)
    next_day(3)
    terminal.type("run_session")
    terminal.type("probe", "--yes", "--again", "--patience=0")
    for words in (
        "archive", "archive --expire", "quotas", "probe --dry-run", "rebuild --from-archive --check",
        "accept_terms massive", "backfill --since 2026-02-20 --plan", "fold_calls",
    ):  # fmt: skip
        terminal.type(*words.split())

    assert look_at_everything(written, sandbox) > 30
    assert Call.objects.filter(status=403).exists()
    assert Call.objects.filter(status=401).exists()
    assert Run.objects.filter(state="failed").exists() or Run.objects.exclude(error="").exists()
    assert RawAnswer.objects.exists()
    assert written.leaks() == []
