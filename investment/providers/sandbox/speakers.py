"""
What a provider's part of the sandbox is: a :class:`Speaker`.

A speaker knows one provider's addresses, how it takes a key, its plans, and how it words answers
and refusals. The way of every request is app.py's and the same for all: counted, delayed, key,
plan, rate, perhaps spoilt by a fault, tallied. Speakers are found by table.py.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, ClassVar

import msgspec
from starlette.requests import HTTPConnection, Request
from starlette.websockets import WebSocket

from investment.lib.exchange_days import SessionDay
from investment.providers.sandbox.faults import Fault
from investment.providers.sandbox.limiter import Kind, Window
from investment.providers.sandbox.plans import Plan, first_day, today
from investment.providers.sandbox.prices import LastPrice, last_price
from investment.providers.sandbox.sources import Source, session_day
from investment.providers.sandbox.state import Sandbox

ANYBODY = "-"  # the key of those who need none
JSON, HTML = "application/json", "text/html"
CLOUDFLARE = (
    '<!DOCTYPE html>\n<html lang="en-US">\n<head><title>{host} | {status}: {words}</title></head>\n<body>'
    '\n<div id="cf-wrapper"><div id="cf-error-details"><h1>{words} <span>Error code {status}</span></h1>'
    "<p>Performance &amp; security by Cloudflare</p></div></div>\n</body>\n</html>\n"
)
CLOUDFLARES_WORDS = {
    500: "Internal server error", 502: "Bad gateway", 503: "Service Temporarily Unavailable",
    504: "Gateway time-out", 520: "Web server is returning an unknown error", 521: "Web server is down",
    522: "Connection timed out", 524: "A timeout occurred",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer written out. A ``str`` is sent as UTF-8."""

    body: bytes | str
    status: int = 200
    content_type: str = JSON
    headers: Mapping[str, str] = field(default_factory=dict)


class Refused(Exception):
    """
    An answer that is not a success, raised anywhere in an endpoint.

    :param document: what the speaker writes as it writes its answers, or a :class:`Reply` as it is.
        A provider that refuses with 200 says so in ``code``.
    """

    def __init__(self, code: int, document: Any) -> None:
        super().__init__(str(document))
        self.code = code
        self.document = document


@dataclass(frozen=True, slots=True)
class Call:
    """One admitted request: whose plan, when, and its parameters. Speakers may extend it."""

    sandbox: Sandbox
    speaker: "Speaker"
    request: Request
    plan: Plan
    key: str
    now: datetime
    request_id: str

    @property
    def source(self) -> Source:
        """The market, with the provider's own deviation from it if one is switched on."""
        return self.sandbox.source_for(self.speaker.name, self.now)

    @property
    def today(self) -> date:
        return today(self.now)

    @property
    def floor(self) -> date:
        """The oldest day that the plan tells of."""
        return first_day(self.plan, self.today)

    def session(self, day: date) -> SessionDay | None:
        return session_day(self.source.days, day)

    def last_price(self, symbol: str) -> LastPrice | None:
        """Return what a share costs now, as the provider knows it; None for who is not listed."""
        return last_price(self.source, symbol, self.sandbox.told_at(self.speaker.name, self.now))

    def param(self, name: str) -> str | None:
        """Return a query parameter; an empty one counts as not given."""
        return self.request.query_params.get(name) or None


@dataclass(frozen=True, slots=True)
class Connection:
    """
    One WebSocket whose key and plan were found good; not accepted yet.

    Where a client signs in after the upgrade (``in_band``), ``key`` is that of nobody and the plan empty.
    """

    sandbox: Sandbox
    speaker: "Speaker"
    socket: WebSocket
    plan: Plan
    key: str

    @property
    def source(self) -> Source:
        return self.sandbox.source_for(self.speaker.name, self.sandbox.now())

    def last_price(self, symbol: str) -> LastPrice | None:
        """Return what a share costs now, as the provider knows it; None for who is not listed."""
        now = self.sandbox.now()
        return last_price(self.source, symbol, self.sandbox.told_at(self.speaker.name, now))


