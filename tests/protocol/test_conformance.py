"""The client lists of the OpenID conformance suite: Basic RP, Config RP, Form Post Basic RP.

The suite fails a client that goes on to the profile after a bad token; `walk` checks that.  Where
the suite lets a client choose, we refuse.
"""

import re
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode, urljoin

import pytest
import requests
from harness.app_server import RunningApp, running_app
from harness.bad_provider import CLIENT_ID, CLIENT_SECRET, BadProvider, Listener
from harness.browser import Browser
from harness.walk import Row, events, forget, pick, query_of, refused, rows_of, walk
from harness.walk import Walk as Went

INVALID = {"outcome": "REJ1", "reason": "invalid_id_token"}


def without(name: str) -> Callable[[dict[str, Any]], dict[str, Any]]:
    return lambda found: {n: v for n, v in found.items() if n != name}


def changed(name: str, value: Any) -> Callable[[dict[str, Any]], dict[str, Any]]:
    return lambda found: {**found, name: value}


def claims(id: str, change: Callable[..., Any]) -> Row:
    return Row(id=id, stage="claims", change=change, **INVALID)


def several_keys(provider: BadProvider) -> None:
    provider.published = [provider.rsa_2, provider.rsa]


def broken(token: str) -> str:
    return token[:-8] + ("AAAAAAAA" if not token.endswith("AAAAAAAA") else "BBBBBBBB")


def unsigned(made: tuple[Any, Any, str, Any]) -> tuple[Any, Any, str, Any]:
    return {"alg": "none"}, made[1], "none", None


def rotate(provider: BadProvider) -> None:
    provider.signing, provider.published = ("RS256", provider.rsa_2), [provider.rsa_2]


BASIC = [
    Row(id="client-test", outcome="OK"),
    claims("invalid-iss", changed("iss", "https://issuer.example")),
    claims("missing-sub", without("sub")),
    claims("invalid-aud", changed("aud", "another-client")),
    claims("missing-iat", without("iat")),
    Row(id="kid-absent-single-jwks", outcome="OK", stage="header", change=without("kid")),
    Row(
        id="kid-absent-multiple-jwks",
        outcome="OK",
        stage="header",
        change=without("kid"),
        prepare=several_keys,
    ),
    Row(id="idtoken-sig-rs256", outcome="OK"),
    Row(id="idtoken-sig-none", stage="sign", change=unsigned, **INVALID),
    Row(id="invalid-sig-rs256", stage="id_token", change=broken, **INVALID),
    Row(
        id="userinfo-invalid-sub",
        outcome="REJ2",
        stage="userinfo",
        change=changed("sub", "another"),
        reason="invalid_response",
    ),
    claims("nonce-invalid", changed("nonce", "another")),
    Row(id="scope-userinfo-claims", outcome="OK"),
    Row(id="client-secret-basic", outcome="OK"),
    # Of the comprehensive plan
    claims("missing-aud", without("aud")),
    claims("invalid-athash", changed("at_hash", "AAAAAAAAAAAAAAAAAAAAAA")),
    claims("expired-exp", changed("exp", int(time.time()) - 3600)),
    claims("missing-exp", without("exp")),
    claims("iat-is-week-in-past", changed("iat", int(time.time()) - 7 * 86400)),
    claims("missing-nonce", without("nonce")),
]
CONFIG = [
    Row(id="discovery-openid-config", outcome="OK"),
    Row(
        id="discovery-issuer-mismatch",
        outcome="REJ0",
        stage="metadata",
        change=changed("issuer", "https://issuer.example"),
        reason="issuer_mismatch",
    ),
    Row(id="idtoken-sig-none", stage="sign", change=unsigned, **INVALID),
    Row(id="signing-key-rotation-just-before-signing", outcome="OK", prepare=rotate),
]


@pytest.fixture
def basic(app: RunningApp, provider: BadProvider) -> RunningApp:
    provider.metadata["token_endpoint_auth_methods_supported"] = ["client_secret_basic"]
    return app


@pytest.mark.parametrize(**pick(BASIC))
def test_basic_rp(row: Row, basic: RunningApp, provider: BadProvider, canary: Listener) -> None:
    went = walk(row, basic, provider, canary)
    asked = query_of(went.start.headers["Location"])
    assert asked["response_type"] == "code"
    assert asked["scope"].split() == ["openid", "email", "profile"]
    assert provider.last("token").headers["authorization"].startswith("Basic ")
    if row.id == "scope-userinfo-claims":
        user = went.browser.session_json()["user"]
        assert {user[name] == provider.profile[name] for name in ("name", "email")} == {True}


