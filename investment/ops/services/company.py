"""Asking the SEC about one company because somebody wants to see it now."""

from investment.acquisition.kinds import Kind
from investment.acquisition.services import refreshing
from investment.acquisition.services.refreshing import NobodyToAsk
from investment.market.models import Instrument
from investment.market.selectors.companies import CompanyView, company_of
from investment.providers.errors import CredentialsRejected
from investment.providers.registry import access


class CannotAsk(NobodyToAsk):
    """There is nobody to ask, or nothing to ask by; the message says what to do."""

    code = "cannot_ask"


def ask_company(*, instrument: Instrument) -> CompanyView:
    """
    Ask the SEC who files for an instrument and what, with one call, and store it.

    :raises NotRefreshed, QuotaExhausted, ProviderError: as :func:`ask_sec` does.
    """
    ask_sec(instrument=instrument, kind=Kind.COMPANY)
    return company_of(instrument=instrument)


def ask_sec(*, instrument: Instrument, kind: Kind) -> None:
    """
    Ask the SEC for something of a company, with one call, and store it.

    Who asks while another asks the same of the company, be it for another of its instruments, waits for
    that answer, and gets it from the store.

    :raises CannotAsk: without a CIK, or without a contact that the SEC could be told.
    :raises NotRefreshed: at a spending level at which nothing is asked, and where another has no answer.
    :raises QuotaExhausted, ProviderError: as the gateway does.
    """
    if instrument.cik is None:
        raise CannotAsk(company_of(instrument=instrument).words, symbol=instrument.symbol)
    if not can_ask_sec():
        raise CannotAsk(
            "The SEC answers only who says who asks: put your name and e-mail address into .env, "
            "SEC_CONTACT=Jane Doe jane@example.com, and start again"
        )
    refreshing.refresh(instrument=_asked_for(instrument), kind=kind)


def can_ask_sec() -> bool:
    """Return whether there is a contact that the SEC can be told."""
    try:
        access("sec")
    except CredentialsRejected:
        return False
    return True


def _asked_for(instrument: Instrument) -> Instrument:
    """Return the one of a company's instruments for which it is asked about, as when calls are left over."""
    return Instrument.objects.filter(cik=instrument.cik).order_by("-active", "pk").first() or instrument
