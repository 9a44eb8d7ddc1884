"""EVE Online.  Docs: https://developers.eveonline.com/docs/services/sso/."""

from typing import Any

from ..oauth.claims import as_sub
from ..oauth.provider import Claims, Colors, Document, Grant, Provider

PORTRAIT = "https://images.evetech.net/characters/{}/portrait?size=256"


def read_tokens(tokens: dict[str, Any]) -> dict[str, Any]:
    """Quirk: there is no ID Token.  The access token is a signed one and is verified like it.

    Source: https://developers.eveonline.com/docs/services/sso/#validating-jwt-tokens
    """
    return {**tokens, "id_token": tokens.get("access_token")}


def issuers(provider: Provider, metadata: Document, claims: Document) -> tuple[str, ...]:
    """Quirk: tokens name the issuer in several ways.

    Source: https://developers.eveonline.com/docs/services/sso/#validating-jwt-tokens
    """
    return (provider.issuer, provider.issuer + "/", provider.issuer.removeprefix("https://"))


def claims(grant: Grant) -> Claims:
    """Quirk: people sign in as a character, which can be sold.

    `owner` changes when it is, so it is a part of the id: the buyer gets another account.  Most
    libraries take the character alone.
    Source: https://docs.esi.evetech.net/docs/sso/validating_eve_jwt.html
    """
    character = grant.id_token["sub"].rpartition(":")[2]
    owner = as_sub(grant.id_token["owner"])
    if not character.isdecimal():
        raise ValueError("no character")
    name = grant.id_token.get("name")
    sub = f"{character}:{owner}"
    return Claims(sub=sub, name=name, picture=PORTRAIT.format(character))


PROVIDER = Provider(
    name="eveonline",
    label="EVE Online",
    issuer="https://login.eveonline.com",
    metadata_url="https://login.eveonline.com/.well-known/oauth-authorization-server",
    # No userinfo endpoint: /oauth/verify, which most libraries ask, is of the first version of the
    # sign-in, and the signed token has the same.
    # Who it is needs no scope; publicData, which a library asks for, is about the API.
    scope="",
    # Access tokens have no nonce and no auth_time, and the metadata does not name their algorithm.
    nonce=False,
    max_age=False,
    id_token_algs=("RS256",),
    # As the guide has it; most libraries have post.
    auth_method="client_secret_basic",
    # It always asks which character to use.
    choose_account={},
    read_tokens=read_tokens,
    issuers=issuers,
    claims=claims,
    # Without a scope it gives none.  The app has to be registered with this one.
    offline={"scope": "publicData"},
    console_url="https://developers.eveonline.com/applications",
    console_hint="Create New Application; scopes only for refresh tokens: publicData.",
    colors=Colors(background="#000", text="#fff", mark="white"),
    dark_colors=Colors(background="#fff", text="#000", mark="black"),
)
