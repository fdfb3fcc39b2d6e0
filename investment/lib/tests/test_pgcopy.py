"""Columns through PostgreSQL's binary COPY and back."""

from datetime import UTC, date, datetime

import numpy as np
import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from investment.lib import pgcopy

pytestmark = pytest.mark.django_db

rows = st.lists(
    st.tuples(
        st.dates(),
        st.integers(-(2**63), 2**63 - 1),
        st.integers(-(2**31), 2**31 - 1),
        st.one_of(st.none(), st.floats(allow_nan=False)),
        st.one_of(st.none(), st.floats(allow_nan=False)),
        st.booleans(),
        st.datetimes(min_value=datetime(1900, 1, 1), max_value=datetime(2200, 1, 1)),  # noqa: DTZ001 - made aware below
    ),
    max_size=30,
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=rows)
def test_what_is_copied_in_is_what_is_read(
    rows: list[tuple[date, int, int, float | None, float | None, bool, datetime]],
) -> None:
    nan = float("nan")
    columns = {
        "a": np.array([row[0] for row in rows], dtype="datetime64[D]"),
        "b": np.array([row[1] for row in rows], dtype=np.int64),
        "c": np.array([row[2] for row in rows], dtype=np.int32),
        "d": np.array([nan if row[3] is None else row[3] for row in rows], dtype=np.float64),
        "e": np.array([nan if row[4] is None else row[4] for row in rows], dtype=np.float64),
        "f": np.array([row[5] for row in rows], dtype=np.bool_),
        "g": np.array([row[6] for row in rows], dtype="datetime64[us]"),
    }
    expected = [(*row[:6], row[6].replace(tzinfo=UTC)) for row in rows]

    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "CREATE TEMPORARY TABLE place (n serial, a date, b bigint, c integer, d double precision,"
            " e double precision, f boolean, g timestamptz) ON COMMIT DROP"
        )
        pgcopy.copy_in(table="place", columns=columns)
        pgcopy.send(table="place", names=list(columns), rows=pgcopy.encode(columns))
        cursor.execute("SELECT a, b, c, d, e, f, g FROM place ORDER BY n")
        assert cursor.fetchall() == expected + expected
        transaction.set_rollback(True)


def test_a_column_that_binary_copy_does_not_carry_here_is_refused() -> None:
    with pytest.raises(TypeError, match="'name'"):
        pgcopy.encode({"name": np.array(["a"])})
