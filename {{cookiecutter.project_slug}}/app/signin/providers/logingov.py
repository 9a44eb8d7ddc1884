"""Login.gov.  Docs: https://developers.login.gov/oidc/getting-started/."""

import secrets

import requests

from ..oauth.provider import Client, Colors, Document, Provider, Setting
from ..oauth.signed_jwt import signed_jwt

ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


def authenticate(client: Client, request: requests.Request) -> None:
    """Quirk: there is no client secret.  We sign each token request, for the URL it goes to.

    Source: https://developers.login.gov/oidc/token/
    """
    claims = {"iss": client.client_id, "sub": client.client_id, "aud": request.url}
    claims["jti"] = secrets.token_urlsafe(32)
    signed = signed_jwt(client, claims, alg="RS256")
    request.data |= {"client_assertion_type": ASSERTION, "client_assertion": signed}


def issuers(provider: Provider, metadata: Document, claims: Document) -> tuple[str, ...]:
    """Quirk: the issuer ends with a slash in the metadata, and without one in the guide.

    Source: https://github.com/18F/identity-idp/blob/main/app/presenters/openid_connect_configuration_presenter.rb
    """
    return (provider.issuer, provider.issuer + "/")


PROVIDER = Provider(
    name="logingov",
    label="Login.gov",
    issuer="https://secure.login.gov",
    # A name is only known of people whose identity was verified, which is a contract of its own.
    scope="openid email",
    # Required: how sure Login.gov must be.  This asks for password and second factor.
    authorization_params={"acr_values": "urn:acr.login.gov:auth-only"},
    auth_method="private_key_jwt",
    # PKCE: the guide has it in place of the signature; the server checks both where both are sent:
    # 18F/identity-idp, app/forms/openid_connect_token_form.rb
    pkce=True,
    # It refuses prompt=login unless it allowed that for the app.
    choose_account={"prompt": "select_account"},
    authenticate=authenticate,
    issuers=issuers,
    settings=(
        Setting(ending="DOMAIN", default="secure.login.gov", example="idp.int.identitysandbox.gov"),
        Setting(
            ending="PRIVATE_KEY", required=True, secret=True, example="text of the .pem file, RSA"
        ),
    ),
    console_url="https://dashboard.int.identitysandbox.gov",
    console_hint="An app with OpenID Connect, private_key_jwt, your public key and the URI.",
    colors=Colors(background="#112e51", text="#fff", mark="white"),
)
