"""Twitch.  Docs: https://dev.twitch.tv/docs/authentication/getting-tokens-oidc."""

import json
from dataclasses import replace

from ..oauth.claims import standard_claims
from ..oauth.provider import Claims, Colors, Grant, Provider

WANTED = ("email", "email_verified", "picture", "preferred_username")


def claims(grant: Grant) -> Claims:
    """Quirk: an ID Token has only the claims that the parameter `claims` lists.

    The only name among them is `preferred_username`.
    Source: https://dev.twitch.tv/docs/authentication/getting-tokens-oidc
    """
    found = standard_claims(grant)
    return replace(found, name=found.preferred_username)


PROVIDER = Provider(
    name="twitch",
    label="Twitch",
    issuer="https://id.twitch.tv/oauth2",
    # Many libraries ask Helix for the profile; that does not say whether an address is verified.
    scope="openid user:read:email",
    authorization_params={"claims": json.dumps({"id_token": dict.fromkeys(WANTED)})},
    # PKCE: sent, though Twitch ignores it: twitchdev/issues#1097.
    pkce=True,
    auth_method="client_secret_post",
    offline={},
    choose_account={"force_verify": "true"},
    claims=claims,
    console_url="https://dev.twitch.tv/console/apps",
    console_hint="Register Your Application, client type Confidential.",
    colors=Colors(background="#9146ff", text="#fff", mark="white"),
)
