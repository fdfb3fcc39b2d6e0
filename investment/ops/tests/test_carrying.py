"""What comes along from sample mode when another mode is prepared for the first time."""

import os
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest
from django.contrib.auth.models import Group, Permission
from django.core.management import call_command
from django.db import connection
from pytest_django import Settings

from investment.accounts.errors import TokenRejected
from investment.accounts.models import ApiToken, AuditEntry, LoginLink, User
from investment.accounts.services import tokens
from investment.accounts.services.carrying import Accounts, read_accounts, write_accounts
from investment.accounts.services.login_links import create_login_link
from investment.accounts.services.tokens import check_token, create_token, revoke_token
from investment.lib import clock
from investment.lib.modes import Mode
from investment.lib.other_database import OtherDatabase, OtherDatabaseUnreadable
from investment.ops.local.environment import with_database
from investment.ops.models import Installation, ScheduleEntry
from investment.ops.schedule import SCHEDULE
from investment.ops.selectors.installation import WrongMode
from investment.ops.services import carrying, installation
from investment.ops.services.carrying import CarriedOver, carry_over
from investment.ops.tests.stage import mode
from investment.providers.selectors.terms import accepted
from investment.providers.services.terms import accept
from investment.providers.terms import NON_DISPLAY

pytestmark = pytest.mark.django_db(transaction=True)
PASSWORD = "a password of the sample mode"
ENTRIES = frozenset(entry.name for entry in SCHEDULE)


@pytest.fixture
def secrets() -> dict[str, str]:
    """Two users of sample mode with all that can be theirs; the secrets of their tokens by name."""
    now = clock.real_now()
    Installation.objects.create(mode="sample-7-30", created_at=now)
    admin = User.objects.create_superuser("admin", password=PASSWORD)
    anna = User.objects.create_user("anna", "anna@example.com", PASSWORD, is_active=False)
    readers = Group.objects.create(name="readers")
    readers.permissions.set(Permission.objects.filter(codename__in=("view_run", "view_user")))
    anna.groups.add(readers)
    anna.user_permissions.add(Permission.objects.get(codename="add_user"))
    made = {
        name: create_token(user=admin, name=name, scopes=["write"], days=9, now=now)
        for name in ("kept", "revoked")
    }
    revoke_token(token_id=made["revoked"].token.pk, actor=admin, now=now)
    create_login_link(user=admin, now=now)
    accept(clause=NON_DISPLAY, provider="massive", by="admin", actor=admin, now=now)
    for name, paused in (("fold-calls", True), ("open-sessions", False), ("of-another-release", True)):
        ScheduleEntry.objects.create(name=name, due_at=now, paused=paused)
    return {name: token.secret for name, token in made.items()}


@pytest.fixture
def sample(secrets: dict[str, str], settings: Settings) -> Iterator[str]:
    """The address of a sample mode's database with those users; this one is as new, and live."""
    template = connection.settings_dict["NAME"]
    copy = f"{template}_copy"
    connection.close()
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as server:
        server.execute(f'CREATE DATABASE "{copy}" TEMPLATE "{template}"'.encode())
        try:
            for model in (AuditEntry, User, Group, ScheduleEntry, Installation):
                model.objects.all().delete()
            with mode(settings, "live"):
                Installation.objects.create(mode="live", created_at=clock.real_now())
                yield with_database(os.environ["DATABASE_URL"], copy)
        finally:
            server.execute(f'DROP DATABASE "{copy}" WITH (FORCE)'.encode())


def change(address: str, *statements: str) -> None:
    with psycopg.connect(address) as other:
        for statement in statements:
            other.execute(statement.encode())


def carried_from(address: str) -> CarriedOver | None:
    return carry_over(address=address, entries=ENTRIES, now=clock.real_now())


