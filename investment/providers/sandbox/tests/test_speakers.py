"""The way of a request is one for all providers; words, keys, types and sockets are each one's own."""

import ssl
import time
from collections.abc import Iterator
from datetime import date
from typing import Any, ClassVar

import httpx
import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from investment.providers.sandbox import table
from investment.providers.sandbox.delays import Delays
from investment.providers.sandbox.deviations import Deviation
from investment.providers.sandbox.limiter import Window
from investment.providers.sandbox.page import masked
from investment.providers.sandbox.plans import Plan
from investment.providers.sandbox.speakers import HTML, Call, Connection, Refused, Reply, Speaker
from investment.providers.sandbox.state import Sandbox
from investment.providers.sandbox.table import speaker_of, speakers
from investment.providers.sandbox.testing import KEY, RunningSandbox, running_sandbox

pytestmark = pytest.mark.slow

TLS = ssl.create_default_context()  # never used, and costly to make for every call


def price(call: Call) -> dict[str, Any]:
    if call.param("symbol") is None:
        raise Refused(422, {"error": "no symbol"})
    told = call.last_price(call.param("symbol") or "")
    return {"c": told.price if told else 0}


def table_of(call: Call) -> Reply:
    if call.request.headers.get("If-None-Match") == '"1"':
        return Reply(b"", 304)
    return Reply("a,b\r\n1,2\r\n", content_type="text/csv", headers={"ETag": '"1"'})


async def echo(connection: Connection) -> None:
    await connection.socket.accept()
    async for text in connection.socket.iter_text():
        await connection.socket.send_text(f"{connection.key}: {text}")


class Toy(Speaker):
    name = "toy"
    mount = "/toy/v1"
    host = "toy.example.com"
    usual = "free"
    plans: ClassVar = {
        "free": Plan("free", (Window(3, 60),), rate_headers=True, without=frozenset({"gold"}), penalty=300),
        "paid": Plan("paid"),
    }
    routes: ClassVar = {"price": ("/price", price), "csv": ("/csv", table_of), "gold": ("/gold", price)}
    sockets: ClassVar = {"ws": ("/toy/ws", echo)}

    def key(self, connection: Any) -> str | None:
        return connection.query_params.get("token")  # type: ignore[no-any-return]

    def bucket(self, endpoint: str) -> str:
        return "market data" if endpoint != "gold" else "metals"

    def key_missing(self) -> Refused:
        return Refused(401, {"error": "who?"})

    def not_in_plan(self, endpoint: str) -> Refused:
        return Refused(403, {"error": f"{endpoint} costs"})

    def too_many(self, plan: Plan, window: Window, key: str) -> Refused:  # noqa: ARG002
        return Refused(200, {"Information": f"{window.limit} in {window.seconds}"})

    def unknown_path(self, path: str) -> Reply:  # noqa: ARG002
        return Reply("", 302, HTML, {"Location": "/"})


class Open(Toy):
    """Without keys, and only for those who say who they are."""

    name = "open"
    mount = "/open"
    keyless = True
    sockets: ClassVar = {}

    def greet(self, connection: Any) -> None:
        if "@" not in connection.headers.get("User-Agent", ""):
            raise Refused(403, Reply("<html>Undeclared</html>", 403, HTML))


@pytest.fixture
def sandbox(monkeypatch: pytest.MonkeyPatch) -> Iterator[RunningSandbox]:
    massive = speakers()["massive"]
    monkeypatch.setattr(table, "_found", {"massive": massive, "toy": Toy(), "open": Open()})
    with running_sandbox() as running:
        yield running


def get(sandbox: RunningSandbox, path: str, **options: Any) -> httpx.Response:
    return httpx.get(sandbox.url + path, verify=TLS, **options)


def symbol(sandbox: RunningSandbox) -> str:
    return sandbox.market.lines[0].symbol


