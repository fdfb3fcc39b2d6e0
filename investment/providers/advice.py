"""What people are told besides a provider's own words: what a refusal means for them, and what helps."""

from investment.providers import errors

_ADVICE: dict[type[errors.ProviderError], str] = {
    errors.CredentialsRejected: "Check {key} in .env and start again",
    errors.NotEntitled: "The key's plan does not include it: manage.py probe shows what it does",
    errors.OutOfHistory: "The key's plan does not reach back that far",
    errors.UnknownSymbol: "It tells nothing of this symbol",
    errors.NotPublishedYet: "It is not told yet, and can be asked for later",
    errors.ProviderThrottled: "It counts a call too many, and can be asked again later",
    errors.ProviderUnavailable: "It is out of order, and can be asked again later",
    errors.RequestRejected: "To ask the same again does not help",
}


def advised(message: str, kind: type[errors.ProviderError], *, key: str) -> str:
    """Return a message with what it means to people; ``key`` is the setting that holds the key."""
    advice = _ADVICE.get(kind, "").format(key=key)
    return f"{message.rstrip('.')}. {advice}" if advice else message
