"""What a provider says about an error reaches the operator's log: cleaned, short, no secret.

Spec: RFC 6749 §4.1.2.1 and §5.2.
"""

import json
import time
from base64 import b64encode
from collections.abc import Callable
from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from harness.app_server import RunningApp
from harness.bad_provider import (
    CLIENT_ID,
    CLIENT_SECRET,
    BadProvider,
    Listener,
    Reply,
    compact,
)
from harness.browser import Browser
from harness.production import ProxiedBrowser, gunicorn
from harness.walk import Row, events, for_visitors, no_secret_in_log, query_of, walk, with_query

from .conftest import settings

ENTRA = "AADSTS50105: The signed in user is not assigned to a role.\r\nTrace ID: 0f\r\nTimestamp: 1"
NASTY = {
    "a lone surrogate": "\ud800",
    "a NUL": "a\x00b",
    "an escape": "\x1b[2J",
    "a line end": "a\r\nFORGED line",
    "a mark that turns": "\u202eabc",
    "a megabyte": "x" * 900_000,
}


def reply(body: Any, status: int = 400) -> Callable[[Any], Reply]:
    return lambda _: Reply(body, status)


def come_back(
    app: RunningApp, browser: Browser, tenant: str = "op", **changes: str | None
) -> tuple[dict[str, Any], str]:
    """Come back with another response; return the event and the page that it ends at."""
    callback = browser.to_callback(browser.start(tenant))
    app.log.clear()
    answer = browser.get(with_query(callback, **changes), allow_redirects=False)
    assert answer.status_code == 303
    page = browser.hop(answer)
    (event,) = events(app)
    return {**event, "at": answer.headers["Location"].partition("?")[0]}, for_visitors(page)


def detail_of(app: RunningApp) -> str:
    (event,) = events(app)
    found: str = event["detail"]
    return found


@pytest.mark.parametrize(
    "name", ["error_description", "error_message", "error_uri", "error_reason"]
)
@pytest.mark.parametrize("error", ["invalid_request", "access_denied"])
def test_the_words_of_a_callback_are_logged_and_not_shown(
    name: str, error: str, app: RunningApp, browser: Browser
) -> None:
    event, page = come_back(app, browser, code=None, error=error, **{name: ENTRA})
    assert "AADSTS50105: The signed in user is not assigned to a role." in event["detail"]
    assert "AADSTS50105" not in page
    assert len(event["detail"]) < 500


@pytest.mark.parametrize(
    ("says", "cancelled"),
    [
        (None, True),
        ("The user has denied your application access.", True),
        ("End-User aborted interaction", True),
        ("User cancelled the dialog", True),
        ("user denied by conditional access policy", False),
        ("canceled by an administrator rule", False),
        ("Permissions error; user_denied", True),
        (ENTRA, False),
        ("User is not assigned to the client application.", False),
        ("Access denied by rule.", False),
    ],
)
def test_a_rule_of_the_provider_is_not_called_a_cancel(
    says: str | None, cancelled: bool, app: RunningApp, browser: Browser
) -> None:
    changes = {"error_description": says} if says else {}
    event, page = come_back(app, browser, code=None, error="access_denied", **changes)
    assert event["event"] == "cancelled"
    assert ("You cancelled" in page) == cancelled
    assert "cancelled" in page


@pytest.mark.parametrize("word", ["redirect_uri_mismatch", "unauthorized_client"])
def test_a_wrong_callback_url_is_named(word: str, app: RunningApp, browser: Browser) -> None:
    event, page = come_back(app, browser, "github", code=None, error=word)
    assert event["at"] == "/login/error/provider_misconfigured"
    assert f"{app.url}/callback/github" in event["detail"]
    assert "not set up correctly" in page


def test_an_error_code_without_an_error(app: RunningApp, browser: Browser) -> None:
    says = {"error_code": "1349048", "error_message": "Can't Load URL: not in the app's domains"}
    event, page = come_back(app, browser, "facebook", code=None, **says)
    assert event["at"] == "/login/error/provider_refused"
    assert event["reason"] == "1349048"
    assert "Can't Load URL" in event["detail"]
    assert "1349048" not in page


def test_an_answer_without_a_state_after_an_installation(app: RunningApp, browser: Browser) -> None:
    query = "code=a-code-of-github&installation_id=17&setup_action=install"
    answer = browser.get(f"{app.url}/callback/github?{query}", allow_redirects=False)
    assert "/login/error/invalid_callback" in answer.headers["Location"]
    assert "installation_id" in detail_of(app)
    assert "sign in now" in detail_of(app)
    assert "a-code-of-github" not in app.log_text()


