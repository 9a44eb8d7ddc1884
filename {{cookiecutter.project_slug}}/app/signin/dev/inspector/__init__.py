"""The flow inspector: the last logins as sequence diagrams, with every value and every check.

    recording   what is kept of a login
    watch       the requests and events of a login, as they happen
    calls       the calls to the provider
    statements  what a login writes into the database
    checks      which conditions of the code were checked
    places      where a function stands, and which specification it implements
    shown       values for a page, with secrets shortened
    meanings    what each arrow and each parameter is for
    pages       the pages

Everything stays in the memory of this process.
"""

from flask import Flask

from . import pages, watch


def init_app(app: Flask) -> None:
    """Watch the logins of an app, and add the pages.  Call it before CSRF checks are installed."""
    watch.init_app(app)
    app.register_blueprint(pages.bp)
