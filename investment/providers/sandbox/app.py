"""
The ASGI application: the way of every request, and the routes.

A request is counted, then checked in Massive's order: key, plan, rate, parameters, data. The
answer may then be spoilt by an armed fault.
"""

import asyncio
import gzip
import math
import socket
import struct
import uuid
from collections.abc import Awaitable, Callable
from datetime import datetime
from email.utils import format_datetime
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from investment.providers.sandbox import control, paging, wire
from investment.providers.sandbox.endpoints import actions, aggregates, reference, status
from investment.providers.sandbox.faults import Fault
from investment.providers.sandbox.plans import Plan
from investment.providers.sandbox.refusals import Refused
from investment.providers.sandbox.state import Call, Sandbox, Tally

Endpoint = Callable[[Call], Any]

ENDPOINTS: dict[str, tuple[str, Endpoint]] = {
    "grouped": ("/v2/aggs/grouped/locale/us/market/stocks/{date}", aggregates.grouped),
    "range": ("/v2/aggs/ticker/{ticker}/range/{multiplier}/{timespan}/{from}/{to}", aggregates.time_range),
    "prev": ("/v2/aggs/ticker/{ticker}/prev", aggregates.previous),
    "open_close": ("/v1/open-close/{ticker}/{date}", aggregates.open_close),
    "tickers": ("/v3/reference/tickers", reference.tickers),
    "types": ("/v3/reference/tickers/types", reference.types),
    "ticker": ("/v3/reference/tickers/{ticker}", reference.ticker),
    "exchanges": ("/v3/reference/exchanges", reference.exchanges),
    "splits": ("/v3/reference/splits", actions.splits),
    "dividends": ("/v3/reference/dividends", actions.dividends),
    "splits_v1": ("/stocks/v1/splits", actions.splits_v1),
    "dividends_v1": ("/stocks/v1/dividends", actions.dividends_v1),
    "status_now": ("/v1/marketstatus/now", status.now),
    "status_upcoming": ("/v1/marketstatus/upcoming", status.upcoming),
}
# Successes that are told without an id.
BARE = ("open_close", "status_now")
# In no plan that the sandbox plays.
BEYOND = [
    "/v2/snapshot/{rest:path}", "/v3/snapshot", "/v3/snapshot/{rest:path}", "/v2/last/{rest:path}",
    "/v3/trades/{rest:path}", "/v3/quotes/{rest:path}", "/stocks/financials/v1/{rest:path}",
]  # fmt: skip
BAD_GATEWAY = (
    "<html>\r\n<head><title>{status}</title></head>\r\n<body>\r\n<center><h1>{status}</h1></center>\r\n"
    "<hr><center>nginx/1.19.2</center>\r\n</body>\r\n</html>\r\n"
)


class CutAnswer(Response):
    """Announces its whole body, sends half of it and closes the connection."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        body = bytes(self.body)[: len(self.body) // 2]
        await send({"type": "http.response.body", "body": body, "more_body": True})
        scope["sandbox.transport"].close()
        await _gone(receive)


class ResetAnswer(Response):
    """Answers nothing: the connection is reset."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002
        transport = scope["sandbox.transport"]
        connection = transport.get_extra_info("socket")
        # Closed with a linger of nothing, TCP says «reset» instead of «the end».
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        transport.abort()
        await _gone(receive)