@pytest.mark.parametrize("kind", NASTY)
def test_words_of_a_callback_that_are_nasty(kind: str, app: RunningApp, browser: Browser) -> None:
    text = NASTY[kind][:20_000].encode(errors="surrogatepass").decode(errors="replace")
    event, _ = come_back(app, browser, code=None, error="x_error", error_description=text)
    assert event["reason"] == "x_error"
    checked_log(app)


def checked_log(app: RunningApp) -> None:
    """Check that each line of the log is JSON, short, and without control characters."""
    for line in app.log_text().splitlines():
        assert json.loads(line)["message"] is not None
        assert len(line) < 2000
    assert "\x1b" not in app.log_text()
    assert not [record for record in app.log if record.exc_info]


# The token endpoint


def token(
    body: Any, reason: str, code: str = "provider_error", *, status: int = 400, tenant: str = "op"
) -> Row:
    return Row(
        id="token",
        outcome="REJ1",
        stage="token",
        change=reply(body, status),
        reason=reason,
        code=code,
        tenant=tenant,
    )


MISCONFIGURED, EXPIRED = "provider_misconfigured", "login_expired"
FACEBOOK = {"message": "Error validating client secret.", "type": "OAuthException", "code": 1}
USED = {**FACEBOOK, "message": "This code has been used.", "code": 100, "error_subcode": 36009}
PKCE = {"error": "invalid_request", "error_description": "code_verifier: PKCE is not allowed here"}
TOKEN: dict[str, tuple[Row, list[str]]] = {
    "PKCE is refused": (token(PKCE, "invalid_request"), ["PKCE is not allowed"]),
    "invalid_client": (
        token({"error": "invalid_client"}, "invalid_client", MISCONFIGURED, status=401),
        ["OIDC_OP_AUTH_METHOD", "OIDC_OP_CLIENT_SECRET"],
    ),
    "401 and no word": (
        token({"message": "who?"}, "invalid_client", MISCONFIGURED, status=401),
        ["OIDC_OP_AUTH_METHOD", "message=who?"],
    ),
    "401 and HTML": (
        token(b"<html>", "invalid_client", MISCONFIGURED, status=401, tenant="plain"),
        ["OAUTH_PLAIN_AUTH_METHOD"],
    ),
    "redirect_uri_mismatch": (
        token({"error": "redirect_uri_mismatch"}, "redirect_uri_mismatch", MISCONFIGURED),
        ["/callback/op"],
    ),
    "an object": (
        token({"error": FACEBOOK}, "invalid_client", MISCONFIGURED, tenant="facebook"),
        ["OAuthException", "code=1", "Error validating client secret."],
    ),
    "an object, a code that was used": (
        token({"error": USED}, "invalid_grant", EXPIRED, tenant="facebook"),
        ["error_subcode=36009"],
    ),
    "an object elsewhere": (
        token({"error": {"code": 17, "message": "no"}}, "17", tenant="plain"),
        ["message=no"],
    ),
    "an empty object": (token({"error": {"a": {}}}, "not_a_word"), []),
    "message": (token({"message": "the app is suspended"}, "invalid_response"), ["suspended"]),
    "form-encoded": (
        token(b"access_token=abc&token_type=bearer", "not_json", status=200, tenant="plain"),
        ["form-encoded"],
    ),
    "HTML": (token(b" <!doctype html>", "not_json", status=200), ["HTML"]),
    "empty": (token(b"", "not_json", status=200), ["empty"]),
}


@pytest.mark.parametrize("kind", TOKEN)
def test_what_the_token_endpoint_says(
    kind: str, app: RunningApp, provider: BadProvider, canary: Listener
) -> None:
    row, words = TOKEN[kind]
    walk(row, app, provider, canary)
    assert [word for word in words if word not in detail_of(app)] == []


def test_the_token_type_that_came_is_named(
    app: RunningApp, provider: BadProvider, canary: Listener
) -> None:
    def change(honest: Any) -> Any:
        return {**honest, "token_type": "BearerToken"}

    row = Row(
        id="type", outcome="REJ1", stage="token", change=change, reason="not_bearer", tenant="plain"
    )
    walk(row, app, provider, canary)
    assert "'BearerToken'" in detail_of(app)


