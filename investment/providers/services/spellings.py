"""
Learning how a provider spells our symbols, from its own list of what it knows.

A symbol is a name, and every provider has its own for some; a FIGI is the same everywhere. So the list is
kept by FIGI, and which of our symbols each belongs to is found anew whenever either side has changed.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from django.db import transaction

from investment.providers.contracts import ListedSymbol
from investment.providers.models import ListedSpelling, UncoveredSymbol
from investment.providers.selectors import spellings as selectors

_AT_ONCE = 5_000  # rows


@dataclass(frozen=True, slots=True)
class Learned:
    """How many symbols the provider listed with a FIGI, and how many of ours it spells in another way."""

    listed: int
    differ: int


def hear(
    *, provider: str, listed: Iterable[ListedSymbol], figis: Mapping[str, str], now: datetime
) -> Learned:
    """
    Keep a provider's whole list of symbols in place of the one before.

    :param figis: the composite FIGI of each of our active symbols.
    """
    ours = {figi: symbol for symbol, figi in figis.items()}
    rows = {
        row.figi: ListedSpelling(
            provider=provider,
            figi=row.figi,
            symbol=row.provider_symbol,
            ours=ours.get(row.figi, ""),
            heard_at=now,
        )
        for row in listed
        if row.figi and len(row.figi) <= 12 and len(row.provider_symbol) <= 64
    }
    before = dict(selectors.learned(provider=provider))
    with transaction.atomic():
        ListedSpelling.objects.filter(provider=provider).delete()
        ListedSpelling.objects.bulk_create(rows.values(), batch_size=_AT_ONCE)
    return _changed(provider, before, len(rows))


def place(*, provider: str, figis: Mapping[str, str]) -> Learned:
    """
    Find anew which of our symbols those of the provider's last list are: ours may have been renamed.

    Without a call. ``figis``: as for :func:`hear`.
    """
    ours = {figi: symbol for symbol, figi in figis.items()}
    before = dict(selectors.learned(provider=provider))
    rows = list(ListedSpelling.objects.filter(provider=provider))
    moved = [row for row in rows if row.ours != ours.get(row.figi, "")]
    for row in moved:
        row.ours = ours.get(row.figi, "")
    ListedSpelling.objects.bulk_update(moved, ["ours"], batch_size=_AT_ONCE)
    return _changed(provider, before, len(rows))


def forget(*, providers: Collection[str]) -> int:
    """Delete the lists of providers; return how many rows that were."""
    deleted = 0
    for provider in providers:
        before = dict(selectors.learned(provider=provider))
        deleted += ListedSpelling.objects.filter(provider=provider).delete()[0]
        transaction.on_commit(partial(_changed, provider, before, 0))
    return deleted


def _changed(provider: str, before: Mapping[str, str], listed: int) -> Learned:
    """Let every process read the rows anew, and forget what was refused of symbols under another spelling."""
    selectors.rows.changed(provider)
    after = selectors.learned(provider=provider)
    respelled = {symbol for symbol in {*before, *after} if before.get(symbol) != after.get(symbol)}
    UncoveredSymbol.objects.filter(provider=provider, symbol__in=respelled).delete()
    return Learned(listed, len(after))
