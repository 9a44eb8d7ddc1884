"""Every provider's recorded answers, and what they must become: `recorded/<name>.json`.

A file says what holds for each of its cases; a case replaces members of it, or takes one away with
null (`json` is replaced as a whole).

    settings   the owner's, by their endings
    metadata   what the provider publishes (its keys are ours)
    authorize  where the browser is sent: `url`, and the `parameters`, all of them
    callback   what it comes back with, beside `state`; `user`: what a form_post brought as well
    id_token   claims, beside those that each ID Token has; signed with our key, or by another
               where `signed_by` says so, and as `alg` says (RS256 where it says nothing)
    answers    by a name: `method`, `url`, `status`, `json`, and the `request` that gets it: its
               `query`, `form` and `json`, with all that they hold, and some of its `headers`
    claims     what the login must give, or `error`: the reason that it ends with; `cancelled`
    asked      the names of the answers that were asked for, if not all of them

"*" stands for any value.  $state, $nonce, $code_verifier, $code_challenge and $redirect_uri stand
for those of the login, $id_token for the signed token, $private_key and $rsa_private_key for keys
of ours, $now for the time in seconds.  $signature is that of the other parameters of the callback,
by our secret.
"""

import functools
import hmac
import json
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
import responses
from joserfc import jwt
from joserfc.jwk import ECKey, RSAKey

from app.signin import config, providers
from app.signin.oauth.authorization import (
    LoginRequest,
    authorization_response,
    code_challenge,
)
from app.signin.oauth.errors import AuthorizationError, OAuthError
from app.signin.oauth.flow import LoginFlow
from app.signin.oauth.provider import Claims, Client
from app.signin.oauth.transport.documents import Documents
from app.signin.oauth.transport.http import Http

FILES = sorted((Path(__file__).parent / "recorded").glob("*.json"))
SETTINGS = {
    "APP_ENV": "development",
    "SECRET_KEY": "for-tests-only-0123456789-abcdefghijklmnopqrstuvwxyz",
    "PUBLIC_URL": "https://app.example.org",
}
KEY = RSAKey.generate_key(2048, {"kid": "recorded", "use": "sig", "alg": "RS256"})
EC_KEY = ECKey.generate_key("P-256", {"kid": "recorded-ec", "use": "sig", "alg": "ES256"})
ANOTHER_KEY = RSAKey.generate_key(2048, {"kid": "recorded"})
PRIVATE_KEYS = {
    f"${name}": key.as_pem(private=True).decode().replace("\n", "\\n")
    for name, key in (
        ("private_key", ECKey.generate_key("P-256")),
        ("rsa_private_key", RSAKey.generate_key(2048)),
    )
}


def read(file: Path) -> dict[str, Any]:
    return json.loads(file.read_text(encoding="utf-8"))