@pytest.mark.parametrize("nothing", [None, "", False])
@pytest.mark.parametrize("status", [200, 201, 203])
def test_an_error_that_is_none(
    nothing: Any, status: int, app: RunningApp, provider: BadProvider, canary: Listener
) -> None:
    def change(honest: Any) -> Any:
        return Reply({**honest, "error": nothing}, status)

    walk(Row(id="none", outcome="OK", stage="token", change=change), app, provider, canary)


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"status": 403, "message": "invalid client secret"}, 403),
        ({"status": 400, "message": "invalid client"}, 400),
        ({"error": "invalid_client_secret"}, 200),
        ({"error": "INVALID_CLIENT"}, 400),
        ({"error": "invalid_request", "error_description": "Client key or secret is wrong."}, 200),
        ({"error": "Unauthorized"}, 401),
    ],
)
def test_wrong_credentials_in_other_words(
    body: Any, status: int, app: RunningApp, provider: BadProvider, browser: Browser
) -> None:
    callback = browser.to_callback(browser.start("op"))
    provider.fault("token", reply(body, status))
    app.log.clear()
    answer = browser.get(callback, allow_redirects=False)
    named = status != 401 or "error" not in body
    assert ("/login/error/provider_misconfigured" in answer.headers["Location"]) is named
    assert ("OIDC_OP_CLIENT_SECRET" in detail_of(app)) is named


@pytest.mark.parametrize(
    ("error", "description"),
    [("invalid_request", "code_verifier is not allowed here"), ("invalid_grant", "PKCE failed")],
)
def test_words_about_pkce_name_its_setting(
    error: str, description: str, app: RunningApp, provider: BadProvider, browser: Browser
) -> None:
    callback = browser.to_callback(browser.start("op"))
    provider.fault("token", reply({"error": error, "error_description": description}))
    app.log.clear()
    browser.get(callback, allow_redirects=False)
    assert "OIDC_OP_PKCE=off" in detail_of(app)


@pytest.mark.parametrize("nonce", [None, "another"])
def test_a_nonce_that_does_not_come_back_names_its_setting(
    nonce: Any, app: RunningApp, provider: BadProvider, canary: Listener
) -> None:
    def change(claims: Any) -> Any:
        return {**claims, "nonce": nonce}

    row = Row(id="nonce", outcome="REJ1", stage="claims", change=change, reason="invalid_id_token")
    walk(row, app, provider, canary)
    assert "OIDC_OP_NONCE=off" in detail_of(app)


def test_an_error_without_a_state_is_in_the_log(app: RunningApp, browser: Browser) -> None:
    app.log.clear()
    query = "error_code=1349048&error_message=Can%27t+Load+URL"
    browser.get(f"{app.url}/callback/op?{query}", allow_redirects=False)
    assert "error_code=1349048; error_message=Can't Load URL" in detail_of(app)


ECHOED = ("client_secret", "code", "code_verifier", "state")


@pytest.mark.parametrize("before", ["", "x" * 55, "x" * 150])
@pytest.mark.parametrize("member", ["error", "error_description", "message", "error_uri"])
def test_a_secret_that_the_token_endpoint_repeats_is_taken_out(
    member: str, before: str, app: RunningApp, provider: BadProvider, browser: Browser
) -> None:
    callback = browser.to_callback(browser.start("plain"))
    state = query_of(callback)["state"]

    def change(_: Any) -> Reply:
        form = provider.last("token").form | {"state": state}
        words = " ".join(form[name] for name in ECHOED)
        return Reply({"error": "invalid_request", member: before + words}, 400)

    provider.fault("token", change)
    app.log.clear()
    browser.get(callback, allow_redirects=False)
    assert CLIENT_SECRET[:8] not in app.log_text()
    assert query_of(callback)["code"][:8] not in app.log_text()
    assert CLIENT_SECRET[:8] not in json.dumps(app.rows("audit_events"), default=str)
    no_secret_in_log(app, provider, callback)
    assert "[remove" in detail_of(app)


