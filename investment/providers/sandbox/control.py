"""
Driving the sandbox: counts, faults, reset, under ``/_sandbox/``, from this machine only.

    GET    /_sandbox/counts   what each key asked and was refused
    GET    /_sandbox/calls    the last calls: when, what, how answered
    GET    /_sandbox/faults   the faults there are, and those that are armed
    POST   /_sandbox/faults   arm one: {"kind": "status", "endpoint": "grouped", "times": 2, "status": 503}
    DELETE /_sandbox/faults   disarm all
    POST   /_sandbox/reset    forget calls, counts and faults
    PUT    /_sandbox/keys     give a key a plan: {"key": "k", "plan": "unlimited"}; null takes it away
"""

import ipaddress
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route

from investment.providers.sandbox.faults import KINDS, Fault, UnknownFault
from investment.providers.sandbox.plans import PLANS
from investment.providers.sandbox.state import Sandbox


def routes(sandbox: Sandbox) -> list[Mount]:
    """Return the routes that drive this sandbox."""

    async def counts(_: Request) -> Response:
        return _json({"keys": {key: asdict(tally) for key, tally in sandbox.tallies.items()}})

    async def calls(_: Request) -> Response:
        return _json({"calls": list(sandbox.calls)})

    async def faults(_: Request) -> Response:
        return _json({"kinds": KINDS, "armed": [asdict(fault) for fault in sandbox.faults.armed]})

    async def arm(request: Request) -> Response:
        try:
            fault = Fault(**await _object(request))
        except (TypeError, UnknownFault, msgspec.DecodeError) as error:
            return _json({"error": str(error)}, 400)
        sandbox.faults.arm(fault)
        return _json({"armed": [asdict(each) for each in sandbox.faults.armed]}, 201)

    async def disarm(_: Request) -> Response:
        sandbox.faults.clear()
        return Response(status_code=204)

    async def reset(_: Request) -> Response:
        sandbox.reset()
        return Response(status_code=204)

    async def keys(request: Request) -> Response:
        wanted = await _object(request)
        key, plan = wanted.get("key"), wanted.get("plan")
        if not isinstance(key, str) or not key or (plan is not None and plan not in PLANS):
            return _json({"error": f"give a key and one of these plans, or null: {', '.join(PLANS)}"}, 400)
        if plan is None:
            sandbox.keys.pop(key, None)
        else:
            sandbox.keys[key] = PLANS[plan]
        return Response(status_code=204)

    table: list[tuple[str, str, Callable[[Request], Awaitable[Response]]]] = [
        ("GET", "/counts", counts),
        ("GET", "/calls", calls),
        ("GET", "/faults", faults),
        ("POST", "/faults", arm),
        ("DELETE", "/faults", disarm),
        ("POST", "/reset", reset),
        ("PUT", "/keys", keys),
    ]
    return [
        Mount("/_sandbox", routes=[Route(path, _from_here(do), methods=[verb]) for verb, path, do in table])
    ]


def _from_here(do: Callable[[Request], Awaitable[Response]]) -> Callable[[Request], Awaitable[Response]]:
    async def serve(request: Request) -> Response:
        host = request.client.host if request.client else ""
        try:
            local = ipaddress.ip_address(host).is_loopback
        except ValueError:
            local = False
        # A page in this machine's browser may post a form here, but no JSON without asking first.
        form = request.method == "POST" and request.headers.get("Content-Type") != "application/json"
        if not local or form:
            return _json({"error": "only from this machine, and POST only application/json"}, 403)
        return await do(request)

    return serve


async def _object(request: Request) -> dict[str, Any]:
    document = msgspec.json.decode(await request.body())
    return document if isinstance(document, dict) else {}


def _json(document: Any, status: int = 200) -> Response:
    return Response(msgspec.json.encode(document), status, media_type="application/json")
