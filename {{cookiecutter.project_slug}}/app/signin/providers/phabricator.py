"""Phabricator.  Docs: https://secure.phabricator.com/book/phabcontrib/article/using_oauthserver/."""

from ..oauth.claims import as_sub
from ..oauth.provider import Claims, Colors, Grant, Provider, Setting


def claims(grant: Grant) -> Claims:
    """Quirk: the access token is in a form.  `verified` among the roles is about the address.

    The server shows no other.

    Source: https://github.com/phacility/phabricator/blob/master/src/applications/people/conduit/UserConduitAPIMethod.php
    """
    form = {"access_token": grant.tokens["access_token"]}
    user = grant.call(grant.metadata["userinfo_endpoint"], form=form, scheme="")["result"]
    return Claims(
        sub=as_sub(user["phid"]),
        name=user.get("realName"),
        preferred_username=user.get("userName"),
        email=user.get("primaryEmail"),
        email_verified="verified" in user["roles"],
        picture=user.get("image"),
    )


PROVIDER = Provider(
    name="phabricator",
    label="Phabricator",
    identity_issuer="https://phabricator.example.com",
    # Without the slash at their ends, the server redirects.
    authorization_endpoint="https://phabricator.example.com/oauthserver/auth/",
    token_endpoint="https://phabricator.example.com/oauthserver/token/",
    userinfo_endpoint="https://phabricator.example.com/api/user.whoami",
    # Scopes do not exist any more, though libraries send `whoami`.
    # PKCE: sent, though the server does not know it.
    auth_method="client_secret_post",
    claims=claims,
    settings=(
        Setting(
            ending="BASE_URL",
            required=True,
            default="https://phabricator.example.com",
            example="https://phabricator.example.com",
        ),
    ),
    console_hint="OAuth Server, Create OAuth Application; the PHID is the client ID.",
    colors=Colors(background="#4a5f88", text="#fff", mark="white"),
)
