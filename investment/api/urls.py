"""Everything below ``/api/``. More particular addresses come first: ``stocks/prices`` is no symbol."""

from django.urls import include, path, re_path

from investment.api import openapi  # noqa: F401  tells drf-spectacular of our two ways to sign in
from investment.api.docs import DocsView, SchemaView, UnknownEndpoint

urlpatterns = [
    path("", include("investment.api.v1.ops.urls")),
    path("", include("investment.api.v1.accounts.urls")),
    path("", include("investment.api.v1.acquisition.urls")),
    path("", include("investment.api.v1.market.urls")),
    path("", include("investment.api.v1.news.urls")),
    path("", include("investment.api.v1.analysis.urls")),
    path("schema", SchemaView.as_view(), name="schema"),
    path("docs", DocsView.as_view(), name="docs"),
    re_path("", UnknownEndpoint.as_view()),
]
