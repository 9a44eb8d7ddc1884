"""A provider that can misbehave: real HTTP, real keys, and one fault at a time.

It speaks OpenID Connect, plain OAuth 2.0 and the ways of GitHub, Facebook and X, each under the
first part of its path (`/op/…`, `/github/…`), which is called the tenant here.  Without a fault it
is honest and strict.  It keeps every request that reached it.

A fault is a stage and a function.  The function is given what the provider would have said at that
stage, and returns what it says instead: a JSON value, or a `Reply`.

Stages: metadata, authorize (the parameters of the answer), token, header, claims, sign, id_token,
jwks, userinfo, emails.
"""

import base64
import hashlib
import hmac
import itertools
import json
import secrets
import socket
import ssl
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, unquote_plus, urlencode, urlsplit

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from joserfc.jwk import ECKey, OKPKey, RSAKey

CLIENT_ID = "client-of-the-app"
CLIENT_SECRET = "the-client-secret-0123456789"
PROVIDER_TEXT = "PROVIDER-TEXT <script>alert(1)</script>"
METADATA = "/.well-known/openid-configuration"
STAGES = {
    METADATA: "metadata",
    "/authorize": "authorize",
    "/login/oauth/authorize": "authorize",
    "/v24.0/dialog/oauth": "authorize",
    "/i/oauth2/authorize": "authorize",
    "/token": "token",
    "/login/oauth/access_token": "token",
    "/v24.0/oauth/access_token": "token",
    "/2/oauth2/token": "token",
    "/jwks": "jwks",
    "/userinfo": "userinfo",
    "/user": "userinfo",
    "/v24.0/me": "userinfo",
    "/2/users/me": "userinfo",
    "/user/emails": "emails",
}
ISSUERS = {"github": "/login/oauth"}
SEND_ISS = ("op", "form", "one", "two")

Change = Callable[..., Any]


@dataclass(frozen=True)
class Seen:
    """A request that reached the provider."""

    stage: str
    tenant: str
    method: str
    path: str
    query: dict[str, str]
    headers: Mapping[str, str]
    body: str

    @property
    def form(self) -> dict[str, str]:
        """The fields of the body."""
        return dict(parse_qsl(self.body, keep_blank_values=True))


@dataclass
class Reply:
    """An answer.  `body` is bytes as they are sent, or a JSON value; `raw` replaces all of it."""

    body: Any = b""
    status: int = 200
    headers: list[tuple[str, str]] = field(default_factory=list)
    raw: Callable[[socket.socket], None] | None = None

    def sent(self) -> bytes:
        """Return the body's bytes."""
        return self.body if isinstance(self.body, bytes) else json.dumps(self.body).encode()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128
    context: ssl.SSLContext | None = None

    def finish_request(self, request: Any, client_address: Any) -> None:
        if self.context is None:
            super().finish_request(request, client_address)
            return
        request.settimeout(5)
        with self.context.wrap_socket(request, server_side=True) as encrypted:
            super().finish_request(encrypted, client_address)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """An app that hangs up in the middle is what many tests want."""


