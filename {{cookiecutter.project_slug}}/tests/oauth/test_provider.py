"""What is known of a provider, of us there, and of a person."""

from dataclasses import replace

import pytest

from app.oauth.errors import InvalidResponse
from app.oauth.provider import Claims, Grant, Provider, is_true, standard_claims, subject
from tests.examples import OPENID, PLAIN, SERVER, client

ENTERPRISE = Provider(
    name="code-host",
    label="Code host",
    scope="read",
    base_url="https://code.example",
    api_url="https://api.code.example",
    issuer="{base_url}/oauth",
    other_issuers=("https://old.example",),
    authorization_endpoint="{base_url}/authorize",
    token_endpoint="{base_url}/token",
    userinfo_endpoint="{api_url}/me",
)


def test_the_kinds_of_providers():
    declared = replace(PLAIN, jwks_uri="https://plain.example/keys")

    assert OPENID.discovered
    assert not PLAIN.discovered
    assert not declared.discovered
    assert [p.openid_connect for p in (OPENID, PLAIN, declared)] == [True, False, True]


def test_placeholders_are_filled_in():
    provider = ENTERPRISE.at()

    assert provider.authorization_endpoint == "https://code.example/authorize"
    assert provider.userinfo_endpoint == "https://api.code.example/me"
    assert provider.issuer == provider.authority == "https://code.example/oauth"
    assert provider.other_issuers == ("https://old.example",)


def test_a_provider_at_another_server():
    provider = ENTERPRISE.at(base_url="https://own.example/", scope="read write")

    assert provider.token_endpoint == "https://own.example/token"
    assert provider.userinfo_endpoint == "https://api.code.example/me"
    assert provider.scope == "read write"


def test_a_provider_with_another_issuer():
    provider = ENTERPRISE.at(issuer="https://own.example")

    assert (provider.issuer, provider.other_issuers) == ("https://own.example", ())


def test_whose_statement_a_sub_is():
    assert OPENID.authority == "https://id.example"
    assert PLAIN.authority == "https://plain.example"


def test_names_of_settings():
    assert ENTERPRISE.setting("CLIENT_ID") == "CODE_HOST_CLIENT_ID"
    assert replace(OPENID, settings_prefix="OIDC_X").setting("ISSUER") == "OIDC_X_ISSUER"


def test_form_post():
    assert replace(OPENID, authorization_params={"response_mode": "form_post"}).form_post
    assert not OPENID.form_post


@pytest.mark.parametrize(("value", "text"), [("1815", "1815"), (1815, "1815"), (0, "0")])
def test_a_subject(value, text):
    assert subject(value) == text


@pytest.mark.parametrize("value", [None, True, 1.5, ["1"], {}])
def test_what_is_not_a_subject(value):
    with pytest.raises(InvalidResponse):
        subject(value)


@pytest.mark.parametrize(("value", "true"), [(True, True), ("true", True), (1, False), ("1", 0)])
def test_true(value, true):
    assert is_true(value) == true


# --- The claims of an OpenID Provider


ID_TOKEN = {"sub": "1815", "name": "Ada", "email": "ada@example.com", "email_verified": True}


def grant(id_token, userinfo=None, server=SERVER, scope=OPENID.scope):
    """Return a grant whose provider has one document."""
    return Grant(
        client=client(replace(OPENID, scope=scope)),
        server=server,
        tokens={"access_token": "an-access-token"},
        id_token=id_token,
        get_json={SERVER["userinfo_endpoint"]: userinfo}.__getitem__,
        get_json_beside=None,
    )


def test_claims_of_a_full_id_token():
    assert standard_claims(grant(ID_TOKEN)) == Claims(
        sub="1815", name="Ada", email="ada@example.com", email_verified=True
    )


def test_claims_of_a_bare_id_token_are_completed():
    userinfo = {"sub": "1815", "name": "Ada", "picture": "https://pic.example", "iss": "x"}

    assert standard_claims(grant({"sub": "1815"}, userinfo)) == Claims(
        sub="1815", name="Ada", picture="https://pic.example"
    )


def test_userinfo_of_somebody_else_is_refused():
    with pytest.raises(InvalidResponse):
        standard_claims(grant({"sub": "1815"}, {"sub": "1906", "name": "Grace"}))


def test_userinfo_is_not_asked_where_nothing_is_missing():
    assert standard_claims(grant({"sub": "1815"}, scope="openid"))
    assert standard_claims(grant({"sub": "1815"}, server={}))


def test_the_signed_claim_counts():
    userinfo = {"sub": "1815", "name": "Somebody", "email": "ada@example.com"}

    assert standard_claims(grant({"sub": "1815", "name": "Ada"}, userinfo)).name == "Ada"


def test_whether_an_address_is_verified_is_said_of_the_address_beside_it():
    userinfo = {"sub": "1815", "email": "other@example.com", "email_verified": True}
    signed = standard_claims(grant({"sub": "1815", "email": "ada@example.com"}, userinfo))
    told = standard_claims(
        grant({"sub": "1815", "email_verified": True}, {**userinfo, "email_verified": False})
    )

    assert (signed.email, signed.email_verified) == ("ada@example.com", False)
    assert (told.email, told.email_verified) == ("other@example.com", False)


def test_nothing_secret_is_shown():
    assert "an-access-token" not in repr(grant({}))
    assert "our-own-secret" not in repr(client())
