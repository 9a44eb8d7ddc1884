"""`flask doctor` finds each planted misconfiguration, and nothing where nothing is wrong."""

import pytest
from harness.bad_provider import CLIENT_ID, CLIENT_SECRET, Reply

from .conftest import Doctored
from .planted import (
    FORUM,
    GITHUB,
    PLANTED,
    PRODUCTION,
    Planted,
    ada,
    fault,
    git,
    metadata,
    redirect_to,
    secret_file,
)


def plant(app: Doctored, row: Planted) -> None:
    """Make the app as the row says."""
    for name, value in row.lines.items():
        app.lines.pop(name, None)
        if value is not None:
            app.lines[name] = app.filled(value)
    app.environ |= row.environ
    row.change(app)
    app.write_env(row.text if isinstance(row.text, bytes) else row.text.encode())
    app.after()


@pytest.mark.parametrize("row", PLANTED, ids=[row.id for row in PLANTED])
def test_it_is_found(row: Planted, app: Doctored) -> None:
    plant(app, row)
    result = "not checked" if row.result == "-" else row.result
    found = app.doctor()
    lines = [one["check"] for one in found if one["result"] == result]
    shown = "\n".join(f"{one['result']} {one['check']}" for one in found)
    assert [line for line in lines if all(word in line for word in row.words)], shown
    if row.alone:
        wrong = [one["check"] for one in found if one["result"] in ("fail", "warn")]
        assert len(wrong) == (result != "not checked"), wrong
    told = [one for one in found if one["result"] in ("fail", "warn", "not checked")]
    assert all(one["problem"] and one["do"] for one in told), told


def test_there_are_enough() -> None:
    assert len(PLANTED) >= 226
    assert len({row.id for row in PLANTED}) == len(PLANTED)


SECOND = {"OIDC_SECOND_ISSUER": "{op}/two", "OIDC_SECOND_CLIENT_ID": CLIENT_ID}
SECOND_SECRET = {"OIDC_SECOND_CLIENT_SECRET": CLIENT_SECRET}
CRLF = "APP_NAME=Harbour\r\nSESSION_MAX_DAYS=14\r\n"
RIGHT = {
    "as it was made": Planted("", ()),
    "in production": Planted("", (), PRODUCTION),
    "a provider by a pinned algorithm": Planted("", (), {"OIDC_OP_ID_TOKEN_ALG": "RS256"}),
    "another way to authenticate": Planted("", (), {"OIDC_OP_AUTH_METHOD": "client_secret_post"}),
    "plain OAuth 2.0": Planted("", (), FORUM),
    "GitHub's own kind": Planted("", (), {**GITHUB, "GITHUB_BASE_URL": "{op}/github"}),
    "a wider scope": Planted(
        "", (), {**GITHUB, "GITHUB_BASE_URL": "{op}/github", "GITHUB_SCOPE": "user read:org"}
    ),
    "domains": Planted("", (), {"ALLOWED_EMAIL_DOMAINS": "Example.org, example.com"}),
    "an address needed": Planted("", (), {"REQUIRE_EMAIL": "verified"}),
    "linking": Planted("", (), {"LINK_BY_EMAIL": "verified"}),
    "vouched for": Planted(
        "",
        (),
        {"OIDC_OP_EMAIL_VERIFIED": "always", "ALLOWED_EMAIL_DOMAINS": "example.org"},
        change=metadata(claims_supported=["sub", "email"]),
    ),
    "closed, with an account": Planted("", (), {"SIGNUP": "closed"}, change=ada),
    "invitations, with one": Planted(
        "", (), {"SIGNUP": "invite"}, change=lambda app: app.after_flask("users", "invite")
    ),
    "an administrator": Planted("", (), {"ADMINS": "op:1815"}, change=ada),
    "an administrator to come": Planted("", (), {"ADMINS": "op:7"}),
    "more publishing": Planted(
        "", (), change=metadata(scopes_supported=["openid", "profile", "email", "phone"])
    ),
    "a sign-in page with our callback URL": Planted(
        "",
        (),
        change=fault("authorize", Reply(b'<input name="redirect_uri" value="http://localhost">')),
    ),
    "on to the sign-in page": Planted(
        "",
        (),
        change=fault("authorize", redirect_to("https://errors.example/login?redirect_uri=a")),
    ),
    "quotes": Planted("", (), text="APP_NAME='My App'\nSIGNUP=\"open\"\n"),
    "spaces round the sign": Planted("", (), text="APP_NAME = Harbour\nSIGNUP =open\n"),
    "export": Planted("", (), text="export APP_NAME=Harbour\n"),
    "Windows line ends": Planted("", (), text=CRLF),
    "a name that begins with the sign of a comment": Planted("", (), text="APP_NAME='#1 Notes'\n"),
    "comments": Planted("", (), text="# SIGNUP=closed\nSIGNUP=open # or invite\nAPP_NAME=C#\n"),
    "signs in single quotes": Planted("", (), text="APP_NAME='a #b ${c} \"d\" = e'\n"),
    "the same twice": Planted("", (), text="SIGNUP=open\nSIGNUP=open\n"),
    "an empty line, then the value": Planted("", (), text="APP_NAME=\nAPP_NAME=Harbour\n"),
    "a variable of the file": Planted("", (), text="PLACE=here\nAPP_NAME=${PLACE}\n"),
    "empty values": Planted("", (), text="GITHUB_CLIENT_ID=\nGITHUB_CLIENT_SECRET=\n"),
    "PUBLIC_URL in capitals, with a slash": Planted(
        "", (), {"PUBLIC_URL": "HTTP://LOCALHOST:8000/"}
    ),
    "another address of this machine": Planted("", (), {"PUBLIC_URL": "http://127.0.0.1:8000"}),
    "settings of other programs": Planted(
        "",
        (),
        text="MAIL_SERVER=a\nSTRIPE_SECRET_KEY=b\nAWS_ACCESS_KEY_ID=c\nREDIS_URL=d\nTZ=UTC\n",
        environ={"GITHUB_TOKEN": "a", "GITHUB_ACTIONS": "true", "KUBERNETES_SERVICE_HOST": "b"},
    ),
    "ignored by git": Planted("", (), change=git()),
    "a secret from a file": Planted(
        "", (), {"OIDC_OP_CLIENT_SECRET": None}, change=secret_file(f"{CLIENT_SECRET}\n".encode())
    ),
    "a space and an invisible character at the end": Planted(
        "", (), {"OIDC_OP_CLIENT_SECRET": f"{CLIENT_SECRET}\u00a0\u200b", "SIGNUP": "open\ufeff"}
    ),
    "an emoji of several": Planted("", (), {"APP_NAME": "\U0001f469\u200d\U0001f4bb Harbour"}),
    "French spaces": Planted("", (), {"APP_NAME": "Caf\u00e9\u00a0: le port"}),
    "an apostrophe": Planted("", (), {"APP_NAME": "Ada's Harbour"}),
    "signs that begin a name elsewhere": Planted("", (), text="my.own-setting=1\n"),
    "a relative database": Planted("", (), {"DATABASE_URL": "sqlite:///app.db"}),
    "https by a proxy on this machine": Planted(
        "", (), {"PUBLIC_URL": "https://localhost:8000"}, environ={"FLASK_RUN_CERT": "adhoc"}
    ),
    "two servers of our own with one ID": Planted("", (), {**SECOND, **SECOND_SECRET}),
    "a limit of two": Planted("", (), {"RATELIMIT_LOGIN": "5/minute;100/hour"}),
    "a list that ends with a comma": Planted("", (), {"ALLOWED_EMAIL_DOMAINS": "a.org, b.org,"}),
    "flags of each kind": Planted("", (), {"HSTS_SUBDOMAINS": "True", "RATELIMIT_ENABLED": "on"}),
    "settings of the owner's own": Planted(
        "",
        (),
        text="ADMIN_EMAIL=a@b.org\nSIGNUP_WEBHOOK_URL=x\nGITHUB_TOKEN=x\nGOOGLE_MAPS_KEY=x\n",
    ),
    "a secret that begins as a path": Planted("", (), {"SECRET_KEY": "/" + "q9Xv3-Lm" * 5}),
    "parameters with a list": Planted(
        "", (), {"OIDC_OP_AUTHORIZATION_PARAMS": "ui_locales=de+fr&claims=%7B%7D"}
    ),
    "Redis with a number and no password in the URL": Planted(
        "", (), {"RATELIMIT_STORAGE_URI": "redis://:a-password@{locked_redis}/1"}
    ),
    "Redis": Planted("", (), {"RATELIMIT_STORAGE_URI": "redis://:a-password@{locked_redis}"}),
    "processes with Redis": Planted(
        "",
        (),
        {**PRODUCTION, "RATELIMIT_STORAGE_URI": "redis://:a-password@{locked_redis}"},
        environ={"WEB_CONCURRENCY": "4"},
    ),
}


