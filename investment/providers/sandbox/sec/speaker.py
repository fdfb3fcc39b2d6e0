"""The SEC: its files, who may ask for them, and how often."""

import hashlib
import re
from collections.abc import Mapping
from datetime import datetime
from email.utils import format_datetime, parsedate_to_datetime
from functools import lru_cache
from typing import Any, ClassVar

import msgspec
from starlette.requests import HTTPConnection

from investment.providers.sandbox.limiter import Window
from investment.providers.sandbox.plans import Plan
from investment.providers.sandbox.sample import SampleMarket
from investment.providers.sandbox.sec import archives, companies, pages
from investment.providers.sandbox.sec.facts import company_facts
from investment.providers.sandbox.sources import Invented
from investment.providers.sandbox.speakers import JSON, Call, Endpoint, Refused, Reply, Speaker

ZIP = "application/zip"
SHUT = 600  # seconds
_ADDRESS = re.compile(r"[^\s@()<>]+@[^\s@()<>]+\.[A-Za-z]{2,}")
_COMPANY = re.compile(r"CIK(\d{10})\.json", re.ASCII)
_OLDER = re.compile(r"CIK(\d{10})-submissions-001\.json", re.ASCII)
_RANGE = re.compile(r"bytes=(\d{1,18})-(\d{1,18})?", re.ASCII)


class SecCall(Call):
    """A request, and up to when the SEC knows things."""

    @property
    def told_at(self) -> datetime:
        return self.sandbox.told_at(self.speaker.name, self.now)

    @property
    def invented(self) -> Invented:
        """:raises Refused: where a folder of real prices is served: it has no filings."""
        if self.source.invented is None:
            raise pages.no_such_key(self.request.url.path)
        return self.source.invented


def tickers(call: SecCall) -> Reply:
    found = _tickers(call)
    document = {
        str(i): {"cik_str": int(line.cik or 0), "ticker": ticker, "title": line.name.upper()}
        for i, (line, ticker) in enumerate(found)
    }
    return _document(call, document, call.told_at)


def tickers_exchange(call: SecCall) -> Reply:
    rows = [
        [int(line.cik or 0), line.name, ticker, companies.exchange_of(line)]
        for line, ticker in _tickers(call)
    ]
    return _document(call, {"fields": ["cik", "name", "ticker", "exchange"], "data": rows}, call.told_at)


def submissions(call: SecCall) -> Reply:
    """:raises Refused: for a company, or a file, that there is not."""
    name = str(call.request.path_params["name"])
    found = _COMPANY.fullmatch(name) or _OLDER.fullmatch(name)
    line = companies.filer(call.invented, found.group(1), call.today) if found else None
    if line is None:
        raise pages.no_such_key(f"submissions/{name}")
    if name == companies.older_name(line):
        document: dict[str, Any] | None = companies.older(call.invented, line, call.told_at)
    else:
        document = companies.submissions(call.invented, line, call.told_at)
    if document is None:
        raise pages.no_such_key(f"submissions/{name}")
    return _document(call, document, _last_filing(call, line))


def facts(call: SecCall) -> Reply:
    """:raises Refused: for a company that there is not, or that has not filed yet."""
    name = str(call.request.path_params["name"])
    found = _COMPANY.fullmatch(name)
    line = companies.filer(call.invented, found.group(1), call.today) if found else None
    document = company_facts(call.invented, line, call.told_at) if line is not None else None
    if document is None or not document["facts"]:
        raise pages.no_such_key(f"api/xbrl/companyfacts/{name}")
    return _document(call, document, _last_filing(call, line))


def bulk_companyfacts(call: SecCall) -> Reply:
    return _archive(call, "companyfacts")


def bulk_submissions(call: SecCall) -> Reply:
    return _archive(call, "submissions")


