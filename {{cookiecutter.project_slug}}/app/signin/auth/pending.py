"""Store pending logins in the database, each bound to the browser that started it."""

import secrets
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from flask import g, redirect, session
from sqlalchemy import ColumnElement, and_, delete, or_, select, update
from werkzeug.wrappers import Response

from ..database import delete_rows, hash_of, now
from ..host import db
from ..models import PendingLogin
from ..oauth.errors import InvalidCallback
from ..oauth.provider import Client
from . import signin

MAX_PER_BROWSER = 10
# Expired rows that one start deletes: the rest is for `cleanup`.
MAX_DELETED = 100
MAX_POSTED_USER = 4096
KEEP_EXPIRED = timedelta(hours=1)


def start_login(client: Client, login: PendingLogin, *, max_age: int | None = None) -> Response:
    """Store a pending login and redirect the browser to the provider.

    The caller sets `purpose` and `next_url`; for `link` and `reauthenticate` also `session_id` and
    `user_id`.  For `max_age` see `LoginFlow.start`.  The provider asks which account to use when
    one is connected, and after an account was refused here: it would take the same one again.
    """
    # End the transaction, so no database connection is in use during the request to the provider.
    db.session.commit()
    app_state = signin()
    choose = login.purpose == "link" or "choose_account" in session
    start = app_state.flow.start_choosing if choose else app_state.flow.start
    url, login_request = start(client, max_age=max_age)
    login.provider = client.provider.name
    login.nonce, login.code_verifier = login_request.nonce, login_request.code_verifier
    login.max_age = login_request.max_age
    remember(login, login_request.state, app_state.settings.pending_login_seconds)
    return redirect(url, code=303)


def remember(row: PendingLogin, secret: str, seconds: int) -> None:
    """Store a row for `seconds` under the hash of `secret`, bound to this browser, and commit.

    Also delete the browser's oldest rows, beyond ten, and some expired ones of others.
    """
    row.state_hash = hash_of(secret)
    row.browser_hash = hash_of(session.setdefault("browser", secrets.token_urlsafe(32)))
    row.created_at = now()
    row.expires_at = row.created_at + timedelta(seconds=seconds)
    db.session.add(row)
    db.session.flush()
    this_browser = PendingLogin.browser_hash == row.browser_hash
    newest_first = PendingLogin.created_at.desc()
    newest = select(PendingLogin.state_hash).where(this_browser).order_by(newest_first)
    too_many = and_(this_browser, PendingLogin.state_hash.not_in(newest.limit(MAX_PER_BROWSER)))
    some_expired = select(PendingLogin.state_hash).where(expired()).limit(MAX_DELETED)
    delete_rows(PendingLogin, or_(too_many, PendingLogin.state_hash.in_(some_expired)))
    db.session.commit()


def recall(client: Client, response: Mapping[str, str]) -> PendingLogin:
    """Return the pending login that an authorization response belongs to.  It works once.

    One statement finds the row by its state, this browser and this provider, and deletes it.  If
    two requests carry the same state, only one gets the row.  A request from another browser
    changes nothing.
    Raises InvalidCallback.  Spec: RFC 6749 §10.12, RFC 9700 §4.4.2 and §4.7.
    """
    state_hash = hash_of(response["state"])
    login = take(
        PendingLogin.state_hash == state_hash, PendingLogin.provider == client.provider.name
    )
    if login is None:
        raise InvalidCallback("no such login is pending in this browser", reason="unknown_state")
    g.pending_login = login
    if login.expires_at < now():
        raise InvalidCallback("the login took too long", reason="expired_state")
    # With form_post, the same response must have arrived as a POST; otherwise it must not have.
    if login.code_hash != (_response_hash(response) if client.provider.form_post else None):
        raise InvalidCallback("delivered by an unexpected method", reason="response_mode")
    return login


def take(*conditions: Any) -> PendingLogin | None:
    """Delete and return this browser's matching row, committed and detached from the session."""
    this_browser = PendingLogin.browser_hash == hash_of(session.get("browser", ""))
    row = db.session.scalars(
        delete(PendingLogin)
        .where(this_browser, *conditions)
        .returning(PendingLogin)
        .execution_options(synchronize_session=False)
    ).first()
    if row is not None:
        db.session.expunge(row)
    db.session.commit()
    return row


def mark_posted(client: Client, response: Mapping[str, str], posted_user: str) -> None:
    """Mark the pending login whose response arrived as a POST, and commit.

    The POST comes from the provider's site, without this site's cookies, so it proves nothing about
    the browser; the GET that follows does.  Raises InvalidCallback if no such login is pending.
    Spec: OAuth 2.0 Form Post Response Mode §4.
    """
    marked = db.session.scalar(
        update(PendingLogin)
        .where(
            PendingLogin.state_hash == hash_of(response["state"]),
            PendingLogin.provider == client.provider.name,
            PendingLogin.code_hash.is_(None),
        )
        .values(
            code_hash=_response_hash(response),
            # PostgreSQL cannot store NUL characters.
            posted_user=posted_user.replace("\0", "")[:MAX_POSTED_USER],
        )
        .returning(PendingLogin.state_hash)
        .execution_options(synchronize_session=False)
    )
    db.session.commit()
    if marked is None:
        raise InvalidCallback("no such login is pending", reason="unknown_state")


def _response_hash(response: Mapping[str, str]) -> str:
    return hash_of(response.get("code") or response.get("error", ""))


def expired() -> ColumnElement[bool]:
    """Return the condition for rows that expired at least an hour ago.

    Expired rows stay for an hour, so a late response is logged as expired and keeps its `next_url`.
    """
    return PendingLogin.expires_at < now() - KEEP_EXPIRED
