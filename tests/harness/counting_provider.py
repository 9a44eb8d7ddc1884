"""A provider with switches, which counts: OpenID Connect and GitHub's way on one port.

It signs in whoever a test says, over http or https, and keeps what it was asked.
"""

import json
import secrets
import ssl
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from joserfc import jwt
from joserfc.jwk import RSAKey

from .bad_provider import compact

CLIENT_ID = "counted-app"
CLIENT_SECRET = "a-secret-for-tests-only"


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

    def email_at(self, provider: str) -> str | None:
        """Return the address at a provider."""
        return self.email


class Person(Someone):
    """One of many, known by number.  The same address at two providers would stop a sign-in."""

    def __init__(self, number: int) -> None:
        super().__init__(str(number), f"Person {number}")

    @property
    def number(self) -> int:
        return int(self.sub)

    def email_at(self, provider: str) -> str:
        """Return the address at a provider, of which there is one for each."""
        return f"person-{self.sub}@{provider}.example"


@dataclass(frozen=True)
class Call:
    """A request that reached the provider, and when it was being answered."""

    name: str
    began: float
    ended: float


class CountingProvider:
    """What the server knows and what it has seen.

    Switches: `seconds` is how long it takes for an answer, `before` is called with the name of each
    request before it is answered, `detour` is another site that people are sent through, `metadata`
    is added to what it publishes.  `asked` keeps the parameters of each authorization request by
    the code that answered it.
    """

    def __init__(self, url: str) -> None:
        self.url = url
        self.connections = 0
        self.seconds = 0.0
        self.before: Callable[[str], None] = lambda _: None
        self.detour = ""
        self.metadata: dict[str, Any] = {}
        self.asked: dict[str, dict[str, str]] = {}
        self._calls: list[Call] = []
        self._codes: dict[str, tuple[dict[str, str], Someone]] = {}
        self._bearers: dict[str, Someone] = {}
        self._lock = threading.Lock()
        self._key = RSAKey.generate_key(2048)

    @property
    def settings(self) -> dict[str, str]:
        """Return the settings of an app that knows it as `github` and as `corp`."""
        return self.settings_for("github", "corp")

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

    def take_calls(self) -> list[Call]:
        """Return the requests since the last time."""
        with self._lock:
            calls, self._calls = self._calls, []
        return sorted(calls, key=lambda call: call.began)

    def sign_in(self, location: str, person: Someone) -> str:
        """Return the callback URL that a person comes back with who was sent to `location`."""
        asked = dict(parse_qsl(urlsplit(location).query))
        code = secrets.token_urlsafe(24)
        with self._lock:
            self.asked[code] = asked
            self._codes[code] = asked, person
        return _callback(asked, code=code)

    def cancel(self, location: str, error: str = "access_denied") -> str:
        """Return the callback URL of somebody who says no."""
        return _callback(dict(parse_qsl(urlsplit(location).query)), error=error)

    def logout_token(self, **claims: Any) -> str:
        """Return what says that somebody signed out here; a claim that is None is left out."""
        now = int(time.time())
        whole = {
            "iss": self.url,
            "aud": CLIENT_ID,
            "iat": now,
            "exp": now + 120,
            "jti": secrets.token_hex(8),
            "events": {"http://schemas.openid.net/event/backchannel-logout": {}},
            **claims,
        }
        whole = {name: value for name, value in whole.items() if value is not None}
        return compact({"alg": "RS256", "typ": "logout+jwt"}, whole, "RS256", self._key)

    def answer(self, name: str, url: str, form: Mapping[str, list[str]], bearer: str) -> Any:
        """Return what a request is answered with: JSON, or the URL of a redirect."""
        began = time.monotonic()
        self.before(name)
        time.sleep(self.seconds)
        found = self._answers[name](self, url, {k: v[0] for k, v in form.items()}, bearer)
        with self._lock:
            self._calls.append(Call(name, began, time.monotonic()))
        return found

    def _metadata(self, *_: Any) -> Any:
        return {
            "issuer": self.url,
            "authorization_endpoint": f"{self.url}/authorize",
            "token_endpoint": f"{self.url}/token",
            "userinfo_endpoint": f"{self.url}/userinfo",
            "jwks_uri": f"{self.url}/jwks",
            **self.metadata,
        }

    def _jwks(self, *_: Any) -> Any:
        return {"keys": [self._key.as_dict(private=False)]}

    def _authorize(self, url: str, *_: Any) -> str:
        onwards = f"{self.url}/agreed?{urlsplit(url).query}"
        if self.detour:
            return f"{self.detour}/company?{urlencode({'onwards': onwards})}"
        return onwards

    def _company(self, url: str, *_: Any) -> str:
        return parse_qs(urlsplit(url).query)["onwards"][0]

    def _agreed(self, url: str, *_: Any) -> str:
        return self.sign_in(url, Person(1))

    def _redeem(self, form: Mapping[str, str]) -> tuple[dict[str, str], Someone, str]:
        """Return what was asked for with a code, who agreed to it, and an access token."""
        assert form["client_secret"] == CLIENT_SECRET
        token = secrets.token_urlsafe(24)
        with self._lock:
            asked, person = self._codes.pop(form["code"])
            self._bearers[token] = person
        return asked, person, token

    def _token(self, _url: str, form: Mapping[str, str], _bearer: str) -> Any:
        asked, person, token = self._redeem(form)
        now = int(time.time())
        claims = {
            "iss": self.url,
            "aud": CLIENT_ID,
            "sub": person.sub,
            "iat": now,
            "exp": now + 300,
            "auth_time": now,
            "nonce": asked["nonce"],
            "name": person.shown_name,
            "email": person.email_at("corp"),
            "email_verified": person.verified,
            "picture": person.picture,
            **person.claims,
        }
        claims = {name: value for name, value in claims.items() if value is not None}
        id_token = jwt.encode({"alg": "RS256"}, claims, self._key)
        return {"access_token": token, "token_type": "Bearer", "id_token": id_token}

    def _userinfo(self, _url: str, _form: Mapping[str, str], bearer: str) -> Any:
        return {"sub": self._bearers[bearer].sub}

    def _github_token(self, _url: str, form: Mapping[str, str], _bearer: str) -> Any:
        return {"access_token": self._redeem(form)[2], "token_type": "bearer"}

    def _github_user(self, _url: str, _form: Mapping[str, str], bearer: str) -> Any:
        person = self._bearers[bearer]
        number = int(person.sub)
        return {
            "id": number,
            "login": f"p{number}",
            "name": person.shown_name,
            "avatar_url": person.picture,
        }

    def _github_emails(self, _url: str, _form: Mapping[str, str], bearer: str) -> Any:
        person = self._bearers[bearer]
        email = person.email_at("github")
        return [{"email": email, "primary": True, "verified": person.verified}] if email else []

    def _github_orgs(self, url: str, _form: Mapping[str, str], bearer: str) -> Any:
        """Return one page of the list."""
        query = {name: int(value) for name, value in parse_qsl(urlsplit(url).query)}
        size, number = query.get("per_page", 30), query.get("page", 1)
        names = self._bearers[bearer].orgs[size * (number - 1) : size * number]
        return [{"login": name} for name in names]

    _answers: Mapping[str, Callable[..., Any]] = {
        "GET /.well-known/openid-configuration": _metadata,
        "GET /jwks": _jwks,
        "GET /authorize": _authorize,
        "GET /login/oauth/authorize": _authorize,
        "GET /company": _company,
        "GET /agreed": _agreed,
        "POST /token": _token,
        "GET /userinfo": _userinfo,
        "POST /login/oauth/access_token": _github_token,
        "GET /user": _github_user,
        "GET /user/emails": _github_emails,
        "GET /user/orgs": _github_orgs,
    }


