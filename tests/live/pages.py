"""A page's socket, as the script of the app opens it."""

import json
import time
from typing import Any

from harness.browser import Browser
from simple_websocket import Client, ConnectionClosed

SECONDS = 10


class _WithPort(Client):
    """A client whose Host has the port, as a browser's has, and that loses nothing."""

    def handshake(self) -> None:
        self.host = f"{self.host}:{self.port}"
        super().handshake()

    def _thread(self) -> None:
        # What came together with the answer to the handshake: the client itself would look at it
        # when more comes, and after a close nothing does.
        if not self._handle_events():
            self.connected = False
        super()._thread()


class PageSocket:
    """The socket of a page that a person has open."""

    def __init__(self, browser: Browser, origin: str | None = None) -> None:
        cookies = "; ".join(f"{cookie.name}={cookie.value}" for cookie in browser.cookies)
        headers = {"Origin": origin or browser.app_url, "Cookie": cookies}
        self.browser = browser
        url = browser.app_url.replace("http", "ws")
        self.ws = _WithPort.connect(f"{url}/live", headers=headers)

    def hears(self, wanted: dict[str, Any]) -> float:
        """Wait for an event; return how many seconds that took."""
        start = time.monotonic()
        while (text := self.ws.receive(SECONDS)) is not None:
            if json.loads(text) == wanted:
                return time.monotonic() - start
        raise AssertionError(f"{wanted} did not come")

    def closed(self) -> tuple[int, float]:
        """Wait until it is closed; return the code, and how many seconds that took."""
        start = time.monotonic()
        try:
            while self.ws.receive(SECONDS) is not None:
                pass
        except ConnectionClosed as closed:
            return int(closed.reason), time.monotonic() - start
        raise AssertionError("it is still open")
