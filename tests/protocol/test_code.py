"""Authorization responses that carry an error, or a code that is none (CD), and PKCE (PK)."""

import re
from urllib.parse import parse_qsl, urlsplit

import pytest
from harness.app_server import RunningApp
from harness.bad_provider import PROVIDER_TEXT, BadProvider, Listener, s256
from harness.browser import Browser
from harness.walk import (
    Row,
    events,
    no_secret_in_log,
    pick,
    query_of,
    rows_of,
    walk,
    with_query,
)

LATER = ("server_error", "temporarily_unavailable")
ERRORS = {
    "invalid_request": "provider_refused",
    "unauthorized_client": "provider_misconfigured",
    "unsupported_response_type": "provider_refused",
    "invalid_scope": "provider_refused",
    "server_error": "provider_unavailable",
    "temporarily_unavailable": "provider_unavailable",
    "interaction_required": "provider_refused",
    "login_required": "provider_refused",
    "account_selection_required": "provider_refused",
    "consent_required": "provider_refused",
    "invalid_request_uri": "provider_refused",
    "invalid_request_object": "provider_refused",
    "request_not_supported": "provider_refused",
    "request_uri_not_supported": "provider_refused",
    "registration_not_supported": "provider_refused",
    "application_suspended": "provider_refused",
    "redirect_uri_mismatch": "provider_misconfigured",
    "no-such-error": "provider_refused",
    "<script>alert(1)</script>": "provider_refused",
    "access_denied ": "provider_refused",
    "ACCESS_DENIED": "provider_refused",
}


def error_url(url: str, **changes: str | None) -> str:
    described = {"error_description": PROVIDER_TEXT, "error_uri": "https://evil.example/"}
    return with_query(url, code=None, **{**described, **changes})


ROWS = [
    *(
        Row(
            id=f"CD-02 {error}",
            outcome="REJ0",
            callback=lambda url, error=error: error_url(url, error=error),
            reason=error,
            code=code,
        )
        for error, code in ERRORS.items()
    ),
    *(
        Row(
            id=f"CD-04 code and {error}",
            outcome="REJ0",
            callback=lambda url, error=error: with_query(url, error=error),
            reason="code_and_error",
            code="invalid_callback",
        )
        for error in ("access_denied", "server_error", "")
    ),
    *(
        Row(
            id=f"CD-05 code {what}",
            outcome="REJ0",
            callback=lambda url, value=value: with_query(url, code=value),
            reason=reason,
            code="invalid_callback",
        )
        for what, value, reason in (
            ("missing", None, "no_code"),
            ("empty", "", "no_code"),
            ("5,000 long", "c" * 5000, "bad_parameter"),
            ("60,000 long", "c" * 60_000, "bad_parameter"),
            ("with a line end", "code\r\nSet-Cookie: a=b", "bad_parameter"),
            ("with a NUL", "code\x00", "bad_parameter"),
            ("with a tab", "co\tde", "bad_parameter"),
            ("not ASCII", "códe", "bad_parameter"),
            ("an escape", "\x1b[31mcode", "bad_parameter"),
        )
    ),
    Row(
        id="CD-02 error empty",
        outcome="REJ0",
        callback=lambda url: error_url(url, error=""),
        reason="",
        code="provider_refused",
    ),
    Row(
        id="CD-02 error of 5,000 characters",
        outcome="REJ0",
        callback=lambda url: error_url(url, error="e" * 5000),
        reason="bad_parameter",
        code="invalid_callback",
    ),
]


@pytest.mark.parametrize(**pick(ROWS))
def test_callback(row: Row, app: RunningApp, provider: BadProvider, canary: Listener) -> None:
    went = walk(row, app, provider, canary)
    page = went.browser.hop(went.answer).text
    if row.reason in LATER:
        assert "start again" in page.lower()


@pytest.mark.parametrize("tenant", ["github", "plain", "op"])
def test_cd_05_a_code_of_no_login_is_the_provider_s_to_refuse(
    tenant: str, app: RunningApp, provider: BadProvider, canary: Listener
) -> None:
    row = Row(
        id="CD-06",
        outcome="REJ1",
        callback=lambda url: with_query(url, code="stolen-code"),
        reason="invalid_grant",
        code="login_expired",
        tenant=tenant,
    )
    walk(row, app, provider, canary)


