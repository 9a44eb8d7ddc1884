"""What the tests of live pages share: the app over real HTTP, and pages with open sockets."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from simple_websocket import Client, ConnectionClosed
from werkzeug.serving import WSGIRequestHandler, make_server

from app.db import db
from app.live import hub
from tests.browser import Browser

SECONDS = 5


class BrowserLike(Client):
    """A client whose Host has the port, as a browser's has, and that loses nothing."""

    def handshake(self) -> None:
        """Open the socket."""
        self.host = f"{self.host}:{self.port}"
        super().handshake()

    def _thread(self) -> None:
        # What came together with the answer to the handshake: the client itself would look at it
        # when more comes, and after a close nothing does.
        if not self._handle_events():
            self.connected = False
        super()._thread()


class Page:
    """A page of a browser, with a socket as live.js opens it."""

    def __init__(self, app: Flask, browser: Browser | None = None, **headers: str) -> None:
        url = app.config["PUBLIC_URL"]
        sent = {"Origin": url, **headers}
        name = app.config["SESSION_COOKIE_NAME"]
        cookie = browser.get_cookie(name, "127.0.0.1") if browser else None
        if cookie:
            sent["Cookie"] = f"{name}={cookie.value}"
        self.ws = BrowserLike.connect(f"{url.replace('http', 'ws')}/live", headers=sent)

    def hears(self) -> Any:
        """Return the next event, or None after a while."""
        text = self.ws.receive(SECONDS)
        return text and json.loads(text)

    def hears_nothing(self, seconds: float = 0.3) -> bool:
        return self.ws.receive(seconds) is None

    def closed(self) -> int:
        """Return the code that the socket is closed with."""
        try:
            while self.ws.receive(SECONDS) is not None:
                pass
        except ConnectionClosed as closed:
            return closed.reason
        raise AssertionError("the socket is still open")


class _Silent(WSGIRequestHandler):
    def log(self, *_: Any) -> None:
        """Write nothing."""


@pytest.fixture
def app(make_app: Callable[..., Flask], monkeypatch: pytest.MonkeyPatch) -> Iterator[Flask]:
    """The app, served at its PUBLIC_URL, with quicker turns."""
    monkeypatch.setattr(hub, "TURN_SECONDS", 0.05)
    server = make_server("127.0.0.1", 0, None, threaded=True, request_handler=_Silent)
    app = server.app = make_app({"PUBLIC_URL": f"http://127.0.0.1:{server.server_port}"})
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield app
    server.shutdown()
    server.server_close()
    thread.join()
    end_all(app)


def end_all(app: Flask) -> None:
    """Close what a test has left open, and wait until the thread has ended."""
    live = app.extensions["live"]
    for socket in list(live._sockets):
        hub.close(socket.ws, hub.GOING_AWAY, "")
    wait_until(lambda: not live._runs)


def wait_until(holds: Callable[[], Any]) -> None:
    end = time.monotonic() + SECONDS
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.01)


@pytest.fixture
def open_page(app: Flask) -> Iterator[Callable[..., Page]]:
    """Open a page; close it after the test."""
    pages: list[Page] = []
    live = app.extensions["live"]

    def opened(browser: Browser | None = None, **headers: str) -> Page:
        before = len(live._sockets)
        pages.append(Page(app, browser, **headers))
        wait_until(lambda: len(live._sockets) > before or not pages[-1].ws.connected)
        return pages[-1]

    yield opened
    for page in pages:
        if page.ws.connected:
            page.ws.close()


@pytest.fixture
def store(app: Flask) -> Callable[..., None]:
    """Run statements, and commit."""

    def run(*statements: Any) -> None:
        with app.app_context():
            for statement in statements:
                db.session.execute(statement)
            db.session.commit()

    return run
