"""
The ASGI application: the way of every request, whoever it is for.

A request is counted, then checked in the providers' order: key, plan, rate, parameters, data. The
answer may then be spoilt by an armed fault. Whose words are used is the speaker's business.
"""

import asyncio
import gzip
import html
import math
import re
import uuid
from collections.abc import Awaitable, Callable
from datetime import datetime
from email.utils import format_datetime
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route, WebSocketRoute
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket

from investment.providers.sandbox import control
from investment.providers.sandbox.answers import CutAnswer, NeverAnswer, ResetAnswer, TrickledAnswer
from investment.providers.sandbox.faults import Fault
from investment.providers.sandbox.plans import Plan
from investment.providers.sandbox.speakers import (
    ANYBODY,
    Connection,
    Endpoint,
    Refused,
    Reply,
    SocketEndpoint,
    Speaker,
)
from investment.providers.sandbox.state import Sandbox, Tally, count_of
from investment.providers.sandbox.table import by_mount, speaker_of

GREETING = Reply('{"greeting":"hello"}')
SPOKEN_AS = ("message", "error", "Error Message", "Information", "Note")
MOST_WORDS = 200
BEYOND, UNKNOWN = "beyond", "unknown_path"


class CollapsedSlashes:
    """Makes one slash of several, as the real hosts do, and keeps the connection within reach of faults."""

    def __init__(self, app: Starlette) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] in ("http", "websocket"):
            while "//" in scope["path"]:
                scope["path"] = scope["path"].replace("//", "/")
            # Uvicorn hands out no connection; its receive function belongs to the object that has it.
            scope["sandbox.transport"] = getattr(getattr(receive, "__self__", None), "transport", None)
        await self.app(scope, receive, send)


def make_app(sandbox: Sandbox) -> CollapsedSlashes:
    """Return the application that serves this sandbox."""
    routes: list[BaseRoute] = list(control.routes(sandbox))
    for speaker in by_mount():
        routes += [
            WebSocketRoute(path, _connected(sandbox, speaker, name, endpoint))
            for name, (path, endpoint) in speaker.sockets.items()
        ]
        for name, (path, endpoint) in speaker.routes.items():
            routes.append(Route(speaker.mount + path, _guarded(sandbox, speaker, name, endpoint)))
        for path in speaker.beyond:
            routes.append(Route(speaker.mount + path, _guarded(sandbox, speaker, BEYOND, None)))

    async def unknown(request: Request, error: Exception) -> Response:  # noqa: ARG001 - Starlette's
        return _unknown(sandbox, request)

    app = Starlette(routes=routes, exception_handlers={404: unknown, 405: unknown})
    app.router.redirect_slashes = False
    return CollapsedSlashes(app)


def _unknown(sandbox: Sandbox, request: Request) -> Response:
    speaker = speaker_of(request.url.path)
    tally, entry = _noted(sandbox, speaker, _key(speaker, request), UNKNOWN, request)
    reply = speaker.unknown_path(request.url.path)
    _answered(tally, entry, reply.status, refused=True, words=_words(reply, None))
    headers = {**reply.headers, "Content-Type": reply.content_type}
    return Response(_bytes(reply), reply.status, headers)


def _guarded(
    sandbox: Sandbox, speaker: Speaker, route: str, endpoint: Endpoint | None
) -> Callable[[Request], Awaitable[Response]]:
    """Return an endpoint's way: counted, checked, answered, perhaps spoilt."""

    async def serve(request: Request) -> Response:
        request_id = uuid.uuid4().hex
        key, name = _key(speaker, request), speaker.named(route, request)
        tally, entry = _noted(sandbox, speaker, key, name, request)
        delay = sandbox.delays_of(speaker.name, name).draw()
        await sandbox.wait(delay.before)
        if not delay.counted:
            return NeverAnswer()
        fault: Fault | None = None
        document: Any = None
        code, refused = 200, False
        try:
            now = sandbox.now()
            speaker.greet(request)
            plan = _admitted(sandbox, speaker, key, name, now, tally, known=endpoint is not None)
            fault = sandbox.faults.take(name, speaker.name)
            if fault is not None and fault.kind == "latency":
                await asyncio.sleep(fault.seconds)
            if endpoint is not None:
                asked = speaker.prepared(request)
                document = endpoint(
                    speaker.call_type(sandbox, speaker, asked, plan, key or ANYBODY, now, request_id)
                )
        except Refused as refusal:
            document, code, refused = refusal.document, refusal.code, True
        if not delay.answered:
            return NeverAnswer()
        await sandbox.wait(delay.after)
        if fault is not None and not refused:
            document = GREETING if fault.kind == "envelope" else speaker.spoil(fault, document)
        reply = document if isinstance(document, Reply) else speaker.write(name, document, code, request_id)
        response = _answer(request, speaker, reply, request_id, fault)
        response.headers.update(_told(sandbox, speaker, key, name))
        why = _words(document, key) if refused else ""
        _answered(tally, entry, response.status_code, refused=refused, words=why)
        return response

    return serve


