"""Profiles that are not what they should be (UI).  Spec: OpenID Connect Core 1.0 §5.3."""

from collections.abc import Callable
from typing import Any

import pytest
from harness.app_server import RunningApp, running_app
from harness.bad_provider import PROVIDER_TEXT, BadProvider, Listener, Reply
from harness.raw import HEAD, drip, silence
from harness.walk import Row, forget, pick, walk

from .conftest import settings

LEFT_OUT = object()


def profile(**changes: Any) -> Callable[[dict[str, Any]], dict[str, Any]]:
    """Change members of the profile."""

    def change(honest: dict[str, Any]) -> dict[str, Any]:
        changed = honest | changes
        return {name: value for name, value in changed.items() if value is not LEFT_OUT}

    return change


def reply(body: Any, status: int = 200, *headers: tuple[str, str]) -> Callable[[Any], Reply]:
    return lambda _: Reply(body, status, list(headers))


def rejected(id: str, change: Callable[[Any], Any], reason: str, tenant: str = "op") -> Row:
    return Row(
        id=f"{id} {tenant}",
        outcome="REJ2",
        stage="userinfo",
        change=change,
        reason=reason,
        tenant=tenant,
    )


def soft(id: str, change: Callable[[Any], Any], tenant: str = "op") -> Row:
    return Row(
        id=f"{id} {tenant}",
        outcome="SOFT",
        stage="userinfo",
        change=change,
        code="provider_unavailable",
        reason="provider_unavailable",
        tenant=tenant,
    )


def subject_rows() -> list[Row]:
    """UI-01: in OpenID Connect another sub, elsewhere an id that is none."""
    rows = [
        rejected("UI-01 another sub", profile(sub="victim"), "invalid_response"),
        rejected("UI-01 sub missing", profile(sub=LEFT_OUT), "bad_profile"),
        rejected("UI-01 sub null", profile(sub=None), "invalid_response"),
        rejected("UI-01 sub empty", profile(sub=""), "bad_sub"),
        rejected("UI-01 sub in a list", lambda p: {**p, "sub": [p["sub"]]}, "invalid_response"),
        rejected(
            "UI-01 sub with a space", lambda p: {**p, "sub": p["sub"] + " "}, "invalid_response"
        ),
    ]
    kinds = {"missing": LEFT_OUT, "null": None, "true": True, "a list": ["1"], "an object": {}}
    for tenant, name in (("plain", "sub"), ("github", "id"), ("facebook", "id")):
        for what, value in kinds.items():
            if what == "missing" and tenant != "plain":
                continue
            row = rejected(
                f"UI-01 {name} {what}", profile(**{name: value}), "invalid_response", tenant
            )
            rows.append(row)
        for what, value in {
            "empty": "",
            "256": "9" * 256,
            "a NUL": "4\x00",
            "lone": "\ud800",
        }.items():
            row = rejected(f"UI-01 {name} {what}", profile(**{name: value}), "bad_sub", tenant)
            rows.append(row)
        if tenant != "plain":
            change = profile(**{name: LEFT_OUT})
            rows.append(rejected(f"UI-01 {name} missing", change, "bad_profile", tenant))
        rows.append(rejected("UI-01 1.5", profile(**{name: 1.5}), "invalid_response", tenant))
    return rows


BODIES: list[Row] = []
for kind in ("plain", "github", "facebook", "x"):
    BODIES += [
        *(
            rejected(
                f"UI-03 {status}",
                reply({"message": PROVIDER_TEXT}, status),
                "invalid_response",
                kind,
            )
            for status in (401, 403, 404, 204)
        ),
        rejected("UI-03 HTML", reply(b"<p>" + PROVIDER_TEXT.encode()), "not_json", kind),
        rejected("UI-03 a list", reply([]), "bad_profile", kind),
        rejected("UI-03 text", reply(b'"x"'), "bad_profile", kind),
        rejected("UI-03 null", reply(b"null"), "bad_profile", kind),
        rejected("UI-03 empty", reply(b""), "not_json", kind),
        rejected("UI-03 2 MB", reply(b'"' + b"x" * 2_000_000 + b'"'), "too_large", kind),
        rejected(
            "UI-03 a JWT",
            reply(b"a.b.c", 200, ("Content-Type", "application/jwt")),
            "not_json",
            kind,
        ),
        soft("UI-03 500", reply({"message": PROVIDER_TEXT}, 500), kind),
        soft("UI-03 429", reply({}, 429, ("Retry-After", "60")), kind),
    ]
