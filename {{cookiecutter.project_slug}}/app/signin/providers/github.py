"""GitHub.  Docs: https://docs.github.com/apps/oauth-apps/building-oauth-apps/authorizing-oauth-apps."""

import logging
from collections.abc import Mapping
from concurrent.futures import Future
from typing import Any
from urllib.parse import urlsplit

from ..oauth.claims import as_sub
from ..oauth.errors import InvalidResponse, OAuthError, UnexpectedStatus
from ..oauth.provider import Claims, Colors, Document, Grant, Provider, Setting

# 97 lines: e-mail addresses and organizations are separate, paged lists.
ISSUER = "https://github.com/login/oauth"
API = "https://api.github.com/user"
PAGE_SIZE = 100
MAX_PAGES = 10
# A GitHub App without permission, and an OAuth App without the scope.
NO_PERMISSION = (403, 404)

log = logging.getLogger(__name__)


def claims(grant: Grant) -> Claims:
    """Quirk: the profile has only the public address.  The verified address is in another list.

    Source: https://docs.github.com/rest/users/emails
    """
    user_url = profile_url(grant.metadata)
    emails = grant.start_call(f"{user_url}/emails")
    restricted = "ALLOWED_ORGS" in grant.client.settings
    first = grant.start_call(f"{user_url}/orgs", query=_page(1)) if restricted else None
    user = grant.call(user_url)
    email, unread = _address(emails)
    return Claims(
        sub=as_sub(user["id"]),
        name=user.get("name") or user.get("login"),
        preferred_username=user.get("login"),
        email=email,
        email_verified=email is not None,
        picture=user.get("avatar_url"),
        member_of=_organizations(grant, f"{user_url}/orgs", first.result()) if first else (),
        unread=unread,
    )


def profile_url(metadata: Mapping[str, Any]) -> str:
    """Quirk: the API of GitHub Enterprise is below `/api/v3`, that of GHE.com at a host of its own.

    Only if no setting says where it is.
    Source: https://docs.github.com/enterprise-server/rest/using-the-rest-api/getting-started-with-the-rest-api
    """
    web = urlsplit(metadata["authorization_endpoint"])
    if metadata["userinfo_endpoint"] != API or web.hostname == "github.com":
        return str(metadata["userinfo_endpoint"])
    on_ghe = (web.hostname or "").endswith(".ghe.com")
    return (
        f"https://api.{web.netloc}/user" if on_ghe else f"{web.scheme}://{web.netloc}/api/v3/user"
    )


def _address(emails: "Future[Any]") -> tuple[str | None, OAuthError | None]:
    """Return the primary address, if it is verified, and why it could not be read.

    Without permission to read the list, the person signs in without an address.  Any other failure
    passes, and ends the login: it works again later.
    """
    try:
        found = emails.result()
        unread: OAuthError = InvalidResponse("it is not a list")
    except UnexpectedStatus as error:
        if error.status not in NO_PERMISSION:
            raise
        found, unread = None, error
    if isinstance(found, list):
        return _primary(found), None
    log.warning("GitHub did not show the list of e-mail addresses: %s", unread)
    return None, unread


def _page(number: int) -> dict[str, str]:
    return {"per_page": str(PAGE_SIZE), "page": str(number)}


def _organizations(grant: Grant, url: str, entries: list[Any]) -> tuple[str, ...]:
    """Return the organizations of the first page and of further pages."""
    names = [entry["login"] for entry in entries]
    for number in range(2, MAX_PAGES + 1):
        if len(entries) < PAGE_SIZE:
            break
        entries = grant.call(url, query=_page(number))
        names += [entry["login"] for entry in entries]
    return tuple(names)


def _primary(emails: list[Any]) -> str | None:
    """Return the primary address, if it is verified."""
    entries = [entry for entry in emails if isinstance(entry, dict)]
    usable = (e for e in entries if e.get("primary") is True and e.get("verified") is True)
    return next((entry.get("email") for entry in usable), None)


def issuers(provider: Provider, metadata: Document, claims: Document) -> tuple[str, ...]:
    """Quirk: GitHub sends `iss` since 2026; an enterprise server may still send github.com's.

    Spec: RFC 9207.
    Source: https://github.com/nextauthjs/next-auth/pull/13410
    """
    return (provider.issuer, ISSUER)


PROVIDER = Provider(
    name="github",
    label="GitHub",
    issuer=ISSUER,
    authorization_endpoint="https://github.com/login/oauth/authorize",
    token_endpoint="https://github.com/login/oauth/access_token",
    userinfo_endpoint=API,
    scope="read:user user:email",
    # A GitHub App that was just installed sends people here with these, and without a state.
    callback_params=("installation_id", "setup_action"),
    auth_method="client_secret_post",
    # An OAuth App gets no refresh token; a GitHub App gets one if its tokens expire.
    choose_account={"prompt": "select_account"},
    issuers=issuers,
    claims=claims,
    # OAuth Apps and GitHub Apps; the ID of a GitHub App, a number, is another thing.
    client_id_pattern=r"(Ov|Iv)\w[\w.]+|[0-9a-f]{20}",
    settings=(
        Setting(
            ending="ALLOWED_ORGS",
            allow_list=True,
            scope="read:org",
            example="my-company",
            # A GitHub App has permissions in place of scopes.
            client_id=r"(?!Iv).+",
        ),
    ),
    console_url="https://github.com/settings/applications/new",
    console_hint="OAuth Apps, New OAuth App; one app has one callback URL.",
    colors=Colors(background="#24292f", text="#fff", mark="white"),
    dark_colors=Colors(background="#24292f", text="#fff", border="#6e7781", mark="white"),
)
