"""The app around this folder: its database, its user class and its pages.

Change it when you copy `signin/` into another app; no other file depends on that app.
"""

from ..db import Base, db

__all__ = ["BASE_TEMPLATE", "HOME", "USER", "USER_ID", "Base", "db"]

# The names of your user class and of its key.  They are strings to avoid a circular import.
USER = "User"
USER_ID = "users.id"

# The layout that the pages of sign-in extend: it has the blocks title, page_class and content.
BASE_TEMPLATE = "base.html"

# Default page after a sign-in.
HOME = "/"