class Listener:
    """A server on a port of its own that keeps what reaches it, and answers 404."""

    def __init__(self, context: ssl.SSLContext | None = None) -> None:
        self.seen: list[Seen] = []
        listener = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            wbufsize = -1

            def do_GET(self) -> None:
                listener._handle(self)

            do_POST = do_HEAD = do_PUT = do_CONNECT = do_GET

            def log_message(self, *_: Any) -> None:
                """Say nothing."""

        self._server = _Server(("127.0.0.1", 0), Handler)
        self._server.context = context
        self.port = self._server.server_port
        self.url = f"http{'s' if context else ''}://127.0.0.1:{self.port}"
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def close(self) -> None:
        """Stop."""
        self._server.shutdown()
        self._server.server_close()

    def count(self, stage: str) -> int:
        """Return how many requests a stage got."""
        return sum(seen.stage == stage for seen in self.seen)

    def last(self, stage: str) -> Seen:
        """Return the newest request of a stage."""
        return next(seen for seen in reversed(self.seen) if seen.stage == stage)

    def _handle(self, handler: BaseHTTPRequestHandler) -> None:
        parts = urlsplit(handler.path)
        _, _, rest = parts.path.partition("/")
        tenant, slash, path = rest.partition("/")
        length = int(handler.headers.get("Content-Length") or 0)
        seen = Seen(
            STAGES.get(slash + path, "other"),
            tenant,
            handler.command,
            handler.path,
            dict(parse_qsl(parts.query, keep_blank_values=True)),
            {name.lower(): value for name, value in handler.headers.items()},
            handler.rfile.read(length).decode(),
        )
        self.seen.append(seen)
        reply = self.answer(seen)
        if reply.raw:
            handler.wfile.flush()
            handler.close_connection = True
            reply.raw(handler.connection)
            return
        body = reply.sent() if reply.status not in (204, 304) else b""
        handler.send_response(reply.status)
        headers = {name.lower() for name, _ in reply.headers}
        if "content-type" not in headers:
            handler.send_header("Content-Type", "application/json")
        for name, value in reply.headers:
            handler.send_header(name, value)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)
        handler.wfile.flush()

    def answer(self, seen: Seen) -> Reply:
        """Return the answer to a request."""
        return Reply({}, 404)


