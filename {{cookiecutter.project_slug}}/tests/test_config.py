"""The settings: read once, and every problem told at once."""

import importlib.util
import os
import re
from dataclasses import replace

import pytest

from app import create_app
from app.signin import config
from app.signin.config import ConfigError, environment, load
from app.signin.oauth.provider import Provider, Setting
from tests.examples import PLAIN

KEY = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJ"
PRODUCTION = {
    "SECRET_KEY": KEY,
    "PUBLIC_URL": "https://app.example.org",
    "DATABASE_URL": "sqlite:///app.db",
}
DEVELOPMENT = PRODUCTION | {"APP_ENV": "development", "PUBLIC_URL": "http://localhost:8000"}
OURS = {"PLAIN_CLIENT_ID": "our-id", "PLAIN_CLIENT_SECRET": "our-own-secret"}
OIDC = {
    "OIDC_CORP_ISSUER": "https://id.example",
    "OIDC_CORP_CLIENT_ID": "our-id",
    "OIDC_CORP_CLIENT_SECRET": "our-own-secret",
}


def problems(environ, declared=(PLAIN,)):
    with pytest.raises(ConfigError) as caught:
        load(environ, declared)
    return caught.value.problems


# --- What is set, and what counts where nothing is


def test_defaults():
    settings = load(PRODUCTION, [PLAIN], "Our App")

    assert (settings.development, settings.https, settings.app_name) == (False, True, "Our App")
    assert settings.clients == {}
    assert settings.session_idle_minutes == 10080
    assert settings.ratelimit_login == "30 per minute"
    assert settings.signup == "open"


def test_an_empty_value_counts_as_unset():
    settings = load(PRODUCTION | {"SESSION_MAX_DAYS": " ", "PLAIN_CLIENT_ID": ""}, [PLAIN])

    assert settings.session_max_days == 30
    assert settings.clients == {}


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("https://App.Example.org/", "https://app.example.org"),
        ("https://app.example.org:443", "https://app.example.org"),
        ("https://app.example.org:8443", "https://app.example.org:8443"),
        ("https://[2001:db8::1]", "https://[2001:db8::1]"),
    ],
)
def test_the_origin(url, origin):
    assert load(PRODUCTION | {"PUBLIC_URL": url}, []).origin == origin


def test_the_default_database(monkeypatch, tmp_path):
    monkeypatch.setattr("app.signin.config.database.ROOT", tmp_path)
    environ = {name: value for name, value in PRODUCTION.items() if name != "DATABASE_URL"}

    assert load(environ, []).database_url == f"sqlite:///{tmp_path}/instance/app.db"
    assert not (tmp_path / "instance").exists()


def test_postgresql(monkeypatch):
    environ = PRODUCTION | {"DATABASE_URL": "postgres://app@db.example/app"}
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    [problem] = problems(environ)
    assert problem.startswith("DATABASE_URL needs the Python package psycopg")

    monkeypatch.setattr(importlib.util, "find_spec", lambda name: name)
    assert load(environ, []).database_url == "postgresql+psycopg://app@db.example/app"


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg2", "postgres+x"])
def test_postgresql_as_platforms_write_it(scheme, monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: name)
    written = "app:p%40ss@db.example:6543/app?sslmode=require&channel_binding=require"
    environ = PRODUCTION | {"DATABASE_URL": f"{scheme}://{written}"}
    assert load(environ, []).database_url == f"postgresql+psycopg://{written}"


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("app:p@ss@db.example/app", "has an @ in its password: write it as %40"),
        ("app@db.example/app?pgbouncer=true", "remove pgbouncer"),
        ("app@db.example/app?sslmode=require&schema=public", "remove schema"),
    ],
)
def test_postgresql_that_could_not_be_connected_to(written, told, monkeypatch):
    pytest.importorskip("psycopg")
    [problem] = problems(PRODUCTION | {"DATABASE_URL": f"postgres://{written}"})
    assert problem.startswith("DATABASE_URL ")
    assert told in problem


# --- Providers


