"""Logins at Apple as emulate plays it, in a real browser: two sites, and a name that comes once.

emulate 0.11.2 differs from the real one: it doesn't check the client secret (tests/providers does),
nor PKCE, and its code exchange needs no `redirect_uri`.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from harness.app_server import RunningApp, running_app
from harness.node_servers import emulated
from harness.ports import free_port
from playwright.sync_api import Page, Request

ADA = "ada@icloud.com"


@pytest.fixture
def app(sqlite_url: str, tmp_path: Path) -> Iterator[RunningApp]:
    """The app on 127.0.0.1, and Apple on localhost: two sites to a browser."""
    port, app_port = free_port(), free_port()
    key = tmp_path / "AuthKey_F6G7H8I9J0.p8"
    key.write_bytes(
        ec.generate_private_key(ec.SECP256R1()).private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    key.chmod(0o600)
    seed = {
        "apple": {
            "users": [
                {
                    "email": ADA,
                    "name": "Ada Lovelace",
                    "given_name": "Ada",
                    "family_name": "Lovelace",
                }
            ],
            "oauth_clients": [
                {
                    "client_id": "com.example.web",
                    "team_id": "A1B2C3D4E5",
                    "name": "The kit",
                    "redirect_uris": [f"http://127.0.0.1:{app_port}/callback/apple"],
                }
            ],
        }
    }
    with emulated(seed, port, host="localhost") as (urls, _):
        environ = {
            "APPLE_ISSUER": urls["apple"],
            "APPLE_CLIENT_ID": "com.example.web",
            "APPLE_TEAM_ID": "A1B2C3D4E5",
            "APPLE_KEY_ID": "F6G7H8I9J0",
            "APPLE_PRIVATE_KEY_FILE": str(key),
        }
        with running_app(sqlite_url, environ, host="127.0.0.1", port=app_port) as running:
            yield running


def sign_in(app: RunningApp, page: Page) -> Request:
    """Sign Ada in; return the POST that Apple's page made to the app."""
    posted: list[Request] = []
    page.on(
        "request",
        lambda request: (
            posted.append(request)
            if request.method == "POST" and "/callback/" in request.url
            else None
        ),
    )
    page.goto(f"{app.url}/login?next=/notes")
    page.get_by_role("button", name="Apple").click()
    page.get_by_role("button", name=ADA).click()
    page.wait_for_url(f"{app.url}/notes")
    (request,) = posted
    return request


def test_the_name_comes_once_and_stays(app: RunningApp, page: Page) -> None:
    """The POST is cross-site, so it brings no SameSite=Lax cookie."""
    first = sign_in(app, page)
    assert "cookie" not in first.all_headers()
    assert "user=" in (first.post_data or "")
    (identity,) = app.rows("identities")
    assert identity["name"] == "Ada Lovelace"
    assert identity["email"] == ADA
    assert identity["email_verified"]

    page.context.clear_cookies()
    page = page.context.new_page()
    second = sign_in(app, page)
    assert "user=" not in (second.post_data or "")
    (identity,) = app.rows("identities")
    assert identity["name"] == "Ada Lovelace"
    (user,) = app.rows("users")
    assert identity["user_id"] == user["id"]
