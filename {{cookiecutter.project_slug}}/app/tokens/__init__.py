"""API tokens: people's own programs act for them at `/api/v1/`.

Start reading at `bearer`, which every request to the API goes through.  The other modules:

    scopes    what a token may do: yours to extend
    formats   how a token looks, so that a secret scanner finds it
    signed    access tokens: signed, and wrapping a row
    grants    issue tokens, exchange refresh tokens, revoke them
    personal  the page where people make tokens for themselves
    device    sign in a program without a browser (RFC 8628)
    errors    errors of the API, as JSON
    api       who a token belongs to; revoke it
    notes     an example resource: copy it for your own

`init_app` adds it to the app.
"""

from flask import Flask

from ..signin.auth.protection import csrf
from . import api, device, formats, notes, personal
from .errors import bp

__all__ = ["init_app"]

# Imported for the views that they add to the blueprints.
PARTS = (api, device, notes)


def init_app(app: Flask, slug: str) -> None:
    """Add the API and its pages.  `slug` begins each token, so that it is known as this app's."""
    app.extensions["token_prefix"] = formats.prefix_of(slug)
    app.extensions["signin"].account_tabs.append((personal.ENDPOINT, "API tokens"))
    # A bearer token is no cookie: other sites cannot make a browser send it.
    csrf.exempt(bp)
    app.register_blueprint(bp)
    app.register_blueprint(personal.bp)