def test_cd_05_a_code_of_64_kilobytes(
    app: RunningApp, provider: BadProvider, browser: Browser
) -> None:
    callback = browser.to_callback(browser.start("op"))
    answer = browser.get(with_query(callback, code="c" * 65_536), allow_redirects=False)
    assert answer.status_code == 303 or 400 <= answer.status_code < 500
    assert provider.count("token") == 0


def test_cd_06_a_code_of_another_login_does_not_fit_the_verifier(
    app: RunningApp, provider: BadProvider, browser: Browser
) -> None:
    """Code injection: the attacker puts a stolen code into a login of their own."""
    victims = Browser(app.url)
    stolen = query_of(victims.to_callback(victims.start("plain")))["code"]
    callback = browser.to_callback(browser.start("plain"))
    answer = browser.get(with_query(callback, code=stolen), allow_redirects=False)
    assert "/login/error/login_expired" in answer.headers["Location"]
    assert browser.sub() is None


@pytest.mark.parametrize("tenant", ["op", "plain", "github"])
def test_cd_01_cancelled(
    tenant: str, app: RunningApp, provider: BadProvider, browser: Browser
) -> None:
    before = rows_of(app)
    callback = browser.to_callback(browser.start(tenant, next_url="/notes"))
    app.log.clear()
    answer = browser.get(error_url(callback, error="access_denied"), allow_redirects=False)
    assert answer.status_code == 303
    assert answer.headers["Location"] == "/login?next=/notes"
    page = browser.hop(answer)
    assert page.status_code == 200
    assert "cancelled" in page.text
    assert "PROVIDER-TEXT" not in page.text
    assert [event["event"] for event in events(app)] == ["cancelled"]
    assert not [record for record in app.log if record.levelname in ("WARNING", "ERROR")]
    assert provider.count("token") == 0
    assert rows_of(app) == before
    # It is used up: the same state with a code comes too late.
    again = browser.get(callback, allow_redirects=False)
    assert "/login/error/login_expired" in again.headers["Location"]
    assert provider.count("token") == 0
    no_secret_in_log(app, provider, callback)


@pytest.mark.parametrize("name", ["nobody", "microsoft", "error", "op%2F..", "OP", "a" * 300])
@pytest.mark.parametrize("path", ["/callback/{}?code=a&state=b", "/login/{}"])
def test_cd_07_providers_that_are_not_set_up(
    path: str, name: str, app: RunningApp, browser: Browser
) -> None:
    answer = browser.get(app.url + path.format(name), allow_redirects=False)
    assert answer.status_code == 404


@pytest.mark.parametrize("end", ["good", "refused", "cancelled", "unknown", "posted"])
def test_cd_08_the_callback_answers_with_a_redirect_to_a_clean_url(
    end: str, app: RunningApp, provider: BadProvider, browser: Browser
) -> None:
    callback = browser.to_callback(browser.start("op"))
    if end == "refused":
        provider.fault("claims", lambda claims: {**claims, "nonce": "x"})
    url = {
        "cancelled": error_url(callback, error="access_denied"),
        "unknown": with_query(callback, state="x" * 43),
    }.get(end, callback)
    method = "POST" if end == "posted" else "GET"
    answer = browser.request(method, url, allow_redirects=False)
    assert answer.status_code == 303
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert answer.headers["Cache-Control"] == "no-store"
    target = urlsplit(answer.headers["Location"])
    assert (target.scheme, target.netloc) == ("", "")
    assert not {"code", "state", "iss"} & {name for name, _ in parse_qsl(target.query)}
    sent = query_of(url)
    assert sent["state"] not in answer.text


def test_cd_10_the_body_of_a_posted_callback_is_not_logged(
    app: RunningApp, provider: BadProvider, browser: Browser
) -> None:
    secret = "a-password-that-was-posted-on"
    callback = browser.to_callback(browser.start("op"))
    form = {"password": secret, **query_of(callback)}
    answer = browser.post(callback.partition("?")[0], data=form, allow_redirects=False)
    assert "/login/error/invalid_callback" in answer.headers["Location"]
    assert secret not in app.log_text()
    no_secret_in_log(app, provider, callback)
    assert [event["reason"] for event in events(app)] == ["response_mode"]


# PKCE

TENANTS = ("op", "google", "plain", "github", "facebook", "x")


