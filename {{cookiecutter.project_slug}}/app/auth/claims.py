"""What a provider says of a person, made fit for the database and for a page; in one place."""

import unicodedata
from dataclasses import replace
from urllib.parse import urlsplit

from ..oauth.errors import InvalidResponse
from ..oauth.provider import Claims

SUB_LENGTH = 255
EMAIL_LENGTH = 254
NAME_LENGTH = 200
PICTURE_LENGTH = 2048
# These turn the direction of what is written after them.
TURNS = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"


def cleaned(claims: Claims) -> Claims:
    """Return claims whose display fields have lost what cannot be shown, and are cut.

    A `sub` is taken as it is or refused, since changing it could make two people one.  Raises
    InvalidResponse for one that is empty, longer than 255 characters or not printable.
    """
    sub = claims.sub
    if not isinstance(sub, str) or not 1 <= len(sub) <= SUB_LENGTH or printable(sub) != sub:
        raise InvalidResponse("sub is not 1 to 255 printable characters", reason="bad_sub")
    email = _email(claims.email)
    return replace(
        claims,
        name=_text(claims.name),
        preferred_username=_text(claims.preferred_username),
        email=email,
        email_verified=claims.email_verified is True and email is not None,
        picture=_picture(claims.picture),
        sid=_text(claims.sid),
    )


def printable(text: str) -> str:
    """Return text without control characters, lone surrogates and turns of direction."""
    return "".join(
        c for c in text if unicodedata.category(c) not in ("Cc", "Cs") and c not in TURNS
    )


def _text(value: object) -> str | None:
    if not isinstance(value, str):
        return None
    return " ".join(printable(value).split())[:NAME_LENGTH].strip() or None


def _email(value: object) -> str | None:
    """Return an address in lower case: nobody tells two people apart by capitals.

    Only in ASCII, since lower case makes other letters the same: the Kelvin sign becomes a k.
    """
    if not isinstance(value, str) or len(value) > EMAIL_LENGTH:
        return None
    local, at, domain = value.partition("@")
    usable = local and at and domain and "@" not in domain and printable(value) == value
    if not usable or any(map(str.isspace, value)):
        return None
    return value.lower() if value.isascii() else value


def _picture(value: object) -> str | None:
    if not isinstance(value, str) or len(value) > PICTURE_LENGTH or not value.isprintable():
        return None
    try:
        parts = urlsplit(value)
    except ValueError:
        return None
    return value if parts.scheme == "https" and parts.hostname and " " not in value else None
