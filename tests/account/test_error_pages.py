"""What error pages tell, and to whom; and that they show when the database does not answer."""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import requests
from harness.app_server import TEMPLATE, RunningApp
from harness.counting_provider import CountingProvider
from harness.databases import POSTGRESQL, postgresql_database
from harness.production import ProxiedBrowser, gunicorn
from harness.tcp_proxy import tcp_proxy
from harness.visitor import text_of
from harness.walk import with_query

from .conftest import ADA, PROVIDERS, Serve, Visit

ERRORS = sorted(
    path.stem for path in (TEMPLATE / "app/signin/auth/templates/signin/errors").glob("*.html")
)


def test_in_development_the_page_names_the_cause(
    app: RunningApp, visit: Visit, provider: CountingProvider
) -> None:
    visitor = visit(app)
    callback = visitor.callback_url("alpha", ADA)
    refused = visitor.visit(with_query(callback, code=None))
    page = visitor.visit(refused.headers["Location"])
    assert "no_code" in page.text
    assert "there is no code" in text_of(page)
    assert "docs/troubleshooting.md" in page.text
    # For this browser, and this error.
    assert "no_code" not in visit(app).visit(refused.headers["Location"]).text
    assert "no_code" not in visitor.visit("/login/error/invalid_callback").text


def test_in_production_it_names_neither_cause_nor_settings(
    tmp_path: Path, sqlite_url: str, provider: CountingProvider
) -> None:
    environ = provider.settings_for(*PROVIDERS)
    with gunicorn(tmp_path, sqlite_url, environ) as served:
        browser = ProxiedBrowser(served.url)
        answer = browser.get(f"{served.url}/callback/alpha?state=x&code=y", allow_redirects=False)
        page = browser.get(f"{served.url}{answer.headers['Location']}")
        reference = answer.headers["X-Request-ID"]
        assert reference in page.text
        assert "unknown_state" not in page.text
        assert "unknown_state" in served.written()
        for code in ERRORS:
            text = browser.get(f"{served.url}/login/error/{code}?r={reference}").text
            assert reference in text
            for word in ("<code>flask", "PUBLIC_URL", "SIGNUP", "ALLOWED_", "_SECONDS", "docs/"):
                assert word not in text, code
        assert "CLIENT_ID" not in browser.get(f"{served.url}/login").text
        browser.close()


@pytest.mark.parametrize("code", ERRORS)
def test_each_page_says_what_to_do(code: str, app: RunningApp, visit: Visit) -> None:
    page = visit(app).visit(f"/login/error/{code}?r=0123456789abcdef")
    assert "What you can do" in page.text
    assert "0123456789abcdef" in page.text


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/nothing"),
        ("GET", "/login/error/nothing"),
        ("GET", "/login/error/not_allowed"),
        ("GET", "/login/nobody"),
        ("POST", "/"),
        ("POST", "/logout"),
        ("POST", "/notes"),
        ("POST", "/account/delete"),
        ("GET", "/account/nothing"),
        ("GET", "/"),
        ("GET", "/session"),
        ("GET", "/account"),
    ],
)
def test_signed_in_and_the_database_is_gone(
    method: str, path: str, gone: tuple[RunningApp, dict[str, str]]
) -> None:
    """The page of an error must not fail for want of the person's name."""
    app, cookies = gone
    answer = requests.request(method, app.url + path, cookies=cookies, timeout=20)
    assert answer.status_code == 503, text_of(answer)
    assert "temporarily unavailable" in answer.text or "isn't available" in answer.text


@pytest.fixture
def gone(
    serve: Serve, visit: Visit, migrated_postgresql: str
) -> Iterator[tuple[RunningApp, dict[str, str]]]:
    """An app that Ada is signed in to and whose database is gone, and her cookies."""
    from app.db import db

    server = urlsplit(POSTGRESQL)
    with (
        postgresql_database(migrated_postgresql) as url,
        tcp_proxy(server.hostname or "127.0.0.1", server.port or 5432) as proxy,
    ):
        app = serve(url.replace(f":{server.port}/", f":{proxy.port}/"))
        ada = visit(app)
        ada.sign_in("alpha", ADA)
        proxy.cut()
        app.log.clear()
        yield app, ada.cookies.get_dict()
        with app.app.app_context():
            db.engine.dispose()
