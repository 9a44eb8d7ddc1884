"""One provider's answer at another's callback (MX).  Spec: RFC 9207, RFC 9700 §4.4."""

import pytest
from harness.app_server import RunningApp
from harness.bad_provider import BadProvider, Listener
from harness.browser import Browser
from harness.walk import Row, pick, query_of, rows_of, sign_in, walk, with_query

ROWS = [
    *(
        Row(
            id=f"MX-01 iss {what} {tenant}",
            outcome="REJ0",
            callback=lambda url, value=value: with_query(url, iss=value),
            reason="issuer_mismatch",
            code="invalid_callback",
            tenant=tenant,
        )
        for tenant in ("op", "github", "google")
        for what, value in {
            "of another": "https://issuer.example",
            "empty": "",
            "of a sibling": "http://127.0.0.1/two",
            "null": "null",
        }.items()
    ),
    *(
        Row(
            id=f"MX-01 iss {what} op",
            outcome="REJ0",
            callback=change,
            reason="issuer_mismatch",
            code="invalid_callback",
        )
        for what, change in {
            "with a slash more": lambda url: with_query(url, iss=query_of(url)["iss"] + "/"),
            "in capitals": lambda url: with_query(url, iss=query_of(url)["iss"].upper()),
        }.items()
    ),
    Row(
        id="MX-02 iss missing though promised",
        outcome="REJ0",
        callback=lambda url: with_query(url, iss=None),
        reason="issuer_missing",
        code="invalid_callback",
    ),
    Row(
        id="MX-02 iss missing from an error though promised",
        outcome="REJ0",
        callback=lambda url: with_query(url, iss=None, code=None, error="access_denied"),
        reason="issuer_missing",
        code="invalid_callback",
    ),
    Row(
        id="MX-01 iss of another beside access_denied",
        outcome="REJ0",
        callback=lambda url: with_query(
            url, iss="https://issuer.example", code=None, error="access_denied"
        ),
        reason="issuer_mismatch",
        code="invalid_callback",
    ),
    Row(
        id="MX-04 plain OAuth with any iss, where none is known",
        outcome="OK",
        callback=lambda url: with_query(url, iss="https://issuer.example"),
        tenant="plain",
    ),
]


@pytest.mark.parametrize(**pick(ROWS))
def test_iss(row: Row, app: RunningApp, provider: BadProvider, canary: Listener) -> None:
    walk(row, app, provider, canary)


@pytest.mark.parametrize("iss", ["https://github.com/login/oauth", "its own", None])
def test_mx_03_and_04_github_with_and_without_iss(
    iss: str | None, app: RunningApp, provider: BadProvider, canary: Listener, browser: Browser
) -> None:
    named = provider.issuer("github") if iss == "its own" else iss
    if iss == "https://github.com/login/oauth":
        # An enterprise server (GITHUB_BASE_URL) of its own may still name github.com.
        assert "github" in app.app.extensions["signin"].settings.clients
    callback = browser.to_callback(browser.start("github"))
    answer = browser.get(with_query(callback, iss=named), allow_redirects=False)
    assert answer.headers["Location"] == "/"


@pytest.mark.parametrize("tenant", ["google", "plain", "x", "facebook"])
def test_mx_04_without_iss_where_none_is_promised(
    tenant: str, app: RunningApp, provider: BadProvider, canary: Listener
) -> None:
    went = walk(Row(id="MX-04", outcome="OK", tenant=tenant), app, provider, canary)
    assert "iss" not in query_of(went.callback_url)


def test_mx_07_each_provider_has_a_callback_of_its_own(app: RunningApp) -> None:
    clients = app.app.extensions["signin"].settings.clients
    uris = {name: client.redirect_uri for name, client in clients.items()}
    assert uris == {name: f"{app.url}/callback/{name}" for name in uris}


@pytest.mark.parametrize(
    ("began", "ended"),
    [("op", "one"), ("one", "two"), ("github", "plain"), ("op", "plain"), ("plain", "op")],
)
def test_mx_07_an_answer_at_another_provider_s_callback(
    began: str, ended: str, app: RunningApp, provider: BadProvider, browser: Browser
) -> None:
    callback = browser.to_callback(browser.start(began))
    browser.start(ended)
    before = rows_of(app)
    at_other = callback.replace(f"/callback/{began}", f"/callback/{ended}")
    answer = browser.get(at_other, allow_redirects=False)
    assert "/login/error/login_expired" in answer.headers["Location"]
    assert provider.count("token") == 0
    assert rows_of(app) == before
    # And the login that began it is still there.
    assert browser.get(callback, allow_redirects=False).headers["Location"] == "/"


def test_mx_09_the_same_sub_at_two_instances_is_two_people(
    app: RunningApp, provider: BadProvider
) -> None:
    users = []
    for tenant in ("one", "two", "plain"):
        provider.profile = {}
        provider.sub = "42"
        with Browser(app.url) as browser:
            sign_in(app, provider, tenant, browser)
            users.append(browser.session_json()["user"]["id"])
    assert len(set(users)) == 3


def test_an_access_token_goes_to_no_other_provider(
    app: RunningApp, provider: BadProvider, canary: Listener
) -> None:
    for tenant in ("op", "one", "github"):
        provider.reset()
        walk(Row(id=tenant, outcome="OK", tenant=tenant), app, provider, canary)
        called = {seen.tenant for seen in provider.seen}
        assert called == {tenant}
