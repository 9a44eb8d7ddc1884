"""What a provider says about an error, for the operator's log: cleaned, short, without secrets.

An ordinary login runs nothing of this file.  Visitors never see these texts.
"""

import re
from base64 import b64encode
from collections.abc import Iterable, Mapping
from contextlib import suppress
from html import escape
from typing import Any
from urllib.parse import quote, quote_plus

from .authorization import PendingRequest
from .claims import printable
from .errors import AuthorizationError, InvalidIDToken, InvalidResponse, OAuthError, TokenError
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
    "invalid_client_secret",
    "unauthorized_client",
    "incorrect_client_credentials",
    "bad_client_secret",
)
# The same in a sentence.
WRONG_CLIENT_TEXT = re.compile(
    r"(invalid|incorrect|wrong|bad|unknown)[ _](oauth )?client"
    r"|client[ _]?(id|key|secret|credentials?)?( (and|or) secret)?( is| was| are)?"
    r" (invalid|incorrect|wrong|unknown|not found)",
    re.IGNORECASE,
)
PKCE_TEXT = re.compile(r"code_verifier|code_challenge|pkce", re.IGNORECASE)


def cleaned(text: str, secrets: Iterable[str] = ()) -> str:
    """Return a text without control characters and secrets.

    Cut a text after that: what is left of a secret that was cut is not found.
    """
    text = printable(re.sub(r"[\t\r\n]", " ", text))
    for secret in secrets:
        if len(secret) >= MIN_SECRET:
            text = re.sub(_spellings(secret), "[removed]", text, flags=re.IGNORECASE)
    return text


def _spellings(secret: str) -> str:
    """Return a pattern for a secret: as it is, as a string of code, in a URL, in HTML."""
    forms = (secret, _as_code(secret), quote_plus(secret), quote(secret), escape(secret))
    # A message may have put any of them into a string of code.
    found = {*forms, *map(_as_code, forms)}
    return "|".join(re.escape(form) for form in sorted(found, key=len, reverse=True))


def _as_code(text: str) -> str:
    return repr(text)[1:-1]


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
    secrets = (*_headers(client), client.client_secret, *kept, *sent)
    error.reason = cleaned(error.reason, secrets)[:REASON_LENGTH]
    error.args = (cleaned(error.args[0], secrets),)
    error.description = cleaned(error.description, secrets)
    error.hint = _hint(error, client)


def is_wrong_client(error: TokenError) -> bool:
    """Return whether the provider does not know our client ID or does not accept our secret."""
    return error.error.lower() in WRONG_CLIENT or bool(WRONG_CLIENT_TEXT.search(error.description))


def _headers(client: Client) -> Iterable[str]:
    """Yield the client secret as an Authorization header has it.  Spec: RFC 7617 §2."""
    if client.client_secret:
        for way in (str, quote_plus):
            pair = f"{way(client.client_id)}:{way(client.client_secret)}"
            yield b64encode(pair.encode()).decode().rstrip("=")


def _hint(error: OAuthError, client: Client) -> str:
    """Return what the operator can do about an error, or an empty string."""
    hints, setting = [], client.provider.setting
    if isinstance(error, InvalidIDToken) and error.args[0].startswith("nonce"):
        own = client.provider.settings_prefix.startswith("OIDC_")
        return f"if the provider never returns it, {setting('NONCE')}=off" if own else ""
    if not isinstance(error, AuthorizationError | TokenError):
        return ""
    if client.provider.pkce and PKCE_TEXT.search(f"{error.error} {error.description}"):
        hints.append(f"if the provider breaks with PKCE, {setting('PKCE')}=off")
    if error.error.lower() in WRONG_CALLBACK_URL:
        hints.append(f"register this callback URL at the provider: {client.redirect_uri}")
    if isinstance(error, TokenError) and is_wrong_client(error):
        hints.append(f"check {setting('CLIENT_ID')} and {setting('CLIENT_SECRET')}")
        if client.provider.authenticate is None:
            hints.append(f"{setting('AUTH_METHOD')} says how they are sent")
    return "; ".join(hints)
