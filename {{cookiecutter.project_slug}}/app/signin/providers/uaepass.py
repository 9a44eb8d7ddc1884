"""UAE PASS.  Docs: https://docs.uaepass.ae/guides/authentication/web-application/1.-obtaining-the-oauth2-access-code."""

from ..oauth.claims import as_sub
from ..oauth.provider import Claims, Colors, Grant, Provider


def claims(grant: Grant) -> Claims:
    """Quirk: a full name has commas between its parts, and is missing where no ID card was checked.

    `sub` has the same id in another form; the documentation names `uuid` as the unique one.  Each
    address is verified, of all kinds of accounts.
    Source: https://docs.uaepass.ae/resources/attributes-list
    """
    user = grant.call(grant.metadata["userinfo_endpoint"])
    full, first, last = (user.get(f"{part}nameEN") for part in ("full", "first", "last"))
    parts = (full,) if full else (first, last)
    return Claims(
        sub=as_sub(user["uuid"]),
        name=" ".join(part.replace(",", " ") for part in parts if isinstance(part, str)),
        email=user.get("email"),
        email_verified=user.get("email") is not None,
    )


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
    # A word for "no" is not documented.  Apps of others meet cancelledOnApp.
    cancel_errors=("access_denied", "cancelledOnApp"),
    claims=claims,
    console_url="https://selfcare.uaepass.ae",
    console_hint="For organizations in the Emirates; UAE PASS registers the URI.",
    loopback_host="",
    colors=Colors(background="#fff", text="#000", border="#000", mark="black"),
    dark_colors=Colors(background="#000", text="#fff", border="#fff", mark="white"),
)
