"""VK.  Docs: https://id.vk.ru/about/business/go/docs/ru/vkid/latest/vk-id/connection/api-integration/api-description."""

from collections.abc import Mapping

import requests

from ..oauth.claims import as_sub
from ..oauth.provider import Claims, Client, Colors, Grant, Provider
from ..oauth.token import bearer_by_default


def edit_token_request(
    client: Client, request: requests.Request, callback: Mapping[str, str]
) -> None:
    """Quirk: the token request repeats `device_id` and `state` of the callback.

    Source: https://id.vk.ru/about/business/go/docs/ru/vkid/latest/vk-id/connection/api-integration/api-description
    """
    request.data |= {"device_id": callback.get("device_id", ""), "state": callback["state"]}


def claims(grant: Grant) -> Claims:
    """Quirk: the profile request is a form with the access token in it.

    `verified` is a badge of the profile.  VK does not say whether the address is verified.
    Source: https://id.vk.ru/about/business/go/docs/ru/vkid/latest/vk-id/connection/api-integration/api-description
    """
    form = {"access_token": grant.tokens["access_token"], "client_id": grant.client.client_id}
    user = grant.call(grant.metadata["userinfo_endpoint"], form=form, scheme="")["user"]
    return Claims(
        sub=as_sub(user["user_id"]),
        name=" ".join(filter(None, (user.get("first_name"), user.get("last_name")))),
        email=user.get("email"),
        picture=user.get("avatar"),
    )


PROVIDER = Provider(
    name="vk",
    label="VK",
    identity_issuer="https://id.vk.ru",
    # VK moved from vk.com in autumn 2025; its guides still name the old hosts.
    former_issuers=("https://id.vk.com",),
    authorization_endpoint="https://id.vk.ru/authorize",
    token_endpoint="https://id.vk.ru/oauth2/auth",
    userinfo_endpoint="https://id.vk.ru/oauth2/user_info",
    # The first is for name and picture; some libraries ask for the address alone.
    scope="vkid.personal_info email",
    # Cancelled sign-ins have no error code of their own; access_denied is unconfirmed.
    callback_params=("device_id",),
    # This flow has no client secret, only PKCE.
    auth_method="none",
    # To use it takes the `device_id` of the sign-in too.
    offline={},
    edit_token_request=edit_token_request,
    # The token_type is missing in some recorded responses.
    read_tokens=bearer_by_default,
    claims=claims,
    console_url="https://id.vk.ru/about/business/go",
    console_hint="Add an app, platform Web, with the URI; Accesses: switch on the e-mail.",
    colors=Colors(background="#0070ee", text="#fff", mark="white"),
)
