"""Signing in and out, and the API tokens of whoever asks."""

from typing import cast

from django.contrib.auth import login, logout
from django.middleware.csrf import get_token
from drf_spectacular.utils import extend_schema
from rest_framework import exceptions, status
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from investment.accounts import selectors
from investment.accounts.models import ApiToken, User
from investment.accounts.services.signing_in import sign_in
from investment.accounts.services.tokens import create_token, revoke_token
from investment.api.authentication import DashboardAuthentication
from investment.api.parameters import read_body
from investment.api.permissions import SignedInWithScope
from investment.api.v1.accounts.serializers import (
    CreatedTokenSerializer,
    CredentialsSerializer,
    NewTokenSerializer,
    SessionSerializer,
    TokenListSerializer,
)
from investment.lib import clock


class SessionView(APIView):
    """The dashboard's session."""

    def get_permissions(self) -> list[AllowAny | SignedInWithScope]:
        # Strangers may ask who they are (nobody: 401) and sign in; DRF has checked everything else.
        return [SignedInWithScope()] if self.request.method == "DELETE" else [AllowAny()]

    @extend_schema(
        operation_id="session_get",
        responses=SessionSerializer,
        auth=[{"token": []}, {"session": []}],  # type: ignore[list-item]
    )
    def get(self, request: Request) -> Response:
        """Who is signed in; 401 if nobody. Sets the cookie `csrftoken` that signing in needs."""
        get_token(request._request)
        if not isinstance(request.user, User):
            raise exceptions.NotAuthenticated
        return Response(_session(request.user))

    @extend_schema(
        operation_id="session_create", request=CredentialsSerializer, responses=SessionSerializer, auth=[]
    )
    def post(self, request: Request) -> Response:
        """Sign in. Needs the header `X-CSRFToken`; five failures lock name and address for 15 minutes."""
        DashboardAuthentication().enforce_csrf(request)
        credentials = read_body(CredentialsSerializer, request)
        user = sign_in(
            username=credentials["username"],
            password=credentials["password"],
            address=request.META.get("REMOTE_ADDR", ""),
            now=clock.real_now(),
        )
        login(request._request, user)
        return Response(_session(user))

    @extend_schema(operation_id="session_delete", request=None, responses={204: None})
    def delete(self, request: Request) -> Response:
        """Sign out."""
        logout(request._request)
        return Response(status=status.HTTP_204_NO_CONTENT)


class TokenListView(APIView):
    """The API tokens of whoever asks. A program needs the scope `admin` here."""

    required_scope = ApiToken.Scope.ADMIN

    @extend_schema(operation_id="tokens_list", responses=TokenListSerializer)
    def get(self, request: Request) -> Response:
        """Your tokens, newest first."""
        tokens = [_token(token) for token in selectors.list_tokens(user=_user(request))]
        return Response({"count": len(tokens), "results": tokens})

    @extend_schema(
        operation_id="tokens_create", request=NewTokenSerializer, responses={201: CreatedTokenSerializer}
    )
    def post(self, request: Request) -> Response:
        """Make a token. The secret is in this answer and nowhere else."""
        created = create_token(
            user=_user(request), now=clock.real_now(), **read_body(NewTokenSerializer, request)
        )
        return Response({**_token(created.token), "secret": created.secret}, status=status.HTTP_201_CREATED)


class TokenView(APIView):
    required_scope = ApiToken.Scope.ADMIN

    @extend_schema(operation_id="tokens_delete", request=None, responses={204: None})
    def delete(self, request: Request, token_id: int) -> Response:
        """Revoke a token, at once and for good."""
        revoke_token(token_id=token_id, actor=_user(request), now=clock.real_now())
        return Response(status=status.HTTP_204_NO_CONTENT)


def _user(request: Request) -> User:
    return cast("User", request.user)  # the default permission let nobody else in


def _session(user: User) -> dict[str, object]:
    return {"user": {"username": user.username, "is_staff": user.is_staff}}


def _token(token: ApiToken) -> dict[str, object]:
    return {
        "id": token.pk,
        "name": token.name,
        "prefix": token.prefix,
        "scopes": token.scopes,
        "created_at": token.created_at,
        "expires_at": token.expires_at,
        "last_used_at": token.last_used_at,
    }
