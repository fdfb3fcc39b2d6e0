"""Who asks: a person with a session and a CSRF token, or a program with an API token."""

from typing import cast

from django.http import HttpRequest
from rest_framework import exceptions
from rest_framework.authentication import BaseAuthentication, SessionAuthentication
from rest_framework.request import Request

from investment.accounts.models import ApiToken, User
from investment.accounts.services.tokens import check_token
from investment.api.exceptions import CsrfFailed
from investment.lib import clock


class TokenAuthentication(BaseAuthentication):
    """``Authorization: Bearer <secret>``. ``request.auth`` is then the :class:`ApiToken`."""

    def authenticate(self, request: Request) -> tuple[User, ApiToken] | None:
        """:raises TokenRejected: if a token is given and is not valid."""
        scheme, _, secret = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            return None
        token = check_token(secret=secret.strip(), now=clock.real_now())
        return token.user, token

    def authenticate_header(self, request: Request) -> str:
        # With this header DRF answers strangers 401, not 403.
        return "Bearer"


class DashboardAuthentication(SessionAuthentication):
    """The session cookie; whatever changes something also needs the header ``X-CSRFToken``."""

    def enforce_csrf(self, request: Request | HttpRequest) -> None:
        """:raises CsrfFailed: if the CSRF token is missing or wrong."""
        try:
            super().enforce_csrf(cast("Request", request))
        except exceptions.PermissionDenied as error:
            raise CsrfFailed from error
