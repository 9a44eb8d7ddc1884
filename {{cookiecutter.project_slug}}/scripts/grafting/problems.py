"""The error of an app that sign-in cannot be added to."""


class Problem(Exception):
    """Nothing was changed; the message says why, and what to do."""
