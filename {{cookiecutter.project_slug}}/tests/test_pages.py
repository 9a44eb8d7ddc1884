"""Every page renders, signed in and out; what the pages do; and what every answer carries."""

import json
import re

import pytest
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from app.db import db
from app.models import User
from app.signin.auth.error_pages import STATUSES
from app.signin.models import Identity
from app.signin.oauth.provider import Provider
from tests.conftest import PRODUCTION
from tests.fake_provider import GRACE

NONE = {f"OIDC_FAKE_{ending}": "" for ending in ("ISSUER", "CLIENT_ID", "CLIENT_SECRET", "LABEL")}


def pages(app):
    """Return every page that can be opened by its address alone, administrators' pages aside."""
    rules = [r for r in app.url_map.iter_rules() if not r.endpoint.startswith("admin.")]
    paths = {r.rule for r in rules if "GET" in r.methods and not (r.arguments or r.websocket)}
    programs = ("/api/", "/dev/practice", "/login/doctor/")
    return sorted(path for path in paths if not path.startswith(programs))


# --- Every page


def test_every_page_renders_for_somebody_who_is_signed_in(app, signed_in):
    assert "/account/connections" in pages(app)
    for path in pages(app):
        assert signed_in.get(path).status_code in (200, 303), path


def test_every_page_renders_for_anybody_or_asks_to_sign_in(app, browser):
    asking = set()
    for path in set(pages(app)) - {"/session"}:
        answer = browser.get(path)
        assert answer.status_code in (200, 303), path
        if answer.location == f"/login?next={path}":
            asking.add(path)

    assert {path for path in pages(app) if path.startswith("/account")} | {"/notes"} <= asking


@pytest.mark.parametrize("code", STATUSES)
def test_every_error_of_a_sign_in_has_a_page(browser, signed_in, code):
    for who in (browser, signed_in):
        page = who.get(f"/login/error/{code}?r=0123456789abcdef&next=/notes")
        assert page.status_code == STATUSES[code]
        assert "What you can do" in page.text
        assert "0123456789abcdef" in page.text


def test_home_says_who_is_there(browser, signed_in):
    assert 'href="/login"' in browser.get("/").text
    page = signed_in.get("/").text
    assert "Ada Lovelace" in page
    assert "ada@example.com" in page
    assert "Sign out" in page


def test_the_name_of_the_app_is_the_title(make_app):
    page = make_app({"APP_NAME": "Our Club"}).test_client().get("/")

    assert "<title>Our Club</title>" in page.text


def test_the_sign_in_page_without_providers_says_so(make_app):
    page = make_app({**PRODUCTION, **NONE}).test_client().get("/login")

    assert "Sign-in is currently unavailable." in page.text


# --- Your page: notes, to copy from


def test_notes(signed_in):
    assert "Add your own notes here" in signed_in.get("/notes").text
    assert signed_in.press("/notes", body="Buy <milk>").location == "/notes"
    assert "Buy &lt;milk&gt;" in signed_in.get("/notes").text


@pytest.mark.parametrize("body", ["", " ", "x" * 501])
def test_a_note_that_is_not_taken_says_why(signed_in, body):
    page = signed_in.press("/notes", body=body)

    assert page.status_code == 200
    assert 'aria-invalid="true"' in page.text


def test_notes_of_others_are_not_shown(app, signed_in, fake):
    signed_in.press("/notes", body="Ada's own")
    fake.person = GRACE
    grace = app.test_client()
    grace.sign_in()

    assert "Ada&#39;s own" not in grace.get("/notes").text


# --- The account


@pytest.mark.parametrize("name", ["Countess", "علی\u200cرضا"])
def test_the_name_can_be_changed_and_stays(signed_in, name):
    assert "Enter a name." in signed_in.press("/account", name="", picture="initials").text
    assert signed_in.press("/account", name=name, picture="initials").location == "/account"
    signed_in.sign_in()

    assert signed_in.user()["name"] == name


def test_everything_can_be_taken_along(signed_in):
    found = json.loads(signed_in.press("/account/export").text)

    assert found["users"][0]["name"] == "Ada Lovelace"
    assert {"identities", "login_sessions", "audit_events", "notes"} <= set(found)
    assert "key_hash" not in found["login_sessions"][0]


def test_the_account_can_be_deleted(app, signed_in):
    signed_in.press("/account/delete")
    assert signed_in.user()
    signed_in.press("/account/delete", sure="y")

    assert signed_in.user() is None
    with app.app_context():
        assert db.session.query(User).count() == 0


# --- Errors


@pytest.mark.parametrize(
    ("path", "method", "status"),
    [
        ("/nothing", "GET", 404),
        ("/static/nothing.css", "GET", 404),
        ("/login/nobody", "GET", 404),
        ("/login/nobody", "POST", 404),
        ("/login/error/nothing", "GET", 404),
        ("/callback/nobody?state=x", "GET", 404),
        ("/healthz", "DELETE", 405),
        ("/backchannel-logout/fake", "GET", 405),
    ],
)
def test_an_error_has_a_page(browser, path, method, status):
    page = browser.open(path, method=method)

    assert page.status_code == status
    assert page.content_type == "text/html; charset=utf-8"
    assert page.headers["X-Request-ID"] in page.text


