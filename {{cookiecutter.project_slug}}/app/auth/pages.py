"""Which page a refused sign-in ends at.

The texts are `templates/auth/errors/<code>.html`, fixed: a provider's own text is never shown.
"""

from ..oauth.errors import (
    AuthorizationError,
    InvalidCallback,
    ProviderUnavailable,
    TokenError,
)
from .identities import IdentityError

STATUSES = {
    "invalid_callback": 400,
    "login_expired": 400,
    "provider_refused": 400,
    "provider_unavailable": 503,
    "provider_error": 502,
    "provider_misconfigured": 502,
    "account_disabled": 403,
    "provider_moved": 409,
    "identity_taken": 409,
    "other_account": 403,
    "not_allowed": 403,
    "email_required": 403,
    "signup_closed": 403,
    "invitation_required": 403,
    "invitation_used": 403,
    "unavailable": 503,
}
EXPIRED_REASONS = ("unknown_state", "expired_state")
RETRY_ERRORS = ("server_error", "temporarily_unavailable")
MISCONFIGURED_ERRORS = (
    "invalid_client",
    "unauthorized_client",
    "redirect_uri_mismatch",
    "incorrect_client_credentials",
)
EXPIRED_GRANTS = ("invalid_grant", "bad_verification_code")


def code_of(error: Exception) -> str:
    """Return the code of the page for an error."""
    match error:
        case InvalidCallback(reason=reason):
            return "login_expired" if reason in EXPIRED_REASONS else "invalid_callback"
        case AuthorizationError(error=word):
            return "provider_unavailable" if word in RETRY_ERRORS else "provider_refused"
        case TokenError(error=word) if word in EXPIRED_GRANTS:
            return "login_expired"
        case TokenError(error=word) if word in MISCONFIGURED_ERRORS:
            return "provider_misconfigured"
        case ProviderUnavailable():
            return "provider_unavailable"
        case IdentityError(reason=reason):
            return reason
    return "provider_error"
