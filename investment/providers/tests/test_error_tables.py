"""
Every row of every provider's table of errors: what our adapter makes of it, and what a user is told.

The answers are the sandbox's, whose words are compared with the table's. No row may be missing: neither
one that the sandbox can answer, nor one that an adapter looks for.
"""

import ast
import inspect
import re
from collections.abc import Callable
from datetime import date
from types import ModuleType
from typing import Any, Self

import httpx
import pytest

from investment.providers import errors
from investment.providers.adapters.alphavantage import refusals as alphavantage
from investment.providers.adapters.alphavantage.tests import wire as alphavantage_wire
from investment.providers.adapters.ecb.tests import wire as ecb_wire
from investment.providers.adapters.finnhub import client as finnhub
from investment.providers.adapters.finnhub.tests import wire as finnhub_wire
from investment.providers.adapters.massive import refusals as massive
from investment.providers.adapters.massive.tests import wire as massive_wire
from investment.providers.adapters.newsapi import client as newsapi
from investment.providers.adapters.newsapi.limits import THROTTLED
from investment.providers.adapters.newsapi.tests import wire as newsapi_wire
from investment.providers.adapters.sec import refusals as sec
from investment.providers.adapters.sec.tests import wire as sec_wire
from investment.providers.advice import advised
from investment.providers.sandbox.alphavantage import words as alphavantage_words
from investment.providers.sandbox.finnhub import call as finnhub_words
from investment.providers.sandbox.massive.refusals import Refused as MassiveRefused
from investment.providers.sandbox.newsapi.refusals import Refused as NewsRefused
from investment.providers.sandbox.sec import pages as sec_pages
from investment.providers.sandbox.speakers import Refused, Reply
from investment.providers.sandbox.table import speakers
from investment.providers.tests.error_rows import NOW, ROWS, Ask, Row

HEADERS = {
    "Date": "Sat, 08 Aug 2026 12:00:00 GMT",
    "X-Ratelimit-Limit": "60",
    "X-Ratelimit-Remaining": "0",
    "X-Ratelimit-Reset": str(int(NOW.timestamp()) + 42),
}
ASKS: dict[str, Ask] = {
    "massive": lambda client: client.previous_close(symbol="AAPL"),
    "finnhub": lambda client: client.splits(symbol="AAPL", start=date(2026, 1, 2), end=date(2026, 8, 7)),
    "alphavantage": lambda client: client.daily_bars(symbol="IBM"),
    "newsapi": lambda client: client.everything(query="x"),
    "ecb": lambda client: client.daily(),
    "sec": lambda client: client.company_facts(cik=320193),
}
WIRES: dict[str, Any] = {
    "massive": massive_wire, "finnhub": finnhub_wire, "alphavantage": alphavantage_wire,
    "newsapi": newsapi_wire, "ecb": ecb_wire, "sec": sec_wire,
}  # fmt: skip


def refused(row: Row) -> errors.ProviderError:
    reply = row.reply
    body = reply.body.encode() if isinstance(reply.body, str) else reply.body
    headers = {**HEADERS, **reply.headers, "Content-Type": reply.content_type}
    answer = httpx.Response(reply.status, headers=headers, stream=httpx.ByteStream(body))
    client = WIRES[row.provider].Wire(answer).client
    with pytest.raises(errors.ProviderError) as caught:
        (row.ask or ASKS[row.provider])(client)
    return caught.value


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.provider} {row.status} {row.name}")
def test_a_row_is_taken_for_what_it_is(row: Row) -> None:
    error = refused(row)

    assert type(error) is row.kind
    assert error.provider == row.provider
    if not (row.provider == "massive" and row.reply.status == 200):  # of which the words say the status
        assert row.reply.status == row.status
    assert error.status == row.status
    assert error.words.replace("…", "k").startswith(row.words) or row.words in error.words
    assert error.words.rstrip(".") in error.message or error.words == "{}", (
        "a user is told the provider's own words"
    )
    key = "SEC_CONTACT" if row.provider == "sec" else f"{row.provider.upper()}_API_KEY"
    if row.kind is errors.CredentialsRejected:
        assert f"heck {key} in .env" in error.message
    elif row.provider != "massive" and error.words != "{}":  # Massive's are told in words of its own
        assert error.message.endswith(advised("", row.kind, key=key).lstrip("."))
    if isinstance(error, errors.TransientProviderError):
        assert error.retry_at == (NOW + row.after if row.after else error.retry_at)
    else:
        assert row.after is None


