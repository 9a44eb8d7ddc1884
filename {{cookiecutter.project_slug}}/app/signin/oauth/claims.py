"""Normalize the claims of all providers, and clean them for the database and for pages."""

import logging
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from .errors import InvalidResponse, OAuthError
from .provider import Claims, Grant
from .responses import allowed_url

# The claims that are stored for display.
SHOWN = ("name", "preferred_username", "email", "email_verified", "picture")
SUB_LENGTH = 255
EMAIL_LENGTH = 254
NAME_LENGTH = 200
PICTURE_LENGTH = 2048
# Control characters, halves of surrogate pairs, and what changes the direction of a text.
UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff\u202a-\u202e\u2066-\u2069]")

log = logging.getLogger(__name__)


def standard_claims(grant: Grant) -> Claims:
    """Return the claims of the ID Token, completed by the userinfo endpoint if it lacks some.

    Spec: OpenID Connect Core 1.0 §5.1, §5.3, §5.3.2.
    """
    signed, found = grant.id_token, dict(grant.id_token)
    scope = grant.client.provider.scope.split()
    asked_for = {"name": "profile", "email": "email"}
    incomplete = any(value in scope and not signed.get(claim) for claim, value in asked_for.items())
    endpoint, unread = grant.metadata.get("userinfo_endpoint"), None
    if incomplete and endpoint:
        userinfo, unread = _userinfo(grant, endpoint)
        found = {**userinfo, **{name: value for name, value in signed.items() if value is not None}}
        # `email_verified` belongs to the address beside it.
        source = signed if signed.get("email") else userinfo
        found |= {name: source.get(name) for name in ("email", "email_verified")}
    return Claims(
        sub=signed["sub"],
        name=found.get("name") or full_name(found),
        preferred_username=found.get("preferred_username"),
        email=found.get("email"),
        email_verified=claim_is_true(found.get("email_verified")),
        picture=found.get("picture"),
        sid=signed.get("sid"),
        unread=unread,
    )


def _userinfo(grant: Grant, endpoint: str) -> tuple[Mapping[str, Any], OAuthError | None]:
    """Return what the userinfo endpoint says, and why it could not be read.

    The ID Token has said who it is, so an answer that cannot be read costs only claims to display.
    Raises InvalidResponse if it is about another person.  Spec: OpenID Connect Core 1.0 §5.3.2.
    """
    try:
        userinfo = grant.call(endpoint)
        if not isinstance(userinfo, dict):
            raise InvalidResponse("the answer is not a JSON object")
    except OAuthError as error:
        name = grant.client.provider.name
        log.warning("%s: signed in without the claims of the userinfo endpoint: %s", name, error)
        return {}, error
    if as_sub(userinfo["sub"]) != grant.id_token["sub"]:
        raise InvalidResponse("userinfo has another sub than the ID Token")
    return userinfo, None


def full_name(found: Mapping[str, Any]) -> str:
    """Return the name that given_name and family_name make."""
    parts = (found.get("given_name"), found.get("family_name"))
    return " ".join(part for part in parts if isinstance(part, str))


def userinfo_claims(
    *,
    sub: str,
    name: str = "",
    preferred_username: str = "",
    email: str = "",
    email_verified: str = "",
    picture: str = "",
    **request: Any,
) -> Callable[[Grant], Claims]:
    """Return a `claims` function that reads the JSON of the userinfo endpoint.

    Each argument is the dotted path of a field there; an empty one is not read.  `name` may be the
    paths of its parts, with spaces between them.  Without `email_verified` an address counts as
    unverified.  `request` is passed to `Grant.call`.
    """

    def claims(grant: Grant) -> Claims:
        profile = grant.call(grant.metadata["userinfo_endpoint"], **request)
        parts = (at_path(profile, path) for path in name.split())
        return Claims(
            sub=as_sub(at_path(profile, sub)),
            name=" ".join(part for part in parts if isinstance(part, str)) or full_name(profile),
            preferred_username=at_path(profile, preferred_username),
            email=at_path(profile, email),
            email_verified=claim_is_true(at_path(profile, email_verified)),
            picture=at_path(profile, picture),
        )

    return claims


