"""The committed OpenAPI document is what the code says, and says enough for exact types."""

import json
from typing import Any

import pytest
from django.urls import URLPattern, URLResolver, get_resolver
from drf_spectacular.drainage import GENERATOR_STATS
from drf_spectacular.generators import SchemaGenerator

from investment.api.docs import DOCUMENT, document

HOW = (
    "manage.py spectacular --format openapi-json --file investment/api/openapi.json, "
    "then npm run generate in frontend/web"
)


def test_the_committed_document_is_what_the_code_says() -> None:
    GENERATOR_STATS.reset()
    with GENERATOR_STATS.silence():
        generator = SchemaGenerator()  # type: ignore[no-untyped-call]
        said = generator.get_schema(request=None, public=True)  # type: ignore[no-untyped-call]

    assert json.loads(json.dumps(said)) == json.loads(DOCUMENT.read_text()), f"make it again: {HOW}"
    assert not GENERATOR_STATS, "drf-spectacular had to guess: annotate the view or serializer"


def test_every_address_of_the_api_is_documented() -> None:
    def addresses(resolver: URLResolver, prefix: str) -> set[str]:
        found: set[str] = set()
        for pattern in resolver.url_patterns:
            route = prefix + str(pattern.pattern).replace("str:", "").replace("int:", "")
            if isinstance(pattern, URLResolver):
                found |= addresses(pattern, route)
            elif isinstance(pattern, URLPattern) and route != "/api/":
                found.add(route.replace("<", "{").replace(">", "}"))
        return found

    api = next(p for p in get_resolver().url_patterns if str(p.pattern) == "api/")
    assert isinstance(api, URLResolver)

    undocumented = addresses(api, "/api/") - set(document()["paths"]) - {"/api/schema", "/api/docs"}
    assert {address.replace("token_id", "id") for address in undocumented} <= {"/api/tokens/{id}"}


OPERATIONS = [
    (f"{method.upper()} {path}", operation)
    for path, operations in document()["paths"].items()
    for method, operation in operations.items()
]


@pytest.mark.parametrize("operation", [o for _, o in OPERATIONS], ids=[name for name, _ in OPERATIONS])
def test_every_operation_says_what_it_does_and_how_it_fails(operation: dict[str, Any]) -> None:
    assert operation["description"].strip()
    assert operation["responses"]["default"]["content"]["application/json"]["schema"] == {
        "$ref": "#/components/schemas/Error"
    }


def test_health_alone_needs_no_sign_in() -> None:
    open_ = [name for name, operation in OPERATIONS if {} in operation.get("security", [{}])]

    assert open_ == ["GET /api/health", "POST /api/session"]
