"""Slack.  Docs: https://docs.slack.dev/authentication/sign-in-with-slack."""

from dataclasses import replace
from typing import Any

from ..oauth.claims import as_sub, standard_claims
from ..oauth.provider import Claims, Colors, Grant, Provider, Setting


def read_tokens(tokens: dict[str, Any]) -> dict[str, Any]:
    """Quirk: an error response has `ok: false` and status 200.

    Source: https://docs.slack.dev/reference/methods/openid.connect.token
    """
    return tokens if tokens.get("ok") is True else {"error": tokens.get("error") or "not_a_word"}


def claims(grant: Grant) -> Claims:
    """Quirk: user ids are unique only within a workspace, so `sub` is team and user.

    Source: https://docs.slack.dev/authentication/sign-in-with-slack
    """
    signed, found = grant.id_token, standard_claims(grant)
    team, user = (as_sub(signed[f"https://slack.com/{name}"]) for name in ("team_id", "user_id"))
    return replace(
        found,
        sub=f"{team}:{user}",
        picture=found.picture or signed.get("https://slack.com/user_image_512"),
        member_of=(team,),
    )


PROVIDER = Provider(
    name="slack",
    label="Slack",
    issuer="https://slack.com",
    scope="openid profile email",
    # PKCE makes a Slack app a public client, and its secret is refused: centaur#1101.
    pkce=False,
    auth_method="client_secret_post",
    # Slack documents no parameter for it.
    choose_account={},
    # Refresh token: unconfirmed for a sign-in; bots get one if they rotate tokens.
    read_tokens=read_tokens,
    claims=claims,
    settings=(Setting(ending="ALLOWED_TEAMS", allow_list=True, example="T0123ABCD"),),
    console_url="https://api.slack.com/apps",
    console_hint="Create New App, From scratch; OAuth & Permissions: add the URI.",
    loopback_host="",
    colors=Colors(background="#4a154b", text="#fff", mark="white"),
    dark_colors=Colors(background="#fff", text="#000", border="#ddd", mark="black"),
)
