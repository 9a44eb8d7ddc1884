"""The setup page, the one address of the app, and that none of it exists in production."""

import importlib
import sys

import pytest

from app.providers import PROVIDERS
from tests.conftest import PRODUCTION


def test_the_setup_page_says_what_to_copy(browser):
    page = browser.get("/dev/setup").text
    for provider in PROVIDERS:
        assert f'id="{provider.name}"' in page
        assert f"<code>http://localhost:8000/callback/{provider.name}</code>" in page
        assert provider.setting("CLIENT_ID") in page
        assert provider.console_url in page
        assert "not set up" in page


def test_another_spelling_of_the_host_is_redirected(browser):
    answer = browser.get("/login?next=/notes", base_url="http://127.0.0.1:8000")
    assert answer.status_code == 307
    assert answer.location == "http://localhost:8000/login?next=/notes"


def test_a_form_at_another_host_is_told_why(browser):
    answer = browser.post("/logout", base_url="http://127.0.0.1:8000")
    assert answer.status_code == 400
    assert "PUBLIC_URL" in answer.text


def test_another_port_is_explained(browser):
    answer = browser.get("/login", base_url="http://localhost:9000")
    assert answer.status_code == 400
    assert "PUBLIC_URL" in answer.text


@pytest.mark.parametrize("path", ["/healthz", "/dev/setup"])
def test_some_pages_answer_at_any_host(browser, path):
    assert browser.get(path, base_url="http://127.0.0.1:8000").status_code == 200


def test_production_has_none_of_it(make_app):
    browser = make_app(PRODUCTION).test_client()
    assert browser.get("/dev/setup").status_code == 404
    assert browser.get("/dev/practice/jwks").status_code == 404


def test_production_cannot_import_it(monkeypatch):
    monkeypatch.setenv("APP_ENV", "production")
    monkeypatch.delitem(sys.modules, "app.dev", raising=False)
    with pytest.raises(ImportError, match="development only"):
        importlib.import_module("app.dev")