def test_a_bug_is_not_shown(app):
    app.testing = False
    app.add_url_rule("/bug", view_func=lambda: 1 / 0)
    page = app.test_client().get("/bug")

    assert page.status_code == 500
    assert "ZeroDivision" not in page.text


@pytest.mark.parametrize("path", ["/notes", "/account", "/login/same-address"])
def test_a_database_that_does_not_answer_is_told_without_its_words(signed_in, monkeypatch, path):
    def fail(*_args, **_options):
        raise OperationalError("SELECT secret", {}, Exception("password=hunter2"))

    monkeypatch.setattr(Session, "scalar", fail)
    page = signed_in.get(path)

    assert page.status_code == 503
    assert not re.search("hunter2|SELECT secret", page.text)


# --- What every answer carries


@pytest.mark.parametrize("path", ["/", "/login", "/nothing", "/static/app.css", "/healthz"])
def test_headers(browser, path):
    headers = browser.get(path).headers
    policy = dict(part.split(" ", 1) for part in headers["Content-Security-Policy"].split("; "))

    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == "'self'"
    assert policy["frame-ancestors"] == policy["base-uri"] == "'none'"
    assert policy["form-action"].startswith("'self' https:" if path == "/login" else "'self'")
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert "Strict-Transport-Security" not in headers


def test_headers_in_production(make_app):
    browser = make_app(PRODUCTION).test_client()

    assert browser.get("/").headers["Strict-Transport-Security"].startswith("max-age=63072000")
    assert browser.get("/").headers["Cache-Control"] == "no-store"
    assert "no-store" not in browser.get("/static/app.css").headers.get("Cache-Control", "")


# --- Is it up, and can it work?


def test_it_is_up_and_ready(browser):
    assert browser.get("/healthz").get_json() == {"status": "ok"}
    assert browser.get("/readyz").get_json() == {"status": "ok"}


@pytest.mark.parametrize("mode", [{}, PRODUCTION], ids=["development", "production"])
def test_it_is_not_ready_without_its_tables(make_app, tmp_path, caplog, mode):
    """In production, strangers are not told why."""
    app = make_app({"DATABASE_URL": f"sqlite:///{tmp_path}/empty.db", **mode})
    answer = app.test_client().get("/readyz")

    assert answer.status_code == 503
    assert ("not migrated" in answer.text) is (mode == {})
    assert "not migrated" in caplog.text


def test_production_is_not_ready_with_people_of_the_practice_provider(make_app, caplog):
    app = make_app(PRODUCTION)
    with app.app_context():
        db.session.add(Identity(user=User(), provider="practice", sub="ada", issuer="here"))
        db.session.commit()

    assert app.test_client().get("/readyz").status_code == 503
    assert "practice identities" in caplog.text


def set_up(many: int) -> dict[str, str]:
    """Settings of so many providers, and of the provider `fake`, which is there anyway."""
    return {
        f"OIDC_P{number}_{ending}": value
        for number in range(many - 1)
        for ending, value in {
            "ISSUER": "https://id.example",
            "CLIENT_ID": "an-app",
            "CLIENT_SECRET": "a-secret",
        }.items()
    }


def test_few_providers_have_no_field_that_narrows_them(make_app):
    page = make_app(set_up(11), declared=()).test_client().get("/login").text
    assert page.count('<li data-label="') == 11
    assert "filter.js" not in page
    assert "data-filter" not in page
    assert "page-narrow" in page


def test_many_providers_have_a_field_and_columns(make_app):
    client = make_app(PRODUCTION | set_up(13), declared=()).test_client()
    page = client.get("/login").text
    assert page.count('<li data-label="') == 13
    assert 'class="providers providers-many" data-filter="Find a provider"' in page
    assert "/signin/static/filter.js" in page
    assert client.get("/signin/static/filter.js").status_code == 200
    assert "page-narrow" not in page


@pytest.mark.parametrize(("many", "folded"), [(5, False), (6, True)])
def test_many_providers_that_are_not_set_up_are_folded(make_app, many, folded):
    declared = [Provider(name=f"p{number}", label=f"P {number}") for number in range(many)]
    page = make_app(declared=declared).test_client().get("/login").text
    assert page.count("— not set up") == many
    assert ("<details" in page) is folded
    assert (f"{many} providers are not set up yet" in page) is folded


@pytest.mark.parametrize(("many", "folded"), [(12, False), (13, True)])
def test_the_setup_page_of_many_providers_is_folded(make_app, many, folded):
    declared = [Provider(name=f"p{number}", label=f"P {number}") for number in range(many - 1)]
    page = make_app(declared=declared).test_client().get("/dev/setup").text
    assert page.count('<details class="card"') == (many if folded else 0)
    assert 'id="p3"' in page
    assert ("filter.js" in page) is folded