def _connected(
    sandbox: Sandbox, speaker: Speaker, name: str, endpoint: SocketEndpoint
) -> Callable[[WebSocket], Awaitable[None]]:
    """Return a socket's way: its key is looked at before the upgrade, everything else is the endpoint's."""

    async def serve(socket: WebSocket) -> None:
        key = _key(speaker, socket)
        tally, entry = _noted(sandbox, speaker, key, name, socket)
        try:
            plan = _upgraded(sandbox, speaker, key, name)
        except Refused as refusal:
            reply = refusal.document
            if not isinstance(reply, Reply):
                reply = speaker.write(name, reply, refusal.code, uuid.uuid4().hex)
            _answered(tally, entry, reply.status, refused=True, words=_words(refusal.document, key))
            headers = {"Content-Type": reply.content_type}
            await socket.send_denial_response(Response(_bytes(reply), reply.status, headers))
            return
        tally.admitted += 1
        _answered(tally, entry, 101, refused=False)
        await endpoint(Connection(sandbox, speaker, socket, plan, key or ANYBODY))

    return serve


def _upgraded(sandbox: Sandbox, speaker: Speaker, key: str | None, name: str) -> Plan:
    """:raises Refused: for the key, for the plan, or for an armed fault."""
    plan = Plan(UNKNOWN) if name in speaker.in_band else _known(sandbox, speaker, key)
    if name in plan.without:
        raise speaker.not_in_plan(name)
    fault = sandbox.faults.take(name, speaker.name)
    if fault is not None and fault.kind in ("status", "html"):
        reply = speaker.server_error(fault.status if fault.kind == "status" else 200)
        raise Refused(reply.status, reply)
    return plan


def _key(speaker: Speaker, connection: Request | WebSocket) -> str | None:
    return ANYBODY if speaker.keyless else speaker.key(connection)


def _noted(
    sandbox: Sandbox, speaker: Speaker, key: str | None, name: str, connection: Request | WebSocket
) -> tuple[Tally, dict[str, Any]]:
    """Count an arrival, and write it into the list of calls."""
    tally = sandbox.tally(key, speaker.name)
    tally.received += 1
    tally.last_at = f"{sandbox.now():%H:%M:%S}"
    tally.by_endpoint[name] = tally.by_endpoint.get(name, 0) + 1
    known = key in sandbox.desk(speaker.name).keys
    entry: dict[str, Any] = {
        "at": sandbox.now().isoformat(), "provider": speaker.name, "endpoint": name,
        "path": connection.url.path, "status": None, "key": key if known else None,
    }  # fmt: skip
    sandbox.calls.append(entry)
    return tally, entry


def _answered(tally: Tally, entry: dict[str, Any], status: int, *, refused: bool, words: str = "") -> None:
    tally.by_status[status] = tally.by_status.get(status, 0) + 1
    if refused:
        tally.refused += 1
        tally.refused_by_status[status] = tally.refused_by_status.get(status, 0) + 1
    entry |= {"status": status, "refused": refused, "words": words}


def _words(document: Any, key: str | None) -> str:
    """Return what a refusal says to people, without the key that some repeat."""
    if isinstance(document, Reply):
        body = document.body if isinstance(document.body, str) else document.body.decode(errors="replace")
        text = html.unescape(
            " ".join(re.sub(r"<style.*?</style>|<[^>]*>", " ", body, flags=re.DOTALL).split())
        )
    else:
        named = document if isinstance(document, dict) else {}
        text = next((str(named[name]) for name in SPOKEN_AS if name in named), "")
    text = text.replace(key, "…") if key and key != ANYBODY else text
    return text if len(text) <= MOST_WORDS else f"{text[:MOST_WORDS].rpartition(' ')[0]} …"