class BadProvider(Listener):
    """The provider.  `reset` makes it honest again, `fault` sets what it does wrong."""

    def __init__(self, context: ssl.SSLContext | None = None) -> None:
        self.rsa = RSAKey.generate_key(2048, {"kid": "rsa-1", "use": "sig"})
        self.rsa_2 = RSAKey.generate_key(2048, {"kid": "rsa-2", "use": "sig"})
        self.ec = ECKey.generate_key("P-256", {"kid": "ec-1", "use": "sig"})
        self.curves = {
            "ES256": self.ec,
            "ES384": ECKey.generate_key("P-384", {"kid": "ec-384", "use": "sig"}),
            "ES512": ECKey.generate_key("P-521", {"kid": "ec-521", "use": "sig"}),
        }
        self.okp = OKPKey.generate_key("Ed25519", {"kid": "okp-1", "use": "sig"})
        self.attacker = RSAKey.generate_key(2048, {"kid": "rsa-1", "use": "sig"})
        self._numbers = itertools.count(1)
        self.reset()
        super().__init__(context)

    def reset(self) -> None:
        """Be honest, forget what was seen, and let a new person sign in."""
        self.seen = []
        self.reached: list[str] = []
        self._changes: dict[str, Change] = {}
        self.codes: dict[str, dict[str, str]] = {}
        self.secrets: set[str] = {CLIENT_SECRET}
        self.issued: set[str] = set()
        self.signing: tuple[str, Any] = ("RS256", self.rsa)
        self.published: list[Any] = [self.rsa]
        self.client = (CLIENT_ID, CLIENT_SECRET)
        self.metadata: dict[str, Any] = {}
        number = next(self._numbers)
        self.sub = f"{number}{secrets.randbelow(10**6):06}"
        self.profile: dict[str, Any] = {
            "name": f"Person {number}",
            "email": f"person{number}@example.org",
            "email_verified": True,
            "picture": "https://pictures.example/p.png",
        }

    def fault(self, stage: str, change: Change) -> None:
        """Do something wrong at a stage from now on."""
        self._changes[stage] = change

    def heal(self) -> None:
        """Do everything right again."""
        self._changes = {}

    def issuer(self, tenant: str) -> str:
        """Return a tenant's issuer."""
        return f"{self.url}/{tenant}{ISSUERS.get(tenant, '')}"

    def answer(self, seen: Seen) -> Reply:
        """Return the honest answer, as the fault changes it."""
        make = {
            "metadata": self._metadata,
            "authorize": self._authorize,
            "token": self._token,
            "jwks": self._jwks,
            "userinfo": self._userinfo,
            "emails": self._emails,
        }.get(seen.stage)
        if make is None:
            return Reply({}, 404)
        made = make(seen)
        return made if isinstance(made, Reply) else Reply(made)

    def _changed(self, stage: str, value: Any) -> Any:
        change = self._changes.get(stage)
        if change is None:
            return value
        self.reached.append(stage)
        return change(value)

    def _metadata(self, seen: Seen) -> Any:
        issuer = self.issuer(seen.tenant)
        document = {
            "issuer": issuer,
            "authorization_endpoint": f"{issuer}/authorize",
            "token_endpoint": f"{issuer}/token",
            "userinfo_endpoint": f"{issuer}/userinfo",
            "jwks_uri": f"{issuer}/jwks",
            "response_types_supported": ["code"],
            "code_challenge_methods_supported": ["S256"],
            "id_token_signing_alg_values_supported": [self.signing[0]],
            "token_endpoint_auth_methods_supported": ["client_secret_post", "client_secret_basic"],
            "authorization_response_iss_parameter_supported": seen.tenant in SEND_ISS,
            **self.metadata,
        }
        return self._changed("metadata", document)

    def _authorize(self, seen: Seen) -> Reply:
        asked = seen.query
        code = secrets.token_urlsafe(24)
        self.codes[code] = asked
        self.secrets |= {code, asked["state"], asked.get("nonce", code)}
        answer = {"code": code, "state": asked["state"]}
        if seen.tenant in SEND_ISS:
            answer["iss"] = self.issuer(seen.tenant)
        answer = self._changed("authorize", answer)
        if isinstance(answer, Reply):
            return answer
        if asked.get("response_mode") == "form_post":
            return Reply(answer)
        location = f"{asked['redirect_uri']}?{urlencode(answer)}"
        return Reply(b"", 302, [("Location", location)])

    def _token(self, seen: Seen) -> Any:
        form = seen.form
        self.secrets.add(form.get("code_verifier", CLIENT_SECRET))
        asked = self.codes.pop(form.get("code", ""), None)
        if "token" not in self._changes:
            problem = self._refusal(seen, asked)
            if problem:
                return Reply({"error": problem, "error_description": PROVIDER_TEXT}, 400)
        asked = asked or {}
        access_token = secrets.token_urlsafe(32)
        self.access_token = access_token
        self.issued.add(f"Bearer {access_token}")
        tokens = {
            "access_token": access_token,
            "token_type": "Bearer",
            "expires_in": 3600,
            "scope": asked.get("scope", ""),
            "refresh_token": secrets.token_urlsafe(32),
        }
        if "openid" in asked.get("scope", "").split():
            tokens["id_token"] = self._id_token(seen.tenant, asked, access_token)
            self.secrets.add(str(tokens["id_token"]))
        self.secrets |= {access_token, tokens["refresh_token"]}
        return self._changed("token", tokens)

    def _refusal(self, seen: Seen, asked: dict[str, str] | None) -> str:
        """Return the error of a token request that a strict provider would not take."""
        form = seen.form
        header = seen.headers.get("authorization", "")
        if "client_secret" in seen.query or (header and "client_secret" in form):
            return "invalid_request"
        if header.startswith("Basic "):
            pair = base64.b64decode(header[6:]).decode().partition(":")
            named = (unquote_plus(pair[0]), unquote_plus(pair[2]))
        else:
            named = (form.get("client_id", ""), form.get("client_secret", ""))
        if named != self.client:
            return "invalid_client"
        if asked is None or asked["redirect_uri"] != form.get("redirect_uri"):
            return "invalid_grant"
        challenge = asked.get("code_challenge")
        if challenge and challenge != s256(form.get("code_verifier", "")):
            return "invalid_grant"
        return ""

    def _id_token(self, tenant: str, asked: dict[str, str], access_token: str) -> Any:
        now = int(time.time())
        alg, key = self.signing
        claims = {
            "iss": self.issuer(tenant),
            "sub": self.sub,
            "aud": self.client[0],
            "exp": now + 300,
            "iat": now,
            "nonce": asked.get("nonce"),
            "at_hash": at_hash(access_token, alg),
        }
        claims = self._changed("claims", claims)
        header = self._changed("header", {"alg": alg, "kid": key.kid, "typ": "JWT"})
        signed = self._changed("sign", (header, claims, alg, key))
        token = signed if isinstance(signed, str) else compact(*signed)
        return self._changed("id_token", token)

    def _jwks(self, seen: Seen) -> Any:
        public = [key.as_dict(private=False) for key in self.published]
        return self._changed("jwks", {"keys": public})

    def _userinfo(self, seen: Seen) -> Any:
        if seen.headers.get("authorization") not in self.issued:
            return Reply({"message": PROVIDER_TEXT}, 401)
        profile = {"sub": self.sub, **self.profile}
        if seen.tenant == "github":
            profile = {
                "id": int(self.sub),
                "login": "octo",
                "name": self.profile["name"],
                "email": None,
                "avatar_url": self.profile["picture"],
            }
        elif seen.tenant == "facebook":
            profile = {"id": self.sub, "name": self.profile["name"]}
        elif seen.tenant == "x":
            user = {"id": self.sub, "name": self.profile["name"], "username": "xer"}
            profile = {"data": user}
        return self._changed("userinfo", profile)

    def _emails(self, seen: Seen) -> Any:
        if seen.headers.get("authorization") not in self.issued:
            return Reply({"message": PROVIDER_TEXT}, 401)
        entry = {"email": self.profile["email"], "primary": True, "verified": True}
        return self._changed("emails", [entry])


