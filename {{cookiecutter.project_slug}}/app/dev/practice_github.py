"""The practice provider answering the way GitHub does, so that GitHub's own path can be tried."""

from typing import Any

from flask import Blueprint

from .granting import METHODS, TOKENS, authorize, granted_to_bearer, redeem
from .personas import PERSONAS

NAME = "practice-github"
ERRORS = {"invalid_grant": "bad_verification_code"}

bp = Blueprint("practice_github", __name__, url_prefix=f"/dev/{NAME}")
bp.add_url_rule(
    "/login/oauth/authorize", view_func=authorize, defaults={"name": NAME}, methods=METHODS
)


@bp.post("/login/oauth/access_token")
def token() -> dict[str, str]:
    """Answer a code with an access token; when refused, with status 200 too, like GitHub."""
    granted, error = redeem(NAME)
    if error:
        return {"error": ERRORS.get(error, error)}
    scope = ",".join(granted.get("scope", "").split())
    return {"access_token": TOKENS.add(granted), "token_type": "bearer", "scope": scope}


@bp.get("/user")
def user() -> dict[str, Any]:
    """Show the profile; its address is private, as it is for most people at GitHub."""
    persona = PERSONAS[granted_to_bearer(NAME)["persona"]]
    profile = {"id": persona.number, "login": persona.login, "name": persona.name}
    return profile | {"email": None, "avatar_url": None}


@bp.get("/user/emails")
def emails() -> list[dict[str, Any]]:
    """List the addresses, the primary one not first."""
    persona = PERSONAS[granted_to_bearer(NAME)["persona"]]
    other = {"email": f"{persona.login}@noreply.example.com", "primary": False, "verified": True}
    primary = {"email": persona.email, "primary": True, "verified": persona.email_verified}
    return [other, primary] if persona.email else [other]
