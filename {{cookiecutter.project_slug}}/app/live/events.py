"""What is new for people whose pages are open, and `publish`, which adds to it.

It is asked for in the database, so an event of one process reaches the sockets of every other, on
any host and with any database.
"""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from ..signin.auth import session_rows
from ..signin.database import now
from ..signin.host import db
from ..signin.models import LIVE_EVENT_LENGTH, AuditEvent, LiveEvent, LoginSession

# Events are looked for that far back: a commit may take that long, and clocks may differ that much.
WINDOW = timedelta(seconds=30)
# The parts of pages that show what the audit events of an account tell.
ACCOUNT = '{"changed": "account"}'
SIGNED_IN = '{"notice": "sign_in"}'
SIGN_INS = ("sign_in", "sign_up")


@dataclass(frozen=True)
class Event:
    """An event of a user.  `key` is its table and its number; `texts` is what pages are told."""

    key: tuple[str, int]
    user_id: int
    created_at: datetime
    texts: tuple[str, ...]


@dataclass(frozen=True)
class News:
    """The numbers of the sessions that are open, and the events of the last seconds."""

    sessions: frozenset[int]
    events: list[Event]


def publish(user_id: int, event: Mapping[str, Any]) -> None:
    """Tell all open pages of a user, once the current transaction is committed.

    `{"changed": "notes"}` makes them fetch their part `notes` again; any other object is for your
    own script.  Say what has changed, not what it has become: a page that fetches it is checked as
    always.  Raises ValueError if its JSON is longer than LIVE_EVENT_LENGTH.
    """
    text = json.dumps(dict(event))
    if len(text) > LIVE_EVENT_LENGTH:
        raise ValueError(f"an event may have {LIVE_EVENT_LENGTH} characters, not {len(text)}")
    db.session.add(LiveEvent(user_id=user_id, event=text))


def news(session_ids: Collection[int], user_ids: Collection[int]) -> News:
    """Return what is new for these sessions and users, by three queries."""
    open_ids = [row.id for row in session_rows.open_sessions(LoginSession.id.in_(session_ids))]
    return News(frozenset(open_ids), [*_of_accounts(user_ids), *_published(user_ids)])


def _of_accounts(user_ids: Collection[int]) -> list[Event]:
    columns = AuditEvent.id, AuditEvent.user_id, AuditEvent.created_at, AuditEvent.event
    recent = AuditEvent.created_at > now() - WINDOW, AuditEvent.user_id.in_(user_ids)
    return [
        Event(("audit", number), user_id, at, (ACCOUNT, SIGNED_IN)[: 2 if what in SIGN_INS else 1])
        for number, user_id, at, what in db.session.execute(select(*columns).where(*recent))
        if user_id is not None
    ]


def _published(user_ids: Collection[int]) -> list[Event]:
    columns = LiveEvent.id, LiveEvent.user_id, LiveEvent.created_at, LiveEvent.event
    recent = LiveEvent.created_at > now() - WINDOW, LiveEvent.user_id.in_(user_ids)
    return [
        Event(("live", number), user_id, at, (text,))
        for number, user_id, at, text in db.session.execute(select(*columns).where(*recent))
    ]
