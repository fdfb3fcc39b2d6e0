"""The book of names and tickers by which stories are tied to instruments; one for each process."""

from datetime import datetime
from typing import Final

from django.db.models import Count, Max

from investment.market.models import Instrument
from investment.news.calculators.mentions import Listed, NameBook

Kind = Instrument.Kind
# Whose names are companies' names. A fund or a warrant is known by its ticker alone.
_NAMED: Final = (Kind.COMMON_STOCK, Kind.ADR, Kind.UNKNOWN)

_kept: tuple[tuple[int, datetime | None, int | None], NameBook[int]] | None = None


def name_book() -> NameBook[int]:
    """Return the book of all that is listed now; made anew only where an instrument has changed."""
    global _kept
    listed = Instrument.objects.filter(active=True)
    state = listed.aggregate(count=Count("pk"), changed=Max("updated_at"), last=Max("pk"))
    version = (state["count"], state["changed"], state["last"])
    if _kept is None or _kept[0] != version:
        rows = list(listed.values_list("pk", "symbol", "name", "kind", "cik"))
        _kept = version, NameBook(_listed(rows))
    return _kept[1]


def _listed(rows: list[tuple[int, str, str, str, str | None]]) -> list[Listed[int]]:
    """
    Give a company's name to one of its instruments: a name of two would be nobody's.

    That is the common stock with the shortest ticker. The others are found by tag and ticker.
    """
    owners: dict[str, int] = {}
    for pk, _, _, _, cik in sorted(
        (row for row in rows if row[3] in _NAMED), key=lambda row: (_NAMED.index(row[3]), len(row[1]), row[1])
    ):
        owners.setdefault(cik or f"instrument {pk}", pk)
    named = set(owners.values())
    return [Listed(pk, symbol, name if pk in named else "") for pk, symbol, name, _, _ in rows]
