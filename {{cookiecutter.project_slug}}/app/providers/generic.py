"""Providers that exist only in the environment: `OIDC_<NAME>_…` and `OAUTH_<NAME>_…`.

Also what plain OAuth 2.0 providers with one profile document share, declared or not.
"""

from collections.abc import Callable, Mapping
from typing import Any

from ..oauth.provider import Claims, Grant, Provider, is_true, subject


def openid_provider(name: str, settings: Mapping[str, str]) -> Provider:
    """Return an OpenID Provider that is known by its issuer.

    `name` is in upper case; `settings` holds what was set of ISSUER, LABEL, SCOPE, AUTH_METHOD and
    ID_TOKEN_ALG.
    """
    alg = settings.get("ID_TOKEN_ALG")
    return Provider(
        name=name.lower(),
        settings_prefix=f"OIDC_{name}",
        label=settings.get("LABEL") or name.replace("_", " ").title(),
        issuer=settings["ISSUER"],
        scope=settings.get("SCOPE") or "openid email profile",
        auth_method=settings.get("AUTH_METHOD", ""),
        id_token_algs=(alg,) if alg else (),
    )


def oauth_provider(name: str, settings: Mapping[str, str]) -> Provider:
    """Return a plain OAuth 2.0 provider with one profile document.

    `settings` holds what was set of the endings in the README's table.
    """
    return Provider(
        name=name.lower(),
        settings_prefix=f"OAUTH_{name}",
        label=settings.get("LABEL") or name.replace("_", " ").title(),
        issuer=settings.get("ISSUER", ""),
        authorization_endpoint=settings["AUTHORIZATION_ENDPOINT"],
        token_endpoint=settings["TOKEN_ENDPOINT"],
        userinfo_endpoint=settings["USERINFO_ENDPOINT"],
        scope=settings.get("SCOPE", ""),
        auth_method=settings.get("AUTH_METHOD") or "client_secret_post",
        claims=userinfo_claims(
            sub=settings.get("SUB") or "sub",
            name=settings.get("NAME") or "name",
            email=settings.get("EMAIL") or "email",
            email_verified=settings.get("EMAIL_VERIFIED") or "email_verified",
            picture=settings.get("PICTURE") or "picture",
        ),
    )


def userinfo_claims(
    *, sub: str, name: str = "", email: str = "", email_verified: str = "", picture: str = ""
) -> Callable[[Grant], Claims]:
    """Return a hook that reads the JSON of the userinfo endpoint.

    Each argument is the dotted path of a field there; an empty one is not read.  Without
    `email_verified` an address counts as unverified.
    """

    def claims(grant: Grant) -> Claims:
        profile = grant.get_json(grant.client.provider.userinfo_endpoint)
        return Claims(
            sub=subject(member(profile, sub)),
            name=member(profile, name),
            email=member(profile, email),
            email_verified=is_true(member(profile, email_verified)),
            picture=member(profile, picture),
        )

    return claims


def member(document: Any, path: str) -> Any:
    """Return the member of a JSON document at a dotted path, or None."""
    for name in path.split("."):
        document = document.get(name) if isinstance(document, dict) else None
    return document
