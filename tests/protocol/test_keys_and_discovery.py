"""Metadata and keys that are missing, foreign, huge or changed (JW)."""

import time
from base64 import urlsafe_b64decode
from collections.abc import Callable
from typing import Any

import pytest
from harness.app_server import RunningApp, running_app
from harness.bad_provider import CLIENT_ID, CLIENT_SECRET, BadProvider, Listener, Reply, b64
from harness.browser import Browser
from harness.walk import Row, forget, pick, query_of, sign_in, walk

LEFT_OUT = object()
LATER = {"outcome": "SOFT", "code": "provider_unavailable", "reason": "provider_unavailable"}


def document(**changes: Any) -> Callable[[dict[str, Any]], dict[str, Any]]:
    """Change members of a document; a function is given the right value."""

    def change(honest: dict[str, Any]) -> dict[str, Any]:
        changed = dict(honest)
        for name, value in changes.items():
            changed[name] = value(honest[name]) if callable(value) else value
        return {name: value for name, value in changed.items() if value is not LEFT_OUT}

    return change


def reply(body: Any, status: int = 200, *headers: tuple[str, str]) -> Callable[[Any], Reply]:
    return lambda _: Reply(body, status, list(headers))


def metadata(id: str, change: Callable[[Any], Any], reason: str = "invalid_response") -> Row:
    return Row(id=id, outcome="REJ0", stage="metadata", change=change, reason=reason)


URLS = {
    "missing": LEFT_OUT,
    "null": None,
    "empty": "",
    "a number": 7,
    "a list": ["https://p.example/"],
    "relative": "/token",
    "http elsewhere": "http://provider.example/token",
    "http at a name like localhost": "http://localhost.evil.example/token",
    "http at an address of the network": "http://10.0.0.1/token",
    "link-local": "https://169.254.169.254/latest/",
    "link-local in IPv6": "https://[fe80::1]/token",
    "link-local with a zone": "https://[fe80::1%25eth0]/token",
    "link-local inside IPv6": "https://[::ffff:169.254.169.254]/latest/",
    "link-local by 6to4": "https://[2002:a9fe:a9fe::]/latest/",
    "link-local by NAT64": "https://[64:ff9b::a9fe:a9fe]/latest/",
    "link-local, compatible with IPv4": "https://[::169.254.169.254]/latest/",
    "link-local by Teredo": "https://[2001:0:4136:e378:8000:63bf:5601:5601]/latest/",
    "this network": "https://0.0.0.1/token",
    "reserved": "https://240.0.0.1/token",
    "everybody": "https://255.255.255.255/token",
    "a cloud's secrets": "https://metadata.google.internal/computeMetadata/v1/",
    "a cloud's secrets in IPv6": "https://[fd00:ec2::254]/latest/",
    "no address": "https://0.0.0.0/token",
    "no address in IPv6": "https://[::]/token",
    "an address in decimal": "https://2852039166/latest/",
    "an address in octal": "https://0251.0376.0251.0376/latest/",
    "an address in hexadecimal": "https://0xa9.254.169.0xfe/latest/",
    "an address cut short": "https://169.254.43518/latest/",
    "an address with a dot": "https://169.254.169.254./latest/",
    "an address in percent signs": "https://%31%36%39.254.169.254/latest/",
    "a script": "javascript:alert(1)",
    "a file": "file:///etc/passwd",
    "with a user": "https://user:pass@provider.example/token",
    "with a line end": "https://provider.example/\r\nX: 1",
    "with a space": "https://provider.example/a b",
    "without a host": "https:///token",
    "half an address": "https://[::1/token",
    "a port that is none": "https://provider.example:99999/",
}
ENDPOINTS = ("authorization_endpoint", "token_endpoint", "jwks_uri")
OPTIONAL = ("userinfo_endpoint", "end_session_endpoint", "revocation_endpoint")
LISTS = (
    "token_endpoint_auth_methods_supported",
    "id_token_signing_alg_values_supported",
    "code_challenge_methods_supported",
)