def b64(data: bytes) -> str:
    """Return base64url without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def s256(verifier: str) -> str:
    """Return the challenge of a verifier, RFC 7636 §4.2."""
    return b64(hashlib.sha256(verifier.encode()).digest())


def at_hash(access_token: str, alg: str) -> str:
    """Return the hash of OpenID Connect Core 1.0 §3.1.3.6."""
    bits = alg[-3:] if alg[-3:] in ("256", "384", "512") else "512"
    digest = hashlib.new(f"sha{bits}", access_token.encode()).digest()
    return b64(digest[: len(digest) // 2])


def compact(header: Any, claims: Any, alg: str, key: Any) -> str:
    """Sign a token; header and claims are JSON values, or bytes as they are."""
    parts = [v if isinstance(v, bytes) else json.dumps(v).encode() for v in (header, claims)]
    signing_input = ".".join(map(b64, parts))
    return f"{signing_input}.{b64(signature(signing_input.encode(), alg, key))}"


def signature(data: bytes, alg: str, key: Any) -> bytes:
    """Return the signature of RFC 7518 §3 and RFC 8037, whatever alg is asked for."""
    if alg == "none":
        return b""
    if alg.startswith("HS"):
        return hmac.digest(key, data, f"sha{alg[2:]}")
    private = key.private_key
    digest = {"256": hashes.SHA256(), "384": hashes.SHA384(), "512": hashes.SHA512()}
    if alg.startswith("RS"):
        return private.sign(data, padding.PKCS1v15(), digest[alg[2:]])
    if alg.startswith("PS"):
        chosen = digest[alg[2:]]
        salted = padding.PSS(mgf=padding.MGF1(chosen), salt_length=chosen.digest_size)
        return private.sign(data, salted, chosen)
    if alg.startswith("ES"):
        r, s = decode_dss_signature(private.sign(data, ec.ECDSA(digest[alg[2:]])))
        size = (private.key_size + 7) // 8
        return r.to_bytes(size, "big") + s.to_bytes(size, "big")
    return private.sign(data)
