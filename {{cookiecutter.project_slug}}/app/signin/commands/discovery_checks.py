"""The checks of `flask doctor` that ask a provider for its metadata and keys."""

from collections.abc import Iterator
from email.utils import parsedate_to_datetime

import requests

from ..auth import flow
from ..database import now
from ..oauth.discovery import ignored_endpoints
from ..oauth.errors import OAuthError
from ..oauth.id_token import SECRET_ALGORITHMS, algorithms
from ..oauth.provider import Document, Provider
from ..oauth.responses import Response, decode_json
from ..oauth.token import auth_method
from ..oauth.transport.deadline import time_limit

CLOCK_SECONDS = 30


def checks(provider: Provider) -> Iterator[tuple[str, str]]:
    """Yield each check and its problem, which is empty if the check passes.

    The other checks need the metadata, so they are left out without it.
    """
    url = provider.discovery_url
    try:
        with time_limit():
            metadata = flow().documents.metadata(provider)
            published = flow().http.send(provider.name, requests.Request("GET", url))
    except OAuthError as error:
        yield "discovery and keys", f"{url}: {error}"
        return
    yield "discovery and keys", _keys_problem(provider, metadata)
    if provider.authenticate is None:
        yield "authentication at the token endpoint", _authentication_problem(provider, metadata)
    if provider.pkce:
        yield "PKCE", _pkce_problem(provider, metadata)
    for endpoint, problem in _ignored(provider, published).items():
        yield f"note: the metadata's {endpoint} {problem}, so it is ignored", ""
    yield "clock", _clock_problem(published)


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


def _pkce_problem(provider: Provider, metadata: Document) -> str:
    """Check that the provider supports S256, which the app uses unless it is turned off."""
    methods = metadata.get("code_challenge_methods_supported", ["S256"])
    if "S256" in methods:
        return ""
    setting = provider.setting("PKCE")
    return f"S256 is not among the listed methods {methods}; if sign-ins fail, try {setting}=off"


def _ignored(provider: Provider, published: Response) -> dict[str, str]:
    http = flow().http
    try:
        document = decode_json(published.body)
    except OAuthError:
        return {}
    return ignored_endpoints(provider, document, http.loopback, http.http_hosts)


def _clock_problem(published: Response) -> str:
    """Compare this machine's clock with the provider's.  The checks of ID Tokens depend on it."""
    try:
        date = parsedate_to_datetime(published.headers.get("Date", ""))
        off = abs((now() - date).total_seconds())
    except (ValueError, TypeError):
        return "could not be compared: no answer with a date"
    return f"differs by {off:.0f} s: set this machine's clock" if off > CLOCK_SECONDS else ""
