"""The European Central Bank: five documents, without a key, sent only to whoever has an older one."""

import hashlib
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from email.utils import format_datetime, parsedate_to_datetime
from functools import lru_cache
from typing import Any, ClassVar

from investment.providers.sandbox.deviations import Deviation
from investment.providers.sandbox.ecb import documents, target
from investment.providers.sandbox.ecb.documents import Day
from investment.providers.sandbox.ecb.rates import Rates
from investment.providers.sandbox.faults import Fault
from investment.providers.sandbox.plans import Plan
from investment.providers.sandbox.speakers import HTML, Call, Endpoint, Refused, Reply, Speaker

NOT_FOUND = (
    '<!DOCTYPE html>\n<html lang="en">\n<head><title>Page not found</title></head>\n<body>\n<h1>404</h1>\n'
    "<p>The page you requested could not be found.</p>\n</body>\n</html>\n"
)
XML, ZIP = "text/xml", "application/zip"
NINETY = timedelta(days=90)
PLAIN = Deviation()


def daily(call: Call) -> Reply:
    return _sent(call, "daily.xml", XML)


def daily_zip(call: Call) -> Reply:
    return _sent(call, "daily.zip", ZIP)


def ninety_days(call: Call) -> Reply:
    return _sent(call, "90d.xml", XML)


def history(call: Call) -> Reply:
    return _sent(call, "hist.xml", XML)


def history_zip(call: Call) -> Reply:
    return _sent(call, "hist.zip", ZIP)


def _sent(call: Call, form: str, content_type: str) -> Reply:
    """
    Return a document, or 304 to whoever names the version there is.

    An ETag goes before an instant. All documents share their instant, and none its ETag.

    :raises Refused: where real prices are served from a folder that has no rates, or none so old.
    """
    rates = call.source.rates
    told_at = call.sandbox.told_at(call.speaker.name, call.now)
    days = rates.days_until(target.last_put_out(told_at)[0]) if rates else []
    if rates is None or not days:
        raise Refused(404, Reply(NOT_FOUND, 404, HTML))
    day, out_since = days[-1], target.put_out(days[-1])
    deviation = call.sandbox.deviations.get(call.speaker.name, PLAIN)
    body = _document(rates, form, day, deviation)
    headers = {
        "Last-Modified": format_datetime(out_since.astimezone(UTC), usegmt=True),
        "ETag": f'"{hashlib.sha256(body).hexdigest()[:16]}"',
        "Cache-Control": "max-age=300",
    }
    if _has_it(call, headers["ETag"], out_since):
        return Reply(b"", 304, content_type, headers)
    return Reply(body, 200, content_type, headers | {"Content-Disposition": "attachment;"})


def _has_it(call: Call, etag: str, out_since: datetime) -> bool:
    asked = call.request.headers
    if "If-None-Match" in asked:
        named = [each.strip().removeprefix("W/") for each in asked["If-None-Match"].split(",")]
        return etag in named or "*" in named
    try:
        since = parsedate_to_datetime(asked.get("If-Modified-Since", ""))
    except ValueError:
        return False
    return since.tzinfo is not None and since >= out_since.replace(microsecond=0)


@lru_cache(maxsize=16)
def _document(rates: Rates, form: str, last: date, deviation: Deviation) -> bytes:
    days = rates.days_until(last)
    if form.startswith("daily"):
        newest = _told(rates, days[-1:], deviation)
        if form == "daily.xml":
            return documents.xml(newest)
        return documents.packed("eurofxref.csv", documents.csv_of_one(newest[0]))
    if form == "90d.xml":
        recent = [day for day in days if day > last - NINETY]
        return documents.xml(_told(rates, recent, deviation))
    if form == "hist.xml":
        return documents.xml(_told(rates, days, deviation))
    text = documents.csv(_told(rates, days, deviation), rates.codes)
    return documents.packed("eurofxref-hist.csv", text)


def _told(rates: Rates, days: Sequence[date], deviation: Deviation) -> list[Day]:
    """Return what is told on these days, newest first."""
    every = rates.days_until(days[-1]) if deviation.shift else []
    place = len(every) - len(days)
    told: list[Day] = []
    for row, day in enumerate(days):
        of = every[max(0, place + row - deviation.shift)] if deviation.shift else day
        told.append((day, _scaled(rates.rates(of), deviation)))
    return told[::-1]


def _scaled(rates: Mapping[str, Decimal], deviation: Deviation) -> Mapping[str, Decimal]:
    if deviation.scale == 1:
        return rates
    by = Decimal(str(deviation.scale))
    return {code: rate * by if deviation.hits(code) else rate for code, rate in rates.items()}


class Ecb(Speaker):
    name = "ecb"
    mount = "/ecb/stats/eurofxref"
    host = "www.ecb.europa.eu"
    keyless = True
    plans: ClassVar[Mapping[str, Plan]] = {"public": Plan("public")}
    usual = "public"
    routes: ClassVar[Mapping[str, tuple[str, Endpoint]]] = {
        "daily": ("/eurofxref-daily.xml", daily),
        "daily_zip": ("/eurofxref.zip", daily_zip),
        "last_90_days": ("/eurofxref-hist-90d.xml", ninety_days),
        "history_xml": ("/eurofxref-hist.xml", history),
        "history": ("/eurofxref-hist.zip", history_zip),
    }

    def key_missing(self) -> Refused:  # nobody needs one
        return Refused(404, Reply(NOT_FOUND, 404, HTML))

    def not_in_plan(self, endpoint: str) -> Refused:  # noqa: ARG002
        return self.key_missing()

    def too_many(self, plan: Plan, window: Any, key: str) -> Refused:  # noqa: ARG002 - for windows named outright
        page = "<html><head><title>429</title></head><body><h1>Too Many Requests</h1></body></html>"
        return Refused(429, Reply(page, 429, HTML, {"Retry-After": str(window.seconds)}))

    def unknown_path(self, path: str) -> Reply:  # noqa: ARG002
        return Reply(NOT_FOUND, 404, HTML)

    def spoil(self, fault: Fault, document: Any) -> Any:
        """Spoil a document of XML; a zip is spoilt by the faults of bytes."""
        spoiler = SPOILERS.get(fault.kind)
        if spoiler is None or not isinstance(document, Reply) or document.content_type != XML:
            return document
        body = document.body if isinstance(document.body, bytes) else document.body.encode()
        return Reply(spoiler(fault, body), document.status, XML, document.headers)


_RATE = re.compile(rb"rate='([0-9.]+)'")
SPOILERS: dict[str, Callable[[Fault, bytes], bytes]] = {
    "empty": lambda _, body: re.sub(
        rb"\t\t<Cube time=.*</Cube>\n(?=\t</Cube>\n)", b"", body, flags=re.DOTALL
    ),
    "wrong_types": lambda _, body: _RATE.sub(b"rate='much'", body, count=1),
    "negative_price": lambda _, body: _RATE.sub(rb"rate='-\1'", body, count=1),
    "missing_fields": lambda _, body: _RATE.sub(b"", body, count=1),
    "scale": lambda fault, body: _RATE.sub(
        lambda found: f"rate='{Decimal(found[1].decode()) * Decimal(str(fault.factor))}'".encode(), body
    ),
}

SPEAKER = Ecb()
