"""Who traded under a ticker that is nobody's any more: bars of before a rename, read after it."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from django.db import connection, transaction

from investment.market.models import DailyBar, Instrument, Ticker
from investment.market.selectors.instruments import strangers
from investment.market.services.tickers import lock_instruments
from investment.providers.contracts import InstrumentRecord

_ONE_DAY = timedelta(days=1)
_TOLD = ("name", "kind", "exchange", "currency", "cik", "composite_figi", "share_class_figi")


def recognise_former(*, records: Iterable[InstrumentRecord], now: datetime) -> int:
    """
    Store whom tickers stood for on a day in the past; return how many strangers were recognised.

    One who is known under another ticker today was renamed: the stranger's bars become its own. Of
    others what was told then is kept. Who is known already stays as it is.
    """
    with transaction.atomic():
        lock_instruments()
        unknown = {stranger.symbol: stranger for stranger in strangers()}
        told = [record for record in records if record.symbol in unknown and record.composite_figi]
        figis = [record.composite_figi for record in told]
        owners = {row.composite_figi: row for row in Instrument.objects.filter(composite_figi__in=figis)}
        recognised = 0
        for record in told:
            stranger, owner = unknown[record.symbol], owners.get(record.composite_figi)
            if owner is None:
                facts = {name: getattr(record, name) for name in _TOLD}
                Instrument.objects.filter(pk=stranger.pk).update(**facts, updated_at=now)
                recognised += 1
            elif _merge(owner, stranger):
                recognised += 1
        return recognised


def retire_strangers(*, seen_since: date, now: datetime) -> int:
    """
    Say of strangers without a bar since a day that they are listed no more; return how many there were.

    Only where all who are listed have been read.
    """
    with transaction.atomic():
        lock_instruments()
        traded = DailyBar.objects.filter(session__gte=seen_since).values("instrument_id")
        return strangers().exclude(pk__in=traded).update(active=False, updated_at=now)


def _merge(owner: Instrument, stranger: Instrument) -> bool:
    """Make a stranger's bars those of the one it really is; False where both have one in a session."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT max(theirs.session), coalesce(bool_or(EXISTS (
                SELECT FROM market_dailybar ours
                WHERE ours.session = theirs.session AND ours.instrument_id = %s
            )), FALSE) FROM market_dailybar theirs WHERE theirs.instrument_id = %s
            """,
            [owner.pk, stranger.pk],
        )
        last, overlap = cursor.fetchone() or (None, False)
        if overlap or last is None:
            return False
        for table in ("market_dailybar", "market_barrevision"):
            cursor.execute(
                f"UPDATE {table} SET instrument_id = %s WHERE instrument_id = %s",  # noqa: S608 - our own words
                [owner.pk, stranger.pk],
            )
        cursor.execute(
            """
            UPDATE market_corporateaction AS theirs SET instrument_id = %(owner)s
            WHERE instrument_id = %(stranger)s AND NOT EXISTS (
                SELECT FROM market_corporateaction ours
                WHERE ours.instrument_id = %(owner)s AND ours.kind = theirs.kind
                  AND ours.ex_date = theirs.ex_date
            )
            """,
            {"owner": owner.pk, "stranger": stranger.pk},
        )
    # It had its later ticker «always», as far as we knew.
    later = Ticker.objects.filter(instrument=owner, first_session=None).exclude(symbol=stranger.symbol)
    later.exclude(last_session__lte=last).update(first_session=last + _ONE_DAY)
    Ticker.objects.filter(instrument=stranger).update(instrument=owner, last_session=last)
    stranger.delete()
    return True
