from datetime import timedelta
from threading import Thread

import pytest
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.db import connection

from investment.accounts.errors import InvalidCredentials, LoginLinkRefused, TooManyAttempts
from investment.accounts.models import AuditEntry, LoginLink, User
from investment.accounts.services.login_links import create_login_link, use_login_link
from investment.accounts.services.signing_in import ATTEMPTS, sign_in
from investment.accounts.services.users import ensure_admin
from investment.lib.clock import real_now

PASSWORD = "a long enough password"
HERE = "127.0.0.1"


@pytest.fixture(autouse=True)
def _no_attempts_yet() -> None:
    cache.clear()


@pytest.fixture
def ada(db: None) -> User:
    return User.objects.create_user("ada", password=PASSWORD)


def attempt(password: str, username: str = "ada", address: str = HERE) -> User:
    return sign_in(username=username, password=password, address=address, now=real_now())


def test_the_right_password_signs_in_and_is_audited(ada: User) -> None:
    assert attempt(PASSWORD) == ada

    entry = AuditEntry.objects.get(action="login")
    assert (entry.actor, entry.detail) == (ada, {"address": HERE, "by": "password"})


def test_a_failure_is_audited_without_the_password(ada: User) -> None:
    with pytest.raises(InvalidCredentials):
        attempt("wrong password")

    entry = AuditEntry.objects.values().get(action="login.failed")
    assert entry["target"] == "ada"
    assert "wrong password" not in str(entry)


def test_somebody_who_left_cannot_sign_in(ada: User) -> None:
    User.objects.update(is_active=False)
    with pytest.raises(InvalidCredentials):
        attempt(PASSWORD)


def test_guessing_ends_after_five_failures_even_with_the_right_password(ada: User) -> None:
    for _ in range(ATTEMPTS):
        with pytest.raises(InvalidCredentials):
            attempt("wrong")

    with pytest.raises(TooManyAttempts) as caught:
        attempt(PASSWORD)
    assert caught.value.extra == {"retry_after": 900}


def test_another_address_and_another_name_are_not_locked(ada: User) -> None:
    for _ in range(ATTEMPTS + 1):
        with pytest.raises((InvalidCredentials, TooManyAttempts)):
            attempt("wrong")

    assert attempt(PASSWORD, address="10.0.0.7") == ada
    with pytest.raises(InvalidCredentials):
        attempt("wrong", username="eve")


def test_success_forgets_the_failures(ada: User) -> None:
    for _ in range(2):
        for _ in range(ATTEMPTS - 1):
            with pytest.raises(InvalidCredentials):
                attempt("wrong")
        assert attempt(PASSWORD) == ada


def test_a_link_signs_in_once(ada: User) -> None:
    secret = create_login_link(user=ada, now=real_now())

    assert use_login_link(secret=secret, address=HERE, now=real_now()) == ada
    with pytest.raises(LoginLinkRefused, match="used before"):
        use_login_link(secret=secret, address=HERE, now=real_now())
    assert list(AuditEntry.objects.order_by("pk").values_list("action", flat=True)) == [
        "login_link.created",
        "login",
        "login_link.refused",
    ]


def test_a_link_ends_after_ten_minutes(ada: User) -> None:
    start = real_now()
    secret = create_login_link(user=ada, now=start)

    with pytest.raises(LoginLinkRefused, match="expired"):
        use_login_link(secret=secret, address=HERE, now=start + timedelta(minutes=10))


def test_a_link_of_somebody_who_left_does_not_work(ada: User) -> None:
    secret = create_login_link(user=ada, now=real_now())
    User.objects.update(is_active=False)

    with pytest.raises(LoginLinkRefused, match="not active"):
        use_login_link(secret=secret, address=HERE, now=real_now())


@pytest.mark.django_db(transaction=True)
def test_of_eight_who_open_a_link_at_once_one_gets_in() -> None:
    secret = create_login_link(user=User.objects.create_user("ada"), now=real_now())
    let_in: list[User] = []

    def open_it() -> None:
        try:
            let_in.append(use_login_link(secret=secret, address=HERE, now=real_now()))
        except LoginLinkRefused:
            pass
        finally:
            connection.close()

    threads = [Thread(target=open_it) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(let_in) == 1


def test_links_of_yesterday_are_swept(ada: User) -> None:
    create_login_link(user=ada, now=real_now() - timedelta(days=2))
    create_login_link(user=ada, now=real_now())

    assert LoginLink.objects.count() == 1


def test_the_command_prints_a_path_that_works(db: None, capsys: pytest.CaptureFixture[str]) -> None:
    admin = User.objects.create_superuser("root")

    call_command("login_link")

    path = capsys.readouterr().out.strip()
    assert path.startswith("/login/")
    assert use_login_link(secret=path.removeprefix("/login/"), address=HERE, now=real_now()) == admin


def test_the_command_says_that_there_is_no_such_user(db: None) -> None:
    with pytest.raises(CommandError, match="There is no user 'nobody'"):
        call_command("login_link", "--user", "nobody")
    with pytest.raises(CommandError, match="no administrator"):
        call_command("login_link")


def test_the_first_administrator_is_made_once(db: None) -> None:
    password = ensure_admin(username="admin", now=real_now())

    assert password is not None
    assert attempt(password, username="admin").is_superuser
    assert ensure_admin(username="admin", now=real_now()) is None