@pytest.mark.parametrize(**pick(CONFIG))
def test_config_rp(row: Row, app: RunningApp, provider: BadProvider, canary: Listener) -> None:
    walk(row, app, provider, canary)


def test_config_rp_discovery_jwks_uri_keys(
    app: RunningApp, provider: BadProvider, canary: Listener
) -> None:
    """The address of the keys is read from the metadata, wherever it is."""
    moved = f"{provider.url}/moved-{time.time_ns()}/jwks"
    provider.fault("metadata", changed("jwks_uri", moved))
    walk(Row(id="jwks", outcome="OK"), app, provider, canary)
    assert provider.last("jwks").path == moved.removeprefix(provider.url)


def test_config_rp_signing_key_rotation(
    app: RunningApp, provider: BadProvider, canary: Listener
) -> None:
    walk(Row(id="first", outcome="OK"), app, provider, canary)
    rotate(provider)
    walk(Row(id="second", outcome="OK"), app, provider, canary)
    assert provider.count("jwks") == 1


# Form Post


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def served_form(request: pytest.FixtureRequest, provider: BadProvider) -> Iterator[RunningApp]:
    """The app with a provider that answers with a form, and one that does not."""
    from app.signin.oauth.provider import Provider

    form = Provider(
        name="form",
        label="Form",
        scope="openid email profile",
        issuer=f"{provider.url}/form",
        authorization_params={"response_mode": "form_post"},
    )
    plain = replace(form, name="op", issuer=f"{provider.url}/op", authorization_params={})
    settings = {}
    for prefix in ("FORM", "OP"):
        settings |= {f"{prefix}_CLIENT_ID": CLIENT_ID, f"{prefix}_CLIENT_SECRET": CLIENT_SECRET}
    database = request.getfixturevalue(request.param)()
    with running_app(database, settings, providers=[form, plain]) as app:
        yield app


@pytest.fixture
def form(served_form: RunningApp, provider: BadProvider, canary: Listener) -> RunningApp:
    forget(served_form, provider, canary)
    return served_form


def form_fields(browser: Browser) -> dict[str, str]:
    """Begin a login; return what the provider's page would post."""
    start = browser.start("form")
    asked = query_of(start.headers["Location"])
    assert asked["response_mode"] == "form_post"
    page = browser.get(start.headers["Location"], allow_redirects=False)
    fields: dict[str, str] = page.json()
    return fields


def post(app: RunningApp, fields: Any, provider: str = "form") -> requests.Response:
    """Post as a browser does from another site: without the app's SameSite=Lax cookies."""
    headers = {"Origin": "http://provider.example", "Sec-Fetch-Site": "cross-site"}
    url = f"{app.url}/callback/{provider}"
    return requests.post(url, data=fields, headers=headers, allow_redirects=False, timeout=20)


@pytest.mark.parametrize(**pick(BASIC))
def test_form_post_rp(row: Row, form: RunningApp, provider: BadProvider, canary: Listener) -> None:
    provider.metadata["token_endpoint_auth_methods_supported"] = ["client_secret_basic"]
    row = replace(row, tenant="form")
    if row.prepare:
        row.prepare(provider)
    if row.change:
        provider.fault(row.stage, row.change)
    before = rows_of(form)
    with Browser(form.url) as browser:
        fields = form_fields(browser)
        form.log.clear()
        posted = post(form, fields)
        assert posted.status_code == 303
        assert posted.headers["Location"] == f"/callback/form?{urlencode(fields)}"
        assert "Set-Cookie" not in posted.headers
        assert provider.count("token") == 0
        answer = browser.get(urljoin(form.url, posted.headers["Location"]), allow_redirects=False)
        went = Went(browser, posted, posted.url, answer, events=events(form))
        if row.outcome == "OK":
            assert answer.headers["Location"] == "/"
            assert browser.sub() is not None
        else:
            refused(row, form, provider, went)
            assert browser.sub() is None
            assert rows_of(form) == before


def test_form_post_error(form: RunningApp, provider: BadProvider) -> None:
    with Browser(form.url) as browser:
        fields = form_fields(browser)
        del fields["code"]
        fields["error"] = "invalid_request"
        posted = post(form, fields)
        answer = browser.get(urljoin(form.url, posted.headers["Location"]), allow_redirects=False)
        assert "/login/error/provider_refused" in answer.headers["Location"]
        fields = form_fields(browser)
        del fields["code"]
        posted = post(form, {**fields, "error": "access_denied"})
        answer = browser.get(urljoin(form.url, posted.headers["Location"]), allow_redirects=False)
        assert answer.headers["Location"] == "/login"
    assert provider.count("token") == 0


