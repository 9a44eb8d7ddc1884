"""Signing out at the provider too: offered after signing out here.  RP-Initiated Logout 1.0."""

import re
from html import unescape
from urllib.parse import parse_qs, urljoin, urlsplit

import pytest
import requests
from harness.app_server import RunningApp, running_app
from harness.counting_provider import CLIENT_ID, CountingProvider
from harness.node_servers import openid_provider
from harness.ports import free_port
from harness.visitor import Visitor, went_to

from .conftest import ADA, ADA_AT_B, Serve, Visit


def offered(browser: Visitor) -> str | None:
    """Return the link to the provider on the home page."""
    found = re.search(r'href="([^"]+)"[^>]*>Sign out of', browser.visit("/").text)
    return unescape(found[1]) if found else None


@pytest.fixture
def ending(provider: CountingProvider) -> str:
    """Where the provider ends its own session."""
    provider.metadata = {"end_session_endpoint": f"{provider.url}/end?tenant=1"}
    return provider.metadata["end_session_endpoint"]


def test_lo_04_the_link(ending: str, app: RunningApp, ada: Visitor) -> None:
    assert went_to(ada.press("/logout")) == "/"
    link = offered(ada)
    assert link
    query = parse_qs(urlsplit(link).query)

    assert link.startswith(f"{ending}&")
    assert query["client_id"] == [CLIENT_ID]
    assert query["post_logout_redirect_uri"] == [f"{app.url}/"]
    assert len(query["state"][0]) >= 22
    assert set(query) == {"tenant", "client_id", "post_logout_redirect_uri", "state"}
    assert offered(ada) is None, "it is shown once"


def test_lo_04_state_is_random(ending: str, ada: Visitor) -> None:
    states = set()
    for _ in range(5):
        ada.press("/logout")
        states |= set(parse_qs(urlsplit(offered(ada) or "").query)["state"])
        ada.sign_in("alpha", ADA)
    assert len(states) == 5


def test_lo_04_after_confirming_too(ending: str, ada: Visitor) -> None:
    ada.confirm("alpha", ADA)
    ada.press("/logout")

    assert offered(ada)


def test_lo_04_the_cookie_holds_nothing_of_the_person(ending: str, ada: Visitor) -> None:
    """SE-13, in what is left after signing out."""
    ada.press("/logout")

    from base64 import urlsafe_b64decode
    from zlib import decompress

    value = next(cookie.value for cookie in ada.cookies if cookie.name.endswith("_session"))
    body = value.lstrip(".").split(".")[0]
    text = urlsafe_b64decode(body + "=" * (-len(body) % 4))
    text = decompress(text) if value.startswith(".") else text
    assert ADA.email.encode() not in text
    assert ADA.sub.encode() not in text


def test_lo_04_nothing_to_offer(app: RunningApp, ada: Visitor) -> None:
    ada.press("/logout")

    assert offered(ada) is None


@pytest.mark.parametrize(
    "url",
    ["javascript:alert(1)", "http://evil.example/end", "//evil.example", "data:text/html,x", 7],
)
def test_lo_04_only_an_https_address(
    provider: CountingProvider, app: RunningApp, visitor: Visitor, url: object
) -> None:
    provider.metadata = {"end_session_endpoint": url}
    visitor.sign_in("alpha", ADA)
    visitor.press("/logout")
    page = visitor.visit("/").text

    assert "Sign out of" not in page
    assert str(url) not in page or url == 7


def test_lo_04_removed_from_the_settings(
    ending: str, serve: Serve, visit: Visit, sqlite_url: str
) -> None:
    first = serve(sqlite_url)
    ada = visit(first)
    ada.sign_in("beta", ADA_AT_B)
    removed = {f"OIDC_BETA_{name}": "" for name in ("ISSUER", "CLIENT_ID", "CLIENT_SECRET")}
    second = visit(serve(sqlite_url, **removed, OIDC_BETA_AUTH_METHOD=""))
    second.cookies.update(ada.cookies)
    assert second.who()
    second.press("/logout")

    assert offered(second) is None
    assert second.who() is None


@pytest.mark.parametrize("query", ["", "?state=", "?state=wrong", "?state=a&state=b", "?error=x"])
def test_lo_05_coming_back(ending: str, ada: Visitor, query: str) -> None:
    ada.press("/logout")
    state = parse_qs(urlsplit(offered(ada) or "").query)["state"][0]
    for url in (f"/?state={state}", f"/{query}", f"/{query}"):
        answer = ada.visit(url)
        assert answer.status_code == 200
        assert "Sign in" in answer.text
        assert state not in answer.text
    assert ada.who() is None


def test_lo_04_at_a_real_provider(sqlite_url: str, provider: CountingProvider) -> None:
    """The whole way at oidc-provider, which ends its session and sends the person back."""
    port = free_port()
    url = f"http://localhost:{port}"
    client = {
        "client_id": "kit",
        "client_secret": "kit-secret-0123456789-0123456789",
        "redirect_uris": [f"{url}/callback/corp"],
        "post_logout_redirect_uris": [f"{url}/"],
    }
    with openid_provider(client) as (issuer, _):
        settings = {
            "OIDC_CORP_ISSUER": issuer,
            "OIDC_CORP_CLIENT_ID": client["client_id"],
            "OIDC_CORP_CLIENT_SECRET": client["client_secret"],
        }
        with running_app(sqlite_url, settings, port=port) as app, Visitor(url, provider) as ada:
            answer = sign_in_there(ada, ada.press("/login/corp"))
            assert answer.headers["Location"] == "/"
            assert ada.who()["name"] == "Name ada"
            ada.press("/logout")
            link = offered(ada)
            assert link
            assert link.startswith(issuer)
            state = parse_qs(urlsplit(link).query)["state"][0]
            page = ada.get(link)
            form = dict(re.findall(r'name="([a-z]+)" value="([^"]*)"', page.text))
            action = re.search(r'action="([^"]+)"', page.text)
            assert action, page.text
            back = ada.post(unescape(action[1]), data={**form, "logout": "yes"})
            assert back.url == f"{app.url}/?state={state}"
            assert back.status_code == 200
            assert ada.who() is None
            # The provider's session is over: it asks who it is again.
            assert "login" in ada.get(went_to(ada.press("/login/corp"))).text


def sign_in_there(browser: Visitor, answer: requests.Response) -> requests.Response:
    """Fill in the provider's forms; return the app's answer to the callback."""
    for _ in range(20):
        if "Location" in answer.headers:
            url = urljoin(answer.url, answer.headers["Location"])
            answer = browser.get(url, allow_redirects=False)
            if url.startswith(f"{browser.app_url}/callback/"):
                return answer
            continue
        form = dict(re.findall(r'name="([a-z]+)" value="([^"]*)"', answer.text))
        if 'name="login"' in answer.text:
            form |= {"login": "ada", "password": "x"}
        action = re.search(r'action="([^"]+)"', answer.text)
        assert action, answer.text
        url = urljoin(answer.url, unescape(action[1]))
        answer = browser.post(url, data=form, allow_redirects=False)
    raise AssertionError("the provider does not let go")
