"""What a token may do.  Add a line for each permission of your own API."""

SCOPES = {
    "profile:read": "See your name and e-mail address",
    "notes:read": "Read your notes",
    "notes:write": "Write and delete your notes",
}


def known(scope: str) -> tuple[str, ...] | None:
    """Return the words of a scope, once each in the order of SCOPES; None if one is unknown.

    Spec: RFC 6749 §3.3.
    """
    words = set(scope.split())
    return tuple(name for name in SCOPES if name in words) if words <= SCOPES.keys() else None
