"""Practice users and simulated failures."""

import zlib
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Persona:
    """A practice user.

    `number` is the id at providers that use numbers.  `picture` is a file in `pictures/`.
    """

    number: int
    login: str
    name: str | None
    email: str | None
    email_verified: bool = True
    picture: str = ""


PEOPLE = (
    Persona(1815, "ada", "Ada Lovelace", "ada@example.com", picture="ada.svg"),
    Persona(1906, "grace", "Grace Hopper", "grace@example.org", picture="grace.svg"),
    Persona(1970, "taro", "山田 太郎", "taro@example.net", picture="taro.svg"),
    Persona(1924, "jean", "Jean Bartik", None, email_verified=False),
    # Has Ada's address, unverified, and must never get into her account.
    Persona(1791, "charles", "Charles Babbage", "ada@example.com", False, "charles.svg"),
)
PERSONAS = {persona.login: persona for persona in PEOPLE}
# The choice of a person who is typed in, and the prefix of the fields that say who that is.
TYPED = "typed"

FAULTS = {
    "slow": "Slow response (6 seconds)",
    "500": "Server error",
    "code": "Invalid code",
    "state": "Wrong state",
    "iss": "Wrong issuer",
    "key": "Wrong signing key",
}


def chosen(sent: Mapping[str, str]) -> Persona | None:
    """Return the person that a form or a grant names: one of PEOPLE, or one who is typed in."""
    if sent.get("persona") != TYPED:
        return PERSONAS.get(sent.get("persona", ""))
    typed = {name: sent.get(f"{TYPED}_{name}", "").strip() for name in ("sub", "name", "email")}
    if not typed["sub"]:
        return None
    sub = typed["sub"]
    number = int(sub) if sub.isdecimal() else zlib.crc32(sub.encode())
    verified = f"{TYPED}_email_verified" in sent
    return Persona(number, sub, typed["name"] or None, typed["email"] or None, verified)
