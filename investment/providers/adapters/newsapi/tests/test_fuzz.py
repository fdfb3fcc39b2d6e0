"""Any bytes are read into valid records or refused with the documented error; nothing else happens."""

import contextlib
import json
from datetime import UTC
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from investment.providers import errors
from investment.providers.adapters.newsapi import records
from investment.providers.adapters.newsapi.limits import PLANS, limit_facts
from investment.providers.adapters.newsapi.tests.wire import Wire, recorded

pytestmark = pytest.mark.slow

ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
FIELDS = ("source", "author", "title", "description", "url", "urlToImage", "publishedAt", "content")
ARTICLE = json.loads(recorded("everything"))["articles"][0]
# An article with some of its fields replaced by anything.
ODD = st.dictionaries(st.sampled_from(FIELDS), ANY_JSON, max_size=3).map(lambda odd: ARTICLE | odd)
PAGE = st.fixed_dictionaries(
    {"status": st.just("ok") | ANY_JSON, "articles": st.lists(ODD | ANY_JSON, max_size=4) | ANY_JSON},
    optional={"totalResults": ANY_JSON, "code": ANY_JSON, "message": ANY_JSON},
)


def pieces(body: bytes) -> st.SearchStrategy[bytes]:
    """A body with a piece of it replaced by any bytes."""
    return st.builds(
        lambda start, length, put: body[:start] + put + body[start + length :],
        st.integers(0, len(body)),
        st.integers(0, 40),
        st.binary(max_size=20),
    )


def check(body: bytes) -> None:
    try:
        page = records.page(body, language=None, what="a page")
    except errors.MalformedPayload:
        return
    for article in page.articles:
        assert article.url.lower().startswith(("http://", "https://"))
        assert article.headline.strip()
        assert article.published_at.tzinfo is UTC
        assert article.summary is None or article.summary.strip()


@given(st.binary(max_size=200) | pieces(recorded("everything")))
@settings(max_examples=120, deadline=None)
def test_any_bytes_are_articles_or_malformed(body: bytes) -> None:
    check(body)


@given(PAGE)
@settings(max_examples=120, deadline=None)
def test_any_document_is_articles_or_malformed(document: Any) -> None:
    check(json.dumps(document).encode())


@given(st.binary(max_size=100) | pieces(recorded("sources")))
@settings(max_examples=100, deadline=None)
def test_any_bytes_are_publishers_or_malformed(body: bytes) -> None:
    try:
        for source in records.sources(body, "sources"):
            assert isinstance(source.source_id, str)
    except errors.MalformedPayload:
        pass


@given(
    st.integers(200, 599),
    st.binary(max_size=100) | PAGE.map(lambda document: json.dumps(document).encode()),
    st.text(alphabet=st.characters(min_codepoint=32, max_codepoint=126), max_size=30),
)
@settings(max_examples=120, deadline=None)
def test_any_refusal_is_an_error_of_ours(status: int, body: bytes, header: str) -> None:
    headers = {"Retry-After": header, "Date": header}
    limit_facts(status, headers, body, PLANS["developer"])
    with contextlib.suppress(errors.ProviderError):
        Wire(httpx.Response(status, content=body, headers=headers)).client.everything(query="x")
