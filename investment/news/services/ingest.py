"""
Storing what providers told of stories: each story once, whoever brought it.

Nothing is remembered between two calls: what a copy may be the same as is looked up among the rows, so that
a restart, or another process, loses nothing. In what order copies come makes no difference
(``calculators/families.py``), with two exceptions: a copy keeps the words in which its provider told it
first, and of more than :data:`MOST_NEAR` texts like one another only those nearest in time are compared.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final, cast
from uuid import UUID

from django.db import connection, transaction

from investment.market.selectors.instruments import holders
from investment.news.calculators import places, snippets, telling
from investment.news.calculators.duplicates import WINDOW
from investment.news.calculators.families import Copy, Order, adopt, text_of
from investment.news.models import StoryCopy
from investment.news.services.families import settle
from investment.news.services.following import follow_up
from investment.providers.contracts import Article, ArticleSentiment

BATCH: Final = 250  # articles to a transaction
MOST_NEAR: Final = 300
AHEAD: Final = timedelta(hours=1)  # by which a publisher's clock may be wrong
EARLIEST: Final = datetime(1990, 1, 1, tzinfo=UTC)
_REASONS: Final = 5  # that are told in full


@dataclass(slots=True)
class Stored:
    """
    What was done. ``stories``, ``copies`` and ``ties`` are new ones; ``changed`` copies were known, and are
    now known to be about more; ``unchanged`` ones were told exactly so before. ``refused`` articles cannot
    be shown or placed in time; ``reasons`` says why of the first few.
    """

    stories: int = 0
    copies: int = 0
    ties: int = 0
    changed: int = 0
    unchanged: int = 0
    refused: int = 0
    reasons: list[str] = field(default_factory=list)

    def refuse(self, article: Article, why: str) -> None:
        self.refused += 1
        if len(self.reasons) < _REASONS:
            self.reasons.append(f"{why}: {article.url[:100]!r} {article.headline[:80]!r}")


@dataclass(slots=True)
class _Told:
    """One article as it is kept."""

    digest: str
    row: StoryCopy
    sentiments: Sequence[ArticleSentiment]


def store_articles(
    *,
    articles: Sequence[Article],
    provider: str,
    source: str,
    now: datetime,
    call_id: UUID | None = None,
    about: int | None = None,
) -> Stored:
    """
    Store what a provider told: which stories are new, what they are about and what they mean. Repeatable.

    Each batch is a transaction of its own: what is interrupted is taken up by telling it again.

    :param provider: who was asked; ``source`` is whose words these are (the sandbox's are «sample»).
    :param about: the instrument that the question was about, if it was about one.
    """
    done = Stored()
    told = _readable(articles, provider, source, now, call_id, done)
    for start in range(0, len(told), BATCH):
        with transaction.atomic():
            lock_stories()
            _store(told[start : start + BATCH], provider, about, now, done)
    return done


def lock_stories() -> None:
    """One writer of stories at a time, until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('news_story'))")


def _readable(
    articles: Iterable[Article], provider: str, source: str, now: datetime, call_id: UUID | None, done: Stored
) -> list[_Told]:
    """Return what can be kept, each address once; of one told twice, the first."""
    found: dict[str, _Told] = {}
    for article in articles:
        headline = snippets.headline_of(article.headline)
        address = snippets.address_of(article.url)
        at = article.published_at
        if not headline:
            done.refuse(article, "It has no headline")
        elif address is None:
            done.refuse(article, "It has no address that a browser may be sent to")
        elif at.tzinfo is None or not EARLIEST <= at <= now + AHEAD:
            done.refuse(article, f"It cannot have been published at {at}")
        elif (digest := snippets.digest_of(address)) in found:
            done.unchanged += 1
        else:
            row = StoryCopy(
                provider=provider,
                source=source,
                provider_id=snippets.clean(article.provider_id)[:200],
                url=address,
                url_digest=digest,
                headline=headline,
                summary=snippets.snippet_of(article.summary, headline),
                publisher=snippets.clean(article.source)[:200],
                language=snippets.clean(article.language)[:8].lower(),
                image_url=snippets.address_of(article.image_url) or "",
                published_at=at,
                first_seen_at=now,
                tags=[tag for symbol in article.symbols if (tag := snippets.clean(symbol)[:64])],
                call_id=call_id,
            )
            found[digest] = _Told(digest, row, article.sentiments)
    return list(found.values())


def _store(told: Sequence[_Told], provider: str, about: int | None, now: datetime, done: Stored) -> None:
    _resolve(told, about)
    digests = [each.digest for each in told]
    known = {
        row.url_digest: row for row in StoryCopy.objects.filter(provider=provider, url_digest__in=digests)
    }
    new: list[StoryCopy] = []
    touched: set[int] = set()
    for each in told:
        row = known.get(each.digest)
        if row is None:
            new.append(each.row)
        elif _add(row, each.row):
            done.changed += 1
            touched.add(row.story_id)
        else:
            done.unchanged += 1
    if new:
        copies = _as_copies(new)
        moved = adopt(list(copies.values()), _near(new, copies))
        settled = settle(new=new, copies=copies, moved=moved)
        touched |= settled.touched
        done.stories += settled.made
        done.copies += len(new)
    done.ties += follow_up(story_ids=touched, now=now)