def merged(base: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """Return `base` with changes: objects member by member, but for the JSON of an answer."""
    result = dict(base)
    for name, value in changes.items():
        deep = name != "json" and isinstance(value, dict) and isinstance(base.get(name), dict)
        result[name] = merged(base[name], value) if deep else value
    return {name: value for name, value in result.items() if value is not None or name == "json"}


def replaced(value: Any, markers: Mapping[str, Any]) -> Any:
    """Return a JSON value with what its markers stand for."""
    if isinstance(value, dict):
        return {name: replaced(member, markers) for name, member in value.items()}
    if isinstance(value, list):
        return [replaced(member, markers) for member in value]
    return markers.get(value, value) if isinstance(value, str) else value


def our_client(name: str, case: Mapping[str, Any]) -> Client:
    """Return our registration, as the settings make it."""
    return _client(name, json.dumps(replaced(case["settings"], PRIVATE_KEYS)))


@functools.lru_cache(256)
def _client(name: str, settings: str) -> Client:
    [provider] = providers.load(name)
    ours = json.loads(settings)
    environ = {provider.setting(ending): value for ending, value in ours.items()}
    return config.load(SETTINGS | environ, [provider]).clients[name]


def markers(client: Client, login: LoginRequest) -> dict[str, str]:
    return {
        "$state": login.state,
        "$nonce": login.nonce,
        "$code_verifier": login.code_verifier,
        "$code_challenge": code_challenge(login.code_verifier),
        "$redirect_uri": client.redirect_uri,
    }


def id_token(client: Client, login: LoginRequest, case: Mapping[str, Any]) -> str:
    now = int(time.time())
    usual = {"aud": client.client_id, "nonce": login.nonce, "iat": now, "exp": now + 600}
    claims = merged(usual, case.get("id_token", {}))
    return signed(claims, case.get("alg", "RS256"), case.get("signed_by", ""))


def signed(claims: dict[str, Any], alg: str, signed_by: str) -> str:
    own = EC_KEY if alg == "ES256" else KEY
    key = ANOTHER_KEY if signed_by == "another" else own
    return jwt.encode({"alg": alg, "kid": own.kid}, claims, key)


def answered(case: Mapping[str, Any], login: LoginRequest, client: Client) -> dict[str, str]:
    """Return the parameters that the browser comes back with, signed where the case says so."""
    found = {"state": login.state, **case.get("callback", {})}
    found = replaced(found, {"$now": str(int(time.time()))})
    others = sorted(f"{name}={value}" for name, value in found.items() if value != "$signature")
    secret, message = client.client_secret.encode(), "&".join(others).encode()
    return replaced(found, {"$signature": hmac.digest(secret, message, "sha256").hex()})


def query_of(url: str) -> dict[str, str]:
    pairs = parse_qsl(urlsplit(url).query, keep_blank_values=True)
    assert len(dict(pairs)) == len(pairs)
    return dict(pairs)


def same(found: Mapping[str, Any], expected: Mapping[str, Any]) -> bool:
    """Return whether both have the same members with the same values; "*" fits any."""
    return found.keys() == expected.keys() and all(
        found[name] if value == "*" else found[name] == value for name, value in expected.items()
    )


def check_request(request: Any, expected: Mapping[str, Any]) -> None:
    body = request.body.decode() if isinstance(request.body, bytes) else request.body or ""
    is_json = request.headers.get("Content-Type") == "application/json"
    form, document = ({}, json.loads(body)) if is_json else (dict(parse_qsl(body)), {})
    assert same(query_of(request.url), expected.get("query", {})), request.url
    assert same(form, expected.get("form", {})), body
    assert same(document, expected.get("json", {})), body
    for name, value in expected.get("headers", {}).items():
        assert request.headers.get(name) == value
    if "Authorization" not in expected.get("headers", {}):
        assert "Authorization" not in request.headers


class Recorded:
    """A case, served: answers are given, and what was asked for is noted."""

    def __init__(self, http: Http, mock: responses.RequestsMock, name: str, case: Any) -> None:
        self.case, self.client = case, our_client(name, case)
        self.flow, self.mock, self.answers = LoginFlow(http, Documents(http)), mock, {}
        mock.assert_all_requests_are_fired = False
        if "metadata" in case:
            mock.get(self.client.provider.discovery_url, json=case["metadata"])
            keys = {"keys": [key.as_dict(private=False) for key in (KEY, EC_KEY)]}
            mock.get(case["metadata"]["jwks_uri"], json=keys)

    def log_in(self) -> Claims:
        """Go through a whole login, as the routes do."""
        _, login = self.flow.start(self.client)
        known = markers(self.client, login) | {"$id_token": id_token(self.client, login, self.case)}
        self.answers = replaced(self.case.get("answers", {}), known)
        for answer in self.answers.values():
            status, document = answer.get("status", 200), answer["json"]
            self.mock.add(answer["method"], answer["url"], json=document, status=status)
        parameters = answered(self.case, login, self.client)
        response = authorization_response(self.client.provider, parameters.items())
        callback = response | {"user": self.case.get("user", "")}
        return self.flow.finish(self.client, login, callback).claims

    def asked(self) -> list[str]:
        """Return the names of the answers that were asked for, after a look at the requests."""
        names = []
        for call in self.mock.calls:
            url = call.request.url.partition("?")[0]
            for name, answer in self.answers.items():
                if (answer["method"], answer["url"]) == (call.request.method, url):
                    check_request(call.request, answer.get("request", {}))
                    names.append(name)
        return sorted(names)


CASES = [
    pytest.param(file.stem, merged(read(file), case), id=f"{file.stem}: {case['name']}")
    for file in FILES
    for case in read(file)["cases"]
]


@pytest.mark.parametrize(("name", "case"), CASES)
def test_a_login(http, recorded, name, case):
    login = Recorded(http, recorded, name, case)
    if "error" in case:
        with pytest.raises(OAuthError) as caught:
            login.log_in()
        assert caught.value.reason == case["error"], caught.value
        cancelled = isinstance(caught.value, AuthorizationError) and caught.value.cancelled
        assert cancelled is case.get("cancelled", False)
    else:
        member_of = tuple(case["claims"].get("member_of", ()))
        assert login.log_in() == Claims(**case["claims"] | {"member_of": member_of})
    expected = sorted(case.get("asked", [] if "error" in case else login.answers))
    assert login.asked() == expected


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_where_the_browser_is_sent(http, recorded, file):
    case = read(file)
    login = Recorded(http, recorded, file.stem, case)
    url, request = login.flow.start(login.client)
    expected = replaced(case["authorize"], markers(login.client, request))
    parts = urlsplit(url)

    assert parts._replace(query="").geturl() == expected["url"]
    assert same(query_of(url), expected["parameters"]), url
    assert "client_secret" not in url


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_what_each_file_holds(file):
    """At least: an honest answer, one without a verified address, and some that are refused."""
    cases = read(file)["cases"]
    logins = [case["claims"] for case in cases if "claims" in case]

    assert len({case["name"] for case in cases}) == len(cases)
    assert any(not claims.get("email_verified") for claims in logins)
    assert sum("error" in case for case in cases) >= 2
    (provider,) = providers.load(file.stem)
    assert any(case.get("cancelled") for case in cases) or not provider.cancel_errors
