"""The sandbox fails on demand, in each of the ways that a client must survive."""

import ssl
import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from investment.providers.sandbox.faults import KINDS, Fault, UnknownFault
from investment.providers.sandbox.testing import RunningSandbox, running_sandbox

TLS = ssl.create_default_context()  # never used, and costly to make for every call
PATH = "/v2/aggs/grouped/locale/us/market/stocks/2026-03-02"


@pytest.fixture(scope="module")
def running() -> Iterator[RunningSandbox]:
    with running_sandbox(plan="unlimited") as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(running: RunningSandbox) -> RunningSandbox:
    running.reset()
    return running


def get(sandbox: RunningSandbox, path: str = PATH) -> httpx.Response:
    return httpx.get(sandbox.url + path, headers={"Authorization": f"Bearer {sandbox.key}"}, verify=TLS)


def rows(sandbox: RunningSandbox) -> list[dict[str, Any]]:
    return list(get(sandbox).json()["results"])


def test_a_server_error_speaks_html_as_often_as_asked(sandbox: RunningSandbox) -> None:
    sandbox.fault("status", endpoint="grouped", status=503, times=2)
    assert get(sandbox, "/v1/marketstatus/now").status_code == 200
    for _ in range(2):
        answer = get(sandbox)
        assert answer.status_code == 503
        assert answer.headers["Content-Type"].startswith("text/html")
        assert "<html>" in answer.text
    assert get(sandbox).status_code == 200
    sandbox.fault("status", status=429, body="", content_type="application/json")
    assert (get(sandbox).status_code, get(sandbox).status_code) == (429, 200)


def test_a_connection_is_reset(sandbox: RunningSandbox) -> None:
    sandbox.fault("reset")
    with pytest.raises(httpx.ReadError):
        get(sandbox)
    assert get(sandbox).status_code == 200


def test_a_body_ends_before_its_end(sandbox: RunningSandbox) -> None:
    sandbox.fault("truncated")
    with pytest.raises(httpx.RemoteProtocolError, match="without sending complete message"):
        get(sandbox)
    sandbox.fault("cut_json")
    with pytest.raises(ValueError, match=r"Expecting|Unterminated|delimiter"):
        get(sandbox).json()


def test_an_answer_can_be_late(sandbox: RunningSandbox) -> None:
    sandbox.fault("latency", seconds=0.3)
    started = time.monotonic()
    assert get(sandbox).status_code == 200
    assert time.monotonic() - started >= 0.3


def test_an_answer_can_be_something_else(sandbox: RunningSandbox) -> None:
    sandbox.fault("html")
    sandbox.fault("content_type", content_type="application/octet-stream")
    sandbox.fault("envelope")
    assert get(sandbox).text.startswith("<html>")
    assert get(sandbox).headers["Content-Type"] == "application/octet-stream"
    assert get(sandbox).json() == {"greeting": "hello"}


def test_rows_can_be_wrong(sandbox: RunningSandbox) -> None:
    good = rows(sandbox)

    sandbox.fault("negative_price", rows=3)
    bad = rows(sandbox)
    assert [row["l"] < 0 for row in bad] == [True] * 3 + [False] * (len(good) - 3)
    sandbox.fault("high_below_low", tickers=[good[5]["T"]])
    bad = rows(sandbox)
    assert [place for place, row in enumerate(bad) if row["h"] < row["l"]] == [5]
    sandbox.fault("wrong_types")
    assert rows(sandbox)[0]["c"] == "a lot"
    sandbox.fault("missing_fields")
    assert ["c" in row for row in rows(sandbox)].count(False) == 1
    sandbox.fault("scale", rows=2, factor=100)
    assert rows(sandbox)[1]["c"] == pytest.approx(good[1]["c"] * 100)
    sandbox.fault("wrong_session")
    assert {row["t"] - other["t"] for row, other in zip(rows(sandbox), good, strict=True)} == {-86_400_000}
    assert rows(sandbox) == good