def _callback(asked: Mapping[str, str], **answer: str) -> str:
    return f"{asked['redirect_uri']}?{urlencode({**answer, 'state': asked['state']})}"


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128
    provider: CountingProvider

    def get_request(self) -> Any:
        self.provider.connections += 1
        return super().get_request()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Print the traceback of a fault, but say nothing of an app that was killed meanwhile."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    # Head and body leave as one: what is read in two pieces counts as two calls.
    wbufsize = -1
    server: _Server

    def do_GET(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        form = parse_qs(self.rfile.read(length).decode())
        bearer = self.headers.get("Authorization", "").removeprefix("Bearer ")
        name = f"{self.command} {urlsplit(self.path).path}"
        found = self.server.provider.answer(name, self.path, form, bearer)
        if isinstance(found, str):
            self.send_response(303)
            self.send_header("Location", found)
            body = b""
        else:
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            body = json.dumps(found).encode()
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
        self.wfile.flush()

    do_POST = do_GET

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@contextmanager
def counting_provider(
    host: str = "127.0.0.1", tls: ssl.SSLContext | None = None
) -> Iterator[CountingProvider]:
    """Serve a counting provider until the block ends."""
    server = _Server(("127.0.0.1", 0), _Handler)
    if tls:
        server.socket = tls.wrap_socket(
            server.socket, server_side=True, do_handshake_on_connect=False
        )
    scheme = "https" if tls else "http"
    server.provider = CountingProvider(f"{scheme}://{host}:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield server.provider
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def tls_for_localhost(folder: Path) -> tuple[ssl.SSLContext, Path]:
    """Return the TLS side of a server called localhost, and the file of whom to trust for it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    trusted, private = folder / "trusted.pem", folder / "key.pem"
    trusted.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(trusted, private)
    return context, trusted
