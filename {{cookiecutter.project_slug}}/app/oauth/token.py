"""The code for tokens.

Spec: RFC 6749 §4.1.3 to §5.2, RFC 7636 §4.5.
"""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote_plus

import requests
from requests.auth import HTTPBasicAuth

from .answers import Answer, decode_json
from .authorization import PendingLogin
from .errors import InvalidResponse, ProviderUnavailable, TokenError
from .provider import Client, Provider


def token_request(
    client: Client, server: Mapping[str, Any], pending: PendingLogin, code: str
) -> requests.Request:
    """Return the token request for a code, not sent yet.

    Spec: RFC 6749 §4.1.3, RFC 7636 §4.5.
    """
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": client.redirect_uri,
    }
    if client.provider.pkce:
        form["code_verifier"] = pending.code_verifier
    request = requests.Request("POST", server["token_endpoint"], data=form)
    authenticate(client, server, request)
    return request


def authenticate(client: Client, server: Mapping[str, Any], request: requests.Request) -> None:
    """Put the client's credentials on a token request, in exactly one way.

    The declared way, or the one that the metadata lists, Basic before post.  Raises
    InvalidResponse where the provider takes neither.  Spec: RFC 6749 §2.3.1, OpenID Connect Core
    1.0 §9.
    """
    method = client.provider.auth_method
    if not method:
        offered = server.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
        known = ("client_secret_basic", "client_secret_post")
        method = next((name for name in known if name in offered), "")
    if method == "client_secret_basic":
        request.auth = HTTPBasicAuth(quote_plus(client.client_id), quote_plus(client.client_secret))
    elif method == "client_secret_post":
        request.data |= {"client_id": client.client_id, "client_secret": client.client_secret}
    elif method == "none":
        request.data |= {"client_id": client.client_id}
    else:
        raise InvalidResponse("no known way to authenticate at the token endpoint")


def read_token_response(provider: Provider, answer: Answer) -> dict[str, Any]:
    """Return the tokens of a token response.

    The body is read before the status: some providers report an error with 200.  Raises
    TokenError, InvalidResponse, ProviderUnavailable.  Spec: RFC 6749 §5.1 and §5.2.
    """
    if answer.status == 429 or answer.status >= 500:
        raise ProviderUnavailable(f"the token endpoint answered {answer.status}")
    tokens = decode_json(answer.body)
    if not isinstance(tokens, dict):
        raise InvalidResponse("the token response is not a JSON object")
    if "error" in tokens:
        error = tokens["error"]
        raise TokenError(error[:64] if isinstance(error, str) else "not_a_word")
    if answer.status != 200:
        raise InvalidResponse(f"the token endpoint answered {answer.status}")
    access_token = tokens.get("access_token")
    if not isinstance(access_token, str) or not access_token:
        raise InvalidResponse("there is no access_token", reason="no_access_token")
    if not (access_token.isascii() and access_token.isprintable()):
        raise InvalidResponse("the access_token is not printable", reason="no_access_token")
    token_type = tokens.get("token_type", "Bearer" if provider.token_type_optional else None)
    if not isinstance(token_type, str) or token_type.lower() != "bearer":
        raise InvalidResponse("the token_type is not Bearer", reason="not_bearer")
    return tokens
