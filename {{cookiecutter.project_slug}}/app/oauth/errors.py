"""What can go wrong in a login.

OAuthError
    InvalidCallback          the answer in the browser is not one that we can believe
    AuthorizationError       the provider answered with an error, or the person cancelled
    TokenError               the token endpoint answered with an error
    InvalidResponse          the provider's answer is not what the specification says
        InvalidIDToken       ... and it is the ID Token
    ProviderUnavailable      no answer, in time, that can be trusted

The message of each is for the operator's log and never holds a secret: the pages have texts of
their own.
"""


class OAuthError(Exception):
    """A login that cannot go on.  `reason` is a stable word for logs and statistics."""

    def __init__(self, message: str, *, reason: str) -> None:
        super().__init__(message)
        self.reason = reason


class InvalidCallback(OAuthError):
    """The authorization response cannot be believed: start again.

    Spec: RFC 6749 §10.12, RFC 9207 §2.4.
    """


class AuthorizationError(OAuthError):
    """The authorization response carries an `error`.

    Spec: RFC 6749 §4.1.2.1.
    """

    def __init__(self, error: str) -> None:
        super().__init__(f"the provider answered error={error!r}", reason=error)
        self.error = error
        self.cancelled = error == "access_denied"


class TokenError(OAuthError):
    """The token endpoint answered with an `error`.

    Spec: RFC 6749 §5.2.
    """

    def __init__(self, error: str) -> None:
        super().__init__(f"the token endpoint answered error={error!r}", reason=error)
        self.error = error


class InvalidResponse(OAuthError):
    """The provider's answer is not what the specification says."""

    def __init__(self, message: str, *, reason: str = "invalid_response") -> None:
        super().__init__(message, reason=reason)


class InvalidIDToken(InvalidResponse):
    """The ID Token fails a check.

    Spec: OpenID Connect Core 1.0 §3.1.3.7.
    """

    def __init__(self, message: str) -> None:
        super().__init__(message, reason="invalid_id_token")


class ProviderUnavailable(OAuthError):
    """The provider did not answer, in time, over a connection that can be trusted."""

    def __init__(self, message: str, *, reason: str = "provider_unavailable") -> None:
        super().__init__(message, reason=reason)
