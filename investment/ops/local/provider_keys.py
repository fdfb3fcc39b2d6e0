"""
Which providers' keys, and which contact, somebody has given, and what there is to say of them.

Never a key itself: what is said here stands on screens and in logs.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from investment.ops.local.console import StartError

_NONE = "-"  # how the settings write that there is no key
_NO_USE_YET = "can be asked and probed; nothing is made of its answers yet"
_NEWSAPI_PAID = ("business", "advanced")


@dataclass(frozen=True, slots=True)
class Source:
    """A provider: the variable that lets it be asked, what it then is for, and what lacks without."""

    title: str
    setting: str
    use: str
    without: str


PRICES = Source("Massive", "MASSIVE_API_KEY", "the whole market's days", "no key, so no prices")
COMPANIES = Source("SEC", "SEC_CONTACT", "companies and their filings", "no contact, so no company data")
OTHERS = (
    Source("Finnhub", "FINNHUB_API_KEY", "last prices and, by manage.py trades, live trades", "no key"),
    Source("Alpha Vantage", "ALPHAVANTAGE_API_KEY", "a second opinion on stored bars", "no key"),
    Source("NewsAPI", "NEWSAPI_API_KEY", _NO_USE_YET, "no key"),
)


def secret(given: Mapping[str, str], name: str) -> str:
    """Return ``NAME``, or the content of the file ``NAME_FILE``, or an empty text."""
    path = given.get(f"{name}_FILE")
    try:
        return Path(path).read_text().strip() if path else given.get(name, "")
    except (OSError, UnicodeDecodeError) as error:
        # Not where: somebody may have put the secret itself here.
        words = error.strerror if isinstance(error, OSError) else "it is no text"
        raise StartError(f"{name}_FILE cannot be read: {words}") from None


def is_given(given: Mapping[str, str], source: Source) -> bool:
    """
    Say whether this source can be asked.

    :raises StartError: if a file that was named cannot be read or holds nothing.
    """
    value = secret(given, source.setting).strip()
    if not value and given.get(f"{source.setting}_FILE"):
        raise StartError(f"{source.setting}_FILE names an empty file")
    return value not in ("", _NONE)


def goes_live(given: Mapping[str, str]) -> bool:
    """
    Say whether there is something real to ask: prices with a key of Massive, else companies with a contact.

    :raises StartError: if the contact is no e-mail address.
    """
    if is_given(given, COMPANIES):
        _check_contact(secret(given, COMPANIES.setting))
        return True
    return is_given(given, PRICES)


def what_was_found(given: Mapping[str, str]) -> list[str]:
    """Return a line for each provider: what it will be used for, or what is missing."""
    lines = []
    for source in (PRICES, *OTHERS, COMPANIES):
        use = source.use
        if source.setting == "NEWSAPI_API_KEY" and given.get("NEWSAPI_PLAN") not in _NEWSAPI_PAID:
            use = "off: its free plan is for development only"
        lines.append(f"{source.title}: {use if is_given(given, source) else source.without}")
    return [*lines, "ECB: exchange rates, without a key"]


def why_not_live(given: Mapping[str, str]) -> str | None:
    """Return why keys that were given do not make it live; None where none was given."""
    found = [source.title for source in OTHERS if is_given(given, source)]
    if not found:
        return None
    return (
        f"Sample mode: there is a key for {' and '.join(found)}, but live mode needs MASSIVE_API_KEY "
        "(prices) or SEC_CONTACT (companies)."
    )


def _check_contact(contact: str) -> None:
    # Only here, where somebody gave one: it brings an HTTP client along.
    from investment.providers.adapters.sec.client import user_agent
    from investment.providers.errors import CredentialsRejected

    try:
        user_agent(contact)
    except CredentialsRejected as error:
        raise StartError(f"SEC_CONTACT is no e-mail address. {error.message}.") from None
