"""
What the SEC's refusals mean. They are pages of HTML, or XML of the store behind its files.

Two refusals come as HTTP 403, and also as 429, 503 and even 200: «you do not say who you are» and
«you ask too fast». Their headlines and titles are mixed up with one another; only a sentence in the
page tells them apart.
"""

import html
import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime

from investment.providers import errors

# «Your access to SEC.gov will be limited for 10 minutes»: https://www.sec.gov/about/privacy-information
SHUT = 600  # seconds
# Of a page: what it is stands above the rest. A list of the SEC's never begins with «<».
READ = 16_384  # bytes
_TOO_FAST = ("exceeded the sec's maximum", "maximum allowable requests", "will be limited for 10 minutes")
_UNDECLARED = ("undeclared automated tool", "declare your traffic")
_THRESHOLD = "request rate threshold exceeded"
_UNSEEN = re.compile(r"<(style|script|head)\b.*?</\1\s*>|<[^>]*>", re.DOTALL | re.IGNORECASE)


def is_page(body: bytes) -> bool:
    """Whether a body is HTML or XML, and none of the JSON that was asked for."""
    return body[:64].removeprefix(b"\xef\xbb\xbf").lstrip()[:1] == b"<"


def words_of(body: bytes) -> str:
    """Return the title and the first words of a page, without its markup."""
    text = body[:READ].decode(errors="replace")
    title = re.search(r"<title>([^<]{0,200})", text, re.IGNORECASE)
    # Cut before «&#39;» is read: a number of thousands of digits is no character, and slow to find out.
    words = html.unescape(" ".join(_UNSEEN.sub(" ", text).split())[:600])
    return f"{title.group(1).strip()}: {words}"[:500] if title else words[:500]


def too_fast(body: bytes) -> bool:
    """Whether a page says that we asked too often."""
    text = _lowered(body)
    if any(words in text for words in _TOO_FAST):
        return True
    return _THRESHOLD in text and not any(words in text for words in _UNDECLARED)


def undeclared(body: bytes) -> bool:
    """Whether a page says that it does not know who asks."""
    return any(words in _lowered(body) for words in _UNDECLARED) and not too_fast(body)


def classify(status: int, body: bytes) -> type[errors.ProviderError]:
    """Tell what a refusal means; a text that nobody knows means nothing for the questions to come."""
    if status == 429 or too_fast(body):
        return errors.ProviderThrottled
    if undeclared(body):
        return errors.CredentialsRejected
    if status >= 500 or status in (408, 412):
        return errors.ProviderUnavailable
    if status == 404 and b"<Code>NoSuchKey</Code>" in body[:READ]:
        return errors.UnknownSymbol
    return errors.MalformedPayload if status == 200 else errors.RequestRejected


def retry_at(headers: Mapping[str, str], body: bytes) -> datetime | None:
    """
    Return when to come back: the answer's ``Retry-After``, else the ten minutes for which it shuts.

    Both count from the answer's own ``Date``; None where it has none.
    """
    try:
        after = headers.get("retry-after", "").strip()
        if after and not (after.isascii() and after.isdigit()):
            moment = parsedate_to_datetime(after)
            return moment if moment.tzinfo else None
        if not after and not too_fast(body):
            return None
        sent = parsedate_to_datetime(headers.get("date", ""))
        return sent + timedelta(seconds=int(after) if after else SHUT) if sent.tzinfo else None
    except (ValueError, OverflowError):
        return None


def _lowered(body: bytes) -> str:
    text = body[:READ].decode(errors="replace").lower()
    return " ".join(text.replace("&#39;", "'").replace("’", "'").split())
