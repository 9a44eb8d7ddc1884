"""The protocol part of a login: build the provider's URL, then exchange the code for claims.

The caller stores the `LoginRequest` that `start` returns.  Nothing else is kept.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

from joserfc.jwk import Key

from .authorization import (
    LoginRequest,
    PendingRequest,
    authorization_code,
    authorization_url,
    new_sign_in,
    with_account_chooser,
)
from .claims import sanitized, standard_claims
from .descriptions import explain
from .errors import InvalidResponse, OAuthError
from .id_token import SECRET_ALGORITHMS, UnknownKey, read_id_token
from .logout_token import Logout, check_unverified, read_logout_token
from .provider import Claims, Client, Grant, Provider
from .token import code_request, read_token_response
from .transport.deadline import TOTAL_SECONDS, time_limit
from .transport.documents import Documents
from .transport.http import Http

T = TypeVar("T")
# A slow API does not use up a login's time where the ID Token has said who it is.
CALL_SECONDS = 4.0


@dataclass(frozen=True)
class LoginFlow:
    """Starts and finishes logins.  The app has one instance.

    Pictures may come from `own_url` by plain http, as those of practice people do.
    """

    http: Http
    documents: Documents
    own_url: str = ""

    def start(self, client: Client, *, max_age: int | None = None) -> tuple[str, LoginRequest]:
        """Return the URL to send the browser to, and what to store until it comes back.

        `max_age` asks for a sign-in at most that many seconds ago: see `new_sign_in`.
        Raises OAuthError.  Spec: OpenID Connect Core 1.0 §3.1.2.1.
        """
        metadata, login_request = self.metadata(client.provider), LoginRequest()
        if max_age is not None:
            client, login_request = new_sign_in(client, metadata, max_age)
        return authorization_url(client, metadata, login_request), login_request

    def start_choosing(
        self, client: Client, *, max_age: int | None = None
    ) -> tuple[str, LoginRequest]:
        """Do the same as `start`, and let the provider ask which account to use."""
        metadata = self.metadata(client.provider)
        return self.start(with_account_chooser(client, metadata), max_age=max_age)

    def finish(self, client: Client, login: PendingRequest, callback: Mapping[str, str]) -> Grant:
        """Return who signed in (`Grant.claims`), and what the provider granted.

        `login` has the nonce, the code verifier and the max_age from `start`.  `callback` holds the
        parameters of the authorization response.  Takes at most 12 seconds.  Raises OAuthError.
        """
        try:
            return self._finish(client, login, callback)
        except OAuthError as error:
            explain(error, client, login, callback)
            raise

    def _finish(self, client: Client, login: PendingRequest, callback: Mapping[str, str]) -> Grant:
        provider = client.provider
        with time_limit():
            metadata = self.documents.metadata(provider)
            code = authorization_code(provider, metadata, callback)
            request = code_request(client, metadata, login, code, callback)
            tokens = read_token_response(provider, self.http.send(provider.name, request))
            id_token: dict[str, Any] = {}
            if provider.openid_connect:
                read = partial(read_id_token, client, metadata, login, tokens)
                id_token = self._with_keys(provider, metadata, read)
            # Lets the provider's functions call its API with the access token.
            call = partial(self.http.call, provider.name, tokens["access_token"])
            call = partial(_briefly, call) if id_token else call
            grant = Grant(
                client=client,
                metadata=metadata,
                tokens=tokens,
                id_token=id_token,
                callback=callback,
                call=call,
                start_call=partial(self.http.start_call, call),
            )
            grant.claims = _claims(provider, grant, self.own_url)
        return grant

    def metadata(self, provider: Provider, seconds: float = TOTAL_SECONDS) -> Mapping[str, Any]:
        """Return a provider's metadata, in at most so many seconds.  Raises OAuthError."""
        with time_limit(seconds):
            return self.documents.metadata(provider)

    def read_logout_token(self, client: Client, token: str) -> Logout:
        """Return what a Logout Token says, for `auth.backchannel`.  Raises OAuthError."""
        check_unverified(client, token)
        with time_limit():
            metadata = self.documents.metadata(client.provider)
            read = partial(read_logout_token, client, metadata, token)
            return self._with_keys(client.provider, metadata, read)

    def _with_keys(
        self, provider: Provider, metadata: Mapping[str, Any], read: Callable[[Sequence[Key]], T]
    ) -> T:
        """Call `read` with the cached keys.  If none fits, fetch the keys again and retry once.

        Spec: OpenID Connect Core 1.0 §10.1.1.
        """
        if provider.id_token_algs and set(provider.id_token_algs) <= set(SECRET_ALGORITHMS):
            # These are verified with the client secret, not with published keys.
            return read([])
        try:
            return read(self.documents.keys(provider, metadata))
        except UnknownKey:
            return read(self.documents.newer_keys(provider, metadata))


def _briefly(call: Callable[..., Any], *args: Any, **options: Any) -> Any:
    with time_limit(CALL_SECONDS):
        return call(*args, **options)


def _claims(provider: Provider, grant: Grant, own_url: str) -> Claims:
    """Call the provider's `claims` function.

    It need not check types: a KeyError or TypeError counts as a malformed response.
    """
    try:
        return sanitized((provider.claims or standard_claims)(grant), own_url)
    except OAuthError:
        raise
    except (KeyError, TypeError, AttributeError, IndexError, ValueError) as error:
        message = f"the profile is malformed: {type(error).__name__}"
        raise InvalidResponse(message, reason="bad_profile") from error
