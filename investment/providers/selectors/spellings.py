"""How a provider spells our symbols, where it was heard to spell them in another way."""

from collections.abc import Mapping

from django.db.models import F

from investment.lib.read_once import ReadOnce
from investment.providers.models import ListedSpelling


def _read(provider: str) -> Mapping[str, str]:
    found = ListedSpelling.objects.filter(provider=provider).exclude(ours="").exclude(ours=F("symbol"))
    return dict(found.values_list("ours", "symbol"))


rows = ReadOnce("spellings", _read)


def learned(*, provider: str) -> Mapping[str, str]:
    """Return the provider's symbols by ours, where they differ: one small read, unless that has changed."""
    return rows(provider)
