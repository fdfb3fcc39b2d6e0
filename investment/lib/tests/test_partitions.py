from datetime import date

import pytest
from django.db import connection
from django.db.utils import IntegrityError

from investment.lib import partitions

TABLE = "lib_test_partitioned"


@pytest.fixture
def table(db: None) -> str:
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TABLE {TABLE} (session date NOT NULL) PARTITION BY RANGE (session)")
    return TABLE


def test_missing_years_are_made_and_present_ones_left_alone(table: str) -> None:
    first = partitions.ensure_years(table=table, first=date(2029, 12, 31), last=date(2031, 1, 1))
    again = partitions.ensure_years(table=table, first=date(2030, 1, 1), last=date(2032, 6, 1))

    assert list(first) == [f"{TABLE}_{year}" for year in (2029, 2030, 2031)]
    assert list(again) == [f"{TABLE}_2032"]
    with connection.cursor() as cursor:
        cursor.execute(f"INSERT INTO {TABLE} VALUES ('2029-01-01'), ('2029-12-31'), ('2032-12-31')")  # noqa: S608
        cursor.execute(f"SELECT count(*) FROM {TABLE}_2029")  # noqa: S608
        assert cursor.fetchone() == (2,)


def test_a_row_of_a_year_that_was_not_made_is_refused(table: str) -> None:
    partitions.ensure_years(table=table, first=date(2030, 1, 1), last=date(2030, 1, 1))

    with pytest.raises(IntegrityError, match="no partition"), connection.cursor() as cursor:
        cursor.execute(f"INSERT INTO {TABLE} VALUES ('2031-01-01')")  # noqa: S608
