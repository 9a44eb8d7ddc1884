"""Who can sign in at the practice provider, and what it does wrong when it is asked to."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Persona:
    """Somebody to sign in as.  `number` is the id at the GitHub-style half."""

    login: str
    number: int
    name: str
    email: str | None
    email_verified: bool


PERSONAS = {
    persona.login: persona
    for persona in (
        Persona("ada", 1815, "Ada Lovelace", "ada@example.com", True),
        Persona("grace", 1906, "Grace Hopper", "grace@example.org", True),
        Persona("taro", 1970, "山田 太郎", "taro@example.net", True),
        Persona("jean", 1924, "Jean Bartik", None, False),
        # Claims the address of somebody else: must never get into her account.
        Persona("charles", 1791, "Charles Babbage", "ada@example.com", False),
    )
}

FAULTS = {
    "slow": "It answers after 6 seconds",
    "500": "It answers with a server error",
    "state": "It sends another state back",
    "iss": "It names another issuer",
}
OPENID_FAULTS = FAULTS | {
    "key": "It signs with a key that is not its own",
    "nonce": "It signs for another sign-in (wrong nonce)",
}
GITHUB_FAULTS = FAULTS | {
    "code": "It says that the code is wrong",
    "emails": "It does not show the e-mail addresses",
}
