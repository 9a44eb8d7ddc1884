"""A token endpoint that fails, lies or says no (TK).  Spec: RFC 6749 §5.1 and §5.2."""

import base64
import contextlib
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from harness.app_server import RunningApp, running_app
from harness.bad_provider import PROVIDER_TEXT, BadProvider, Listener, Reply
from harness.browser import Browser
from harness.walk import Row, forget, pick, walk

SAYS = PROVIDER_TEXT


def reply(body: Any, status: int = 200, *headers: tuple[str, str]) -> Callable[[Any], Reply]:
    return lambda _: Reply(body, status, list(headers))


def tokens(**changes: Any) -> Callable[[dict[str, Any]], dict[str, Any]]:
    """Change members of the token response; None takes one out."""

    def change(honest: dict[str, Any]) -> dict[str, Any]:
        changed = honest | changes
        return {name: value for name, value in changed.items() if value is not LEFT_OUT}

    return change


LEFT_OUT = object()


def error(word: Any) -> dict[str, Any]:
    return {"error": word, "error_description": SAYS, "error_uri": "https://evil.example"}


def soft(id: str, change: Callable[[Any], Any], **more: Any) -> Row:
    return Row(
        id=id,
        outcome="SOFT",
        stage="token",
        change=change,
        code="provider_unavailable",
        reason="provider_unavailable",
        **more,
    )


def rejected(id: str, change: Callable[[Any], Any], reason: str, **more: Any) -> Row:
    return Row(id=id, outcome="REJ1", stage="token", change=change, reason=reason, **more)


def good(id: str, change: Callable[[Any], Any], **more: Any) -> Row:
    return Row(id=id, outcome="OK", stage="token", change=change, **more)


MISCONFIGURED = {"code": "provider_misconfigured"}
EXPIRED = {"code": "login_expired"}

