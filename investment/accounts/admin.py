"""Accounts in the admin, and the admin's own door."""

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.contrib.admin.forms import AdminAuthenticationForm
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.core.exceptions import ValidationError
from django.db.models import Model, QuerySet
from django.http import HttpRequest

from investment.accounts.models import ApiToken, AuditEntry, LoginLink, User
from investment.accounts.services import audit
from investment.accounts.services.signing_in import sign_in
from investment.lib import clock
from investment.lib.errors import DomainError

if TYPE_CHECKING:
    ModelAdmin = admin.ModelAdmin[Any]
    BaseUserAdmin = DjangoUserAdmin[User]
else:  # Django's own classes take no parameters at run time
    ModelAdmin = admin.ModelAdmin
    BaseUserAdmin = DjangoUserAdmin


class BrakedLoginForm(AdminAuthenticationForm):
    """The admin's login form, with the same brake and audit as the dashboard's."""

    def clean(self) -> dict[str, Any]:
        username, password = self.cleaned_data.get("username"), self.cleaned_data.get("password")
        if username and password:
            address = self.request.META.get("REMOTE_ADDR", "") if self.request else ""
            try:
                user = sign_in(username=username, password=password, address=address, now=clock.real_now())
            except DomainError as error:
                raise ValidationError(error.message, code=error.code) from error
            self.confirm_login_allowed(user)
            self.user_cache = user
        return self.cleaned_data


admin.site.site_title = "Investment"
admin.site.site_header = "Investment: administration"
admin.site.index_title = "What there is"
admin.site.login_form = BrakedLoginForm


class ReadOnlyAdmin(ModelAdmin):
    """For rows that only the platform writes."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


class ReadOnlyInline:
    """For rows below another that only the platform writes."""

    extra = 0
    can_delete = False
    show_change_link = False

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(User)
class UserAdmin(BaseUserAdmin):
    list_display = ("username", "email", "is_staff", "is_active", "last_login")
    ordering = ("username",)


@admin.register(ApiToken)
class ApiTokenAdmin(ReadOnlyAdmin):
    """Tokens are made by their owners; here they can be seen and ended."""

    list_display = (
        "name",
        "prefix",
        "user",
        "scopes",
        "created_at",
        "expires_at",
        "last_used_at",
        "revoked_at",
    )
    list_filter = ("user",)
    list_select_related = ("user",)
    exclude = ("digest",)
    ordering = ("-pk",)
    actions = ("revoke",)

    @admin.action(description="Revoke the selected tokens")
    def revoke(self, request: HttpRequest, queryset: QuerySet[ApiToken]) -> None:
        now = clock.real_now()
        for token in queryset.filter(revoked_at__isnull=True):
            ApiToken.objects.filter(pk=token.pk).update(revoked_at=now)
            actor = request.user if isinstance(request.user, User) else None
            audit.record(action="token.revoked", now=now, actor=actor, target=str(token))


@admin.register(LoginLink)
class LoginLinkAdmin(ReadOnlyAdmin):
    list_display = ("user", "created_at", "expires_at", "used_at")
    list_select_related = ("user",)
    exclude = ("digest",)
    ordering = ("-pk",)


@admin.register(AuditEntry)
class AuditEntryAdmin(ReadOnlyAdmin):
    list_display = ("at", "actor", "action", "target")
    list_filter = ("action",)
    list_select_related = ("actor",)
    search_fields = ("target",)
    date_hierarchy = "at"
    ordering = ("-at",)