class Sec(Speaker):
    name = "sec"
    mount = "/sec"
    host = "www.sec.gov"
    keyless = True
    usual = "public"
    plans: ClassVar[Mapping[str, Plan]] = {"public": Plan("public", (Window(10, 1),), penalty=SHUT)}
    call_type = SecCall
    routes: ClassVar[Mapping[str, tuple[str, Endpoint]]] = {
        "tickers": ("/files/company_tickers_exchange.json", tickers_exchange),
        "tickers_plain": ("/files/company_tickers.json", tickers),
        "submissions": ("/data/submissions/{name}", submissions),
        "companyfacts": ("/data/api/xbrl/companyfacts/{name}", facts),
        "bulk_companyfacts": ("/Archives/edgar/daily-index/xbrl/companyfacts.zip", bulk_companyfacts),
        "bulk_submissions": ("/Archives/edgar/daily-index/bulkdata/submissions.zip", bulk_submissions),
    }

    def greet(self, connection: HTTPConnection) -> None:
        """:raises Refused: for whoever does not say how to reach them."""
        if not _ADDRESS.search(connection.headers.get("User-Agent", "")):
            raise pages.undeclared()

    def key_missing(self) -> Refused:  # nobody needs one
        return pages.undeclared()

    def not_in_plan(self, endpoint: str) -> Refused:  # noqa: ARG002 - there is but one plan
        return pages.undeclared()

    def too_many(self, plan: Plan, window: Window, key: str) -> Refused:  # noqa: ARG002
        return pages.too_fast()

    def unknown_path(self, path: str) -> Reply:
        if path.startswith(f"{self.mount}/data/"):
            reply = pages.no_such_key(path.removeprefix(f"{self.mount}/data/")).document
            return reply if isinstance(reply, Reply) else pages.not_found()
        return pages.not_found()

    def server_error(self, status: int) -> Reply:
        return pages.unavailable(status)

    def headers(self, request_id: str) -> Mapping[str, str]:  # noqa: ARG002
        return {"Server": "AkamaiNetStorage"}


def _tickers(call: SecCall) -> list[tuple[Any, str]]:
    return companies.tickers(call.source.invented, call.today) if call.source.invented else []


def _last_filing(call: SecCall, line: Any) -> datetime:
    told = companies.filings(call.invented, line, call.told_at)
    return told[0].at if told else call.told_at.replace(hour=0, minute=0, second=0, microsecond=0)


def _document(call: SecCall, document: Any, changed: datetime) -> Reply:
    """Return a document, or 304 to whoever names the version there is."""
    body = msgspec.json.encode(document)
    marks = {
        "ETag": f'"{hashlib.sha256(body).hexdigest()[:32]}"',
        "Last-Modified": format_datetime(changed, usegmt=True),
    }
    return Reply(b"", 304, JSON, marks) if _has_it(call, marks) else Reply(body, 200, JSON, marks)


def _archive(call: SecCall, kind: archives.Kind) -> Reply:
    """
    Return a night's archive, or a range of it.

    :raises Refused: while it is still being written, and for a range that there is not.
    """
    archive = _shelf(call.invented.market).get(kind, call.told_at)
    if archive is None:
        raise Refused(503, pages.unavailable(503))
    marks = {
        "ETag": archive.etag,
        "Last-Modified": format_datetime(archive.night, usegmt=True),
        "Accept-Ranges": "bytes",
        # As it is, never packed once more: a range is of these bytes.
        "Content-Encoding": "identity",
    }
    asked = call.request.headers
    if asked.get("If-Match", archive.etag) not in (archive.etag, "*"):
        raise Refused(412, Reply(b"", 412, ZIP, marks))
    if _has_it(call, marks):
        return Reply(b"", 304, ZIP, marks)
    wanted = _RANGE.fullmatch(asked.get("Range", ""))
    if wanted is None:
        return Reply(archive.bytes_of(0, archive.size - 1), 200, ZIP, marks)
    first = int(wanted[1])
    last = min(int(wanted[2] or archive.size), archive.size - 1)
    if first > last:
        gone = {"Content-Range": f"bytes */{archive.size}"}
        raise Refused(416, Reply(b"", 416, ZIP, marks | gone))
    told = {"Content-Range": f"bytes {first}-{last}/{archive.size}"}
    return Reply(archive.bytes_of(first, last), 206, ZIP, marks | told)


@lru_cache(maxsize=4)
def _shelf(market: SampleMarket) -> archives.Shelf:
    return archives.Shelf(market)


def _has_it(call: SecCall, marks: Mapping[str, str]) -> bool:
    asked = call.request.headers
    if "If-None-Match" in asked:
        named = [each.strip().removeprefix("W/") for each in asked["If-None-Match"].split(",")]
        return marks["ETag"] in named or "*" in named
    try:
        since = parsedate_to_datetime(asked.get("If-Modified-Since", ""))
    except ValueError:
        return False
    return since.tzinfo is not None and since >= parsedate_to_datetime(marks["Last-Modified"])


SPEAKER = Sec()