ROWS = [
    *(
        soft(f"TK-03 {status}", reply({"error": "server_error"}, status))
        for status in (500, 502, 503, 504, 599)
    ),
    soft("TK-03 429 with Retry-After", reply(error("slow_down"), 429, ("Retry-After", "3600"))),
    soft("TK-03 503 with Retry-After 0", reply(b"", 503, ("Retry-After", "0"))),
    soft("TK-03 500 with tokens", lambda honest: Reply(honest, 500)),
    rejected("TK-04 invalid_grant", reply(error("invalid_grant"), 400), "invalid_grant", **EXPIRED),
    rejected(
        "TK-05 invalid_client",
        reply(error("invalid_client"), 401, ("WWW-Authenticate", 'Basic realm="x"')),
        "invalid_client",
        **MISCONFIGURED,
    ),
    rejected(
        "TK-05 unauthorized_client",
        reply(error("unauthorized_client"), 400),
        "unauthorized_client",
        **MISCONFIGURED,
    ),
    rejected("TK-05 an unknown error", reply(error("no_such_error"), 400), "no_such_error"),
    rejected("TK-05 error a number", reply(error(7), 400), "not_a_word"),
    rejected("TK-05 error null", reply(error(None), 400), "invalid_response"),
    rejected("TK-05 error 10 KB", reply(error("e" * 10_000), 400), "e" * 64),
    rejected(
        "TK-06 200 with an error",
        reply(error("bad_verification_code")),
        "bad_verification_code",
        tenant="github",
        **EXPIRED,
    ),
    rejected(
        "TK-06 200 with an error and tokens",
        tokens(error="invalid_grant"),
        "invalid_grant",
        **EXPIRED,
    ),
    rejected(
        "TK-06 200, incorrect_client_credentials",
        reply(error("incorrect_client_credentials")),
        "incorrect_client_credentials",
        tenant="github",
        **MISCONFIGURED,
    ),
    rejected(
        "TK-06 200, redirect_uri_mismatch",
        reply(error("redirect_uri_mismatch")),
        "redirect_uri_mismatch",
        tenant="github",
        **MISCONFIGURED,
    ),
    rejected("TK-07 HTML", reply(b"<html>", 200, ("Content-Type", "text/html")), "not_json"),
    rejected("TK-07 form encoded", reply(b"access_token=a&token_type=bearer"), "not_json"),
    rejected("TK-07 empty", reply(b""), "not_json"),
    rejected("TK-07 null", reply(b"null"), "invalid_response"),
    rejected("TK-07 a list", reply([]), "invalid_response"),
    rejected("TK-07 text", reply(b'"token"'), "invalid_response"),
    rejected("TK-07 not UTF-8", reply(b'{"access_token": "\xff"}'), "not_json"),
    rejected(
        "TK-07 access_token twice", reply(b'{"access_token":"a","access_token":"b"}'), "not_json"
    ),
    rejected("TK-07 NaN", reply(b'{"access_token":"a","expires_in":NaN}'), "not_json"),
    rejected("TK-07 nested 100,000 deep", reply(b"[" * 100_000), "not_json"),
    rejected("TK-07 a number of 100,000 digits", reply(b"9" * 100_000), "not_json"),
    rejected("TK-08 2 MB", reply(b" " * 2_000_000), "too_large"),
    rejected("TK-09 202", lambda honest: Reply(honest, 202), "invalid_response"),
    rejected("TK-09 204", reply(b"", 204), "not_json"),
    rejected("TK-09 400 with tokens", lambda honest: Reply(honest, 400), "invalid_response"),
    rejected("TK-09 404", reply({}, 404), "invalid_response"),
    *(
        rejected(f"TK-10 access_token {what}", tokens(access_token=value), "no_access_token")
        for what, value in {
            "missing": LEFT_OUT,
            "null": None,
            "empty": "",
            "a number": 7,
            "an object": {"value": "x"},
            "a list": ["x"],
            "true": True,
            "with a line end": "a\r\nX-Injected: 1",
            "with a NUL": "a\x00b",
            "not ASCII": "tokén",
        }.items()
    ),
    *(
        rejected(f"TK-11 token_type {what}", tokens(token_type=value), "not_bearer")
        for what, value in {
            "missing": LEFT_OUT,
            "mac": "mac",
            "DPoP": "DPoP",
            "null": None,
            "empty": "",
            "a list": ["Bearer"],
            "with a space": "Bearer ",
        }.items()
    ),
    *(good(f"TK-11 {value}", tokens(token_type=value)) for value in ("bEaReR", "bearer", "BEARER")),
    *(
        good(f"TK-11 plain, token_type {what}", tokens(token_type=value), tenant="plain")
        for what, value in {"missing": LEFT_OUT, "null": None, "empty": ""}.items()
    ),
    *(
        rejected(f"TK-11 plain, {value}", tokens(token_type=value), "not_bearer", tenant="plain")
        for value in ("mac", "DPoP", "BearerToken", 7)
    ),
    good("TK-13 scope missing", tokens(scope=LEFT_OUT)),
    good("TK-13 scope narrower", tokens(scope="openid")),
    good("TK-13 scope wider", tokens(scope="openid email profile admin offline_access")),
    good("TK-13 scope null", tokens(scope=None)),
    good("TK-13 scope a list", tokens(scope=["openid"])),
    good("TK-17 expires_in missing", tokens(expires_in=LEFT_OUT)),
    good("TK-17 expires_in text", tokens(expires_in="3600")),
    good("TK-17 expires_in null", tokens(expires_in=None)),
    good("TK-17 expires_in negative", tokens(expires_in=-1)),
    good("TK-17 refresh_token missing", tokens(refresh_token=LEFT_OUT)),
    good("TK-17 unknown members", tokens(id="1", is_admin=True, user={"role": "admin"})),
    rejected("ID-00 id_token missing", tokens(id_token=LEFT_OUT), "invalid_id_token"),
]


@pytest.mark.parametrize(**pick(ROWS))
def test_token_response(row: Row, app: RunningApp, provider: BadProvider, canary: Listener) -> None:
    walk(row, app, provider, canary)
    assert provider.count("token") == (2 if row.outcome == "SOFT" else 1)


@pytest.mark.parametrize("tenant", ["plain", "github", "facebook", "x"])
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_ss_03_redirects_of_the_token_endpoint_are_not_followed(
    tenant: str, status: int, app: RunningApp, provider: BadProvider, canary: Listener
) -> None:
    away = reply(b"", status, ("Location", f"{canary.url}/token"))
    row = rejected("SS-03", away, "invalid_response", tenant=tenant)
    walk(row, app, provider, canary)


@pytest.mark.parametrize("tenant", ["github", "plain", "x", "facebook", "op"])
def test_tk_19_the_secret_is_sent_in_one_way_and_never_in_a_url(
    tenant: str, app: RunningApp, provider: BadProvider, canary: Listener
) -> None:
    walk(Row(id="honest", outcome="OK", tenant=tenant), app, provider, canary)
    seen = provider.last("token")
    secret = provider.client[1]
    assert seen.query == {}
    assert seen.method == "POST"
    assert not any(secret in request.path for request in provider.seen)
    basic = "authorization" in seen.headers
    assert basic != ("client_secret" in seen.form)
    assert basic == (tenant in ("op", "x"))