METADATA = [
    *(
        metadata(f"JW-01 issuer {what}", document(issuer=value), "issuer_mismatch")
        for what, value in {
            "of another": "https://issuer.example",
            "with a slash more": lambda issuer: issuer + "/",
            "in capitals": lambda issuer: issuer.upper(),
            "of the folder above": lambda issuer: issuer.rpartition("/")[0],
            "missing": LEFT_OUT,
            "null": None,
            "in a list": lambda issuer: [issuer],
        }.items()
    ),
    *(
        metadata(f"JW-10 {name} {what}", document(**{name: value}))
        for name in ENDPOINTS
        for what, value in URLS.items()
    ),
    *(metadata(f"JW-13 {name} a number", document(**{name: 7})) for name in LISTS),
    *(metadata(f"JW-13 {name} text", document(**{name: "RS256"})) for name in LISTS),
    metadata("JW-07 a list", reply([])),
    metadata("JW-07 null", reply(b"null")),
    metadata("JW-07 HTML", reply(b"<html>"), "not_json"),
    metadata("JW-07 empty", reply(b""), "not_json"),
    metadata("JW-07 issuer twice", reply(b'{"issuer":"a","issuer":"b"}'), "not_json"),
    metadata("JW-07 404", reply({}, 404)),
    metadata("JW-07 401", reply({}, 401)),
    metadata("JW-12 2 MB", reply(b" " * 2_000_000), "too_large"),
    *(
        Row(id=f"JW-11 {status}", stage="metadata", change=reply({}, status), **LATER)
        for status in (500, 503, 429)
    ),
    Row(
        id="JW-11 hung up",
        stage="metadata",
        change=lambda _: Reply(raw=lambda connection: None),
        **LATER,
    ),
]


@pytest.mark.parametrize(**pick(METADATA))
def test_metadata(row: Row, app: RunningApp, provider: BadProvider, canary: Listener) -> None:
    walk(row, app, provider, canary)


@pytest.mark.parametrize("value", [7, 0, True, "auth_time", "", {}])
@pytest.mark.parametrize("name", ["claims_supported", "prompt_values_supported"])
def test_an_optional_list_that_is_none_is_ignored(
    name: str, value: object, app: RunningApp, provider: BadProvider, canary: Listener
) -> None:
    row = Row(id=name, outcome="OK", stage="metadata", change=document(**{name: value}))
    went = walk(row, app, provider, canary)
    form = {"csrf_token": went.browser.csrf_token("/account/connections")}
    url = f"{app.url}/account/connections/two"
    assert went.browser.post(url, data=form, allow_redirects=False).status_code == 303


@pytest.mark.parametrize("what", [what for what in URLS if what not in ("missing", "null")])
@pytest.mark.parametrize("name", OPTIONAL)
def test_an_optional_endpoint_that_cannot_be_used_is_ignored(
    name: str, what: str, app: RunningApp, provider: BadProvider, canary: Listener
) -> None:
    row = Row(id=what, outcome="OK", stage="metadata", change=document(**{name: URLS[what]}))
    went = walk(row, app, provider, canary)
    (logged,) = [r.getMessage() for r in app.log if r.name.endswith("discovery")]
    assert f"op: the metadata's {name}" in logged
    assert "is ignored" in logged
    assert not URLS[what] or str(URLS[what]) not in logged
    # It has said the address beside the endpoint that is ignored.
    assert bool(went.browser.session_json()["user"]["email"]) == (name != "userinfo_endpoint")
    assert went.browser.post(
        f"{app.url}/logout", data={"csrf_token": went.browser.csrf_token("/")}
    ).ok


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("stage", ["metadata", "jwks"])
def test_jw_10_redirects_are_not_followed(
    stage: str, status: int, app: RunningApp, provider: BadProvider, canary: Listener
) -> None:
    away = reply(b"", status, ("Location", f"{canary.url}/elsewhere"))
    outcome = "REJ0" if stage == "metadata" else "REJ1"
    row = Row(id="away", outcome=outcome, stage=stage, change=away, reason="invalid_response")
    walk(row, app, provider, canary)


