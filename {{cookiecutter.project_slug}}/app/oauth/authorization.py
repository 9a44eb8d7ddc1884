"""The request that sends a person to the provider, and the answer that they come back with.

Spec: RFC 6749 §4.1.1 and §4.1.2, RFC 7636, OpenID Connect Core 1.0 §3.1.2.
"""

import hashlib
import logging
import secrets
from base64 import urlsafe_b64encode
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode, urlsplit, urlunsplit

from .errors import AuthorizationError, InvalidCallback
from .provider import Client

MAX_PARAMETER = 4096
RESPONSE_PARAMETERS = ("state", "code", "iss", "error")

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class PendingLogin:
    """What must outlive the journey to the provider and back.

    Each value is 256 random bits.  Spec: RFC 6749 §10.12 (state), RFC 7636 §4.1 (code_verifier),
    OpenID Connect Core 1.0 §15.5.2 (nonce).
    """

    state: str = field(default_factory=lambda: secrets.token_urlsafe(32), repr=False)
    nonce: str = field(default_factory=lambda: secrets.token_urlsafe(32), repr=False)
    code_verifier: str = field(default_factory=lambda: secrets.token_urlsafe(32), repr=False)
    max_age: int | None = None


def authorization_url(client: Client, server: Mapping[str, Any], pending: PendingLogin) -> str:
    """Return the URL at the provider that a login starts with.

    Spec: RFC 6749 §4.1.1, RFC 7636 §4.3, OpenID Connect Core 1.0 §3.1.2.1.
    """
    provider = client.provider
    query = {
        **provider.authorization_params,
        "response_type": "code",
        "client_id": client.client_id,
        "redirect_uri": client.redirect_uri,
        "scope": provider.scope,
        "state": pending.state,
    }
    if provider.openid_connect:
        query["nonce"] = pending.nonce
        if pending.max_age is not None:
            query["max_age"] = str(pending.max_age)
    if provider.pkce:
        query["code_challenge"] = code_challenge(pending.code_verifier)
        query["code_challenge_method"] = "S256"
        methods = server.get("code_challenge_methods_supported", ["S256"])
        if "S256" not in methods:
            log.warning("%s does not promise PKCE with S256; plain is never used", provider.name)
    parts = urlsplit(server["authorization_endpoint"])
    joined = f"{parts.query}&{urlencode(query)}" if parts.query else urlencode(query)
    return str(urlunsplit(parts._replace(query=joined)))


def code_challenge(code_verifier: str) -> str:
    """Return the S256 challenge of a verifier.  Spec: RFC 7636 §4.2."""
    digest = hashlib.sha256(code_verifier.encode()).digest()
    return urlsafe_b64encode(digest).rstrip(b"=").decode()


def response_parameters(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Return the parameters of an authorization response, as a dict.

    Other parameters are left out.  Raises InvalidCallback where one stands twice, is longer than
    4096 characters or holds anything but printable ASCII, and where `state` is missing.
    Spec: RFC 6749 §3.1 and appendix A.
    """
    found: dict[str, str] = {}
    for name, value in pairs:
        if name not in RESPONSE_PARAMETERS:
            continue
        if name in found:
            raise InvalidCallback(f"{name} stands twice", reason="duplicate_parameter")
        if len(value) > MAX_PARAMETER or not (value.isascii() and value.isprintable()):
            raise InvalidCallback(f"{name} is not usable", reason="bad_parameter")
        found[name] = value
    if not found.get("state"):
        raise InvalidCallback("there is no state", reason="no_state")
    return found


def authorization_code(
    client: Client, server: Mapping[str, Any], response: Mapping[str, str]
) -> str:
    """Return the code of an authorization response.

    Its `state` has found the pending login already; nothing in the response is believed before
    that.  Raises InvalidCallback, AuthorizationError.  Spec: RFC 9207 §2.4, RFC 6749 §4.1.2.
    """
    provider = client.provider
    issuers = {server.get("issuer"), *provider.other_issuers} - {None, ""}
    if "iss" in response:
        if issuers and response["iss"] not in issuers:
            raise InvalidCallback("iss is another issuer", reason="issuer_mismatch")
    elif server.get("authorization_response_iss_parameter_supported") is True:
        raise InvalidCallback("iss is missing", reason="issuer_missing")
    if "error" in response and "code" in response:
        raise InvalidCallback("both code and error", reason="code_and_error")
    if "error" in response:
        raise AuthorizationError(response["error"])
    if not response.get("code"):
        raise InvalidCallback("there is no code", reason="no_code")
    return response["code"]
