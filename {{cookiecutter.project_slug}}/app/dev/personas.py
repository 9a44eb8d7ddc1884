"""Who can sign in at the practice provider, and what it does wrong when it is asked to."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Persona:
    """Somebody to sign in as; `number` is their id at the GitHub-style half."""

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
    # Claims somebody else's address, and must never get into her account.
    Persona(1791, "charles", "Charles Babbage", "ada@example.com", email_verified=False),
)
PERSONAS = {persona.login: persona for persona in PEOPLE}

FAULTS = {
    "slow": "It answers after 6 seconds",
    "500": "It answers with a server error",
    "code": "It says that the code is wrong",
    "state": "It sends another state back",
    "iss": "It names another issuer",
    "key": "It signs with a key that is not its own",
}
