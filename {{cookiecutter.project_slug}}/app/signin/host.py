"""The app around this folder: its database, its user class and its pages.

Change it when you copy `signin/` into another app; no other file depends on that app.
"""

from collections.abc import Callable
from typing import Any, TypeAlias

from ..db import Base, db

__all__ = ["BASE_TEMPLATE", "HOME", "PREFIX", "USER", "USER_ID", "Base", "UserKey", "db"]

# The names of your user class and of its key.  They are strings to avoid a circular import.
USER = "User"
USER_ID = "users.id"
# The type of that key.
UserKey: TypeAlias = int

# The attribute of your user class with the hash of a password, if your app has passwords, and the
# value of those who have none.
PASSWORD, NO_PASSWORD = "", "!"

# The layout that the pages of sign-in extend: it has the blocks title, signin_head, signin_class
# and signin_content.
BASE_TEMPLATE = "base.html"

# The style sheet of pages without that layout: the endpoint and the file.
STYLES = "static", "app.css"

# Default page after a sign-in.
HOME = "/"

# What the addresses of sign-in begin with: "/signin" makes it /signin/login, /signin/callback/….
PREFIX = ""

# Whether CSRF protection and, in development, the check of the host are for every page, or for
# those of sign-in only.
WHOLE_APP = True

# Called with a user and the `Claims` of each sign-up and sign-in, when name, picture and address
# are set, before the user is stored: it sets other columns that your user class requires.  See
# `auth/required.py`.
adapt_user: Callable[[Any, Any], None] | None = None
