"""Exchange the authorization code for tokens.

Spec: RFC 6749 §4.1.3 to §5.2, RFC 7636 §4.5.
"""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote_plus

import requests
from requests.auth import HTTPBasicAuth

from .authorization import PendingRequest
from .descriptions import WRONG_CLIENT_TEXT, cleaned, description, failure
from .errors import InvalidResponse, OAuthError, ProviderUnavailable, TokenError
from .provider import Client, Document, Provider
from .responses import SUCCESS, Response, decode_json

# In the order of preference.
WITH_SECRET = ("client_secret_basic", "client_secret_post")
MAX_NAMED = 200


def code_request(
    client: Client,
    metadata: Document,
    login: PendingRequest,
    code: str,
    callback: Mapping[str, str],
) -> requests.Request:
    """Return the request that exchanges the code for tokens; it is not sent yet.

    The client's credentials are added exactly once.
    Spec: RFC 6749 §4.1.3, RFC 7636 §4.5.
    """
    provider, form = client.provider, {"grant_type": "authorization_code"}
    form |= {"code": code, "redirect_uri": client.redirect_uri}
    if provider.pkce:
        form["code_verifier"] = login.code_verifier
    request = requests.Request("POST", metadata["token_endpoint"], data=form)
    if provider.authenticate is not None:
        provider.authenticate(client, request)
    else:
        authenticate(client, metadata, request)
    if provider.edit_token_request is not None:
        provider.edit_token_request(client, request, callback)
    return request


def authenticate(client: Client, metadata: Mapping[str, Any], request: requests.Request) -> None:
    """Put the client's credentials on a token request.

    Spec: RFC 6749 §2.3.1, OpenID Connect Core 1.0 §9.  Raises what `auth_method` raises.
    """
    provider, method = client.provider, auth_method(client.provider, metadata)
    if method == "client_secret_basic":
        request.auth = HTTPBasicAuth(quote_plus(client.client_id), quote_plus(client.client_secret))
        return
    request.data[provider.client_id_param] = client.client_id
    if method == "client_secret_post":
        request.data["client_secret"] = client.client_secret


def auth_method(provider: Provider, metadata: Document) -> str:
    """Return how to authenticate: as declared, or else with Basic or post, as the metadata lists.

    Raises InvalidResponse if the provider lists neither.
    """
    listed = metadata.get("token_endpoint_auth_methods_supported", WITH_SECRET[:1])
    method = provider.auth_method or next((name for name in WITH_SECRET if name in listed), "")
    if not method:
        named = ", ".join(map(str, listed))[:MAX_NAMED]
        setting = provider.setting("AUTH_METHOD")
        raise InvalidResponse(
            f"the token endpoint lists only {named!r} to authenticate with: allow a client secret"
            f" there for this app, or set {setting}"
        )
    return method


def read_token_response(provider: Provider, response: Response) -> dict[str, Any]:
    """Return the tokens of a token response.

    The body is read before the status, since some providers report an error with status 200.
    Raises TokenError, InvalidResponse, ProviderUnavailable.  Spec: RFC 6749 §5.1 and §5.2.
    """
    if response.status >= 300:
        raise _refusal(provider, response)
    tokens = _decoded(provider, response.body)
    if tokens.get("error"):
        raise _token_error(tokens)
    if response.status not in SUCCESS:
        raise failure("the token endpoint", response)
    access_token = tokens.get("access_token")
    usable = isinstance(access_token, str) and access_token.isascii() and access_token.isprintable()
    if not usable or not access_token:
        raise InvalidResponse("there is no usable access_token", reason="no_access_token")
    if str(tokens.get("token_type")).lower() != "bearer":
        raise _not_bearer(tokens.get("token_type"))
    return tokens


def _not_bearer(token_type: object) -> InvalidResponse:
    message = f"the token_type is {token_type!r}, not Bearer"
    return InvalidResponse(message, reason="not_bearer")


def _decoded(provider: Provider, body: bytes) -> dict[str, Any]:
    tokens = decode_json(body)
    if isinstance(tokens, dict) and provider.read_tokens is not None:
        tokens = provider.read_tokens(tokens)
    if not isinstance(tokens, dict):
        raise InvalidResponse("the token response is not a JSON object")
    return tokens


def _refusal(provider: Provider, response: Response) -> OAuthError:
    """Return the error of a response with status 300 or more.

    401 means that the client was not recognized; some providers say so in a sentence only.
    Spec: RFC 6749 §5.2.
    """
    problem = failure("the token endpoint", response)
    if isinstance(problem, ProviderUnavailable):
        return problem
    try:
        tokens = _decoded(provider, response.body)
    except InvalidResponse:
        tokens = {}
    if tokens.get("error"):
        return _token_error(tokens)
    if response.status == 401 or WRONG_CLIENT_TEXT.search(problem.description):
        return TokenError("invalid_client", description=problem.description)
    return problem


def _token_error(tokens: Mapping[str, Any]) -> TokenError:
    """Return the error that a token response names: a word, or the type or code of an object."""
    word = tokens["error"]
    if isinstance(word, dict):
        word = str(word.get("type") or word.get("code") or "")
    named = cleaned(word) if isinstance(word, str) else ""
    said = description(tokens, without="error" if isinstance(word, str) else "")
    return TokenError(named or "not_a_word", description=said)


def bearer_by_default(tokens: dict[str, Any]) -> dict[str, Any]:
    """Add the token_type that some providers leave out.  For `Provider.read_tokens`."""
    return {**tokens, "token_type": tokens.get("token_type") or "Bearer"}
