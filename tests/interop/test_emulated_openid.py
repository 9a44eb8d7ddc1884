"""Logins at Microsoft and Okta as emulate plays them, with the declarations that the app ships.

emulate 0.11.2 differs from the real ones.  Microsoft's metadata for `common` names one tenant, not
`{tenantid}`.  Okta's ID Token has name and address even where the real one leaves them to the
userinfo endpoint.  Its Slack has no OpenID Connect at all, so a sign-in there can't be tried.
"""

import re
from collections.abc import Iterator
from html import unescape
from urllib.parse import urljoin, urlsplit

import pytest
from harness.app_server import RunningApp, running_app
from harness.browser import Browser
from harness.node_servers import NodeServer, emulated
from harness.ports import free_port

TENANT = "9188040d-6c67-4c5b-b112-36a304b66dad"
ADA = "ada@example.com"


class Two:
    """The app, and both providers."""

    def __init__(self, app: RunningApp, urls: dict[str, str], server: NodeServer) -> None:
        self.app = app
        self._urls = urls
        self._server = server

    def sign_in(self, provider: str) -> Browser:
        """Sign Ada in with a new browser, and return it."""
        browser = Browser(self.app.url)
        page = browser.hop(browser.start(provider))
        form = next(form for form in re.findall(r"<form.*?</form>", page.text, re.S) if ADA in form)
        fields = re.findall(r'name="(\w+)" value="([^"]*)"', form)
        action = re.search(r'action="([^"]+)"', form)
        assert action
        url = urljoin(page.url, unescape(action[1]))
        data = {name: unescape(value) for name, value in fields}
        callback = browser.to_callback(browser.post(url, data=data, allow_redirects=False))
        answer = browser.get(callback, allow_redirects=False)
        assert urlsplit(answer.headers["Location"]).path == "/", self.app.log_text()
        return browser

    def calls(self, provider: str) -> list[str]:
        """Return what the app itself asked since the last time."""
        told = self._server.requests(self._urls[provider])
        return [call for call in told if "/authorize" not in call]


@pytest.fixture
def two(sqlite_url: str) -> Iterator[Two]:
    port, app_port = free_port(2), free_port()
    callback = f"http://localhost:{app_port}/callback"
    seed = {
        "microsoft": {
            "users": [{"email": ADA, "name": "Ada Lovelace"}],
            "oauth_clients": [
                {
                    "client_id": "ms-app",
                    "client_secret": "ms-secret",
                    "name": "The kit",
                    "redirect_uris": [f"{callback}/microsoft"],
                }
            ],
        },
        "okta": {
            "users": [
                {"login": ADA, "email": ADA, "first_name": "Ada", "last_name": "Lovelace"},
            ],
            "authorization_servers": [
                {"id": "default", "name": "default", "audiences": ["api://default"]}
            ],
            "oauth_clients": [
                {
                    "client_id": "okta-app",
                    "client_secret": "okta-secret",
                    "name": "The kit",
                    "redirect_uris": [f"{callback}/okta"],
                    "auth_server_id": "default",
                }
            ],
        },
    }
    with emulated(seed, port) as (urls, server):
        environ = {
            "MICROSOFT_BASE_URL": urls["microsoft"],
            "MICROSOFT_TENANT": TENANT,
            "MICROSOFT_CLIENT_ID": "ms-app",
            "MICROSOFT_CLIENT_SECRET": "ms-secret",
            "OKTA_BASE_URL": urls["okta"],
            "OKTA_CLIENT_ID": "okta-app",
            "OKTA_CLIENT_SECRET": "okta-secret",
        }
        with running_app(sqlite_url, environ, port=app_port) as app:
            yield Two(app, urls, server)


def test_microsoft(two: Two) -> None:
    """The address is not trusted: nothing says that its domain belongs to the tenant."""
    ada = two.sign_in("microsoft")
    assert two.calls("microsoft") == [
        f"GET /{TENANT}/v2.0/.well-known/openid-configuration",
        "POST /oauth2/v2.0/token",
        "GET /discovery/v2.0/keys",
    ]
    user = ada.session_json()["user"]
    assert user["name"] == "Ada Lovelace"
    assert user["email"] == ADA
    assert user["email_verified"] is False

    again = two.sign_in("microsoft")
    assert two.calls("microsoft") == ["POST /oauth2/v2.0/token"]
    assert again.sub() == ada.sub()


def test_okta(two: Two) -> None:
    ada = two.sign_in("okta")
    assert two.calls("okta") == [
        "GET /oauth2/default/.well-known/openid-configuration",
        "POST /oauth2/default/v1/token",
        "GET /oauth2/default/v1/keys",
    ]
    user = ada.session_json()["user"]
    assert user["name"] == "Ada Lovelace"
    assert user["email"] == ADA
    assert user["email_verified"] is True

    again = two.sign_in("okta")
    assert two.calls("okta") == ["POST /oauth2/default/v1/token"]
    assert again.sub() == ada.sub()
    (identity,) = two.app.rows("identities")
    assert identity["sub"].startswith("00u")
