import pytest
from django.test import Client

from investment.accounts.models import ApiToken, AuditEntry, User
from investment.accounts.services import audit
from investment.accounts.services.login_links import create_login_link
from investment.accounts.services.tokens import create_token
from investment.lib.clock import real_now

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin() -> User:
    return User.objects.create_superuser("root")


@pytest.fixture
def browser(admin: User) -> Client:
    client = Client()
    client.force_login(admin)
    return client


@pytest.mark.parametrize("model", ["user", "apitoken", "loginlink", "auditentry"])
def test_each_list_and_each_row_opens(browser: Client, admin: User, model: str) -> None:
    created = create_token(user=admin, name="script", scopes=["read"], days=1, now=real_now())
    create_login_link(user=admin, now=real_now())

    page = browser.get(f"/admin/accounts/{model}/")

    assert page.status_code == 200
    assert created.token.digest not in page.content.decode()
    assert browser.get(f"/admin/accounts/{model}/1/change/").status_code in (200, 302)


def test_what_happened_can_be_neither_changed_nor_deleted(browser: Client) -> None:
    audit.record(action="login", now=real_now(), target="ada")
    entry = AuditEntry.objects.get()

    assert browser.post(f"/admin/accounts/auditentry/{entry.pk}/change/", {"action": "x"}).status_code == 403
    assert browser.post(f"/admin/accounts/auditentry/{entry.pk}/delete/").status_code == 403
    assert browser.get("/admin/accounts/auditentry/add/").status_code == 403


def test_an_administrator_revokes_tokens_and_it_is_audited(browser: Client, admin: User) -> None:
    token = create_token(user=admin, name="script", scopes=["read"], days=1, now=real_now()).token

    browser.post("/admin/accounts/apitoken/", {"action": "revoke", "_selected_action": [str(token.pk)]})

    assert ApiToken.objects.get().revoked_at is not None
    assert AuditEntry.objects.filter(action="token.revoked", actor=admin).exists()