@pytest.mark.parametrize("tenant", TENANTS)
def test_pk_01_to_03_s256_and_the_verifier_of_this_login(
    tenant: str, app: RunningApp, provider: BadProvider, browser: Browser
) -> None:
    asked, verifiers = [], []
    for _ in range(3):
        answer = browser.start(tenant)
        url = answer.headers["Location"]
        query = query_of(url)
        asked.append(query)
        assert query["code_challenge_method"] == "S256"
        assert re.fullmatch(r"[A-Za-z0-9_-]{43}", query["code_challenge"])
        assert query["response_type"] == "code"
        browser.get(browser.to_callback(answer), allow_redirects=False)
        verifier = provider.last("token").form["code_verifier"]
        assert re.fullmatch(r"[A-Za-z0-9._~-]{43,128}", verifier)
        assert s256(verifier) == query["code_challenge"]
        assert verifier not in url
        verifiers.append(verifier)
    assert len(set(verifiers)) == 3
    everything = [value for query in asked for value in query.values()]
    assert not set(verifiers) & set(everything)


def test_pk_02_verifiers_are_random(app: RunningApp, provider: BadProvider) -> None:
    auth = app.app.extensions["signin"]
    made = [auth.flow.start(auth.settings.clients["plain"])[1] for _ in range(1000)]
    for name in ("code_verifier", "state", "nonce"):
        assert len({getattr(pending, name) for pending in made}) == 1000
    assert not any(p.code_verifier in (p.state, p.nonce) for p in made)
    assert made[0].code_verifier not in repr(made[0])


@pytest.mark.parametrize("methods", [["plain"], []])
def test_pk_06_metadata_without_s256_does_not_bring_plain_back(
    methods: list[str], app: RunningApp, provider: BadProvider, canary: Listener
) -> None:
    provider.metadata["code_challenge_methods_supported"] = methods
    went = walk(Row(id="PK-06", outcome="OK"), app, provider, canary)
    query = query_of(went.start.headers["Location"])
    assert query["code_challenge_method"] == "S256"
    assert query["state"]
    assert query["nonce"]
    warned = [r.getMessage() for r in app.log if r.levelname == "WARNING"]
    assert any("PKCE" in message for message in warned)


@pytest.mark.parametrize("where", ["form", "query"])
def test_pk_07_the_request_cannot_change_the_authorization_request(
    where: str, app: RunningApp, provider: BadProvider, browser: Browser
) -> None:
    sent = {
        "code_challenge": "attacker",
        "code_challenge_method": "plain",
        "state": "attacker",
        "nonce": "attacker",
        "redirect_uri": "https://evil.example/",
        "scope": "attacker",
        "client_id": "attacker",
        "response_type": "token",
        "response_mode": "fragment",
        "prompt": "none",
        "login_hint": "attacker",
        "acr_values": "attacker",
        "tenant": "evil.example/",
        "hd": "evil.example",
        "purpose": "link",
        "user_id": "1",
        "max_age": "0",
    }
    if where == "form":
        answer = browser.start("op", **sent)
    else:
        form = {"csrf_token": browser.csrf_token("/login/op")}
        url = f"{app.url}/login/op"
        answer = browser.post(url, params=sent, data=form, allow_redirects=False)
    query = query_of(answer.headers["Location"])
    assert answer.headers["Location"].startswith(f"{provider.issuer('op')}/authorize?")
    assert not {"attacker", "evil.example"} & set(query.values())
    assert query["response_type"] == "code"
    assert query["redirect_uri"] == f"{app.url}/callback/op"
    assert not {"prompt", "login_hint", "acr_values", "tenant", "hd", "max_age"} & set(query)
    assert app.rows("pending_logins")[-1]["purpose"] == "login"


@pytest.mark.parametrize("tenant", TENANTS)
def test_rd_11_one_redirect_uri_in_both_requests(
    tenant: str, app: RunningApp, provider: BadProvider, browser: Browser
) -> None:
    answer = browser.start(tenant)
    asked = query_of(answer.headers["Location"])["redirect_uri"]
    browser.get(browser.to_callback(answer), allow_redirects=False)
    assert asked == provider.last("token").form["redirect_uri"] == f"{app.url}/callback/{tenant}"


def test_rd_11_the_host_header_is_not_asked(
    app: RunningApp, provider: BadProvider, browser: Browser
) -> None:
    headers = {"X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "https"}
    headers |= {"Forwarded": "host=evil.example;proto=https"}
    browser.headers.update(headers)
    answer = browser.start("op")
    assert query_of(answer.headers["Location"])["redirect_uri"] == f"{app.url}/callback/op"
