"""Logins that are under way: rows in the database, bound to the browser that started them."""

import secrets
from collections.abc import Mapping
from datetime import timedelta
from hashlib import sha256
from typing import Any, cast

from flask import g, session
from sqlalchemy import CursorResult, and_, delete, or_, select, update

from ..db import db, now
from ..models import PendingLogin as Row
from ..oauth.authorization import PendingLogin
from ..oauth.errors import InvalidCallback
from ..oauth.provider import Client

MAX_A_BROWSER = 10
MAX_POSTED_USER = 4096
KEPT_EXPIRED = timedelta(hours=1)


def remember(client: Client, login: PendingLogin, life: int, **what_for: Any) -> None:
    """Store a login for `life` seconds and commit, before the browser is sent away.

    `what_for` is the rest of the row: purpose, next_url and so on.  The oldest ones of a browser
    beyond ten go; so do all that expired an hour ago (until then an answer that comes late can be
    told that it does).
    """
    browser_hash = digest(session.setdefault("browser", secrets.token_urlsafe(32)))
    db.session.add(
        Row(
            state_hash=digest(login.state),
            browser_hash=browser_hash,
            provider=client.provider.name,
            nonce=login.nonce,
            code_verifier=login.code_verifier,
            max_age=login.max_age,
            expires_at=now() + timedelta(seconds=life),
            **what_for,
        )
    )
    db.session.flush()
    mine = Row.browser_hash == browser_hash
    newest = select(Row.state_hash).where(mine).order_by(Row.created_at.desc()).limit(MAX_A_BROWSER)
    too_many = and_(mine, Row.state_hash.not_in(newest))
    _execute(delete(Row).where(or_(Row.expires_at < now() - KEPT_EXPIRED, too_many)))
    db.session.commit()


def recall(client: Client, response: Mapping[str, str]) -> tuple[PendingLogin, Row]:
    """Take out the login that an authorization response answers, and commit: it works once.

    One statement finds it by its state, this browser and this provider and deletes it, so of two
    requests with the same state one gets it, and another browser's attempt changes nothing.  Raises
    InvalidCallback.  Spec: RFC 6749 §10.12, RFC 9700 §4.4.2 and §4.7.
    """
    row = take(Row.state_hash == digest(response["state"]), Row.provider == client.provider.name)
    if row is None:
        raise InvalidCallback("no such login is pending in this browser", reason="unknown_state")
    g.pending = row
    if row.expires_at < now():
        raise InvalidCallback("the login took too long", reason="expired_state")
    if row.code_hash != (_answer_hash(response) if client.provider.form_post else None):
        raise InvalidCallback("the answer did not come by the agreed way", reason="response_mode")
    return PendingLogin(response["state"], row.nonce, row.code_verifier, row.max_age), row


def take(*conditions: Any) -> Row | None:
    """Delete this browser's row that fits, commit, and return it: a value now, no row."""
    here = Row.browser_hash == digest(session.get("browser", ""))
    row = _execute(delete(Row).where(here, *conditions).returning(Row)).scalars().first()
    db.session.commit()
    if row is not None:
        db.session.expunge(row)
    return row


def mark_posted(client: Client, response: Mapping[str, str], posted_user: str) -> None:
    """Note on a pending login that its answer came as a POST, and commit.

    The POST comes from the provider's site, without this site's cookies, so it proves nothing about
    the browser: the GET that follows does.  Raises InvalidCallback when no login waits for it.
    Spec: OAuth 2.0 Form Post Response Mode §4.
    """
    marked = _execute(
        update(Row)
        .where(
            Row.state_hash == digest(response["state"]),
            Row.provider == client.provider.name,
            Row.code_hash.is_(None),
        )
        .values(
            code_hash=_answer_hash(response),
            # PostgreSQL takes no NUL.
            posted_user=posted_user.replace("\0", "")[:MAX_POSTED_USER],
        )
    )
    db.session.commit()
    if marked.rowcount != 1:
        raise InvalidCallback("no such login is pending", reason="unknown_state")


def digest(secret: str) -> str:
    """Return what is stored in place of a random secret: its SHA-256, in hex."""
    return sha256(secret.encode()).hexdigest()


def _answer_hash(response: Mapping[str, str]) -> str:
    return digest(response.get("code") or response.get("error", ""))


def _execute(statement: Any) -> CursorResult[Any]:
    options = {"synchronize_session": False}
    return cast(CursorResult[Any], db.session.execute(statement, execution_options=options))
