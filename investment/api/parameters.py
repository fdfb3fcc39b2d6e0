"""Reading what a request asks for."""

import math
from typing import Any

from rest_framework import serializers
from rest_framework.request import Request

MAX_LIMIT = 1000
_MAX_OFFSET = 10_000_000  # far below what PostgreSQL's OFFSET takes


def read_query(kind: type[serializers.Serializer[Any]], request: Request) -> dict[str, Any]:
    """
    Return the query parameters, validated by a serializer.

    :raises ValidationError: naming each parameter that is wrong.
    """
    # A plain dict: DRF takes a QueryDict for an HTML form, in which a flag left out means False.
    # A parameter given as nothing (?kind=) is a parameter not given.
    given = {name: value for name, value in request.query_params.items() if value != ""}
    return _validated(kind(data=given))


def read_body(kind: type[serializers.Serializer[Any]], request: Request) -> dict[str, Any]:
    """
    Return the JSON body, validated by a serializer.

    :raises ValidationError: naming each field that is wrong.
    """
    return _validated(kind(data=request.data))


def _validated(serializer: serializers.Serializer[Any]) -> dict[str, Any]:
    serializer.is_valid(raise_exception=True)
    validated: dict[str, Any] = serializer.validated_data
    return validated


class FiniteFloatField(serializers.FloatField):
    """A number; ``nan`` and ``inf`` are not numbers here."""

    def to_internal_value(self, data: Any) -> float:
        value: float = super().to_internal_value(data)
        if not math.isfinite(value):
            self.fail("invalid")
        return value


class PageQuery(serializers.Serializer[Any]):
    """Which part of a list: ``limit`` results from ``offset`` on."""

    limit = serializers.IntegerField(min_value=1, max_value=MAX_LIMIT, default=100)
    offset = serializers.IntegerField(min_value=0, max_value=_MAX_OFFSET, default=0)
