"""Asks Massive, follows its pages, and turns what is no answer into an error."""

from collections.abc import Iterator, Mapping
from datetime import date
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

import httpx

from investment.providers import errors
from investment.providers.access import hide
from investment.providers.adapters.massive import reading, refusals, symbols
from investment.providers.adapters.massive.limits import NAME

Params = Mapping[str, str | int]
_MOST_PAGES = 1000  # of one list: far beyond any real one


class Transport:
    """The way to Massive under one key, which no error or address carries further."""

    def __init__(self, *, api_key: str, http: httpx.Client) -> None:
        self._http = http
        self._headers = {"Authorization": f"Bearer {api_key}"}
        self._redact = hide(api_key)

    def pages(
        self, endpoint: str, path: str, params: Params, *, first_day: date | None = None
    ) -> Iterator[bytes]:
        """Yield the bodies of a list's pages, following ``next_url`` on our own base URL."""
        seen: set[str] = set()
        of = path.split("/")[:4]
        while True:
            body = self.get(endpoint, path, params, first_day=first_day)
            yield body
            next_url = reading.next_url(body)
            if next_url is None:
                return
            if next_url in seen or len(seen) >= _MOST_PAGES:
                raise reading.malformed(f"{endpoint}: the pages do not end", body)
            seen.add(next_url)
            # The host is not taken over (it may be any), nor a key if one should be in there.
            try:
                parts = urlsplit(next_url)
            except ValueError:
                raise reading.malformed(f"{endpoint}: the next page has no address", body) from None
            path = parts.path
            if path.split("/")[:4] != of:
                raise reading.malformed(f"{endpoint}: the next page is of something else", body)
            params = {
                k: v for k, v in parse_qsl(parts.query, keep_blank_values=True) if k.lower() != "apikey"
            }

    def get(self, endpoint: str, path: str, params: Params, *, first_day: date | None = None) -> bytes:
        """
        Return the body of an answer.

        ``endpoint`` names what is asked in the row of the call; ``first_day`` is the first date asked for.
        """
        url = f"{path}?{urlencode(params)}" if params else path
        try:
            request = self._http.build_request(
                "GET", url, headers=self._headers, extensions={"endpoint": endpoint}
            )
        except httpx.InvalidURL:  # of a next page
            raise reading.malformed(f"{endpoint}: the next page has no address", b"") from None
        try:
            response = self._http.send(request)
        except httpx.DecodingError as e:
            raise errors.MalformedPayload(
                "Massive's answer cannot be unpacked", provider=NAME, words=self._redact(str(e))
            ) from None
        except httpx.TransportError as e:
            # Not «from e»: a traceback shows the request's headers, and one of them is the key.
            raise errors.ProviderUnavailable(
                f"Massive did not answer ({type(e).__name__}): it is asked again later",
                provider=NAME,
                words=self._redact(str(e)),
            ) from None
        body = response.content
        if len(body) > reading.MAX_ANSWER:
            raise reading.malformed(f"the answer is longer than {reading.MAX_ANSWER} bytes", b"")
        refusal = refusals.heard(response.status_code, body)
        if refusal is not None:
            raise refusals.error_of(
                refusal,
                asked=path,
                redact=self._redact,
                headers=response.headers,
                first_day=first_day,
            )
        return body


def ticker(symbol: str) -> str:
    """:raises UnknownSymbol: for what can be no ticker of the US stock market; nothing is asked."""
    try:
        return symbols.to_massive(symbol)
    except ValueError as e:
        raise errors.UnknownSymbol(f"Massive is not asked: {e}", provider=NAME) from None


def quoted(symbol: str) -> str:
    """Return a ticker as one part of an address; raises as :func:`ticker`."""
    return quote(ticker(symbol), safe="")
