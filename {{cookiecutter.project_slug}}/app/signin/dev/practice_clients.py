"""The app's registrations at the practice provider.  Each process creates its own."""

import secrets
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from types import ModuleType

from flask import Flask, abort, request

from ..auth import SignIn
from ..auth import settings as current_settings
from ..config import Settings
from ..oauth.provider import Client, Provider

# Stored with each identity, so it is fixed: a new port must not look like a new provider.
ISSUER = "http://localhost/dev/practice"
SECRET = secrets.token_urlsafe(32)

# Another app on this machine may try its own code at the practice provider with these.
GUEST, GUEST_SECRET = "guest", "guest-secret"
GUEST_REDIRECT_URI = "http://localhost:5050/callback/practice"


def registered(name: str, client_id: str) -> Client:
    """Return the client that a request to a practice provider names: the app, or the guest.

    Aborts with 404 if this provider is not there.
    """
    ours = current_settings().clients.get(name) or abort(404)
    if (name, client_id) != ("practice", GUEST):
        return ours
    theirs = replace(ours, client_id=GUEST, client_secret=GUEST_SECRET)
    return replace(theirs, redirect_uri=GUEST_REDIRECT_URI)


def register(app: Flask, settings: Settings) -> None:
    """Register the app at the practice provider.  Called with the first request.

    The port is known only then.  The app calls the provider at the port of this process, since
    PUBLIC_URL may have a port that is forwarded from another machine.
    """
    direct = request.environ.get("werkzeug.proxy_fix.orig", request.environ)
    own = f"http://127.0.0.1:{direct['SERVER_PORT']}/dev/practice"
    clients = {
        provider.name: Client(
            provider=provider,
            client_id="practice-client",
            client_secret=SECRET,
            redirect_uri=f"{settings.public_url}{settings.prefix}/callback/{provider.name}",
        )
        for provider in _providers(settings, own, f"{settings.public_url}/dev/practice")
    }
    state: SignIn = app.extensions["signin"]
    changed = replace(state.settings, clients={**state.settings.clients, **clients})
    app.extensions["signin"] = replace(state, settings=changed)


def imitations(settings: Settings) -> list[tuple[Provider, ModuleType]]:
    """Return the chosen providers that have a practice version, each with its module.

    The module is `practice_<name>`.  An app without the provider is generated without it.
    """
    there = {file.stem for file in Path(__file__).parent.glob("practice_*.py")}
    declared = [provider for provider in settings.providers if not provider.settings_prefix]
    found = [(provider, f"practice_{provider.name}") for provider in declared]
    return [
        (provider, import_module(f".{name}", __package__))
        for provider, name in found
        if name in there
    ]


def _providers(settings: Settings, own: str, public: str) -> list[Provider]:
    """Return the practice provider and its imitations of others.

    The app calls them at `own`; browsers are redirected to `public`.
    """
    practice = Provider(
        name="practice",
        label="Practice provider",
        scope="openid email profile",
        issuer=ISSUER,
        authorization_endpoint=f"{public}/authorize",
        token_endpoint=f"{own}/token",
        userinfo_endpoint=f"{own}/userinfo",
        jwks_uri=f"{own}/jwks",
        auth_method="client_secret_post",
    )
    imitated = imitations(settings)
    return [practice, *(module.imitation(provider, own, public) for provider, module in imitated)]
