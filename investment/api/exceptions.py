"""Failures of the interface itself; :mod:`investment.api.errors` renders them."""

from rest_framework import exceptions


class CsrfFailed(exceptions.PermissionDenied):
    default_code = "csrf_failed"
    default_detail = "The CSRF token is missing or wrong; reload the page"


class ScopeMissing(exceptions.PermissionDenied):
    default_code = "scope_missing"
    default_detail = "This API token does not have the scope that this needs"
