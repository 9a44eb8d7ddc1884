"""Register a GitHub App by one click: GitHub's manifest flow.

The setup page posts a manifest to GitHub, which shows the person what it says, makes the app and
sends them back with a code; one call turns the code into client ID and secret.
Source: https://docs.github.com/apps/sharing-github-apps/registering-a-github-app-from-a-manifest
"""

import hmac
import json
import re
import secrets
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from flask import session

from ..auth import flow, settings
from ..database import hash_of
from ..oauth.errors import InvalidCallback, InvalidResponse
from ..oauth.provider import Provider
from ..oauth.transport.deadline import time_limit
from ..providers.github import profile_url

BUTTON = "Register here, by one click"
EXPLAINED = (
    "GitHub asks you to confirm, creates a GitHub App, and sends you back here. The steps below"
    " create an OAuth App instead. A GitHub App can have up to ten callback URLs, and it has"
    " permissions instead of scopes: this one may only read e-mail addresses. GITHUB_ALLOWED_ORGS"
    " needs an OAuth App."
)
NAME_LENGTH = 34
CODE = re.compile(r"[A-Za-z0-9_-]{1,255}")


def form(provider: Provider, return_to: str) -> dict[str, str]:
    """Return GitHub's address to post to, and name and value of what to post."""
    web = urlsplit(provider.authorization_endpoint)
    return {
        "action": f"{web.scheme}://{web.netloc}/settings/apps/new?state={_state()}",
        "field": "manifest",
        "value": json.dumps(_manifest(provider, return_to)),
    }


def _manifest(provider: Provider, return_to: str) -> dict[str, Any]:
    """Return what the GitHub App is to be.  Only a public one lets everybody sign in."""
    config = settings()
    return {
        "name": config.app_name[:NAME_LENGTH],
        "url": config.public_url,
        "redirect_url": config.public_url + return_to,
        "callback_urls": [f"{config.public_url}{config.prefix}/callback/{provider.name}"],
        "public": True,
        "default_permissions": {"emails": "read"},
        "request_oauth_on_install": False,
    }


def credentials(provider: Provider, sent: Mapping[str, str]) -> dict[str, str]:
    """Return the settings for `.env`, by name, for the code and the state that GitHub has sent.

    Raises InvalidCallback if this browser has not asked for it, OAuthError.
    """
    code, state = sent.get("code", ""), sent.get("state", "")
    if not hmac.compare_digest(state.encode(), _state().encode()) or not CODE.fullmatch(code):
        raise InvalidCallback("this browser has not asked for it", reason="unknown_state")
    with time_limit():
        # The profile is at the API's address and `/user`.
        api = profile_url(flow().metadata(provider)).removesuffix("/user")
        url = f"{api}/app-manifests/{code}/conversions"
        found = flow().http.call(provider.name, "", url, method="POST")
    made = found if isinstance(found, dict) else {}
    client_id, secret = made.get("client_id"), made.get("client_secret")
    if not (isinstance(client_id, str) and client_id and isinstance(secret, str) and secret):
        raise InvalidResponse("there is no client_id and client_secret in it")
    return {provider.setting("CLIENT_ID"): client_id, provider.setting("CLIENT_SECRET"): secret}


def _state() -> str:
    """Return what GitHub sends back: only this browser knows what it is made of."""
    return hash_of(f"github app {session.setdefault('browser', secrets.token_urlsafe(32))}")
