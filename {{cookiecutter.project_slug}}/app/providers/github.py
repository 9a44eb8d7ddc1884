"""GitHub.  Docs: https://docs.github.com/apps/oauth-apps/building-oauth-apps/authorizing-oauth-apps."""

import logging
from typing import Any

from ..oauth.errors import OAuthError
from ..oauth.provider import Claims, Grant, Provider, subject

log = logging.getLogger(__name__)


def claims(grant: Grant) -> Claims:
    """Quirk: the profile shows only a public address; the verified one is in a list of its own.

    Without the permission for that list (or without the list) the person signs in all the same.
    """
    api_url = grant.client.provider.api_url
    emails = grant.get_json_beside(f"{api_url}/user/emails")
    asked = bool(grant.client.provider.members_of)
    organizations = grant.get_json_beside(f"{api_url}/user/orgs", per_page="100") if asked else None
    user = grant.get_json(f"{api_url}/user")
    try:
        found = emails.result()
        email = _primary(found if isinstance(found, list) else [])
    except OAuthError as error:
        log.warning("GitHub's list of e-mail addresses was not to be had: %s", error)
        email = None
    return Claims(
        sub=subject(user["id"]),
        name=user.get("name") or user.get("login"),
        preferred_username=user.get("login"),
        email=email,
        email_verified=email is not None,
        picture=user.get("avatar_url"),
        member_of=tuple(one["login"] for one in organizations.result()) if organizations else (),
    )


def _primary(emails: list[Any]) -> str | None:
    """Return the primary address if it is verified."""
    entries = [entry for entry in emails if isinstance(entry, dict)]
    usable = (e for e in entries if e.get("primary") is True and e.get("verified") is True)
    return next((entry.get("email") for entry in usable), None)


PROVIDER = Provider(
    name="github",
    label="GitHub",
    base_url="https://github.com",
    api_url="https://api.github.com",
    # Sent as `iss` since 2026 (RFC 9207); an enterprise server may still name github.com.
    issuer="{base_url}/login/oauth",
    other_issuers=("https://github.com/login/oauth",),
    authorization_endpoint="{base_url}/login/oauth/authorize",
    token_endpoint="{base_url}/login/oauth/access_token",
    scope="read:user user:email",
    auth_method="client_secret_post",
    claims=claims,
    members_setting="ALLOWED_ORGS",
    members_scope="read:org",
    console_url="https://github.com/settings/applications/new",
    console_hint="OAuth Apps, New OAuth App; one app has one callback URL.",
)