def test_rows_can_be_missing_or_too_many(sandbox: RunningSandbox) -> None:
    good = rows(sandbox)
    sandbox.fault("half_rows")
    answer = get(sandbox).json()
    assert answer["results"] == good[::2]
    assert answer["resultsCount"] == answer["queryCount"] == len(good[::2])
    sandbox.fault("empty")
    assert "results" not in get(sandbox).json()
    sandbox.fault("duplicate_ticker", rows=2)
    tickers = [row["T"] for row in rows(sandbox)]
    assert len(tickers) == len(set(tickers)) + 2


def test_rows_can_be_planted(sandbox: RunningSandbox) -> None:
    good = rows(sandbox)
    warrant = good[0] | {"c": good[0]["c"] * 10, "h": good[0]["h"] * 10}
    sandbox.fault("plant", rows=[warrant, {"T": "ZZZZ", "o": 1, "h": 1, "l": 1, "c": 1, "v": 5}])
    found = {row["T"]: row for row in rows(sandbox)}
    assert found[good[0]["T"]] == warrant
    assert found["ZZZZ"]["t"] == good[0]["t"]
    assert len(found) == len(good) + 1


def test_a_fault_for_bars_leaves_other_lists_alone(sandbox: RunningSandbox) -> None:
    sandbox.fault("negative_price")
    assert get(sandbox, "/v3/reference/tickers").status_code == 200


def test_it_is_driven_over_http_from_this_machine(sandbox: RunningSandbox) -> None:
    with httpx.Client(base_url=sandbox.url + "/_sandbox") as control:
        armed = control.post("/faults", json={"kind": "status", "endpoint": "grouped", "times": None})
        assert (armed.status_code, len(armed.json()["armed"])) == (201, 1)
        assert get(sandbox).status_code == 502
        assert get(sandbox).status_code == 502
        assert control.delete("/faults").status_code == 204
        assert get(sandbox).status_code == 200
        tally = control.get("/counts").json()["keys"][sandbox.key]
        assert tally["by_endpoint"] == {"grouped": 3}
        assert tally["by_status"] == {"502": 2, "200": 1}
        assert [call["status"] for call in control.get("/calls").json()["calls"]] == [502, 502, 200]
        assert set(control.get("/faults").json()["kinds"]) == set(KINDS)
        assert control.post("/faults", json={"kind": "earthquake"}).status_code == 400
        assert control.post("/faults", data={"kind": "reset"}).status_code == 403  # a web page's form
        assert control.post("/reset", json={}).status_code == 204
        assert control.get("/counts").json() == {"keys": {}, "providers": {}}


def test_a_fault_of_an_endpoint_that_is_none_is_refused(sandbox: RunningSandbox) -> None:
    with httpx.Client(base_url=f"{sandbox.url}/_sandbox") as client:
        known = client.get("/faults").json()["endpoints"]
        assert {"grouped", "ticker_events", "line"} <= set(known["massive"])
        assert "time_series_daily" in known["alphavantage"]
        for endpoint in (
            "*",
            "massive.*",
            "line",
            *(f"{name}.{each}" for name in known for each in known[name]),
        ):
            fault = {"kind": "status", "endpoint": endpoint}
            assert client.post("/faults", json=fault).status_code == 201, endpoint
        for endpoint in ("groupd", "finnhub.quot", "nobody.*"):
            fault = {"kind": "status", "endpoint": endpoint}
            assert client.post("/faults", json=fault).status_code == 400, endpoint


def test_a_key_can_be_revoked_and_given_another_plan(sandbox: RunningSandbox) -> None:
    with httpx.Client(base_url=sandbox.url + "/_sandbox") as control:
        control.put("/keys", json={"key": sandbox.key, "plan": None})
        assert get(sandbox).status_code == 401
        control.put("/keys", json={"key": sandbox.key, "plan": "unlimited"})
        assert get(sandbox).status_code == 200
        assert control.put("/keys", json={"key": sandbox.key, "plan": "gold"}).status_code == 400


def test_a_fault_says_what_it_does_not_know() -> None:
    with pytest.raises(UnknownFault, match="there are: latency"):
        Fault("earthquake")
    with pytest.raises(UnknownFault, match="a list of rows"):
        Fault("plant")
