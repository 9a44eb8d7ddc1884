"""Nextcloud.  Docs: https://docs.nextcloud.com/server/latest/admin_manual/configuration_server/oauth2.html."""

from urllib.parse import quote

from ..oauth.claims import as_sub
from ..oauth.provider import Claims, Colors, Grant, Provider, Setting

PROFILE = "/ocs/v2.php/cloud/user"


def claims(grant: Grant) -> Claims:
    """Quirk: answers are XML unless asked for as JSON, and wrapped; requests need a header.

    `id` is the user name, which cannot be changed; there is no other id.  Do not give the name of
    a deleted account to somebody else.  Whether an address was checked is not said.
    Source: https://docs.nextcloud.com/server/latest/developer_manual/client_apis/OCS/ocs-api-overview.html
    """
    url = grant.metadata["userinfo_endpoint"]
    ocs = {"query": {"format": "json"}, "headers": {"OCS-APIRequest": "true"}}
    user = grant.call(url, **ocs)["ocs"]["data"]
    sub = as_sub(user["id"])
    return Claims(
        sub=sub,
        name=user.get("display-name") or user.get("displayname"),
        preferred_username=sub,
        email=user.get("email"),
        picture=f"{url.removesuffix(PROFILE)}/index.php/avatar/{quote(sub, safe='')}/512",
    )


PROVIDER = Provider(
    name="nextcloud",
    label="Nextcloud",
    identity_issuer="https://cloud.example.com",
    # With index.php these work on servers without pretty URLs too:
    # https://oauth2-proxy.github.io/oauth2-proxy/configuration/providers/nextcloud
    authorization_endpoint="https://cloud.example.com/index.php/apps/oauth2/authorize",
    token_endpoint="https://cloud.example.com/index.php/apps/oauth2/api/v1/token",
    userinfo_endpoint=f"https://cloud.example.com{PROFILE}",
    # There are no scopes: the access token can do what the person can.
    # It has no button to say no: the person closes the page.
    cancel_errors=(),
    # PKCE: newer servers check it, S256 only: nextcloud/server, OauthApiController.php
    auth_method="client_secret_post",
    claims=claims,
    settings=(
        Setting(
            ending="BASE_URL",
            required=True,
            default="https://cloud.example.com",
            example="https://cloud.example.com",
        ),
    ),
    offline={},
    console_hint="Administration settings, Security, OAuth 2.0 clients: Add client, with the URI.",
    # White on Nextcloud's blue has too little contrast.
    colors=Colors(background="#fff", text="#1f1f1f", border="#0082c9"),
)
