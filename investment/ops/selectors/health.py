"""Whether the servers that we need answer."""

from dataclasses import dataclass

import redis
from django.conf import settings
from django.db import DatabaseError, connection

_PATIENCE = 1  # second


@dataclass(frozen=True, slots=True)
class Health:
    """True: it answered."""

    database: bool
    state: bool
    cache: bool

    @property
    def well(self) -> bool:
        return self.database and self.state and self.cache


def check_health() -> Health:
    """Ask each server once; one that does not answer within a second counts as gone."""
    return Health(
        database=_database_answers(),
        state=_redis_answers(settings.REDIS_URL),
        cache=_redis_answers(settings.CACHE_URL),
    )


def _database_answers() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return False
    return True


def _redis_answers(url: str) -> bool:
    # A client of its own: the shared ones wait longer, for work that may take longer.
    client = redis.Redis.from_url(url, socket_timeout=_PATIENCE, socket_connect_timeout=_PATIENCE)
    try:
        client.ping()
    except redis.RedisError:
        return False
    finally:
        client.close()
    return True
