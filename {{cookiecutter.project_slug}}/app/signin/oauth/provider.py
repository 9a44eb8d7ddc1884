"""The data classes of a login: Provider, Client, Grant, Claims."""

from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any

import requests

from .errors import OAuthError

Document = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Claims:
    """Who signed in, in the words of OpenID Connect.

    `sub` is the provider's own, unchanging id of the person; only `sub` identifies a person.
    `email_verified` is true only where the provider says so.  `member_of` names the organizations
    that the person belongs to, `sid` is the provider's name for its session.  `unread` says why a
    part of the profile could not be read: then a claim that is None is unknown, not absent.
    `kept` names claims that the provider does not send each time: the stored ones stay.
    Spec: OpenID Connect Core 1.0 §5.1.
    """

    sub: str
    name: str | None = None
    preferred_username: str | None = None
    email: str | None = None
    email_verified: bool = False
    picture: str | None = None
    member_of: tuple[str, ...] = ()
    sid: str | None = None
    kept: tuple[str, ...] = field(default=(), compare=False)
    unread: OAuthError | None = field(default=None, compare=False)


@dataclass(frozen=True, kw_only=True)
class Setting:
    """A setting of one provider, such as COMPANY_TENANT.

    `default` is used if the setting is empty; in the declaration's URLs, the owner's value replaces
    it.  A provider with a `required` setting that is missing is not set up; the default of such a
    one is a made-up server, such as `https://cloud.example.com` for BASE_URL.  Only members of the
    organizations in an `allow_list` (`Claims.member_of`) may sign in; it adds `scope` to the
    request.  `example` is shown to the person who fills it in.  Only with a value that matches the
    pattern `one_owner` may <PROVIDER>_EMAIL_VERIFIED be `always`: with others, more organizations
    than the owner's write addresses.  `client_id` is a pattern of the client IDs it works with.
    """

    ending: str
    default: str = ""
    required: bool = False
    allow_list: bool = False
    secret: bool = False
    scope: str = ""
    example: str = ""
    one_owner: str = ""
    client_id: str = ""


@dataclass(frozen=True, kw_only=True)
class Colors:
    """The colours of a provider's button; `mark` is the colour of its logo, `white` or `black`."""

    background: str
    text: str
    border: str = ""
    mark: str = ""
    font: str = ""


