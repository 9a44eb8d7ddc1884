"""The flow inspector shows each login: what was sent, what was checked, where it broke."""

import ast
import json
import re
import sys
import time
from html import unescape
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from app.signin.auth import accounts
from app.signin.dev.inspector import checks
from app.signin.dev.inspector.recording import KEPT, recordings
from app.signin.dev.inspector.shown import shown
from tests.browser import callback_after, error_of
from tests.fake_provider import CLIENT_SECRET

ALL_STEPS = [
    *("start", "metadata", "metadata answer", "database", "to provider", "at provider"),
    *("answered", "callback", "database", "token", "token answer", "keys", "keys answer"),
    *("account", "finished"),
]


@pytest.fixture(autouse=True)
def _no_other_tracer():
    """Without the tool that measures coverage: a thread has one tracer."""
    other = sys.gettrace()
    sys.settrace(None)
    yield
    sys.settrace(other)


def last(browser):
    with browser.application.app_context():
        return recordings()[0]


def step(browser, kind):
    return last(browser).last(kind)


def page(browser, path="/dev/inspector/"):
    answer = browser.get(path)
    assert answer.status_code == 200
    return unescape(answer.text)


def values(step):
    return {row.name: row.value for table in step.tables for row in table.rows}


# --- A login that works


def test_a_login_is_drawn_from_the_button_to_the_end(browser):
    browser.sign_in()

    assert [step.kind for step in last(browser).steps] == ALL_STEPS
    text = page(browser)
    assert "Sign in with Fake" in text
    assert "finished" in text
    assert text.count('<svg class="step-drawing"') == len(ALL_STEPS)


def test_a_second_login_asks_for_no_documents_again(browser):
    browser.sign_in()
    browser.sign_in()

    documents = ("metadata", "metadata answer", "keys", "keys answer")
    kinds = [step.kind for step in last(browser).steps]
    assert kinds == [kind for kind in ALL_STEPS if kind not in documents]


def test_each_arrow_says_what_was_sent_and_why(browser):
    browser.sign_in()

    asked = step(browser, "at provider")
    assert values(asked)["response_type"] == "code"
    assert asked.place.path == "app/signin/oauth/authorization.py"
    assert "RFC 7636 §4.3" in asked.place.spec
    assert values(step(browser, "token"))["grant_type"] == "authorization_code"
    answer = step(browser, "token answer")
    assert values(answer)["sub"] == "1815"
    assert answer.milliseconds is not None
    text = page(browser)
    assert "only this identifies anybody" in text
    for each in last(browser).steps:
        assert each.title
        assert each.why or each.kind.endswith("answer") or each.kind == "database"


def test_each_check_has_its_result(browser):
    browser.sign_in()

    passed = {check.refusal for check in step(browser, "token answer").checks if check.passed}
    assert {"aud is another client", "no key of the provider verifies its signature"} <= passed
    passed = {check.refusal for check in step(browser, "callback").checks if check.passed}
    assert {
        "iss is not the provider's issuer",
        "no such login is pending in this browser",
    } <= passed
    assert all(check.passed for each in last(browser).steps for check in each.checks)


def test_what_was_stored_and_why_this_account(browser):
    browser.sign_in()
    created = step(browser, "account")
    browser.sign_in()
    known = step(browser, "account")

    assert created.title == "Create an account"
    assert "No identity has this provider and sub" in created.why
    stored = [table.title for table in created.tables]
    assert {"INSERT INTO users", "INSERT INTO identities"} <= set(stored)
    assert values(created)["sub"] == "1815"
    assert known.title == "Sign in"
    assert "INSERT INTO users" not in [table.title for table in known.tables]


def test_no_secret_is_on_the_page(browser, fake):
    answer = browser.start()
    sent = parse_qs(urlsplit(answer.location).query)
    back = callback_after(answer)
    cookies = browser.get(back).headers.getlist("Set-Cookie")
    code = parse_qs(urlsplit(back).query)["code"]

    secrets = [*sent["state"], *sent["nonce"], *sent["code_challenge"], *code, CLIENT_SECRET]
    secrets += [cookie.partition("=")[2].partition(";")[0] for cookie in cookies]
    secrets += ["an-access-token"]
    text = page(browser)
    # The cookie with the provider that was used last is no secret.
    secrets.remove("fake")
    assert len(secrets) > 6
    for secret in secrets:
        assert secret[:12] not in text
    for shown_start in (sent["state"][0][:4], sent["nonce"][0][:4]):
        assert f"{shown_start}… (43 characters)" in text


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("code", "abcdefgh", "ab… (8 characters)"),
        ("client_secret", "abc", "… (3 characters)"),
        ("authed_user.access_token", "x" * 40, "xxxx… (40 characters)"),
        ("anything", "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln", "eyJh… (41 characters)"),
        ("redirect_uri", "http://localhost:8000/callback/fake", None),
        ("email", "ada@example.com", None),
        ("expires_in", 300, None),
        ("scope", "openid email profile", None),
        ("email_verified", True, "true"),
        ("name", "", "(empty)"),
    ],
)
def test_secrets_are_shortened_and_nothing_else(name, value, expected):
    assert shown(name, value) == (expected or str(value))


