"""The checks of `flask doctor` that ask a provider for its metadata and keys."""

from collections.abc import Iterator
from email.utils import parsedate_to_datetime

import requests

from ..auth import flow
from ..database import now
from ..oauth.discovery import ignored_members
from ..oauth.errors import OAuthError
from ..oauth.id_token import SECRET_ALGORITHMS, algorithms
from ..oauth.provider import Document, Provider
from ..oauth.responses import Response, decode_json
from ..oauth.token import auth_method
from ..oauth.transport.deadline import time_limit

CLOCK_SECONDS = 30


def checks(provider: Provider) -> Iterator[tuple[str, str]]:
    """Yield the result of each check (see `doctor`), and what it says.

    The other checks need the metadata, so they are left out without it.
    """
    url = provider.discovery_url
    try:
        with time_limit():
            metadata = flow().documents.metadata(provider)
            published = flow().http.send(provider.name, requests.Request("GET", url))
    except OAuthError as error:
        yield "FAIL", f"discovery and keys: {url}: {error}"
        return
    yield result("discovery and keys", _keys_problem(provider, metadata))
    if provider.authenticate is None:
        problem = _authentication_problem(provider, metadata)
        yield result("authentication at the token endpoint", problem)
    if provider.pkce:
        yield _pkce(provider, metadata)
    for member, problem in _ignored(provider, published).items():
        yield "warn", f"the metadata's {member} {problem}, so it is ignored"
    yield _clock(published)


def result(what: str, problem: str) -> tuple[str, str]:
    """Return `FAIL` if there is a problem, else `ok`, and what it says."""
    return ("FAIL", f"{what}: {problem}") if problem else ("ok", what)


def _keys_problem(provider: Provider, metadata: Document) -> str:
    try:
        if set(algorithms(provider, metadata)) <= set(SECRET_ALGORITHMS):
            return ""
        with time_limit():
            flow().documents.keys(provider, metadata)
    except OAuthError as error:
        return f"{metadata['jwks_uri']}: {error}"
    return ""


def _authentication_problem(provider: Provider, metadata: Document) -> str:
    try:
        auth_method(provider, metadata)
    except OAuthError as error:
        return str(error)
    return ""


def _pkce(provider: Provider, metadata: Document) -> tuple[str, str]:
    """Check that the provider supports S256, which the app uses unless it is turned off."""
    methods = metadata.get("code_challenge_methods_supported")
    if methods is None:
        return "-", "PKCE: not checked, the metadata does not list the methods"
    setting = provider.setting("PKCE")
    problem = f"S256 is not among the listed methods {methods}; if sign-ins fail, try {setting}=off"
    return result("PKCE", "" if "S256" in methods else problem)


def _ignored(provider: Provider, published: Response) -> dict[str, str]:
    http = flow().http
    try:
        document = decode_json(published.body)
    except OAuthError:
        return {}
    return ignored_members(provider, document, http.loopback, http.http_hosts)


def _clock(published: Response) -> tuple[str, str]:
    """Compare this machine's clock with the provider's.  The checks of ID Tokens depend on it."""
    try:
        date = parsedate_to_datetime(published.headers.get("Date", ""))
        off = abs((now() - date).total_seconds())
    except (ValueError, TypeError):
        return "-", "clock: not checked, the answer has no date"
    problem = f"differs by {off:.0f} s: set this machine's clock"
    return result("clock", problem if off > CLOCK_SECONDS else "")
