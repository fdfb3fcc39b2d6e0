"""
The archive: answers that can become stored truth are kept as they came, for as long as the terms allow.

Bodies are kept by the digest of their bytes, packed, once however often they come. Whatever is kept has no
key in it: addresses are stripped of theirs, and a body that repeats it is kept with a dot in its place.
"""

import hashlib
import zlib
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, urlencode, urlsplit
from uuid import UUID

from django.db import connection, transaction

from investment.providers.access import Access
from investment.providers.models import RawAnswer
from investment.providers.selectors.terms import plan_of
from investment.providers.terms import retention_of

MAX_KEPT = 24 * 2**20  # bytes unpacked; four times the largest answer there is
_TRUTH = timedelta(days=5 * 366)  # prices, actions, rates, filings: what we are built on
_LISTS = timedelta(days=92)  # who is listed, company facts: the next answer replaces the last
_PASSING = timedelta(days=2)  # quotes: worth something until the day's bar is there

# Which answers feed our tables, and how long they are worth keeping. What is not here is not kept.
KEPT: Mapping[tuple[str, str], timedelta] = {
    ("massive", "grouped_daily"): _TRUTH,
    ("massive", "daily_bars"): _TRUTH,
    ("massive", "splits"): _TRUTH,
    ("massive", "dividends"): _TRUTH,
    ("massive", "tickers"): _LISTS,
    ("massive", "ticker"): _LISTS,
    ("massive", "previous_close"): _PASSING,
    ("massive", "news"): _LISTS,
    ("finnhub", "candles"): _TRUTH,
    ("finnhub", "splits"): _TRUTH,
    ("finnhub", "dividends"): _TRUTH,
    ("finnhub", "earnings"): _TRUTH,
    ("finnhub", "profile"): _LISTS,
    ("finnhub", "metrics"): _LISTS,
    ("finnhub", "recommendations"): _LISTS,
    ("finnhub", "earnings_calendar"): _LISTS,
    ("finnhub", "company_news"): _LISTS,
    ("finnhub", "market_news"): _LISTS,
    ("finnhub", "symbols"): _LISTS,
    ("finnhub", "quote"): _PASSING,
    ("alphavantage", "time_series_daily"): _TRUTH,
    ("alphavantage", "fx_daily"): _TRUTH,
    ("alphavantage", "splits"): _TRUTH,
    ("alphavantage", "dividends"): _TRUTH,
    ("alphavantage", "overview"): _LISTS,
    ("alphavantage", "news_sentiment"): _LISTS,
    ("alphavantage", "global_quote"): _PASSING,
    ("alphavantage", "currency_exchange_rate"): _PASSING,
    ("newsapi", "everything"): _LISTS,
    ("newsapi", "top_headlines"): _LISTS,
    ("ecb", "daily"): _TRUTH,
    ("ecb", "last_90_days"): _TRUTH,
    ("ecb", "history"): _TRUTH,
    ("sec", "tickers"): _LISTS,
    ("sec", "submissions"): _LISTS,
    ("sec", "submissions_older"): _LISTS,
    ("sec", "companyfacts"): _LISTS,
}
_KEYS = {"apikey", "api_key", "key", "token", "access_key", "access_token"}


class Deleted(NamedTuple):
    answers: int
    bodies: int


def keep(
    *,
    access: Access[Any],
    call_id: UUID,
    endpoint: str,
    url: str,
    status: int,
    headers: Mapping[str, str],
    body: bytes,
    now: datetime,
) -> bool:
    """
    Keep an answer if it can become stored truth; return whether it belongs to the archive. Repeatable.

    A body that is too long is not kept; its row says so.

    :param url: the whole address that was asked.
    :param body: as it was before it was packed for the way.
    """
    worth = KEPT.get((access.provider, endpoint))
    if worth is None or not 200 <= status < 300:
        return False
    until = now + min(worth, retention_of(access.provider, plan_of(access.provider)) or worth)
    why = f"It is longer than {MAX_KEPT >> 20} MiB" if len(body) > MAX_KEPT else ""
    with transaction.atomic():
        answer = RawAnswer(
            call_id=call_id,
            provider=access.provider,
            scope=access.limits_of(endpoint).scope,
            endpoint=endpoint,
            asked=asked_of(url=url, access=access),
            status=status,
            content_type=access.redact(headers.get("content-type", ""))[:120],
            received_at=now,
            body_id=None if why else _store(access.redact.body(body), until),
            not_kept=why,
            keep_until=until,
        )
        RawAnswer.objects.bulk_create([answer], ignore_conflicts=True)
    return True


def asked_of(*, url: str, access: Access[Any]) -> str:
    """
    Return what was asked, without any key: the path below the provider's own address, and the query.

    The same question has the same words, wherever the provider is.
    """
    parts, base = urlsplit(url), urlsplit(access.base_url)
    path, below = parts.path, base.path.rstrip("/")
    if parts.netloc == base.netloc and path.startswith(below):
        path = path[len(below) :]
    query = [(k, v) for k, v in parse_qsl(parts.query, keep_blank_values=True) if k.lower() not in _KEYS]
    return access.redact(f"{path}?{urlencode(query)}" if query else path)


def expire(*, now: datetime) -> Deleted:
    """Delete what may not be kept any longer. Repeatable; two at once do no harm."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM providers_rawanswer WHERE keep_until <= %s", [now])
        answers = cursor.rowcount
        cursor.execute(
            "DELETE FROM providers_rawbody body WHERE keep_until <= %s"
            " AND NOT EXISTS (SELECT FROM providers_rawanswer WHERE body_id = body.digest)",
            [now],
        )
        return Deleted(answers, cursor.rowcount)


def forget(*, providers: Sequence[str]) -> Deleted:
    """Delete all answers of some providers, and the bodies that nobody else gave."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM providers_rawanswer WHERE provider = ANY(%s) RETURNING body_id", [list(providers)]
        )
        bodies = [row[0] for row in cursor.fetchall()]
        cursor.execute(
            "DELETE FROM providers_rawbody body WHERE digest = ANY(%s)"
            " AND NOT EXISTS (SELECT FROM providers_rawanswer WHERE body_id = body.digest)",
            [bodies],
        )
        return Deleted(len(bodies), cursor.rowcount)


def _store(whole: bytes, until: datetime) -> str:
    """Keep a body, at least until then, and return its digest."""
    digest = hashlib.sha256(whole).hexdigest()
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE providers_rawbody SET keep_until = GREATEST(keep_until, %s) WHERE digest = %s",
            [until, digest],
        )
        if not cursor.rowcount:
            cursor.execute(
                "INSERT INTO providers_rawbody AS old (digest, packed, size, keep_until)"
                " VALUES (%s, %s, %s, %s) ON CONFLICT (digest)"
                " DO UPDATE SET keep_until = GREATEST(old.keep_until, EXCLUDED.keep_until)",
                [digest, zlib.compress(whole), len(whole), until],
            )
    return digest
