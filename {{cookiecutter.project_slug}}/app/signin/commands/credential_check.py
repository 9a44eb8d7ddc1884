"""The check of `flask doctor` whether a provider accepts our client ID and secret."""

from ..auth import flow
from ..auth.error_pages import error_code
from ..oauth.authorization import LoginRequest, random_secret
from ..oauth.descriptions import explain
from ..oauth.errors import InvalidResponse, OAuthError, ProviderUnavailable, TokenError
from ..oauth.provider import Client
from ..oauth.token import code_request, read_token_response
from ..oauth.transport.deadline import time_limit


def check(client: Client) -> tuple[str, str]:
    """Return the result (see `doctor`), and what it says.

    A made-up code is exchanged.  If the provider complains about the code, it accepts the rest.
    """
    try:
        error = _error_for_a_made_up_code(client)
    except ProviderUnavailable as problem:
        return "FAIL", f"not checked, {problem}"
    except (OAuthError, LookupError, TypeError) as problem:
        return "-", f"not checked, {problem}"
    match error_code(error):
        case "login_expired":
            return "ok", ""
        case "provider_misconfigured":
            return "FAIL", str(error)
        case _:
            return "-", f"not checked, {error}"


def _error_for_a_made_up_code(client: Client) -> TokenError:
    """Return the token endpoint's error.  Raises OAuthError where it answers in another way."""
    login = LoginRequest()
    try:
        with time_limit():
            metadata = flow().documents.metadata(client.provider)
            request = code_request(client, metadata, login, random_secret(), {})
            answer = flow().http.send(client.provider.name, request)
        read_token_response(client.provider, answer)
    except OAuthError as error:
        explain(error, client, login, {})
        if isinstance(error, TokenError):
            return error
        raise
    raise InvalidResponse("the token endpoint accepted a made-up code")
