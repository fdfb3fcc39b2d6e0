"""What may not be told is taken out of whatever a provider says, however it spells it."""

import html
import json
from collections.abc import Callable
from urllib.parse import quote, quote_plus

import httpx
import pytest

from investment.providers.access import hide

KEY = "a+Key/of=ours&more%\"'<that>"

SPELLINGS: dict[str, Callable[[str], str]] = {
    "as it is": str,
    "in capitals": str.upper,
    "in small letters": str.lower,
    "in a path": quote,
    "in a query": quote_plus,
    "in httpx's query": lambda key: str(httpx.QueryParams({"k": key}))[2:],
    "in a query, with small digits": lambda key: quote(key, safe="").lower(),
    "in JSON": lambda key: json.dumps(key)[1:-1],
    "in JSON in JSON": lambda key: json.dumps(json.dumps(key)[1:-1])[1:-1],
    "in PHP's JSON": lambda key: json.dumps(key)[1:-1].replace("/", "\\/"),
    "in HTML": html.escape,
    "in Python": lambda key: repr(key)[1:-1],
}


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_a_key_is_taken_out_however_it_is_spelled(spelling: str) -> None:
    text = f"before {SPELLINGS[spelling](KEY)} after"

    assert hide(KEY)(text) == "before … after"
    assert hide("another", KEY).body(text.encode()) == "before … after".encode()


def test_what_holds_no_key_is_the_same_bytes() -> None:
    body = bytes(range(256)) * 100

    assert hide(KEY).body(body) is body
    assert hide().body(body) is body
    assert hide()("a text") == "a text"


def test_short_words_stay_in_bodies() -> None:
    assert hide("k").body(b'{"k":1}') == b'{"k":1}'
    assert hide("k")("the key k") == "the …ey …"


def test_nothing_of_it_is_in_its_name() -> None:
    assert repr(hide(KEY)) == "Hider()"
