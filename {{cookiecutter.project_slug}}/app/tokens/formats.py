"""How tokens look: `<app>_<kind>_<43 random characters><6 of a checksum>`.

A secret scanner finds them by the prefix, and tells real ones from others by the checksum, without
asking the app: CRC-32 of all that stands before it, in base 62.
"""

import re
import secrets
import string
import zlib
from collections.abc import Callable

from flask import current_app

DIGITS = string.digits + string.ascii_uppercase + string.ascii_lowercase
RANDOM_LENGTH = 43
CHECKSUM_LENGTH = 6
# What lists and logs show of a token.
SHOWN_LENGTH = 16
PREFIX_LENGTH = 8
# RFC 8628 §6.1: no vowels, so no words; nothing that looks like something else.
USER_CODE_LETTERS = "BCDFGHJKLMNPQRSTVWXZ"
USER_CODE_LENGTH = 8


def prefix_of(slug: str) -> str:
    """Return what the tokens of an app begin with."""
    return re.sub(r"[^a-z0-9]", "", slug)[:PREFIX_LENGTH]


def new(kind: str) -> str:
    """Return a new token of a kind, such as `pat`.  It has 256 random bits."""
    text = f"{current_app.extensions['token_prefix']}_{kind}_{_random(RANDOM_LENGTH)}"
    return text + checksum(text)


def is_ours(text: str, kind: str) -> bool:
    """Return whether a text can be a token of this app, without asking the database."""
    start, prefix = text[:-CHECKSUM_LENGTH], current_app.extensions["token_prefix"]
    shape = rf"{prefix}_{kind}_[0-9A-Za-z]{{{RANDOM_LENGTH + CHECKSUM_LENGTH}}}"
    return bool(re.fullmatch(shape, text, re.ASCII)) and text == start + checksum(start)


def checksum(text: str) -> str:
    """Return the CRC-32 of a text as six digits of base 62."""
    number, digits = zlib.crc32(text.encode()), ""
    for _ in range(CHECKSUM_LENGTH):
        number, digit = divmod(number, len(DIGITS))
        digits = DIGITS[digit] + digits
    return digits


def shown(text: str) -> str:
    """Return the part of a token that may be shown."""
    return text[:SHOWN_LENGTH]


def new_user_code() -> str:
    """Return a code that a person types, such as `WDJB-MJHT`."""
    letters = "".join(secrets.choice(USER_CODE_LETTERS) for _ in range(USER_CODE_LENGTH))
    return f"{letters[:4]}-{letters[4:]}"


def typed_user_code(text: str) -> str:
    """Return a code as it was given out: people leave out the hyphen, or write small letters."""
    letters = "".join(filter(str.isalnum, text.upper()))
    return f"{letters[:4]}-{letters[4:]}"


def _random(length: int) -> str:
    choose: Callable[[str], str] = secrets.choice
    return "".join(choose(DIGITS) for _ in range(length))
