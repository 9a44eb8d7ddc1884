"""What a provider says about an error, for the operator's log: cleaned, short, without secrets.

An ordinary login runs nothing of this file.  Visitors never see these texts.
"""

from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import Any
from urllib.parse import quote, quote_plus

from .authorization import PendingRequest
from .claims import printable
from .errors import AuthorizationError, InvalidResponse, OAuthError, TokenError
from .provider import Client
from .responses import Response, decode_json, unexpected_status

REASON_LENGTH = 64
# Shorter secrets are not looked for: they would make a text unreadable.
MIN_SECRET = 4
# What errors are called in the wild, the shortest first.
MEMBERS = (
    *("error", "error_code", "code", "error_subcode", "error_reason", "reason", "type", "title"),
    *("error_description", "error_message", "message", "detail", "error_uri"),
)
# Errors that only the owner can mend, at the provider or in the settings.
WRONG_CALLBACK_URL = ("redirect_uri_mismatch", "invalid_redirect_uri", "unauthorized_client")
WRONG_CLIENT = (
    "invalid_client",
    "invalid_client_id",
    "unauthorized_client",
    "incorrect_client_credentials",
    "bad_client_secret",
)


def cleaned(text: str, secrets: Iterable[str] = ()) -> str:
    """Return a text without control characters and secrets.

    Cut a text after that: what is left of a secret that was cut is not found.
    """
    text = printable("".join(" " if c in "\t\r\n" else c for c in text))
    for secret in secrets:
        if len(secret) >= MIN_SECRET:
            for written in (secret, quote_plus(secret), quote(secret)):
                text = text.replace(written, "[removed]")
    return text


def description(document: Any, *secrets: str, without: str = "") -> str:
    """Return what a JSON document says about an error, as `name=value; …`, or an empty string.

    Looks into an `error` object and into the first of `errors` too.  `without` names a member that
    the caller shows itself.  It is as long as the provider made it.
    """
    found = document if isinstance(document, dict) else {}
    errors = found.get("errors")
    for inner in (found.get("error"), errors[0] if isinstance(errors, list) and errors else None):
        found = found | inner if isinstance(inner, dict) else found
    said = {name: found.get(name) for name in MEMBERS if name != without}
    texts = [f"{name}={value}" for name, value in said.items() if isinstance(value, str | int)]
    return cleaned("; ".join(texts), secrets)


def failure(sender: str, response: Response, *secrets: str) -> OAuthError:
    """Return the error for a response whose status means failure, with what its body says."""
    problem = unexpected_status(sender, response)
    with suppress(InvalidResponse):
        problem.description = description(decode_json(response.body), *secrets)
    return problem


def explain(
    error: OAuthError, client: Client, login: PendingRequest, callback: Mapping[str, str]
) -> None:
    """Complete the message of an error for the operator: add a hint, and take out every secret."""
    ours = (setting.ending for setting in client.provider.settings if setting.secret)
    kept = (client.settings.get(ending, "") for ending in ours)
    sent = (callback.get("code", ""), callback.get("state", ""), login.nonce, login.code_verifier)
    secrets = (client.client_secret, *kept, *sent)
    error.reason = cleaned(error.reason, secrets)[:REASON_LENGTH]
    error.args = (cleaned(error.args[0], secrets),)
    error.description = cleaned(error.description, secrets)
    error.hint = _hint(error, client)


def _hint(error: OAuthError, client: Client) -> str:
    """Return what the operator can do about an error, or an empty string."""
    hints, setting = [], client.provider.setting
    if not isinstance(error, AuthorizationError | TokenError):
        return ""
    if error.error in WRONG_CALLBACK_URL:
        hints.append(f"register this callback URL at the provider: {client.redirect_uri}")
    if isinstance(error, TokenError) and error.error in WRONG_CLIENT:
        hints.append(f"check {setting('CLIENT_ID')} and {setting('CLIENT_SECRET')}")
        if client.provider.authenticate is None:
            hints.append(f"{setting('AUTH_METHOD')} says how they are sent")
    return "; ".join(hints)