# --- A login that fails


def refused(browser, kind):
    """Return the refusals of the step that the last login ended at."""
    recording = last(browser)
    assert [each.kind for each in recording.steps if each.failed] == [kind]
    return [check.refusal for check in recording.last(kind).checks if not check.passed]


def test_a_wrong_claim(browser, fake):
    fake.claims = {"aud": "somebody-else"}
    assert error_of(browser.sign_in()) == "provider_error"

    assert refused(browser, "token answer") == ["aud is another client"]
    text = page(browser)
    assert "aud is another client" in text
    assert 'class="step step-failed" open' in text
    assert last(browser).detail == "aud is another client"


def test_a_wrong_signature(browser, fake):
    good = fake.key
    fake.key = type(good).generate_key(2048, {"kid": "2026", "use": "sig"})
    browser.sign_in()
    fake.key = type(good).generate_key(2048, {"kid": "2027", "use": "sig"})
    real, fake.signed = fake.signed, lambda **_: real()[:-8] + "AAAAAAAA"
    try:
        browser.sign_in()
    finally:
        del fake.signed
        fake.key = good

    wrong = "no key of the provider verifies its signature"
    assert refused(browser, "token answer") == [wrong]


@pytest.mark.parametrize(
    ("answer", "refusal"),
    [
        ({"iss": "https://other.example"}, "iss is not the provider's issuer"),
        ({"iss": None}, "iss is missing"),
        ({"error": "access_denied"}, "both code and error"),
        ({"state": "made-up"}, "no such login is pending in this browser"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, dict) else "",
)
def test_a_wrong_response(browser, fake, answer, refusal):
    fake.answer = answer
    assert error_of(browser.sign_in())

    assert refused(browser, "callback") == [refusal]


def test_the_token_endpoint_refuses(browser, fake):
    fake.tokens = 401, {"error": "invalid_client"}
    browser.sign_in()

    assert len(refused(browser, "token answer")) == 1
    text = page(browser)
    assert "check OIDC_FAKE_CLIENT_ID and OIDC_FAKE_CLIENT_SECRET" in text
    assert "compare <code>flask providers</code> with the provider's console" in text


def test_a_provider_that_does_not_answer(make_app):
    browser = make_app({"OIDC_FAKE_ISSUER": "http://127.0.0.1:9"}).test_client()
    assert error_of(browser.start()) == "provider_unavailable"

    assert refused(browser, "metadata answer") == []
    assert "no answer: ConnectionError" in page(browser)


def test_nobody_may_sign_up(make_app):
    browser = make_app({"SIGNUP": "closed"}).test_client()
    assert error_of(browser.sign_in()) == "signup_closed"

    assert refused(browser, "account") == ["signup_closed"]


def test_what_was_rolled_back_says_so(browser, monkeypatch):
    def fail(*_args, **_fields):
        raise accounts.IdentityError("account_disabled")

    monkeypatch.setattr(accounts.audit, "record", fail)
    browser.sign_in()

    undone = {table.title for table in step(browser, "account").tables if table.undone}
    assert {"INSERT INTO users", "INSERT INTO identities"} <= undone
    assert "rolled back" in page(browser)


def test_a_bug_of_the_app_is_the_end_of_the_login_too(browser, monkeypatch):
    monkeypatch.setattr(accounts.audit, "record", lambda *_, **__: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        browser.sign_in()

    assert "ZeroDivisionError: division by zero" in page(browser)
    assert sys.gettrace() is None


def test_a_cancelled_login_is_no_failure(browser, fake):
    fake.answer = {"error": "access_denied", "code": None}
    browser.sign_in()

    assert not last(browser).failed
    assert "cancelled" in page(browser)


def test_a_form_without_its_token_starts_nothing(browser):
    assert browser.post("/login/fake").status_code == 400

    assert [each.kind for each in last(browser).steps if each.failed] == ["start"]


def test_a_callback_that_belongs_to_no_login_stands_alone(browser):
    browser.get("/callback/fake?state=made-up&code=made-up")

    assert [each.kind for each in last(browser).steps][:2] == ["answered", "callback"]
    assert refused(browser, "callback") == ["no such login is pending in this browser"]


# --- The way there


def test_an_error_page_leads_to_its_login(browser, fake):
    fake.claims = {"aud": "somebody-else"}
    error_page = browser.get(browser.sign_in().location).text
    link = re.search(r'href="(/dev/inspector/[0-9a-f]{16})"', error_page)
    fake.claims = {}
    browser.sign_in()

    answer = browser.get(link[1])
    assert answer.status_code == 303
    assert "aud is another client" in page(browser, answer.location)


def test_an_unknown_login_is_explained(browser):
    assert "not recorded" in page(browser, "/dev/inspector/0123456789abcdef")
    assert "No login has been recorded" in page(browser)


def test_the_other_ways_to_a_provider_are_recorded_too(signed_in, fake):
    fake.claims = {"auth_time": int(time.time())}
    for path, purpose in (
        ("/account/connections/fake", "Connect"),
        ("/account/reauthenticate/fake", "Confirm"),
        ("/dev/try/fake", "Try"),
    ):
        signed_in.press_and_return(path)
        assert last(signed_in).purpose == purpose
        assert not last(signed_in).failed


def test_only_this_machine_may_look(signed_in):
    elsewhere = {"REMOTE_ADDR": "192.0.2.7"}
    answer = signed_in.get("/dev/inspector/", environ_base=elsewhere)
    assert answer.status_code == 403
    assert "Ada" not in answer.text.partition("<main")[2]
    assert signed_in.get("/dev/inspector/", headers={"X-Forwarded-For": "::1"}).status_code == 403


def test_another_name_of_this_machine_may_not_look(browser):
    """A page of another site can make its own host name lead here."""
    for host in ("evil.example:8000", "localhost.evil.example", "[::1"):
        assert browser.get("/dev/inspector/", headers={"Host": host}).status_code == 403
    assert browser.get("/dev/inspector/", headers={"Host": "[::1]:8000"}).status_code == 200


def test_what_a_provider_sends_breaks_no_page(browser, fake):
    for body in (
        {"error": "x", "a" * 5000: ["b" * 5000] * 5000},
        {"error": "x", "deep": json.loads('{"a":' * 400 + "1" + "}" * 400)},
        ["no object"],
        "<script>",
    ):
        fake.tokens = 400, body
        assert error_of(browser.sign_in())
        text = browser.get("/dev/inspector/").text
        assert "<script>" not in text.partition("<h1")[2]
        assert len(text) < 100_000


def test_the_last_logins_are_kept(browser):
    for _ in range(KEPT + 2):
        browser.start()

    with browser.application.app_context():
        assert len(recordings()) == KEPT


# --- The checks


def test_the_checks_of_all_watched_code_are_known():
    """Each `raise` is one, wherever it stands."""
    files = [file for file in sorted(checks.SIGNIN.rglob("*.py")) if checks.is_watched(str(file))]
    assert {"id_token", "authorization", "pending", "accounts"} <= {file.stem for file in files}
    for file in files:
        raised = {
            node.lineno
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
            if isinstance(node, ast.Raise) and node.exc is not None
        }
        in_functions = checks.conditions(str(file)).raises.keys()
        assert raised == in_functions, file


def test_the_checks_of_an_owner_are_noticed_too(tmp_path):
    file = tmp_path / "own.py"
    file.write_text(
        "def admit(age):\n"
        '    """Check the age."""\n'
        "    if age < 18:\n"
        '        raise ValueError("too young")\n'
        "    try:\n"
        "        return 100 / age\n"
        "    except TypeError as error:\n"
        '        message = f"{age} is no age"\n'
        "        raise ValueError(message) from error\n",
        encoding="utf-8",
    )
    found = checks.conditions(str(file))

    assert {
        line: [each.check.refusal for each in group] for line, group in found.guards.items()
    } == {
        3: ["too young"],
        6: ["… is no age"],
    }
    assert [each.check.condition for group in found.guards.values() for each in group] == [
        "if age < 18",
        "except TypeError",
    ]


def test_a_function_without_a_check_is_not_followed(tmp_path):
    """It may look at each letter of a long text."""
    file = tmp_path / "own.py"
    file.write_text(
        "@decorated\n"
        "def admit(age):\n"
        "    if age < 18:\n"
        '        raise ValueError("too young")\n'
        "\n"
        "def letters(text):\n"
        "    return [c for c in text]\n",
        encoding="utf-8",
    )

    assert [line for line in range(1, 8) if checks.has_checks(str(file), line)] == [1]


def test_another_tracer_stays_and_the_page_says_why(browser):
    def tracer(*_):
        return None

    sys.settrace(tracer)
    browser.sign_in()
    stays = sys.gettrace() is tracer
    sys.settrace(None)

    assert stays
    assert "The checks are not shown" in page(browser)
    assert not any(each.checks for each in last(browser).steps)


def test_the_place_of_the_code_is_true(browser):
    browser.sign_in()

    root = Path(checks.SIGNIN).parents[1]
    for each in last(browser).steps:
        for check in each.checks:
            lines = (root / check.place.path).read_text(encoding="utf-8").splitlines()
            line = lines[check.place.line - 1]
            assert "raise" in line or check.refusal in lines[check.place.line - 2] + line
