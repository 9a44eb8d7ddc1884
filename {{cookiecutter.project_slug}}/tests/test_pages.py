"""The pages that everybody sees, what only signed-in people see, and what every answer carries."""

import pytest
from flask import request
from sqlalchemy.exc import OperationalError

from app.db import db
from app.models import Identity, User
from tests.conftest import PRODUCTION


def test_home_for_anybody(browser):
    page = browser.get("/")

    assert page.status_code == 200
    assert 'href="/login"' in page.text
    assert "Sign out" not in page.text


def test_home_for_somebody(signed_in):
    page = signed_in.get("/").text

    assert "Ada Lovelace" in page
    assert "ada@example.com" in page
    assert "Sign out" in page


def test_the_login_page(browser):
    page = browser.get("/login?next=/notes").text

    assert "Continue with Fake" in page
    assert 'value="/notes"' in page


def test_the_name_of_the_app(make_app):
    assert (
        "<title>Our Club</title>" in make_app({"APP_NAME": "Our Club"}).test_client().get("/").text
    )


def test_a_login_page_without_providers(make_app):
    none = {
        f"OIDC_FAKE_{ending}": "" for ending in ("ISSUER", "CLIENT_ID", "CLIENT_SECRET", "LABEL")
    }
    page = make_app({**PRODUCTION, **none}).test_client().get("/login")

    assert "no provider is set up" in page.text


# --- Notes: the page behind a sign-in, to copy from


def test_notes(app, signed_in):
    assert "when you first signed in" in signed_in.get("/notes").text
    assert signed_in.press("/notes", body="Buy <milk>").location == "/notes"
    assert "Buy &lt;milk&gt;" in signed_in.get("/notes").text


def test_notes_of_others_are_not_shown(app, signed_in, fake):
    signed_in.press("/notes", body="Ada's own")
    fake.person = {"sub": "1906", "name": "Grace"}
    grace = app.test_client()
    grace.sign_in()

    assert "Ada&#39;s own" not in grace.get("/notes").text


@pytest.mark.parametrize("body", ["", " ", "x" * 501])
def test_a_note_that_is_not_taken(signed_in, body):
    page = signed_in.press("/notes", body=body)

    assert page.status_code == 200
    assert 'aria-invalid="true"' in page.text


def test_notes_are_for_signed_in_people(browser):
    assert browser.get("/notes").location == "/login?next=/notes"
    assert browser.press("/notes", body="x").location == "/login"


# --- Errors


@pytest.mark.parametrize(
    ("path", "method", "status"),
    [
        ("/nothing", "GET", 404),
        ("/static/nothing.css", "GET", 404),
        ("/login/nobody", "GET", 404),
        ("/healthz", "DELETE", 405),
        ("/logout", "POST", 400),
        ("/login/nobody", "POST", 404),
    ],
)
def test_error_pages(browser, path, method, status):
    page = browser.open(path, method=method)

    assert page.status_code == status
    assert page.content_type == "text/html; charset=utf-8"
    assert page.headers["X-Request-ID"] in page.text


def test_a_request_that_is_too_large(signed_in):
    assert signed_in.press("/notes", body="x" * 100_000).status_code == 413


def test_a_bug_is_not_shown(app):
    app.testing = False
    app.add_url_rule("/bug", view_func=lambda: 1 / 0)
    page = app.test_client().get("/bug")

    assert page.status_code == 500
    assert "ZeroDivision" not in page.text


def test_a_database_that_fails(app, signed_in, monkeypatch):
    def fail(*_args, **_options):
        raise OperationalError("SELECT secret", {}, Exception("password=hunter2"))

    monkeypatch.setattr(db.session, "scalar", fail)
    page = signed_in.get("/notes")

    assert page.status_code == 503
    assert "hunter2" not in page.text
    assert "secret" not in page.text


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


def test_nothing_of_development_in_production(make_app):
    app = make_app(PRODUCTION)

    assert not [rule for rule in app.url_map.iter_rules() if rule.rule.startswith("/dev")]
    assert "/dev/" not in app.test_client().get("/").text


def test_behind_a_proxy(make_app):
    app = make_app({**PRODUCTION, "TRUSTED_PROXIES": "1"})
    app.add_url_rule("/address", view_func=lambda: request.remote_addr)
    headers = {"X-Forwarded-For": "198.51.100.7, 192.0.2.1"}

    assert app.test_client().get("/address", headers=headers).text == "192.0.2.1"


# --- Is it up, and can it work?


def test_health(browser):
    assert browser.get("/healthz").get_json() == {"status": "ok"}
    assert browser.get("/readyz").get_json() == {"status": "ok"}


def test_not_ready_without_its_tables(make_app, tmp_path):
    app = make_app({"DATABASE_URL": f"sqlite:///{tmp_path}/empty.db"})
    answer = app.test_client().get("/readyz")

    assert answer.status_code == 503
    assert "not migrated" in answer.get_json()["status"]


def test_not_ready_without_its_database(make_app, tmp_path):
    (tmp_path / "disk").mkdir()
    app = make_app({"DATABASE_URL": f"sqlite:///{tmp_path}/disk/app.db"})
    (tmp_path / "disk").rmdir()

    assert "does not answer" in app.test_client().get("/readyz").get_json()["status"]


def test_not_ready_in_production_with_people_of_the_practice_provider(make_app):
    app = make_app(PRODUCTION)
    with app.app_context():
        db.session.add(Identity(user=User(), provider="practice", sub="ada", issuer="here"))
        db.session.commit()

    assert "practice identities" in app.test_client().get("/readyz").get_json()["status"]
