"""The page, the door that a login link opens, and what is at no address."""

from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from pytest_django import Settings

from investment.accounts.services.login_links import create_login_link
from investment.api.middleware import POLICY
from investment.api.tests.factories import make_user, signed_in
from investment.lib.clock import real_now


@pytest.fixture
def built(tmp_path: Path, settings: Settings) -> Path:
    settings.FRONTEND_DIST = tmp_path
    settings.WHITENOISE_ROOT = tmp_path
    (tmp_path / "index.html").write_text("<title>the dashboard</title>")
    (tmp_path / "assets").mkdir()
    (tmp_path / "assets" / "index-Ab3dE_9z.js").write_text("1")
    (tmp_path / "favicon.svg").write_text("<svg/>")
    return tmp_path


def with_a_session_cookie() -> Client:
    client = Client()
    client.cookies[settings.SESSION_COOKIE_NAME] = "whatever it says"
    return client


@pytest.mark.parametrize("address", ["/", "/login", "/stocks/BRK.B", "/any/where/at/all", "/apiary"])
def test_every_address_of_the_dashboard_is_its_one_page(built: Path, address: str) -> None:
    response = with_a_session_cookie().get(address)

    assert response.status_code == 200
    assert response.content == b"<title>the dashboard</title>"
    assert response["Cache-Control"] == "no-cache"
    assert response["Content-Security-Policy"] == POLICY


@pytest.mark.parametrize(
    ("address", "sign_in"),
    [
        ("/", "/login"),
        ("/stocks/BRK.B?range=1Y", "/login?next=%2Fstocks%2FBRK.B%3Frange%3D1Y"),
    ],
)
def test_who_has_no_session_is_sent_to_sign_in_and_back(built: Path, address: str, sign_in: str) -> None:
    response = Client().get(address)

    assert response.status_code == 302
    assert response["Location"] == sign_in


def test_the_sign_in_page_brings_what_signing_in_needs(built: Path) -> None:
    response = Client().get("/login")

    assert response.status_code == 200
    assert "csrftoken" in response.cookies


@pytest.mark.django_db  # closing a file's answer looks at the connections
def test_files_with_a_hash_in_their_name_are_kept_for_ever(built: Path) -> None:
    hashed, plain = Client().get("/assets/index-Ab3dE_9z.js"), Client().get("/favicon.svg")

    assert "immutable" in hashed["Cache-Control"]
    assert hashed["Content-Security-Policy"] == POLICY
    assert "immutable" not in plain["Cache-Control"]
    assert "Access-Control-Allow-Origin" not in hashed
    for response in (hashed, plain):
        response.close()


def test_a_file_that_is_not_there_is_missed_not_answered_with_a_page(built: Path) -> None:
    assert Client().get("/assets/index-00000000.js").status_code == 404
    assert Client().get("/static/nothing.js").status_code == 404


def test_the_page_says_how_to_build_it_when_it_is_not_built(tmp_path: Path, settings: Settings) -> None:
    settings.FRONTEND_DIST = tmp_path / "nothing"

    response = Client().get("/")

    assert response.status_code == 503
    assert "npm run build" in response.content.decode()


@pytest.mark.django_db
def test_a_login_link_signs_in_once() -> None:
    secret = create_login_link(user=make_user(), now=real_now())
    client = Client()

    response = client.get(f"/login/{secret}")

    assert (response.status_code, response["Location"]) == (302, "/")
    assert client.get("/api/session").json()["user"]["username"] == "ada"
    assert Client().get(f"/login/{secret}").status_code == 403


@pytest.mark.django_db
@pytest.mark.parametrize("method", ["head", "post"])
def test_only_opening_a_link_spends_it(method: str) -> None:
    secret = create_login_link(user=make_user(), now=real_now())

    assert getattr(Client(), method)(f"/login/{secret}").status_code == 405
    assert Client().get(f"/login/{secret}").status_code == 302


@pytest.mark.django_db
@pytest.mark.parametrize(
    "elsewhere",
    [
        {"REMOTE_ADDR": "10.0.0.7"},
        {"REMOTE_ADDR": "203.0.113.9"},
        {"REMOTE_ADDR": ""},
        {"REMOTE_ADDR": "::ffff:10.0.0.7"},
        {"HTTP_X_FORWARDED_FOR": "127.0.0.1"},
        {"HTTP_FORWARDED": "for=127.0.0.1"},
        {"HTTP_X_REAL_IP": "127.0.0.1"},
        {"HTTP_VIA": "1.1 proxy"},
    ],
    ids=str,
)
def test_a_link_opens_only_on_this_machine_and_is_not_spent_elsewhere(elsewhere: dict[str, str]) -> None:
    secret = create_login_link(user=make_user(), now=real_now())

    assert Client().get(f"/login/{secret}", **elsewhere).status_code == 403  # type: ignore[arg-type]
    assert Client().get(f"/login/{secret}").status_code == 302


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["127.0.0.1", "::1", "::ffff:127.0.0.1", "127.8.9.10"])
def test_loopback_has_several_addresses(address: str) -> None:
    secret = create_login_link(user=make_user(), now=real_now())

    assert Client(REMOTE_ADDR=address).get(f"/login/{secret}").status_code == 302


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["/api/nothing", "/api/", "/api/stocks/AAPL/nothing", "/api/stocks/"])
def test_nothing_at_an_address_of_the_api_is_a_404_in_the_one_shape(address: str) -> None:
    response = signed_in().get(address)

    assert response.status_code == 404
    assert response.json()["code"] == "not_found"


@pytest.mark.django_db
def test_a_fault_of_ours_is_a_500_in_the_one_shape(monkeypatch: pytest.MonkeyPatch) -> None:
    from investment.api.v1.ops import views

    def fault() -> None:
        raise RuntimeError("a bug")

    monkeypatch.setattr(views, "check_health", fault)

    response = Client(raise_request_exception=False).get("/api/health")

    assert response.status_code == 500
    assert response.json()["code"] == "server_error"
    assert "a bug" not in response.content.decode()


@pytest.mark.django_db
def test_a_server_that_does_not_answer_makes_health_degraded(settings: Settings) -> None:
    settings.CACHE_URL = "redis://127.0.0.1:1/0"

    response = Client().get("/api/health")

    assert response.status_code == 503
    assert response.json()["status"] == "degraded"
    assert response.json()["checks"] == {"database": True, "state": True, "cache": False}


@pytest.mark.django_db
def test_the_docs_page_loads_nothing_from_elsewhere() -> None:
    client = signed_in()

    page = client.get("/api/docs")

    assert page.status_code == 200
    assert b"://" not in page.content.replace(b"http://www.w3.org", b"")
    for line in page.content.decode().split('"'):
        if line.startswith("/static/"):
            file = client.get(line)
            assert file.status_code == 200, line
            file.close()


@pytest.mark.django_db
def test_the_admin_opens_for_staff_only() -> None:
    assert signed_in(make_user("ada", is_staff=True, is_superuser=True)).get("/admin/").status_code == 200
    assert signed_in(make_user("bob")).get("/admin/").status_code == 302
