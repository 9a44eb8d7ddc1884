"""The open sockets of this process, and one thread that looks for news for all of them.

The thread runs while there are sockets.  It asks the database once a second, whatever their number.
"""

import contextlib
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Lock, Thread
from typing import Any

from flask import Flask
from simple_websocket import ConnectionClosed, Server
from wsproto.utilities import LocalProtocolError

from ..signin.database import now
from .events import SIGNED_IN, News, news

TURN_SECONDS = 1.0
# Sockets of one person, in one process.
PER_PERSON = 8
# Sockets of a process whose server does not say how many threads it has: the development server.
USUAL_PLACES = 32
# What happened while the page was on its way is told when its socket opens.
ON_ITS_WAY = timedelta(seconds=5)
# The event of a sign-in and its session are stored at once, by two calls of the clock.
AT_ONCE = timedelta(seconds=2)

# Reasons for closing a socket.  Spec: RFC 6455 §7.4.1; 4000 and above are an application's own.
GOING_AWAY, NOT_ALLOWED, TRY_AGAIN_LATER, SESSION_ENDED = 1001, 1008, 1013, 4001

# What is raised when the page has closed its socket.
GONE = (ConnectionClosed, LocalProtocolError, OSError)

log = logging.getLogger(__name__)


@dataclass(eq=False)
class Socket:
    """An open socket of one page.  `told` has the keys of the recent events it was told."""

    ws: Server
    session_id: int
    user_id: int
    signed_in_at: datetime
    opened_at: datetime = field(default_factory=now)
    told: set[tuple[str, int]] = field(default_factory=set)

    def tell(self, found: News) -> None:
        """Send what is new for this socket, or close it if its session has ended."""
        if self.session_id not in found.sessions:
            close(self.ws, SESSION_ENDED, "the session has ended")
            return
        since = self.opened_at - ON_ITS_WAY
        mine = [e for e in found.events if e.user_id == self.user_id and e.created_at > since]
        texts: dict[str, None] = {}
        for event in mine:
            own = event.created_at < self.signed_in_at + AT_ONCE
            if event.key not in self.told:
                texts |= {text: None for text in event.texts if not (own and text == SIGNED_IN)}
        self.told = {event.key for event in mine}
        try:
            for text in texts:
                self.ws.send(text)
        except GONE:
            # A part of a message may have been sent.
            close(self.ws, GOING_AWAY, "")


def close(ws: Server, code: int, why: str) -> None:
    """Close a socket, and wake the thread that waits for it."""
    with contextlib.suppress(*GONE):
        ws.close(code, why)
    # `Server.close` itself wakes nobody.
    ws.event.set()


class Hub:
    """The sockets of an app in this process.

    `places` is how many there may be, and `stopping` says whether the process is about to end.
    """

    def __init__(self, app: Flask) -> None:
        self.places = USUAL_PLACES
        self.stopping: Callable[[], bool] = lambda: False
        self._app = app
        self._sockets: set[Socket] = set()
        self._lock = Lock()
        self._runs = False

    def add(self, socket: Socket) -> str:
        """Give a socket a place.  Return an empty text, or why there is none."""
        with self._lock:
            mine = [other for other in self._sockets if other.user_id == socket.user_id]
            if len(self._sockets) >= self.places:
                return "no_place"
            if len(mine) >= PER_PERSON:
                return "too_many_of_one_person"
            self._sockets.add(socket)
            if not self._runs:
                self._runs = True
                Thread(target=self._run, name="live", daemon=True).start()
        return ""

    def remove(self, socket: Socket) -> None:
        """Free the place of a socket that is closed."""
        with self._lock:
            self._sockets.discard(socket)

    def _run(self) -> None:
        while open_sockets := self._open():
            if self.stopping():
                _close_all(open_sockets, GOING_AWAY, "the server stops")
            else:
                self._turn(open_sockets)
            time.sleep(TURN_SECONDS)

    def _open(self) -> list[Socket]:
        """Return the open sockets.  Without any, the thread ends."""
        with self._lock:
            self._runs = bool(self._sockets)
            return list(self._sockets)

    def _turn(self, open_sockets: list[Socket]) -> None:
        """Look for news, and tell the sockets.  If that fails, close them: nothing is checked."""
        session_ids = {socket.session_id for socket in open_sockets}
        try:
            with self._app.app_context():
                found = news(session_ids, {socket.user_id for socket in open_sockets})
        except Exception:
            # Whatever it is, this thread goes on: it is the only one that ends sockets.
            log.warning("no news from the database; sockets are closed", exc_info=True)
            _close_all(open_sockets, TRY_AGAIN_LATER, "try again later")
            return
        for socket in open_sockets:
            socket.tell(found)


def _close_all(open_sockets: list[Socket], code: int, why: str) -> None:
    for socket in open_sockets:
        close(socket.ws, code, why)


def know_server(worker: Any) -> None:
    """Take half of the threads of a process of gunicorn, and ask it whether it has to stop.

    It is gunicorn's hook `post_worker_init`.
    """
    hub: Hub = worker.wsgi.extensions["live"]
    hub.places = worker.cfg.threads // 2
    hub.stopping = lambda: not worker.alive
