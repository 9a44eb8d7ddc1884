"""Errors about accounts.  Protocol errors are in `oauth.errors`."""


class IdentityError(Exception):
    """A sign-in or an account change was refused.

    `reason` is the code of its error page, `detail` is for the operator's log.
    """

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(detail or reason)
        self.reason = reason
