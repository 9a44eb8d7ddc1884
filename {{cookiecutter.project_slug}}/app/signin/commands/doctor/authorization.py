"""The checks of `flask doctor` that ask for a provider's pages as a browser would."""

import re
from collections.abc import Iterator
from urllib.parse import parse_qsl, unquote_plus, urlsplit

import requests

from ...auth import flow
from ...oauth.authorization import LoginRequest, authorization_url
from ...oauth.claims import printable
from ...oauth.descriptions import WRONG_CALLBACK_URL
from ...oauth.errors import OAuthError
from ...oauth.provider import Client, Document
from ...oauth.responses import SUCCESS, Response
from ...oauth.transport.deadline import time_limit
from .discovery import address_setting
from .findings import Finding, checked, not_checked
from .reasons import reason

NAME = "authorization endpoint"
MAX_WORDS = 200
# What pages and addresses say that complain about the callback URL, though their status is fine.
CALLBACK = re.compile(
    r"redirect[ _]ur[il][ _](mismatch|invalid|(is|was|does) not|not )"
    r"|(invalid|unregistered|unknown|mismatching|wrong)[ _:]+(parameter: )?redirect[ _]ur[il]",
    re.IGNORECASE,
)
SERVER = re.compile(r"^(\w+:)?//[^/]*")
ERROR_PAGE = re.compile(r"/(oauth_?)?errors?([/.]|$)", re.IGNORECASE)
# Answers that say that the person has to do something, so the request itself is in order.
PERSON = ("login_required", "consent_required", "interaction_required", "access_denied")


def check(client: Client, metadata: Document) -> Finding:
    """Return what the provider says to the request that begins a sign-in.

    Without cookies there is no person, so most providers show a page to sign in.
    """
    url = str(metadata["authorization_endpoint"])
    setting = address_setting(client, "AUTHORIZATION_ENDPOINT")
    try:
        request = requests.Request("GET", authorization_url(client, metadata, LoginRequest()))
        request.headers = {"Accept": "text/html"}
        with time_limit():
            answer = flow().http.send(client.provider.name, request, "authorization")
    except OAuthError as error:
        why, do = reason(error, url, setting)
        problem = f"this machine cannot open it ({why}); browsers must"
        return Finding("warn", NAME, problem, do or "open it in a browser")
    if 300 <= answer.status < 400:
        return _sent_to(client, answer)
    if answer.status in (404, 405, 410):
        return Finding("FAIL", NAME, f"{url} answers {answer.status}", f"correct {setting or 'it'}")
    if answer.status in (400, 401, 403):
        problem = f"it answers {answer.status} to the request that begins a sign-in"
        return Finding("warn", NAME, problem, _registered(client))
    if answer.status not in SUCCESS:
        return not_checked(NAME, f"it answers {answer.status}", "sign in once")
    if CALLBACK.search(answer.body.decode(errors="replace")):
        problem = "its page complains about the callback URL"
        return Finding("warn", NAME, problem, _registered(client))
    return checked(NAME)


def _registered(client: Client) -> str:
    client_id = client.provider.setting("CLIENT_ID")
    return f"check {client_id}, and register this callback URL there: {client.redirect_uri}"


def _sent_to(client: Client, answer: Response) -> Finding:
    """Return what a redirect says: to our callback URL with an error, or onwards to sign in."""
    location = answer.headers.get("Location", "")
    if not location.startswith(client.redirect_uri):
        path = SERVER.sub("", location).partition("?")[0]
        if ERROR_PAGE.search(path) or CALLBACK.search(unquote_plus(location)):
            problem = f"it sends browsers to an error page, {printable(path)[:MAX_WORDS]}"
            return Finding("warn", NAME, problem, _registered(client))
        return checked(NAME)
    parts = urlsplit(location)
    said = dict(parse_qsl(parts.query or parts.fragment))
    error = said.get("error", "")
    if not error or error in PERSON:
        return checked(NAME)
    words = printable(f"{error}: {said.get('error_description', '')}").strip(": ")[:MAX_WORDS]
    return Finding("FAIL", NAME, f"the provider refuses the request: {words}", _do(client, error))


def _do(client: Client, error: str) -> str:
    setting = client.provider.setting
    words = {
        "invalid_scope": f"correct {setting('SCOPE')}, or allow the scope there",
        "unsupported_response_type": "allow the authorization code flow there for this app",
        "unsupported_response_mode": f"correct {setting('AUTHORIZATION_PARAMS')}",
    }
    if error in WRONG_CALLBACK_URL:
        return _registered(client)
    return words.get(error, f"correct {setting('SCOPE')} or {setting('AUTHORIZATION_PARAMS')}")


def profile(client: Client, metadata: Document) -> Iterator[Finding]:
    """Yield what is wrong with the profile endpoint that the owner wrote into the settings."""
    if not client.provider.settings_prefix.startswith("OAUTH_"):
        return
    url, setting = str(metadata["userinfo_endpoint"]), client.provider.setting("USERINFO_ENDPOINT")
    try:
        with time_limit():
            answer = flow().http.send(client.provider.name, requests.Request("GET", url))
    except OAuthError as error:
        yield Finding("FAIL", "profile", *reason(error, url, setting))
        return
    if answer.status in (404, 405, 410):
        yield Finding("FAIL", "profile", f"{url} answers {answer.status}", f"correct {setting}")
    elif 300 <= answer.status < 400:
        problem = f"{url} answers {answer.status}: redirects are not followed"
        yield Finding("FAIL", "profile", problem, f"correct {setting}")
    else:
        yield Finding("ok", "profile")
