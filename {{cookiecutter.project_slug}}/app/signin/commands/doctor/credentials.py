"""The check of `flask doctor` whether a provider accepts our client ID and secret."""

from ...auth import flow
from ...auth.error_pages import error_code
from ...oauth.authorization import LoginRequest, random_secret
from ...oauth.descriptions import explain
from ...oauth.errors import (
    InvalidResponse,
    OAuthError,
    ProviderUnavailable,
    TokenError,
    UnexpectedStatus,
)
from ...oauth.provider import Client, Document
from ...oauth.token import code_request, read_token_response
from ...oauth.transport.deadline import time_limit
from .findings import Finding, checked, not_checked
from .reasons import reason

NAME = "client ID and secret"
# Statuses of what is no token endpoint; some providers answer so to an unknown client ID.
NOT_THERE = (404, 405, 410)


def check(client: Client, metadata: Document, setting: str) -> Finding:
    """Return whether the provider accepts them.

    A made-up code is exchanged.  If the provider complains about the code, it accepts the rest.
    `setting` is where the owner wrote the token endpoint's address.
    """
    try:
        error = _error_for_a_made_up_code(client, metadata)
    except ProviderUnavailable as problem:
        why, do = reason(problem, str(metadata["token_endpoint"]), setting)
        return Finding("FAIL", NAME, f"not checked, {why}", do or "try again later")
    except (OAuthError, LookupError, TypeError) as problem:
        if isinstance(problem, UnexpectedStatus) and problem.status in NOT_THERE:
            return _nothing_there(client, metadata, str(problem.status), setting)
        return not_checked(NAME, str(problem), "sign in once")
    if error.error.lower().replace("_", " ") == "not found":
        return _nothing_there(client, metadata, repr(error.error), setting)
    match error_code(error):
        case "login_expired":
            return checked(NAME)
        case "provider_misconfigured":
            hint, error.hint = error.hint, ""
            return Finding("FAIL", NAME, str(error), hint)
        case _:
            return not_checked(NAME, f"a made-up code tells nothing here: {error}", "sign in once")


def _nothing_there(client: Client, metadata: Document, answer: str, setting: str) -> Finding:
    """Return that the token endpoint is somewhere else, or does not know the client ID."""
    problem = f"{metadata['token_endpoint']} answers {answer}"
    names = " and ".join(filter(None, (client.provider.setting("CLIENT_ID"), setting)))
    return Finding("FAIL", NAME, problem, f"check {names}")


def _error_for_a_made_up_code(client: Client, metadata: Document) -> TokenError:
    """Return the token endpoint's error.  Raises OAuthError where it answers in another way."""
    login = LoginRequest()
    try:
        with time_limit():
            request = code_request(client, metadata, login, random_secret(), {})
            answer = flow().http.send(client.provider.name, request)
        read_token_response(client.provider, answer)
    except OAuthError as error:
        explain(error, client, login, {})
        if isinstance(error, TokenError):
            return error
        raise
    raise InvalidResponse("the token endpoint accepted a made-up code")
