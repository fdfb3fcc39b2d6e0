"""
SEC EDGAR adapter: who files under which ticker, what was filed when, and all figures in it.

Reference: https://www.sec.gov/search-filings/edgar-application-programming-interfaces. The data are in the
public domain. There is no key: every request says who asks, with an address to reach them.
"""

import re
from pathlib import Path
from typing import Final, Literal

import httpx

from investment.providers import errors
from investment.providers.access import Hider, hide
from investment.providers.adapters.sec import bulk, download, records, refusals
from investment.providers.adapters.sec.limits import NAME
from investment.providers.adapters.sec.symbols import ten_digits
from investment.providers.advice import advised
from investment.providers.contracts import CompanyFacts, Filer, Filing, Stamped, TickerList, Validators

Archive = Literal["companyfacts", "submissions"]

ARCHIVES: Final[dict[Archive, str]] = {
    "companyfacts": "/Archives/edgar/daily-index/xbrl/companyfacts.zip",
    "submissions": "/Archives/edgar/daily-index/bulkdata/submissions.zip",
}
NOTHING = Validators()

_ADDRESS = re.compile(r"[^\s@<>(),;:\"]+@[^\s@<>(),;:\"]+\.[A-Za-z]{2,}", re.ASCII)
_MOST_CONTACT = 200  # characters