# Of a document that is not an object nothing can be read; where nothing is there, nobody is.
PLAIN = {"UI-03 a list plain", "UI-03 text plain", "UI-03 null plain"}
BODIES = [
    Row(**{**row.__dict__, "reason": "invalid_response"}) if row.id in PLAIN else row
    for row in BODIES
]


@pytest.mark.parametrize(**pick(subject_rows() + BODIES))
def test_userinfo(row: Row, app: RunningApp, provider: BadProvider, canary: Listener) -> None:
    walk(row, app, provider, canary)


REDIRECTS = [301, 302, 303, 307, 308]
UNREADABLE: dict[str, Callable[[Any], Any]] = {
    **{str(n): reply({"message": PROVIDER_TEXT}, n) for n in (204, 400, 401, 403, 404, 500, 503)},
    "429": reply({}, 429, ("Retry-After", "60")),
    "HTML": reply(b"<p>" + PROVIDER_TEXT.encode()),
    "a list": reply([]),
    "text": reply(b'"x"'),
    "null": reply(b"null"),
    "empty": reply(b""),
    "2 MB": reply(b'"' + b"x" * 2_000_000 + b'"'),
    "nested": reply(b"[" * 100_000),
    "a JWT": reply(b"eyJhbGciOiJSUzI1NiJ9.e30.AA", 200, ("Content-Type", "application/jwt")),
    "hung up": lambda _: Reply(raw=lambda connection: None),
    "silence": silence(),
    "drips": drip(HEAD + b"Content-Length: 9999\r\n\r\n", b" ", 0.5),
}


@pytest.mark.parametrize("kind", UNREADABLE)
def test_ui_03_where_the_id_token_has_said_who_it_is_an_unreadable_profile_costs_its_claims(
    kind: str, app: RunningApp, provider: BadProvider, canary: Listener
) -> None:
    row = Row(id=kind, outcome="OK", stage="userinfo", change=UNREADABLE[kind])
    went = walk(row, app, provider, canary)
    user = went.browser.session_json()["user"]
    assert (user["name"], user["email"], user["picture"]) == (None, None, None)
    warned = [record.getMessage() for record in app.log if record.levelname == "WARNING"]
    assert len([text for text in warned if text.startswith("op: signed in without")]) == 1
    assert went.seconds < 6


@pytest.mark.parametrize("status", REDIRECTS)
def test_ss_03_a_redirect_of_the_userinfo_endpoint_is_not_followed(
    status: int, app: RunningApp, provider: BadProvider, canary: Listener
) -> None:
    away = reply(b"", status, ("Location", f"{canary.url}/userinfo"))
    walk(Row(id="SS-03", outcome="OK", stage="userinfo", change=away), app, provider, canary)
    assert "/userinfo: redirects are not followed" in app.log_text()


def test_a_number_is_its_text(app: RunningApp, provider: BadProvider, canary: Listener) -> None:
    def change(honest: Any) -> Any:
        return {**honest, "sub": int(honest["sub"])}

    row = Row(id="number", outcome="OK", stage="userinfo", change=change)
    user = walk(row, app, provider, canary).browser.session_json()["user"]
    assert user["name"] == provider.profile["name"]


