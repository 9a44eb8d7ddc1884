"""Errors about accounts.  Protocol errors are in `oauth.errors`."""


class IdentityError(Exception):
    """A sign-in or an account change was refused.  `reason` is the code of its error page."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
