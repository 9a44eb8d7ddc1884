"""What `flask doctor` says about a provider's metadata and keys."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from harness.app_server import RunningApp, running_app
from harness.bad_provider import BadProvider, Reply
from harness.ports import free_port
from harness.walk import forget

from .test_keys_and_discovery import document, reply
from .test_outbound import op_settings


@contextmanager
def app_with(database: str, provider: BadProvider, **settings: str) -> Iterator[RunningApp]:
    with running_app(database, op_settings(provider.url, **settings)) as app:
        forget(app, provider)
        yield app


@pytest.fixture(scope="module")
def only_op(sqlite: Callable[[], str], provider: BadProvider) -> Iterator[RunningApp]:
    with app_with(sqlite(), provider) as app:
        yield app


@pytest.fixture
def app(only_op: RunningApp, provider: BadProvider) -> RunningApp:
    forget(only_op, provider)
    return only_op


def doctor(app: RunningApp) -> tuple[int, list[str]]:
    """Return the exit code, and the lines about the provider."""
    done = app.app.test_cli_runner().invoke(args=["doctor"])
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done.exit_code, [line for line in done.output.splitlines() if " op: " in line]


def failures(app: RunningApp) -> list[str]:
    code, lines = doctor(app)
    failed = [line for line in lines if line.startswith("FAIL")]
    assert code == bool(failed)
    return failed


def test_all_is_well(app: RunningApp, provider: BadProvider) -> None:
    provider.fault("metadata", document(scopes_supported=["openid", "email", "profile"]))
    code, lines = doctor(app)
    assert code == 0
    assert all(line.startswith("ok ") for line in lines)
    checks = ("discovery and keys", "authentication at the token endpoint", "PKCE")
    calls = ("metadata against the settings", "clock", "client ID and secret")
    found = [line.partition("op: ")[2] for line in lines]
    assert found[-7:] == [*checks, *calls, "authorization endpoint"]


MISSING_METHOD = {"token_endpoint_auth_methods_supported": ["private_key_jwt", "tls_client_auth"]}
WRONG: dict[str, tuple[dict[str, Any], list[str]]] = {
    "only HS256": (
        {"id_token_signing_alg_values_supported": ["HS256"]},
        ["HS256", "signing key", "OIDC_OP_ID_TOKEN_ALG"],
    ),
    "only an unknown algorithm": ({"id_token_signing_alg_values_supported": ["XY1"]}, ["XY1"]),
    "only other ways to authenticate": (MISSING_METHOD, ["private_key_jwt", "OIDC_OP_AUTH_METHOD"]),
    "only plain PKCE": (
        {"code_challenge_methods_supported": ["plain"]},
        ["S256", "plain", "OIDC_OP_PKCE"],
    ),
    "another issuer": ({"issuer": "https://other.example"}, ["https://other.example"]),
    "a link-local key set": ({"jwks_uri": "https://169.254.169.254/k"}, ["jwks_uri", "address"]),
}


@pytest.mark.parametrize("what", WRONG)
def test_what_is_wrong_is_told_once_with_its_setting(
    what: str, app: RunningApp, provider: BadProvider
) -> None:
    changes, words = WRONG[what]
    provider.fault("metadata", document(**changes))
    (failed,) = failures(app)
    assert all(word in failed for word in words), failed


@pytest.mark.parametrize(
    ("settings", "changes"),
    [
        ({"OIDC_OP_AUTH_METHOD": "client_secret_post"}, MISSING_METHOD),
        (
            {"OIDC_OP_ID_TOKEN_ALG": "HS256"},
            {"id_token_signing_alg_values_supported": ["HS256"], "jwks_uri": lambda url: url + "x"},
        ),
        ({"OIDC_OP_PKCE": "off"}, {"code_challenge_methods_supported": ["plain"]}),
    ],
)
def test_the_setting_mends_it(
    settings: dict[str, str],
    changes: dict[str, Any],
    sqlite: Callable[[], str],
    provider: BadProvider,
) -> None:
    with app_with(sqlite(), provider, **settings) as app:
        provider.fault("metadata", document(**changes))
        assert failures(app) == []


@pytest.mark.parametrize("value", ["", "http://op.example/x", 7, "https://[fe80::1]/x"])
@pytest.mark.parametrize(
    "name", ["userinfo_endpoint", "end_session_endpoint", "revocation_endpoint"]
)
def test_an_ignored_endpoint_is_told(
    name: str, value: object, app: RunningApp, provider: BadProvider
) -> None:
    provider.fault("metadata", document(**{name: value}))
    code, lines = doctor(app)
    assert code == 0
    (told,) = [line for line in lines if name in line]
    assert "ignored" in told


def test_a_redirect_is_told_with_its_target(app: RunningApp, provider: BadProvider) -> None:
    target = "https://id.example/index.php/.well-known/openid-configuration?key=secret"
    provider.fault("metadata", lambda _: Reply(b"", 301, [("Location", target)]))
    (failed,) = failures(app)
    assert f"{provider.url}/op/.well-known/openid-configuration" in failed
    assert "301" in failed
    assert target.partition("?")[0] in failed
    assert "secret" not in failed


@pytest.mark.parametrize("change", [reply({}, 404), reply(b"<html>"), reply({}, 500), reply([])])
def test_no_metadata_is_one_failure_with_its_address(
    change: Callable[[Any], Reply], app: RunningApp, provider: BadProvider
) -> None:
    provider.fault("metadata", change)
    (failed,) = failures(app)
    assert f"{provider.url}/op/.well-known/openid-configuration" in failed


def test_keys_that_cannot_be_used(app: RunningApp, provider: BadProvider) -> None:
    provider.fault("jwks", reply({}))
    (failed,) = failures(app)
    assert f"{provider.url}/op/jwks" in failed


def test_a_provider_that_is_down(sqlite: Callable[[], str], provider: BadProvider) -> None:
    dead = f"http://127.0.0.1:{free_port()}/op"
    with app_with(sqlite(), provider, OIDC_OP_ISSUER=dead) as app:
        (failed,) = failures(app)
        assert dead in failed


def test_a_login_tells_the_setting_too(app: RunningApp, provider: BadProvider) -> None:
    from harness.browser import Browser
    from harness.walk import events

    provider.fault("metadata", document(**MISSING_METHOD))
    browser = Browser(app.url)
    browser.get(browser.to_callback(browser.start("op")), allow_redirects=False)
    (event,) = events(app)
    assert "OIDC_OP_AUTH_METHOD" in event["detail"]
