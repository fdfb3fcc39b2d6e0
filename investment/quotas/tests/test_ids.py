from datetime import UTC, datetime
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from investment.quotas import ids
from investment.quotas.contracts import LANES, Lane


@given(
    microseconds=st.integers(0, 4_102_444_800_000_000),
    scope_number=st.integers(1, ids.MOST_SCOPES - 1),
    lane=st.sampled_from(LANES),
    calls=st.integers(1, ids.MOST_CALLS),
    token=st.integers(0, (1 << 36) - 1),
)
def test_an_id_says_all_that_was_put_into_it(
    microseconds: int, scope_number: int, lane: Lane, calls: int, token: int
) -> None:
    id_ = ids.make(microseconds=microseconds, scope_number=scope_number, lane=lane, calls=calls, token=token)

    assert ids.parse(id_) == ids.Parts(scope_number=scope_number, lane=lane, calls=calls, token=token)
    assert ids.microseconds(ids.reserved_at_of(id_)) == microseconds
    assert (id_.version, id_.variant) == (7, "specified in RFC 4122")


def test_ids_sort_by_time() -> None:
    early, late = (
        ids.make(microseconds=moment, scope_number=1, lane="planned", calls=1, token=token)
        for moment, token in ((1_767_623_400_000_999, 7), (1_767_623_400_001_000, 3))
    )

    assert early < late
    assert ids.reserved_at_of(early) == datetime(2026, 1, 5, 14, 30, 0, 999, tzinfo=UTC)


@given(bits=st.integers(0, (1 << 128) - 1))
def test_an_id_that_is_not_ours_breaks_nothing(bits: int) -> None:
    parts = ids.parse(UUID(int=bits))

    assert parts.lane in LANES
    assert ids.reserved_at_of(UUID(int=bits)).tzinfo is UTC
    assert len(ids.slots_of(ids.member_of(parts.lane, parts.token), parts.calls)) == parts.calls