def test_st_18_a_get_without_the_mark_of_a_post(form: RunningApp, provider: BadProvider) -> None:
    with Browser(form.url) as browser:
        fields = form_fields(browser)
        url = f"{form.url}/callback/form?{urlencode(fields)}"
        answer = browser.get(url, allow_redirects=False)
        assert "/login/error/invalid_callback" in answer.headers["Location"]
        assert browser.sub() is None
    assert [event.get("reason") for event in events(form)] == ["response_mode"]
    assert provider.count("token") == 0


@pytest.mark.parametrize("name", ["code", "error"])
def test_st_18_a_get_with_another_code_than_was_posted(
    name: str, form: RunningApp, provider: BadProvider
) -> None:
    with Browser(form.url) as browser:
        fields = form_fields(browser)
        post(form, fields)
        other = {**fields, "code": "stolen"}
        if name == "error":
            other = {"state": fields["state"], "iss": fields["iss"], "error": "access_denied"}
        answer = browser.get(f"{form.url}/callback/form?{urlencode(other)}", allow_redirects=False)
        assert "/login/error/invalid_callback" in answer.headers["Location"]
    assert provider.count("token") == 0


def test_st_18_a_post_at_a_provider_that_answers_by_get(
    form: RunningApp, provider: BadProvider
) -> None:
    with Browser(form.url) as browser:
        callback = browser.to_callback(browser.start("op"))
        form.log.clear()
        answer = post(form, query_of(callback), "op")
        assert answer.status_code == 303, answer.text
        assert "/login/error/invalid_callback" in answer.headers["Location"]
        assert [event.get("reason") for event in events(form)] == ["response_mode"]
        assert provider.count("token") == 0
        assert browser.get(callback, allow_redirects=False).headers["Location"] == "/"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"state": "x" * 43}, "login_expired"),
        ({"state": ""}, "invalid_callback"),
        ({"code": "c" * 5000}, "invalid_callback"),
        ({"code": "a\r\nb"}, "invalid_callback"),
    ],
)
def test_st_17_a_forged_post(
    change: dict[str, str], code: str, form: RunningApp, provider: BadProvider
) -> None:
    with Browser(form.url) as browser:
        fields = form_fields(browser)
        before = rows_of(form)
        answer = post(form, {**fields, **change})
        assert f"/login/error/{code}" in answer.headers["Location"]
        twice = post(form, [*fields.items(), ("state", fields["state"])])
        assert "/login/error/invalid_callback" in twice.headers["Location"]
        assert rows_of(form) == before
    assert provider.count("token") == 0


def test_st_17_a_posted_answer_in_another_browser(form: RunningApp, provider: BadProvider) -> None:
    """The attacker's answer, posted by a page of theirs in the victim's browser."""
    with Browser(form.url) as attacker, Browser(form.url) as victim:
        fields = form_fields(attacker)
        posted = post(form, fields)
        url = urljoin(form.url, posted.headers["Location"])
        answer = victim.get(url, allow_redirects=False)
        assert "/login/error/login_expired" in answer.headers["Location"]
        assert victim.sub() is None
        assert provider.count("token") == 0
        assert attacker.get(url, allow_redirects=False).headers["Location"] == "/"


def test_st_17_the_same_answer_posted_twice(form: RunningApp, provider: BadProvider) -> None:
    with Browser(form.url) as browser:
        fields = form_fields(browser)
        first, second = post(form, fields), post(form, {**fields, "code": "another"})
        assert "/login/error/" in second.headers["Location"]
        url = urljoin(form.url, first.headers["Location"])
        assert browser.get(url, allow_redirects=False).headers["Location"] == "/"
    assert provider.count("token") == 1


@pytest.mark.parametrize(
    "user",
    [
        '{"name":{"firstName":"A","lastName":"B"},"email":"victim@example.org"}',
        "not JSON",
        "[" * 3000,
        "x" * 60_000,
        '{"name":"\\u0000"}',
        "a\x00b",
        "\ud800".encode("utf-8", "surrogatepass"),
    ],
)
def test_ui_10_the_posted_user_field_is_believed_nothing(
    user: Any, form: RunningApp, provider: BadProvider
) -> None:
    with Browser(form.url) as browser:
        posted = post(form, {**form_fields(browser), "user": user})
        assert "/callback/form" in posted.headers["Location"]
        url = urljoin(form.url, posted.headers["Location"])
        assert browser.get(url, allow_redirects=False).headers["Location"] == "/"
        found = browser.session_json()["user"]
    assert found["email"] == provider.profile["email"]
    assert found["name"] == provider.profile["name"]


def test_a_posted_body_that_is_too_large(form: RunningApp, provider: BadProvider) -> None:
    answer = post(form, {"state": "s", "code": "c", "user": "x" * 200_000})
    assert answer.status_code == 413
    assert re.search("too large", answer.text)