def test_a_provider_with_both_settings_is_set_up():
    client = load(PRODUCTION | OURS, [PLAIN]).clients["plain"]

    assert (client.client_id, client.client_secret) == ("our-id", "our-own-secret")
    assert client.redirect_uri == "https://app.example.org/callback/plain"


def test_a_provider_elsewhere():
    """An owner's own server of its kind: the declaration's addresses move there."""
    changes = {
        "BASE_URL": "https://own.example",
        "ISSUER": "https://own.example/id",
        "SCOPE": "all",
    }
    environ = PRODUCTION | {f"PLAIN_{ending}": value for ending, value in changes.items()}
    declared = replace(PLAIN, userinfo_endpoint="https://api.plain.example/me")
    [provider] = load(environ, [declared]).providers

    assert provider.authorization_endpoint == "https://own.example/authorize"
    assert provider.token_endpoint == "https://own.example/token"
    assert provider.userinfo_endpoint == "https://api.plain.example/me"
    assert (provider.issuer, provider.identity_issuer) == (("https://own.example/id",) * 2)
    assert provider.scope == "all"


def test_a_setting_of_a_provider_s_own():
    team = Setting(ending="TEAM", default="common", required=True)
    endpoint = "https://plain.example/common/token"
    declared = [replace(PLAIN, settings=(team,), token_endpoint=endpoint)]
    client = load(PRODUCTION | OURS | {"PLAIN_TEAM": "red"}, declared).clients["plain"]

    assert client.settings == {"TEAM": "red"}
    assert client.provider.token_endpoint == "https://plain.example/red/token"
    assert problems(PRODUCTION | OURS, declared) == ["PLAIN_TEAM is missing for Plain"]
    assert replace(PLAIN, name="code-host").setting("TEAM") == "CODE_HOST_TEAM"


def test_a_server_named_in_another_way_needs_no_domain():
    domain = Setting(ending="DOMAIN", default="your.plain.example", required=True)
    tenant = Setting(ending="TENANT", default="your-tenant", required=True)
    urls = {"authorization_endpoint": "", "issuer": "https://your.plain.example/your-tenant"}
    declared = [replace(PLAIN, settings=(domain, tenant), **urls)]
    base, issuer = ({f"PLAIN_{name}": "https://own.example"} for name in ("BASE_URL", "ISSUER"))

    assert problems(PRODUCTION | OURS | base, declared) == ["PLAIN_TENANT is missing for Plain"]
    ours = PRODUCTION | OURS | base | {"PLAIN_TENANT": "red"}
    assert load(ours, declared).clients["plain"].provider.issuer == "https://own.example/red"
    [provider] = load(PRODUCTION | OURS | issuer, declared).providers
    assert provider.issuer == "https://own.example"


def test_a_region_is_a_part_of_a_host():
    region = Setting(ending="REGION", default="us-1")
    urls = {"authorization_endpoint": "", "issuer": "https://idp.us-1.plain.example/us-1_Pool"}
    declared = [replace(PLAIN, settings=(region,), **urls)]
    [provider] = load(PRODUCTION | OURS | {"PLAIN_REGION": "eu-2"}, declared).providers

    assert provider.issuer == "https://idp.eu-2.plain.example/us-1_Pool"


CLOUD = replace(
    PLAIN,
    identity_issuer="https://cloud.example.com",
    authorization_endpoint="https://cloud.example.com/authorize",
    token_endpoint="https://cloud.example.com/token",
    settings=(Setting(ending="BASE_URL", default="https://cloud.example.com", required=True),),
)
COMPANY = Provider(
    name="plain",
    label="Plain",
    issuer="https://acme.id.example/oauth2/default",
    auth_method="client_secret_basic",
    settings=(Setting(ending="DOMAIN", default="acme.id.example", required=True),),
)


def test_a_server_that_each_owner_has():
    """Its address may have a path, and without it the provider is not set up."""
    ours = PRODUCTION | OURS | {"PLAIN_BASE_URL": "https://own.example/cloud/"}
    provider = load(ours, [CLOUD]).clients["plain"].provider

    assert provider.authorization_endpoint == "https://own.example/cloud/authorize"
    assert provider.token_endpoint == "https://own.example/cloud/token"
    assert provider.identity_issuer == "https://own.example/cloud"
    assert problems(PRODUCTION | OURS, [CLOUD]) == ["PLAIN_BASE_URL is missing for Plain"]


