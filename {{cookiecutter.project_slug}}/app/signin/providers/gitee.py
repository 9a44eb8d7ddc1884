"""Gitee.  Docs: https://gitee.com/api/v5/oauth_doc."""

from typing import Any

from ..oauth.claims import as_sub
from ..oauth.provider import Claims, Colors, Grant, Provider


def claims(grant: Grant) -> Claims:
    """Quirk: addresses are in a list of their own, which says whether one is confirmed.

    Source: https://gitee.com/api/v5/swagger#/getV5Emails
    """
    url = grant.metadata["userinfo_endpoint"]
    user, email = grant.call(url), None
    if "emails" in grant.client.provider.scope.split():
        email = _primary(grant.call(url.removesuffix("user") + "emails"))
    return Claims(
        sub=as_sub(user["id"]),
        name=user.get("name"),
        preferred_username=user.get("login"),
        email=email,
        email_verified=email is not None,
        picture=user.get("avatar_url"),
    )


def _primary(emails: list[Any]) -> str | None:
    """Return the primary address, if it is confirmed."""
    usable = (e for e in emails if e["state"] == "confirmed" and "primary" in e["scope"])
    return next((entry["email"] for entry in usable), None)


PROVIDER = Provider(
    name="gitee",
    label="Gitee",
    identity_issuer="https://gitee.com",
    authorization_endpoint="https://gitee.com/oauth/authorize",
    token_endpoint="https://gitee.com/oauth/token",
    userinfo_endpoint="https://gitee.com/api/v5/user",
    scope="user_info emails",
    # PKCE: unconfirmed; the guide does not mention it, a library sends it.
    auth_method="client_secret_post",
    claims=claims,
    offline={},
    console_url="https://gitee.com/oauth/applications/new",
    console_hint="Create an application, with the URI; permissions user_info and emails.",
    colors=Colors(background="#c71d23", text="#fff", mark="white"),
)
