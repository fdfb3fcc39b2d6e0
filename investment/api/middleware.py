"""Headers on every answer."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

# Everything from this host, nothing from anybody else. Styles may be inline because the dashboard's
# component library writes its theme into the page; scripts may not.
POLICY = (
    "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "font-src 'self' data:; connect-src 'self'; object-src 'none'; base-uri 'self'; form-action 'self'; "
    "frame-ancestors 'none'"
)


class HeadersMiddleware:
    """Says what pages may load, and that answers of the API are kept by nobody but who asked."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Content-Security-Policy", POLICY)
        if request.path.startswith("/api/"):
            # To be asked for again each time: ConditionalGetMiddleware answers 304 if nothing has changed.
            response.headers.setdefault("Cache-Control", "private, no-cache")
        return response
