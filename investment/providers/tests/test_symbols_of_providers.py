"""One instrument, and what each provider that takes a symbol calls it, there and back."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime

import pytest
from pytest_django import Settings

from investment.providers import registry
from investment.providers.adapters.alphavantage.symbols import from_alpha_vantage, to_alpha_vantage
from investment.providers.adapters.finnhub import frames
from investment.providers.adapters.finnhub.symbols import Spelling
from investment.providers.adapters.massive.symbols import from_massive, to_massive
from investment.providers.adapters.sec.symbols import from_sec, to_sec
from investment.providers.contracts import ListedSymbol
from investment.providers.models import UncoveredSymbol
from investment.providers.selectors.spellings import learned
from investment.providers.services import spellings

NOW = datetime(2026, 3, 3, 4, 50, tzinfo=UTC)
# What Finnhub's list says; how it spells the last four is not documented, so it is heard, never guessed.
LISTED = {
    "BBG000DWG505": "BRK.B", "BBG000BHLNX7": "BF.B", "BBG000000META": "META", "BBG000BACPL1": "BAC-PL",
    "BBG00ACHRWS1": "ACHR/WS", "BBG000ABCU01": "ABC=U", "BBG000000NEW": "OLDN",
}  # fmt: skip
OURS = {
    "BRK.B": "BBG000DWG505", "BF.B": "BBG000BHLNX7", "META": "BBG000000META", "BACpL": "BBG000BACPL1",
    "ACHR.WS": "BBG00ACHRWS1", "ABC.U": "BBG000ABCU01", "NEWN": "BBG000000NEW",
}  # fmt: skip


def rows(listed: dict[str, str] = LISTED) -> Sequence[ListedSymbol]:
    return [
        ListedSymbol(symbol=symbol, provider_symbol=symbol, name="", kind="unknown", figi=figi[:12])
        for figi, symbol in listed.items()
    ]


def figis(ours: dict[str, str] = OURS) -> dict[str, str]:
    return {symbol: figi[:12] for symbol, figi in ours.items()}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("ours", "massive", "finnhub", "alphavantage", "sec"),
    [
        pytest.param("AAPL", "AAPL", "AAPL", "AAPL", "AAPL", id="plain"),
        pytest.param("BRK.B", "BRK.B", "BRK.B", "BRK-B", "BRK-B", id="share-class"),
        pytest.param("BF.B", "BF.B", "BF.B", "BF-B", "BF-B", id="another-share-class"),
        pytest.param("BACpL", "BACpL", "BAC-PL", "BAC-P-L", "BAC-PL", id="preferred"),
        pytest.param("ACHR.WS", "ACHR.WS", "ACHR/WS", "ACHR-WS", "ACHR-WT", id="warrant"),
        pytest.param("ABC.U", "ABC.U", "ABC=U", "ABC-U", "ABC-UN", id="unit"),
        pytest.param("META", "META", "META", "META", "META", id="renamed-everywhere"),
        pytest.param("NEWN", "NEWN", "OLDN", "NEWN", "NEWN", id="renamed-but-not-at-finnhub-yet"),
        pytest.param("TWTR", "TWTR", "TWTR", "TWTR", "TWTR", id="delisted-and-in-no-list"),
    ],
)
def test_every_provider_is_asked_for_it_by_the_name_it_knows(
    ours: str, massive: str, finnhub: str, alphavantage: str, sec: str
) -> None:
    spellings.hear(provider="finnhub", listed=rows(), figis=figis(), now=NOW)
    spelling = Spelling(learned(provider="finnhub"))
    streamed = frames.read(
        f'{{"type":"trade","data":[{{"s":"{finnhub}","p":1,"t":1772524800000}}]}}', spelling
    )
    ways: list[tuple[str, Callable[[str], str | None], Callable[[str], str]]] = [
        (massive, to_massive, from_massive),
        (finnhub, spelling.theirs, spelling.ours),
        (alphavantage, to_alpha_vantage, from_alpha_vantage),
        (sec, to_sec, from_sec),
    ]

    for theirs, there, back in ways:
        assert there(ours) == theirs
        assert back(theirs) == ours
    assert [trade.symbol for trade in streamed.trades] == [ours]


@pytest.mark.django_db
def test_a_rename_is_followed_on_either_side_and_what_was_refused_before_is_forgotten() -> None:
    spellings.hear(provider="finnhub", listed=rows(), figis=figis(OURS | {"OLDN": "BBG000000NEW"}), now=NOW)

    def mark(symbol: str) -> None:
        UncoveredSymbol.objects.create(
            provider="finnhub", scope="finnhub:x:y", endpoint="quote", symbol=symbol, since=NOW, heard_at=NOW,
            ask_again_at=NOW,
        )  # fmt: skip

    before = figis({name: figi for name, figi in OURS.items() if name != "NEWN"} | {"OLDN": "BBG000000NEW"})
    spellings.place(provider="finnhub", figis=before)
    assert "OLDN" not in learned(provider="finnhub")
    mark("NEWN")
    mark("BRK.B")

    spellings.place(provider="finnhub", figis=figis())  # ours has its new name

    spelling = Spelling(learned(provider="finnhub"))
    assert (spelling.theirs("NEWN"), spelling.theirs("OLDN")) == ("OLDN", None), "the old name is nobody's"
    assert list(UncoveredSymbol.objects.values_list("symbol", flat=True)) == ["BRK.B"]

    told = spellings.hear(
        provider="finnhub", listed=rows(LISTED | {"BBG000000NEW": "NEWN"}), figis=figis(), now=NOW
    )
    assert (told.listed, told.differ) == (7, 3)
    assert Spelling(learned(provider="finnhub")).theirs("NEWN") == "NEWN"

    # Delisted here, though the list still has it: it is nobody of ours.
    spellings.place(provider="finnhub", figis=figis({"BRK.B": "BBG000DWG505"}))
    assert learned(provider="finnhub") == {}


@pytest.mark.django_db
def test_the_adapter_and_the_stream_of_every_process_know_what_was_learned(settings: Settings) -> None:
    import httpx

    settings.FINNHUB_API_KEY = "a-test-key-of-finnhub"
    spellings.hear(provider="finnhub", listed=rows(), figis=figis(), now=NOW)
    asked: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        quote = {"c": 20.5, "d": 0, "dp": 0, "h": 21, "l": 20, "o": 20, "pc": 20.5, "t": 1772524800}
        return httpx.Response(200, json=quote)

    with httpx.Client(base_url="http://none", transport=httpx.MockTransport(answer)) as http:
        client = registry.access("finnhub").make(http)
        assert client.quote(symbol="BACpL").symbol == "BACpL"
        assert asked[0].url.params["symbol"] == "BAC-PL"
        # Another process has heard another list: this one knows at once.
        spellings.hear(provider="finnhub", listed=rows({"BBG000BACPL1": "BAC.L"}), figis=figis(), now=NOW)
        registry.access("finnhub").make(http).quote(symbol="BACpL")
    assert asked[1].url.params["symbol"] == "BAC.L"