Endpoint = Callable[[Any], Any]  # takes the speaker's Call; returns a document, or a Reply
SocketEndpoint = Callable[[Connection], Awaitable[None]]


class Speaker:
    """
    One provider. Subclass it as ``sandbox/<name>/speaker.py: SPEAKER`` and it is served.

    Attributes are data; methods are what differs between providers and may be overridden.
    """

    name: ClassVar[str]
    mount: ClassVar[str]  # before every path of ``routes``; "" is the root
    routes: ClassVar[Mapping[str, tuple[str, Endpoint]]]  # name -> path below the mount, endpoint
    sockets: ClassVar[Mapping[str, tuple[str, SocketEndpoint]]] = {}  # name -> whole path, endpoint
    in_band: ClassVar[frozenset[str]] = frozenset()  # sockets that take the key after the upgrade
    beyond: ClassVar[tuple[str, ...]] = ()  # paths that exist and are in no plan played here
    plans: ClassVar[Mapping[str, Plan]]
    usual: ClassVar[str]  # the plan of whoever has no other
    functions: ClassVar[tuple[str, ...]] = ()  # the endpoints' names, where one route has several
    lines: ClassVar[tuple[str, ...]] = ()  # what else faults can hit: an open connection
    window: ClassVar[Kind | None] = None  # how its windows are known to count
    keyless: ClassVar[bool] = False  # everybody is served, all on one count, on the usual plan
    rate_before_plan: ClassVar[bool] = False  # an endpoint outside the plan costs a call
    call_type: ClassVar[type[Call]] = Call
    host: ClassVar[str] = "localhost"  # the provider's, for pages of errors

    # ── who asks, for what ────────────────────────────────────────────────────────────────────

    def key(self, connection: HTTPConnection) -> str | None:
        """Return the key that a request or a socket carries, None without one."""
        raise NotImplementedError

    def knows(self, key: str, keys: Mapping[str, Plan]) -> Plan | None:
        """Return the plan of a key, None for a stranger."""
        return keys.get(key)

    def greet(self, connection: HTTPConnection) -> None:
        """Look at a request before its key. :raises Refused: such as for a missing User-Agent."""

    def named(self, route: str, request: Request) -> str:  # noqa: ARG002 - for who overrides it
        """Return the endpoint's name for counts and faults, where one route has several."""
        return route

    def bucket(self, endpoint: str) -> str:  # noqa: ARG002
        """Return what an endpoint is counted under: one key has one count for each bucket."""
        return ""

    def prepared(self, request: Request) -> Request:
        """Return the request as the endpoint shall see it. :raises Refused: if it cannot be read."""
        return request

    # ── words ─────────────────────────────────────────────────────────────────────────────────

    def key_missing(self) -> Refused:
        raise NotImplementedError

    def key_unknown(self, key: str) -> Refused:  # noqa: ARG002
        return self.key_missing()

    def not_in_plan(self, endpoint: str) -> Refused:
        raise NotImplementedError

    def too_many(self, plan: Plan, window: Window, key: str) -> Refused:
        """``window`` is the full one; of several the longest."""
        raise NotImplementedError

    def unknown_path(self, path: str) -> Reply:
        """Answer a path that does not exist; no key is asked for."""
        raise NotImplementedError

    def server_error(self, status: int) -> Reply:
        """Answer an armed fault: the HTML of whoever stands before the provider."""
        words = CLOUDFLARES_WORDS.get(status, "Error")
        return Reply(CLOUDFLARE.format(host=self.host, status=status, words=words), status, HTML)

    # ── how it writes ─────────────────────────────────────────────────────────────────────────

    def write(self, endpoint: str, document: Any, status: int, request_id: str) -> Reply:  # noqa: ARG002
        """Return the document as the provider writes it; refusals come here, too."""
        return Reply(msgspec.json.encode(document), status)

    def headers(self, request_id: str) -> Mapping[str, str]:  # noqa: ARG002
        """Return the headers of every answer."""
        return {"Server": "sandbox"}

    def spoil(self, fault: Fault, document: Any) -> Any:  # noqa: ARG002
        """Return a success, a Reply too, spoilt by a fault of the kinds that need to know its shape."""
        return document
