"""Practice users and simulated failures."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Persona:
    """A practice user.  `number` is the id at providers that use numbers."""

    number: int
    login: str
    name: str
    email: str | None
    email_verified: bool = True


PEOPLE = (
    Persona(1815, "ada", "Ada Lovelace", "ada@example.com"),
    Persona(1906, "grace", "Grace Hopper", "grace@example.org"),
    Persona(1970, "taro", "山田 太郎", "taro@example.net"),
    Persona(1924, "jean", "Jean Bartik", None, email_verified=False),
    # Has Ada's address, unverified, and must never get into her account.
    Persona(1791, "charles", "Charles Babbage", "ada@example.com", email_verified=False),
)
PERSONAS = {persona.login: persona for persona in PEOPLE}

FAULTS = {
    "slow": "Slow response (6 seconds)",
    "500": "Server error",
    "code": "Invalid code",
    "state": "Wrong state",
    "iss": "Wrong issuer",
    "key": "Wrong signing key",
}
