"""Pages for administrators: people, events, invitations, tokens.  Everybody else gets 404.

Start reading at `tables`, which declares what each page shows.  The other modules:

    blueprint   who may see the pages
    lists       the pages with a table
    person      one person: what is known, and what can be done
    last_admin  why there is always an administrator left
    invite      make and withdraw invitations

`init_app` adds it to the app.
"""

from flask import Flask

from . import invite, lists, person
from .blueprint import bp

__all__ = ["init_app"]

# Imported for the views that they add to the blueprint.
PARTS = (lists, person, invite)


def init_app(app: Flask, _slug: str) -> None:
    """Add the pages, and a link to them that only administrators see."""
    link = {"label": "Admin", "endpoint": "admin.users", "for_admins": True}
    app.extensions["navigation"].append(link)
    app.register_blueprint(bp)
