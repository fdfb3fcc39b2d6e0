"""With the data of a provider goes that it was heard: what is not there any more is asked for again."""

from datetime import UTC, datetime

import pytest

from investment.acquisition.kinds import Kind
from investment.acquisition.models import NewsPoll, Sighting
from investment.market.models import Instrument, Quote
from investment.ops.services.forgetting import forget_provider

NOW = datetime(2026, 3, 3, 17, 0, tzinfo=UTC)


@pytest.mark.django_db
def test_prices_looks_and_how_far_news_were_read_go_with_their_source() -> None:
    instrument = Instrument.objects.create(
        symbol="AAPL", source="own", first_seen_at=NOW, updated_at=NOW, kind=Instrument.Kind.COMMON_STOCK
    )
    for source, kind in (("finnhub", Kind.METRICS), ("sample", Kind.NEWS)):
        Sighting.objects.create(
            kind=kind, instrument=instrument, provider="finnhub", source=source, seen_at=NOW, tried_at=NOW
        )
        NewsPoll.objects.create(provider="finnhub", source=source, polled_at=NOW, reached_at=NOW)
    Quote.objects.create(
        instrument=instrument,
        provider="finnhub",
        source="finnhub",
        price=1.0,
        at=NOW,
        session=NOW.date(),
        fetched_at=NOW,
    )

    forget_provider(provider="finnhub", by="ada", now=NOW)

    assert not Quote.objects.exists()
    assert list(Sighting.objects.values_list("source", "kind")) == [("sample", "news")]
    assert list(NewsPoll.objects.values_list("source", flat=True)) == ["sample"]
