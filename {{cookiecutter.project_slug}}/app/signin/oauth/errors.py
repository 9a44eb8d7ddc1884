"""What can go wrong in a login.

OAuthError
    InvalidCallback          the response in the browser is invalid
    AuthorizationError       the provider answered with an error, or the person cancelled
    TokenError               the token endpoint answered with an error
    InvalidResponse          the provider's answer does not follow the specification
        InvalidIDToken       the ID Token failed a check
        UnexpectedStatus     the status of its answer means failure
    ProviderUnavailable      no complete answer in time, or the connection cannot be trusted

The messages are for the operator's log and never hold a secret.  Pages have texts of their own.
"""

# Of a provider's words in the log.
LENGTH = 200


class OAuthError(Exception):
    """A login that cannot go on.

    `reason` is a stable word for logs and statistics.  `description` holds the provider's own
    words and `hint` what the operator can do; both are for the log (see `descriptions`).
    """

    hint = ""

    def __init__(self, message: str, *, reason: str, description: str = "") -> None:
        super().__init__(message)
        self.reason = reason
        self.description = description

    def __str__(self) -> str:
        """Return everything for the log."""
        parts = self.args[0][: 2 * LENGTH], self.description[:LENGTH], self.hint
        return ": ".join(filter(None, parts))


class InvalidCallback(OAuthError):
    """The authorization response is invalid; the person has to start again.

    Spec: RFC 6749 §10.12, RFC 9207 §2.4.
    """


class AuthorizationError(OAuthError):
    """The authorization response carries an `error`.  `cancelled`: the person cancelled.

    Spec: RFC 6749 §4.1.2.1.
    """

    def __init__(self, error: str, *, cancelled: bool = False, description: str = "") -> None:
        message = f"the provider answered error={error!r}"
        super().__init__(message, reason=error, description=description)
        self.error = error
        self.cancelled = cancelled


class TokenError(OAuthError):
    """The token endpoint answered with an `error`.

    Spec: RFC 6749 §5.2.
    """

    def __init__(self, error: str, *, description: str = "") -> None:
        message = f"the token endpoint answered error={error!r}"
        super().__init__(message, reason=error, description=description)
        self.error = error


class InvalidResponse(OAuthError):
    """The provider's answer does not follow the specification."""

    def __init__(self, message: str, *, reason: str = "invalid_response") -> None:
        super().__init__(message, reason=reason)


class InvalidIDToken(InvalidResponse):
    """The ID Token fails a check.

    Spec: OpenID Connect Core 1.0 §3.1.3.7.
    """

    def __init__(self, message: str) -> None:
        super().__init__(message, reason="invalid_id_token")


class UnexpectedStatus(InvalidResponse):
    """The `status` of the provider's answer means failure."""

    def __init__(self, message: str, *, status: int) -> None:
        super().__init__(message)
        self.status = status


class ProviderUnavailable(OAuthError):
    """There was no complete answer in time, or TLS failed."""

    def __init__(self, message: str, *, reason: str = "provider_unavailable") -> None:
        super().__init__(message, reason=reason)
