"""The setup page: how to register at each provider, and a form that writes `.env`."""

import os
from importlib import import_module
from pathlib import Path
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from ..auth import settings
from ..auth.buttons import buttons, mark_url
from ..auth.limits import count_starts
from ..config import ROOT, copied
from ..config.callback import needed_public_url
from ..config.providers import needed_settings
from ..oauth.errors import OAuthError
from ..oauth.provider import Provider
from . import registration
from .each_request import is_from_this_machine
from .env_writer import NotWritable, write
from .steps import steps

# A private key of 8192 bits has some 6,400 characters.
MAX_VALUE = 8000

bp = Blueprint("signin_dev", __name__, url_prefix="/dev", template_folder="templates")


@bp.get("/setup")
def setup() -> str:
    """Show, for each provider, where to register, the callback URL and the settings."""
    return render_template(
        "signin/dev/setup.html",
        settings=settings(),
        needed_settings=needed_settings,
        needed_public_url=needed_public_url,
        env_file=ROOT / ".env",
        mark_url=mark_url,
        may_write=is_from_this_machine(),
        secret_names=secret_names,
        one_click=one_click,
        unset_address=registration.unset_address,
        steps=steps,
        max_value=MAX_VALUE,
    )


@bp.post("/setup/<name>")
def save(name: str) -> Response:
    """Write a provider's settings into `.env`.  An empty field leaves what is there.

    Only for a browser on this machine: whoever writes `.env` decides who may sign in.
    """
    provider = settings().known_providers().get(name) or abort(404)
    if not is_from_this_machine():
        abort(403)
    asked = {each: request.form.get(each, "").strip() for each in needed_settings(provider)}
    # Browsers send the line ends of a key as CRLF.
    values = {each: value.replace("\r\n", "\n") for each, value in asked.items() if value}
    if not values:
        flash("Fill in the fields first: nothing was written.", "error")
        return _back_to(name)
    # Such a value would stop the app, and this page with it.
    for each, value in values.items():
        if problem := copied.problem(each, value):
            flash(f"{each} {problem}. Nothing was written.", "error")
            return _back_to(name)
    return _write(name, values)


@bp.post("/register/<name>")
@count_starts
def register(name: str) -> Response:
    """Register at a provider that takes registrations by itself, and write `.env`."""
    provider = settings().known_providers().get(name) or abort(404)
    if not is_from_this_machine():
        abort(403)
    if setting := registration.unset_address(provider):
        flash(f"Write {setting} first, so that the app knows where to register.", "error")
        return _back_to(name)
    try:
        values = registration.register(provider, request.form.get("initial_token", "").strip())
    except registration.NoRegistration:
        flash(f"{provider.label} takes no registrations by itself: follow its steps.", "error")
    except OAuthError as error:
        flash(f"{provider.label} has not registered this app: {error}", "error")
    else:
        return _write(name, values)
    return _back_to(name)


@bp.get("/registered/<name>")
def registered(name: str) -> Response:
    """Take the credentials of a registration that the setup page has begun; see `one_click`."""
    provider = settings().known_providers().get(name) or abort(404)
    how = one_click(provider.name) or abort(404)
    if not is_from_this_machine():
        abort(403)
    try:
        values = how.credentials(provider, request.args)
    except OAuthError as error:
        flash(f"{provider.label} is not set up: {error}. Begin again with the button.", "error")
        return _back_to(name)
    return _write(name, values)


@bp.get("/ready/<name>")
def ready(name: str) -> str:
    """Show a provider's button as soon as the app has restarted with its settings."""
    provider = settings().known_providers().get(name) or abort(404)
    return render_template(
        "signin/dev/ready.html",
        provider=provider,
        button=buttons([name])[0],
        ready=name in settings().clients,
        restarts=restarts(),
        tries=request.args.get("tries", 0, type=int),
    )


def restarts() -> bool:
    """Return whether the app restarts by itself when `.env` changes."""
    return os.environ.get("WERKZEUG_RUN_MAIN") == "true"


def one_click(name: str) -> Any:
    """Return the module `register_<name>`, where a provider makes registrations from a form.

    An app without the provider is generated without it.
    """
    there = (Path(__file__).parent / f"register_{name}.py").is_file()
    return import_module(f".register_{name}", __package__) if there else None


def _back_to(name: str) -> Response:
    return redirect(url_for("signin_dev.setup", _anchor=name), code=303)


def _write(name: str, values: dict[str, str]) -> Response:
    """Write a provider's settings, and redirect to the page that waits for the restart."""
    problem = _problem(values)
    if problem:
        flash(problem, "error")
        return _back_to(name)
    flash(f"Written into .env: {', '.join(values)}.", "success")
    return redirect(url_for("signin_dev.ready", name=name), code=303)


def _problem(values: dict[str, str]) -> str:
    """Write the values into `.env`.  Return why they do not count, or an empty text."""
    if any(len(value) > MAX_VALUE for value in values.values()):
        return "A value is too long: nothing was written."
    try:
        write(ROOT / ".env", values)
    except NotWritable as error:
        return str(error)
    # A variable of the process wins over the file.
    from_file = os.environ.get("DOTENV_NAMES", "").split(",")
    fixed = [each for each in values if each in os.environ and each not in from_file]
    sets = ", ".join(fixed)
    return f"Written, but the environment of this process sets {sets}." if fixed else ""


def secret_names(provider: Provider) -> set[str]:
    """Return the names of a provider's settings that a page must not show."""
    own = {provider.setting(each.ending) for each in provider.settings if each.secret}
    return own | {provider.setting("CLIENT_SECRET")}
