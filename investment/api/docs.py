"""The OpenAPI document and its page. Both are for people and programs that may use the API."""

from functools import lru_cache
from pathlib import Path
from typing import Any

import msgspec
from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularSwaggerSplitView
from rest_framework import exceptions
from rest_framework.renderers import TemplateHTMLRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from investment.api.renderers import JsonRenderer

DOCUMENT = Path(__file__).parent / "openapi.json"


@lru_cache(maxsize=1)
def document() -> dict[str, Any]:
    """Return the committed document; a test compares it with the code."""
    decoded: dict[str, Any] = msgspec.json.decode(DOCUMENT.read_bytes())
    return decoded


class SchemaView(APIView):
    schema = None

    def get(self, request: Request) -> Response:
        return Response(document())


class DocsView(SpectacularSwaggerSplitView):
    """Swagger UI from our own files: nothing is loaded from elsewhere."""

    permission_classes = APIView.permission_classes
    authentication_classes = APIView.authentication_classes
    renderer_classes = [TemplateHTMLRenderer, JsonRenderer]

    @extend_schema(exclude=True)
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        response: Response = super().get(request, *args, **kwargs)  # type: ignore[no-untyped-call]
        return response

    def handle_exception(self, exc: Exception) -> Response:
        # A stranger gets the one shape of failure here too, not a page without a template.
        self.request.accepted_renderer = JsonRenderer()
        self.request.accepted_media_type = JsonRenderer.media_type
        return super().handle_exception(exc)


class UnknownEndpoint(APIView):
    """Answers for addresses below ``/api/`` that nothing else answers for."""

    schema = None

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        raise exceptions.NotFound("There is no such endpoint; /api/docs lists them")