def _resolve(told: Sequence[_Told], about: int | None) -> None:
    """Turn tickers into the instruments that had them on the day of publication."""
    days: dict[date, list[_Told]] = defaultdict(list)
    for each in told:
        days[each.row.published_at.astimezone(UTC).date()].append(each)
    for day, of_day in days.items():
        symbols = {tag for each in of_day for tag in each.row.tags}
        symbols |= {one.symbol for each in of_day for one in each.sentiments if one.symbol.isprintable()}
        held = holders(session=day, symbols=sorted(symbols)) if symbols else {}
        for each in of_day:
            tagged = dict.fromkeys(held[tag] for tag in each.row.tags if tag in held)
            each.row.tagged = list(tagged)
            each.row.about = [] if about is None else [about]
            each.row.told = telling.as_rows(
                telling.ProviderReading(held[one.symbol], one.label, one.score, one.relevance)
                for one in each.sentiments
                if one.symbol in held
            )


def _add(row: StoryCopy, told: StoryCopy) -> bool:
    """Add to a known copy what it is about beyond what was told before; return whether there is anything."""
    tagged = list(dict.fromkeys((*row.tagged, *told.tagged)))
    about = sorted({*row.about, *told.about})
    kept: list[Any] = row.told
    of = {each["instrument"] for each in kept}
    readings = [*kept, *(each for each in told.told if each["instrument"] not in of)]
    if (tagged, about, readings) == (row.tagged, row.about, row.told):
        return False
    row.tags = list(dict.fromkeys((*row.tags, *told.tags)))
    row.tagged, row.about, row.told = tagged, about, readings
    row.save(update_fields=["tags", "tagged", "about", "told"])
    return True


def _as_copies(rows: Sequence[StoryCopy]) -> dict[int, Copy]:
    """Give new rows their keys and the places where they are found; return them as what is compared."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence('news_storycopy', 'id')) FROM generate_series(1, %s)",
            [len(rows)],
        )
        keys = [key for (key,) in cursor.fetchall()]
    copies: dict[int, Copy] = {}
    for key, row in zip(keys, rows, strict=True):
        text = text_of(row.headline, row.summary, row.published_at)
        row.pk, row.places = key, places.filed(text)
        copies[key] = Copy(key, (row.published_at, row.url_digest, row.provider), text)
    return copies


# Buckets of periods beside one another differ by 1 (``places.searched``).
_NEAR = """
SELECT told.key, near.id FROM unnest(%(keys)s::bigint[], %(at)s::timestamptz[]) AS told (key, at)
JOIN (
    SELECT key, array_agg(place + beside) AS places
    FROM unnest(%(owners)s::bigint[], %(places)s::bigint[]) AS filed (key, place),
         generate_series(-1, 1) AS beside
    GROUP BY key
) searched USING (key)
CROSS JOIN LATERAL (
    SELECT id FROM news_storycopy
    WHERE places && searched.places
      AND published_at BETWEEN told.at - %(window)s AND told.at + %(window)s
    ORDER BY abs(extract(epoch FROM published_at - told.at)), url_digest, provider LIMIT %(most)s
) near
UNION
SELECT told.key, copy.id
FROM unnest(%(keys)s::bigint[], %(at)s::timestamptz[], %(digests)s::text[]) AS told (key, at, digest)
JOIN news_storycopy copy
    ON copy.url_digest = told.digest
   AND copy.published_at BETWEEN told.at - %(window)s AND told.at + %(window)s
"""


def _near(rows: Sequence[StoryCopy], copies: dict[int, Copy]) -> dict[int, list[Copy]]:
    """Return, for each new copy, all that it may be the same as: among those stored, and among the new."""
    asked: dict[str, Any] = {
        "keys": [row.pk for row in rows],
        "at": [row.published_at for row in rows],
        "digests": [row.url_digest for row in rows],
        "owners": _array(row.pk for row in rows for _ in row.places),
        "places": _array(place for row in rows for place in row.places),
        "window": WINDOW,
        "most": MOST_NEAR,
    }
    with connection.cursor() as cursor:
        # Before its statistics are made the database would rather read the whole table for each of them.
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(_NEAR, asked)
        pairs = cursor.fetchall()
        cursor.execute("SET LOCAL enable_seqscan = on")
    stored = _stored_copies({pk for _, pk in pairs})
    near: dict[int, list[Copy]] = defaultdict(list)
    for key, pk in pairs:
        near[key].append(stored[pk])
    filed: dict[int, list[Copy]] = defaultdict(list)
    for row in rows:
        for place in row.places:
            filed[place].append(copies[row.pk])
    for row in rows:
        wanted = places.searched(row.places)
        beside = {copy.key: copy for place in wanted for copy in filed.get(place, ()) if copy.key != row.pk}
        near[row.pk].extend(beside.values())
    return near


def _stored_copies(keys: Collection[int]) -> dict[int, Copy]:
    rows = StoryCopy.objects.filter(pk__in=keys).values_list(
        "pk", "story_id", "headline", "summary", "published_at", "url_digest", "provider", "parent_id",
        "parent__published_at", "parent__url_digest", "parent__provider",
    )  # fmt: skip
    return {
        pk: Copy(
            key=pk,
            order=(at, digest, provider),
            text=text_of(headline, summary, at),
            parent=parent,
            parent_order=None if parent is None else cast("Order", tuple(of_parent)),
            story=story,
        )
        for pk, story, headline, summary, at, digest, provider, parent, *of_parent in rows
    }


def _array(numbers: Iterable[int]) -> str:
    """An array in the database's own words: a hundred thousand numbers are made so in no time."""
    return "{" + ",".join(map(str, numbers)) + "}"
