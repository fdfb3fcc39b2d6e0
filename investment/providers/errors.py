"""
What can go wrong when asking a provider.

    ProviderError
    ├── TransientProviderError     the same request may succeed later
    │   ├── ProviderUnavailable      timeout, connection failure, HTTP 5xx
    │   ├── ProviderThrottled        the provider's own limiter refused
    │   ├── CircuitOpen              not sent: it failed so often that it is left alone for a while
    │   └── NotPublishedYet          asked too early: today's data before the end of the day
    └── PermanentProviderError     repeating the request is pointless
        ├── CredentialsRejected      key missing, unknown or revoked
        ├── NotEntitled              the plan does not include this endpoint or symbol
        ├── OutOfHistory             older than the plan's history
        ├── UnknownSymbol            the provider does not cover this instrument
        ├── RequestRejected          the provider calls our question wrong
        └── MalformedPayload         the answer does not have its documented shape
"""

from datetime import date, datetime

from investment.lib.errors import DomainError


class ProviderError(DomainError):
    """
    ``words`` are the provider's own, kept for the people who read the error; ``status`` is HTTP's.

    Neither the message nor the words ever hold a key.
    """

    code = "provider_error"

    def __init__(self, message: str, *, provider: str, words: str = "", status: int | None = None) -> None:
        super().__init__(message, provider=provider, words=words, status=status)
        self.provider = provider
        self.words = words
        self.status = status


class TransientProviderError(ProviderError):
    """``retry_at`` is when the provider said to come back (aware, the one clock's); None: it did not say."""

    code = "provider_transient"

    def __init__(
        self,
        message: str,
        *,
        provider: str,
        words: str = "",
        status: int | None = None,
        retry_at: datetime | None = None,
    ) -> None:
        super().__init__(message, provider=provider, words=words, status=status)
        self.retry_at = retry_at


class ProviderUnavailable(TransientProviderError):
    code = "provider_unavailable"


class ProviderThrottled(TransientProviderError):
    code = "provider_throttled"


class CircuitOpen(TransientProviderError):
    code = "provider_circuit_open"


class NotPublishedYet(TransientProviderError):
    code = "not_published_yet"


class PermanentProviderError(ProviderError):
    code = "provider_permanent"


class CredentialsRejected(PermanentProviderError):
    code = "provider_credentials_rejected"


class NotEntitled(PermanentProviderError):
    """
    ``perhaps_symbol``: the words do not tell whether the plan lacks the endpoint, or only the one symbol
    or exchange that was asked for.
    """

    code = "provider_not_entitled"

    def __init__(
        self,
        message: str,
        *,
        provider: str,
        words: str = "",
        status: int | None = None,
        perhaps_symbol: bool = False,
    ) -> None:
        super().__init__(message, provider=provider, words=words, status=status)
        self.perhaps_symbol = perhaps_symbol


class OutOfHistory(PermanentProviderError):
    """``floor`` is the oldest day that the plan tells of; None: the provider did not say."""

    code = "provider_out_of_history"

    def __init__(
        self,
        message: str,
        *,
        provider: str,
        words: str = "",
        status: int | None = None,
        floor: date | None = None,
    ) -> None:
        super().__init__(message, provider=provider, words=words, status=status)
        self.floor = floor


class UnknownSymbol(PermanentProviderError):
    code = "unknown_symbol"


class RequestRejected(PermanentProviderError):
    code = "provider_request_rejected"


class MalformedPayload(PermanentProviderError):
    code = "provider_malformed_payload"
