"""
Why somebody was not let in.

    AccountError
    ├── InvalidCredentials    no such user and password
    ├── TooManyAttempts       too many failed attempts; ``retry_after`` seconds
    ├── TokenRejected         the API token is unknown, expired or revoked
    ├── LoginLinkRefused      the login link is unknown, expired or used, or not opened on this machine
    ├── ScopeNotAllowed       the user may not give a token this scope
    └── TokenNotFound         the user has no such token
"""

from investment.lib.errors import DomainError


class AccountError(DomainError):
    code = "account_error"


class InvalidCredentials(AccountError):
    code = "invalid_credentials"


class TooManyAttempts(AccountError):
    code = "too_many_attempts"


class TokenRejected(AccountError):
    code = "invalid_token"


class LoginLinkRefused(AccountError):
    code = "login_link_refused"


class ScopeNotAllowed(AccountError):
    code = "scope_not_allowed"


class TokenNotFound(AccountError):
    code = "token_not_found"