@pytest.mark.parametrize(
    ("tenant", "stage", "change"),
    [
        ("op", "userinfo", reply({}, 503)),
        ("op", "userinfo", reply({}, 401)),
        ("github", "emails", reply({}, 403)),
        ("github", "emails", reply({"message": "no"})),
    ],
)
def test_what_cannot_be_read_is_not_erased(
    tenant: str,
    stage: str,
    change: Any,
    app: RunningApp,
    provider: BadProvider,
    canary: Listener,
) -> None:
    honest = Row(id="first", outcome="OK", tenant=tenant)
    first = walk(honest, app, provider, canary).browser.session_json()["user"]
    stored = app.rows("identities")[-1]
    row = Row(id="again", outcome="OK", tenant=tenant, stage=stage, change=change)
    again = walk(row, app, provider, canary).browser.session_json()["user"]
    assert again == first
    assert first["email_verified"]
    kept = ("name", "email", "email_verified", "picture", "preferred_username")
    assert {name: app.rows("identities")[-1][name] for name in kept} == {
        name: stored[name] for name in kept
    }


@pytest.mark.parametrize("setting", ["ALLOWED_EMAIL_DOMAINS", "REQUIRE_EMAIL"])
@pytest.mark.parametrize(
    ("status", "code"), [(503, "provider_unavailable"), (403, "provider_error")]
)
def test_a_rule_about_addresses_does_not_judge_an_address_that_could_not_be_read(
    setting: str,
    status: int,
    code: str,
    sqlite: Callable[[], str],
    provider: BadProvider,
    canary: Listener,
) -> None:
    value = {"ALLOWED_EMAIL_DOMAINS": "example.org", "REQUIRE_EMAIL": "verified"}[setting]
    with running_app(sqlite(), settings(provider) | {setting: value}) as app:
        forget(app, provider, canary)
        later = status == 503
        row = Row(
            id="unread",
            outcome="SOFT" if later else "REJ2",
            stage="userinfo",
            change=reply({}, status),
            code=code,
            reason="provider_unavailable" if later else "invalid_response",
        )
        walk(row, app, provider, canary)


NAMES: dict[str, tuple[dict[str, Any], str | None]] = {
    "both": ({"given_name": "Ada", "family_name": "Byron"}, "Ada Byron"),
    "one": ({"given_name": "Ada", "family_name": None}, "Ada"),
    "other kinds": ({"given_name": 7, "family_name": ["x"]}, None),
    "a name too": ({"name": "A. B.", "given_name": "Ada"}, "A. B."),
    "an empty name": ({"name": "", "family_name": "Byron"}, "Byron"),
}


@pytest.mark.parametrize("kind", NAMES)
@pytest.mark.parametrize(
    ("tenant", "stage"), [("op", "claims"), ("op", "userinfo"), ("plain", "userinfo")]
)
def test_a_name_is_put_together_from_its_parts(
    kind: str, tenant: str, stage: str, app: RunningApp, provider: BadProvider, canary: Listener
) -> None:
    parts, name = NAMES[kind]
    del provider.profile["name"]

    def change(honest: Any) -> Any:
        return {**honest, **parts}

    row = Row(id=kind, outcome="OK", tenant=tenant, stage=stage, change=change)
    assert walk(row, app, provider, canary).browser.session_json()["user"]["name"] == name


@pytest.mark.parametrize("tenant", ["op", "plain"])
@pytest.mark.parametrize("value", [["a@example.org"], [], 7, {"value": "a@b.c"}, "a b@c.d", "a"])
def test_an_address_that_is_left_out_is_logged(
    value: Any, tenant: str, app: RunningApp, provider: BadProvider, canary: Listener
) -> None:
    change = profile(email=value)
    row = Row(id="left out", outcome="OK", tenant=tenant, stage="userinfo", change=change)
    assert walk(row, app, provider, canary).browser.session_json()["user"]["email"] is None
    logged = "an e-mail address that is not usable" in app.log_text()
    assert logged == bool(value)


def test_a_list_index_in_a_path_of_a_plain_provider(
    sqlite: Callable[[], str], provider: BadProvider, canary: Listener
) -> None:
    environ = settings(provider) | {"OAUTH_PLAIN_EMAIL": "emails.0.value"}
    with running_app(sqlite(), environ) as app:
        forget(app, provider, canary)
        change = profile(email=LEFT_OUT, emails=[{"value": "ada@example.org"}, {"value": "b@c.d"}])
        row = Row(id="list", outcome="OK", tenant="plain", stage="userinfo", change=change)
        user = walk(row, app, provider, canary).browser.session_json()["user"]
        assert user["email"] == "ada@example.org"


