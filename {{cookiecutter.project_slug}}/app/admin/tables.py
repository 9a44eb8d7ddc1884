"""What each page shows, and how it can be searched, sorted and narrowed.

A filter that is `indexed` looks through the whole table; everything else looks through one window
of it (see `app/tables/page.py`).
"""

from collections.abc import Callable
from typing import Any

from flask import url_for
from sqlalchemy import ColumnElement, false

from ..signin.auth import accounts, invitations
from ..signin.database import now
from ..signin.models import ApiToken, AuditEvent, Invitation
from ..tables import Column, Filter, Table
from ..tables.declaration import whole_number


def equals(name: str) -> Callable[[Any, str], ColumnElement[bool]]:
    """Return the condition that a column has exactly this text."""
    return lambda model, text: getattr(model, name) == text


def is_number(name: str) -> Callable[[Any, str], ColumnElement[bool]]:
    """Return the condition that a column has this number; no row has one that is no number."""

    def condition(model: Any, text: str) -> ColumnElement[bool]:
        number = whole_number(text)
        found: ColumnElement[bool] = getattr(model, name) == number
        return false() if number is None else found

    return condition


def is_disabled(model: Any, text: str) -> ColumnElement[bool]:
    """Return the condition that an account is disabled, or is not."""
    column = model.disabled_at
    found: ColumnElement[bool] = column.is_not(None) if text == "disabled" else column.is_(None)
    return found


def is_admin(model: Any, text: str) -> ColumnElement[bool]:
    """Return the condition that a person is an administrator, or is not."""
    found: ColumnElement[bool] = model.is_admin.is_(text == "yes")
    return found


def in_state(model: Any, text: str) -> ColumnElement[bool]:
    """Return the condition that an invitation is open, used, or expired."""
    used, ends = model.used_at, model.expires_at
    found: dict[str, ColumnElement[bool]] = {
        "used": used.is_not(None),
        "open": used.is_(None) & (ends > now()),
        "expired": used.is_(None) & (ends <= now()),
    }
    return found[text]


def person(name: str) -> Callable[[Any], str | None]:
    """Return what links a row to the page of the person whose number is in a column."""

    def link(row: Any) -> str | None:
        number = getattr(row, name)
        return url_for("admin.user", user_id=number) if number else None

    return link


def _state(row: Any) -> str:
    return "Disabled" if row.disabled_at else "Administrator" if row.is_admin else "Active"


USERS = Table(
    name="users",
    label="Users",
    model=accounts.user_class(),
    columns=(
        Column("id", "Number", sorted=True, grows=True, link=person("id")),
        Column("name", "Name", searched=True, sorted=True, link=person("id")),
        Column("email", "E-mail", searched=True, sorted=True),
        Column("is_admin", "State", sorted=True, show=_state),
        Column("created_at", "Created", sorted=True, grows=True),
    ),
    filters=(
        Filter("number", "Number", is_number("id"), indexed=True),
        Filter("email", "Exact e-mail", equals("email"), indexed=True),
        Filter("state", "State", is_disabled, {"active": "Active", "disabled": "Disabled"}),
        Filter("admin", "Administrators", is_admin, {"yes": "Only", "no": "Without"}),
    ),
)
EVENTS = Table(
    name="events",
    label="Events",
    model=AuditEvent,
    columns=(
        Column("created_at", "When", sorted=True, grows=True),
        Column("event", "Event", searched=True, sorted=True),
        Column("reason", "Reason", searched=True, sorted=True),
        Column("user_id", "User", sorted=True, link=person("user_id")),
        Column("actor", "By", searched=True, sorted=True),
        Column("provider", "Provider", searched=True, sorted=True),
        Column("address", "IP address", searched=True, sorted=True),
        Column("request_id", "Request", searched=True),
    ),
    filters=(
        Filter("user", "User number", is_number("user_id"), indexed=True),
        Filter("event", "Event", equals("event")),
    ),
    page_size=50,
)
INVITATIONS = Table(
    name="invitations",
    label="Invitations",
    model=Invitation,
    columns=(
        Column("note", "Note", searched=True, sorted=True),
        Column("state", "State", show=lambda row: invitations.state(row).capitalize()),
        Column("created_at", "Made", sorted=True, grows=True),
        Column("expires_at", "Ends", sorted=True),
        Column("used_at", "Used", sorted=True),
        Column("used_by_id", "Used by", sorted=True, link=person("used_by_id")),
    ),
    filters=(
        Filter(
            "state",
            "State",
            in_state,
            {"open": "Open", "used": "Used", "expired": "Expired"},
        ),
    ),
)
TOKENS = Table(
    name="tokens",
    label="API tokens",
    model=ApiToken,
    columns=(
        Column("prefix", "Begins with", searched=True),
        Column("name", "Name", searched=True, sorted=True),
        Column("user_id", "User", sorted=True, link=person("user_id")),
        Column("kind", "Kind", searched=True, sorted=True),
        Column("scope", "Scope", searched=True),
        Column("created_at", "Created", sorted=True, grows=True),
        Column("last_used_at", "Last used", sorted=True),
        Column("expires_at", "Ends", sorted=True),
    ),
    filters=(Filter("user", "User number", is_number("user_id"), indexed=True),),
)
