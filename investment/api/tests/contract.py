"""Checking answers against the committed OpenAPI document."""

import json
from functools import lru_cache
from typing import Any

from django.test import Client
from jsonschema import Draft202012Validator

from investment.api.docs import document


@lru_cache(maxsize=64)
def _validator(path: str, method: str, status: str) -> Draft202012Validator:
    answers = document()["paths"][path][method]["responses"]
    schema = answers.get(status, answers["default"])["content"]["application/json"]["schema"]
    return Draft202012Validator(_strict({**schema, "components": document()["components"]}))


def _strict(schema: Any) -> Any:
    """Forbid fields that the document does not name: they would have no type in the frontend."""
    if isinstance(schema, dict):
        closed = {name: _strict(value) for name, value in schema.items()}
        if schema.get("type") == "object" and "additionalProperties" not in schema:
            closed["additionalProperties"] = False
        return closed
    return [_strict(item) for item in schema] if isinstance(schema, list) else schema


def _refuse(constant: str) -> None:
    raise AssertionError(f"{constant} is not JSON")


def get(client: Client, path: str, expect: int = 200, **parameters: Any) -> Any:
    """
    Return the JSON at ``path``, whose shape is as documented.

    :param path: as the document names it; its parts in braces are filled from ``parameters``, the
        other parameters become the query.
    """
    inside = {name: value for name, value in parameters.items() if "{" + name + "}" in path}
    query = {name.rstrip("_"): value for name, value in parameters.items() if name not in inside}
    response = client.get(path.format(**inside), query)
    assert response.status_code == expect, response.content
    answer = json.loads(response.content, parse_constant=_refuse)
    _validator(path, "get", str(expect)).validate(answer)
    return answer
