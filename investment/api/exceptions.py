"""Failures of the interface itself; :mod:`investment.api.errors` renders them."""

from rest_framework import exceptions


class CsrfFailed(exceptions.PermissionDenied):
    default_code = "csrf_failed"
    default_detail = "The CSRF token is missing or wrong; reload the page"


class PeopleOnly(exceptions.PermissionDenied):
    default_code = "people_only"
    default_detail = "Only the dashboard says so, for a person who is signed in, not an API token"


class ScopeMissing(exceptions.PermissionDenied):
    default_code = "scope_missing"
    default_detail = "This API token does not have the scope that this needs"
