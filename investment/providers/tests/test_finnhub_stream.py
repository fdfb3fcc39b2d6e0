"""The client of Finnhub's live trades against the sandbox's WebSocket, over real sockets."""

import asyncio
import logging
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from investment.providers import errors
from investment.providers.adapters.finnhub.stream import Backoff, StreamEvent, TradeStream
from investment.providers.sandbox.finnhub.socket import connections, ticks
from investment.providers.sandbox.testing import KEY, RunningSandbox, running_sandbox
from investment.providers.tests.streams import FreeForAll, Ledger, Shared, listening, run, until

pytestmark = pytest.mark.slow

TODAY = date(2026, 3, 3)
NOON = datetime(2026, 3, 3, 17, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def running() -> Iterator[RunningSandbox]:
    with running_sandbox(symbols=80, plans={"finnhub": "free"}, now=NOON) as found:
        yield found


@pytest.fixture
def sandbox(running: RunningSandbox) -> RunningSandbox:
    # The sandbox may still be busy with the end of the last test's connection, which is not this one's.
    run(until(lambda: not heard(running), "the end of the last connection"))
    running.reset()
    running.set_now(NOON)
    return running


@pytest.fixture
def busy(sandbox: RunningSandbox) -> list[str]:
    """Symbols that trade every minute and tick."""
    lines = [
        line
        for line in sandbox.market.lines
        if line.listed(TODAY) and line.behaviour.dollars > 1e7 and ticks(line.symbol_on(TODAY))
    ]
    return [line.symbol_on(TODAY) for line in lines]


def heard(sandbox: RunningSandbox) -> list[set[str]]:
    """What each open connection wants to hear of, as the sandbox knows it."""
    return [
        set(each.symbols)
        for (owner, _), listeners in list(connections().items())
        if owner == id(sandbox.sandbox)
        for each in list(listeners)
    ]


def test_trades_come_from_the_one_price_process(sandbox: RunningSandbox, busy: list[str]) -> None:
    async def play() -> None:
        async with listening(sandbox, *busy[:3]) as it:
            await until(lambda: heard(sandbox) == [set(busy[:3])], "subscriptions")
            sandbox.advance(minutes=2)
            await until(lambda: {trade.symbol for trade in it.trades} == set(busy[:3]), "trades")

        _, bars = sandbox.market.bars(busy[0], TODAY, TODAY)
        for batch in it.batches:
            assert [trade.at for trade in batch] == sorted(trade.at for trade in batch)
        for trade in it.trades:
            assert NOON < trade.at <= NOON + timedelta(minutes=2)
            assert trade.size >= 1
        prices = [trade.price for trade in it.trades if trade.symbol == busy[0]]
        assert bars.low[0] <= min(prices) <= max(prices) <= bars.high[0]

    run(play())


def test_the_last_trade_is_the_price_of_the_quote(sandbox: RunningSandbox, busy: list[str]) -> None:
    async def play() -> None:
        async with listening(sandbox, busy[0]) as it:
            await until(lambda: heard(sandbox) == [{busy[0]}])
            sandbox.advance(minutes=1)
            await until(lambda: len(it.trades) >= 4)
            told = max(it.trades, key=lambda trade: trade.at)
            source = sandbox.sandbox.source
            session = next(day for day in source.days.sessions if day.session == TODAY)
            minutes = source.minutes(busy[0], session)
            assert minutes is not None
            row = int((minutes.start <= told.at.timestamp()).nonzero()[0][-1])
            assert told.price == minutes.close[row]

    run(play())


def test_the_most_important_fifty_are_kept_and_the_others_reported(
    sandbox: RunningSandbox, busy: list[str]
) -> None:
    wanted = [f"S{number}" for number in range(55)]

    async def play() -> None:
        async with listening(sandbox, *wanted) as it:
            await until(lambda: heard(sandbox) == [set(wanted[:50])])
            assert it.stream.subscribed == wanted[:50]
            assert it.stream.left_out == set(wanted[50:])
            assert [event.symbol for event in it.told("left_out")] == wanted[50:]

            it.stream.watch(["NEW", *wanted[5:]])
            await until(lambda: heard(sandbox) == [{"NEW", *wanted[5:54]}])
            assert it.stream.left_out == {wanted[54]}

    run(play())


def test_the_fifty_second_is_refused_dropped_and_reported(sandbox: RunningSandbox) -> None:
    wanted = [f"S{number}" for number in range(54)]

    async def play() -> None:
        async with listening(sandbox, *wanted, most=54) as it:
            await until(lambda: len(it.told("left_out")) == 3)
            assert it.stream.subscribed == wanted[:51]
            assert heard(sandbox) == [set(wanted[:51])]
            assert [event.symbol for event in it.told("left_out")] == wanted[:50:-1]
            assert it.told("left_out")[0].words == "Subscribing to too many symbols"

            it.stream.watch([*wanted[:10], "NEW"])
            await until(lambda: heard(sandbox) == [{*wanted[:10], "NEW"}])
            assert it.stream.left_out == set()

    run(play())


def test_a_symbol_without_a_spelling_is_left_out(sandbox: RunningSandbox) -> None:
    async def play() -> None:
        async with listening(sandbox, "KIMpL", "A") as it:
            await until(lambda: heard(sandbox) == [{"A"}])
            assert [(event.symbol, "spelling" in event.words) for event in it.told("left_out")] == [
                ("KIMpL", True)
            ]

    run(play())


def test_a_bad_token_ends_it_and_the_key_is_nowhere(
    sandbox: RunningSandbox, caplog: pytest.LogCaptureFixture
) -> None:
    key, ledger = "nobody/may+see this", Ledger()

    async def play() -> None:
        stream = TradeStream(
            api_key=key,
            url=f"ws://127.0.0.1:{sandbox.port}/finnhub/ws",
            lease=FreeForAll(),
            admission=ledger,
        )
        with pytest.raises(errors.CredentialsRejected) as caught:
            await stream.run(lambda _: asyncio.sleep(0))
        assert caught.value.status == 401
        written = caplog.text + repr(stream) + str(caught.value) + repr(caught.value)
        assert "nobody" not in written
        assert ledger.ends == [(True, 401, "the upgrade was answered with HTTP 401")]

    with caplog.at_level(logging.DEBUG):
        run(play())
    assert sandbox.sandbox.tally(None, "finnhub").refused_by_status == {401: 1}


def test_the_key_is_in_no_log_of_a_good_connection(
    sandbox: RunningSandbox, caplog: pytest.LogCaptureFixture
) -> None:
    async def play() -> None:
        async with listening(sandbox, "A"):
            await until(lambda: heard(sandbox) == [{"A"}])

    with caplog.at_level(logging.DEBUG):
        run(play())
    assert "connected" in caplog.text
    assert KEY not in caplog.text


def test_pings_keep_a_quiet_connection_and_silence_ends_it(sandbox: RunningSandbox) -> None:
    async def play() -> None:
        async with listening(sandbox, "QUIET", silence=0.4) as it:
            await until(lambda: heard(sandbox) == [{"QUIET"}])
            for _ in range(6):
                sandbox.advance(seconds=61)
                await asyncio.sleep(0.15)
            assert it.told("lost") == []
            await until(lambda: it.told("lost"))
            assert it.told("lost")[0].words == "not a word for 0.4 s"
            await until(lambda: len(it.told("connected")) > 1)

    run(play())


def test_after_a_reset_it_comes_back_and_subscribes_again(sandbox: RunningSandbox, busy: list[str]) -> None:
    async def play() -> None:
        async with listening(sandbox, *busy[:2]) as it:
            await until(lambda: heard(sandbox) == [set(busy[:2])])
            sandbox.fault("reset", endpoint="finnhub.line")
            await until(lambda: it.told("lost"))
            await until(lambda: heard(sandbox) == [set(busy[:2])])
            sandbox.advance(minutes=1)
            await until(lambda: {trade.symbol for trade in it.trades} == set(busy[:2]))
            assert len(it.told("connected")) == 2

    run(play())


@pytest.mark.parametrize(
    ("kind", "event"),
    [("duplicate_ticker", "duplicate"), ("cut_json", "malformed"), ("envelope", "malformed")],
)
def test_a_frame_that_comes_twice_or_broken_ends_nothing(
    sandbox: RunningSandbox, busy: list[str], kind: str, event: str
) -> None:
    async def play() -> None:
        async with listening(sandbox, busy[0]) as it:
            await until(lambda: heard(sandbox) == [{busy[0]}])
            sandbox.fault(kind, endpoint="finnhub.trades")
            sandbox.advance(minutes=1)
            await until(lambda: it.told(event))
            sandbox.advance(minutes=1)
            await until(lambda: any(trade.at > NOON + timedelta(minutes=1) for trade in it.trades))
            assert len(it.told("connected")) == 1
            assert len(it.trades) == len(set(it.trades))

    run(play())


def test_a_trade_of_wrong_types_is_left_out_of_its_frame(sandbox: RunningSandbox, busy: list[str]) -> None:
    async def play() -> None:
        async with listening(sandbox, busy[0]) as it:
            await until(lambda: heard(sandbox) == [{busy[0]}])
            sandbox.fault("wrong_types", endpoint="finnhub.trades")
            sandbox.advance(minutes=1)
            await until(lambda: it.trades)
            assert it.told("malformed")[0].words == "1 trades of a frame cannot be read"
            assert len(it.trades) == 3

    run(play())


def test_a_second_connection_drops_both(sandbox: RunningSandbox) -> None:
    async def play() -> None:
        slow = Backoff(60, 60)
        async with listening(sandbox, "A", backoff=slow) as first:
            await until(lambda: heard(sandbox) == [{"A"}])
            async with listening(sandbox, "B", backoff=slow) as second:
                await until(lambda: first.told("lost") and second.told("lost"))
                assert heard(sandbox) == []

    run(play())


def test_with_a_lease_there_is_one_connection_and_the_other_takes_over(sandbox: RunningSandbox) -> None:
    async def play() -> None:
        holder: list[Shared] = []
        async with listening(sandbox, "B", lease=Shared(holder)) as second:
            await until(lambda: heard(sandbox) == [{"B"}])
            lease = Shared(holder)
            async with listening(sandbox, "A", lease=lease) as first:
                await until(lambda: len(first.told("waiting_for_lease")) > 2)
                assert first.told("waiting_for_lease")[0].words == "somebody has it"
                assert heard(sandbox) == [{"B"}]
                second.stream.stop()
                await until(lambda: heard(sandbox) == [{"A"}])
                holder[:] = [Shared([])]  # somebody took it away
                await until(lambda: first.told("lease_lost"))
                assert not lease.tied
                await until(lambda: heard(sandbox) == [])
        assert second.told("lost") == []

    run(play())


def test_attempts_are_reserved_and_told_how_they_ended(sandbox: RunningSandbox) -> None:
    for status in (502, 200, 524, 502, 502):
        sandbox.fault("status" if status != 200 else "html", endpoint="finnhub.ws", status=status)

    async def play() -> None:
        ledger = Ledger(grants=3)
        async with listening(sandbox, "A", admission=ledger) as it:
            await until(lambda: it.told("waiting_for_slot"))
            await asyncio.sleep(0.2)
            assert [event.words for event in it.told("waiting_for_slot")] == ["the quota is used up"]
            assert [(sent, status) for sent, status, _ in ledger.ends] == [
                (True, 502), (True, 200), (True, 524)
            ]  # fmt: skip
            assert [event.words for event in it.told("lost")] == [
                "the upgrade was answered with HTTP 502",
                "the upgrade was answered with HTTP 200",
                "the upgrade was answered with HTTP 524",
            ]

    run(play())


def test_waits_double_up_to_the_most_and_are_shaken() -> None:
    backoff = Backoff(first=1.0, most=60.0)

    assert [backoff.after(failures, 1.0) for failures in (0, 1, 2, 3, 7, 1000)] == [0, 1, 2, 4, 60, 60]
    assert backoff.after(3, 0.0) == 2.0


def test_stopping_closes_the_connection_also_while_it_waits(sandbox: RunningSandbox) -> None:
    async def play() -> None:
        async with listening(sandbox, "A") as it:
            await until(lambda: heard(sandbox) == [{"A"}])
        await until(lambda: heard(sandbox) == [])
        assert it.told("lost") == []

        sandbox.fault("status", endpoint="finnhub.ws", times=None)
        started = time.monotonic()
        async with listening(sandbox, "A", backoff=Backoff(60, 60)) as it:
            await until(lambda: it.told("lost"))
        assert time.monotonic() - started < 2

    run(play())


def test_nobody_there_is_a_loss_like_any_other(sandbox: RunningSandbox) -> None:
    async def play() -> None:
        async def sink(_: Any) -> None:
            pass

        events: list[StreamEvent] = []
        ledger = Ledger(grants=1)
        stream = TradeStream(
            api_key=KEY, url="ws://127.0.0.1:1", lease=FreeForAll(), admission=ledger, on_event=events.append
        )
        task = asyncio.create_task(stream.run(sink))
        await until(lambda: events)
        stream.stop()
        await task
        assert events[0].kind == "lost"
        assert KEY not in events[0].words
        assert [(sent, status) for sent, status, _ in ledger.ends] == [(False, None)]

    run(play())


def test_what_was_paused_before_it_could_send_sends_nothing(sandbox: RunningSandbox) -> None:
    async def play() -> None:
        ledger = Ledger(stale=1)
        async with listening(sandbox, "A", admission=ledger) as it:
            await until(lambda: heard(sandbox) == [{"A"}])
        assert ledger.ends == [(False, None, "it could not be sent in time"), (True, 101, "")]
        assert it.told("lost")[0].words == "it could not be sent in time"
        assert sandbox.counts("finnhub").received == 1

    run(play())


def test_without_its_lease_it_sends_nothing_and_hears_nothing(
    sandbox: RunningSandbox, busy: list[str]
) -> None:
    async def play() -> None:
        holder: list[Shared] = []
        lease = Shared(holder)
        lease.renew_every = 60.0  # what wakes it is the wish, or what has traded
        async with listening(sandbox, busy[0], lease=lease) as it:
            await until(lambda: heard(sandbox) == [{busy[0]}])
            holder[:] = [Shared([])]
            sandbox.advance(minutes=1)
            it.stream.watch([busy[0], "NEW"])
            await until(lambda: it.told("lease_lost"))
            await until(lambda: heard(sandbox) == [])
            assert it.trades == []

    run(play())
