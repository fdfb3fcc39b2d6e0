import pytest

from investment.providers.adapters.alphavantage.symbols import from_alpha_vantage, to_alpha_vantage


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ("IBM", "IBM"),
        ("BRK.B", "BRK-B"),
        ("ABRpD", "ABR-P-D"),
        ("ABRp", "ABR-P"),
        ("ACHR.WS", "ACHR-WS"),
        ("ABC.U", "ABC-U"),
        ("TSCO.LON", "TSCO.LON"),
        ("600104.SHH", "600104.SHH"),
        ("CRYPTO:BTC", "CRYPTO:BTC"),
        ("", ""),
    ],
)
def test_each_spelling_becomes_the_other(ours: str, theirs: str) -> None:
    assert to_alpha_vantage(ours) == theirs
    assert from_alpha_vantage(theirs) == ours