@pytest.mark.parametrize(
    "written",
    [
        lambda pair: f"bad header Basic {b64encode(pair.encode()).decode()}",
        lambda pair: quote(pair, safe="").lower(),
        lambda pair: escape(pair),
        lambda pair: pair.replace("\\", "\\\\"),
    ],
    ids=["as the header has it", "in percent signs", "as HTML", "as a string of code"],
)
@pytest.mark.parametrize("member", ["error", "error_description", "token_type"])
def test_a_secret_is_found_however_it_is_written(
    member: str, written: Callable[[str], str]
) -> None:
    from app.signin.oauth.authorization import LoginRequest
    from app.signin.oauth.descriptions import explain
    from app.signin.oauth.errors import OAuthError
    from app.signin.oauth.provider import Client, Provider
    from app.signin.oauth.responses import Response
    from app.signin.oauth.token import read_token_response

    secret = "s3cr\\et/with<special"
    client = Client(
        provider=Provider(name="op", label="OP"),
        client_id="our-id",
        redirect_uri="https://app.example/",
        client_secret=secret,
    )
    words = {"access_token": "x"} if member == "token_type" else {"error": "invalid_request"}
    body = json.dumps(words | {member: written(f"our-id:{secret}")}).encode()
    with pytest.raises(OAuthError) as raised:
        read_token_response(client.provider, Response(400 if "error" in words else 200, body))
    explain(raised.value, client, LoginRequest(), {})
    for text in (raised.value.reason, str(raised.value)):
        assert "et/with" not in text
        assert "special" not in text
        assert b64encode(b"our-id:s3cr").decode()[:12] not in text


def test_a_secret_that_the_callback_repeats_is_taken_out(
    app: RunningApp, provider: BadProvider, browser: Browser
) -> None:
    callback = browser.to_callback(browser.start("op"))
    nonce, state = next(iter(provider.codes.values()))["nonce"], query_of(callback)["state"]
    says = f"no {CLIENT_SECRET} for {nonce} and {state}"
    app.log.clear()
    url = with_query(callback, code=None, error="invalid_scope", error_description=says)
    browser.get(url, allow_redirects=False)
    no_secret_in_log(app, provider, url)
    assert detail_of(app).endswith("no [removed] for [removed] and [removed]")


@pytest.mark.parametrize("status", [400, 403, 404, 500, 429])
def test_an_access_token_that_an_api_repeats_is_taken_out(
    status: int, app: RunningApp, provider: BadProvider, browser: Browser
) -> None:
    def says(_: Any) -> Any:
        return Reply({"detail": f"not with {provider.access_token}"}, status)

    provider.fault("userinfo", says)
    callback = browser.to_callback(browser.start("x"))
    app.log.clear()
    browser.get(callback, allow_redirects=False)
    no_secret_in_log(app, provider, callback)
    assert "detail=not with [removed]" in detail_of(app)


API = {
    "X": {"reason": "client-not-enrolled", "title": "Client Forbidden", "detail": "d" * 900},
    "Meta": {"error": {"type": "client-not-enrolled", "message": "m"}},
    "a list": {"errors": [{"code": 32, "message": "client-not-enrolled"}]},
    "OAuth": {"error": "insufficient_scope", "error_description": "client-not-enrolled"},
    "Microsoft": {"error": {"code": "client-not-enrolled", "innerError": {"date": "x"}}},
    "nonsense beside": {
        "errors": [],
        "code": [],
        "detail": {"a": 1},
        "title": "client-not-enrolled",
    },
}


@pytest.mark.parametrize("kind", API)
def test_the_reason_of_an_api_is_logged(
    kind: str, app: RunningApp, provider: BadProvider, canary: Listener
) -> None:
    row = Row(
        id=kind,
        outcome="REJ2",
        stage="userinfo",
        change=reply(API[kind], 403),
        reason="invalid_response",
        tenant="x",
    )
    walk(row, app, provider, canary)
    assert "client-not-enrolled" in detail_of(app)
    assert len(detail_of(app)) < 500


NESTED: Any = "x"
for _ in range(200):
    NESTED = {"error": NESTED}
ODD = [{"error": text} for text in NASTY.values()]
ODD += [{"error": "invalid_grant", "error_description": text} for text in NASTY.values()]
ODD += [{"error": {"type": text, "code": text}} for text in NASTY.values()]
ODD += [
    {"error": {"code": 10**4000}},
    {"error": {"code": -1.5e300}},
    {"error": {"code": True}},
    {"error": [{"error": "x"}]},
    {"error": 10**4000},
    {"errors": [7]},
    {"errors": {"0": 1}},
    NESTED,
]


@pytest.mark.parametrize("number", range(len(ODD)))
def test_odd_errors_are_a_refusal_on_each_database(
    number: int, either: RunningApp, provider: BadProvider
) -> None:
    provider.fault("token", reply(ODD[number]))
    with Browser(either.url) as browser:
        callback = browser.to_callback(browser.start("facebook" if number % 2 else "op"))
        either.log.clear()
        answer = browser.get(callback, allow_redirects=False)
        assert answer.status_code == 303, answer.text
        assert "/login/error/" in answer.headers["Location"]
    checked_log(either)
    assert len(either.rows("audit_events")[-1]["reason"]) <= 64