class SecClient:
    """
    Translate our questions to the SEC and its answers to our records.

    The client neither retries nor counts: both belong to whoever made ``http``, whose base URL is that
    of www.sec.gov or the sandbox's; ``data_url`` is that of data.sec.gov. Every method raises the errors
    of :mod:`investment.providers.errors`, and sends nothing without a contact.

    ``since`` are the marks of an earlier answer: where nothing has changed since, the value is None.
    """

    name = NAME

    def __init__(self, *, contact: str, http: httpx.Client, data_url: str) -> None:
        self._agent = user_agent(contact)
        self._http = http
        self._data_url = data_url.rstrip("/")
        self._redact = hidden(contact)

    def tickers(self, *, exchanges: bool = True, since: Validators = NOTHING) -> Stamped[TickerList]:
        """Return all tickers and who files for them; with their exchanges, as far as they are told."""
        path = "/files/company_tickers_exchange.json" if exchanges else "/files/company_tickers.json"
        response = self._get("tickers", path, since)
        if response is None:
            return Stamped(None, since)
        read = records.tickers_with_exchange if exchanges else records.tickers
        return Stamped(read(response.content), marks(response))

    def filer(self, *, cik: int | str, since: Validators = NOTHING) -> Stamped[Filer]:
        """
        Return a company with its filings of at least a year, and the names of the files with older ones.

        :raises UnknownSymbol: for a CIK that nobody files under.
        """
        wanted = ten_digits(cik)
        response = self._get("submissions", f"{self._data_url}/submissions/CIK{wanted}.json", since)
        if response is None:
            return Stamped(None, since)
        return Stamped(records.filer(response.content, cik=wanted), marks(response))

    def older_filings(self, *, cik: int | str, name: str) -> list[Filing]:
        """
        Return the filings of one older file, whose name a :class:`Filer` gave.

        :raises ValueError: for a name that is not one of this company's files.
        """
        wanted = ten_digits(cik)
        if not records.is_older_file(name) or not name.startswith(f"CIK{wanted}-"):
            raise ValueError(f"{name[:60]!r} is no file of older filings of CIK {wanted}")
        response = self._fresh("submissions_older", f"{self._data_url}/submissions/{name}")
        return records.older_filings(response.content, cik=wanted)[0]

    def company_facts(self, *, cik: int | str, since: Validators = NOTHING) -> Stamped[CompanyFacts]:
        """
        Return all figures a company has filed.

        :raises UnknownSymbol: for a CIK that nobody files figures under.
        """
        wanted = ten_digits(cik)
        url = f"{self._data_url}/api/xbrl/companyfacts/CIK{wanted}.json"
        response = self._get("companyfacts", url, since)
        if response is None:
            return Stamped(None, since)
        return Stamped(records.company_facts(response.content, cik=wanted), marks(response))

    def archive(
        self,
        which: Archive,
        *,
        to: Path,
        since: Validators = NOTHING,
        piece: int = download.PIECE,
        on_piece: download.OnPiece = lambda _there, _whole: None,
    ) -> Stamped[bulk.Archive]:
        """
        Download a nightly archive of all companies (about a gigabyte) to the file ``to``, piece by piece.

        Each piece is a request of its own, reserved and recorded like any other, and what is held in
        memory is one piece. A download that was broken off goes on where it stopped, unless the archive
        has been replaced meanwhile. ``to`` is whole or not there.

        :param on_piece: is told after each piece how many bytes are there, and of how many.
        :raises ProviderUnavailable: also where the archive was replaced while it was being read.
        """

        def ask(first: int, last: int, headers: dict[str, str]) -> httpx.Response | None:
            ranged = {"Range": f"bytes={first}-{last}", "Accept-Encoding": "identity", **headers}
            return self._get(f"bulk_{which}", ARCHIVES[which], NOTHING, ranged)

        found = download.fetch(ask, to=to, since=since, piece=piece, on_piece=on_piece)
        return Stamped(None, since) if found is None else Stamped(bulk.Archive(to), found)

    def _fresh(self, endpoint: str, url: str) -> httpx.Response:
        response = self._get(endpoint, url, NOTHING)
        if response is None:
            raise errors.MalformedPayload(
                f"SEC: «not modified» for {endpoint} without our asking", provider=NAME, status=304
            )
        return response

    def _get(
        self, endpoint: str, url: str, since: Validators, more: dict[str, str] | None = None
    ) -> httpx.Response | None:
        """Return the answer, None for «not modified»."""
        headers = {
            "User-Agent": self._agent,
            "Accept": "application/json",
            **conditions(since),
            **(more or {}),
        }
        try:
            response = self._http.get(url, headers=headers, extensions={"endpoint": endpoint})
            body = response.content
        except httpx.DecodingError as e:
            raise errors.MalformedPayload(
                "SEC: the answer cannot be unpacked", provider=NAME, words=self._redact(str(e))
            ) from None
        except httpx.TransportError as e:
            raise errors.ProviderUnavailable(
                f"The SEC did not answer: {type(e).__name__}", provider=NAME, words=self._redact(str(e))
            ) from None
        if response.status_code == 304:
            return None
        # The bytes of a piece are anything; an answer from its beginning on is never a page.
        piece = response.status_code == 206 and "Range" in headers
        if not piece and (response.status_code != 200 or refusals.is_page(body)):
            raise self._refusal(response, endpoint)
        return response

    def _refusal(self, response: httpx.Response, endpoint: str) -> errors.ProviderError:
        status, body = response.status_code, response.content
        words = self._redact(refusals.words_of(body))
        message = f"SEC: HTTP {status} for {endpoint}: {words or 'no words'}"
        kind = refusals.classify(status, body)
        if kind is errors.CredentialsRejected:
            message += ". Check SEC_CONTACT in .env: it must be your name and your e-mail address"
        else:
            message = advised(message, kind, key="SEC_CONTACT")
        if issubclass(kind, errors.TransientProviderError):
            at = refusals.retry_at(response.headers, body)
            return kind(message, provider=NAME, words=words, status=status, retry_at=at)
        return kind(message, provider=NAME, words=words, status=status)


def user_agent(contact: str) -> str:
    """
    Return how we say who asks: ``Name name@example.com``, the one form the SEC takes for certain.

    :raises CredentialsRejected: if there is no e-mail address in the contact.
    """
    text = " ".join(contact.split())
    if not _ADDRESS.search(text) or len(text) > _MOST_CONTACT or not (text.isascii() and text.isprintable()):
        raise errors.CredentialsRejected(
            "The SEC answers only who says who asks: put your name and e-mail address into .env, "
            "SEC_CONTACT=Jane Doe jane@example.com, and start again",
            provider=NAME,
        )
    return text if " " in text else f"Investment analysis {text}"


def hidden(contact: str) -> Hider:
    """Return what takes the operator's contact out of any text, and the address by itself as well."""
    return hide(" ".join(contact.split()), contact, *_ADDRESS.findall(contact))


def conditions(since: Validators) -> dict[str, str]:
    """Return the headers that ask only for something newer."""
    headers = {"If-None-Match": since.etag, "If-Modified-Since": since.last_modified}
    return {name: value for name, value in headers.items() if value}


def marks(response: httpx.Response) -> Validators:
    """Return what an answer is marked with."""
    return Validators(response.headers.get("etag"), response.headers.get("last-modified"))
