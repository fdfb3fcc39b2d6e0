"""One shape for every failure."""

import pytest
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.test import Client
from rest_framework import exceptions

from investment.accounts.errors import InvalidCredentials, TooManyAttempts
from investment.api.errors import handle
from investment.api.tests.factories import make_user, signed_in
from investment.lib.errors import DomainError
from investment.market.selectors.instruments import InstrumentNotFound
from investment.providers.errors import ProviderUnavailable


class NobodyListedThis(DomainError):
    code = "nobody_listed_this"


@pytest.mark.parametrize(
    ("failure", "status", "code"),
    [
        (InvalidCredentials("x"), 400, "invalid_credentials"),
        (TooManyAttempts("x", retry_after=9), 429, "too_many_attempts"),
        (InstrumentNotFound("x"), 404, "instrument_not_found"),
        (ProviderUnavailable("x", provider="massive"), 502, "provider_unavailable"),
        (NobodyListedThis("x"), 409, "nobody_listed_this"),
        (Http404("x"), 404, "not_found"),
        (PermissionDenied("x"), 403, "permission_denied"),
        (exceptions.MethodNotAllowed("PUT"), 405, "method_not_allowed"),
        (exceptions.ValidationError({"limit": ["no"]}), 400, "invalid"),
        (exceptions.ValidationError(["no"]), 400, "invalid"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else "",
)
def test_a_failure_has_a_status_a_code_and_words(failure: Exception, status: int, code: str) -> None:
    response = handle(failure, {})

    assert response is not None
    assert response.status_code == status
    assert response.data["code"] == code
    assert set(response.data) == {"code", "message", "extra"}
    assert response.data["message"]


def test_a_bug_is_not_anticipated() -> None:
    assert handle(RuntimeError("a bug"), {}) is None


def test_a_failure_that_passes_says_when_to_come_back() -> None:
    response = handle(TooManyAttempts("x", retry_after=9), {})

    assert response is not None
    assert response["Retry-After"] == "9"


@pytest.mark.django_db
def test_what_is_wrong_is_named_field_by_field() -> None:
    answer = signed_in(make_user()).get("/api/runs", {"limit": "many", "offset": "-1"}).json()

    assert answer["extra"] == {
        "fields": {
            "limit": ["A valid integer is required."],
            "offset": ["Ensure this value is greater than or equal to 0."],
        }
    }
    assert "limit: A valid integer is required." in answer["message"]


def test_a_foreign_host_name_is_refused_in_the_one_shape() -> None:
    response = Client(headers={"Host": "evil.example"}).get("/api/health")

    assert response.status_code == 400
    assert response.json()["code"] == "bad_request"


@pytest.mark.django_db
def test_a_form_without_its_csrf_token_is_refused_with_a_page() -> None:
    response = Client(enforce_csrf_checks=True).post("/admin/login/", {"username": "ada", "password": "x"})

    assert response.status_code == 403
    assert "CSRF" in response.content.decode()
