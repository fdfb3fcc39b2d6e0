"""Which mode this database belongs to."""

from django.conf import settings
from django.db import connection

from investment.lib.errors import DomainError
from investment.ops.models import Installation


class WrongMode(DomainError):
    """This process and its database are of two different modes; they never mix."""

    code = "wrong_mode"


def recorded_mode() -> str | None:
    """Return the mode that this database was made for; None if it has not been prepared."""
    if Installation._meta.db_table not in connection.introspection.table_names():
        return None
    return Installation.objects.values_list("mode", flat=True).first()


def check_mode() -> None:
    """
    Check that this process may use this database.

    :raises WrongMode: if it belongs to another mode, or has not been prepared.
    """
    mode, recorded = settings.MODE.name, recorded_mode()
    if recorded is None:
        raise WrongMode("This database is not prepared: run manage.py prepare", mode=mode)
    refuse_other_mode(recorded)


def refuse_other_mode(recorded: str) -> None:
    """:raises WrongMode: if ``recorded`` is not the mode of this process."""
    mode = settings.MODE.name
    if recorded != mode:
        raise WrongMode(
            f"This database belongs to mode {recorded}, this process runs in mode {mode}: "
            "use that mode's own database (DATABASE_URL), or the mode it belongs to (INVESTMENT_MODE)",
            recorded=recorded,
            mode=mode,
        )
