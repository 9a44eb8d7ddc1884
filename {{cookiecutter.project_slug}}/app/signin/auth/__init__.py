"""Signing in and out.

Start reading at `routes`, which has the views of a login.  The other modules, in order of use:

    pending       pending logins: `remember` one, `recall` it once
    admission     the owner's rules on who may sign in or sign up
    accounts      sign in, sign up, link and unlink accounts
    required      fill columns that a user class of yours requires
    sessions      start and end sign-in sessions
    session_rows  which sessions are open, until when, and how they end
    renewal       check and renew the session of a person who re-authenticates
    same_address  confirm a new identity whose address belongs to an account
    error_pages   the pages of failed logins
    error_words   what those pages say of a login, a link or a re-authentication
    form_errors   the page of a refused form
    protection    CSRF protection, and the session cookie
    limits        rate limits
    audit         account events, in the log and in the database
    logout        sign out, here and at the provider
    backchannel   sign out when the provider says so
    arrival       tell `flask doctor` what the proxies said of its request
    invitations   links that allow one sign-up
    api_tokens    end a person's API tokens
    passwords     a session for somebody whose password your app has checked
    lifecycle       delete an account with everything that belongs to it
    moves         move identities after a change at the provider
    buttons       the provider buttons and their colours
    accent        the owner's color, in shades that can be read
    cleanup       delete expired rows

This file holds what all of them share.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, NoReturn
from urllib.parse import unquote

from flask import Blueprint, abort, current_app, make_response, render_template

from ..config import Settings
from ..host import HOME
from ..oauth.flow import LoginFlow
from ..oauth.provider import Client

MAX_NEXT_LENGTH = 2048
# The header of a request that a page makes by itself, when nobody asked for it.
BY_PAGE = "X-By-Page"
CALLBACKS = ("signin.callback", "signin.posted_callback")

bp = Blueprint(
    "signin",
    __name__,
    template_folder="templates",
    static_folder="../static",
    static_url_path="/signin/static",
)


@dataclass(frozen=True)
class SignIn:
    """State shared by the sign-in pages.  There is one object for each app."""

    settings: Settings
    flow: LoginFlow
    on_first_sign_in: Callable[[Any], None] | None = None
    # Endpoint and label of each page under "Account"; an option adds its own.
    account_tabs: list[tuple[str, str]] = field(default_factory=list)


def signin() -> SignIn:
    """Return the `SignIn` of the current app."""
    app_state: SignIn = current_app.extensions["signin"]
    return app_state


def settings() -> Settings:
    """Return the settings of the current app."""
    return signin().settings


def flow() -> LoginFlow:
    """Return the login flow of the current app."""
    return signin().flow


def client_or_404(provider: str) -> Client:
    """Return our registration at a provider, or abort with 404 if it is not set up."""
    return settings().clients.get(provider) or _not_set_up(provider)


def _not_set_up(provider: str) -> NoReturn:
    """Abort with 404.  In development, say that the app has this provider, without credentials."""
    known = settings().known_providers().get(provider)
    if known is None or not settings().development:
        abort(404)
    page = render_template("signin/not_set_up.html", label=known.label, name=provider)
    abort(make_response(page, 404))


def safe_next(values: Sequence[str]) -> str:
    """Return the page to go to after a sign-in: the only path in `values`, or the home page.

    The path is checked as it is and once decoded, since a browser or a proxy may decode it.  A
    browser reads a backslash as a slash, and ignores tabs and line ends.
    Source: RFC 9700 §4.11, WHATWG URL §4.4.
    """
    value = values[0] if len(values) == 1 else HOME
    if len(value) > MAX_NEXT_LENGTH or not (_is_path(value) and _is_path(unquote(value))):
        return HOME
    return value


def _is_path(text: str) -> bool:
    starts_well = text.startswith("/") and not text.startswith("//")
    return starts_well and "\\" not in text and text.isprintable()
