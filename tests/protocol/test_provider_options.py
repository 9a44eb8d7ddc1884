"""What an owner may change of any provider: more parameters, trust in addresses, PKCE, nonce."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from harness.app_server import RunningApp, running_app
from harness.bad_provider import BadProvider, Listener
from harness.browser import Browser
from harness.walk import Row, forget, query_of, walk

from .conftest import settings as all_settings
from .test_settings import CLIENT, load, oauth, oidc, problems, refused

PARAMS = "AUTHORIZATION_PARAMS"


@contextmanager
def app_with(database: str, provider: BadProvider, **more: str) -> Iterator[RunningApp]:
    with running_app(database, all_settings(provider) | more) as app:
        forget(app, provider)
        yield app


def github(**changes: str) -> dict[str, str]:
    return {f"GITHUB_{ending}": value for ending, value in (CLIENT | changes).items()}


KINDS = {"GITHUB": github, "OIDC_OP": oidc, "OAUTH_FORUM": oauth}
TENANTS = {"GITHUB": "github", "GOOGLE": "google", "OIDC_OP": "op", "OAUTH_PLAIN": "plain"}


@pytest.mark.parametrize("prefix", TENANTS)
def test_more_parameters_are_sent(
    prefix: str, sqlite: Callable[[], str], provider: BadProvider, canary: Listener
) -> None:
    text = "?prompt=select_account&domain_hint=example.org&audience=https%3A%2F%2Fa.example&e="
    with app_with(sqlite(), provider, **{f"{prefix}_{PARAMS}": text}) as app:
        row = Row(id=prefix, outcome="OK", tenant=TENANTS[prefix])
        went = walk(row, app, provider, canary)
        sent = query_of(went.start.headers["Location"])
    added = {
        "prompt": "select_account",
        "domain_hint": "example.org",
        "audience": "https://a.example",
        "e": "",
    }
    assert sent.items() >= added.items()
    assert sent["response_type"] == "code"


def test_declared_parameters_stay() -> None:
    registered = {f"NOTION_{ending}": value for ending, value in CLIENT.items()}
    client = load(**registered, NOTION_AUTHORIZATION_PARAMS="prompt=login").clients["notion"]
    assert client.provider.authorization_params == {"owner": "user", "prompt": "login"}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "text",
    [
        *(
            f"{name}=x"
            for name in (
                *("response_type", "client_id", "redirect_uri", "state", "scope", "nonce"),
                *("code_challenge", "code_challenge_method", "max_age", "request", "request_uri"),
                *("client_secret", "State", "REDIRECT_URI", "response_mode"),
            )
        ),
        *("redirect_uri[]=x", "code_challenge[0]=x", "Redirect.Uri=x", "redirect[uri=x"),
        *("response_mode[]=query", "prompt[]=none", "scope[]=x"),
        "response_mode=fragment",
        "response_mode=form_post.jwt",
        "prompt=none",
        "prompt=login%20none",
        "prompt=login+none",
        "a=b&state=x",
        "a=b&a=c",
        "nothing",
        "=x",
        "a=%ff",
        "a=%0d%0ab",
        "a=b&&",
        "https://id.example/authorize?prompt=login",
        "prompt=NONE",
        "a%20b=c",
    ],
)
def test_parameters_that_are_refused(kind: str, text: str) -> None:
    refused(f"{kind}_{PARAMS}", **KINDS[kind](**{PARAMS: text}))


def test_the_refusal_names_the_setting_of_the_scope() -> None:
    (told,) = problems(**oidc(**{PARAMS: "scope=openid"}))
    assert "OIDC_OP_SCOPE" in told


@pytest.mark.parametrize("tenant", ["op", "plain"])
def test_form_post_by_a_setting(
    tenant: str, sqlite: Callable[[], str], provider: BadProvider
) -> None:
    prefix = {"op": "OIDC_OP", "plain": "OAUTH_PLAIN"}[tenant]
    with (
        app_with(sqlite(), provider, **{f"{prefix}_{PARAMS}": "response_mode=form_post"}) as app,
        Browser(app.url) as browser,
        Browser(app.url) as cross_site,
    ):
        answer = browser.start(tenant).headers["Location"]
        fields = browser.get(answer, allow_redirects=False).json()
        callback = f"{app.url}/callback/{tenant}"
        posted = cross_site.post(callback, data=fields, allow_redirects=False)
        assert posted.status_code == 303
        assert browser.hop(posted).headers["Location"] == "/"
        assert browser.sub()

        # An answer in the URL was not agreed on.
        again = browser.get(browser.start(tenant).headers["Location"], allow_redirects=False).json()
        refused_answer = browser.get(callback, params=again, allow_redirects=False)
        assert "/login/error/invalid_callback" in refused_answer.headers["Location"]


# Addresses


@pytest.mark.parametrize("prefix", ["OIDC_OP", "OAUTH_PLAIN", "GOOGLE"])
@pytest.mark.parametrize("claim", [{}, {"email_verified": False}, {"email_verified": "no"}])
def test_the_owner_s_word_counts(
    prefix: str,
    claim: dict[str, Any],
    sqlite: Callable[[], str],
    provider: BadProvider,
    canary: Listener,
) -> None:
    only = {"ALLOWED_EMAIL_DOMAINS": "example.org"}
    with app_with(sqlite(), provider, **only) as app:
        provider.profile = {"name": "Ada", "email": "ada@example.org", **claim}
        tenant = TENANTS[prefix]
        row = Row(id="unverified", outcome="REJ2", code="not_allowed", reason="not_allowed",
                  tenant=tenant)  # fmt: skip
        went = walk(row, app, provider, canary)
        assert "not verified" in went.events[0]["detail"]
        assert "EMAIL_VERIFIED" in went.events[0]["detail"]
        assert "ada" not in went.events[0]["detail"]
    with app_with(sqlite(), provider, **only, **{f"{prefix}_EMAIL_VERIFIED": "always"}) as app:
        provider.profile = {"name": "Ada", "email": "Ada@example.org", **claim}
        went = walk(Row(id="trusted", outcome="OK", tenant=tenant), app, provider, canary)
        user = went.browser.session_json()["user"]
        assert (user["email"], user["email_verified"]) == ("ada@example.org", True)


def test_no_address_is_not_a_verified_one(
    sqlite: Callable[[], str], provider: BadProvider, canary: Listener
) -> None:
    with app_with(sqlite(), provider, OIDC_OP_EMAIL_VERIFIED="always") as app:
        provider.profile = {"name": "Ada"}
        went = walk(Row(id="none", outcome="OK"), app, provider, canary)
        user = went.browser.session_json()["user"]
        assert (user["email"], user["email_verified"]) == (None, False)


@pytest.mark.parametrize(
    ("email", "told"),
    [("ada@other.example", "another domain"), (None, "no address"), ("", "no address")],
)
def test_why_somebody_is_not_allowed_is_told(
    email: str | None, told: str, sqlite: Callable[[], str], provider: BadProvider, canary: Listener
) -> None:
    with app_with(sqlite(), provider, ALLOWED_EMAIL_DOMAINS="example.org") as app:
        provider.profile = {"name": "Ada", "email": email, "email_verified": True}
        row = Row(id="x", outcome="REJ2", code="not_allowed", reason="not_allowed")
        went = walk(row, app, provider, canary)
        assert told in went.events[0]["detail"]


@pytest.mark.parametrize("kind", ["GITHUB", "OIDC_OP"])
@pytest.mark.parametrize("value", ["yes", "verified", "ALWAYS", "email_verified"])
def test_a_word_for_verified_that_is_none(kind: str, value: str) -> None:
    refused(f"{kind}_EMAIL_VERIFIED", **KINDS[kind](EMAIL_VERIFIED=value))


MICROSOFT = {f"MICROSOFT_{ending}": value for ending, value in CLIENT.items()}
MICROSOFT |= {"MICROSOFT_EMAIL_VERIFIED": "always"}
PERSONAL_ACCOUNTS = "9188040d-6c67-4c5b-b112-36a304b66dad"


@pytest.mark.parametrize(
    "tenant", ["", "common", "organizations", "consumers", "Common", PERSONAL_ACCOUNTS]
)
def test_addresses_that_any_tenant_writes_are_not_trusted(tenant: str) -> None:
    env = MICROSOFT | {"MICROSOFT_TENANT": tenant}
    refused("MICROSOFT_EMAIL_VERIFIED", **env)
    assert "MICROSOFT_TENANT does not name one organization" in problems(**env)[0]


@pytest.mark.parametrize(
    "tenant", ["72F988BF-86f1-41af-91ab-2d7cd011db47", "contoso.onmicrosoft.com"]
)
def test_addresses_of_one_tenant_may_be_trusted(tenant: str) -> None:
    assert load(**MICROSOFT, MICROSOFT_TENANT=tenant).clients


def test_a_plain_provider_names_a_member_of_its_profile() -> None:
    assert load(**oauth(EMAIL_VERIFIED="mail.confirmed")).clients


# PKCE and nonce


@pytest.mark.parametrize("tenant", ["op", "plain", "github"])
def test_without_pkce(
    tenant: str, sqlite: Callable[[], str], provider: BadProvider, canary: Listener
) -> None:
    prefix = {"op": "OIDC_OP", "plain": "OAUTH_PLAIN", "github": "GITHUB"}[tenant]
    with app_with(sqlite(), provider, **{f"{prefix}_PKCE": "off"}) as app:
        went = walk(Row(id="no PKCE", outcome="OK", tenant=tenant), app, provider, canary)
        asked = query_of(went.start.headers["Location"])
        assert not {"code_challenge", "code_challenge_method"} & set(asked)
        assert "code_verifier" not in provider.last("token").form
        assert ("nonce" in asked) == (tenant == "op")


@pytest.mark.parametrize("nonce", [None, "another"])
def test_without_nonce(
    nonce: str | None, sqlite: Callable[[], str], provider: BadProvider, canary: Listener
) -> None:
    def change(claims: dict[str, Any]) -> dict[str, Any]:
        return claims | {"nonce": nonce} if nonce else {**claims, "nonce": None}

    with app_with(sqlite(), provider, OIDC_OP_NONCE="off") as app:
        row = Row(id="no nonce", outcome="OK", stage="claims", change=change)
        went = walk(row, app, provider, canary)
        asked = query_of(went.start.headers["Location"])
        assert "nonce" not in asked
        assert asked["code_challenge_method"] == "S256"


@pytest.mark.parametrize("ending", ["PKCE", "NONCE"])
@pytest.mark.parametrize("value", ["no", "0", "OFF", "false", "plain"])
def test_a_word_for_off_that_is_none(ending: str, value: str) -> None:
    assert load(**oidc(**{ending: "on"})).clients
    refused(f"OIDC_OP_{ending}", **oidc(**{ending: value}))


def test_one_of_pkce_and_nonce_stays_on() -> None:
    (told,) = problems(**oidc(PKCE="off", NONCE="off"))
    assert "OIDC_OP_PKCE" in told
    assert "OIDC_OP_NONCE" in told
    assert load(**oidc(PKCE="off")).clients
    assert load(**oidc(NONCE="off")).clients
    assert load(**oauth(PKCE="off")).clients
    # It has neither by its declaration.
    registered = {f"LINKEDIN_{ending}": value for ending, value in CLIENT.items()}
    assert load(**registered, LINKEDIN_PKCE="off").clients


@pytest.mark.parametrize("kind", KINDS)
def test_a_client_without_a_secret_keeps_pkce(kind: str) -> None:
    public = {"AUTH_METHOD": "none", "PKCE": "off", "CLIENT_SECRET": ""}
    refused(f"{kind}_PKCE", **KINDS[kind](**public))
