"""What the practice provider has granted: codes and access tokens, in memory, for a short time."""

import secrets
import threading
import time
from dataclasses import dataclass

from ..oauth.provider import Client
from .personas import Persona

CODE_SECONDS = 60
TOKEN_SECONDS = 600
MAX_KEPT = 1000


@dataclass(frozen=True)
class Granted:
    """Whom a client was allowed to know, and what binds a code to its request."""

    client: Client
    persona: Persona
    scope: str
    nonce: str
    code_challenge: str
    fault: str


class Grants:
    """Grants by a random key, each for `seconds`, the newest 1000."""

    def __init__(self, seconds: int) -> None:
        self._seconds = seconds
        self._lock = threading.Lock()
        self._kept: dict[str, tuple[float, Granted]] = {}

    def add(self, granted: Granted) -> str:
        """Keep a grant; return its key."""
        key = secrets.token_urlsafe(32)
        with self._lock:
            if len(self._kept) >= MAX_KEPT:
                del self._kept[next(iter(self._kept))]
            self._kept[key] = (time.monotonic() + self._seconds, granted)
        return key

    def take(self, key: str) -> Granted | None:
        """Return a grant and forget it, so that its key works once."""
        with self._lock:
            return _if_fresh(self._kept.pop(key, None))

    def get(self, key: str) -> Granted | None:
        """Return a grant."""
        with self._lock:
            return _if_fresh(self._kept.get(key))


def _if_fresh(kept: tuple[float, Granted] | None) -> Granted | None:
    return kept[1] if kept and time.monotonic() < kept[0] else None


CODES = Grants(CODE_SECONDS)
TOKENS = Grants(TOKEN_SECONDS)