@pytest.mark.parametrize(
    ("offered", "basic"),
    [
        (["client_secret_post"], False),
        (["client_secret_basic"], True),
        (["private_key_jwt", "client_secret_post", "client_secret_basic"], True),
        (None, True),
    ],
)
def test_client_authentication_follows_the_metadata(
    offered: list[str] | None,
    basic: bool,
    app: RunningApp,
    provider: BadProvider,
    canary: Listener,
) -> None:
    provider.metadata["token_endpoint_auth_methods_supported"] = offered
    if offered is None:
        provider.fault("metadata", lambda d: {k: v for k, v in d.items() if v is not None})
    walk(Row(id="honest", outcome="OK"), app, provider, canary)
    assert ("authorization" in provider.last("token").headers) == basic


@pytest.mark.parametrize("offered", [["private_key_jwt"], [], "client_secret", 7, [None, {}]])
def test_client_authentication_that_is_not_known_is_refused_before_the_token_request(
    offered: Any, app: RunningApp, provider: BadProvider, canary: Listener
) -> None:
    provider.metadata["token_endpoint_auth_methods_supported"] = offered
    row = Row(id="no way", outcome="REJ0", reason="invalid_response")
    walk(row, app, provider, canary)


STRANGE = ("id:with+odd/chars %&=é", 'se:cr+et/ %41&=ü€ " \\')


@pytest.fixture(scope="module")
def strange(sqlite: Callable[[], str], provider: BadProvider) -> Iterator[RunningApp]:
    """The app with a client ID and a secret of awkward characters."""
    settings = {
        "OIDC_OP_ISSUER": f"{provider.url}/op",
        "OIDC_OP_AUTH_METHOD": "client_secret_basic",
        "OIDC_OP_CLIENT_ID": STRANGE[0],
        "OIDC_OP_CLIENT_SECRET": STRANGE[1],
        "OIDC_ONE_ISSUER": f"{provider.url}/one",
        "OIDC_ONE_AUTH_METHOD": "client_secret_post",
        "OIDC_ONE_CLIENT_ID": STRANGE[0],
        "OIDC_ONE_CLIENT_SECRET": STRANGE[1],
    }
    with running_app(sqlite(), settings) as made:
        yield made


@pytest.mark.parametrize("tenant", ["op", "one"])
def test_tk_18_awkward_characters_in_client_id_and_secret(
    tenant: str, strange: RunningApp, provider: BadProvider, canary: Listener
) -> None:
    forget(strange, provider, canary)
    provider.client = STRANGE
    provider.secrets.add(STRANGE[1])
    walk(Row(id="TK-18", outcome="OK", tenant=tenant), strange, provider, canary)
    seen = provider.last("token")
    if tenant == "op":
        sent = base64.b64decode(seen.headers["authorization"][6:]).decode("ascii")
        assert sent.count(":") == 1
        assert "client_id" not in seen.form


@pytest.mark.parametrize("tenant", ["op", "github"])
def test_a_code_is_used_once_even_where_the_provider_fails(
    tenant: str, app: RunningApp, provider: BadProvider, browser: Browser
) -> None:
    provider.fault("token", reply({}, 503))
    callback = browser.to_callback(browser.start(tenant))
    for _ in range(3):
        answer = browser.get(callback, allow_redirects=False)
        assert answer.status_code == 303
    assert provider.count("token") == 1


def test_a_second_answer_behind_the_first_is_nobody_s(
    app: RunningApp, provider: BadProvider, canary: Listener, browser: Browser
) -> None:
    def two_answers(honest: dict[str, Any]) -> Reply:
        def raw(connection: Any) -> None:
            forged = {"access_token": "forged", "token_type": "Bearer"}
            for body in (Reply(honest).sent(), Reply(forged).sent()):
                head = f"HTTP/1.1 200 OK\r\nContent-Length: {len(body)}\r\n\r\n"
                connection.sendall(head.encode() + body)
            connection.settimeout(2)
            with contextlib.suppress(OSError):
                connection.recv(1)

        return Reply(raw=raw)

    provider.fault("token", two_answers)
    browser.get(browser.to_callback(browser.start("plain")), allow_redirects=False)
    assert provider.reached == ["token"]
    provider.heal()
    for tenant in ("plain", "op"):
        provider.reset()
        walk(Row(id="after it", outcome="OK", tenant=tenant), app, provider, canary)
        assert "forged" not in provider.last("userinfo").headers["authorization"]
