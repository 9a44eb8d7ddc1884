"""One login, as the specifications tell it: away to the provider, and back with who it is.

Nothing of the database or the web is in here, and nothing is kept between `start` and `finish` but
the `PendingLogin` that the caller stores.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..oauth.authorization import PendingLogin, authorization_code, authorization_url
from ..oauth.discovery import Documents
from ..oauth.errors import InvalidIDToken, InvalidResponse, OAuthError
from ..oauth.http import Http, time_limit
from ..oauth.id_token import UnknownKey, read_id_token
from ..oauth.provider import Claims, Client, Grant, cleaned
from ..oauth.token import read_token_response, token_request


@dataclass(frozen=True)
class LoginFlow:
    """The two halves of a login.  One for the whole process."""

    http: Http
    documents: Documents

    def start(self, client: Client, pending: PendingLogin) -> str:
        """Return the URL to send the browser to.  Raises OAuthError."""
        with time_limit():
            return authorization_url(client, self.documents.server(client.provider), pending)

    def finish(
        self,
        client: Client,
        pending: PendingLogin,
        response: Mapping[str, str],
        posted_user: str = "",
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
            return _claims(
                Grant(
                    client=client,
                    server=server,
                    tokens=tokens,
                    id_token=id_token,
                    posted_user=posted_user,
                    http=self.http,
                )
            )

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
        provider, jwks_uri = client.provider, server["jwks_uri"]
        if provider.id_token_algs == ("HS256",):
            return read_id_token(client, server, pending, tokens, [])
        keys = self.documents.keys(provider, jwks_uri)
        try:
            return read_id_token(client, server, pending, tokens, keys)
        except UnknownKey:
            keys = self.documents.newer_keys(provider, jwks_uri)
            return read_id_token(client, server, pending, tokens, keys)


def _claims(grant: Grant) -> Claims:
    """Ask the provider's hook, which may index naively: what it stumbles over is a bad answer."""
    try:
        claims = cleaned(grant.client.provider.claims(grant))
    except OAuthError:
        raise
    except (KeyError, TypeError, AttributeError, IndexError, ValueError) as error:
        raise InvalidResponse(
            f"the profile is not as expected: {type(error).__name__}", reason="bad_profile"
        ) from error
    if grant.id_token and claims.sub != grant.id_token["sub"]:
        raise InvalidIDToken("the claims are about another sub than the ID Token")
    return claims
