"""What may be kept of an article: its headline, a snippet, its address. Pure text, fit for the database."""

import hashlib
import html
import re
from typing import Final
from urllib.parse import parse_qsl, urlencode, urlsplit

MOST_HEADLINE: Final = 300  # characters
MOST_SNIPPET: Final = 600
MOST_ADDRESS: Final = 2000

_TAG = re.compile(
    r"</?(?:p|br|a|b|i|u|em|strong|div|span|ul|ol|li|img|h[1-6]|table|t[rdh]|figure|blockquote)"
    r"(?:\s[^<>]{0,500})?/?>",
    re.IGNORECASE,
)
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b\u2028\u2029\ud800-\udfff\ufeff]+")
_BLANKS = re.compile(r"\s+")
# Who sent the reader, not what is read.
_COUNTING = re.compile(r"(?:utm_\w+|fbclid|gclid|guccounter|guce_\w+|cmpid|ncid|yptr)\Z", re.IGNORECASE)


def clean(text: str | None) -> str:
    """Return a text on one line, without markup and what no text holds."""
    if not text:
        return ""
    plain = _TAG.sub(" ", html.unescape(text))
    return _BLANKS.sub(" ", _CONTROLS.sub(" ", plain)).strip()


def headline_of(text: str | None) -> str:
    return shorten(clean(text), MOST_HEADLINE)


def snippet_of(text: str | None, headline: str) -> str | None:
    """Return the snippet; None where the provider told nothing beyond the headline."""
    snippet = shorten(clean(text), MOST_SNIPPET)
    return snippet if snippet and snippet != headline else None


def shorten(text: str, most: int) -> str:
    """Return a text of at most ``most`` characters, cut between words, with «…» for what is missing."""
    if len(text) <= most:
        return text
    cut = text[: most - 1]
    whole = cut.rsplit(" ", 1)[0]
    return (whole if len(whole) > most // 2 else cut).rstrip(" ,;:") + "…"


def address_of(text: str | None) -> str | None:
    """Return an address that a browser may be sent to; None for anything else."""
    address = (text or "").strip()
    if not address or len(address) > MOST_ADDRESS or _CONTROLS.search(address) or _BLANKS.search(address):
        return None
    if any(sign in address for sign in "<>\"'`\\"):
        return None
    try:
        parts = urlsplit(address)
        host, _ = parts.hostname, parts.port
    except ValueError:  # «http://[», «http://host:99999»
        return None
    return address if parts.scheme.lower() in ("http", "https") and host and not parts.username else None


def digest_of(address: str) -> str:
    """Return the digest of an address, the same however readers were sent there."""
    parts = urlsplit(address)
    query = sorted(
        (name, value)
        for name, value in parse_qsl(parts.query, keep_blank_values=True)
        if not _COUNTING.match(name)
    )
    host = (parts.hostname or "").removeprefix("www.")
    port = f":{parts.port}" if parts.port not in (None, 80, 443) else ""
    same = f"{host}{port}{parts.path.rstrip('/') or '/'}?{urlencode(query)}"
    return hashlib.sha256(same.encode()).hexdigest()
