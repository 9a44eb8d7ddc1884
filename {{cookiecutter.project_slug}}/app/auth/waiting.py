"""A new identity whose verified address somebody here has: it waits until they have signed in.

Kept as a pending row of this browser's; nothing is linked before that sign-in is confirmed.
"""

import json
from dataclasses import asdict
from typing import Any

from flask import session
from sqlalchemy import select

from ..db import db, now
from ..models import PendingLogin as Row
from ..oauth.authorization import PendingLogin
from ..oauth.provider import Claims, Client
from . import pending

SECONDS = 600


def keep(client: Client, claims: Claims, next_url: str) -> None:
    """Let an identity wait for ten minutes, in place of another that this browser may have."""
    take()
    waiting = json.dumps({"provider": client.provider.name, "claims": asdict(claims)})
    row = {"purpose": "wait", "next_url": next_url, "waiting": waiting}
    pending.remember(client, PendingLogin(nonce="", code_verifier=""), SECONDS, **row)


def look() -> Row | None:
    """Return the row of the identity that waits in this browser, if there is one."""
    return db.session.scalar(select(Row).where(*_mine()))


def take() -> Row | None:
    """Take that row out: it is used once."""
    return pending.take(*_mine())


def read(waiting: str) -> tuple[str, Claims]:
    """Return the provider and the claims of an identity that waits."""
    found = json.loads(waiting)
    return found["provider"], Claims(**found["claims"] | {"member_of": ()})


def _mine() -> tuple[Any, ...]:
    here = Row.browser_hash == pending.digest(session.get("browser", ""))
    return here, Row.purpose == "wait", Row.expires_at > now()