def test_each_provider_has_its_own_keys_counts_and_words(sandbox: RunningSandbox) -> None:
    assert get(sandbox, "/toy/v1/price").json() == {"error": "who?"}
    assert get(sandbox, "/toy/v1/price?token=x").status_code == 401
    asked = f"/toy/v1//price?token={KEY}&symbol={symbol(sandbox)}"
    answer = get(sandbox, asked)
    assert answer.json()["c"] > 0
    assert answer.headers["X-Ratelimit-Remaining"] == "2"
    assert get(sandbox, f"/toy/v1/gold?token={KEY}").json() == {"error": "gold costs"}
    assert get(sandbox, f"/toy/v1/price?token={KEY}").status_code == 422
    assert get(sandbox, asked).status_code == 200
    too_many = get(sandbox, asked)
    assert (too_many.status_code, too_many.json()) == (200, {"Information": "3 in 60"})
    assert get(sandbox, "/v1/marketstatus/now", params={"apiKey": KEY}).status_code == 200
    counts = sandbox.counts("toy")
    assert (counts.received, counts.admitted, counts.refused, counts.over_limit) == (5, 3, 3, 1)
    assert counts.refused_by_status == {403: 1, 422: 1, 200: 1}
    assert sandbox.sandbox.tally("x", "toy").received == 2
    assert sandbox.counts().received == 1


def test_one_call_too_many_may_shut_the_door_for_a_while(sandbox: RunningSandbox) -> None:
    asked = f"/toy/v1/price?token={KEY}&symbol=X"
    for _ in range(4):
        get(sandbox, asked)
    sandbox.advance(seconds=61)
    assert "Information" in get(sandbox, asked).json()
    sandbox.advance(seconds=300)
    assert get(sandbox, asked).json() == {"c": 0}


