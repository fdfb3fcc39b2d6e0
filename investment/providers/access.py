"""How a provider is reached under one key: what its adapter says of itself, for the gateway."""

import hashlib
import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from typing import Generic, TypeVar
from urllib.parse import quote, quote_plus

import httpx

from investment.providers.errors import CredentialsRejected
from investment.quotas.contracts import LimitFacts, ScopeLimits, Window

NO_KEY = "-"
# Built in full, so that no adapter can forget to hide a key that a provider repeats.
_HIDDEN = "…"
_SHORTEST = 8  # characters of a key

C_co = TypeVar("C_co", covariant=True)


@dataclass(frozen=True, slots=True)
class ProviderSettings:
    """
    What the settings say of one provider: ``<NAME>_API_KEY``, ``_BASE_URL``, ``_PLAN``.

    ``contact`` is the operator's address, where a provider wants one in place of a key; ``data_url``
    a second address, where a provider has two. ``learned`` tells which of our symbols the provider was heard
    to spell in another way, and how.
    """

    key: str = NO_KEY
    base_url: str = ""
    plan: str = ""
    contact: str = ""
    data_url: str = ""
    production: bool = False
    learned: Callable[[], Mapping[str, str]] = dict

    def __repr__(self) -> str:
        return f"ProviderSettings({self.base_url!r}, {self.plan!r})"


@dataclass(frozen=True, slots=True)
class Access(Generic[C_co]):
    """
    One provider under one key: everything that the gateway needs, and the only place that holds the key.

    ``make`` builds the adapter over a client whose address is ``base_url``. ``limits`` are those of
    every endpoint but the ones in ``others``, which are metered by themselves. ``limit_facts`` reads
    what an answer tells of the windows: status, headers, and its body (empty where it is longer than
    any refusal, or could not be read).
    """

    provider: str
    base_url: str
    limits: ScopeLimits
    make: Callable[[httpx.Client], C_co]
    limit_facts: Callable[[int, Mapping[str, str], bytes], Sequence[LimitFacts]]
    redact: "Hider"
    others: Mapping[str, ScopeLimits] = field(default_factory=dict)

    def limits_of(self, endpoint: str) -> ScopeLimits:
        return self.others.get(endpoint, self.limits)

    def __repr__(self) -> str:
        return f"Access({self.provider!r}, {self.limits.scope!r})"


def scope_of(provider: str, metered: str, key: str) -> str:
    """
    Return the name of what a provider meters together.

    A digest stands for the key, which cannot be found from it: real keys are long and random.
    """
    digest = hashlib.sha256(f"{provider} {key}".encode()).hexdigest()[:10]
    return f"{provider}:{metered}:{digest}"


def windows_of_plan(plans: Mapping[str, Sequence[Window]], plan: str, *, setting: str) -> tuple[Window, ...]:
    """:raises ValueError: if the settings name a plan that we do not know."""
    if plan not in plans:
        raise ValueError(f"{setting} must be one of {', '.join(plans)}, was {plan!r}")
    return tuple(plans[plan])


def required_key(settings: ProviderSettings, *, provider: str, title: str, setting: str) -> str:
    """:raises CredentialsRejected: if there is no key; the message says where it belongs."""
    if settings.key in ("", NO_KEY):
        raise CredentialsRejected(
            f"There is no key for {title}: put {setting} into .env and start again", provider=provider
        )
    return settings.key


class Hider:
    """
    Takes secrets out of whatever a provider says, however it spells them: in any case, as they look in an
    address, in JSON, in HTML, in Python. Of a text that was cut off it does not find the rest of one.

    What is shorter than any key (8 characters) may stand in any text, so of bodies it is not taken out.
    """

    def __init__(self, *secrets: str) -> None:
        forms = {form.lower() for secret in secrets for form in _spellings(secret)} - {""}
        self._forms = sorted(forms, key=len, reverse=True)
        self._pattern = re.compile("|".join(map(re.escape, self._forms)) or "(?!)", re.IGNORECASE)
        long = [form.encode() for form in self._forms if len(form) >= _SHORTEST]
        self._long = long
        self._bytes = re.compile(b"|".join(map(re.escape, long)) or b"(?!)", re.IGNORECASE)

    def __call__(self, text: str) -> str:
        return self._pattern.sub(_HIDDEN, text)

    def body(self, body: bytes) -> bytes:
        lowered = body.lower()
        if any(form in lowered for form in self._long):  # which takes no time, and hardly ever is
            return self._bytes.sub(_HIDDEN.encode(), body)
        return body

    def __repr__(self) -> str:
        return "Hider()"


def hide(*secrets: str) -> Hider:
    """Return what takes secrets out of any text."""
    return Hider(*secrets)


def _spellings(secret: str) -> set[str]:
    quoted = {
        str(httpx.QueryParams({"k": secret}))[2:],
        quote(secret),
        quote(secret, safe=""),
        quote_plus(secret),
    }
    told = json.dumps(secret)[1:-1]
    nested = json.dumps(told)[1:-1]
    return {secret, *quoted, told, told.replace("/", "\\/"), nested, escape(secret), repr(secret)[1:-1]}
