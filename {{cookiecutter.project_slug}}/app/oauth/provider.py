"""What is known of a provider (`Provider`), of us there (`Client`), of a person (`Claims`)."""

import unicodedata
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from typing import Any, Protocol
from urllib.parse import urlsplit

from .errors import InvalidIDToken, InvalidResponse

SUB_LENGTH = 255
EMAIL_LENGTH = 254
NAME_LENGTH = 200
PICTURE_LENGTH = 2048
URLS = ("base_url", "api_url")
PATTERNS = (
    "issuer",
    "metadata_url",
    "authorization_endpoint",
    "token_endpoint",
    "userinfo_endpoint",
    "jwks_uri",
)


@dataclass(frozen=True, kw_only=True)
class Claims:
    """Who signed in, in the words of OpenID Connect.

    `sub` is the provider's own, unchanging id of the person; nothing else identifies anybody.
    Spec: OpenID Connect Core 1.0 §5.1.
    """

    sub: str
    name: str | None = None
    preferred_username: str | None = None
    email: str | None = None
    email_verified: bool = False
    picture: str | None = None


class Http(Protocol):
    """The part of `http.Http` that a `claims` hook uses."""

    def get_json(self, provider: str, url: str, bearer: str, query: Mapping[str, str]) -> Any:
        """Return the decoded JSON that a protected resource answers with."""

    def in_background(self, call: Callable[[], Any]) -> "Future[Any]":
        """Run `call` beside the caller, under the caller's time limit."""


@dataclass(frozen=True, kw_only=True)
class Grant:
    """What a finished code exchange gives a `claims` hook to work with."""

    client: "Client"
    server: Mapping[str, Any]
    tokens: Mapping[str, Any] = field(repr=False)
    id_token: Mapping[str, Any] = field(repr=False)
    posted_user: str = field(default="", repr=False)
    http: Http = field(repr=False)

    def get_json(self, url: str, **query: str) -> Any:
        """Return the JSON at `url`, asked for with the access token as a Bearer header.

        Spec: RFC 6750 §2.1.
        """
        bearer = self.tokens["access_token"]
        return self.http.get_json(self.client.provider.name, url, bearer, query)

    def get_json_beside(self, url: str, **query: str) -> "Future[Any]":
        """Start `get_json` beside what follows; `.result()` returns its answer or raises."""
        return self.http.in_background(lambda: self.get_json(url, **query))


def standard_claims(grant: Grant) -> Claims:
    """Return the claims of the ID Token, completed at the userinfo endpoint where it is bare.

    Spec: OpenID Connect Core 1.0 §5.1, §5.3, §5.3.2.
    """
    found: dict[str, Any] = dict(grant.id_token)
    scope = grant.client.scope.split()
    bare = ("profile" in scope and not found.get("name")) or (
        "email" in scope and not found.get("email")
    )
    endpoint = grant.server.get("userinfo_endpoint")
    if bare and endpoint:
        userinfo = grant.get_json(endpoint)
        if userinfo["sub"] != grant.id_token["sub"]:
            raise InvalidResponse("userinfo is about another sub than the ID Token")
        found = {**userinfo, **found}
    return Claims(
        sub=grant.id_token["sub"],
        name=found.get("name"),
        preferred_username=found.get("preferred_username"),
        email=found.get("email"),
        email_verified=is_true(found.get("email_verified")),
        picture=found.get("picture"),
    )


@dataclass(frozen=True, kw_only=True)
class Provider:
    """A provider, as data.  Endpoints may hold `{base_url}` and `{api_url}`.

    Without an `authorization_endpoint` the rest is read from the metadata of `issuer`, by OpenID
    Connect Discovery.  `console_url` is where a developer registers an application, `console_hint`
    what to choose there.  `settings_prefix` begins the names of its settings, where that is not
    the provider's own name.
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

    def setting(self, ending: str) -> str:
        """Return the name of one of its settings, such as GITHUB_CLIENT_ID."""
        prefix = self.settings_prefix or self.name.upper().replace("-", "_")
        return f"{prefix}_{ending}"

    @property
    def form_post(self) -> bool:
        """Does the answer come as a POST?  Spec: OAuth 2.0 Form Post Response Mode §2."""
        return self.authorization_params.get("response_mode") == "form_post"

    @property
    def authority(self) -> str:
        """Whose statement a `sub` is: the issuer, or the server that the person signs in at."""
        if self.issuer:
            return self.issuer
        parts = urlsplit(self.authorization_endpoint)
        return f"{parts.scheme}://{parts.netloc}"

    def at(self, **changes: str) -> "Provider":
        """Return this provider with its placeholders filled in and the owner's changes made."""
        urls = {name: changes.get(name, getattr(self, name)).rstrip("/") for name in URLS}
        filled: dict[str, Any] = {name: getattr(self, name).format_map(urls) for name in PATTERNS}
        if "issuer" in changes:
            filled["other_issuers"] = ()
        return replace(self, **(filled | changes | urls))


