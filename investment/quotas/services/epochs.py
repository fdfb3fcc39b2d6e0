"""
Being the only one: reigns, of which the newest of a name counts.

A reign has a name, an owner and a number that only grows. Whoever reserves under the number of a
reign that was followed by another, or that was given up, is refused: a leader that was paused and
wakes up spends nothing. How long a reign may last is not decided here but by whoever begins it
(:mod:`investment.ops.services.leases`).

The row says which reign is the newest, the state server's hash of numbers which may reserve now.
A loss of the state server's memory is made good from the rows.
"""

from django.db import connection

from investment.lib import redis
from investment.quotas import scripts
from investment.quotas.models import Epoch

# The number of an existing row is drawn when its lock is held: numbers grow in the order of commits.
_ENTER = """
    INSERT INTO quotas_epoch (name, number, owner)
    VALUES (%(name)s, nextval('quotas_epoch_number'), %(owner)s)
    ON CONFLICT (name) DO UPDATE SET number = nextval('quotas_epoch_number'), owner = excluded.owner
    RETURNING number
"""
# KEYS: 1 epoch  ARGV: 1 number 2 name. Numbers are fields; what else is kept there is not numeric.
_PROCLAIM = """
    local number = tonumber(ARGV[1])
    local earlier, fields = {}, redis.call('HGETALL', KEYS[1])
    for i = 1, #fields, 2 do
      local other = tonumber(fields[i])
      if other and fields[i + 1] == ARGV[2] then
        if other > number then return 0 end
        earlier[#earlier + 1] = fields[i]
      end
    end
    for _, field in ipairs(earlier) do redis.call('HDEL', KEYS[1], field) end
    redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
    return 1
"""


class Followed(Exception):
    """Another reign over the same name began before ours was known: ours never was."""


def begin(*, name: str, owner: str) -> int:
    """
    Begin a reign over ``name`` and return its number; all earlier ones are refused from now on.

    :raises Followed: if another has begun since.
    """
    number = enter(name=name, owner=owner)
    proclaim(name=name, number=number)
    return number


def enter(*, name: str, owner: str) -> int:
    """
    Write the row of a new reign and return its number, which may reserve once it is proclaimed.

    In the transaction in which the caller becomes the only one, so that numbers grow in that order.
    """
    with connection.cursor() as cursor:
        cursor.execute(_ENTER, {"name": name, "owner": owner})
        return int(cursor.fetchone()[0])


def proclaim(*, name: str, number: int) -> None:
    """
    Let the number reserve, and no earlier one of that name.

    :raises Followed: if the row names another reign by now. Its number stays as it is.
    """
    client, key = redis.state(), redis.key(*scripts.EPOCH)
    newest = client.eval(_PROCLAIM, 1, key, number, name)
    # Whoever was paused before this may have been followed by one that is over already.
    if not newest or not Epoch.objects.filter(name=name, number=number).exists():
        client.hdel(key, str(number))
        raise Followed(f"Reign {number} over {name} was followed by another")


def end(*, name: str, number: int) -> None:
    """Give a reign up: its number is refused from now on. Harmless where another has followed."""
    Epoch.objects.filter(name=name, number=number).delete()
    redis.state().hdel(redis.key(*scripts.EPOCH), str(number))


def reigns(number: int) -> bool:
    """True while nobody has followed: of what an earlier reign still hears nothing is kept."""
    return bool(redis.state().hexists(redis.key(*scripts.EPOCH), str(number)))