@pytest.mark.parametrize("tenant", ["plain", "github"])
@pytest.mark.parametrize("status", REDIRECTS)
def test_ss_03_redirects_of_profiles_are_not_followed(
    tenant: str, status: int, app: RunningApp, provider: BadProvider, canary: Listener
) -> None:
    away = reply(b"", status, ("Location", f"{canary.url}/userinfo"))
    walk(rejected("SS-03", away, "invalid_response", tenant), app, provider, canary)


@pytest.mark.parametrize("tenant", ["op", "plain", "github", "facebook", "x"])
def test_ui_02_the_access_token_is_only_in_the_header(
    tenant: str, app: RunningApp, provider: BadProvider, canary: Listener
) -> None:
    walk(Row(id="honest", outcome="OK", tenant=tenant), app, provider, canary)
    asked = [seen for seen in provider.seen if seen.stage in ("userinfo", "emails")]
    assert asked
    for seen in asked:
        assert seen.headers["authorization"] == f"Bearer {provider.access_token}"
        assert seen.method == "GET"
        assert provider.access_token not in seen.path
        assert provider.access_token not in seen.body
        assert "cookie" not in seen.headers


EMAILS = {
    "403": reply({"message": PROVIDER_TEXT}, 403),
    "404": reply({}, 404),
    "an object": reply({"email": "evil@example.org"}),
    "empty": reply([]),
    "null": reply(b"null"),
    "texts": reply(["victim@example.org"]),
    "nulls": reply([None, 7, []]),
    "unverified": reply([{"email": "victim@example.org", "primary": True, "verified": False}]),
    "verified as text": reply([{"email": "v@example.org", "primary": True, "verified": "yes"}]),
    "not primary": reply([{"email": "v@example.org", "primary": False, "verified": True}]),
    "address null": reply([{"email": None, "primary": True, "verified": True}]),
    "address an object": reply([{"email": {}, "primary": True, "verified": True}]),
    "address of two": reply([{"email": "a@b@c", "primary": True, "verified": True}]),
}


@pytest.mark.parametrize("kind", EMAILS)
def test_ui_03_github_s_list_of_addresses_costs_only_the_address(
    kind: str, app: RunningApp, provider: BadProvider, canary: Listener
) -> None:
    """Permission to read it is missing, or nothing in it is usable."""
    row = Row(id=kind, outcome="OK", tenant="github", stage="emails", change=EMAILS[kind])
    went = walk(row, app, provider, canary)
    user = went.browser.session_json()["user"]
    assert user["email"] is None
    assert user["email_verified"] is False
    if kind in ("403", "404", "an object", "null"):
        assert any("list of e-mail addresses" in record.getMessage() for record in app.log)


LATER = {
    "500": reply({}, 500),
    "403 with a time": reply({}, 403, ("Retry-After", "60")),
    "403 of a quota": reply({}, 403, ("X-RateLimit-Remaining", "0")),
    "429": reply({}, 429),
    "hung up": lambda _: Reply(raw=lambda connection: None),
}
WRONG = {
    "invalid_response": reply({"message": PROVIDER_TEXT}, 401),
    "not_json": reply(b"<html>"),
    "too_large": reply(b"[" + b" " * 2_000_000 + b"]"),
}


@pytest.mark.parametrize("kind", LATER)
def test_while_github_s_list_fails_the_sign_in_is_for_later(
    kind: str, app: RunningApp, provider: BadProvider, canary: Listener
) -> None:
    """Without its address a person would look like another one, or like one who may not enter."""
    row = soft(kind, LATER[kind], "github")
    walk(Row(**{**row.__dict__, "stage": "emails"}), app, provider, canary)


@pytest.mark.parametrize("reason", WRONG)
def test_a_list_of_github_s_that_cannot_be_read_is_refused(
    reason: str, app: RunningApp, provider: BadProvider, canary: Listener
) -> None:
    row = rejected(reason, WRONG[reason], reason, "github")
    walk(Row(**{**row.__dict__, "stage": "emails"}), app, provider, canary)


