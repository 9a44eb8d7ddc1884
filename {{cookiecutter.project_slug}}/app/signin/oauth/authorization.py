"""The authorization request (a URL) and the authorization response (callback parameters).

Spec: RFC 6749 §4.1.1 and §4.1.2, RFC 7636, OpenID Connect Core 1.0 §3.1.2.
"""

import hashlib
import secrets
from base64 import urlsafe_b64encode
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, Protocol
from urllib.parse import quote, urlencode, urlsplit, urlunsplit

from .claims import printable
from .errors import AuthorizationError, InvalidCallback, OAuthError
from .provider import Client, Provider

MAX_PARAMETER = 4096
MAX_DESCRIPTION = 1000
RESPONSE_PARAMETERS = ("state", "code", "iss", "error")
# What a provider says about an error, for the log.  These decide nothing.
DESCRIPTIONS = (
    *("error_code", "error_subcode", "error_reason"),
    *("error_description", "error_message", "error_uri"),
)


# 256 random bits, in base64url.
random_secret = partial(secrets.token_urlsafe, 32)


@dataclass(frozen=True)
class LoginRequest:
    """What must be stored until the person comes back.

    `state`, `nonce` and `code_verifier` are 256 random bits each.  `max_age` is the maximum number
    of seconds since the last sign-in at the provider.
    Spec: RFC 6749 §10.12 (state), RFC 7636 §4.1 (code_verifier), OpenID Connect Core 1.0 §15.5.2
    (nonce).
    """

    state: str = field(default_factory=random_secret, repr=False)
    nonce: str = field(default_factory=random_secret, repr=False)
    code_verifier: str = field(default_factory=random_secret, repr=False)
    max_age: int | None = None


class PendingRequest(Protocol):
    """What `finish` needs of a started login: a LoginRequest, or a stored row with its values."""

    @property
    def nonce(self) -> str: ...  # noqa: D102
    @property
    def code_verifier(self) -> str: ...  # noqa: D102
    @property
    def max_age(self) -> int | None: ...  # noqa: D102


def with_account_chooser(client: Client, metadata: Mapping[str, Any]) -> Client:
    """Return a client whose authorization request makes the provider ask which account to use.

    A provider that cannot is not asked to.  Spec: OpenID Connect Core 1.0 §3.1.2.1 (prompt).
    """
    return _with_prompt(client, metadata, "select_account", "login")


def new_sign_in(
    client: Client, metadata: Mapping[str, Any], max_age: int
) -> tuple[Client, LoginRequest]:
    """Return what asks for a sign-in at most `max_age` seconds ago.

    Only `auth_time` proves when the person signed in.  A provider whose metadata does not list it
    is told to ask the person again; if its metadata lists other claims, it is not asked for a proof
    that it cannot give.  Spec: OpenID Connect Core 1.0 §3.1.2.1.
    """
    provider, claims = client.provider, metadata.get("claims_supported")
    if not provider.openid_connect:
        return client, LoginRequest()
    unproven = not provider.max_age or (claims is not None and "auth_time" not in claims)
    if claims is None or unproven:
        client = _with_prompt(client, metadata, "login")
    return client, LoginRequest(max_age=None if unproven else max_age)


def _with_prompt(client: Client, metadata: Mapping[str, Any], *wanted: str) -> Client:
    """Return a client that sends the first of the `wanted` values of `prompt` that is known.

    A provider may have parameters of its own for it.
    """
    provider, known = client.provider, metadata.get("prompt_values_supported") or wanted
    added, word = provider.choose_account, next((word for word in wanted if word in known), "")
    if added is None and word and provider.openid_connect:
        words = provider.authorization_params.get("prompt", "").split()
        words = [one for one in words if one not in ("none", word)]
        added = {"prompt": " ".join([*words, word])}
    params = {**provider.authorization_params, **(added or {})}
    return replace(client, provider=replace(provider, authorization_params=params))


