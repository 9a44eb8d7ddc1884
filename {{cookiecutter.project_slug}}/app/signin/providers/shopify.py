"""Shopify.  Docs: https://shopify.dev/docs/apps/build/authentication-authorization/access-tokens/authorization-code-grant."""

import hmac
import time
from collections.abc import Mapping
from urllib.parse import urlsplit

import requests

from ..oauth.claims import as_sub, claim_is_true
from ..oauth.errors import InvalidCallback
from ..oauth.provider import Claims, Client, Colors, Grant, Provider, Setting
from ..oauth.token import bearer_by_default

# 58 lines: signature, shop and time of the answer are checked here.
SIGNED = ("code", "host", "shop", "state", "timestamp")
MAX_AGE_SECONDS = 600


def edit_token_request(
    client: Client, request: requests.Request, callback: Mapping[str, str]
) -> None:
    """Quirk: the answer is signed with the client secret, and names the shop.

    The code is sent on only if both are right and the answer is new.  The signature is that of the
    values as they were before they were put in a URL.
    Source: https://shopify.dev/docs/apps/build/authentication-authorization/access-tokens/authorization-code-grant
    """
    message = "&".join(f"{n}={_escaped(callback[n])}" for n in SIGNED if n in callback)
    expected = hmac.digest(client.client_secret.encode(), message.encode(), "sha256").hex()
    if not hmac.compare_digest(callback.get("hmac", ""), expected):
        raise InvalidCallback("hmac is not the signature of the answer", reason="bad_signature")
    if callback.get("shop") != urlsplit(request.url).hostname:
        raise InvalidCallback("the answer is of another shop", reason="another_shop")
    sent_at = callback.get("timestamp", "")
    if not sent_at.isdecimal() or abs(time.time() - int(sent_at)) > MAX_AGE_SECONDS:
        raise InvalidCallback("the answer is too old: check the clock", reason="too_old")


def _escaped(value: str) -> str:
    return value.replace("%", "%25").replace("&", "%26")


def claims(grant: Grant) -> Claims:
    """Quirk: the token response says who it is, because of `grant_options[]`; else it is a shop.

    Source: https://shopify.dev/docs/apps/build/authentication-authorization/access-tokens/online-access-tokens
    """
    user = grant.tokens["associated_user"]
    return Claims(
        sub=as_sub(user["id"]),
        name=" ".join(filter(None, (user.get("first_name"), user.get("last_name")))),
        email=user.get("email"),
        email_verified=claim_is_true(user.get("email_verified")),
    )


PROVIDER = Provider(
    name="shopify",
    label="Shopify",
    # People of another shop are other accounts.
    identity_issuer="https://your-shop.myshopify.com",
    authorization_endpoint="https://your-shop.myshopify.com/admin/oauth/authorize",
    # No userinfo endpoint: /admin/api/…/shop.json, which libraries ask, is the shop.
    token_endpoint="https://your-shop.myshopify.com/admin/oauth/access_token",
    # Several would have commas between them.
    scope="read_products",
    authorization_params={"grant_options[]": "per-user"},
    callback_params=("hmac", "host", "shop", "timestamp"),
    # Cancelled sign-ins have no error code of their own; access_denied is unconfirmed.
    # PKCE: unconfirmed; the guide does not mention it.
    auth_method="client_secret_post",
    edit_token_request=edit_token_request,
    read_tokens=bearer_by_default,
    claims=claims,
    settings=(
        Setting(
            ending="DOMAIN",
            required=True,
            default="your-shop.myshopify.com",
            example="acme.myshopify.com",
        ),
    ),
    console_url="https://dev.shopify.com/dashboard",
    console_hint="An app, not embedded, with legacy install flow, read_products and the URI.",
    # White on Shopify's green has too little contrast.
    colors=Colors(background="#fff", text="#1f1f1f", border="#7ab55c"),
)