def test_ui_05_github_s_numeric_id_is_the_key_and_a_rename_keeps_the_account(
    app: RunningApp, provider: BadProvider, canary: Listener
) -> None:
    honest = Row(id="first", outcome="OK", tenant="github")
    first = walk(honest, app, provider, canary).browser.session_json()["user"]
    renamed = profile(login="somebody-else", name="New Name", id=str(provider.sub))
    row = Row(id="renamed", outcome="OK", tenant="github", stage="userinfo", change=renamed)
    second = walk(row, app, provider, canary).browser.session_json()["user"]
    assert second["id"] == first["id"]


def test_ui_05_the_login_name_of_somebody_gone_is_nobody_s_key(
    app: RunningApp, provider: BadProvider, canary: Listener
) -> None:
    """GitHub hands a name that was given up to the next one who asks for it."""
    row = Row(id="first", outcome="OK", tenant="github")
    first = walk(row, app, provider, canary).browser.session_json()["user"]
    provider.reset()
    second = walk(row, app, provider, canary).browser.session_json()["user"]
    assert second["id"] != first["id"]


@pytest.mark.parametrize("tenant", ["facebook", "x", "op", "plain", "google"])
def test_ui_07_no_address_makes_an_account_without_one(
    tenant: str, app: RunningApp, provider: BadProvider, canary: Listener
) -> None:
    provider.profile = {"name": "No Address"}
    users = []
    for _ in range(2):
        row = Row(id="no address", outcome="OK", tenant=tenant)
        users.append(walk(row, app, provider, canary).browser.session_json()["user"])
        provider.reset()
        provider.profile = {"name": "No Address"}
    assert users[0]["email"] is None
    assert users[0]["id"] != users[1]["id"]


def test_ui_07_neither_name_nor_address(
    app: RunningApp, provider: BadProvider, canary: Listener
) -> None:
    provider.profile = {}
    went = walk(Row(id="bare", outcome="OK"), app, provider, canary)
    assert went.browser.get(f"{app.url}/").status_code == 200


def test_ui_09_only_known_fields_are_taken(
    app: RunningApp, provider: BadProvider, canary: Listener
) -> None:
    more = {"is_admin": True, "id": 1, "role": "admin", "admin": True, "disabled_at": None}
    more |= {"user_id": 1, "provider": "google", "groups": ["admins"]}
    for tenant in ("op", "plain"):
        row = Row(id=tenant, outcome="OK", tenant=tenant, stage="userinfo", change=profile(**more))
        user = walk(row, app, provider, canary).browser.session_json()["user"]
        assert user["is_admin"] is False
        assert user["id"] != "1"
        provider.reset()


DISPLAY: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "name with markup": ({"name": "<b>x</b>"}, {"name": "<b>x</b>"}),
    "name long": ({"name": "n" * 5000}, {"name": "n" * 200}),
    "name with controls": ({"name": "a\x00b\x1bc\r\nd"}, {"name": "abcd"}),
    "name that turns": ({"name": "\u202egnp.exe"}, {"name": "gnp.exe"}),
    "name a lone surrogate": ({"name": "\ud800x"}, {"name": "x"}),
    "name a number": ({"name": 7}, {"name": None}),
    "name an object": ({"name": {"a": 1}}, {"name": None}),
    "name blank": ({"name": "   "}, {"name": None}),
    "address with two @": ({"email": "a@b@example.org"}, {"email": None}),
    "address a list": ({"email": ["a@example.org"]}, {"email": None}),
    "address with a line end": ({"email": "a@example.org\nb@c.d"}, {"email": None}),
    "address with a space": ({"email": "a b@example.org"}, {"email": None}),
    "address too long": ({"email": "a" * 250 + "@example.org"}, {"email": None}),
    "address without a domain": ({"email": "a@"}, {"email": None}),
    "address empty": ({"email": ""}, {"email": None}),
    "verified as text": ({"email_verified": "true"}, {"email_verified": True}),
    "verified as another text": ({"email_verified": "yes"}, {"email_verified": False}),
    "verified as a number": ({"email_verified": 1}, {"email_verified": False}),
    "verified missing": ({"email_verified": LEFT_OUT}, {"email_verified": False}),
    "verified of no address": (
        {"email": None, "email_verified": True},
        {"email": None, "email_verified": False},
    ),
    "picture over http": ({"picture": "http://169.254.169.254/x.png"}, {"picture": None}),
    "picture a script": ({"picture": "javascript:alert(1)"}, {"picture": None}),
    "picture data": ({"picture": "data:image/png;base64,AAAA"}, {"picture": None}),
    "picture too long": ({"picture": f"https://p.example/{'x' * 3000}"}, {"picture": None}),
    "picture an object": ({"picture": {"url": "https://p.example/"}}, {"picture": None}),
    "picture half a URL": ({"picture": "https://[::1"}, {"picture": None}),
}


