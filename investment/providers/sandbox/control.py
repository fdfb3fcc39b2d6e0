"""
Driving the sandbox: counts, faults, reset, under ``/_sandbox/``, from this machine only.

    GET    /_sandbox/counts   of each provider's keys: received, admitted, refused, over_limit
                              ("keys" are Massive's)
    GET    /_sandbox/calls    the last calls: when, what, how answered
    GET    /_sandbox/faults   the faults there are, the endpoints they can hit, and those that are armed
    POST   /_sandbox/faults   arm one: {"kind": "status", "endpoint": "grouped", "times": 2, "status": 503}
    DELETE /_sandbox/faults   disarm all
    PUT    /_sandbox/deviations/PROVIDER   let it tell another story, until DELETE of the same: {"stale": 900,
                              "scale": 100, "shift": 1, "symbols": ["ZLUD"]}; GET /_sandbox/deviations lists
    GET    /_sandbox/         all this as a page
    PUT    /_sandbox/delays   how long calls take, in the clock's seconds, until told otherwise:
                              {"endpoint": "finnhub.*", "before": {"distribution": "heavy", "median": 0.2,
                              "p99": 2}, "after": {...}, "never": 0.01, "seed": 1}; see delays.py. Without an
                              endpoint it is all calls that have none of their own; GET lists
    PUT    /_sandbox/windows  how a provider's windows count: {"provider": "finnhub", "window": "fixed"}
    POST   /_sandbox/reset    forget calls, counts, faults, delays and deviations
    PUT    /_sandbox/keys     give a key a plan, or windows: {"key": "k", "plan": "30/1,60/60,headers",
                              "provider": "finnhub"}; null takes it away; without a provider it is Massive
    PUT    /_sandbox/clock    go by a clock of its own from now on, whatever becomes of the product's:
                              {"origin": s, "started": s, "rate": 60}, as lib/clock.py has it
"""

import ipaddress
import time
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from datetime import UTC, datetime
from functools import partial
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Mount, Route

from investment.lib.clock import Reading
from investment.providers.sandbox.delays import DISTRIBUTIONS, Delays
from investment.providers.sandbox.desks import give_plan
from investment.providers.sandbox.deviations import DEVIATIONS, Deviation
from investment.providers.sandbox.faults import FIRST, KINDS, Fault, UnknownFault
from investment.providers.sandbox.page import page
from investment.providers.sandbox.state import Sandbox
from investment.providers.sandbox.table import endpoints, speakers, unknown_endpoint

PAGE_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; "
    "connect-src 'self'; img-src data:; frame-ancestors 'none'; base-uri 'none'",
}


def routes(sandbox: Sandbox) -> list[Mount]:
    """Return the routes that drive this sandbox."""

    async def counts(_: Request) -> Response:
        told = {
            name: {key: asdict(tally) for key, tally in desk.tallies.items()}
            for name, desk in sandbox.desks.items()
        }
        return _json({"keys": told[FIRST], "providers": {name: each for name, each in told.items() if each}})

    async def calls(_: Request) -> Response:
        return _json({"calls": list(sandbox.calls)})

    async def faults(_: Request) -> Response:
        armed = [asdict(fault) for fault in sandbox.faults.armed]
        known = {name: [*endpoints(name), *speaker.lines] for name, speaker in speakers().items()}
        return _json({"kinds": KINDS, "endpoints": known, "armed": armed})

    async def delays(_: Request) -> Response:
        told = {"*": sandbox.delays, **sandbox.delays_at}
        return _json(
            {"distributions": DISTRIBUTIONS, "on": {name: each.words() for name, each in told.items()}}
        )

    async def arm(request: Request) -> Response:
        try:
            fault = Fault(**await _object(request))
        except (TypeError, UnknownFault, msgspec.DecodeError) as error:
            return _json({"error": str(error)}, 400)
        if wrong := unknown_endpoint(fault.endpoint):
            return _json({"error": wrong}, 400)
        sandbox.faults.arm(fault)
        return _json({"armed": [asdict(each) for each in sandbox.faults.armed]}, 201)

    async def disarm(_: Request) -> Response:
        sandbox.faults.clear()
        return Response(status_code=204)

    async def deviations(_: Request) -> Response:
        told = {name: each.words() for name, each in sandbox.deviations.items()}
        return _json({"kinds": DEVIATIONS, "on": told})

    async def show(_: Request) -> Response:
        return HTMLResponse(page(sandbox), headers=PAGE_HEADERS)

    async def reset(_: Request) -> Response:
        sandbox.reset()
        return Response(status_code=204)

    table: list[tuple[str, str, Callable[[Request], Awaitable[Response]]]] = [
        ("GET", "/counts", counts),
        ("GET", "/calls", calls),
        ("GET", "/faults", faults),
        ("POST", "/faults", arm),
        ("DELETE", "/faults", disarm),
        ("POST", "/reset", reset),
        ("GET", "/deviations", deviations),
        ("PUT", "/deviations/{provider}", partial(_deviate, sandbox)),
        ("DELETE", "/deviations/{provider}", partial(_follow, sandbox)),
        ("GET", "/", show),
        ("PUT", "/keys", partial(_give_plan, sandbox)),
        ("GET", "/delays", delays),
        ("PUT", "/delays", partial(_set_delays, sandbox)),
        ("PUT", "/windows", partial(_set_window, sandbox)),
        ("PUT", "/clock", partial(_set_clock, sandbox)),
    ]
    return [
        Mount("/_sandbox", routes=[Route(path, _from_here(do), methods=[verb]) for verb, path, do in table])
    ]