@dataclass(frozen=True, kw_only=True)
class Provider:
    """A provider, as data.

    Issuers: `issuer` is what ID Tokens, metadata and the `iss` of an answer name; plain OAuth 2.0
    providers mostly have none.  `identity_issuer` says whose `sub` it is and is stored with every
    identity, so it is constant; where it is not declared it is the issuer.  `former_issuers` are
    values that it had before.

    Endpoints: declared, or read from the provider's metadata where no `authorization_endpoint` is
    (`uses_discovery`).  `metadata_url` says where that is if not at the issuer's usual place.  A
    provider with `jwks_uri` or metadata speaks OpenID Connect.

    Requests: `client_id_param` is its name for `client_id`, `post_logout_param` that for
    `post_logout_redirect_uri`, `code_param` that for the answer's `code`.  `callback_params` are
    parameters of the answer beside the standard ones.  `cancel_errors` are its codes for a
    cancelled sign-in.
    `pkce`, `nonce` and `max_age` are false only if the provider rejects them, `in_app_browsers`
    only if it refuses browsers that are part of another app.  `auth_method` is how the client
    authenticates; empty means as the metadata says.  `offline` are authorization parameters that
    make it give a refresh token, of which `scope` is added to the scope (empty: it always gives
    one; None: it gives none, or none is documented).  `choose_account` are those that make it ask
    which account to use (None: `prompt=select_account` at OpenID Providers, nothing at others).

    Registration: `console_url` and `console_hint` say where and how.  `loopback_host` is the name
    of this machine that a callback URL may have there, empty if none.  `client_id_pattern` is what
    its client IDs look like, where its documentation says so.  `icon` is the owner's choice of a
    logo.

    `trusted_email`: the owner vouches for all its addresses (<PROVIDER>_EMAIL_VERIFIED=always).

    Functions, each with a default that follows the specification (see `token` and `claims`):
    `authenticate` puts the client's credentials on a token request, `edit_token_request` changes
    that request further, `read_tokens` turns its JSON into a token response of RFC 6749,
    `issuers` names the issuers that an answer may come from, `claims` says who it is.
    """

    name: str
    label: str
    issuer: str = ""
    identity_issuer: str = ""
    former_issuers: tuple[str, ...] = ()
    metadata_url: str = ""
    authorization_endpoint: str = ""
    token_endpoint: str = ""
    userinfo_endpoint: str = ""
    jwks_uri: str = ""
    revocation_endpoint: str = ""
    end_session_endpoint: str = ""
    scope: str = ""
    authorization_params: Mapping[str, str] = field(default_factory=dict)
    client_id_param: str = "client_id"
    post_logout_param: str = "post_logout_redirect_uri"
    code_param: str = "code"
    callback_params: tuple[str, ...] = ()
    cancel_errors: tuple[str, ...] = ("access_denied",)
    pkce: bool = True
    nonce: bool = True
    max_age: bool = True
    in_app_browsers: bool = True
    auth_method: str = ""
    id_token_algs: tuple[str, ...] = ()
    offline: Mapping[str, str] | None = None
    choose_account: Mapping[str, str] | None = None
    settings: tuple[Setting, ...] = ()
    authenticate: "Callable[[Client, requests.Request], None] | None" = None
    edit_token_request: "Callable[[Client, requests.Request, Mapping[str, str]], None] | None" = (
        None
    )
    read_tokens: Callable[[Any], Any] | None = None
    issuers: "Callable[[Provider, Document, Document], tuple[str, ...]] | None" = None
    claims: "Callable[[Grant], Claims] | None" = None
    console_url: str = ""
    console_hint: str = ""
    loopback_host: str = "localhost"
    icon: str = ""
    client_id_pattern: str = ""
    trusted_email: bool = False
    colors: Colors | None = None
    dark_colors: Colors | None = None
    settings_prefix: str = ""

    uses_discovery: bool = field(init=False)
    openid_connect: bool = field(init=False)
    form_post: bool = field(init=False)
    discovery_url: str = field(init=False)

    def __post_init__(self) -> None:
        """Compute the derived fields."""
        discovery = not self.authorization_endpoint
        form_post = self.authorization_params.get("response_mode") == "form_post"
        object.__setattr__(self, "uses_discovery", discovery)
        object.__setattr__(self, "openid_connect", discovery or bool(self.jwks_uri))
        object.__setattr__(self, "form_post", form_post)
        # Spec: OpenID Connect Discovery 1.0 §4.
        well_known = self.issuer.rstrip("/") + "/.well-known/openid-configuration"
        object.__setattr__(self, "discovery_url", self.metadata_url or well_known)

    def setting(self, ending: str) -> str:
        """Return the name of one of its settings, such as COMPANY_CLIENT_ID."""
        return f"{self.settings_prefix or self.name.upper().replace('-', '_')}_{ending}"


@dataclass(frozen=True, kw_only=True)
class Client:
    """Our registration at a provider.  `settings` holds the values of `Provider.settings`.

    Spec: RFC 6749 §2.
    """

    provider: Provider
    client_id: str
    redirect_uri: str
    client_secret: str = field(default="", repr=False)
    settings: Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass(kw_only=True)
class Grant:
    """What a finished code exchange gives.

    `callback` holds the parameters that the browser came back with (and `user`, what a form_post
    provider sent beside them).  `call(url, query=…, headers=…, form=…, json=…, method=…,
    scheme="Bearer")` returns the JSON at a URL, asked for with the access token; `start_call` does
    the same in another thread and returns a Future.  `claims` is set once they have been read.
    """

    client: Client
    metadata: Mapping[str, Any]
    tokens: Mapping[str, Any] = field(repr=False)
    id_token: Mapping[str, Any] = field(repr=False)
    callback: Mapping[str, str] = field(default_factory=dict, repr=False)
    call: Callable[..., Any]
    start_call: Callable[..., Future[Any]]
    claims: Claims = field(init=False)
