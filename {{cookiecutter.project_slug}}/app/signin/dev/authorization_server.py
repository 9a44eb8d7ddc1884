"""Shared by the practice providers: the page to choose a person, codes, tokens.

Strict about the specification.  It sets no cookie: the form carries the request.
"""

import hmac
import logging
import re
import secrets
import threading
import time
from urllib.parse import urlencode

from flask import abort, current_app, g, redirect, request
from werkzeug.wrappers import Response

from ..auth import settings
from ..host import STYLES
from ..oauth.authorization import code_challenge
from ..oauth.provider import Client
from .personas import FAULTS, PEOPLE, TYPED, chosen
from .practice_clients import GUEST, registered

CODE_SECONDS = 60
TOKEN_SECONDS = 600
MAX_GRANTS = 200
SLOW_SECONDS = 6
METHODS = ("GET", "POST")
REQUEST = {
    "response_type": "code",
    "state": ".+",
    "code_challenge": "[A-Za-z0-9_-]{43}",
    "code_challenge_method": "S256",
}
OPENID_REQUEST = REQUEST | {"scope": "(.+ )?openid( .+)?", "nonce": ".+"}

log = logging.getLogger(__name__)


class GrantStore:
    """The newest 200 grants, by random key.  A grant is the parameters of its request."""

    def __init__(self, seconds: int) -> None:
        self._seconds = seconds
        self._lock = threading.Lock()
        self._grants: dict[str, tuple[float, dict[str, str]]] = {}

    def add(self, granted: dict[str, str]) -> str:
        """Store a grant for a while; return its key."""
        key = secrets.token_urlsafe(32)
        with self._lock:
            if len(self._grants) >= MAX_GRANTS:
                del self._grants[next(iter(self._grants))]
            self._grants[key] = (time.monotonic() + self._seconds, granted)
        return key

    def get(self, key: str) -> dict[str, str]:
        """Return the grant of a key, or an empty dict."""
        with self._lock:
            return self._unexpired(self._grants.get(key))

    def take(self, key: str) -> dict[str, str]:
        """Return the grant of a key and delete it: a code works once."""
        with self._lock:
            return self._unexpired(self._grants.pop(key, None))

    @staticmethod
    def _unexpired(entry: tuple[float, dict[str, str]] | None) -> dict[str, str]:
        return entry[1] if entry and time.monotonic() < entry[0] else {}


CODES = GrantStore(CODE_SECONDS)
TOKENS = GrantStore(TOKEN_SECONDS)


def authorize(name: str) -> Response | tuple[str, int]:
    """Show the page to choose a person (GET), or redirect back after the choice (POST).

    Never redirects to a redirect URI that differs from the registered one.  Spec: RFC 6749 §4.1.1
    to §4.1.2.1, RFC 7636 §4.4.1.
    """
    sent = (request.form or request.args).lists()
    asked = {parameter: values[0] for parameter, values in sent if len(values) == 1}
    client = registered(name, asked.get("client_id", ""))
    us = {"client_id": client.client_id, "redirect_uri": client.redirect_uri}
    if not us.items() <= asked.items():
        return _page(client, asked, refused=True), 400
    wanted = OPENID_REQUEST if client.provider.openid_connect else REQUEST
    wrong = [p for p, pattern in wanted.items() if not re.fullmatch(pattern, asked.get(p, ""))]
    if wrong:
        log.warning("practice provider: missing, wrong or repeated: %s", ", ".join(wrong))
        return _answer(client, asked, error="invalid_request")
    if request.method == "GET":
        return _page(client, asked), 200
    if not chosen(asked):
        if asked.get("persona") == TYPED:
            return _page(client, asked), 400
        return _answer(client, asked, error="access_denied")
    return _answer(client, asked, code=CODES.add({**asked, "provider": name}))


def _answer(client: Client, asked: dict[str, str], **answer: str) -> Response:
    """Redirect to the app.  Spec: RFC 6749 §4.1.2, RFC 9207 §2, RFC 9700 §4.12."""
    answer |= {"state": asked.get("state", ""), "iss": client.provider.issuer}
    if asked.get("fault") in ("state", "iss"):
        answer[asked["fault"]] += "-wrong"
    return redirect(f"{client.redirect_uri}?{urlencode(answer)}", code=303)


def _page(client: Client, asked: dict[str, str], *, refused: bool = False) -> str:
    """Return the page, rendered without the app's context processors, which open the session."""
    guest = client.client_id == GUEST
    # The guest is at another port, and the policy must let this form lead there.
    g.leads_to_provider = guest
    shown = {
        "app_name": GUEST if guest else settings().app_name,
        "people": PEOPLE,
        "faults": FAULTS,
        "typed": TYPED,
        "styles": STYLES,
    }
    page = current_app.jinja_env.get_template("signin/dev/practice.html")
    return page.render(shown, provider=client.provider, asked=asked, refused=refused)


def redeem(name: str) -> tuple[dict[str, str], str]:
    """Return the grant of a token request's code, and an error code or an empty string.

    A code works once, even if the request is wrong.
    Spec: RFC 6749 §4.1.3 and §5.2, RFC 7636 §4.6.
    """
    sent = request.form.to_dict()
    client = registered(name, sent.get("client_id", ""))
    secret = sent.get("client_secret", "").encode()
    if (
        request.authorization
        or sent.get("client_id") != client.client_id
        or not hmac.compare_digest(secret, client.client_secret.encode())
    ):
        return {}, "invalid_client"
    granted = CODES.take(sent.get("code", ""))
    if wrong := _wrong(name, client, granted, sent):
        log.warning("practice provider: wrong: %s", ", ".join(wrong))
        return {}, "invalid_grant"
    if granted.get("fault") == "slow":
        time.sleep(SLOW_SECONDS)
    if granted.get("fault") == "500":
        abort(500)
    return granted, ""


def _wrong(name: str, client: Client, granted: dict[str, str], sent: dict[str, str]) -> list[str]:
    """Return what is wrong with a token request, by the grant of its code."""
    verifier = sent.get("code_verifier", "")
    right = {
        "grant_type": sent.get("grant_type") == "authorization_code",
        "code": granted.get("provider") == name and granted.get("fault") != "code",
        "client_id": granted.get("client_id") == client.client_id,
        "redirect_uri": sent.get("redirect_uri") == client.redirect_uri,
        "code_verifier": re.fullmatch("[A-Za-z0-9._~-]{43,128}", verifier)
        and code_challenge(verifier) == granted.get("code_challenge"),
    }
    return [parameter for parameter, holds in right.items() if not holds]


def granted_to_bearer(name: str) -> dict[str, str]:
    """Return the grant of the access token of this request.  Spec: RFC 6750 §2.1."""
    sent = request.authorization
    granted = TOKENS.get(sent.token or "") if sent and sent.type == "bearer" else {}
    return granted if granted.get("provider") == name else abort(401)