@pytest.mark.parametrize("row", RIGHT.values(), ids=RIGHT)
def test_no_false_alarm(row: Planted, app: Doctored) -> None:
    plant(app, row)
    found = app.doctor()
    assert [one["check"] for one in found if one["result"] in ("fail", "warn")] == []
    assert len([one for one in found if one["result"] == "ok"]) >= 10


def test_a_mark_at_the_start_of_the_file(app: Doctored) -> None:
    file = app.write_env()
    file.write_bytes(b"\xef\xbb\xbf" + file.read_bytes())
    assert not [one for one in app.doctor() if one["result"] in ("fail", "warn")]


def test_lines_and_json_say_the_same(app: Doctored) -> None:
    plant(app, Planted("", (), {"OIDC_OP_CLIENT_SECRET": "another", "ADMINS": "op:7"}))
    code, output = app.flask("doctor")
    assert code == 1
    found = app.doctor()
    results = {"fail": "FAIL", "not checked": "-"}
    lines = [f"{results.get(one['result'], one['result']):<6}{one['check']}" for one in found]
    assert output.splitlines() == lines
    for one in found:
        if one["result"] in ("fail", "warn", "not checked"):
            assert one["check"].startswith(f"{one['name']}: {one['problem']}")
            assert one["check"].endswith(one["do"])


def test_settings_that_stop_the_app_are_json_too(app: Doctored) -> None:
    plant(app, Planted("", (), {"SIGNUP": "opne", "SESSION_MAX_DAYS": "x"}))
    problems = [one["problem"] for one in app.doctor()]
    assert [problem.split()[0] for problem in problems] == ["SESSION_MAX_DAYS", "SIGNUP"]
    code, output = app.flask("doctor")
    assert code == 1
    lines = output.splitlines()
    assert [line.split()[:2] for line in lines] == [["FAIL", "settings:"]] * len(problems)
    code, output = app.flask("users", "list")
    assert code == 1
    assert output.startswith("The settings need attention:")


def test_no_secret_is_printed(app: Doctored) -> None:
    secret = "a-very-secret-value-0123"
    plant(app, Planted("", (), {"OIDC_OP_CLIENT_SECRET": secret}, environ={"SECRET_KEY": "k" * 40}))
    assert secret not in app.flask("doctor")[1]
    assert "k" * 40 not in app.flask("doctor")[1]
