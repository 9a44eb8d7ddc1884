"""A small OpenID Provider to sign in at: real HTTP, a real RSA key, and one person.

It is honest, and strict with the app, until a test turns one of its switches.
"""

import hashlib
import secrets
import threading
import time
from base64 import urlsafe_b64encode
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from flask import Flask, jsonify, redirect, request
from joserfc import jwt
from joserfc.jwk import RSAKey
from werkzeug.serving import WSGIRequestHandler, make_server

CLIENT_ID = "our-id"
CLIENT_SECRET = "our-own-secret"
ADA = {"sub": "1815", "name": "Ada Lovelace", "email": "ada@example.com", "email_verified": True}
GRACE = {"sub": "1906", "name": "Grace Hopper", "email": "grace@example.org"}
LOGOUT_EVENT = "http://schemas.openid.net/event/backchannel-logout"


class FakeProvider:
    """Its switches; `behave` turns all of them back.  A None leaves a value out.

    person: who is signed in there.
    answer: parameters of the authorization response to replace.
    claims: claims of the ID Token to replace.
    tokens: (status, JSON) in place of the tokens.
    metadata: more to publish.
    meanwhile: called while the app waits for the tokens.
    paths: what was asked of it.
    """

    def __init__(self) -> None:
        self.key = RSAKey.generate_key(2048, {"kid": "2026", "use": "sig"})
        self._server = make_server(
            "127.0.0.1", 0, self._app(), threaded=True, request_handler=_Silent
        )
        self.issuer = f"http://127.0.0.1:{self._server.server_port}"
        self.behave()
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def behave(self) -> None:
        self.person: dict[str, Any] = dict(ADA)
        self.answer: dict[str, str | None] = {}
        self.claims: dict[str, Any] = {}
        self.tokens: tuple[int, Any] | None = None
        self.metadata: dict[str, Any] = {}
        self.meanwhile: Callable[[], object] = lambda: None
        self.paths: list[str] = []
        self._granted: dict[str, dict[str, str]] = {}

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def settings(self, name: str) -> dict[str, str]:
        """Return the settings of an app that knows it by this name."""
        values = {"ISSUER": self.issuer, "CLIENT_ID": CLIENT_ID, "CLIENT_SECRET": CLIENT_SECRET}
        return {f"OIDC_{name.upper()}_{ending}": value for ending, value in values.items()}

    def signed(self, **claims: Any) -> str:
        """Return a token of a provider: for us, of now, and with these claims."""
        now = int(time.time())
        whole = {"iss": self.issuer, "aud": CLIENT_ID, "iat": now, "exp": now + 300, **claims}
        header = {"alg": "RS256", "kid": self.key.kid}
        return jwt.encode(header, _without_none(whole), self.key)

    def logout_token(self, **claims: Any) -> str:
        """Return what says that somebody has signed out there."""
        return self.signed(jti="one", events={LOGOUT_EVENT: {}}, **claims)

    def _app(self) -> Flask:
        app = Flask("fake_provider")
        app.before_request(lambda: self.paths.append(request.path))
        app.add_url_rule("/.well-known/openid-configuration", view_func=self._metadata)
        app.add_url_rule("/authorize", view_func=self._authorize)
        app.add_url_rule("/token", view_func=self._token, methods=["POST"])
        app.add_url_rule("/jwks", view_func=self._jwks)
        return app

    def _metadata(self) -> Any:
        return jsonify(
            issuer=self.issuer,
            authorization_endpoint=f"{self.issuer}/authorize",
            token_endpoint=f"{self.issuer}/token",
            jwks_uri=f"{self.issuer}/jwks",
            authorization_response_iss_parameter_supported=True,
            **self.metadata,
        )

    def _authorize(self) -> Any:
        """Grant at once: the person has been here before."""
        asked = request.args.to_dict()
        assert asked["client_id"] == CLIENT_ID
        assert asked["code_challenge_method"] == "S256"
        code = secrets.token_urlsafe(16)
        self._granted[code] = asked
        answer = {"code": code, "state": asked["state"], "iss": self.issuer, **self.answer}
        return redirect(f"{asked['redirect_uri']}?{urlencode(_without_none(answer))}", code=303)

    def _token(self) -> Any:
        self.meanwhile()
        if self.tokens:
            status, body = self.tokens
            return jsonify(body), status
        sent, form = request.authorization, request.form
        if not sent or (sent.username, sent.password) != (CLIENT_ID, CLIENT_SECRET):
            return jsonify(error="invalid_client"), 401
        asked = self._granted.pop(form["code"], None)
        if asked is None or form["redirect_uri"] != asked["redirect_uri"]:
            return jsonify(error="invalid_grant"), 400
        if asked["code_challenge"] != _hash(form["code_verifier"]):
            return jsonify(error="invalid_grant"), 400
        id_token = self.signed(**{"nonce": asked["nonce"], **self.person, **self.claims})
        return jsonify(access_token="an-access-token", token_type="Bearer", id_token=id_token)

    def _jwks(self) -> Any:
        return jsonify(keys=[self.key.as_dict(private=False)])


def _without_none(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}


def _hash(verifier: str) -> str:
    return urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


class _Silent(WSGIRequestHandler):
    def log(self, *_: Any) -> None:
        pass
