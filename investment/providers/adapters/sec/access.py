"""How the SEC is reached."""

from investment.providers.access import NO_KEY, Access, ProviderSettings, scope_of
from investment.providers.adapters.sec.client import SecClient, hidden, user_agent
from investment.providers.adapters.sec.limits import METERED, NAME, WINDOWS, limit_facts
from investment.quotas.contracts import ScopeLimits


def access(settings: ProviderSettings) -> Access[SecClient]:
    """:raises CredentialsRejected: without the operator's contact, which the SEC wants instead of a key."""
    contact = "" if settings.contact == NO_KEY else settings.contact
    user_agent(contact)
    return Access(
        provider=NAME,
        base_url=settings.base_url,
        limits=ScopeLimits(scope=scope_of(NAME, METERED, contact), provider=NAME, windows=WINDOWS),
        make=lambda http: SecClient(contact=contact, http=http, data_url=settings.data_url),
        limit_facts=lambda status, headers, body: limit_facts(status, headers, body, WINDOWS),
        redact=hidden(contact),
    )
