"""The state server loses everything, in the middle of a test."""

import time as real_time

from investment.lib import redis
from investment.quotas import scripts
from investment.quotas.services.memory import SEND_WITHIN


def forget_everything() -> None:
    """FLUSHALL, as far as it concerns this mode, but for the clock that the test holds."""
    client = redis.state()
    for key in client.scan_iter(match=redis.key("quota", "*")):
        client.delete(key)


def let_late_ones_pass() -> None:
    """Pretend that the loss was noticed long enough ago."""
    redis.state().set(redis.key(*scripts.LOST), int((real_time.time() - SEND_WITHIN - 1) * 1e6))