class NeverAnswer(Response):
    """Says nothing until the client gives up."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002
        await _gone(receive)


async def _gone(receive: Receive) -> None:
    """Wait until the server knows that the connection is closed, or it would try to answer for us."""
    while (await receive())["type"] != "http.disconnect":
        pass


class CollapsedSlashes:
    """Makes one slash of several, as the real hosts do, and keeps the connection within reach of faults."""

    def __init__(self, app: Starlette) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            while "//" in scope["path"]:
                scope["path"] = scope["path"].replace("//", "/")
            # Uvicorn hands out no connection; its receive function belongs to the object that has it.
            scope["sandbox.transport"] = getattr(getattr(receive, "__self__", None), "transport", None)
        await self.app(scope, receive, send)


def make_app(sandbox: Sandbox) -> CollapsedSlashes:
    """Return the application that serves this sandbox."""
    routes = [Route(path, _guarded(sandbox, name, endpoint)) for name, (path, endpoint) in ENDPOINTS.items()]
    routes += [Route(path, _guarded(sandbox, "beyond", None)) for path in BEYOND]
    app = Starlette(
        routes=[*control.routes(sandbox), *routes], exception_handlers={404: _unknown, 405: _unknown}
    )
    app.router.redirect_slashes = False
    return CollapsedSlashes(app)


def _unknown(request: Request, error: Exception) -> Response:  # noqa: ARG001 - Starlette's
    return PlainTextResponse("404 page not found", status_code=404)


def _guarded(
    sandbox: Sandbox, name: str, endpoint: Endpoint | None
) -> Callable[[Request], Awaitable[Response]]:
    """Return an endpoint's way: counted, checked, answered, perhaps spoilt."""

    async def serve(request: Request) -> Response:
        request_id = uuid.uuid4().hex
        key = _key(request)
        tally = sandbox.tally(key)
        tally.received += 1
        tally.by_endpoint[name] = tally.by_endpoint.get(name, 0) + 1
        entry: dict[str, Any] = {
            "at": sandbox.now().isoformat(), "endpoint": name, "path": request.url.path, "status": None,
            "key": key if key in sandbox.keys else None,
        }  # fmt: skip
        sandbox.calls.append(entry)
        delay = sandbox.delays.draw()
        await sandbox.wait(delay.before)
        if not delay.counted:
            return NeverAnswer()
        fault: Fault | None = None
        try:
            now = sandbox.now()
            plan = _admitted(sandbox, key, now, tally, known=endpoint is not None)
            fault = sandbox.faults.take(name)
            if fault is not None and fault.kind == "latency":
                await asyncio.sleep(fault.seconds)
            call = Call(sandbox, paging.with_cursor(request), plan, now, request_id)
            document, code = endpoint(call) if endpoint else None, 200
        except Refused as refused:
            document, code = refused.body, refused.code
            if "status" in document:  # Massive's, and not the bare refusals of others
                document = document | {"request_id": request_id}
            tally.refused += 1
        if not delay.answered:
            return NeverAnswer()
        await sandbox.wait(delay.after)
        if isinstance(document, dict) and name not in BARE:
            document["request_id"] = request_id
        response = _answer(request, document, code, request_id, fault)
        response.headers.update(_told(sandbox, key))
        status_code = response.status_code
        tally.by_status[status_code] = tally.by_status.get(status_code, 0) + 1
        entry["status"] = status_code
        return response

    return serve


def _key(request: Request) -> str | None:
    """Return the key of the query or of the header."""
    key = request.query_params.get("apiKey")
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return key or (token.strip() if scheme == "Bearer" else None) or None


def _admitted(sandbox: Sandbox, key: str | None, now: datetime, tally: Tally, *, known: bool) -> Plan:
    """:raises Refused: for the key, for the plan, or for the rate, in this order."""
    if key is None:
        raise Refused.key_missing()
    plan = sandbox.keys.get(key)
    if plan is None:
        raise Refused.key_unknown()
    if not known:
        raise Refused.not_in_plan()
    full = sandbox.limiter.admit(key, plan.windows, now.timestamp())
    if full is not None:
        tally.over_limit += 1
        raise Refused.too_many(plan.words, full, key)
    tally.admitted += 1
    return plan


def _told(sandbox: Sandbox, key: str | None) -> dict[str, str]:
    """Return the headers of every answer: the provider's time, and how a key stands that asks for it."""
    now = sandbox.now()
    headers = {"Date": format_datetime(now, usegmt=True)}
    plan = sandbox.keys.get(key) if key else None
    if plan is None or not plan.rate_headers or key is None:
        return headers
    standing = sandbox.limiter.standing(key, plan.windows, now.timestamp())
    if standing is not None:
        headers |= {
            "X-Ratelimit-Limit": str(standing.window.limit),
            "X-Ratelimit-Remaining": str(standing.remaining),
            "X-Ratelimit-Reset": str(math.ceil(standing.reset)),
        }
    return headers


def _answer(request: Request, document: Any, code: int, request_id: str, fault: Fault | None) -> Response:
    kind = fault.kind if fault else ""
    headers = {"X-Request-Id": request_id, "Vary": "Accept-Encoding", "Server": "sandbox"}
    if fault is not None and kind == "reset":
        return ResetAnswer(status_code=code)
    if fault is not None and kind in ("status", "html"):
        code = fault.status if kind == "status" else 200
        text = fault.body if fault.body is not None else BAD_GATEWAY.format(status=code)
        return Response(text, code, {"Server": "sandbox"}, media_type=fault.content_type)
    if fault is not None and code == 200:
        document = fault.spoil(document)
    body = wire.encode(document)
    if kind == "cut_json":
        body = body[: len(body) // 2]
    if "gzip" in request.headers.get("Accept-Encoding", ""):
        body = gzip.compress(body, compresslevel=4)
        headers["Content-Encoding"] = "gzip"
    kept: type[Response] = CutAnswer if kind == "truncated" else Response
    content_type = fault.content_type if fault is not None and kind == "content_type" else "application/json"
    return kept(body, code, headers | {"Content-Type": content_type})