async def _deviate(sandbox: Sandbox, request: Request) -> Response:
    provider = request.path_params["provider"]
    if provider not in speakers():
        return _json({"error": f"no provider {provider!r}; there are: {', '.join(speakers())}"}, 400)
    try:
        sandbox.deviations[provider] = Deviation.read(await _object(request))
    except (ValueError, msgspec.DecodeError) as error:
        return _json({"error": str(error)}, 400)
    return Response(status_code=204)


async def _follow(sandbox: Sandbox, request: Request) -> Response:
    sandbox.deviations.pop(request.path_params["provider"], None)
    return Response(status_code=204)


async def _give_plan(sandbox: Sandbox, request: Request) -> Response:
    wanted = await _object(request)
    key, plan, provider = wanted.get("key"), wanted.get("plan"), str(wanted.get("provider", FIRST))
    if not isinstance(key, str) or not key:
        return _json({"error": "give a key and a plan"}, 400)
    try:
        give_plan(sandbox.desks, provider, key, None if plan is None else str(plan))
    except ValueError as error:
        return _json({"error": str(error)}, 400)
    return Response(status_code=204)


async def _set_delays(sandbox: Sandbox, request: Request) -> Response:
    try:
        wanted = await _object(request)
        endpoint = str(wanted.pop("endpoint", "*"))
        told = Delays.read(wanted)
    except (TypeError, ValueError, msgspec.DecodeError) as error:
        return _json({"error": str(error)}, 400)
    if wrong := unknown_endpoint(endpoint):
        return _json({"error": wrong}, 400)
    if endpoint == "*":
        sandbox.delays = told
    else:
        sandbox.delays_at[endpoint if "." in endpoint else f"{FIRST}.{endpoint}"] = told
    return Response(status_code=204)


async def _set_window(sandbox: Sandbox, request: Request) -> Response:
    wanted = await _object(request)
    provider, window = wanted.get("provider"), wanted.get("window")
    if provider not in speakers():
        return _json({"error": f"no provider {provider!r}; there are: {', '.join(speakers())}"}, 400)
    if window not in ("rolling", "fixed"):
        return _json({"error": "window is rolling or fixed"}, 400)
    sandbox.limiter.kinds[provider] = window
    return Response(status_code=204)


async def _set_clock(sandbox: Sandbox, request: Request) -> Response:
    try:
        told = Reading(**{name: float(value) for name, value in (await _object(request)).items()})
    except (TypeError, ValueError, msgspec.DecodeError) as error:
        return _json({"error": f"give origin, started and rate: {error}"}, 400)
    sandbox.clock = lambda: datetime.fromtimestamp(told.at(time.time()), UTC)
    sandbox.rate = lambda: told.rate
    return Response(status_code=204)


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
