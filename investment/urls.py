from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path, re_path

from investment.api.frontend import dashboard, login_link

admin.autodiscover()

urlpatterns: list[URLPattern | URLResolver] = [
    path("admin/", admin.site.urls),
    path("api/", include("investment.api.urls")),
    path("login/<str:secret>", login_link),
    # Every other address is the dashboard's, which has routes of its own. A file that is not there
    # must be missed, not answered with a page.
    re_path(r"^(?!(?:admin|api|static|assets)(?:/|$)).*$", dashboard),
]

handler400 = "investment.api.errors.bad_request"
handler403 = "investment.api.errors.permission_denied"
handler404 = "investment.api.errors.page_not_found"
handler500 = "investment.api.errors.server_error"
