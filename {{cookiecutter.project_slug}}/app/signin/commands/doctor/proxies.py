"""The check of `flask doctor` that asks for the app at PUBLIC_URL, through its proxies."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import requests

from ...auth import arrival, flow
from ...config import Settings
from ...oauth.errors import OAuthError
from ...oauth.responses import decode_json, is_loopback
from ...oauth.transport.deadline import time_limit
from .findings import Finding, not_checked
from .reasons import reason

NAME = "proxies"
SECONDS = 5


def checks(settings: Settings) -> Iterator[Finding]:
    """Yield whether TRUSTED_PROXIES fits what comes through.  Development here has no proxies."""
    if settings.development and is_loopback(urlsplit(settings.public_url).hostname):
        return
    url = f"{settings.public_url}{settings.prefix}{arrival.PATH}"
    request = requests.Request("GET", url, headers={arrival.HEADER: arrival.ticket()})
    try:
        with time_limit(SECONDS):
            answer = flow().http.send("", request, "doctor")
        seen = decode_json(answer.body)
    except OAuthError as error:
        why, _ = reason(error, url, "PUBLIC_URL")
        yield _unseen(f"this app does not answer at PUBLIC_URL ({why})")
        return
    if answer.status != 200 or not isinstance(seen, dict):
        yield _unseen(f"PUBLIC_URL answers {answer.status}, not as this app with this SECRET_KEY")
        return
    yield from list(_problems(settings, seen)) or [Finding("ok", NAME)]


def _unseen(why: str) -> Finding:
    do = "start the app and its proxy, and run flask doctor again there"
    return not_checked(NAME, why, do)


def _problems(settings: Settings, seen: dict[str, Any]) -> Iterator[Finding]:
    """Yield where the app sees something else than a browser."""
    came_through, trusted = seen.get("proxies"), settings.trusted_proxies
    if came_through != trusted:
        forged = "anybody can write the address that limits and log believe"
        shared = "all visitors have the proxy's address, and share its rate limit"
        problem = f"{came_through} came between, and TRUSTED_PROXIES is {trusted}"
        problem += f": {forged if trusted > (came_through or 0) else shared}"
        yield Finding("warn", NAME, problem, f"set TRUSTED_PROXIES={came_through}")
        return
    public = urlsplit(settings.public_url)
    if seen.get("scheme") != public.scheme:
        problem = f"the app sees {seen.get('scheme')}, and PUBLIC_URL is {public.scheme}"
        yield Finding("warn", NAME, problem, "let the proxy set X-Forwarded-Proto")
    if seen.get("host") != public.netloc:
        problem = f"the app sees the host {seen.get('host')}, and PUBLIC_URL is {public.netloc}"
        yield Finding("warn", NAME, problem, "let the proxy pass Host, or set X-Forwarded-Host")
