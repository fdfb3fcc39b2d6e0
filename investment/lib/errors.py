"""The one base class for failures the system anticipates."""

from typing import ClassVar

from investment.lib.json import JSONDict, JSONValue


class DomainError(Exception):
    """
    An anticipated failure with a stable machine-readable ``code``.

    Raise a subclass where a caller can sensibly react. Anything else that goes wrong is a
    bug: let it propagate, so that it is logged once, with its traceback.
    """

    code: ClassVar[str] = "domain_error"

    def __init__(self, message: str, **extra: JSONValue) -> None:
        super().__init__(message)
        self.message = message
        self.extra: JSONDict = extra
