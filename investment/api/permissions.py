"""What whoever asks may do."""

from typing import TYPE_CHECKING

from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request

from investment.accounts.models import ApiToken, User
from investment.api.exceptions import ScopeMissing

if TYPE_CHECKING:  # DRF imports this module while it makes APIView
    from rest_framework.views import APIView

_INCLUDES = {
    ApiToken.Scope.READ: {ApiToken.Scope.READ},
    ApiToken.Scope.WRITE: {ApiToken.Scope.READ, ApiToken.Scope.WRITE},
    ApiToken.Scope.ADMIN: {ApiToken.Scope.READ, ApiToken.Scope.WRITE, ApiToken.Scope.ADMIN},
}


class SignedInWithScope(BasePermission):
    """
    Somebody is signed in and, if it is a program, its token has the scope that the method needs.

    Reading needs ``read``, changing needs ``write``. A view asks for another scope with a class
    attribute ``required_scope``. The scope ``admin`` counts only while its user is staff.
    """

    def has_permission(self, request: Request, view: "APIView") -> bool:
        if not isinstance(request.user, User):
            return False
        if not isinstance(request.auth, ApiToken):
            return True
        needed = getattr(view, "required_scope", None) or (
            ApiToken.Scope.READ if request.method in SAFE_METHODS else ApiToken.Scope.WRITE
        )
        given = {ApiToken.Scope(scope) for scope in request.auth.scopes}
        if not request.user.is_staff:
            given.discard(ApiToken.Scope.ADMIN)
        if not any(needed in _INCLUDES[scope] for scope in given):
            raise ScopeMissing(f"This needs an API token with the scope {needed.value!r}")
        return True
