"""What both halves of the practice provider share: the page where a person is picked, codes, access
tokens.  As strict as a provider may be, and without a cookie: the form carries what was asked for.
"""

import hmac
import logging
import re
import secrets
import threading
import time
from urllib.parse import urlencode

from flask import abort, current_app, redirect, request
from werkzeug.wrappers import Response

from ..auth import auth
from ..oauth.authorization import code_challenge
from ..oauth.provider import Client
from .personas import FAULTS, PEOPLE, PERSONAS

CODE_SECONDS = 60
TOKEN_SECONDS = 600
MAX_KEPT = 200
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


class Kept:
    """What was granted (the parameters of the request), by a random key; the newest 200."""

    def __init__(self, seconds: int) -> None:
        self._seconds = seconds
        self._lock = threading.Lock()
        self._kept: dict[str, tuple[float, dict[str, str]]] = {}

    def add(self, granted: dict[str, str]) -> str:
        """Return the key that it is kept under."""
        key = secrets.token_urlsafe(32)
        with self._lock:
            if len(self._kept) >= MAX_KEPT:
                del self._kept[next(iter(self._kept))]
            self._kept[key] = (time.monotonic() + self._seconds, granted)
        return key

    def get(self, key: str, *, once: bool = False) -> dict[str, str]:
        """Return what a key stands for, or an empty dict; `once`: and forget it."""
        with self._lock:
            find = self._kept.pop if once else self._kept.get
            ends, granted = find(key, (0.0, {}))
        return granted if time.monotonic() < ends else {}


CODES = Kept(CODE_SECONDS)
TOKENS = Kept(TOKEN_SECONDS)


def authorize(name: str) -> Response | tuple[str, int]:
    """Answer an authorization request: with the page (GET), or with what was picked there (POST).

    Nobody is sent to a redirect URI that is not exactly the registered one.  Spec: RFC 6749 §4.1.1
    to §4.1.2.1, RFC 7636 §4.4.1.
    """
    client = auth().settings.clients.get(name) or abort(404)
    sent = (request.form or request.args).lists()
    asked = {parameter: values[0] for parameter, values in sent if len(values) == 1}
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
    if asked.get("persona") not in PERSONAS:
        return _answer(client, asked, error="access_denied")
    return _answer(client, asked, code=CODES.add({**asked, "provider": name}))


def _answer(client: Client, asked: dict[str, str], **answer: str) -> Response:
    """Send the browser back.  Spec: RFC 6749 §4.1.2, RFC 9207 §2, RFC 9700 §4.12."""
    answer |= {"state": asked.get("state", ""), "iss": client.provider.issuer}
    if asked.get("fault") in ("state", "iss"):
        answer[asked["fault"]] += "-wrong"
    return redirect(f"{client.redirect_uri}?{urlencode(answer)}", code=303)


def _page(client: Client, asked: dict[str, str], *, refused: bool = False) -> str:
    """Return the page, rendered without the app's context: that would open the session."""
    shown = {"app_name": auth().settings.app_name, "people": PEOPLE, "faults": FAULTS}
    page = current_app.jinja_env.get_template("dev/practice.html")
    return page.render(shown, provider=client.provider, asked=asked, refused=refused)


def redeem(name: str) -> tuple[dict[str, str], str]:
    """Return what a token request's code was granted for, and an error code or nothing.

    A code works once, right or wrong.  Spec: RFC 6749 §4.1.3 and §5.2, RFC 7636 §4.6.
    """
    client, sent = auth().settings.clients.get(name) or abort(404), request.form.to_dict()
    secret = sent.get("client_secret", "").encode()
    if (
        request.authorization
        or sent.get("client_id") != client.client_id
        or not hmac.compare_digest(secret, client.client_secret.encode())
    ):
        return {}, "invalid_client"
    granted = CODES.get(sent.get("code", ""), once=True)
    verifier = sent.get("code_verifier", "")
    right = {
        "grant_type": sent.get("grant_type") == "authorization_code",
        "code": granted.get("provider") == name and granted.get("fault") != "code",
        "redirect_uri": sent.get("redirect_uri") == client.redirect_uri,
        "code_verifier": re.fullmatch("[A-Za-z0-9._~-]{43,128}", verifier)
        and code_challenge(verifier) == granted.get("code_challenge"),
    }
    if not all(right.values()):
        log.warning("practice provider: wrong: %s", ", ".join(p for p in right if not right[p]))
        return {}, "invalid_grant"
    if granted.get("fault") == "slow":
        time.sleep(SLOW_SECONDS)
    if granted.get("fault") == "500":
        abort(500)
    return granted, ""


def granted_to_bearer(name: str) -> dict[str, str]:
    """Return what the access token of a request was granted for.  Spec: RFC 6750 §2.1."""
    sent = request.authorization
    granted = TOKENS.get(sent.token or "") if sent and sent.type == "bearer" else {}
    return granted if granted.get("provider") == name else abort(401)
