"""Asking about one company because somebody wants to see it now."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from django.db import connection

from investment.lib.errors import DomainError
from investment.market.models import Company, Instrument
from investment.market.selectors.companies import CompanyView, company_of
from investment.market.services.companies import store_filer
from investment.providers import gateway
from investment.providers.errors import CredentialsRejected
from investment.providers.registry import access, source_of

_LOOK_AGAIN = 0.1  # seconds


class CannotAsk(DomainError):
    """There is nobody to ask, or nothing to ask by; the message says what to do."""

    code = "cannot_ask"


def ask_company(*, instrument: Instrument, now: datetime) -> CompanyView:
    """
    Ask the SEC who files for an instrument and what, with one call, and store it.

    Who asks while another asks about the same company waits for that answer, and gets it from the store.

    :raises CannotAsk: without a CIK, or without a contact that the SEC could be told.
    :raises QuotaExhausted, ProviderError: as the gateway does.
    """
    cik = instrument.cik
    if cik is None:
        raise CannotAsk(company_of(instrument=instrument).words, symbol=instrument.symbol)
    _require_contact()
    before = _fetched_at(cik)
    with _one_at_a_time(cik) as waited:
        if not (waited and _fetched_at(cik) != before):
            with gateway.provider("sec", lane="interactive", purpose=f"company {cik}") as sec:
                filer = sec.filer(cik=cik).value
            store_filer(filer=filer, source=source_of("sec"), now=now)
    return company_of(instrument=instrument)


def can_ask_sec() -> bool:
    """Return whether there is a contact that the SEC can be told."""
    try:
        access("sec")
    except CredentialsRejected:
        return False
    return True


def _require_contact() -> None:
    if not can_ask_sec():
        raise CannotAsk(
            "The SEC answers only who says who asks: put your name and e-mail address into .env, "
            "SEC_CONTACT=Jane Doe jane@example.com, and start again"
        )


def _fetched_at(cik: str) -> datetime | None:
    return Company.objects.filter(cik=cik).values_list("fetched_at", flat=True).first()


@contextmanager
def _one_at_a_time(cik: str) -> Iterator[bool]:
    """
    Let one at a time ask about a company; yield whether another was before us.

    The lock belongs to the connection and not to a transaction, for none may be open while a provider is
    waited for. It goes with the connection, should the process be killed.

    :raises CannotAsk: if the other one takes longer than any call can.
    """
    deadline = time.monotonic() + gateway.HOLD
    waited = False
    while not _lock("pg_try_advisory_lock", cik):
        if time.monotonic() > deadline:
            raise CannotAsk(f"Somebody else is asking about CIK {cik} and has no answer: try again later")
        waited = True
        time.sleep(_LOOK_AGAIN)
    try:
        yield waited
    finally:
        _lock("pg_advisory_unlock", cik)


def _lock(function: str, cik: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {function}(hashtextextended(%s, 0))", [f"ops_company {cik}"])
        (done,) = cursor.fetchone() or (False,)
    return bool(done)
