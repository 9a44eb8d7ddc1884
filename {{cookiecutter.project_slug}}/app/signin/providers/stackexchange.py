"""Stack Exchange.  Docs: https://api.stackexchange.com/docs/authentication."""

from ..oauth.claims import as_sub
from ..oauth.provider import Claims, Colors, Grant, Provider, Setting
from ..oauth.token import bearer_by_default


def claims(grant: Grant) -> Claims:
    """Quirk: key, token and site are in the query; the profile is in a list.

    `account_id` is the person's in all sites, `user_id` only in one.  There is no e-mail address.
    Source: https://api.stackexchange.com/docs/me
    """
    ours = grant.client.settings
    query = {"site": ours.get("SITE", "stackoverflow"), "key": ours["KEY"]}
    query["access_token"] = grant.tokens["access_token"]
    [user] = grant.call(grant.metadata["userinfo_endpoint"], query=query, scheme="")["items"]
    return Claims(
        sub=as_sub(user["account_id"]),
        name=user.get("display_name"),
        picture=user.get("profile_image"),
    )


PROVIDER = Provider(
    name="stackexchange",
    label="Stack Exchange",
    identity_issuer="https://stackexchange.com",
    # The guide names stackoverflow.com; some libraries still use stackexchange.com.
    authorization_endpoint="https://stackoverflow.com/oauth",
    token_endpoint="https://stackoverflow.com/oauth/access_token/json",
    # The current version of the API; some libraries still use 2.2 or 2.1.
    userinfo_endpoint="https://api.stackexchange.com/2.3/me",
    # Without a scope an app may only read who somebody is.
    auth_method="client_secret_post",
    read_tokens=bearer_by_default,
    claims=claims,
    settings=(
        Setting(ending="KEY", required=True, example="text of the key for the API"),
        # No default: it would be taken for a part of the addresses.
        Setting(ending="SITE", example="superuser"),
    ),
    console_url="https://stackapps.com/apps/oauth/register",
    console_hint="Register an app for its domain; note client ID, client secret and key.",
    colors=Colors(background="#1e5397", text="#fff", mark="white"),
)