STRAY = ["/login/github/authorized", "/callback/githbu", "/auth/github/callback", "/callback/"]


@pytest.mark.parametrize("path", STRAY)
@pytest.mark.parametrize("query", ["code=the-code-1234&state=the-state-1234", "error=x&state=s"])
def test_an_answer_at_a_wrong_address_is_explained_in_development(
    path: str, query: str, app: RunningApp, browser: Browser
) -> None:
    answer = browser.get(f"{app.url}{path}?{query}", allow_redirects=False)
    assert answer.status_code == 404
    assert "redirect_uri" in answer.text
    assert f"{app.url}/callback/github" in answer.text
    assert "the-code-1234" not in answer.text
    plain = browser.get(f"{app.url}{path}", allow_redirects=False)
    assert plain.status_code == 404
    assert "redirect_uri" not in plain.text


def test_not_in_production(
    tmp_path: Path, sqlite: Callable[[], str], provider: BadProvider
) -> None:
    with gunicorn(tmp_path, sqlite(), settings(provider)) as served:
        browser = ProxiedBrowser(served.url)
        answer = browser.get(f"{served.url}/login/github/authorized?code=c&state=s")
        assert answer.status_code == 404
        assert "redirect_uri" not in answer.text
        says = {"error": "invalid_scope", "error_description": "AADSTS50105 for visitors"}
        page = browser.get(with_query(browser.to_callback(browser.start("op")), code=None, **says))
        assert "refused this sign-in" in page.text
        assert "AADSTS" not in page.text
        browser.close()
    assert "AADSTS50105 for visitors" in served.written()


ODD_TEXTS = ["\ud800", "a\x00b", "\udfff\x00", "\u202e", "x" * 300, "\x1b[2J", "\x85"]


@pytest.mark.parametrize("text", ODD_TEXTS)
@pytest.mark.parametrize("name", ["sub", "sid"])
def test_odd_names_in_a_logout_token_are_a_refusal_on_each_database(
    name: str, text: str, either: RunningApp, provider: BadProvider
) -> None:
    now = int(time.time())
    claims = {
        "iss": provider.issuer("op"),
        "aud": CLIENT_ID,
        "iat": now,
        "exp": now + 60,
        "events": {"http://schemas.openid.net/event/backchannel-logout": {}},
        name: text,
    }
    token = compact({"alg": "RS256", "kid": "rsa-1"}, claims, "RS256", provider.rsa)
    with Browser(either.url) as browser:
        url = f"{either.url}/backchannel-logout/op"
        answer = browser.post(url, data={"logout_token": token})
        assert answer.status_code == 400, answer.text
    assert "printable" in detail_of(either)
    checked_log(either)


@pytest.mark.parametrize("text", ODD_TEXTS)
@pytest.mark.parametrize("stage", ["claims", "userinfo", "token", "metadata"])
def test_odd_texts_everywhere_in_an_answer_end_without_a_fault_on_each_database(
    stage: str, text: str, either: RunningApp, provider: BadProvider
) -> None:
    """Each member in turn; the login may work or be refused."""
    honest: dict[str, Any] = {}
    with Browser(either.url) as browser:
        provider.fault(stage, lambda found: honest.update(found) or found)
        browser.get(browser.to_callback(browser.start("op")), allow_redirects=False)
    more = ("sid", "name", "email", "picture", "preferred_username", "error", "scope", "typ", "hd")
    for name in (*honest, *more):
        either.app.extensions["signin"].flow.documents._cache.clear()
        provider.fault(stage, lambda found, name=name: {**found, name: text})
        with Browser(either.url) as browser:
            answer = browser.start("op")
            if "/login/error/" not in answer.headers["Location"]:
                url = browser.to_callback(answer)
                answer = browser.get(url, allow_redirects=False)
            assert answer.status_code == 303, (name, answer.text)
            assert "internal" not in answer.headers["Location"]
    checked_log(either)


@pytest.mark.parametrize("says", [{"error": "invalid_client"}, {"message": "no"}])
def test_the_doctor_names_the_setting_and_no_secret(
    says: dict[str, Any], app: RunningApp, provider: BadProvider
) -> None:
    provider.fault("token", reply({**says, "detail": f"not {CLIENT_SECRET}"}, 401))
    written = app.app.test_cli_runner().invoke(args=["doctor"]).output
    assert "OIDC_OP_AUTH_METHOD" in written
    assert "detail=not [removed]" in written
    assert CLIENT_SECRET not in written
