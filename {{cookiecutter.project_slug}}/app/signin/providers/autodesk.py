"""Autodesk.  Docs: https://aps.autodesk.com/en/docs/oauth/v2/reference/http/openid-GET/."""

from ..oauth.claims import userinfo_claims
from ..oauth.errors import InvalidResponse
from ..oauth.provider import Claims, Colors, Grant, Provider

read_userinfo = userinfo_claims(
    sub="sub",
    name="name",
    preferred_username="preferred_username",
    email="email",
    email_verified="email_verified",
    picture="picture",
)


def claims(grant: Grant) -> Claims:
    """Quirk: the profile needs the scope `user-profile:read`, and only the userinfo has it.

    Source: https://aps.autodesk.com/en/docs/profile/v2/tutorials/tutorial_01/task2/
    """
    found = read_userinfo(grant)
    if found.sub != grant.id_token["sub"]:
        raise InvalidResponse("userinfo has another sub than the ID Token")
    return found


PROVIDER = Provider(
    name="autodesk",
    label="Autodesk",
    issuer="https://developer.api.autodesk.com",
    scope="openid user-profile:read",
    # PKCE: the reference documents code_challenge; one library (nango) switches it off, without a
    # reason.
    pkce=True,
    auth_method="client_secret_basic",
    # Autodesk documents only prompt=login.
    choose_account={"prompt": "login"},
    offline={},
    claims=claims,
    console_url="https://aps.autodesk.com/myapps/",
    console_hint="Create application, Traditional Web App; General Settings: the callback URL.",
    colors=Colors(background="#000", text="#fff", mark="white"),
    dark_colors=Colors(background="#fff", text="#000", mark="black"),
)