@pytest.mark.parametrize("name", LISTS)
def test_lists_that_are_null_or_missing_have_their_defaults(
    name: str, app: RunningApp, provider: BadProvider, canary: Listener
) -> None:
    for value in (None, LEFT_OUT):
        app.app.extensions["signin"].flow.documents._cache.clear()
        row = Row(id=name, outcome="OK", stage="metadata", change=document(**{name: value}))
        walk(row, app, provider, canary)


def test_authorization_endpoint_with_a_query_keeps_it(
    app: RunningApp, provider: BadProvider, canary: Listener
) -> None:
    change = document(authorization_endpoint=lambda url: f"{url}?policy=a%26b")
    row = Row(id="query", outcome="OK", stage="metadata", change=change)
    went = walk(row, app, provider, canary)
    assert query_of(went.start.headers["Location"])["policy"] == "a&b"


# Keys


def keys_row(id: str, change: Callable[[Any], Any], reason: str = "bad_key_set") -> Row:
    return Row(id=id, outcome="REJ1", stage="jwks", change=change, reason=reason)


def key_set(*members: Any) -> Callable[[dict[str, Any]], dict[str, Any]]:
    """Publish these members; a function is given the honest one."""

    def change(honest: dict[str, Any]) -> dict[str, Any]:
        good = honest["keys"][0]
        return {"keys": [m(good) if callable(m) else m for m in members]}

    return change


def good(key: dict[str, Any]) -> dict[str, Any]:
    return key


SMALL = {"kty": "RSA", "kid": "rsa-1", "e": "AQAB", "n": b64(b"\xd7" * 128)}
OCT = {"kty": "oct", "kid": "rsa-1", "k": b64(b"secret" * 8)}
MALFORMED = [
    None,
    7,
    "key",
    [],
    {},
    {"kty": None},
    {"kty": "unknown", "kid": "x"},
    {"kty": "RSA", "kid": "x"},
    {"kty": "RSA", "kid": "x", "n": "!!", "e": "AQAB"},
    {"kty": "RSA", "kid": "x", "n": 7, "e": []},
    {"kty": "RSA", "kid": "x", "n": "A" * 400, "e": "AA"},
    {"kty": "EC", "kid": "x", "crv": "P-256", "x": "AA", "y": "AA"},
    {"kty": "EC", "kid": "x", "crv": "none", "x": "AA", "y": "AA"},
    {"kty": "OKP", "kid": "x", "crv": "Ed25519", "x": "AA"},
    {"kty": "OKP", "kid": {"a": 1}, "crv": [], "x": None},
    OCT,
]


def standard_base64(text: str) -> str:
    return text.replace("-", "+").replace("_", "/") + "=" * (-len(text) % 4)


# Keys that real providers publish, written in another way than RFC 7517 says.
NULLS = ("x5c", "x5t", "x5t#S256", "x5u", "key_ops", "alg", "d", "p", "crv")
LENIENT: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
    "null members": lambda key: {**key, **dict.fromkeys(NULLS)},
    "use null": lambda key: {**key, "use": None},
    "use in capitals": lambda key: {**key, "use": "SIG"},
    "standard base64": lambda key: {**key, "n": standard_base64(key["n"])},
    "base64 in lines": lambda key: {**key, "n": standard_base64(key["n"])[:76] + "\r\n"
                                    + standard_base64(key["n"])[76:]},
    "a zero byte before n": lambda key: {**key, "n": b64(b"\0" + unb64(key["n"]))},
    "certificates as text": lambda key: {**key, "x5c": "MIIB", "x5t": 7, "key_ops": "verify"},
    "no kid": lambda key: {name: value for name, value in key.items() if name != "kid"},
    "kid null": lambda key: {**key, "kid": None},
}  # fmt: skip