@pytest.mark.parametrize(
    ("ending", "value", "issuer"),
    [
        ("DOMAIN", "own.example", "https://own.example/oauth2/default"),
        ("DOMAIN", "https://own.example/", "https://own.example/oauth2/default"),
        ("BASE_URL", "https://own.example", "https://own.example/oauth2/default"),
        ("ISSUER", "https://own.example/realm", "https://own.example/realm"),
    ],
)
def test_a_company_s_domain(ending, value, issuer):
    """It may be written as an address; an issuer or a base URL says the same."""
    ours = PRODUCTION | OURS | {f"PLAIN_{ending}": value}

    assert load(ours, [COMPANY]).clients["plain"].provider.issuer == issuer


def test_a_company_s_domain_is_one():
    ours = PRODUCTION | OURS
    [problem] = problems(ours | {"PLAIN_DOMAIN": "own.example/path?"}, [COMPANY])

    assert problem.startswith("PLAIN_DOMAIN is not like acme.id.example")
    assert problems(ours, [COMPANY]) == ["PLAIN_DOMAIN is missing for Plain"]


def test_any_openid_provider_needs_no_code():
    client = load(PRODUCTION | OIDC, []).clients["corp"]

    assert (client.provider.label, client.provider.issuer) == ("Corp", "https://id.example")
    assert client.provider.uses_discovery
    assert client.redirect_uri == "https://app.example.org/callback/corp"


def test_any_plain_provider_needs_no_code():
    endpoints = ("AUTHORIZATION_ENDPOINT", "TOKEN_ENDPOINT", "USERINFO_ENDPOINT")
    forum = {name: f"https://forum.example/{name.lower()}" for name in endpoints}
    forum |= {"CLIENT_ID": "our-id", "CLIENT_SECRET": "our-own-secret", "LABEL": "The forum"}
    environ = PRODUCTION | {f"OAUTH_FORUM_{name}": value for name, value in forum.items()}
    provider = load(environ, []).clients["forum"].provider

    assert (provider.label, provider.auth_method) == ("The forum", "client_secret_post")
    # Whose `sub` it is: another server by this name must not be taken for it.
    assert provider.identity_issuer == "https://forum.example"
    assert not provider.openid_connect


# --- Problems


def test_every_problem_at_once_by_name_and_without_values():
    environ = {
        "DATABASE_URL": "sqlite:///app.db",
        "SECRET_KEY": "tooshort",
        "SESSION_MAX_DAYS": "many",
        "RATELIMIT_ENABLED": "perhaps",
        "PLAIN_CLIENT_ID": "only-half",
    }
    found = problems(environ)

    assert {re.match(r"[A-Z_]+", problem)[0] for problem in found} == {
        "PUBLIC_URL",
        "SECRET_KEY",
        "RATELIMIT_ENABLED",
        "SESSION_MAX_DAYS",
        "PLAIN_CLIENT_SECRET",
    }
    assert not re.search(r"tooshort|many|perhaps|only-half", str(ConfigError(found)))


BAD = {
    "APP_ENV": "staging",
    "SECRET_KEY": "x" * 64,
    "SECRET_KEY_FALLBACKS": f"{KEY},short",
    "PUBLIC_URL": "http://app.example.org",
    "DATABASE_URL": "not a database",
    "RATELIMIT_LOGIN": "often",
    "SESSION_IDLE_MINUTES": "0",
    "FLASK_DEBUG": "1",
    "ALLOWED_EMAIL_DOMAINS": "@example.org",
    "ADMINS": "ada",
    "PLAIN_CLIENT_SECRET": "without-an-id",
    "PLAIN_BASE_URL": "http://plain.example",
    "OIDC_CORP_ISSUR": "https://id.example",
    "OIDC_CORP_ID_TOKEN_ALG": "none",
    "OIDC_PLAIN_ISSUER": "https://id.example",
}


