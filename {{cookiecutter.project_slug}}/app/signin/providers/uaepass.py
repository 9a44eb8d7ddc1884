"""UAE PASS.  Docs: https://docs.uaepass.ae/guides/authentication/web-application/1.-obtaining-the-oauth2-access-code."""

from ..oauth.claims import userinfo_claims
from ..oauth.provider import Colors, Provider

PROVIDER = Provider(
    name="uaepass",
    label="UAE PASS",
    identity_issuer="https://id.uaepass.ae",
    authorization_endpoint="https://id.uaepass.ae/idshub/authorize",
    token_endpoint="https://id.uaepass.ae/idshub/token",
    userinfo_endpoint="https://id.uaepass.ae/idshub/userinfo",
    scope="urn:uae:digitalid:profile:general",
    # Required: sign in with the app on the phone.
    authorization_params={"acr_values": "urn:safelayer:tws:policies:authentication:level:low"},
    # PKCE: unconfirmed; the guide does not mention it.
    # The guide's examples have the parameters in the query of a POST; a form is the specification's
    # way, and one library of two uses it.
    auth_method="client_secret_basic",
    # `sub` has the same id in another form; the documentation names `uuid` as the unique one.
    claims=userinfo_claims(sub="uuid", name="fullnameEN", email="email"),
    console_url="https://selfcare.uaepass.ae",
    console_hint="For organizations in the Emirates; UAE PASS registers the URI.",
    loopback_host="",
    colors=Colors(background="#fff", text="#000", border="#000", mark="black"),
    dark_colors=Colors(background="#000", text="#fff", border="#fff", mark="white"),
)
