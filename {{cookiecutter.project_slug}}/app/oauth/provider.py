"""What is known of a provider (`Provider`), of us there (`Client`), of a person (`Claims`)."""

from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field, fields
from typing import Any
from urllib.parse import urlsplit

from .errors import InvalidResponse


@dataclass(frozen=True, kw_only=True)
class Claims:
    """Who signed in, in the words of OpenID Connect.

    `sub` is the provider's own, unchanging id of the person; nothing else identifies anybody.
    `member_of` names the organizations that the provider says the person belongs to, `sid` their
    session there.
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


@dataclass(frozen=True, kw_only=True)
class Grant:
    """What a finished code exchange gives a `claims` hook to work with.

    `get_json(url, **query)` returns the JSON at a URL, asked for with the access token;
    `get_json_beside` starts the same beside what follows, and `.result()` returns it or raises.
    """

    client: "Client"
    server: Mapping[str, Any]
    tokens: Mapping[str, Any] = field(repr=False)
    id_token: Mapping[str, Any] = field(repr=False)
    posted_user: str = field(default="", repr=False)
    get_json: Callable[..., Any]
    get_json_beside: Callable[..., Future[Any]]


def standard_claims(grant: Grant) -> Claims:
    """Return the claims of the ID Token, completed at the userinfo endpoint where it is bare.

    Spec: OpenID Connect Core 1.0 §5.1, §5.3, §5.3.2.
    """
    signed, found = grant.id_token, dict(grant.id_token)
    scope = grant.client.provider.scope.split()
    asked_for = {"name": "profile", "email": "email"}
    bare = any(value in scope and not signed.get(claim) for claim, value in asked_for.items())
    endpoint = grant.server.get("userinfo_endpoint")
    if bare and endpoint:
        userinfo = grant.get_json(endpoint)
        if userinfo["sub"] != signed["sub"]:
            raise InvalidResponse("userinfo is about another sub than the ID Token")
        found = {**userinfo, **{name: value for name, value in signed.items() if value is not None}}
        # Whether an address is verified is said of the address beside it.
        told = signed if signed.get("email") else userinfo
        found |= {name: told.get(name) for name in ("email", "email_verified")}
    return Claims(
        sub=signed["sub"],
        name=found.get("name"),
        preferred_username=found.get("preferred_username"),
        email=found.get("email"),
        email_verified=is_true(found.get("email_verified")),
        picture=found.get("picture"),
        member_of=(signed["hd"],) if "hd" in signed else (),
        sid=grant.id_token.get("sid"),
    )


@dataclass(frozen=True, kw_only=True)
class Provider:
    """A provider, as data.  Text may hold `{base_url}` and `{api_url}`.

    Without an `authorization_endpoint` the rest is read from the metadata of `issuer`, by OpenID
    Connect Discovery.  `members_setting` ends the name of the setting that lists the only
    organizations let in (kept in `members_of`), `members_scope` is the scope that this needs.
    `console_url` is where a developer registers an application, `console_hint` what to choose.
    `settings_prefix` begins the names of its settings, where that is not the provider's name.
    """

    name: str
    label: str
    scope: str
    issuer: str = ""
    base_url: str = ""
    api_url: str = ""
    metadata_url: str = ""
    authorization_endpoint: str = ""
    token_endpoint: str = ""
    userinfo_endpoint: str = ""
    jwks_uri: str = ""
    other_issuers: tuple[str, ...] = ()
    authorization_params: Mapping[str, str] = field(default_factory=dict)
    auth_method: str = ""
    id_token_algs: tuple[str, ...] = ()
    pkce: bool = True
    token_type_optional: bool = False
    claims: Callable[[Grant], Claims] = standard_claims
    members_setting: str = ""
    members_scope: str = ""
    members_of: tuple[str, ...] = ()
    console_url: str = ""
    console_hint: str = ""
    settings_prefix: str = ""

    @property
    def discovered(self) -> bool:
        """Are the endpoints read from the issuer's metadata?"""
        return not self.authorization_endpoint

    @property
    def openid_connect(self) -> bool:
        """Does a login end with an ID Token?"""
        return self.discovered or bool(self.jwks_uri)

    @property
    def form_post(self) -> bool:
        """Does the answer come as a POST?  Spec: OAuth 2.0 Form Post Response Mode §2."""
        return self.authorization_params.get("response_mode") == "form_post"

    @property
    def authority(self) -> str:
        """Whose statement a `sub` is: the issuer, or the server that the person signs in at."""
        parts = urlsplit(self.authorization_endpoint)
        return self.issuer or f"{parts.scheme}://{parts.netloc}"

    def setting(self, ending: str) -> str:
        """Return the name of one of its settings, such as GITHUB_CLIENT_ID."""
        return f"{self.settings_prefix or self.name.upper().replace('-', '_')}_{ending}"

    def at(self, **changes: Any) -> "Provider":
        """Return this provider with the owner's changes made and its placeholders filled in."""
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        if "issuer" in changes:
            values["other_issuers"] = ()
        values |= changes
        urls = {name: values[name].rstrip("/") for name in ("base_url", "api_url")}
        patterns = {n: v for n, v in values.items() if n not in changes and isinstance(v, str)}
        return Provider(**values | {n: v.format_map(urls) for n, v in patterns.items()} | urls)


@dataclass(frozen=True, kw_only=True)
class Client:
    """Our registration at a provider.  Spec: RFC 6749 §2."""

    provider: Provider
    client_id: str
    redirect_uri: str
    client_secret: str = field(default="", repr=False)


def is_true(value: object) -> bool:
    """Is a boolean claim true?  Some providers send the word instead of the value."""
    return value is True or value == "true"


def subject(value: object) -> str:
    """Return a provider's own id of a person as text: ids are numbers at some.

    Raises InvalidResponse for anything but text or a whole number.
    """
    if not isinstance(value, str | int) or isinstance(value, bool):
        raise InvalidResponse("the profile has no usable id")
    return str(value)
