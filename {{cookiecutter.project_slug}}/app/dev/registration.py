"""The app's registrations at the practice provider, made by each process for itself."""

import secrets
from dataclasses import replace

from flask import Flask, request

from ..auth import auth
from ..config import Settings
from ..oauth.provider import Client, Provider

# Kept with each identity, so it does not follow PUBLIC_URL: a changed port is no other provider.
ISSUER = "http://localhost/dev/practice"


def init_app(app: Flask, settings: Settings) -> None:
    """Register the app at the practice provider, with the first request.

    Only then is it known which port this process listens on, and the app calls the provider
    there: what PUBLIC_URL names may be a port that is forwarded from elsewhere.
    """
    secret = secrets.token_urlsafe(32)

    @app.before_request
    def register() -> None:
        known = auth()
        if "practice" in known.settings.clients:
            return
        direct = request.environ.get("werkzeug.proxy_fix.orig", request.environ)
        own = f"http://127.0.0.1:{direct['SERVER_PORT']}/dev/practice"
        clients = {
            provider.name: Client(
                provider=provider,
                client_id="practice-client",
                client_secret=secret,
                redirect_uri=f"{settings.public_url}/callback/{provider.name}",
            )
            for provider in _providers(settings, own, f"{settings.public_url}/dev/practice")
        }
        changed = replace(known.settings, clients={**known.settings.clients, **clients})
        app.extensions["auth"] = replace(known, settings=changed)


def _providers(settings: Settings, own: str, public: str) -> list[Provider]:
    """Return both halves: the app calls them at `own`, browsers are sent to `public`."""
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
    like_github = [
        provider.at(
            name="practice-github",
            label="GitHub (practice)",
            issuer=f"{ISSUER}-github/login/oauth",
            base_url=f"{public}-github",
            api_url=f"{own}-github",
            authorization_endpoint=f"{public}-github/login/oauth/authorize",
            token_endpoint=f"{own}-github/login/oauth/access_token",
        )
        for provider in settings.providers
        if provider.name == "github"
    ]
    return [practice, *like_github]
