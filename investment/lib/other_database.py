"""Reading another installation's database, which may be of an older or a newer release than ours."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import psycopg
from django.db.models import Model
from psycopg import sql
from psycopg.rows import dict_row

from investment.lib.errors import DomainError

_WITHIN = 10  # seconds, for the connection and for each statement


class OtherDatabaseUnreadable(DomainError):
    """The other database cannot be reached or read."""

    code = "other_database_unreadable"


@dataclass(slots=True)
class OtherDatabase:
    """
    One moment of another database; nothing can be written through it.

    :ivar lacking: what we asked for in vain, as ``table`` or ``table.column``.
    """

    connection: psycopg.Connection[dict[str, Any]]
    lacking: list[str] = field(default_factory=list)

    def rows(self, model: type[Model], *, needed: Collection[str]) -> list[dict[str, Any]]:
        """
        Return the rows of a model's table there, in the order of their ids.

        A column that is lacking there is missing in the rows; without the table, or one of the ``needed``
        columns, there are none.
        """
        table = model._meta.db_table
        there = self._columns(table)
        wanted = [column.column for column in model._meta.local_concrete_fields]
        self.lacking += [f"{table}.{name}" for name in wanted if there and name not in there]
        if not there:
            self.lacking.append(table)
        if not there.issuperset(needed) or not there:
            return []
        known = [name for name in wanted if name in there]
        return self.ask(
            sql.SQL("SELECT {} FROM {} ORDER BY 1").format(
                sql.SQL(", ").join(map(sql.Identifier, known)), sql.Identifier(table)
            )
        )

    def has(self, *tables: str) -> bool:
        """Say whether all these tables are there; those that are not are noted as lacking."""
        missing = [table for table in tables if not self._columns(table)]
        self.lacking += missing
        return not missing

    def ask(self, query: sql.SQL | sql.Composed) -> list[dict[str, Any]]:
        return self.connection.execute(query).fetchall()

    def _columns(self, table: str) -> frozenset[str]:
        found = self.connection.execute(
            "SELECT attname FROM pg_attribute "
            "WHERE attrelid = to_regclass(quote_ident(%s)) AND attnum > 0 AND NOT attisdropped",
            [table],
        )
        return frozenset(row["attname"] for row in found)


@contextmanager
def reading(address: str) -> Iterator[OtherDatabase]:
    """
    Let the block read the database of ``address`` as it is at this moment.

    :raises OtherDatabaseUnreadable: also from the block; the message never holds the address.
    """
    try:
        with psycopg.connect(address, connect_timeout=_WITHIN, row_factory=dict_row) as connection:
            connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
            connection.read_only = True
            connection.execute(sql.SQL("SET LOCAL statement_timeout = {}").format(f"{_WITHIN}s"))
            yield OtherDatabase(connection)
    except psycopg.OperationalError as error:
        raise OtherDatabaseUnreadable(f"The other database cannot be read: {error}") from None
    except psycopg.Error as error:  # its words can repeat an address that is none, password and all
        raise OtherDatabaseUnreadable(f"The other database cannot be read: {type(error).__name__}") from None
