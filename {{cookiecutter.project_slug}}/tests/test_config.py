"""The settings: read once, and every problem told at once."""

import importlib.util
import os
import re

import pytest

from app import config, create_app
from app.config import ConfigError, environment, load
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


def problems(environ, providers=(PLAIN,)):
    with pytest.raises(ConfigError) as caught:
        load(environ, providers)
    return caught.value.problems


def test_defaults():
    settings = load(PRODUCTION, [PLAIN])

    assert not settings.development
    assert settings.https
    assert settings.clients == {}
    assert settings.session_idle_minutes == 10080
    assert settings.ratelimit_login == "30 per minute"
    assert settings.signup == "open"


def test_an_empty_value_counts_as_unset():
    settings = load(PRODUCTION | {"SESSION_MAX_DAYS": " ", "PLAIN_CLIENT_ID": ""}, [PLAIN])

    assert settings.session_max_days == 30
    assert settings.clients == {}


def test_a_provider_with_both_settings():
    client = load(PRODUCTION | OURS, [PLAIN]).clients["plain"]

    assert (client.client_id, client.client_secret) == ("our-id", "our-own-secret")
    assert client.redirect_uri == "https://app.example.org/callback/plain"


def test_a_public_client():
    client = load(PRODUCTION | {"PLAIN_CLIENT_ID": "our-id", "PLAIN_AUTH_METHOD": "none"}, [PLAIN])

    assert client.clients["plain"].client_secret == ""


def test_what_the_environment_replaces():
    changes = {"PLAIN_SCOPE": "read:more", "PLAIN_BASE_URL": "https://own.example"}
    [provider] = load(PRODUCTION | changes, [PLAIN]).providers

    assert (provider.scope, provider.base_url) == ("read:more", "https://own.example")


def test_every_problem_at_once_by_name_and_without_values():
    environ = {
        "DATABASE_URL": "sqlite:///app.db",
        "SECRET_KEY": "tooshort",
        "SESSION_MAX_DAYS": "many",
        "RATELIMIT_ENABLED": "perhaps",
        "PLAIN_CLIENT_ID": "only-half",
    }
    found = problems(environ)

    assert [re.match(r"[A-Z_]+", problem)[0] for problem in found] == [
        "PUBLIC_URL",
        "SECRET_KEY",
        "RATELIMIT_ENABLED",
        "SESSION_MAX_DAYS",
        "PLAIN_CLIENT_SECRET",
    ]
    assert not re.search(r"tooshort|many|perhaps|only-half", str(ConfigError(found)))


BAD = {
    "APP_ENV": "staging",
    "SECRET_KEY": "x" * 64,
    "SECRET_KEY_FALLBACKS": f"{KEY},short",
    "PUBLIC_URL": "http://app.example.org",
    "DATABASE_URL": "not a database",
    "TRUSTED_PROXIES": "-1",
    "RATELIMIT_STORAGE_URI": "memcached://localhost",
    "RATELIMIT_LOGIN": "often",
    "PENDING_LOGIN_SECONDS": "601",
    "SESSION_IDLE_MINUTES": "0",
    "OUTBOUND_PROXY": "proxy:3128",
    "SSL_CERT_FILE": "/nowhere/certificates.pem",
    "FLASK_DEBUG": "1",
    "SIGNUP": "maybe",
    "ALLOWED_EMAIL_DOMAINS": "@example.org",
    "ADMINS": "ada",
    "PLAIN_CLIENT_SECRET": "without-an-id",
    "PLAIN_BASE_URL": "http://plain.example",
    "PLAIN_AUTH_METHOD": "by_hand",
    "OIDC_CORP_ISSUR": "https://id.example",
    "OIDC_CORP_ISSUER": "http://id.example",
    "OIDC_CORP_SCOPE": "email",
    "OIDC_CORP_ID_TOKEN_ALG": "none",
    "OIDC_PLAIN_ISSUER": "https://id.example",
    "OIDC_ERROR_ISSUER": "https://id.example",
    "OIDC_PRACTICE_ISSUER": "https://id.example",
    "OAUTH_FORUM_TOKEN_ENDPOINT": "https://forum.example/token",
}


@pytest.mark.parametrize(("name", "value"), BAD.items(), ids=BAD)
def test_bad_values(name, value):
    assert problems(PRODUCTION | OIDC | {name: value})


@pytest.mark.parametrize(
    "url",
    ["app.example.org", "https://", "https://u@app.example", "https://a:x", "https://a/path", "ä"],
)
def test_a_bad_public_url(url):
    assert problems(DEVELOPMENT | {"PUBLIC_URL": url})[0].startswith("PUBLIC_URL")


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


@pytest.mark.parametrize("name", ["ALLOWED_EMAIL_DOMAINS", "ADMINS"])
def test_an_empty_list_does_not_come_to_mean_everybody(name):
    assert problems(PRODUCTION | {name: ""})[0].startswith(name)
    assert problems(PRODUCTION | {f"{name}X": "example.org"})[0].startswith(f"{name}X")


def test_plain_http_on_this_machine():
    environ = {**PRODUCTION, **OIDC, "OIDC_CORP_ISSUER": "http://127.0.0.1:9000"}

    assert problems(environ)
    assert load(environ | {"ALLOW_HTTP_LOOPBACK": "1"}, []).clients
    assert load({**DEVELOPMENT, **environ, "APP_ENV": "development"}, []).clients


def test_postgresql(monkeypatch):
    environ = PRODUCTION | {"DATABASE_URL": "postgres://app@db.example/app"}
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    [problem] = problems(environ)
    assert problem.startswith("DATABASE_URL needs the Python package psycopg")

    monkeypatch.setattr(importlib.util, "find_spec", lambda name: name)
    assert load(environ, []).database_url == "postgresql+psycopg://app@db.example/app"


def test_a_trust_store(tmp_path):
    file = tmp_path / "certificates.pem"
    file.touch()

    assert load(PRODUCTION | {"REQUESTS_CA_BUNDLE": str(file)}, []).trust_store == str(file)


def test_secrets_are_not_shown():
    settings = load(PRODUCTION | OURS, [PLAIN])

    assert not re.search(f"{KEY}|our-own-secret", repr(settings))


def test_the_default_database(monkeypatch, tmp_path):
    monkeypatch.setattr("app.config.settings.ROOT", tmp_path)
    environ = {name: value for name, value in PRODUCTION.items() if name != "DATABASE_URL"}

    assert load(environ, []).database_url == f"sqlite:///{tmp_path}/instance/app.db"
    assert not (tmp_path / "instance").exists()


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
