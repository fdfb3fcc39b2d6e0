"""The WebSocket's frames, as recorded and as anything else."""

from datetime import UTC, datetime

from hypothesis import given, settings
from hypothesis import strategies as st

from investment.providers.adapters.finnhub import frames
from investment.providers.adapters.finnhub.symbols import Spelling
from investment.providers.contracts import Trade

RECORDED = (
    '{"data":[{"c":["1","24","12"],"p":146.76,"s":"AAPL","t":1628238530221,"v":43},'
    '{"c":[],"p":146.75,"s":"A","t":1628238530220,"v":1}],"type":"trade"}'
)


def test_reads_trades_of_several_symbols_in_the_order_of_their_instants() -> None:
    frame = frames.read(RECORDED, Spelling())

    assert frame.trades == [
        Trade("A", 146.75, 1.0, datetime(2021, 8, 6, 8, 28, 50, 220000, tzinfo=UTC)),
        Trade("AAPL", 146.76, 43.0, datetime(2021, 8, 6, 8, 28, 50, 221000, tzinfo=UTC), ("1", "24", "12")),
    ]


def test_conditions_may_be_null_or_absent_and_symbols_spelled_otherwise() -> None:
    text = '{"type":"trade","data":[{"p":1,"s":"KIM-PL","t":1,"c":null},{"p":1,"s":"B","t":2,"v":0.5}]}'

    frame = frames.read(text, Spelling({"KIMpL": "KIM-PL"}))

    assert [(trade.symbol, trade.conditions) for trade in frame.trades] == [("KIMpL", ()), ("B", ())]


def test_pings_errors_and_what_is_neither() -> None:
    plain = Spelling()
    assert frames.read('{"type":"ping"}', plain).kind == "ping"
    refused = frames.read('{"msg":"Subscribing to too many symbols","type":"error"}', plain)
    assert refused.too_many
    assert not frames.read('{"msg":"Invalid symbol","type":"error"}', plain).too_many
    assert frames.read('{"type":"news","data":[]}', plain).kind == "other"
    assert frames.read("not JSON", plain) == frames.Frame("malformed", words="not JSON")


def test_trades_that_cannot_be_are_counted() -> None:
    rows = '{"p":1,"s":"A","t":1},{"p":-1,"s":"A","t":1},{"p":1,"s":"","t":1},{"p":1,"s":"A","t":1e99},5,null'
    frame = frames.read('{"type":"trade","data":[' + rows + "]}", Spelling())

    assert (len(frame.trades), frame.unreadable) == (1, 5)


@settings(deadline=None)
@given(st.one_of(st.binary(max_size=300), st.text(max_size=300)))
def test_any_frame_at_all(text: str | bytes) -> None:
    assert len(frames.read(text, Spelling()).words) <= 500


def test_a_frame_that_is_nested_without_an_end() -> None:
    assert frames.read('{"type":"trade","data":' + "[" * 100_000, Spelling()).kind == "malformed"
