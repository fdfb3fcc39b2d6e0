"""How a provider spells our symbols, where it was heard to spell them in another way."""

import secrets
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.db.models import F

from investment.lib import redis
from investment.providers.models import ListedSpelling

_learned: dict[tuple[str, str], tuple[bytes, Mapping[str, str]]] = {}


def learned(*, provider: str) -> Mapping[str, str]:
    """
    Return the provider's symbols by ours, where they differ: one small read, or, after a change, the rows.

    Whoever writes changes the token too, so what one process learns all others know at once.
    """
    token, place = _token(provider), (settings.MODE.name, provider)
    found = _learned.get(place)
    if found is None or found[0] != token:
        rows = ListedSpelling.objects.filter(provider=provider).exclude(ours="").exclude(ours=F("symbol"))
        found = _learned[place] = (token, dict(rows.values_list("ours", "symbol")))
    return found[1]


def token_key(provider: str) -> str:
    return redis.key("spellings", provider)


def _token(provider: str) -> bytes:
    client: Any = redis.state()
    found = client.get(token_key(provider))
    if found is None:
        # Before the rows are read: what changes meanwhile changes the token too.
        client.set(token_key(provider), secrets.token_bytes(8), nx=True)
        found = client.get(token_key(provider))
    return found or b""
