"""Apple.  Docs: https://developer.apple.com/documentation/signinwithapplerestapi."""

from dataclasses import replace

import requests

from ..oauth.claims import at_path, standard_claims
from ..oauth.errors import InvalidResponse
from ..oauth.provider import Claims, Client, Colors, Grant, Provider, Setting
from ..oauth.responses import decode_json
from ..oauth.signed_jwt import signed_jwt


def authenticate(client: Client, request: requests.Request) -> None:
    """Quirk: the client secret is a JWT, signed each time with the private key from Apple.

    Source: https://developer.apple.com/documentation/accountorganizationaldatasharing/creating-a-client-secret
    """
    ours = client.settings
    claims = {"iss": ours["TEAM_ID"], "sub": client.client_id, "aud": client.provider.issuer}
    secret = signed_jwt(client, claims, alg="ES256", header={"kid": ours["KEY_ID"]})
    request.data |= {"client_id": client.client_id, "client_secret": secret}


def claims(grant: Grant) -> Claims:
    """Quirk: the name is sent once, at the first sign-in, unsigned.

    Source: https://developer.apple.com/documentation/signinwithapplerestapi/request-an-authorization-to-the-sign-in-with-apple-server.
    """
    try:
        user = decode_json(grant.callback.get("user", "").encode())
    except (InvalidResponse, ValueError):
        user = None
    parts = (at_path(user, "name.firstName"), at_path(user, "name.lastName"))
    name = " ".join(part for part in parts if isinstance(part, str))
    return replace(standard_claims(grant), name=name, kept=("name",))


PROVIDER = Provider(
    name="apple",
    label="Apple",
    issuer="https://appleid.apple.com",
    scope="name email",
    authorization_params={"response_mode": "form_post"},
    cancel_errors=("user_cancelled_authorize",),
    auth_method="private_key_jwt",
    offline={},
    # Apple documents no parameter for it.
    choose_account={},
    authenticate=authenticate,
    claims=claims,
    settings=(
        Setting(ending="TEAM_ID", required=True, example="A1B2C3D4E5"),
        Setting(ending="KEY_ID", required=True, example="F6G7H8I9J0"),
        Setting(ending="PRIVATE_KEY", required=True, secret=True, example="text of the .p8 file"),
    ),
    console_url="https://developer.apple.com/account/resources/identifiers/list/serviceId",
    console_hint="Services ID: add the URI; Keys: a Sign in with Apple key.",
    loopback_host="",
    colors=Colors(background="#000", text="#fff", mark="white"),
    dark_colors=Colors(background="#fff", text="#000", mark="black"),
)
