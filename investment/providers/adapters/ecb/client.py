"""
European Central Bank adapter: the euro's reference rates, a document at a time.

Reference: https://www.ecb.europa.eu/stats/policy_and_exchange_rates/euro_reference_exchange_rates/.
Fixed on TARGET's working days about 14:15 in Frankfurt and put out about 16:00; for information only.
"""

import hashlib
from dataclasses import replace
from typing import Literal

import httpx

from investment.providers import errors
from investment.providers.adapters.ecb import documents
from investment.providers.adapters.ecb.limits import NAME, instant, retry_at
from investment.providers.advice import advised
from investment.providers.contracts.fx import FxHistory, Unchanged, Validators

Form = Literal["xml", "zip"]


class EcbClient:
    """
    Ask for the documents of rates, and read them.

    The client neither retries nor counts: both belong to whoever made ``http``, whose base URL is the
    folder of the documents. With ``unless`` (the validators of the version that we have) a document
    that is still the same is not sent: :class:`Unchanged`. All documents are replaced at one time and
    share their ``Last-Modified``, but not their ETag.

    Every method raises the errors of :mod:`investment.providers.errors`.
    """

    name = NAME

    def __init__(self, *, http: httpx.Client) -> None:
        self._http = http

    def daily(self, *, unless: Validators | None = None, form: Form = "xml") -> FxHistory | Unchanged:
        """Return the rates of the last day that had any; on a weekend that is Friday."""
        path = "/eurofxref-daily.xml" if form == "xml" else "/eurofxref.zip"
        return self._document("daily", path, unless)

    def last_90_days(self, *, unless: Validators | None = None) -> FxHistory | Unchanged:
        """Return the rates of the last 90 days by the calendar, about 62 of which have any."""
        return self._document("last_90_days", "/eurofxref-hist-90d.xml", unless)

    def history(self, *, unless: Validators | None = None, form: Form = "zip") -> FxHistory | Unchanged:
        """Return all rates since 1999-01-04; the zip is a tenth of the XML (7 to 8 MB)."""
        path = "/eurofxref-hist.xml" if form == "xml" else "/eurofxref-hist.zip"
        return self._document("history", path, unless)

    def _document(self, endpoint: str, path: str, unless: Validators | None) -> FxHistory | Unchanged:
        response = self._get(endpoint, path, unless)
        validators = Validators(response.headers.get("ETag"), response.headers.get("Last-Modified"))
        if response.status_code == 304 and unless:
            return Unchanged(validators or unless)
        if response.status_code != 200:
            raise _refusal(response, path)
        days, unreadable = documents.read(response.content)
        put_out = instant(validators.last_modified or "")
        if put_out is not None and put_out.date() >= days[-1].day:
            days[-1] = replace(days[-1], source_time=put_out)
        return FxHistory(
            days=days,
            malformed=unreadable,
            digest=hashlib.sha256(response.content).hexdigest(),
            validators=validators,
        )

    def _get(self, endpoint: str, path: str, unless: Validators | None) -> httpx.Response:
        asked = {
            "If-None-Match": unless.etag if unless else None,
            "If-Modified-Since": unless.last_modified if unless else None,
        }
        headers = {name: value for name, value in asked.items() if value}
        try:
            return self._http.get(path, headers=headers, extensions={"endpoint": endpoint})
        except httpx.DecodingError as e:
            raise errors.MalformedPayload(
                f"ECB: {path} cannot be unpacked", provider=NAME, words=str(e)
            ) from None
        except httpx.TransportError as e:
            raise errors.ProviderUnavailable(
                f"ECB did not answer: {type(e).__name__}", provider=NAME, words=str(e)
            ) from None


def _refusal(response: httpx.Response, path: str) -> errors.ProviderError:
    """Tell what an answer without a document means. The ECB refuses with pages of HTML."""
    status, words = response.status_code, documents.first_words(response.content)
    message = f"ECB: HTTP {status} for {path}: {words or 'no words'}"
    passing: type[errors.TransientProviderError] | None = None
    if status == 429:
        passing = errors.ProviderThrottled
    elif status >= 500 or status == 408:
        passing = errors.ProviderUnavailable
    message = advised(message, passing or errors.RequestRejected, key="")
    if passing:
        at = retry_at(response.headers)
        return passing(message, provider=NAME, words=words, status=status, retry_at=at)
    return errors.RequestRejected(message, provider=NAME, words=words, status=status)
