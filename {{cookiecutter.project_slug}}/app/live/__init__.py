"""Live pages: a WebSocket tells a person's open pages what has changed, and they fetch it again.

Start reading at `routes`.  The modules:

    routes  who may open a socket at `/live`
    hub     the open sockets of this process, and the thread that looks for news for all of them
    events  what is new in the database; `publish` adds to it
    notes   an example: the notes page is told of new notes

In the browser, `static/live.js` does the rest.  `init_app` adds it to the app.
"""

from collections.abc import Callable
from typing import Any

from flask import Flask

from . import hub, notes, routes
from .events import publish

__all__ = ["gunicorn_hooks", "init_app", "publish"]


def init_app(app: Flask, _slug: str) -> None:
    """Add the socket, and its script to the pages of people who are signed in."""
    routes.init_app(app)
    notes.init_app(app)


def gunicorn_hooks() -> dict[str, Callable[..., Any]]:
    """Return what `gunicorn.conf.py` adds: the app learns its threads, and when to stop."""
    return {"post_worker_init": hub.know_server}
