"""Tables partitioned by session, a year each: how a migration makes one, and how its years come to be."""

from datetime import date
from typing import Any

from django.db import connection, transaction
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations import CreateModel
from django.db.migrations.state import ProjectState


class CreatePartitionedModel(CreateModel):
    """As ``CreateModel``, but the table is partitioned by range of ``session`` and has no partition yet."""

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        editor: Any = schema_editor
        plain = editor.sql_create_table
        editor.sql_create_table = f"{plain} PARTITION BY RANGE (session)"
        try:
            super().database_forwards(app_label, schema_editor, from_state, to_state)
        finally:
            editor.sql_create_table = plain


def name_of(*, table: str, session: date) -> str:
    """Return the name of the partition that holds ``session``, whether or not it exists."""
    return f"{table}_{session.year}"


def ensure_years(*, table: str, first: date, last: date) -> list[str]:
    """
    Make the partitions of ``table`` for the years ``first`` to ``last`` and return those that were missing.

    There is no default partition: a row outside the years made is refused rather than misplaced.
    Safe to call at once from several processes; an advisory lock lets one make them.
    """
    years = range(first.year, last.year + 1)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = %s::regclass", [table]
        )
        have = {str(row[0]).strip('"') for row in cursor.fetchall()}
    missing = [year for year in years if f"{table}_{year}" not in have]
    if not missing:
        return []
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [f"partitions of {table}"])
        for year in missing:
            cursor.execute("SELECT to_regclass(%s)", [f"{table}_{year}"])
            if cursor.fetchone() != (None,):
                continue
            # CREATE TABLE … PARTITION OF would lock every reader of the table out; ATTACH does not.
            cursor.execute(f'CREATE TABLE "{table}_{year}" (LIKE "{table}" INCLUDING ALL)')
            cursor.execute(
                f'ALTER TABLE "{table}" ATTACH PARTITION "{table}_{year}" '
                f"FOR VALUES FROM ('{year}-01-01') TO ('{year + 1}-01-01')"
            )
    return [f"{table}_{year}" for year in missing]
