"""The setup page: how to register at each provider, and a form that writes `.env`."""

import os
from importlib import import_module
from pathlib import Path
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response

from ..auth import settings
from ..auth.buttons import buttons, mark_url, shown
from ..auth.limits import count_starts
from ..commands.doctor.reasons import reason
from ..config import ROOT, ConfigError, copied, env_file
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
# How often the page looks whether the app has restarted, once a second.
MAX_TRIES = 10

bp = Blueprint("signin_dev", __name__, url_prefix="/dev", template_folder="templates")


@bp.get("/setup")
def setup() -> str:
    """Show, for each provider, where to register, the callback URL and the settings."""
    problem_of, problem = session.pop("setup_problem", ("", ""))
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
        names_set=names_set(),
        problem_of=problem_of,
        problem=problem,
        unset_address=registration.unset_address,
        steps=steps,
        max_value=MAX_VALUE,
        max_label=registration.MAX_LABEL,
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
        return _back_to(name, "Fill in the fields first: nothing was written.")
    return _write(name, values)


@bp.post("/register/<name>")
@count_starts
def register(name: str) -> Response:
    """Register at a provider that takes registrations by itself, and write `.env`."""
    provider = settings().known_providers().get(name) or abort(404)
    if not is_from_this_machine():
        abort(403)
    if setting := registration.unset_address(provider):
        return _back_to(name, f"Write {setting} first, so that the app knows where to register.")
    values, problem = _registration(provider, request.form.get("initial_token", "").strip())
    return _back_to(name, problem) if problem else _write(name, values)


@bp.post("/openid")
@count_starts
def add() -> Response:
    """Write any OpenID Provider into `.env`, and register there if it takes registrations."""
    if not is_from_this_machine():
        abort(403)
    label, issuer = (request.form.get(each, "").strip() for each in ("label", "issuer"))
    try:
        provider, values = registration.provider_at(label, issuer)
    except ValueError as error:
        problem = f"Nothing was written: {error}"
        return _back_to("openid", problem, label=label, issuer=issuer)
    except OAuthError as error:
        why, _ = reason(error, issuer, "")
        problem = f"Nothing was written. The metadata at this address cannot be used: {why}"
        return _back_to("openid", problem, label=label, issuer=issuer)
    registered, problem = _registration(provider, "")
    if problem:
        session[f"not registered at {provider.name}"] = problem
    return _write(provider.name, values | registered)


def _registration(provider: Provider, initial_token: str) -> tuple[dict[str, str], str]:
    """Return the settings of a new registration, or none and why."""
    try:
        return registration.register(provider, initial_token), ""
    except registration.NoRegistration:
        problem = f"{provider.label} takes no registrations by itself: follow its steps."
    except OAuthError as error:
        problem = f"{provider.label} has not registered this app: {error}"
    return {}, problem


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
        problem = f"{provider.label} is not set up: {error}. Begin again with the button."
        return _back_to(name, problem)
    return _write(name, values)


@bp.get("/ready/<name>")
def ready(name: str) -> str | Response:
    """Show a provider's button as soon as the app has restarted with its settings.

    For one that was added and has not registered the app, go on to its steps.
    """
    config, tries = settings(), request.args.get("tries", 0, type=int)
    is_ready = name in config.clients
    if name in config.known_providers() and not is_ready:
        problem = session.pop(f"not registered at {name}", "")
        if problem:
            return _back_to(name, problem)
    waits = not is_ready and restarts() and tries < MAX_TRIES
    # While the page waits, the old settings say what is missing.
    told = {"told_about_settings": ()} if waits else {}
    return render_template(
        "signin/dev/ready.html",
        name=name,
        label=shown(name)["label"],
        button=next(iter(buttons([name])), None),
        ready=is_ready,
        restarts=restarts(),
        waits=waits,
        tries=tries,
        **told,
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


def _back_to(name: str, problem: str, **fields: Any) -> Response:
    """Show a problem at a provider on the setup page, which scrolls to it.

    One that is not known yet is about to be added.
    """
    place = name if name in settings().known_providers() else "openid"
    session["setup_problem"] = place, problem
    return redirect(url_for("signin_dev.setup", _anchor=place, **fields), code=303)


def _write(name: str, values: dict[str, str]) -> Response:
    """Write a provider's settings, and redirect to the page that waits for the restart."""
    if problem := _problem(values):
        return _back_to(name, problem)
    flash(f"Written into .env: {', '.join(values)}.", "success")
    return redirect(url_for("signin_dev.ready", name=name), code=303)


def _problem(values: dict[str, str]) -> str:
    """Write the values into `.env`.  Return why they do not count, or an empty text."""
    if any(len(value) > MAX_VALUE for value in values.values()):
        return "A value is too long: nothing was written."
    # Such a value would stop the app, and the setup page with it.
    for each, value in values.items():
        if problem := copied.problem(each, value):
            return f"{each} {problem}. Nothing was written."
    try:
        write(ROOT / ".env", values)
    except NotWritable as error:
        return str(error)
    # A variable of the process wins over the file.
    from_file = os.environ.get("DOTENV_NAMES", "").split(",")
    fixed = [each for each in values if each in os.environ and each not in from_file]
    sets = ", ".join(fixed)
    return f"Written, but the environment of this process sets {sets}." if fixed else ""


def names_set() -> set[str]:
    """Return the names that `.env` or the environment sets, also those of before the restart."""
    try:
        written, _ = env_file.read(ROOT / ".env")
    except ConfigError:
        written = {}
    return {name for name, value in {**written, **os.environ}.items() if value}


def secret_names(provider: Provider) -> set[str]:
    """Return the names of a provider's settings that a page must not show."""
    own = {provider.setting(each.ending) for each in provider.settings if each.secret}
    return own | {provider.setting("CLIENT_SECRET")}
