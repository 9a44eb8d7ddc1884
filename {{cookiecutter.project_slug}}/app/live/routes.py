"""Who may open a socket at `/live`, and what becomes of it.

A page sends nothing through its socket, and learns through it only what has changed.
"""

import contextlib
import logging
from functools import partial
from socket import SHUT_WR
from threading import Thread

from flask import Blueprint, Flask, abort, current_app, g, request
from flask_sock import Sock
from simple_websocket import Server
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.exceptions import BadRequest
from werkzeug.wrappers import Response
from wsproto.utilities import RemoteProtocolError

from ..signin.auth import sessions, settings
from ..signin.database import is_unreachable
from ..signin.host import db
from ..signin.models import LoginSession
from .hub import NOT_ALLOWED, TRY_AGAIN_LATER, Hub, Socket, close

# A browser answers each ping by itself; who does not is closed at the next one.
PING_SECONDS = 25
# For one `send`, and to notice that a socket is closed.
SEND_SECONDS, WAIT_SECONDS = 2, 5
MAX_MESSAGE = 1024
MOST_MESSAGES = 20
OPTIONS = {
    "ping_interval": PING_SECONDS,
    "max_message_size": MAX_MESSAGE,
    # A process that stops does not wait for it.
    "thread_class": partial(Thread, daemon=True),
}

sock = Sock()
bp = Blueprint("live", __name__, static_folder="static", static_url_path="/live/static")
log = logging.getLogger(__name__)


def init_app(app: Flask) -> None:
    """Add the socket to the app."""
    app.extensions["live"] = Hub(app)
    app.extensions["scripts"].append(("live.static", "live.js"))
    app.config["SOCK_SERVER_OPTIONS"] = dict(OPTIONS)
    origin = app.extensions["signin"].settings.origin
    # A source in a policy cannot be an IPv6 address.
    if "[" not in origin:
        app.extensions["connect_sources"].append(origin.replace("http", "ws", 1))
    app.register_blueprint(bp)


@bp.before_request
def take_connection() -> None:
    """Give Flask-Sock its own copy of the server's connection: each of the two closes its own.

    A page that takes nothing does not hold up the others: sending has a time limit.
    """
    if request.endpoint != "live.live":
        return
    name = "gunicorn.socket" if "gunicorn.socket" in request.environ else "werkzeug.socket"
    connection = request.environ.get(name) or abort(501)
    # With TLS of its own, a connection cannot be copied.
    with contextlib.suppress(NotImplementedError):
        connection = request.environ[name] = g.connection = connection.dup()
    connection.settimeout(SEND_SECONDS)


@bp.errorhandler(RemoteProtocolError)
@bp.errorhandler(OSError)
def bad_handshake(_: Exception) -> Response:
    """Answer with 400 to what is no handshake, or is gone already: nobody else closes the copy."""
    if "connection" in g:
        g.connection.close()
    return BadRequest().get_response()


# Flask-Sock has no types.
@sock.route("/live", bp=bp)  # type: ignore[untyped-decorator]
def live(ws: Server) -> None:
    """Keep a socket open for a page of this site whose session is open, until that ends.

    Other sites' pages can open a socket with this browser's cookie, so the Origin counts.
    Spec: RFC 6455 §10.2, §4.1.
    """
    try:
        _serve(ws)
    finally:
        # The development server would send a response after the close, which browsers take for a
        # broken message.
        with contextlib.suppress(OSError):
            ws.sock.shutdown(SHUT_WR)


def _serve(ws: Server) -> None:
    """Check who asks, and wait for the end of the socket."""
    if request.headers.get("Origin") != settings().origin:
        return _refuse(ws, NOT_ALLOWED, "foreign_origin")
    try:
        this = _current()
    except SQLAlchemyError as error:
        log.warning("the session could not be read", exc_info=not is_unreachable(error))
        return _refuse(ws, TRY_AGAIN_LATER, "no_database")
    if this is None:
        return _refuse(ws, NOT_ALLOWED, "signed_out")
    hub: Hub = current_app.extensions["live"]
    socket = Socket(ws, this.id, this.user_id, this.created_at)
    if refused := hub.add(socket):
        return _refuse(ws, TRY_AGAIN_LATER, refused)
    _log("socket opened", user_id=this.user_id)
    try:
        return _wait(ws)
    finally:
        hub.remove(socket)


def _current() -> LoginSession | None:
    """Return this browser's session, which does not count as used by this.

    No database connection is kept while the socket is open.
    """
    try:
        # In a transaction that is open, `sessions` stores nothing.
        db.session.begin()
        return sessions.current()
    finally:
        db.session.close()


def _wait(ws: Server) -> None:
    """Wait until the socket is closed.  What a page sends is dropped, and too much closes it."""
    received = 0
    while received < MOST_MESSAGES:
        received += ws.receive(WAIT_SECONDS) is not None
    _refuse(ws, NOT_ALLOWED, "too_many_messages")


def _refuse(ws: Server, code: int, reason: str) -> None:
    _log("socket refused", code=code, reason=reason)
    close(ws, code, reason)


def _log(what: str, **fields: object) -> None:
    """Log one line.  The access log has none: a socket is no request that ends."""
    log.info(what, extra={"fields": {"address": request.remote_addr, **fields}})
