import pytest
from django.core.cache import cache
from django.test import Client

from investment.api.tests.factories import PASSWORD, make_user, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_attempts_yet() -> None:
    cache.clear()


@pytest.fixture
def browser() -> Client:
    """A browser that has looked at the login page: it holds the CSRF cookie."""
    client = Client(enforce_csrf_checks=True)
    assert client.get("/api/session").status_code == 401
    assert client.cookies["csrftoken"].value
    return client


def sign_in(client: Client, password: str = PASSWORD, **headers: str) -> int:
    headers = headers or {"X-CSRFToken": client.cookies["csrftoken"].value}
    return client.post(
        "/api/session",
        {"username": "ada", "password": password},
        content_type="application/json",
        headers=headers,
    ).status_code


def test_signs_in_says_who_and_signs_out(browser: Client) -> None:
    make_user("ada")

    assert sign_in(browser) == 200
    assert browser.get("/api/session").json() == {"user": {"username": "ada", "is_staff": False}}
    session = next(name for name in browser.cookies if name.startswith("investment-session"))
    assert browser.cookies[session]["httponly"]

    headers = {"X-CSRFToken": browser.cookies["csrftoken"].value}
    assert browser.delete("/api/session", headers=headers).status_code == 204
    assert browser.get("/api/session").status_code == 401


def test_signing_in_needs_the_csrf_token(browser: Client) -> None:
    make_user("ada")

    response = browser.post(
        "/api/session", {"username": "ada", "password": PASSWORD}, content_type="application/json"
    )

    assert response.status_code == 403
    assert response.json()["code"] == "csrf_failed"


def test_a_wrong_password_and_an_unknown_name_look_the_same(browser: Client) -> None:
    def answer(username: str) -> tuple[int, bytes]:
        response = browser.post(
            "/api/session",
            {"username": username, "password": "wrong"},
            content_type="application/json",
            headers={"X-CSRFToken": browser.cookies["csrftoken"].value},
        )
        return response.status_code, response.content

    make_user("ada")

    assert answer("ada") == answer("eve")
    assert answer("ada")[0] == 400


def test_guessing_is_braked_with_429(browser: Client) -> None:
    make_user("ada")

    assert [sign_in(browser, "wrong") for _ in range(6)] == [400] * 5 + [429]
    assert sign_in(browser) == 429


def test_the_admin_has_the_same_brake() -> None:
    make_user("ada", is_staff=True)
    client = Client()

    for _ in range(5):
        client.post("/admin/login/", {"username": "ada", "password": "wrong"})
    response = client.post("/admin/login/", {"username": "ada", "password": PASSWORD})

    assert "Too many failed attempts" in response.content.decode()


def test_staff_signs_in_to_the_admin_and_others_do_not() -> None:
    make_user("ada", is_staff=True)
    make_user("bob")

    right = {"password": PASSWORD, "next": "/admin/"}
    assert Client().post("/admin/login/", {"username": "ada", **right})["Location"] == "/admin/"
    assert Client().post("/admin/login/", {"username": "bob", **right}).status_code == 200


@pytest.mark.parametrize(
    "body", ["", "{", "[]", '"x"', "null", "{}", '{"username": "a\\u0000", "password": "b"}']
)
def test_a_body_that_is_no_credentials_is_a_400_in_the_one_shape(browser: Client, body: str) -> None:
    response = browser.post(
        "/api/session",
        body,
        content_type="application/json",
        headers={"X-CSRFToken": browser.cookies["csrftoken"].value},
    )

    assert response.status_code == 400
    assert set(response.json()) == {"code", "message", "extra"}


def test_a_session_changes_nothing_without_the_csrf_token() -> None:
    user = make_user("ada")
    client = Client(enforce_csrf_checks=True)
    client.force_login(user)
    body = {"name": "script", "scopes": ["read"]}

    assert client.post("/api/tokens", body, content_type="application/json").status_code == 403
    assert client.delete("/api/session").status_code == 403
    assert not user.api_tokens.exists()


def test_nobody_frames_the_page_and_scripts_come_from_here() -> None:
    response = signed_in().get("/api/session")

    assert "frame-ancestors 'none'" in response["Content-Security-Policy"]
    assert "script-src 'self';" in response["Content-Security-Policy"]
    assert response["X-Frame-Options"] == "DENY"
    assert response["X-Content-Type-Options"] == "nosniff"
