"""What the environment may replace of a declared provider, and what it must not touch."""

from typing import Any

import pytest

BASE = {"APP_ENV": "development", "SECRET_KEY": "0123456789-abcdefghijklmnopqrstuvwxyz-ABC"}


def load(provider: Any, **settings: str) -> Any:
    """Return the provider and its client, as the settings make them."""
    from app.signin.config import load as read

    made = read({**BASE, **settings}, [provider])
    return made.providers[0], made.clients.get(provider.name)


@pytest.fixture
def declared() -> Any:
    from app.signin.oauth.provider import Provider, Setting

    return Provider(
        name="acme",
        label="Acme",
        identity_issuer="https://acme.example",
        authorization_endpoint="https://login.acme.example/common/authorize",
        token_endpoint="https://login.acme.example/common/token",
        userinfo_endpoint="https://api.acme.example/common-things/me",
        scope="profile",
        auth_method="client_secret_post",
        settings=(
            Setting(ending="TENANT", default="common", example="my-company"),
            Setting(ending="TEAM", required=True),
        ),
    )


REGISTERED = {"ACME_CLIENT_ID": "id", "ACME_CLIENT_SECRET": "secret", "ACME_TEAM": "t"}


def test_the_owners_value_takes_the_place_of_the_default_in_urls(declared: Any) -> None:
    provider, client = load(declared, ACME_TENANT="contoso.example", **REGISTERED)

    assert provider.authorization_endpoint == "https://login.acme.example/contoso.example/authorize"
    assert provider.token_endpoint == "https://login.acme.example/contoso.example/token"
    assert provider.userinfo_endpoint == "https://api.acme.example/common-things/me", "a whole word"
    assert provider.identity_issuer == "https://acme.example", "the same people"
    assert client.settings == {"TENANT": "contoso.example", "TEAM": "t"}


def test_a_default_is_there_for_the_functions(declared: Any) -> None:
    assert load(declared, **REGISTERED)[1].settings["TENANT"] == "common"


@pytest.mark.parametrize("value", ["a?b=c", "a#b", "a b", "{tenantid}", "a@b", "\\evil"])
def test_a_value_that_cannot_stand_in_a_url(declared: Any, value: str) -> None:
    from app.signin.config import ConfigError

    with pytest.raises(ConfigError, match="ACME_TENANT is not like"):
        load(declared, ACME_TENANT=value, **REGISTERED)


def test_a_required_setting_that_is_missing_is_named(declared: Any) -> None:
    from app.signin.config import ConfigError

    half = {"ACME_CLIENT_ID": "id", "ACME_CLIENT_SECRET": "secret"}
    assert load(declared, **half)[1] is None, "development runs on without the provider"
    with pytest.raises(ConfigError, match="ACME_TEAM is missing for Acme"):
        load(declared, APP_ENV="production", PUBLIC_URL="https://app.example.org", **half)
    assert load(declared)[1] is None, "with none of them it is just not set up"


def test_another_server_has_other_people(declared: Any) -> None:
    """Its identities are never matched with those of the declared one."""
    provider, _ = load(declared, ACME_BASE_URL="https://acme.internal.example/", **REGISTERED)

    assert provider.authorization_endpoint == "https://acme.internal.example/common/authorize"
    assert provider.userinfo_endpoint == "https://api.acme.example/common-things/me"
    assert provider.identity_issuer == "https://acme.internal.example"


def test_every_declared_provider_has_a_constant_identity_issuer() -> None:
    """It is part of every identity: a moved endpoint must not move it."""
    from app.signin.providers import load as declarations

    for provider in declarations():
        assert (provider.identity_issuer or provider.issuer).startswith("https://"), provider.name


def test_replaced_fields_are_worked_out_again() -> None:
    from dataclasses import replace

    from app.signin.oauth.provider import Provider

    one = Provider(name="a", label="A", issuer="https://a.example")
    other = replace(one, issuer="https://b.example", authorization_params={})
    assert other.discovery_url == "https://b.example/.well-known/openid-configuration"
    assert replace(one, authorization_endpoint="https://a.example/auth").openid_connect is False
