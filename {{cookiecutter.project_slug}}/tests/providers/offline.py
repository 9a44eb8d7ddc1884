"""A login with recorded answers and without a network: thousands of them in a few seconds.

`test_recorded` sends real requests through the whole of `requests`; here they end in `Http.send`.
"""

import base64
import functools
import json
import time
from collections.abc import Mapping
from typing import Any

import requests

from app.signin.oauth.authorization import LoginRequest, authorization_response
from app.signin.oauth.errors import ProviderUnavailable
from app.signin.oauth.flow import LoginFlow
from app.signin.oauth.provider import Claims, Client
from app.signin.oauth.responses import Response
from app.signin.oauth.transport.documents import Documents
from app.signin.oauth.transport.http import Http

from .test_recorded import EC_KEY, KEY, answered, markers, our_client, replaced, signed

LOGIN = LoginRequest()
NOW = int(time.time())


class Offline(Http):
    """Gives recorded answers.  `sent` are the requests, `asked` the names of their answers."""

    def __init__(self) -> None:
        super().__init__(loopback=True)
        self.answers: dict[str, Any] = {}
        self.sent: list[requests.Request] = []
        self.asked: list[str] = []

    def serve(self, answers: Mapping[str, Any]) -> None:
        self.answers, self.sent, self.asked = dict(answers), [], []

    def send(self, provider: str, request: requests.Request, kind: str = "token") -> Response:
        self.sent.append(request)
        wanted = (request.method, request.url.partition("?")[0].rstrip("/"))
        fitting = [
            name
            for name, one in self.answers.items()
            if (one["method"], one["url"].rstrip("/")) == wanted
        ]
        if not fitting:
            raise ProviderUnavailable("nothing is recorded for it", reason="not_recorded")
        # Of several answers for one address each is given once, and the last for good.
        fresh = [name for name in fitting if name not in self.asked]
        name = (fresh or fitting[-1:])[0]
        self.asked.append(name)
        answer = self.answers[name]
        body = json.dumps(answer["json"]).encode()
        return Response(answer.get("status", 200), body, {"Content-Type": "application/json"})


class Site:
    """A provider that gives recorded answers, and our client of it."""

    def __init__(self, name: str, case: Mapping[str, Any]) -> None:
        self.http, self.client = Offline(), our_client(name, case)
        self.flow = LoginFlow(self.http, Documents(self.http))
        self.published: dict[str, Any] = {}
        if "metadata" in case:
            keys = {"keys": [key.as_dict(private=False) for key in (KEY, EC_KEY)]}
            documents = {
                self.client.provider.discovery_url: case["metadata"],
                case["metadata"]["jwks_uri"]: keys,
            }
            self.published = {
                url: {"method": "GET", "url": url, "json": document}
                for url, document in documents.items()
            }
        self.http.serve(self.published)

    def log_in(self, case: Mapping[str, Any]) -> Claims:
        """Finish a login with the answers of this case.  Raises OAuthError."""
        known = markers(self.client, LOGIN) | {"$id_token": token(self.client, case)}
        self.http.serve(self.published | replaced(case.get("answers", {}), known))
        parameters = answered(case, LOGIN, self.client)
        response = authorization_response(self.client.provider, parameters.items())
        callback = response | {"user": case.get("user", "")}
        return self.flow.finish(self.client, LOGIN, callback).claims


def token(client: Client, case: Mapping[str, Any]) -> str:
    usual = {"aud": client.client_id, "nonce": LOGIN.nonce, "iat": NOW, "exp": NOW + 3600}
    claims = json.dumps(usual | case.get("id_token", {}))
    return _token(case.get("alg", "RS256"), case.get("signed_by", ""), claims)


@functools.lru_cache(256)
def _token(alg: str, signed_by: str, claims: str) -> str:
    return signed(json.loads(claims), alg, signed_by)


def credentials(request: requests.Request) -> dict[str, str]:
    """Return all that a request carries, each place as readable text."""
    prepared = requests.Session().prepare_request(request)
    scheme, _, value = str(prepared.headers.get("Authorization", "")).partition(" ")
    if scheme == "Basic":
        value = base64.b64decode(value).decode()
    others = {k: v for k, v in prepared.headers.items() if k != "Authorization"}
    form = request.data if isinstance(request.data, dict) else {"": request.data or ""}
    body = [*map(str, form.values()), json.dumps(request.json or {})]
    return {
        "header": "\n".join([value, *map(str, others.values())]),
        "body": "\n".join(body),
        "query": "\n".join([str(request.url), *map(str, dict(request.params or {}).values())]),
    }
