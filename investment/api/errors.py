"""The only place where failures become HTTP: ``{"code", "message", "extra"}``, whatever went wrong."""

from math import ceil
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from rest_framework import exceptions, status
from rest_framework.response import Response
from rest_framework.serializers import ValidationError
from rest_framework.views import exception_handler

from investment.accounts import errors as accounts
from investment.api.exceptions import CsrfFailed
from investment.lib import clock
from investment.lib.errors import DomainError
from investment.lib.json import JSONDict
from investment.market.selectors.fx import UnknownCurrency
from investment.market.selectors.instruments import InstrumentNotFound
from investment.news.selectors.stories import BadCursor
from investment.providers.errors import ProviderError
from investment.quotas.errors import QuotaExhausted

# First match wins. A DomainError not listed is a conflict with the state we are in.
STATUS: tuple[tuple[type[DomainError], int], ...] = (
    (accounts.InvalidCredentials, status.HTTP_400_BAD_REQUEST),
    (accounts.TooManyAttempts, status.HTTP_429_TOO_MANY_REQUESTS),
    (accounts.TokenRejected, status.HTTP_401_UNAUTHORIZED),
    (accounts.ScopeNotAllowed, status.HTTP_403_FORBIDDEN),
    (accounts.TokenNotFound, status.HTTP_404_NOT_FOUND),
    (accounts.LoginLinkRefused, status.HTTP_403_FORBIDDEN),
    (InstrumentNotFound, status.HTTP_404_NOT_FOUND),
    (UnknownCurrency, status.HTTP_400_BAD_REQUEST),
    (BadCursor, status.HTTP_400_BAD_REQUEST),
    (QuotaExhausted, status.HTTP_429_TOO_MANY_REQUESTS),
    (ProviderError, status.HTTP_502_BAD_GATEWAY),
    (DomainError, status.HTTP_409_CONFLICT),
)


def body(code: str, message: str, extra: JSONDict | None = None) -> dict[str, Any]:
    return {"code": code, "message": message, "extra": extra or {}}


def handle(exc: Exception, context: dict[str, Any]) -> Response | None:
    """
    Render every anticipated failure.

    Returns None for anything else: Django then logs the traceback, and :func:`server_error` answers.
    """
    if isinstance(exc, DomainError):
        status_ = next(status_ for kind, status_ in STATUS if isinstance(exc, kind))
        headers = {"WWW-Authenticate": "Bearer"} if status_ == status.HTTP_401_UNAUTHORIZED else {}
        if (seconds := _retry_after(exc)) is not None:
            headers["Retry-After"] = str(seconds)
        return Response(body(exc.code, exc.message, exc.extra), status=status_, headers=headers)

    if isinstance(exc, Http404):
        exc = exceptions.NotFound()
    elif isinstance(exc, PermissionDenied):
        exc = exceptions.PermissionDenied()

    response = exception_handler(exc, context)
    if response is not None and isinstance(exc, exceptions.APIException):
        response.data = _render(exc)
    return response


def _retry_after(exc: DomainError) -> object | None:
    """Return after how many real seconds the same may succeed; None where nobody said."""
    if not isinstance(exc, QuotaExhausted):
        return exc.extra.get("retry_after")
    if exc.retry_at is None:
        return None
    # A clock that stands still, as tests have, is taken to go on.
    return max(1, ceil((exc.retry_at - clock.now()).total_seconds() / (clock.rate() or 1.0)))


def _render(exc: exceptions.APIException) -> dict[str, Any]:
    if isinstance(exc, ValidationError):
        fields = exc.detail if isinstance(exc.detail, dict) else {"request": exc.detail}
        return body("invalid", f"The request is not valid: {_words(fields)}", {"fields": _plain(fields)})
    codes = exc.get_codes()
    return body(codes if isinstance(codes, str) else exc.default_code, str(exc.detail))


def _words(fields: Any) -> str:
    """Return what is wrong as one line: ``limit: A valid integer is required.``"""
    if isinstance(fields, dict):
        return "; ".join(f"{name}: {_words(value)}" for name, value in fields.items())
    if isinstance(fields, list):
        return " ".join(_words(value) for value in fields)
    return str(fields)


def _plain(value: Any) -> Any:
    """Return DRF's nested error details as plain dicts, lists and strings."""
    if isinstance(value, dict):
        return {str(name): _plain(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return str(value)


# What goes wrong outside DRF, before or around a view.


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _outside(request, 400, "bad_request", "The request cannot be understood")


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _outside(request, 403, "permission_denied", "You may not do this")


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _outside(request, 404, "not_found", "There is nothing at this address")


def server_error(request: HttpRequest) -> HttpResponse:
    return _outside(
        request, 500, "server_error", "Something went wrong on our side; the server's log says what"
    )


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return _outside(request, 403, CsrfFailed.default_code, CsrfFailed.default_detail)


def _outside(request: HttpRequest, status_: int, code: str, message: str) -> HttpResponse:
    if request.path.startswith("/api/"):
        return JsonResponse(body(code, message), status=status_)
    # Rendered without the request: after an error nothing of it is to be relied on.
    return HttpResponse(render_to_string("investment/message.html", {"title": message}), status=status_)
