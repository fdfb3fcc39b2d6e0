from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction

from investment.accounts.errors import ScopeNotAllowed, TokenNotFound, TokenRejected
from investment.accounts.models import ApiToken, AuditEntry, User
from investment.accounts.selectors import list_tokens
from investment.accounts.services.tokens import CreatedToken, check_token, create_token, revoke_token
from investment.lib.clock import real_now

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada() -> User:
    return User.objects.create_user("ada")


def make_token(user: User, *scopes: str) -> CreatedToken:
    return create_token(user=user, name="script", scopes=scopes or ["read"], days=1, now=real_now())


def test_keeps_no_secret(ada: User) -> None:
    created = make_token(ada)

    kept = ApiToken.objects.values().get()
    assert created.secret not in str(kept)
    assert created.secret.startswith(kept["prefix"])


def test_finds_the_user_of_a_valid_token(ada: User) -> None:
    assert check_token(secret=make_token(ada).secret, now=real_now()).user == ada


@pytest.mark.parametrize("secret", ["", "inv_", "inv_unknown", "\x00", "é" * 500])
def test_refuses_what_is_no_token(ada: User, secret: str) -> None:
    with pytest.raises(TokenRejected, match="unknown"):
        check_token(secret=secret, now=real_now())


def test_refuses_a_token_from_its_last_second_on(ada: User) -> None:
    created = make_token(ada)

    check_token(secret=created.secret, now=created.token.expires_at - timedelta(seconds=1))
    with pytest.raises(TokenRejected, match="expired"):
        check_token(secret=created.secret, now=created.token.expires_at)


def test_refuses_a_revoked_token_and_writes_one_audit_entry(ada: User) -> None:
    created = make_token(ada)

    for _ in range(2):
        revoke_token(token_id=created.token.pk, actor=ada, now=real_now())

    with pytest.raises(TokenRejected, match="revoked"):
        check_token(secret=created.secret, now=real_now())
    assert AuditEntry.objects.filter(action="token.revoked", actor=ada).count() == 1
    assert not list_tokens(user=ada)


def test_refuses_the_token_of_somebody_who_left(ada: User) -> None:
    created = make_token(ada)
    User.objects.update(is_active=False)

    with pytest.raises(TokenRejected, match="not active"):
        check_token(secret=created.secret, now=real_now())


def test_nobody_revokes_a_token_of_somebody_else(ada: User) -> None:
    created = make_token(ada)

    with pytest.raises(TokenNotFound):
        revoke_token(token_id=created.token.pk, actor=User.objects.create_user("eve"), now=real_now())


def test_only_staff_gets_the_scope_admin(ada: User) -> None:
    with pytest.raises(ScopeNotAllowed, match="staff"):
        make_token(ada, "read", "admin")

    ada.is_staff = True
    assert make_token(ada, "admin").token.scopes == ["admin"]


@pytest.mark.parametrize("scopes", [[], ["everything"]])
def test_scopes_are_some_of_three(ada: User, scopes: list[str]) -> None:
    with pytest.raises(ScopeNotAllowed, match="at least one"):
        create_token(user=ada, name="x", scopes=scopes, days=1, now=real_now())


def test_notes_the_use_at_most_once_a_minute(ada: User) -> None:
    created, start = make_token(ada), real_now()

    for seconds in (0, 30, 61):
        check_token(secret=created.secret, now=start + timedelta(seconds=seconds))
        if seconds == 30:
            assert ApiToken.objects.get().last_used_at == start

    assert ApiToken.objects.get().last_used_at == start + timedelta(seconds=61)


def test_the_database_refuses_a_token_that_ends_before_it_begins(ada: User) -> None:
    now = real_now()
    with pytest.raises(IntegrityError, match="expires_later"), transaction.atomic():
        ApiToken.objects.create(
            user=ada, name="x", prefix="x", digest="x", scopes=["read"], created_at=now, expires_at=now
        )


def test_the_command_prints_a_secret_that_works(capsys: pytest.CaptureFixture[str]) -> None:
    admin = User.objects.create_superuser("root")

    call_command("create_token", "--name", "script", "--scopes", "read", "write", "--days", "7")

    token = check_token(secret=capsys.readouterr().out.strip(), now=real_now())
    assert (token.user, token.scopes) == (admin, ["read", "write"])


@pytest.mark.parametrize(
    "arguments", [["--user", "nobody"], ["--days", "0"], ["--name", "x" * 81]], ids=" ".join
)
def test_the_command_says_what_is_wrong(ada: User, arguments: list[str]) -> None:
    with pytest.raises(CommandError, match=r"nobody|--days|--name"):
        call_command("create_token", "--name", "x", *arguments)