def test_people_go_on_with_their_passwords_tokens_and_pauses(
    sample: str,
    secrets: dict[str, str],
    settings: Settings,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(installation, "ensure_calendar", lambda **_: 0)
    settings.SAMPLE_DATABASE_URL = sample
    # Nothing that is stored may hang on what is secret to one installation.
    settings.SECRET_KEY = "another"

    call_command("prepare", credentials=tmp_path / "credentials.json")

    words = capsys.readouterr().out
    assert "Carried over from the sample: 2 users, 1 token, 1 paused entry\n" in words
    assert "not carried over: the pause of of-another-release" in words
    assert not (tmp_path / "credentials.json").exists()
    admin, anna = User.objects.order_by("pk")
    assert (admin.username, admin.is_superuser, admin.check_password(PASSWORD)) == ("admin", True, True)
    assert (anna.username, anna.email, anna.is_active) == ("anna", "anna@example.com", False)
    assert {p.codename for p in anna.groups.get(name="readers").permissions.all()} == {
        "view_run",
        "view_user",
    }
    assert [p.codename for p in anna.user_permissions.all()] == ["add_user"]
    assert check_token(secret=secrets["kept"], now=clock.real_now()).user == admin
    with pytest.raises(TokenRejected, match="unknown"):
        check_token(secret=secrets["revoked"], now=clock.real_now())
    assert list(ScheduleEntry.objects.values_list("name", "paused")) == [("fold-calls", True)]
    assert not LoginLink.objects.exists()
    # What the clause is about are real prices; in sample mode there were none.
    assert accepted() == frozenset()
    assert list(AuditEntry.objects.values_list("action", "target")) == [
        ("installation.carried_over", "sample-7-30")
    ]


def test_what_was_changed_since_is_never_undone(sample: str) -> None:
    assert carried_from(sample) is not None
    anna = User.objects.get(username="anna")
    anna.set_password("a new one")
    anna.save()
    ApiToken.objects.all().delete()
    ScheduleEntry.objects.update(paused=False)

    assert carried_from(sample) is None

    anna.refresh_from_db()
    assert anna.check_password("a new one")
    assert not ApiToken.objects.exists()
    assert not ScheduleEntry.objects.filter(paused=True).exists()


def test_of_two_that_prepare_at_once_one_brings_them_along(
    sample: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def read_while_another_writes(other: OtherDatabase) -> Accounts:
        found = read_accounts(other)
        write_accounts(found)
        return found

    monkeypatch.setattr(carrying, "read_accounts", read_while_another_writes)

    assert carried_from(sample) is None

    assert User.objects.count() == 2


def test_an_interrupted_one_leaves_nothing_and_is_done_again(
    sample: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def cut_off(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(ApiToken.objects, "bulk_create", cut_off)
        with pytest.raises(KeyboardInterrupt):
            carried_from(sample)
    assert not User.objects.exists()
    assert not Group.objects.exists()

    carried = carried_from(sample)

    assert carried is not None
    assert str(carried) == "2 users, 1 token, 1 paused entry"


def test_of_an_older_release_comes_what_is_there_and_the_rest_is_said(sample: str) -> None:
    change(
        sample,
        "ALTER TABLE accounts_user DROP COLUMN first_name",
        "DROP TABLE accounts_apitoken",
        "DROP TABLE ops_scheduleentry",
        "DELETE FROM auth_group_permissions",
        "UPDATE auth_permission SET codename = 'fly' WHERE codename = 'add_user'",
        # A newer one may have more than we know.
        "ALTER TABLE accounts_user ADD COLUMN height integer NOT NULL DEFAULT 3",
    )

    carried = carried_from(sample)

    assert carried is not None
    assert str(carried) == "2 users"
    assert carried.left == (
        "accounts_user.first_name, which that database does not have",
        "accounts_apitoken, which that database does not have",
        "ops_scheduleentry, which that database does not have",
        "the permission accounts.fly, which is no more",
    )
    assert User.objects.get(username="admin").check_password(PASSWORD)


def test_users_without_passwords_do_not_come_and_nothing_of_theirs(sample: str) -> None:
    change(sample, "ALTER TABLE accounts_user DROP COLUMN password")

    carried = carried_from(sample)

    assert carried is not None
    assert (carried.users, carried.tokens, carried.paused) == (0, 0, 1)
    assert "accounts_user.password, which that database does not have" in carried.left
    assert not User.objects.exists()


def test_only_a_sample_is_read_and_what_cannot_be_read_stops_nothing(
    sample: str,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    change(sample, "UPDATE ops_installation SET mode = 'data-0123456789ab'")
    with pytest.raises(WrongMode, match="none of a sample mode"):
        carried_from(sample)
    with pytest.raises(OtherDatabaseUnreadable) as caught:
        carried_from("postgres://u:hunter2@[nowhere")
    assert "hunter2" not in str(caught.value)

    monkeypatch.setattr(installation, "ensure_calendar", lambda **_: 0)
    settings.SAMPLE_DATABASE_URL = sample
    call_command("prepare")

    words = capsys.readouterr().out
    assert "Nothing was carried over from the sample: That database is none of a sample mode" in words
    assert "--reset live" in words
    assert "First administrator: admin" in words
    assert User.objects.get().username == "admin"


def test_another_sample_begins_anew(sample: str, settings: Settings) -> None:
    settings.MODE = Mode.parse("sample-7-40")

    assert carried_from(sample) is None
    assert not User.objects.exists()


def test_a_token_ends_when_it_would_have_ended(sample: str, secrets: dict[str, str]) -> None:
    carried_from(sample)

    with pytest.raises(TokenRejected, match="expired"):
        tokens.check_token(secret=secrets["kept"], now=clock.real_now() + timedelta(days=10))