def authorization_url(client: Client, metadata: Mapping[str, Any], login: LoginRequest) -> str:
    """Return the provider's URL to redirect the browser to.

    Spec: RFC 6749 §4.1.1, RFC 7636 §4.3, OpenID Connect Core 1.0 §3.1.2.1.
    """
    provider = client.provider
    query = {
        **provider.authorization_params,
        "response_type": "code",
        provider.client_id_param: client.client_id,
        "redirect_uri": client.redirect_uri,
        "state": login.state,
    }
    if provider.scope:
        query["scope"] = provider.scope
    if provider.openid_connect and provider.nonce:
        query["nonce"] = login.nonce
    if provider.openid_connect and login.max_age is not None:
        query["max_age"] = str(login.max_age)
    if provider.pkce:
        query["code_challenge"] = code_challenge(login.code_verifier)
        query["code_challenge_method"] = "S256"
    parts = urlsplit(metadata["authorization_endpoint"])
    encoded = urlencode(query, quote_via=quote)
    joined = f"{parts.query}&{encoded}" if parts.query else encoded
    return str(urlunsplit(parts._replace(query=joined)))


def code_challenge(code_verifier: str) -> str:
    """Return the S256 challenge of a verifier.  Spec: RFC 7636 §4.2."""
    digest = hashlib.sha256(code_verifier.encode()).digest()
    return urlsafe_b64encode(digest).rstrip(b"=").decode()


def authorization_response(
    provider: Provider, parameters: Iterable[tuple[str, str]]
) -> dict[str, str]:
    """Return the parameters of an authorization response: state, code, iss, error, the provider's
    own, and descriptions of the error, cleaned and cut.  Others are ignored.

    Raises InvalidCallback if one is repeated, longer than 4096 characters or not printable ASCII,
    and if there is no `state`.  Spec: RFC 6749 §3.1 and appendix A.
    """
    response: dict[str, str] = {}
    for name, value in parameters:
        if name in DESCRIPTIONS:
            response.setdefault(name, printable(value)[:MAX_DESCRIPTION])
        if name not in (*RESPONSE_PARAMETERS, provider.code_param, *provider.callback_params):
            continue
        if name in response:
            raise InvalidCallback(f"{name} is repeated", reason="duplicate_parameter")
        if len(value) > MAX_PARAMETER or not (value.isascii() and value.isprintable()):
            raise InvalidCallback(f"{name} is not usable", reason="bad_parameter")
        response[name] = value
    if not response.get("state"):
        raise _no_state(response)
    if provider.code_param in response:
        response.setdefault("code", response[provider.code_param])
    return response


def _no_state(response: Mapping[str, str]) -> InvalidCallback:
    came_with = ", ".join(response) or "no parameter of a response"
    message = (
        f"there is no state, so this sign-in did not start here (it has {came_with}); "
        "people who have just installed an app at the provider arrive like this: sign in now"
    )
    return InvalidCallback(message, reason="no_state", description=_described(response))


def authorization_code(
    provider: Provider, metadata: Mapping[str, Any], response: Mapping[str, str]
) -> str:
    """Return the code of an authorization response.

    Call this only after the pending login was found by its state.  Until then the response is
    untrusted.  Raises InvalidCallback, AuthorizationError.
    Spec: RFC 9207 §2.4, RFC 6749 §4.1.2.
    """
    # There is no ID Token yet, so no claims.
    expected = expected_issuers(provider, metadata, {})
    if "iss" in response:
        if expected and response["iss"] not in expected:
            raise InvalidCallback("iss is not the provider's issuer", reason="issuer_mismatch")
    elif metadata.get("authorization_response_iss_parameter_supported") is True:
        raise InvalidCallback("iss is missing", reason="issuer_missing")
    if "error" in response and "code" in response:
        raise InvalidCallback("both code and error", reason="code_and_error")
    if "error" in response or not response.get("code"):
        raise _refusal(provider, response)
    return response["code"]


def _described(response: Mapping[str, str]) -> str:
    return "; ".join(f"{name}={response[name]}" for name in DESCRIPTIONS if name in response)


def _refusal(provider: Provider, response: Mapping[str, str]) -> OAuthError:
    """Return the error that a response without a code carries.

    Some providers send an `error_code` in place of `error`.
    """
    word = response.get("error", response.get("error_code"))
    said = _described(response)
    if word is None:
        return InvalidCallback("there is no code", reason="no_code", description=said)
    return AuthorizationError(word, cancelled=word in provider.cancel_errors, description=said)


def expected_issuers(
    provider: Provider, metadata: Mapping[str, Any], claims: Mapping[str, Any]
) -> tuple[str, ...]:
    """Return the issuers that this provider may use.  Empty if none is known."""
    if provider.issuers is not None:
        return provider.issuers(provider, metadata, claims)
    return (provider.issuer,) if provider.issuer else ()