def test_answers_are_of_any_type(sandbox: RunningSandbox) -> None:
    answer = get(sandbox, f"/toy/v1/csv?token={KEY}")
    assert answer.text == "a,b\r\n1,2\r\n"
    assert answer.headers["Content-Type"] == "text/csv"
    again = get(sandbox, f"/toy/v1/csv?token={KEY}", headers={"If-None-Match": answer.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_unknown_paths_are_the_business_of_whose_they_are(sandbox: RunningSandbox) -> None:
    answer = get(sandbox, "/toy/v1/nothing")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/")
    assert get(sandbox, "/nothing").text == "404 page not found"
    assert speaker_of("/toyland").name == "massive"


def test_who_needs_no_key_is_counted_with_everybody(sandbox: RunningSandbox) -> None:
    undeclared = get(sandbox, "/open/price?symbol=X")
    assert (undeclared.status_code, undeclared.text) == (403, "<html>Undeclared</html>")
    declared = {"User-Agent": "Jane jane@example.com"}
    answers = [get(sandbox, "/open/price?symbol=X", headers=declared).json() for _ in range(4)]
    assert answers == [{"c": 0}] * 3 + [{"Information": "3 in 60"}]
    assert sandbox.sandbox.tally("-", "open").received == 5


def test_sockets_are_refused_before_the_upgrade_or_handed_over(sandbox: RunningSandbox) -> None:
    address = sandbox.url.replace("http", "ws") + "/toy/ws"
    with pytest.raises(InvalidStatus) as refused:
        connect(f"{address}?token=x")
    assert refused.value.response.status_code == 401
    with connect(f"{address}?token={KEY}") as socket:
        socket.send("hello")
        assert socket.recv() == f"{KEY}: hello"
    sandbox.fault("status", endpoint="toy.ws", status=502)
    with pytest.raises(InvalidStatus) as broken:
        connect(f"{address}?token={KEY}")
    assert broken.value.response.status_code == 502
    assert sandbox.counts("toy").by_status == {101: 1, 502: 1}


def test_faults_are_for_an_endpoint_a_provider_or_all(sandbox: RunningSandbox) -> None:
    status, asked = "/v1/marketstatus/now?apiKey=" + KEY, f"/toy/v1/csv?token={KEY}"
    sandbox.fault("status", endpoint="toy.csv", status=520)
    assert get(sandbox, status).status_code == 200
    page = get(sandbox, asked)
    assert page.status_code == 520
    assert "toy.example.com | 520: Web server is returning an unknown error" in page.text
    sandbox.fault("envelope", endpoint="toy.*")
    assert get(sandbox, status).status_code == 200
    assert get(sandbox, asked).json() == {"greeting": "hello"}
    sandbox.fault("status", endpoint="csv", times=1)
    assert get(sandbox, asked).status_code == 200, "a bare name is Massive's"
    sandbox.reset()
    sandbox.fault("trickle", endpoint="*", seconds=0.3)
    started = time.monotonic()
    assert get(sandbox, asked).text == "a,b\r\n1,2\r\n"
    assert time.monotonic() - started > 0.25


def test_deviations_are_switched_for_one_provider(sandbox: RunningSandbox) -> None:
    def control(verb: str, path: str, **document: Any) -> httpx.Response:
        return httpx.request(verb, f"{sandbox.url}/_sandbox/deviations{path}", json=document, verify=TLS)

    def told() -> float:
        sandbox.sandbox.limiter.forget()
        return float(get(sandbox, f"/toy/v1/price?token={KEY}&symbol={symbol(sandbox)}").json()["c"])

    right = told()
    assert control("PUT", "/toy", scale=100).status_code == 204
    assert told() == pytest.approx(right * 100)
    assert control("PUT", "/toy", scale=100, symbols=["OTHER"]).status_code == 204
    assert told() == right
    assert control("PUT", "/toy", stale=3 * 86_400).status_code == 204
    assert told() != right
    assert control("PUT", "/toy", shift=1).status_code == 204
    assert told() != right
    assert control("GET", "").json()["on"] == {"toy": "days late by 1"}
    assert control("DELETE", "/toy").status_code == 204
    assert told() == right
    for wrong in ({"scale": 0}, {"speed": 1}, {"stale": "much"}, {"symbols": "X"}, {"stale": None}):
        assert control("PUT", "/toy", **wrong).status_code == 400
    assert control("PUT", "/nobody", scale=2).status_code == 400


def test_a_shifted_day_is_told_under_the_next_session(sandbox: RunningSandbox) -> None:
    market = sandbox.sandbox.source
    sandbox.sandbox.deviations["massive"] = Deviation.parse("shift=1")
    told = sandbox.sandbox.source_for("massive", sandbox.sandbox.now())
    friday, monday = date(2026, 2, 27), date(2026, 3, 2)
    assert told.grouped(monday).close.tolist() == market.grouped(friday).close.tolist()
    dates, bars = told.bars(symbol(sandbox), monday, monday)
    assert dates == [monday]
    assert bars.close.tolist() == market.bars(symbol(sandbox), friday, friday)[1].close.tolist()
    one = market.grouped(monday).symbols[3]
    sandbox.sandbox.deviations["massive"] = Deviation.parse(f"scale=100,symbols={one}+NOBODY")
    told = sandbox.sandbox.source_for("massive", sandbox.sandbox.now())
    ratios = (told.grouped(monday).close / market.grouped(monday).close).round(6).tolist()
    assert ratios == [100.0 if each == one else 1.0 for each in market.grouped(monday).symbols]


def test_the_page_shows_what_keys_sent_and_never_a_whole_one(sandbox: RunningSandbox) -> None:
    for _ in range(4):
        get(sandbox, f"/toy/v1/csv?token={KEY}")
    sandbox.fault("reset", endpoint="toy.gold", times=None)
    sandbox.sandbox.delays_at["toy.gold"] = Delays.parse("constant,median=0.5")
    answer = get(sandbox, "/_sandbox/")
    assert answer.headers["Content-Type"].startswith("text/html")
    assert "3 / 3 in 1 min (market data)" in answer.text
    assert "1 × 200, a refusal" in answer.text
    assert "toy.csv <b>× 3</b>" in answer.text
    assert "until disarmed" in answer.text
    assert "0.5 s after it" in answer.text
    assert "rolling windows" in answer.text
    assert KEY not in answer.text
    assert masked(KEY) in answer.text
    assert "http" not in answer.text.replace("http-equiv", "")
    assert masked("short") == "…"
    assert masked("sample-key") == "sample-key"


def test_a_folder_that_does_not_exist_is_no_provider() -> None:
    assert "massive" in speakers()
    assert set(speakers()) <= set(table.NAMES)
    assert isinstance(Sandbox.__doc__, str)
