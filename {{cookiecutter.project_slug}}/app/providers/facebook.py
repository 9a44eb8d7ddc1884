"""Facebook.  Docs: https://developers.facebook.com/docs/facebook-login/guides/advanced/manual-flow."""

import hmac

from ..oauth.provider import Claims, Grant, Provider, subject
from .generic import member


def claims(grant: Grant) -> Claims:
    """Quirk: fields are asked for by name, each call is signed with the app secret
    (`appsecret_proof`), and nothing says that an address is verified: it counts as unverified."""
    secret = grant.client.client_secret.encode()
    user = grant.get_json(
        grant.client.provider.userinfo_endpoint,
        fields="id,name,email,picture",
        appsecret_proof=hmac.digest(secret, grant.tokens["access_token"].encode(), "sha256").hex(),
    )
    return Claims(
        sub=subject(user["id"]),
        name=user.get("name"),
        email=user.get("email"),
        picture=member(user, "picture.data.url"),
    )


PROVIDER = Provider(
    name="facebook",
    label="Facebook",
    base_url="https://www.facebook.com",
    api_url="https://graph.facebook.com",
    authorization_endpoint="{base_url}/v24.0/dialog/oauth",
    token_endpoint="{api_url}/v24.0/oauth/access_token",
    userinfo_endpoint="{api_url}/v24.0/me",
    scope="public_profile email",
    auth_method="client_secret_post",
    claims=claims,
    console_url="https://developers.facebook.com/apps",
    console_hint="Use case Authenticate and request data; Facebook Login, Settings: add the URI.",
)
