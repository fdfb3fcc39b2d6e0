"""Every address but health, the dashboard's empty page and the doors refuses strangers."""

from collections.abc import Iterator

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

pytestmark = pytest.mark.django_db

EXAMPLES = {"symbol": "AAPL", "token_id": "1", "secret": "guessed", "quote": "USD"}


def addresses(resolver: URLResolver, prefix: str = "") -> Iterator[str]:
    """Yield an example of each address of ours; the admin and the dashboard have tests of their own."""
    for pattern in resolver.url_patterns:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            if pattern.app_name != "admin":
                yield from addresses(pattern, route)
        elif isinstance(pattern, URLPattern) and not route.startswith("^"):
            for name in pattern.pattern.converters:
                kind = next(word for word in ("int", "str") if f"<{word}:{name}>" in route)
                route = route.replace(f"<{kind}:{name}>", EXAMPLES[name])
            yield "/" + route


ALL = sorted({*addresses(get_resolver()), "/api/nothing", "/api/stocks/BRK.B"})


def test_the_walk_finds_the_addresses() -> None:
    assert {"/api/stocks", "/api/stocks/AAPL/prices", "/api/schema", "/api/docs", "/login/guessed"} <= set(
        ALL
    )
    assert len(ALL) >= 16


@pytest.mark.parametrize("method", ["get", "post", "put", "patch", "delete", "options", "head"])
@pytest.mark.parametrize("address", [a for a in ALL if a not in ("/api/health", "/login/guessed")])
def test_a_stranger_is_refused(address: str, method: str) -> None:
    response = getattr(Client(enforce_csrf_checks=True), method)(address)

    # The door itself: a stranger may knock, with a CSRF token and credentials.
    allowed = {401} if (address, method) != ("/api/session", "post") else {403}
    if address == "/api/session" and method in ("put", "patch"):
        allowed = {405}
    if address == "/api/session" and method == "options":
        allowed = {401, 200}
    assert response.status_code in allowed, response.content
    if method != "head" and response.status_code != 200:
        assert set(response.json()) == {"code", "message", "extra"}


def test_a_guessed_login_link_is_refused() -> None:
    assert Client().get("/login/guessed").status_code == 403


@pytest.mark.parametrize("address", ["/admin/", "/admin/accounts/user/", "/admin/jsi18n/"])
def test_the_admin_sends_strangers_to_its_door(address: str) -> None:
    response = Client().get(address)

    assert response.status_code == 302
    assert response["Location"].startswith("/admin/login/")


def test_health_is_open_and_says_little() -> None:
    response = Client().get("/api/health")

    assert response.status_code == 200
    assert response.json() == {
        "status": "ok",
        "version": "0.1.0",
        "checks": {"database": True, "state": True, "cache": True},
    }
