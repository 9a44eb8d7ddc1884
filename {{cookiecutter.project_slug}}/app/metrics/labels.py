"""Labels with a bounded number of values.

A visitor chooses the path, and a provider, or whoever pretends to be one, the error of a callback:
each new value would be a new series, for ever.  So a value that is not known is counted as `other`.
"""

from collections.abc import Collection
from typing import Any

NONE, OTHER = "none", "other"
# The reasons that docs/troubleshooting.md explains, and the errors of the specifications.  Add the
# reasons of your own code.
REASONS = frozenset(
    {
        "access_denied",
        "account_disabled",
        "account_selection_required",
        "another_shop",
        "authorization_pending",
        "bad_client_secret",
        "bad_key_set",
        "bad_parameter",
        "bad_profile",
        "bad_signature",
        "bad_sub",
        "bad_verification_code",
        "code_and_error",
        "consent_required",
        "cross_site",
        "csrf",
        "duplicate_parameter",
        "email_required",
        "expired_state",
        "expired_token",
        "foreign_origin",
        "hold_expired",
        "http_400",
        "http_401",
        "http_403",
        "http_404",
        "http_405",
        "http_413",
        "identity_taken",
        "incorrect_client_credentials",
        "insecure_url",
        "insufficient_scope",
        "interaction_required",
        "internal_error",
        "invalid_client",
        "invalid_client_id",
        "invalid_client_secret",
        "invalid_code",
        "invalid_grant",
        "invalid_id_token",
        "invalid_note",
        "invalid_redirect_uri",
        "invalid_request",
        "invalid_response",
        "invalid_scope",
        "invalid_token",
        "invitation_expired",
        "invitation_required",
        "invitation_unknown",
        "invitation_used",
        "issuer_mismatch",
        "issuer_missing",
        "last_identity",
        "login_required",
        "missing_token",
        "new_sub",
        "no_access_token",
        "no_code",
        "no_state",
        "no_such_identity",
        "not_allowed",
        "not_bearer",
        "not_found",
        "not_json",
        "null_origin",
        "other_account",
        "other_email",
        "other_session",
        "practice_elsewhere",
        "provider_busy",
        "provider_moved",
        "provider_unavailable",
        "redirect_uri_mismatch",
        "response_mode",
        "server_error",
        "signup_closed",
        "slow_down",
        "temporarily_unavailable",
        "tls",
        "too_large",
        "too_many_bad_logouts",
        "too_many_bad_tokens",
        "too_many_refused",
        "too_many_starts",
        "too_many_wrong_codes",
        "too_old",
        "unauthorized_client",
        "unknown_purpose",
        "unknown_server",
        "unknown_state",
        "unmet_authentication_requirements",
        "unreachable",
        "unsupported_grant_type",
        "unsupported_response_type",
        "wrong_host",
    }
)


def bounded(value: Any, known: Collection[str]) -> str:
    """Return `value` if it is one of `known`; else `other`, or `none` where there is none."""
    if not value:
        return NONE
    return value if isinstance(value, str) and value in known else OTHER