@dataclass(frozen=True, kw_only=True)
class Client:
    """Our registration at a provider.

    Spec: RFC 6749 §2.
    """

    provider: Provider
    client_id: str
    redirect_uri: str
    client_secret: str = field(default="", repr=False)

    @property
    def scope(self) -> str:
        """The scope that is asked for, as it is sent.  Spec: RFC 6749 §3.3."""
        return self.provider.scope


def is_true(value: object) -> bool:
    """Is a boolean claim true?  Some providers send the word instead of the value."""
    return value is True or value == "true"


def member(document: Any, path: str) -> Any:
    """Return the member of a JSON document at a dotted path, or None."""
    for name in path.split("."):
        document = document.get(name) if isinstance(document, dict) else None
    return document


def userinfo_claims(
    *, sub: str, name: str = "", email: str = "", email_verified: str = "", picture: str = ""
) -> Callable[[Grant], Claims]:
    """Return a `claims` hook that reads one profile document.

    Each argument is the dotted path of a field in the JSON of the userinfo endpoint; an empty one
    is not read.  Without `email_verified` an address counts as unverified.
    """

    def claims(grant: Grant) -> Claims:
        profile = grant.get_json(grant.client.provider.userinfo_endpoint)

        def read(path: str) -> Any:
            return member(profile, path) if path else None

        return Claims(
            sub=subject(read(sub)),
            name=read(name),
            email=read(email),
            email_verified=is_true(read(email_verified)),
            picture=read(picture),
        )

    return claims


def subject(value: object) -> str:
    """Return a provider's own id of a person as text: ids are numbers at some.

    Raises InvalidResponse for anything but text or a whole number.
    """
    if isinstance(value, str):
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    raise InvalidResponse("the profile has no usable id")


def cleaned(claims: Claims) -> Claims:
    """Return claims that fit the database and a page; the one place where that is done.

    A `sub` is taken as it is or refused, since changing it could make two people one.  Display
    fields lose what cannot be shown and are cut.

    Raises InvalidIDToken for a `sub` that is empty, longer than 255 characters or unprintable.
    """
    sub = claims.sub
    if not isinstance(sub, str) or not 1 <= len(sub) <= SUB_LENGTH or _printable(sub) != sub:
        raise InvalidIDToken("sub is not 1 to 255 printable characters")
    email = _email(claims.email)
    return Claims(
        sub=sub,
        name=_text(claims.name, NAME_LENGTH),
        preferred_username=_text(claims.preferred_username, NAME_LENGTH),
        email=email,
        email_verified=claims.email_verified is True and email is not None,
        picture=_picture(claims.picture),
    )


def _printable(text: str) -> str:
    """Drop control characters, lone surrogates and the marks that turn the writing direction."""
    turns = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
    return "".join(
        char
        for char in text
        if unicodedata.category(char) not in ("Cc", "Cs") and char not in turns
    )


def _text(value: object, length: int) -> str | None:
    if not isinstance(value, str):
        return None
    return " ".join(_printable(value).split())[:length].strip() or None


def _email(value: object) -> str | None:
    if not isinstance(value, str) or len(value) > EMAIL_LENGTH or value.count("@") != 1:
        return None
    local, domain = value.split("@")
    usable = local and domain and _printable(value) == value and not any(map(str.isspace, value))
    return value if usable else None


def _picture(value: object) -> str | None:
    if not isinstance(value, str) or len(value) > PICTURE_LENGTH or not value.isprintable():
        return None
    try:
        parts = urlsplit(value)
    except ValueError:
        return None
    return value if parts.scheme == "https" and parts.hostname and " " not in value else None
