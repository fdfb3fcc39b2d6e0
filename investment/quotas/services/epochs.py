"""
Being the only one.

A reign has a name, an owner, an end and a number that only grows. Whoever reserves under the number
of a reign that was followed by another is refused, so a leader that was paused past its end spends
nothing when it wakes. Ends are real time: a replay must not stretch them.
"""

from datetime import datetime, timedelta

from django.db import connection

from investment.lib import redis
from investment.quotas import scripts

_ACQUIRE = """
    INSERT INTO quotas_epoch (name, number, owner, until)
    VALUES (%(name)s, nextval('quotas_epoch_number'), %(owner)s, %(until)s)
    ON CONFLICT (name) DO UPDATE
        SET number = excluded.number, owner = excluded.owner, until = excluded.until
        WHERE quotas_epoch.until IS NULL OR quotas_epoch.until <= %(real_now)s
    RETURNING number
"""


def acquire(*, name: str, owner: str, seconds: float, real_now: datetime) -> int | None:
    """Begin a reign over ``name`` and return its number, or None while another's lasts."""
    with connection.cursor() as cursor:
        cursor.execute(
            _ACQUIRE,
            {
                "name": name,
                "owner": owner,
                "until": real_now + timedelta(seconds=seconds),
                "real_now": real_now,
            },
        )
        row = cursor.fetchone()
    if row is None:
        return None
    number = int(row[0])
    client, key = redis.state(), redis.key(*scripts.EPOCH)
    reigns: dict[bytes, bytes] = client.hgetall(key)  # type: ignore[assignment]
    with client.pipeline() as pipe:
        for field, reign in reigns.items():
            if reign.decode() == name:
                pipe.hdel(key, field)
        pipe.hset(key, str(number), name)
        pipe.execute()
    return number


def renew(*, name: str, number: int, seconds: float, real_now: datetime) -> bool:
    """Prolong a reign; False if it has been followed by another or given up."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE quotas_epoch SET until = %s WHERE name = %s AND number = %s AND until IS NOT NULL",
            [real_now + timedelta(seconds=seconds), name, number],
        )
        return bool(cursor.rowcount == 1)


def release(*, name: str, number: int) -> None:
    """Give a reign up, so that another can begin at once."""
    with connection.cursor() as cursor:
        cursor.execute("UPDATE quotas_epoch SET until = NULL WHERE name = %s AND number = %s", [name, number])
