"""Everything that may happen to a ledger in a day, in one order."""

from collections.abc import Callable

from tests.end_to_end.quota_storm.stage import Stage

Fault = tuple[float, Callable[[], None]]
BREATH = 1.5  # real seconds: less than a memory takes to be rebuilt


def every_fault(stage: Stage, *, outage: float, pause: float) -> list[Fault]:
    """
    Return what to do at which fraction of a storm: one thing after the other, then one on top of another.

    ``outage`` is for how long PostgreSQL is gone, ``pause`` for how long a process is stopped (real
    seconds; more than the five within which a granted call must be sent).
    """

    def no_database() -> None:
        with stage.without_database():
            stage.let(outage / 2)
            stage.flush()
            stage.let(outage / 2)

    def no_state() -> None:
        stage.servers.take_away("state", crash=True)
        stage.let(BREATH)
        stage.servers.bring_back("state")

    def paused() -> None:
        with stage.paused_worker():
            stage.let(pause)

    def forgotten_while_paused() -> None:
        with stage.paused_worker():
            stage.let(BREATH)
            stage.flush()
            stage.let(pause)

    def forgotten_twice() -> None:
        stage.flush()
        stage.let(BREATH)
        stage.restart_state(crash=True, lose=True)

    def both_gone() -> None:
        with stage.without_database(crash=True):
            stage.let(BREATH)
            stage.restart_state(crash=True)

    return [
        (0.05, stage.flush),
        (0.14, paused),
        (0.22, stage.restart_state),
        (0.30, lambda: stage.restart_state(crash=True, lose=True)),
        (0.40, no_database),
        (0.62, forgotten_while_paused),
        (0.72, no_state),
        (0.80, forgotten_twice),
        (0.88, both_gone),
        (0.95, stage.flush),
    ]
