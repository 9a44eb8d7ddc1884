"""A practice provider that responds like GitHub."""

from dataclasses import replace
from typing import Any

from flask import Blueprint, abort

from ..auth import settings
from ..oauth.provider import Provider
from .authorization_server import METHODS, TOKENS, authorize, granted_to_bearer, redeem
from .personas import Persona, chosen
from .practice_clients import ISSUER

NAME = "practice-github"
ERRORS = {"invalid_grant": "bad_verification_code"}

bp = Blueprint("signin_practice_github", __name__, url_prefix=f"/dev/{NAME}")
bp.add_url_rule(
    "/login/oauth/authorize", view_func=authorize, defaults={"name": NAME}, methods=METHODS
)


def imitation(provider: Provider, own: str, public: str) -> Provider:
    """Return GitHub's declaration with our addresses.  See `practice_clients`."""
    return replace(
        provider,
        name=NAME,
        label="GitHub (practice)",
        issuer=f"{ISSUER}-github/login/oauth",
        authorization_endpoint=f"{public}-github/login/oauth/authorize",
        token_endpoint=f"{own}-github/login/oauth/access_token",
        userinfo_endpoint=f"{own}-github/user",
    )


@bp.post("/login/oauth/access_token")
def token() -> dict[str, str]:
    """Exchange a code for an access token.  Errors have status 200, as at GitHub."""
    granted, error = redeem(NAME)
    if error:
        return {"error": ERRORS.get(error, error)}
    scope = ",".join(granted.get("scope", "").split())
    return {"access_token": TOKENS.add(granted), "token_type": "bearer", "scope": scope}


@bp.get("/user")
def user() -> dict[str, Any]:
    """Return the profile, without the e-mail address, which most people at GitHub keep private."""
    persona = _persona()
    profile = {"id": persona.number, "login": persona.login, "name": persona.name}
    picture = f"{settings().public_url}/dev/practice/pictures/identicon.svg"
    return profile | {"email": None, "avatar_url": picture}


@bp.get("/user/emails")
def emails() -> list[dict[str, Any]]:
    """Return the e-mail addresses.  The primary one is not the first."""
    persona = _persona()
    other = {"email": f"{persona.login}@noreply.example.com", "primary": False, "verified": True}
    primary = {"email": persona.email, "primary": True, "verified": persona.email_verified}
    return [other, primary] if persona.email else [other]


def _persona() -> Persona:
    return chosen(granted_to_bearer(NAME)) or abort(400)
