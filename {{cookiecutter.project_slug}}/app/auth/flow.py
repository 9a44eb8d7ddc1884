"""One login, as the specifications tell it: away to the provider, and back with who it is.

Nothing of the database or the web is in here, and nothing is kept between `start` and `finish` but
the `PendingLogin` that the caller stores.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

from joserfc.jwk import Key

from ..oauth.authorization import PendingLogin, authorization_code, authorization_url
from ..oauth.errors import InvalidIDToken, InvalidResponse, OAuthError
from ..oauth.id_token import UnknownKey, read_id_token
from ..oauth.logout_token import read_logout_token
from ..oauth.provider import Claims, Client, Grant, Provider
from ..oauth.token import read_token_response, token_request
from ..outbound.documents import Documents
from ..outbound.http import Http
from ..outbound.sockets import time_limit
from .claims import cleaned

T = TypeVar("T")


@dataclass(frozen=True)
class LoginFlow:
    """The two halves of a login.  One for the whole process."""

    http: Http
    documents: Documents

    def start(self, client: Client, *, max_age: int | None = None) -> tuple[str, PendingLogin]:
        """Return the URL to send the browser to, and what to keep until it comes back.

        `max_age` asks that the person has signed in at the provider at most so many seconds ago; a
        provider that does not say when they did is not asked.  Raises OAuthError.
        Spec: OpenID Connect Core 1.0 §3.1.2.1.
        """
        with time_limit():
            server = self.documents.server(client.provider)
            dated = "auth_time" in server.get("claims_supported", ["auth_time"])
            pending = PendingLogin(max_age=max_age if dated else None)
            return authorization_url(client, server, pending), pending

    def logout_url(self, client: Client) -> str | None:
        """Return where a provider ends its own session, if it said so.

        Spec: OpenID Connect RP-Initiated Logout 1.0 §2.1.
        """
        with time_limit():
            url: str | None = self.documents.server(client.provider).get("end_session_endpoint")
        return url

    def finish(
        self, client: Client, pending: PendingLogin, response: Mapping[str, str], posted_user: str
    ) -> Claims:
        """Return who signed in, from the parameters that the browser came back with.

        `posted_user` is what a form_post provider sent beside them.  Takes at most 12 seconds.
        Raises OAuthError.
        """
        with time_limit():
            server = self.documents.server(client.provider)
            code = authorization_code(client, server, response)
            request = token_request(client, server, pending, code)
            answer = self.http.send(client.provider.name, request)
            tokens = read_token_response(client.provider, answer)
            id_token: dict[str, Any] = {}
            if client.provider.openid_connect:
                id_token = self._read_id_token(client, server, pending, tokens)
            get_json = partial(self.http.get_json, client.provider.name, tokens["access_token"])
            grant = Grant(
                client=client,
                server=server,
                tokens=tokens,
                id_token=id_token,
                posted_user=posted_user,
                get_json=get_json,
                get_json_beside=partial(self.http.in_background, get_json),
            )
            return _claims(grant)

    def _read_id_token(
        self,
        client: Client,
        server: Mapping[str, Any],
        pending: PendingLogin,
        tokens: Mapping[str, Any],
    ) -> dict[str, Any]:
        """Read the ID Token, once more with newly fetched keys if no known one made it.

        Spec: OpenID Connect Core 1.0 §10.1.1.
        """
        return self._with_keys(
            client.provider, server, partial(read_id_token, client, server, pending, tokens)
        )

    def read_logout_token(self, client: Client, token: str) -> tuple[str | None, str | None]:
        """Return the `sub` and the `sid` of a Logout Token.  Raises OAuthError."""
        with time_limit():
            server = self.documents.server(client.provider)
            read = partial(read_logout_token, client, server, token)
            return self._with_keys(client.provider, server, read)

    def _with_keys(
        self, provider: Provider, server: Mapping[str, Any], read: Callable[[Sequence[Key]], T]
    ) -> T:
        if provider.id_token_algs == ("HS256",):
            return read([])
        try:
            return read(self.documents.keys(provider, server["jwks_uri"]))
        except UnknownKey:
            return read(self.documents.newer_keys(provider, server["jwks_uri"]))


def _claims(grant: Grant) -> Claims:
    """Ask the provider's hook, which may index naively: what it stumbles over is a bad answer."""
    try:
        claims = cleaned(grant.client.provider.claims(grant))
    except OAuthError:
        raise
    except (KeyError, TypeError, AttributeError, IndexError, ValueError) as error:
        message = f"the profile is not as expected: {type(error).__name__}"
        raise InvalidResponse(message, reason="bad_profile") from error
    if grant.id_token and claims.sub != grant.id_token["sub"]:
        raise InvalidIDToken("the claims are about another sub than the ID Token")
    return claims
