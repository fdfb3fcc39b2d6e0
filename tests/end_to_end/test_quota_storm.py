"""
No provider ever has to refuse a call, whatever fails.

Eight worker processes ask four providers at once through the gateway, on a clock that runs fast;
the sandboxes count for themselves. ``benchmarks/quota_day.py`` does the same for a whole day.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.end_to_end.quota_storm.profiles import with_kinds
from tests.end_to_end.quota_storm.stage import Stage

pytestmark = pytest.mark.slow

RATE = 60.0
SPAN = 25 * RATE  # seconds of the one clock: 25 real ones
LONG = {"alphavantage": 25, "newsapi": 50}  # what their day has
WAIT = {"median": 0.3, "spread": 1.3, "most": 12.0}


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    runtime = tmp_path / "runtime"
    runtime.mkdir(mode=0o700)
    with Stage(runtime) as stage:
        yield stage


def test_no_call_is_one_too_many_whatever_fails(stage: Stage) -> None:
    profiles = with_kinds()
    stage.set_clock(rate=RATE)
    stage.open(profiles, "test", before=WAIT, after=WAIT, never=0.01)

    def no_database() -> None:
        with stage.without_database(crash=True):
            stage.let(1.5)

    tallies = stage.storm(
        profiles,
        "test",
        span=SPAN,
        faults=[
            (0.15, stage.flush),
            (0.45, lambda: stage.restart_state(crash=True, lose=True)),
            (0.75, stage.restart_state),
            (0.80, no_database),
        ],
        kill_every=4.0,
        full=LONG,
    )

    assert {name: tally.refused for name, tally in tallies.items()} == {
        profile.name: 0 for profile in profiles
    }
    # Long windows were filled and remembered; short ones were filled more than once.
    sent = {name: tally.sent for name, tally in tallies.items()}
    assert {name: sent[name] for name in LONG} == LONG, sent
    assert sent["massive"] > 2 * 5, sent
    assert sent["finnhub"] > 2 * 60, sent
    assert stage.troubles().keys() >= {"memory_lost", "unrecorded"}, "nothing has failed"
