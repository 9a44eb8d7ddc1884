"""Naver.  Docs: https://developers.naver.com/docs/login/api/api.md."""

from collections.abc import Mapping

import requests

from ..oauth.claims import as_sub
from ..oauth.provider import Claims, Client, Colors, Grant, Provider


def edit_token_request(
    client: Client, request: requests.Request, callback: Mapping[str, str]
) -> None:
    """Quirk: the token request repeats the state.

    Source: https://developers.naver.com/docs/login/api/api.md
    """
    request.data["state"] = callback["state"]


def claims(grant: Grant) -> Claims:
    """Quirk: the profile is nested in `response`.  The real name needs a consent of its own.

    Naver does not say whether the address is verified; it may be one of another provider.
    Source: https://developers.naver.com/docs/login/profile/profile.md
    """
    user = grant.call(grant.metadata["userinfo_endpoint"])["response"]
    return Claims(
        sub=as_sub(user["id"]),
        name=user.get("name") or user.get("nickname"),
        email=user.get("email"),
        picture=user.get("profile_image"),
    )


PROVIDER = Provider(
    name="naver",
    label="Naver",
    identity_issuer="https://nid.naver.com",
    # Its OpenID Connect has no address, and whether its `sub` is this id is unconfirmed:
    # https://github.com/supabase/agent-skills/issues/454
    authorization_endpoint="https://nid.naver.com/oauth2.0/authorize",
    token_endpoint="https://nid.naver.com/oauth2.0/token",
    userinfo_endpoint="https://openapi.naver.com/v1/nid/me",
    # There are no scopes: the app's registration says what it may read.
    # PKCE: unconfirmed; the guide does not mention it, and a library sends it.
    auth_method="client_secret_post",
    choose_account={"auth_type": "reauthenticate"},
    edit_token_request=edit_token_request,
    claims=claims,
    offline={},
    console_url="https://developers.naver.com/apps/#/register",
    console_hint="API Naver Login with name, e-mail and picture; environment PC web: the URI.",
    # White on Naver's green has too little contrast.
    colors=Colors(background="#fff", text="#1f1f1f", border="#03c75a"),
)
