"""The app's registrations at the practice provider, made anew by each process."""

import secrets
from dataclasses import replace

from flask import Flask, request

from ..auth import auth
from ..config import Settings
from ..oauth.provider import Client, Provider

# Kept with each identity, so it does not follow PUBLIC_URL: a changed port is no other provider.
ISSUER = "http://localhost/dev/practice"
GITHUB_ISSUER = "http://localhost/dev/practice-github/login/oauth"


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
        clients = dict(known.settings.clients)
        for provider in _providers(settings, _own_address()):
            clients[provider.name] = Client(
                provider=provider,
                client_id="practice-client",
                client_secret=secret,
                redirect_uri=f"{settings.public_url}/callback/{provider.name}",
            )
        app.extensions["auth"] = replace(known, settings=replace(known.settings, clients=clients))


def _own_address() -> str:
    direct = request.environ.get("werkzeug.proxy_fix.orig", request.environ)
    return f"http://127.0.0.1:{direct['SERVER_PORT']}"


def _providers(settings: Settings, own: str) -> list[Provider]:
    """Return the two halves: browsers reach them at PUBLIC_URL, the app at its own address."""
    practice = Provider(
        name="practice",
        label="Practice provider",
        scope="openid email profile",
        issuer=ISSUER,
        authorization_endpoint=f"{settings.public_url}/dev/practice/authorize",
        token_endpoint=f"{own}/dev/practice/token",
        userinfo_endpoint=f"{own}/dev/practice/userinfo",
        jwks_uri=f"{own}/dev/practice/jwks",
        auth_method="client_secret_post",
    )
    base_url = f"{settings.public_url}/dev/practice-github"
    return [practice] + [
        replace(
            github,
            name="practice-github",
            label="GitHub (practice)",
            issuer=GITHUB_ISSUER,
            other_issuers=(),
            base_url=base_url,
            api_url=f"{own}/dev/practice-github/api",
            authorization_endpoint=f"{base_url}/login/oauth/authorize",
            token_endpoint=f"{own}/dev/practice-github/login/oauth/access_token",
            auth_method="client_secret_post",
        )
        for github in settings.providers
        if github.name == "github"
    ]
