"""A provider that many people sign in at, each with the claims that a test gives them."""

import secrets
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from joserfc import jwt

from .counting_provider import CLIENT_ID, CLIENT_SECRET, CountingProvider, _Handler, _Server


@dataclass(frozen=True)
class Someone:
    """What a provider says of a person; `claims` are further claims of the ID Token.

    A claim that is None is left out.  GitHub knows people by number.
    """

    sub: str
    name: str | None = None
    email: str | None = None
    verified: bool = True
    picture: str | None = None
    orgs: tuple[str, ...] = ()
    claims: Mapping[str, Any] = field(default_factory=dict)

    @property
    def shown_name(self) -> str:
        """A name in any case."""
        return self.name or f"Person {self.sub}"


class People(CountingProvider):
    """Signs in whoever `sign_in` is called with: OpenID Connect under any name, and GitHub's way.

    `metadata` is added to what it publishes; `asked` keeps the parameters of each authorization
    request by the code that answered it.
    """

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.metadata: dict[str, Any] = {}
        self.asked: dict[str, dict[str, str]] = {}
        self._people: dict[str, Someone] = {}

    def settings_for(self, *names: str) -> dict[str, str]:
        """Return the settings of an app that knows it as these: github, google, or any other."""
        found = {}
        for name in names:
            builtin = name in ("github", "google")
            prefix = name.upper() if builtin else f"OIDC_{name.upper()}"
            found |= {f"{prefix}_CLIENT_ID": CLIENT_ID, f"{prefix}_CLIENT_SECRET": CLIENT_SECRET}
            if name == "github":
                found |= {"GITHUB_BASE_URL": self.url, "GITHUB_API_URL": self.url}
            else:
                found |= {
                    f"{prefix}_ISSUER": self.url,
                    f"{prefix}_AUTH_METHOD": "client_secret_post",
                }
        return found

    def sign_in(self, location: str, person: Any) -> str:
        """Return the callback URL that a person comes back with who was sent to `location`."""
        asked = dict(parse_qsl(urlsplit(location).query))
        code = secrets.token_urlsafe(24)
        with self._lock:
            self.asked[code] = asked
            self._codes[code] = {**asked, "person": person}
        return f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state']})}"

    def cancel(self, location: str, error: str = "access_denied") -> str:
        """Return the callback URL of somebody who says no."""
        asked = dict(parse_qsl(urlsplit(location).query))
        return f"{asked['redirect_uri']}?{urlencode({'error': error, 'state': asked['state']})}"

    def _metadata(self, *_: Any) -> Any:
        return {**super()._metadata(), **self.metadata}

    def _token(self, _url: str, form: Mapping[str, str], _bearer: str) -> Any:
        asked = self._redeem(form)
        person, now = asked["person"], int(time.time())
        claims = {
            "iss": self.url,
            "aud": CLIENT_ID,
            "sub": person.sub,
            "iat": now,
            "exp": now + 300,
            "auth_time": now,
            "nonce": asked["nonce"],
            "name": person.shown_name,
            "email": person.email,
            "email_verified": person.verified,
            "picture": person.picture,
            **person.claims,
        }
        claims = {name: value for name, value in claims.items() if value is not None}
        id_token = jwt.encode({"alg": "RS256"}, claims, self._key)
        bearer = self._bearer(person)
        return {"access_token": bearer, "token_type": "Bearer", "id_token": id_token}

    def _github_token(self, _url: str, form: Mapping[str, str], _bearer: str) -> Any:
        person = self._redeem(form)["person"]
        return {"access_token": self._bearer(person), "token_type": "bearer"}

    def _bearer(self, person: Someone) -> str:
        token = secrets.token_urlsafe(24)
        with self._lock:
            self._people[token] = person
        return token

    def _userinfo(self, _url: str, _form: Mapping[str, str], bearer: str) -> Any:
        return {"sub": self._people[bearer].sub}

    def _github_user(self, _url: str, _form: Mapping[str, str], bearer: str) -> Any:
        person = self._people[bearer]
        number = int(person.sub)
        return {
            "id": number,
            "login": f"p{number}",
            "name": person.shown_name,
            "avatar_url": person.picture,
        }

    def _github_emails(self, _url: str, _form: Mapping[str, str], bearer: str) -> Any:
        person = self._people[bearer]
        entry = {"email": person.email, "primary": True, "verified": person.verified}
        return [entry] if person.email else []

    def _github_orgs(self, _url: str, _form: Mapping[str, str], bearer: str) -> Any:
        return [{"login": name} for name in self._people[bearer].orgs]

    _answers = {  # noqa: RUF012
        **CountingProvider._answers,
        "GET /.well-known/openid-configuration": _metadata,
        "POST /token": _token,
        "GET /userinfo": _userinfo,
        "POST /login/oauth/access_token": _github_token,
        "GET /user": _github_user,
        "GET /user/emails": _github_emails,
        "GET /user/orgs": _github_orgs,
    }


@contextmanager
def people() -> Iterator[People]:
    """Serve such a provider until the block ends."""
    server = _Server(("127.0.0.1", 0), _Handler)
    server.provider = People(f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield server.provider
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
