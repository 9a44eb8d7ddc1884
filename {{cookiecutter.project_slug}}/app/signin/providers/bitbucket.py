"""Bitbucket.  Docs: https://developer.atlassian.com/cloud/bitbucket/oauth-2."""

from collections.abc import Mapping
from concurrent.futures import Future
from typing import Any

from ..oauth.claims import as_sub, at_path
from ..oauth.errors import UnexpectedStatus
from ..oauth.provider import Claims, Colors, Grant, Provider


def claims(grant: Grant) -> Claims:
    """Quirk: the addresses are in another list, each with its confirmation.

    `uuid` (with braces) never changes, unlike the user name.
    Source: https://developer.atlassian.com/cloud/bitbucket/rest/api-group-users/
    """
    user_url = grant.metadata["userinfo_endpoint"]
    emails = grant.start_call(f"{user_url}/emails", query={"pagelen": "100"})
    user = grant.call(user_url)
    email, unread = _primary(emails)
    return Claims(
        sub=as_sub(user["uuid"]),
        name=user.get("display_name"),
        preferred_username=user.get("username"),
        email=email.get("email"),
        email_verified=email.get("is_confirmed") is True,
        picture=at_path(user, "links.avatar.href"),
        unread=unread,
    )


def _primary(emails: "Future[Any]") -> tuple[Mapping[str, Any], UnexpectedStatus | None]:
    """Return the primary address, or why a consumer without permission could not read it."""
    try:
        found = emails.result()["values"]
    except UnexpectedStatus as error:
        if error.status != 403:
            raise
        return {}, error
    return next((entry for entry in found if entry.get("is_primary") is True), {}), None


PROVIDER = Provider(
    name="bitbucket",
    label="Bitbucket",
    identity_issuer="https://bitbucket.org",
    authorization_endpoint="https://bitbucket.org/site/oauth2/authorize",
    token_endpoint="https://bitbucket.org/site/oauth2/access_token",
    userinfo_endpoint="https://api.bitbucket.org/2.0/user",
    # The first is for the profile, the second for the list of addresses.
    scope="account email",
    # PKCE: unconfirmed; the guide does not mention it, and some libraries send it.
    # As in the guide; the client in the form works as well.
    auth_method="client_secret_basic",
    claims=claims,
    offline={},
    console_url="https://bitbucket.org/account/workspaces/",
    console_hint="Workspace settings, OAuth consumers, Add consumer; Account: Email, Read.",
    colors=Colors(background="#0052cc", text="#fff", mark="white"),
)