@pytest.mark.parametrize(("name", "value"), BAD.items(), ids=BAD)
def test_a_bad_value_is_a_problem(name, value):
    assert problems(PRODUCTION | OIDC | {name: value})


@pytest.mark.parametrize("name", ["ALLOWED_EMAIL_DOMAINS", "ADMINS"])
def test_an_empty_list_does_not_come_to_mean_everybody(name):
    assert problems(PRODUCTION | {name: ""})[0].startswith(name)


def test_a_list_of_one_provider_means_the_site():
    members = replace(PLAIN, settings=(Setting(ending="TEAMS", allow_list=True),))
    environ = PRODUCTION | OURS | OIDC | {"PLAIN_TEAMS": "crew"}
    [problem] = problems(environ, [members])

    assert problem.startswith("UNRESTRICTED_PROVIDERS does not name corp")
    assert load(environ | {"UNRESTRICTED_PROVIDERS": "corp"}, [members])
    assert load(environ | {"ALLOWED_EMAIL_DOMAINS": "example.org"}, [members])


def test_a_misspelt_rule_stops_the_start():
    assert problems(PRODUCTION | {"SIGN_UP": "closed"}) == [
        "SIGN_UP is not a setting of this app: did you mean SIGNUP?"
    ]


def test_a_secret_from_a_file(tmp_path):
    (tmp_path / "key").write_text(f"{KEY}\n")
    environ = PRODUCTION | {"SECRET_KEY": "", "SECRET_KEY_FILE": str(tmp_path / "key")}

    assert load(environ, []).secret_key == KEY


@pytest.mark.parametrize(
    ("url", "on"), [("http://localhost:8000", True), ("https://app.example.org", False)]
)
def test_the_practice_provider_is_for_this_machine(url, on):
    environ = DEVELOPMENT | {"PUBLIC_URL": url}

    assert load(environ, []).practice_provider == on
    assert load(environ | {"PRACTICE_PROVIDER": "on"}, []).practice_provider
    assert not load(PRODUCTION, []).practice_provider


def test_development_runs_on_with_half_of_a_provider():
    half = {"PLAIN_CLIENT_ID": "only-half"}

    assert load(DEVELOPMENT | half, [PLAIN]).incomplete == (
        "PLAIN_CLIENT_SECRET is missing for Plain",
    )
    assert problems(PRODUCTION | half) == ["PLAIN_CLIENT_SECRET is missing for Plain"]


def test_secrets_are_not_shown():
    assert not re.search(f"{KEY}|our-own-secret", repr(load(PRODUCTION | OURS, [PLAIN])))


# --- Where the settings come from, and what becomes of a problem


def test_the_env_file(monkeypatch, tmp_path):
    file = tmp_path / ".env"
    file.write_text("APP_NAME=From the file\nPUBLIC_URL=https://file.example\n")
    monkeypatch.setattr(os, "environ", {"PUBLIC_URL": "https://process.example"})

    # The process counts; what came from the file follows the file, also after a restart.
    assert environment(file)["PUBLIC_URL"] == "https://process.example"
    assert environment(file)["APP_NAME"] == "From the file"
    file.write_text("APP_NAME=Changed\n")
    assert environment(file)["APP_NAME"] == "Changed"


def test_the_process_ends_with_the_message(monkeypatch):
    monkeypatch.setattr(config, "environment", lambda: PRODUCTION | {"SECRET_KEY": "short"})

    with pytest.raises(SystemExit, match="SECRET_KEY is too weak"):
        create_app()


def test_the_reloader_waits_with_the_message(monkeypatch, capsys):
    monkeypatch.setattr(config, "environment", lambda: PRODUCTION | {"SECRET_KEY": "short"})
    monkeypatch.setenv("WERKZEUG_RUN_MAIN", "true")
    answer = create_app().test_client().get("/anything")

    assert answer.status_code == 500
    assert "SECRET_KEY is too weak" in answer.text
    assert "SECRET_KEY is too weak" in capsys.readouterr().err