def always_verified(read: Callable[[Grant], Claims]) -> Callable[[Grant], Claims]:
    """Return a `claims` function whose addresses all count as verified, on the owner's word."""
    return lambda grant: replace(read(grant), email_verified=True)


def at_path(document: Any, path: str) -> Any:
    """Return the value at a dotted path of a JSON document, or None.  Numbers are list indexes."""
    for name in path.split("."):
        if isinstance(document, list) and name.isdecimal():
            document = document[int(name)] if int(name) < len(document) else None
        else:
            document = document.get(name) if isinstance(document, dict) else None
    return document


def claim_is_true(value: object) -> bool:
    """Return whether a boolean claim is true.  Some providers send the text "true"."""
    return value is True or value == "true"


def as_sub(value: object) -> str:
    """Return a provider's id of a person as text: some send a number.

    Raises InvalidResponse for anything but text or a whole number, and for an empty text.
    """
    if not isinstance(value, str | int) or isinstance(value, bool) or value == "":
        reason = "bad_sub" if value == "" else "invalid_response"
        raise InvalidResponse("the profile has no usable id", reason=reason)
    return str(value)


def sanitized(claims: Claims, own_url: str = "") -> Claims:
    """Strip unprintable characters from the display fields, and shorten them to their columns.

    A picture may come from `own_url` by plain http.  `sub` is never changed: that could merge two
    people.  Raises InvalidResponse if it is empty, longer than 255 characters or not printable.
    """
    sub = claims.sub
    if not isinstance(sub, str) or not storable_id(sub):
        raise InvalidResponse("sub is not 1 to 255 printable characters", reason="bad_sub")
    email = _email(claims.email)
    return replace(
        claims,
        name=_text(claims.name),
        preferred_username=_text(claims.preferred_username),
        email=email,
        email_verified=claims.email_verified is True and email is not None,
        picture=_picture(claims.picture, own_url),
        sid=claims.sid if isinstance(claims.sid, str) and storable_id(claims.sid) else None,
    )


def completed(claims: Claims, stored: Any) -> Claims:
    """Return the claims, with the `stored` values of those that could not be read or are kept."""
    names = SHOWN if claims.unread else claims.kept
    unknown = [name for name in names if getattr(claims, name) is None]
    unknown += ["email_verified"] if claims.unread and claims.email is None else []
    return replace(claims, **{name: getattr(stored, name) for name in unknown})


def storable_id(value: str) -> bool:
    """Return whether an id of a provider fits its column unchanged."""
    return 1 <= len(value) <= SUB_LENGTH and printable(value) == value


def printable(text: str) -> str:
    """Return text without control characters, lone surrogates and changes of direction."""
    return UNPRINTABLE.sub("", text)


def _text(value: object) -> str | None:
    if not isinstance(value, str):
        return None
    return " ".join(printable(value).split())[:NAME_LENGTH].strip() or None


def _email(value: object) -> str | None:
    """Return an address in lower case.

    Only an ASCII address is changed: in lower case some other letters become the same, such as the
    Kelvin sign and k.
    """
    if not isinstance(value, str) or len(value) > EMAIL_LENGTH:
        return _left_out(value)
    local, at, domain = value.partition("@")
    usable = local and at and domain and "@" not in domain and printable(value) == value
    if not usable or any(map(str.isspace, value)):
        return _left_out(value)
    return value.lower() if value.isascii() else value


def _left_out(address: object) -> str | None:
    if address:
        log.warning("the provider sent an e-mail address that is not usable; it is left out")
    return None


def _picture(value: object, own_url: str) -> str | None:
    """Return an address with https.  Some providers send http; browsers ask with https anyway.

    An address below `own_url` stays as it is.  Source: W3C Mixed Content.
    """
    given = value if isinstance(value, str) else ""
    own = bool(own_url) and given.startswith(f"{own_url}/")
    url = given if own else re.sub("^http:", "https:", given)
    return url if 0 < len(url) <= PICTURE_LENGTH and allowed_url(url, loopback=own) else None