@pytest.mark.parametrize("kind", DISPLAY)
@pytest.mark.parametrize("tenant", ["op", "plain"])
def test_ui_10_what_is_shown_is_cleaned(
    kind: str, tenant: str, app: RunningApp, provider: BadProvider, canary: Listener
) -> None:
    changes, expected = DISPLAY[kind]
    row = Row(id=kind, outcome="OK", tenant=tenant, stage="userinfo", change=profile(**changes))
    went = walk(row, app, provider, canary)
    user = went.browser.session_json()["user"]
    assert {name: user[name] for name in expected} == expected
    page = went.browser.get(f"{app.url}/")
    assert page.status_code == 200
    assert "<b>x</b>" not in page.text


@pytest.mark.parametrize(
    "picture", ["http://127.0.0.1:{port}/p.png", "https://127.0.0.1:{port}/p.png"]
)
def test_ss_01_the_server_never_fetches_a_picture(
    picture: str, app: RunningApp, provider: BadProvider, canary: Listener
) -> None:
    provider.profile["picture"] = picture.format(port=canary.port)
    went = walk(Row(id="SS-01", outcome="OK"), app, provider, canary)
    went.browser.get(f"{app.url}/")
    assert canary.seen == []


def test_ui_11_an_address_is_verified_only_by_the_document_that_names_it(
    app: RunningApp, provider: BadProvider, canary: Listener
) -> None:
    """The ID Token names one address, the profile says that another one is verified."""
    provider.fault("claims", lambda claims: {**claims, "email": "victim@example.org"})
    went = walk(Row(id="UI-11", outcome="OK"), app, provider, canary)
    user = went.browser.session_json()["user"]
    assert (user["email"], user["email_verified"]) != ("victim@example.org", True)


def test_ui_12_a_name_that_is_null_in_the_id_token_comes_from_the_profile(
    app: RunningApp, provider: BadProvider, canary: Listener
) -> None:
    nothing = {"name": None, "email": None}
    provider.fault("claims", lambda claims: {**claims, **nothing})
    went = walk(Row(id="UI-12", outcome="OK"), app, provider, canary)
    assert went.browser.session_json()["user"]["name"] == provider.profile["name"]


def test_ui_13_an_id_token_with_everything_needs_no_profile(
    app: RunningApp, provider: BadProvider, canary: Listener
) -> None:
    whole = provider.profile
    provider.fault("claims", lambda claims: {**claims, **whole})
    walk(Row(id="UI-13", outcome="OK"), app, provider, canary)
    assert provider.count("userinfo") == 0


def test_lk_15_another_address_at_the_provider_changes_no_right(
    app: RunningApp, provider: BadProvider, canary: Listener
) -> None:
    honest = Row(id="first", outcome="OK")
    victim = walk(honest, app, provider, canary).browser.session_json()["user"]
    address = provider.profile["email"]
    provider.reset()
    attacker = walk(honest, app, provider, canary).browser.session_json()["user"]
    provider.profile["email"] = address
    again = walk(honest, app, provider, canary).browser.session_json()["user"]
    assert again["id"] == attacker["id"] != victim["id"]