# ── no row is missing ─────────────────────────────────────────────────────────────────────────


def refusals_in(where: ModuleType | type) -> set[str]:
    """Return the names of what makes refusals, or pages that are some."""
    return {
        name
        for name, made in inspect.getmembers(
            where, lambda each: inspect.isfunction(each) or inspect.ismethod(each)
        )
        if not name.startswith("_") and made.__annotations__.get("return") in (Refused, Self, Reply)
    }


@pytest.mark.parametrize(
    ("provider", "where"),
    [
        ("massive", MassiveRefused),
        ("finnhub", finnhub_words),
        ("alphavantage", alphavantage_words),
        ("newsapi", NewsRefused),
        ("sec", sec_pages),
    ],
)
def test_the_rows_are_all_that_the_sandbox_can_answer(provider: str, where: ModuleType | type) -> None:
    names = {row.name for row in ROWS if row.provider == provider}
    of_the_speaker = {"unknown_path", "server_error", "empty"}
    if provider == "finnhub":  # its other words are its speaker's
        of_the_speaker |= {"key_missing", "key_unknown", "not_in_plan", "too_many"}
    assert names - of_the_speaker == refusals_in(where)


def text_of(reply: Reply) -> str:
    return reply.body if isinstance(reply.body, str) else reply.body.decode()


def said(provider: str) -> list[str]:
    """Return whatever a provider says in its rows."""
    return [text_of(row.reply) for row in ROWS if row.provider == provider]


def test_the_refusals_of_every_speaker_are_rows() -> None:
    for name, speaker in speakers().items():
        kinds = {row.kind for row in ROWS if row.provider == name}
        assert {errors.ProviderUnavailable, errors.ProviderThrottled, errors.RequestRejected} <= kinds
        own: list[Refused | Reply] = [speaker.unknown_path("/x"), speaker.server_error(502)]
        if not speaker.keyless:
            plan = speaker.plans[speaker.usual]
            own += [speaker.key_missing(), speaker.key_unknown("k"), speaker.not_in_plan("x")]
            own += [speaker.too_many(plan, window, "k") for window in plan.windows]
        bodies = [re.sub("50[0-9]", "5xx", text) for text in said(name)]
        for made in own:
            text = text_of(Row(name, "", made, 0, "", errors.ProviderError).reply)
            assert (
                "Performance &amp; security by Cloudflare" in text or re.sub("50[0-9]", "5xx", text) in bodies
            ), f"{name}: {text}"


def test_whatever_an_adapter_looks_for_is_in_a_row() -> None:
    looked_for = {
        "massive": [text for known in massive._MEANINGS.values() for text, _ in known],
        "finnhub": [*finnhub.NO_KEY, finnhub.NO_ACCESS, vars(finnhub)["TOO_MANY"]],
        "newsapi": [*THROTTLED, *codes_in(newsapi._classify)],
        "sec": [*sec._TOO_FAST, *sec._UNDECLARED, sec._THRESHOLD],
    }
    for provider, texts in looked_for.items():
        bodies = [body.lower().replace("&#39;", "'") for body in said(provider)]
        assert texts
        for text in texts:
            assert any(text.lower() in body for body in bodies), f"{provider}: {text}"
    kinds = {heard.kind for body in said("alphavantage") if (heard := alphavantage.heard(body.encode()))}
    assert kinds == set(alphavantage.Kind) - {alphavantage.Kind.UNKNOWN}


def codes_in(function: Callable[..., Any]) -> list[str]:
    """Return NewsAPI's codes that a function names: they are written likeThis."""
    texts = [
        node.value
        for node in ast.walk(ast.parse(inspect.getsource(function)))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    ]
    return [text for text in texts if text.isidentifier() and text != text.lower()]
