"""Our symbols and Massive's."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from investment.providers import errors
from investment.providers.adapters.massive import symbols
from investment.providers.adapters.massive.tests.wire import Wire, ok


@pytest.mark.parametrize(
    ("symbol", "kind"),
    [
        ("AAPL", "unknown"),
        ("BRK.B", "unknown"),
        ("BACpA", "preferred"),
        ("KIMpL", "preferred"),
        ("TYp", "preferred"),
        ("BACpAw", "preferred"),
        ("ACHR.WS", "warrant"),
        ("TDW.WS.A", "warrant"),
        ("XYZ.WSw", "warrant"),
        ("GRP.U", "unit"),
        ("CELGr", "right"),
        ("GLOrw", "right"),
        ("POSTw", "unknown"),
        ("DD.WD", "unknown"),
    ],
)
def test_both_write_as_the_tape_does(symbol: str, kind: str) -> None:
    assert symbols.to_massive(symbol) == symbols.from_massive(symbol) == symbol
    assert symbols.kind_of(symbol) == kind


@given(st.from_regex(r"[A-Z]{1,5}(\.[A-Z]|p[A-Z]?|r|w|\.WS(\.[A-Z])?|\.U)?", fullmatch=True))
def test_there_and_back_is_where_it_began(symbol: str) -> None:
    assert symbols.from_massive(symbols.to_massive(symbol)) == symbol


@pytest.mark.parametrize("symbol", ["", "X:BTCUSD", "I:SPX", "A B", "A?x", "A\n", "Ä", "-A", ".", "A" * 33])
def test_what_can_be_no_stock_is_not_asked_for(symbol: str) -> None:
    wire = Wire()
    with pytest.raises(errors.UnknownSymbol):
        wire.client.previous_close(symbol=symbol)
    assert wire.asked == []


def test_a_suffix_tells_the_kind_where_massive_does_not() -> None:
    rows = [{"ticker": "ABCpA"}, {"ticker": "ABC"}, {"ticker": "ABC.WS", "type": "RIGHT"}]
    (page,) = Wire(ok({"status": "OK", "results": rows})).client.instruments()
    assert [record.kind for record in page] == ["preferred", "unknown", "right"]