def unb64(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


KEYS = [
    keys_row("JW-08 {}", reply({})),
    keys_row("JW-08 keys null", reply({"keys": None})),
    keys_row("JW-08 keys an object", reply({"keys": {}})),
    keys_row("JW-08 keys empty", reply({"keys": []})),
    keys_row("JW-08 a list", reply([])),
    keys_row("JW-08 null", reply(b"null")),
    keys_row("JW-08 only malformed keys", key_set(*MALFORMED)),
    keys_row("JW-08 a private key", lambda _: None),
    keys_row("JW-08 for encryption", key_set(lambda key: {**key, "use": "enc"})),
    keys_row("JW-08 RSA of 1,024 bits", key_set(SMALL)),
    keys_row("JW-08 HTML", reply(b"<html>"), "not_json"),
    keys_row("JW-08 404", reply({}, 404), "invalid_response"),
    keys_row("JW-12 20 MB", reply(b" " * 20_000_000), "too_large"),
    keys_row("JW-12 10,000 keys", key_set(*[{"kty": "RSA"}] * 10_000)),
    keys_row("JW-12 1,001 keys", key_set(*[good] * 1001)),
    keys_row("JW-09 another alg", key_set(lambda k: {**k, "alg": "PS256"}), "invalid_id_token"),
    keys_row("JW-09 another kid", key_set(lambda k: {**k, "kid": "rsa-9"}), "invalid_id_token"),
    keys_row("JW-08 key_ops without verify", key_set(lambda k: {**k, "key_ops": ["encrypt"]})),
    Row(id="JW-08 500", stage="jwks", change=reply({}, 500), **LATER),
    Row(
        id="JW-08 good among malformed",
        outcome="OK",
        stage="jwks",
        change=key_set(*MALFORMED, good, *MALFORMED),
    ),
    *(
        Row(id=f"JW-14 {what}", outcome="OK", stage="jwks", change=key_set(change))
        for what, change in LENIENT.items()
    ),
    Row(id="JW-14 200 keys", outcome="OK", stage="jwks", change=key_set(
        *[lambda key, n=n: {**key, "kid": f"old-{n}"} for n in range(199)], good)),
    Row(id="JW-08 use missing", outcome="OK", stage="jwks", change=key_set(
        lambda key: {n: v for n, v in key.items() if n not in ("use", "alg")})),
    Row(id="JW-08 unknown members", outcome="OK", stage="jwks", change=key_set(
        lambda key: {**key, "x-more": [1], "key_ops": ["verify"]})),
]  # fmt: skip


@pytest.mark.parametrize(**pick(KEYS))
def test_keys(row: Row, app: RunningApp, provider: BadProvider, canary: Listener) -> None:
    if "private" in row.id:
        private = provider.rsa.as_dict(private=True)
        row = keys_row(row.id, reply({"keys": [private]}))
    walk(row, app, provider, canary)


def test_jw_09_two_keys_with_one_kid_are_both_tried(
    app: RunningApp, provider: BadProvider, canary: Listener
) -> None:
    provider.published = [provider.attacker, provider.rsa]
    walk(Row(id="JW-09", outcome="OK"), app, provider, canary)


def test_jw_09_the_kid_of_an_elliptic_key_on_an_rsa_token(
    app: RunningApp, provider: BadProvider, canary: Listener
) -> None:
    provider.published = [provider.ec, provider.rsa]
    provider.fault("header", lambda header: {**header, "kid": "ec-1"})
    row = Row(id="JW-09", outcome="REJ1", reason="invalid_id_token")
    walk(row, app, provider, canary)


@pytest.mark.parametrize("published", [1, 3])
def test_jw_04_and_05_no_kid(
    published: int, app: RunningApp, provider: BadProvider, canary: Listener
) -> None:
    """Several keys of the right type are tried one by one."""
    provider.published = [provider.rsa_2, provider.ec, provider.rsa][-published:]

    def no_kid(header: Any) -> Any:
        return {n: v for n, v in header.items() if n != "kid"}

    walk(Row(id="no kid", outcome="OK", stage="header", change=no_kid), app, provider, canary)


def test_jw_05_no_kid_and_the_key_is_none_of_them(
    app: RunningApp, provider: BadProvider, canary: Listener
) -> None:
    provider.published = [provider.rsa_2, provider.ec]

    def no_kid(header: Any) -> Any:
        return {n: v for n, v in header.items() if n != "kid"}

    row = Row(id="JW-05", outcome="REJ1", stage="header", change=no_kid, reason="invalid_id_token")
    walk(row, app, provider, canary)


def rotate(provider: BadProvider) -> None:
    """Sign with another key from now on, and publish only that."""
    old = provider.published[0]
    new = provider.rsa_2 if old is provider.rsa else provider.rsa
    provider.signing, provider.published = ("RS256", new), [new]


def test_jw_02_keys_changed_between_two_logins(
    app: RunningApp, provider: BadProvider, canary: Listener
) -> None:
    walk(Row(id="first", outcome="OK"), app, provider, canary)
    assert provider.count("jwks") == 1
    walk(Row(id="cached", outcome="OK"), app, provider, canary)
    assert provider.count("jwks") == 0
    for _ in range(2):
        rotate(provider)
        walk(Row(id="changed", outcome="OK"), app, provider, canary)
        assert provider.count("jwks") == 1
        assert provider.count("metadata") == 0


def test_jw_02_keys_changed_without_kids(
    app: RunningApp, provider: BadProvider, canary: Listener
) -> None:
    provider.fault("header", lambda header: {**header, "kid": None})
    provider.fault("header", lambda header: {n: v for n, v in header.items() if n != "kid"})
    walk(Row(id="first", outcome="OK"), app, provider, canary)
    rotate(provider)
    walk(Row(id="changed", outcome="OK"), app, provider, canary)
    assert provider.count("jwks") == 1


def test_jw_02_another_key_under_the_same_kid(
    app: RunningApp, provider: BadProvider, canary: Listener
) -> None:
    walk(Row(id="first", outcome="OK"), app, provider, canary)
    provider.signing, provider.published = ("RS256", provider.attacker), [provider.attacker]
    walk(Row(id="changed", outcome="OK"), app, provider, canary)
    assert provider.count("jwks") == 1


def test_jw_03_keys_changed_right_before_signing(
    app: RunningApp, provider: BadProvider, canary: Listener, browser: Browser
) -> None:
    walk(Row(id="first", outcome="OK"), app, provider, canary)
    callback = browser.to_callback(browser.start("op"))
    rotate(provider)
    assert browser.get(callback, allow_redirects=False).headers["Location"] == "/"


def test_jw_03_keys_changed_while_several_people_come_back(
    app: RunningApp, provider: BadProvider, canary: Listener, at_once: Any
) -> None:
    """One fetch brings the new keys; those who come meanwhile wait for it."""
    walk(Row(id="first", outcome="OK"), app, provider, canary)
    browsers = [Browser(app.url) for _ in range(4)]
    callbacks = [browser.to_callback(browser.start("op")) for browser in browsers]
    rotate(provider)

    def slow(honest: Any) -> Any:
        time.sleep(0.5)
        return honest

    provider.fault("jwks", slow)
    provider.seen.clear()
    answers = at_once(
        *(
            lambda browser=browser, url=url: browser.get(url, allow_redirects=False)
            for browser, url in zip(browsers, callbacks, strict=True)
        )
    )
    assert [answer.headers["Location"] for answer in answers] == ["/"] * 4
    assert provider.count("jwks") == 1
    for browser in browsers:
        browser.close()


def test_jw_06_a_flood_of_unknown_kids_is_one_request_a_cool_down(
    app: RunningApp, provider: BadProvider, canary: Listener
) -> None:
    walk(Row(id="first", outcome="OK"), app, provider, canary)
    fetched = 0
    for number in range(5):
        row = Row(
            id=f"kid {number}",
            outcome="REJ1",
            stage="header",
            change=lambda header, number=number: {**header, "kid": f"no-{number}"},
            reason="invalid_id_token",
        )
        walk(row, app, provider, canary)
        fetched += provider.count("jwks")
    assert fetched == 1
    provider.heal()
    walk(Row(id="good", outcome="OK"), app, provider, canary)
    # Once the cool-down is over, changed keys are found.
    for kept in app.app.extensions["signin"].flow.documents._cache.values():
        kept.cool_until = 0
    rotate(provider)
    walk(Row(id="changed", outcome="OK"), app, provider, canary)


@pytest.mark.parametrize("stage", ["jwks", "metadata"])
def test_jw_11_what_is_cached_carries_a_provider_that_fails(
    stage: str, app: RunningApp, provider: BadProvider, canary: Listener
) -> None:
    walk(Row(id="first", outcome="OK"), app, provider, canary)
    documents = app.app.extensions["signin"].flow.documents
    for kept in documents._cache.values():
        kept.fresh_until = 0
    provider.fault(stage, reply({}, 500))
    app.log.clear()
    walk(Row(id="stale", outcome="OK"), app, provider, canary)
    assert "cannot be fetched, the old one is used" in app.log_text()
    assert provider.count(stage) == 1
    walk(Row(id="stale again", outcome="OK"), app, provider, canary)
    assert provider.count(stage) == 0
    # For a day, no longer.
    for kept in documents._cache.values():
        kept.fresh_until, kept.fetched_at = 0, kept.fetched_at - 90_000
    walk(Row(id="too old", **LATER), app, provider, canary)


def test_jw_11_the_app_starts_while_a_provider_is_down(
    sqlite: Callable[[], str], provider: BadProvider, canary: Listener
) -> None:
    provider.reset()
    provider.fault("metadata", reply({}, 503))
    settings = {
        "OIDC_OP_ISSUER": f"{provider.url}/op",
        "OIDC_OP_CLIENT_ID": CLIENT_ID,
        "OIDC_OP_CLIENT_SECRET": CLIENT_SECRET,
        "OIDC_TWO_ISSUER": f"{provider.url}/two",
        "OIDC_TWO_CLIENT_ID": CLIENT_ID,
        "OIDC_TWO_CLIENT_SECRET": CLIENT_SECRET,
    }
    with running_app(sqlite(), settings) as app, Browser(app.url) as browser:
        assert browser.get(f"{app.url}/login").status_code == 200
        answer = browser.start("op")
        assert "/login/error/provider_unavailable" in answer.headers["Location"]
        provider.heal()
        sign_in(app, provider, "op", browser)


@pytest.mark.parametrize("alg", [None, "HS256"])
def test_a_provider_that_signs_with_the_client_secret(
    alg: str | None, sqlite: Callable[[], str], provider: BadProvider, canary: Listener
) -> None:
    """It publishes no key.  The doctor and the login agree, with and without the setting."""
    environ = {
        "OIDC_OP_ISSUER": f"{provider.url}/op",
        "OIDC_OP_CLIENT_ID": CLIENT_ID,
        "OIDC_OP_CLIENT_SECRET": CLIENT_SECRET,
        **({"OIDC_OP_ID_TOKEN_ALG": alg} if alg else {}),
    }
    with running_app(sqlite(), environ) as app:
        forget(app, provider, canary)
        provider.metadata["id_token_signing_alg_values_supported"] = ["HS256"]
        provider.fault("jwks", reply({}))
        key = CLIENT_SECRET.encode()

        def sign(made: Any) -> Any:
            return ({"alg": "HS256"}, made[1], "HS256", key)

        doctor = app.app.test_cli_runner().invoke(args=["doctor"])
        if alg:
            row = Row(id="set", outcome="OK", stage="sign", change=sign)
            walk(row, app, provider, canary)
            assert doctor.exit_code == 0, doctor.output
            return
        row = Row(id="not set", outcome="REJ1", stage="sign", change=sign, reason="bad_key_set")
        went = walk(row, app, provider, canary)
        assert "signing key" in went.events[0]["detail"]
        assert "OIDC_OP_ID_TOKEN_ALG" in doctor.output
