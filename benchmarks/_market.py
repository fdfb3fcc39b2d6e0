"""A large made-up market for benchmarks: instruments, history in the database, answers as bytes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

import msgspec
import numpy as np
import numpy.typing as npt

NOW = datetime(2026, 7, 1, 4, 5, tzinfo=UTC)
LAST = date(2026, 6, 30)
KINDS = ("common_stock", "adr", "etf", "preferred", "warrant", "other")
SHARES = (0.42, 0.05, 0.28, 0.07, 0.08, 0.10)

Matrix = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class MadeUp:
    """Raw bars, [session, instrument]; ``traded`` says where there is one."""

    sessions: list[date]
    symbols: list[str]
    instrument_ids: npt.NDArray[np.int64]
    close: Matrix
    volume: Matrix
    traded: npt.NDArray[np.bool_]

    def columns(self, row: int) -> dict[str, Matrix]:
        """Return the prices of one session, of those that traded."""
        traded = self.traded[row]
        close, before = self.close[row, traded], self.close[max(row - 1, 0), traded]
        opened = np.round((close + before) / 2, 4)
        return {
            "open": opened,
            "high": np.round(np.maximum(opened, close) * 1.004, 4),
            "low": np.round(np.minimum(opened, close) * 0.996, 4),
            "close": close,
            "volume": self.volume[row, traded],
            "vwap": np.round((opened + close) / 2, 4),
            "trades": np.round(self.volume[row, traded] / 100),
        }

    def answer(self, row: int) -> bytes:
        """Return the session as the provider's answer for the whole market."""
        from investment.providers.adapters.massive.records import session_bounds

        at = int(session_bounds(self.sessions[row])[0]) + 16 * 3_600_000
        columns = {name: values.tolist() for name, values in self.columns(row).items()}
        symbols = [self.symbols[place] for place in np.flatnonzero(self.traded[row]).tolist()]
        names = ("open", "high", "low", "close", "volume", "vwap", "trades")
        results = [
            {"T": symbol, "v": v, "vw": vw, "o": o, "c": c, "h": h, "l": low, "t": at, "n": int(n)}
            for symbol, o, h, low, c, v, vw, n in zip(
                symbols, *(columns[name] for name in names), strict=True
            )
        ]
        return msgspec.json.encode(
            {
                "queryCount": len(results),
                "resultsCount": len(results),
                "adjusted": False,
                "results": results,
                "status": "OK",
                "request_id": "0123456789abcdef",
                "count": len(results),
            }
        )


def make_market(*, symbols: int, sessions: Sequence[date]) -> MadeUp:
    """Write instruments and their actions to the database; return their prices, none of them stored."""
    from investment.market.models import CorporateAction, Instrument, Ticker

    rng = np.random.default_rng(7)
    shape = (len(sessions), symbols)
    close = np.round(np.exp(rng.normal(3.2, 0.9, symbols) + np.cumsum(rng.normal(0, 0.02, shape), axis=0)), 4)
    volume = np.round(np.exp(rng.normal(11.5, 1.6, symbols) + rng.normal(0, 0.4, shape)))
    traded = rng.random(shape) > np.where(rng.random(symbols) < 0.2, 0.03, 0.0)
    listed = np.where(rng.random(symbols) < 0.04, rng.integers(0, len(sessions), symbols), 0)
    traded &= np.arange(len(sessions))[:, None] >= listed
    kinds = rng.choice(KINDS, size=symbols, p=SHARES)
    common = {"currency": "USD", "source": "bench", "first_seen_at": NOW, "updated_at": NOW}
    made = Instrument.objects.bulk_create(
        [
            Instrument(
                symbol=f"B{place:05}",
                kind=str(kind),
                exchange="XNYS",
                actions_from=date(1990, 1, 1),
                **common,
            )
            for place, kind in enumerate(kinds)
        ],
        batch_size=5000,
    )
    Ticker.objects.bulk_create(
        [Ticker(instrument=each, symbol=each.symbol) for each in made], batch_size=5000
    )
    told = {"provider": "bench", "known_at": NOW}
    actions = [
        CorporateAction(
            instrument=made[place], kind="split", ex_date=sessions[when], ratio=float(ratio), **told
        )
        for place, when, ratio in zip(
            rng.choice(symbols, symbols // 40, replace=False).tolist(),
            rng.integers(1, len(sessions), symbols // 40).tolist(),
            rng.choice([2.0, 3.0, 0.1], symbols // 40).tolist(),
            strict=True,
        )
    ]
    for place in rng.choice(symbols, symbols // 4, replace=False).tolist():
        for when in range(int(rng.integers(1, 63)), len(sessions), 63):
            amount = str(round(float(close[when - 1, place]) * 0.004 + 0.001, 4))
            actions.append(
                CorporateAction(
                    instrument=made[place], kind="dividend", ex_date=sessions[when], amount=amount,
                    currency="USD", **told,
                )
            )  # fmt: skip
    CorporateAction.objects.bulk_create(actions, batch_size=5000)
    ids = np.array([each.pk for each in made], dtype=np.int64)
    prices, shares = close.astype(np.float64), volume.astype(np.float64)
    return MadeUp(list(sessions), [each.symbol for each in made], ids, prices, shares, traded)


def store_history(market: MadeUp, *, rows: range) -> None:
    """Store these sessions as imported ones."""
    from django.db import transaction

    from investment.lib import partitions, pgcopy
    from investment.market.models import DailyBar, Origin

    table = DailyBar._meta.db_table
    origin = Origin.objects.create(provider="bench", channel="imported", basis="raw", fetched_at=NOW)
    partitions.ensure_years(table=table, first=market.sessions[0], last=market.sessions[-1])
    with transaction.atomic():
        for row in rows:
            traded = market.traded[row]
            count = int(traded.sum())
            pgcopy.copy_in(
                table=table,
                columns={
                    "session": np.full(count, market.sessions[row], dtype="datetime64[D]"),
                    "instrument_id": market.instrument_ids[traded],
                    **market.columns(row),
                    "origin_id": np.full(count, origin.pk, dtype=np.int64),
                },
            )
