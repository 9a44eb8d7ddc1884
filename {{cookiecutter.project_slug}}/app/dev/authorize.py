"""The practice provider's own page, where a person is picked, and its answer to the app.

It sets no cookie and reads none: what the app asked for travels through the form.
"""

import logging
import re
from collections.abc import Mapping

from flask import abort, current_app, redirect, request
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from ..auth import auth
from ..oauth.provider import Client
from ..oauth.urls import with_query
from .grants import CODES, Granted
from .personas import PERSONAS

CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")

log = logging.getLogger(__name__)


def authorize(name: str, faults: Mapping[str, str]) -> Response | str | tuple[str, int]:
    """Answer an authorization request: with the page (GET), or with what was picked there (POST).

    A request that does not name the registered client and its exact redirect URI is answered here
    and nowhere else.  Spec: RFC 6749 §4.1.1 to §4.1.2.1, RFC 7636 §4.4.1, RFC 9207 §2.
    """
    client = auth().settings.clients.get(name) or abort(404)
    asked = request.form if request.method == "POST" else request.args
    if _one(asked, "client_id") != client.client_id:
        return _page(client, problem="client_id is not the one that is registered."), 400
    if _one(asked, "redirect_uri") != client.redirect_uri:
        return _page(client, problem="redirect_uri is not exactly the registered one."), 400
    problem = _problem(client, asked)
    if problem:
        log.warning("practice provider: %s (%s)", *problem)
        return _answer(client, asked, error=problem[0])
    if request.method == "GET":
        return _page(client, asked=asked, faults=faults)
    persona = PERSONAS.get(asked.get("persona", ""))
    if persona is None:
        return _answer(client, asked, error="access_denied")
    granted = Granted(
        client=client,
        persona=persona,
        scope=asked["scope"],
        nonce=asked.get("nonce", ""),
        code_challenge=asked["code_challenge"],
        fault=asked.get("fault", ""),
    )
    return _answer(client, asked, code=CODES.add(granted))


def _one(asked: MultiDict[str, str], name: str) -> str | None:
    values = asked.getlist(name)
    return values[0] if len(values) == 1 else None


def _problem(client: Client, asked: MultiDict[str, str]) -> tuple[str, str] | None:
    """Return the error code and the reason, where the request is not as strict as can be."""
    openid = client.provider.openid_connect
    if any(len(values) > 1 for values in asked.listvalues()):
        return "invalid_request", "a parameter stands twice"
    if asked.get("response_type") != "code":
        return "unsupported_response_type", "response_type is not code"
    if not asked.get("state"):
        return "invalid_request", "state is missing"
    if asked.get("code_challenge_method") != "S256":
        return "invalid_request", "code_challenge_method is not S256"
    if not CHALLENGE.fullmatch(asked.get("code_challenge", "")):
        return "invalid_request", "code_challenge is not a SHA-256 hash in base64url"
    if openid and "openid" not in asked.get("scope", "").split():
        return "invalid_scope", "scope lacks openid"
    if openid and not asked.get("nonce"):
        return "invalid_request", "nonce is missing"
    return None
