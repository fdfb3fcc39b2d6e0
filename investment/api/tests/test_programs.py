"""Programs and their API tokens."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from investment.accounts.models import ApiToken
from investment.api.tests.factories import make_user, program, signed_in, with_token

pytestmark = pytest.mark.django_db


def post(client: Client, **body: Any) -> Any:
    return client.post("/api/tokens", body, content_type="application/json")


def test_a_program_reads_with_the_scope_read_and_needs_no_csrf_token() -> None:
    assert program("read").get("/api/session").json()["user"]["username"] == "ada"


@pytest.mark.parametrize("scopes", [("read",), ("write",), ("read", "write")])
def test_tokens_are_made_by_people_or_with_the_scope_admin(scopes: tuple[str, ...]) -> None:
    response = post(program(*scopes), name="another", scopes=["read"])

    assert response.status_code == 403
    assert response.json()["code"] == "scope_missing"


def test_changing_needs_the_scope_write() -> None:
    assert program("read", user=make_user("a")).delete("/api/session").json()["code"] == "scope_missing"
    assert program("write", user=make_user("b")).delete("/api/session").status_code == 204


def test_the_scope_admin_ends_with_being_staff() -> None:
    user = make_user(is_staff=True)
    client = program("admin", user=user)
    assert client.get("/api/tokens").status_code == 200

    type(user).objects.update(is_staff=False)

    assert client.get("/api/tokens").json()["code"] == "scope_missing"


@pytest.mark.parametrize("secret", ["", "nonsense", "inv_nonsense", "é", "a b"])
def test_a_token_that_is_none_is_a_401_that_says_so(secret: str) -> None:
    response = with_token(secret).get("/api/stocks")

    assert response.status_code == 401
    assert response.json()["code"] == "invalid_token"
    assert response["WWW-Authenticate"] == "Bearer"


def test_an_expired_token_is_refused() -> None:
    client = program("read", days=1, ago=timedelta(days=2))

    assert "expired" in client.get("/api/session").json()["message"]


def test_a_token_is_made_listed_used_and_revoked() -> None:
    browser = signed_in()

    made = post(browser, name="script", scopes=["read"], days=30)
    assert made.status_code == 201
    secret = made.json().pop("secret")
    assert with_token(secret).get("/api/session").status_code == 200

    listed = browser.get("/api/tokens").json()
    assert listed["count"] == 1
    assert listed["results"][0]["name"] == "script"
    assert listed["results"][0]["last_used_at"].endswith("Z")
    assert secret not in str(listed)

    assert browser.delete(f"/api/tokens/{made.json()['id']}").status_code == 204
    assert with_token(secret).get("/api/session").status_code == 401
    assert browser.get("/api/tokens").json() == {"count": 0, "results": []}


def test_nobody_sees_or_revokes_tokens_of_somebody_else() -> None:
    post(signed_in(make_user("ada")), name="script", scopes=["read"])
    eve = signed_in(make_user("eve"))

    assert eve.get("/api/tokens").json()["count"] == 0
    assert eve.delete(f"/api/tokens/{ApiToken.objects.get().pk}").status_code == 404
    assert eve.delete("/api/tokens/99999999999999999999").status_code == 404


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"name": "x", "scopes": []},
        {"name": "x", "scopes": ["all"]},
        {"name": "", "scopes": ["read"]},
        {"name": "x" * 81, "scopes": ["read"]},
        {"name": "x", "scopes": ["read"], "days": 0},
        {"name": "x", "scopes": ["read"], "days": 10**20},
        {"name": "x", "scopes": "read"},
    ],
    ids=str,
)
def test_a_bad_wish_is_a_400_that_names_the_field(body: dict[str, Any]) -> None:
    response = post(signed_in(), **body)

    assert response.status_code == 400
    assert response.json()["code"] == "invalid"
    assert response.json()["extra"]["fields"]


def test_only_staff_makes_a_token_with_the_scope_admin() -> None:
    assert post(signed_in(make_user("a")), name="x", scopes=["admin"]).status_code == 403
    assert post(signed_in(make_user("b", is_staff=True)), name="x", scopes=["admin"]).status_code == 201