def _known(sandbox: Sandbox, speaker: Speaker, key: str | None) -> Plan:
    """:raises Refused: for no key and for an unknown one."""
    if key is None:
        raise speaker.key_missing()
    plan = speaker.knows(key, sandbox.desk(speaker.name).keys)
    if plan is None:
        raise speaker.key_unknown(key)
    return plan


def _admitted(
    sandbox: Sandbox,
    speaker: Speaker,
    key: str | None,
    name: str,
    now: datetime,
    tally: Tally,
    *,
    known: bool,
) -> Plan:
    """:raises Refused: for the key, for the plan, or for the rate, in this order."""
    plan = _known(sandbox, speaker, key)
    if not known or (name in plan.without and not speaker.rate_before_plan):
        raise speaker.not_in_plan(name)
    desk, at = sandbox.desk(speaker.name), now.timestamp()
    who = count_of(speaker.name, speaker.bucket(name), key or ANYBODY)
    longest = max(plan.windows, key=lambda window: window.seconds, default=None)
    if longest is not None and at < desk.banned_until.get(who, 0.0):
        tally.over_limit += 1
        raise speaker.too_many(plan, longest, key or ANYBODY)
    full = sandbox.limiter.admit(who, plan.windows, at)
    if full is not None:
        tally.over_limit += 1
        if plan.penalty:
            desk.banned_until[who] = at + plan.penalty
        raise speaker.too_many(plan, full, key or ANYBODY)
    if name in plan.without:
        raise speaker.not_in_plan(name)
    tally.admitted += 1
    return plan


def _told(sandbox: Sandbox, speaker: Speaker, key: str | None, name: str) -> dict[str, str]:
    """Return the headers of every answer: the provider's time, and how a key stands that asks for it."""
    now = sandbox.now()
    headers = {"Date": format_datetime(now, usegmt=True)}
    plan = speaker.knows(key, sandbox.desk(speaker.name).keys) if key else None
    if plan is None or not plan.rate_headers or key is None:
        return headers
    standing = sandbox.limiter.standing(
        count_of(speaker.name, speaker.bucket(name), key), plan.windows, now.timestamp()
    )
    if standing is not None:
        headers |= {
            "X-Ratelimit-Limit": str(standing.window.limit),
            "X-Ratelimit-Remaining": str(standing.remaining),
            "X-Ratelimit-Reset": str(math.ceil(standing.reset)),
        }
    return headers


def _answer(
    request: Request, speaker: Speaker, reply: Reply, request_id: str, fault: Fault | None
) -> Response:
    kind = fault.kind if fault else ""
    if fault is not None and kind == "reset":
        return ResetAnswer(status_code=reply.status)
    if fault is not None and kind in ("status", "html"):
        status = fault.status if kind == "status" else 200
        page = speaker.server_error(status)
        text = fault.body if fault.body is not None else page.body
        return Response(text, status, {"Server": "sandbox"}, media_type=fault.content_type)
    headers = {"Vary": "Accept-Encoding", **speaker.headers(request_id), **reply.headers}
    body = _bytes(reply)
    if kind == "cut_json":
        body = body[: len(body) // 2]
    if body and "gzip" in request.headers.get("Accept-Encoding", "") and "Content-Encoding" not in headers:
        body = gzip.compress(body, compresslevel=4)
        headers["Content-Encoding"] = "gzip"
    wrong = fault is not None and kind == "content_type"
    headers["Content-Type"] = fault.content_type if fault is not None and wrong else reply.content_type
    if fault is not None and kind == "trickle":
        return TrickledAnswer(body, reply.status, headers, seconds=fault.seconds)
    kept: type[Response] = CutAnswer if kind == "truncated" else Response
    return kept(body, reply.status, headers)


def _bytes(reply: Reply) -> bytes:
    return reply.body.encode() if isinstance(reply.body, str) else reply.body
