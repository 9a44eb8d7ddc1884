"""Misconfigurations, each with what `flask doctor` must say of it."""

import json
import sqlite3
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from harness.bad_provider import CLIENT_ID, CLIENT_SECRET, Reply
from harness.ports import free_port

from .conftest import Doctored

PRODUCTION = {"APP_ENV": "production", "PUBLIC_URL": "https://app.example.org"}
GITHUB = {"GITHUB_CLIENT_ID": CLIENT_ID, "GITHUB_CLIENT_SECRET": CLIENT_SECRET}
NO_OP: Mapping[str, str | None] = {
    f"OIDC_OP_{ending}": None for ending in ("ISSUER", "CLIENT_ID", "CLIENT_SECRET")
}
FORUM = {
    "OAUTH_FORUM_AUTHORIZATION_ENDPOINT": "{op}/one/authorize",
    "OAUTH_FORUM_TOKEN_ENDPOINT": "{op}/one/token",
    "OAUTH_FORUM_USERINFO_ENDPOINT": "{op}/one/userinfo",
    "OAUTH_FORUM_CLIENT_ID": CLIENT_ID,
    "OAUTH_FORUM_CLIENT_SECRET": CLIENT_SECRET,
}
DEAD = free_port()
LONG_AGO = "2026-01-01 00:00:00.000000"


@dataclass(frozen=True)
class Planted:
    """One misconfiguration.

    `lines` are those of `.env` (None takes one away, "{op}" is the provider's URL, "{folder}" that
    of the app), `text` stands below them, `environ` is the process's.  `change` does anything else.
    A line with `result` must have all `words`; `alone`: nothing else may be wrong.
    """

    id: str
    words: tuple[str, ...]
    lines: Mapping[str, str | None] = field(default_factory=dict)
    result: str = "fail"
    text: str | bytes = ""
    environ: Mapping[str, str] = field(default_factory=dict)
    change: Callable[[Doctored], object] = lambda app: None
    alone: bool = True


def metadata(**members: Any) -> Callable[[Doctored], object]:
    """Publish these members, too."""
    return lambda app: app.provider.metadata.update(members)


def fault(stage: str, answer: Any) -> Callable[[Doctored], object]:
    """Answer so at a stage."""
    return lambda app: app.provider.fault(stage, lambda _: answer)


def long_ago(app: Doctored) -> None:
    """Publish the metadata with the time of another year."""

    def dated(document: Any) -> Reply:
        body = json.dumps(document).encode()
        head = (
            f"HTTP/1.1 200 OK\r\nDate: Mon, 01 Jan 2024 00:00:00 GMT\r\nContent-Length: {len(body)}"
        )
        return Reply(raw=lambda connection: connection.sendall(f"{head}\r\n\r\n".encode() + body))

    app.provider.fault("metadata", dated)


def sql(*statements: str) -> Callable[[Doctored], object]:
    """Change the database."""

    def run(app: Doctored) -> None:
        with sqlite3.connect(app.database) as database:
            for statement in statements:
                database.execute(statement)
        database.close()

    return run


def ada(app: Doctored, *, issuer: str = "", provider: str = "op") -> None:
    """Have an account with the identity op:1815."""
    issuer = issuer or app.provider.issuer("op")
    with sqlite3.connect(app.database) as database:
        database.execute(
            "INSERT INTO users (id, email_verified, name_edited, picture_edited, is_admin,"
            " created_at) VALUES (1, 0, 0, 0, 0, ?)",
            (LONG_AGO,),
        )
        database.execute(
            "INSERT INTO identities (user_id, provider, sub, issuer, email_verified, created_at,"
            " last_used_at) VALUES (1, ?, '1815', ?, 0, ?, ?)",
            (provider, issuer, LONG_AGO, LONG_AGO),
        )
    database.close()


def git(*commands: str) -> Callable[[Doctored], object]:
    """Run git in the app's folder."""

    def run(app: Doctored) -> None:
        app.write_env()
        for command in ("init -q", *commands):
            subprocess.run(["git", *command.split()], cwd=app.folder, check=True)

    return run


def redirect(**parameters: str) -> Reply:
    """The provider sends the browser back with an error."""
    query = "&".join(f"{name}={value}" for name, value in parameters.items())
    return Reply(b"", 302, [("Location", f"http://localhost:8000/callback/op?{query}")])


def redirect_to(url: str) -> Reply:
    """The provider sends the browser on."""
    return Reply(b"", 302, [("Location", url)])


def without_git_ignoring_it(app: Doctored) -> None:
    git()(app)
    (app.folder / ".git" / "info" / "exclude").write_text("")


def readable_by_all(app: Doctored) -> None:
    app.after = lambda: (app.folder / ".env").chmod(0o644)


def secret_file(content: bytes | None) -> Callable[[Doctored], object]:
    """Let OIDC_OP_CLIENT_SECRET_FILE name a file with this, or none."""

    def run(app: Doctored) -> None:
        file = app.folder / "instance" / "secret"
        if content is not None:
            file.write_bytes(content)
        app.lines["OIDC_OP_CLIENT_SECRET_FILE"] = str(file)

    return run


def renamed(app: Doctored) -> None:
    """Call the file as an editor does that adds .txt."""
    app.after = lambda: (app.folder / ".env").rename(app.folder / ".env.txt")


def in_the_example(line: str) -> Callable[[Doctored], object]:
    """Write a line into the file that `.env` is made of."""

    def run(app: Doctored) -> None:
        file = app.folder / ".env.example"
        file.write_text(f"{file.read_text()}\n{line}\n")

    return run


def read_only(app: Doctored) -> None:
    """Let the database's URL say that it is only read."""
    app.lines["DATABASE_URL"] = f"sqlite:///file:{app.database}?mode=ro&uri=true"


SETTINGS = [
    Planted("misspelt word of SIGNUP", ("SIGNUP", "open, invite, closed"), {"SIGNUP": "opne"}),
    Planted("SIGNUP in capitals", ("SIGNUP", "open, invite, closed"), {"SIGNUP": "Closed"}),
    Planted("a comment as a value", ("APP_NAME", "comment"), environ={"APP_NAME": "# My app"}),
    Planted("REQUIRE_EMAIL", ("REQUIRE_EMAIL", "verified"), {"REQUIRE_EMAIL": "true"}),
    Planted("LINK_BY_EMAIL", ("LINK_BY_EMAIL", "verified"), {"LINK_BY_EMAIL": "yes"}),
    Planted("PROFILE_SYNC", ("PROFILE_SYNC", "always"), {"PROFILE_SYNC": "sometimes"}),
    Planted("APP_ENV", ("APP_ENV", "production"), {"APP_ENV": "prod"}, alone=False),
    Planted("a number that is none", ("SESSION_MAX_DAYS", "400"), {"SESSION_MAX_DAYS": "ten"}),
    Planted("a number too large", ("SESSION_MAX_DAYS", "400"), {"SESSION_MAX_DAYS": "500"}),
    Planted("a flag", ("HSTS_SUBDOMAINS", "0 or 1"), {"HSTS_SUBDOMAINS": "maybe"}),
    Planted("a limit", ("RATELIMIT_LOGIN", "30 per minute"), {"RATELIMIT_LOGIN": "many"}),
    Planted("TRUSTED_PROXIES", ("TRUSTED_PROXIES", "100"), {"TRUSTED_PROXIES": "127.0.0.1"}),
    Planted("no key", ("SECRET_KEY", "make_env"), {"SECRET_KEY": None}),
    Planted("a short key", ("SECRET_KEY", "32"), {"SECRET_KEY": "short"}),
    Planted("a key like aaaa", ("SECRET_KEY", "random"), {"SECRET_KEY": "a" * 64}),
    Planted(
        "a key of an example",
        ("SECRET_KEY", "random"),
        {"SECRET_KEY": "change-me-0123456789-abcdefghijklmnop"},
    ),
    Planted("a weak old key", ("SECRET_KEY_FALLBACKS",), {"SECRET_KEY_FALLBACKS": "old"}),
    Planted(
        "idle longer than the whole",
        ("SESSION_IDLE_MINUTES", "SESSION_MAX_DAYS"),
        {"SESSION_IDLE_MINUTES": "99999", "SESSION_MAX_DAYS": "1"},
        result="warn",
    ),
    Planted("an address as ADMINS", ("ADMINS", "provider:sub"), {"ADMINS": "ada@example.org"}),
    Planted("ADMINS at a provider unknown", ("ADMINS",), {"ADMINS": "gitub:1"}),
    Planted("an empty list", ("ALLOWED_EMAIL_DOMAINS", "empty"), {"ALLOWED_EMAIL_DOMAINS": ","}),
    Planted("@ in a domain", ("ALLOWED_EMAIL_DOMAINS",), {"ALLOWED_EMAIL_DOMAINS": "@a.org"}),
    Planted(
        "UNRESTRICTED_PROVIDERS", ("UNRESTRICTED_PROVIDERS",), {"UNRESTRICTED_PROVIDERS": "gogle"}
    ),
    Planted(
        "a list for one provider beside an open one",
        ("UNRESTRICTED_PROVIDERS", "op", "GITHUB_ALLOWED_ORGS"),
        {**GITHUB, "GITHUB_ALLOWED_ORGS": "acme"},
    ),
    Planted(
        "a list of a provider that is not set up",
        ("GITHUB_ALLOWED_ORGS", "GITHUB_CLIENT_ID"),
        {"GITHUB_ALLOWED_ORGS": "acme"},
    ),
    Planted(
        "the practice provider in production",
        ("PRACTICE_PROVIDER",),
        {**PRODUCTION, "PRACTICE_PROVIDER": "on"},
    ),
    Planted("the debugger in production", ("FLASK_DEBUG",), {**PRODUCTION, "FLASK_DEBUG": "1"}),
    Planted(
        "a proxy without scheme", ("OUTBOUND_PROXY", "http://"), {"OUTBOUND_PROXY": "proxy:3128"}
    ),
    Planted(
        "a proxy without host", ("OUTBOUND_PROXY", "http://"), {"OUTBOUND_PROXY": "http://:3128"}
    ),
    Planted("a proxy with a bad port", ("OUTBOUND_PROXY",), {"OUTBOUND_PROXY": "http://p:port"}),
    Planted("OUTBOUND_NO_PROXY", ("OUTBOUND_NO_PROXY",), {"OUTBOUND_NO_PROXY": "https://a.org"}),
    Planted("no such trust store", ("SSL_CERT_FILE",), {"SSL_CERT_FILE": "/no/such.pem"}),
    Planted(
        "a trust store that is none",
        ("SSL_CERT_FILE", "PEM"),
        {"SSL_CERT_FILE": "{folder}/README.md"},
    ),
    Planted(
        "http hosts in production", ("ALLOW_HTTP_HOSTS",), {**PRODUCTION, "ALLOW_HTTP_HOSTS": "id"}
    ),
]
PUBLIC_URL = [
    Planted("a path", ("PUBLIC_URL", "path"), {"PUBLIC_URL": "http://localhost:8000/app"}),
    Planted("no scheme", ("PUBLIC_URL", "https://"), {"PUBLIC_URL": "localhost:8000"}),
    Planted("no host", ("PUBLIC_URL", "https://"), {"PUBLIC_URL": "http://"}),
    Planted("a user", ("PUBLIC_URL",), {"PUBLIC_URL": "http://me@localhost:8000"}),
    Planted("a bad port", ("PUBLIC_URL",), {"PUBLIC_URL": "http://localhost:80000"}),
    Planted("every address", ("PUBLIC_URL", "browsers"), {"PUBLIC_URL": "http://0.0.0.0:8000"}),
    Planted(
        "a dot at the end", ("PUBLIC_URL", "dot"), {**PRODUCTION, "PUBLIC_URL": "https://a.org."}
    ),
    Planted(
        "letters beyond ASCII",
        ("PUBLIC_URL", "xn--"),
        {**PRODUCTION, "PUBLIC_URL": "https://bücher.example"},
    ),
    Planted(
        "http in production",
        ("PUBLIC_URL", "https://"),
        {**PRODUCTION, "PUBLIC_URL": "http://a.org"},
    ),
    Planted(
        "missing in production", ("PUBLIC_URL",), {"APP_ENV": "production", "PUBLIC_URL": None}
    ),
    Planted(
        "this machine in production",
        ("PUBLIC_URL", "localhost"),
        {**PRODUCTION, "PUBLIC_URL": "https://localhost"},
        result="warn",
    ),
    Planted(
        "a private address",
        ("PUBLIC_URL", "192.168.1.20", "Op"),
        {"PUBLIC_URL": "http://192.168.1.20:8000"},
        result="warn",
        alone=False,
    ),
    Planted(
        "another port than flask run's",
        ("PUBLIC_URL", "8000", "8302", "http://localhost:8302"),
        environ={"FLASK_RUN_PORT": "8302"},
        result="warn",
    ),
    Planted(
        "development at a public address",
        ("APP_ENV", "production"),
        {"PUBLIC_URL": "https://app.example.org"},
        result="warn",
    ),
    Planted(
        "a provider that takes no localhost",
        ("PUBLIC_URL", "X", "http://127.0.0.1:8000"),
        {"X_CLIENT_ID": "our-id", "X_CLIENT_SECRET": "our-secret"},
        result="warn",
        alone=False,
    ),
]
NAMES = [
    Planted("SIGN_UP", ("SIGN_UP", "SIGNUP"), {"SIGN_UP": "closed"}),
    Planted("REQUIRE_MAIL", ("REQUIRE_MAIL", "REQUIRE_EMAIL"), {"REQUIRE_MAIL": "yes"}),
    Planted(
        "SESION_MAX_DAYS", ("SESION_MAX_DAYS", "SESSION_MAX_DAYS"), {"SESION_MAX_DAYS": "3"}, "warn"
    ),
    Planted(
        "DATABASE_URI", ("DATABASE_URI", "DATABASE_URL"), {"DATABASE_URI": "sqlite://"}, "warn"
    ),
    Planted(
        "SQLALCHEMY_DATABASE_URI",
        ("SQLALCHEMY_DATABASE_URI", "DATABASE_URL"),
        {"SQLALCHEMY_DATABASE_URI": "x"},
        "warn",
    ),
    Planted("HTTPS_PROXY", ("HTTPS_PROXY", "OUTBOUND_PROXY"), {"HTTPS_PROXY": "x"}, "warn"),
    Planted(
        "GITHUB_CLIENTID",
        ("GITHUB_CLIENTID", "GITHUB_CLIENT_ID?"),
        {"GITHUB_CLIENTID": "a"},
        "warn",
    ),
    Planted(
        "both of GitHub",
        ("GITHB_CLIENTSECRET", "GITHUB_CLIENT_SECRET?"),
        {"GITHB_CLIENTID": "a", "GITHB_CLIENTSECRET": "b"},
        "warn",
        alone=False,
    ),
    Planted("TWITTER", ("TWITTER_CLIENT_ID", "X_CLIENT_ID?"), {"TWITTER_CLIENT_ID": "a"}, "warn"),
    Planted(
        "a provider not chosen",
        (
            "MICROSOFT_CLIENT_ID",
            "Microsoft",
            "not part of this app",
            "uvx cruft update",
            "github,google,x,box,tiktok,microsoft",
        ),
        {"MICROSOFT_CLIENT_ID": "a"},
        "warn",
    ),
    Planted(
        "one misspelt",
        ("LINKEDN_CLIENT_ID", "LinkedIn", "LINKEDIN_CLIENT_ID?", "uvx cruft"),
        {"LINKEDN_CLIENT_ID": "a"},
        "warn",
    ),
    Planted(
        "one of nobody's",
        ("ACMEID_CLIENT_ID", "acmeid", "docs/settings.md"),
        {"ACMEID_CLIENT_ID": "a"},
        "warn",
    ),
    Planted(
        "its allow-list", ("OKTA_ALLOWED_ORGS", "keeps nobody out"), {"OKTA_ALLOWED_ORGS": "a"}
    ),
    Planted("OIDC ending", ("OIDC_OP_ISUER",), {"OIDC_OP_ISUER": "https://a.org"}),
    Planted(
        "OIDC half",
        ("OIDC_NEW_ISSUER is missing",),
        {"OIDC_NEW_CLIENT_ID": "a", "OIDC_NEW_CLIENT_SECRET": "b"},
    ),
    Planted(
        "a name in use",
        ("github", "in use"),
        {
            f"OIDC_GITHUB_{n}": v
            for n, v in (("ISSUER", "https://a.org"), ("CLIENT_ID", "a"), ("CLIENT_SECRET", "b"))
        },
    ),
    Planted(
        "a file for what is no secret",
        ("SIGNUP_FILE", "secrets"),
        {"SIGNUP_FILE": "/x"},
        alone=False,
    ),
]
ENV_FILE = [
    Planted("a broken line", ("line", "NAME=value"), text="this is no setting\n"),
    Planted(
        "the same name twice",
        ("SIGNUP", "two values"),
        text="SIGNUP=open\nSIGNUP=invite\n",
        result="warn",
        alone=False,
    ),
    Planted(
        "a value and an empty line",
        ("APP_NAME", "empty"),
        text="APP_NAME=a\nAPP_NAME=\n",
        result="warn",
    ),
    Planted(
        "cut at a #", ("APP_NAME", "#", "single quotes"), text="APP_NAME=a #b\n", result="warn"
    ),
    Planted(
        "a variable in a secret",
        ("${", "single quotes"),
        text="GITHUB_CLIENT_SECRET=a${HOME}b\nGITHUB_CLIENT_ID=a",
        result="warn",
        alone=False,
    ),
    Planted(
        "a variable that is not set",
        ("APP_NAME", "${NOBODY}"),
        text="APP_NAME=a${NOBODY}\n",
        result="warn",
    ),
    Planted(
        "a line break inside",
        ("APP_NAME", "single quotes"),
        text='APP_NAME="a\\nb"\n',
        result="warn",
    ),
    Planted("quotes in the environment", ("APP_NAME", "quotes"), environ={"APP_NAME": "'a'"}),
    Planted("half a quote", ("APP_NAME", "quote"), environ={"APP_NAME": "'a"}, result="warn"),
    Planted(
        "another value in the environment",
        ("SIGNUP", "environment", "counts"),
        {"SIGNUP": "open"},
        environ={"SIGNUP": "invite"},
        result="warn",
        alone=False,
    ),
    Planted("in git", (".env", "git rm --cached"), change=git("add -f .env")),
    Planted(
        "not ignored",
        (".env", ".gitignore"),
        change=lambda app: (git()(app), (app.folder / ".gitignore").write_text("")),
        result="warn",
    ),
    Planted(
        "readable by all", (".env", "chmod 600"), PRODUCTION, change=readable_by_all, result="warn"
    ),
    Planted(
        "a secret's file is missing",
        ("OIDC_OP_CLIENT_SECRET_FILE",),
        {"OIDC_OP_CLIENT_SECRET": None},
        change=secret_file(None),
        alone=False,
    ),
    Planted(
        "a secret's file is empty",
        ("OIDC_OP_CLIENT_SECRET_FILE", "empty"),
        {"OIDC_OP_CLIENT_SECRET": None},
        change=secret_file(b"\n"),
        alone=False,
    ),
    Planted(
        "a secret and its file",
        ("OIDC_OP_CLIENT_SECRET_FILE", "remove one"),
        change=secret_file(b"s"),
    ),
]
CREDENTIALS = [
    Planted("half a provider", ("GITHUB_CLIENT_SECRET", "missing"), {"GITHUB_CLIENT_ID": "a"}),
    Planted(
        "a placeholder",
        ("OIDC_OP_CLIENT_SECRET", "placeholder"),
        {"OIDC_OP_CLIENT_SECRET": "your-client-secret"},
        alone=False,
    ),
    Planted(
        "another placeholder",
        ("GITHUB_CLIENT_SECRET", "placeholder"),
        {**GITHUB, "GITHUB_CLIENT_SECRET": "…"},
        alone=False,
    ),
    Planted(
        "twice the ID",
        ("OIDC_OP_CLIENT_SECRET", "OIDC_OP_CLIENT_ID", "same"),
        {"OIDC_OP_CLIENT_SECRET": CLIENT_ID},
        result="warn",
        alone=False,
    ),
    Planted(
        "what may be a placeholder",
        ("OIDC_OP_CLIENT_SECRET", "looks like a placeholder"),
        {"OIDC_OP_CLIENT_SECRET": "client-secret"},
        result="warn",
        alone=False,
    ),
    Planted(
        "a wrong secret",
        ("op: client ID and secret", "invalid_client", "OIDC_OP_CLIENT_SECRET"),
        {"OIDC_OP_CLIENT_SECRET": "another-one"},
    ),
    Planted(
        "a wrong ID",
        ("op: client ID and secret", "OIDC_OP_CLIENT_ID"),
        {"OIDC_OP_CLIENT_ID": "another-one"},
    ),
    Planted(
        "swapped",
        ("op: client ID and secret",),
        {"OIDC_OP_CLIENT_ID": CLIENT_SECRET, "OIDC_OP_CLIENT_SECRET": CLIENT_ID},
    ),
    Planted(
        "a space inside",
        ("OIDC_OP_CLIENT_ID", "copy it again"),
        {"OIDC_OP_CLIENT_ID": "'a b'"},
        "warn",
        alone=False,
    ),
    Planted(
        "an invisible character",
        ("OIDC_OP_CLIENT_SECRET", "ASCII"),
        {"OIDC_OP_CLIENT_SECRET": f"a\u200b{CLIENT_SECRET}"},
        "warn",
        alone=False,
    ),
    Planted(
        "GitHub says 200 and an error",
        ("github: client ID and secret", "incorrect_client_credentials", "GITHUB_CLIENT_SECRET"),
        {**GITHUB, "GITHUB_BASE_URL": "{op}/github"},
        change=fault("token", {"error": "incorrect_client_credentials"}),
        alone=False,
    ),
    Planted(
        "no ID of Google's",
        ("google", "GOOGLE_CLIENT_ID", "does not look like"),
        {"GOOGLE_CLIENT_ID": "Ov23liabc", "GOOGLE_CLIENT_SECRET": "x"},
        "warn",
        alone=False,
    ),
    Planted(
        "the ID as Google's secret",
        ("google", "swap"),
        {"GOOGLE_CLIENT_ID": "GOCSPX-x", "GOOGLE_CLIENT_SECRET": "1-a.apps.googleusercontent.com"},
        "warn",
        alone=False,
    ),
]
ADDRESSES = [
    Planted("a slash too much", ("op", "issuer", "expected"), {"OIDC_OP_ISSUER": "{op}/op/"}),
    Planted("another tenant", ("op", "404", "OIDC_OP_ISSUER"), {"OIDC_OP_ISSUER": "{op}"}),
    Planted(
        "the whole metadata URL",
        ("OIDC_OP_ISSUER", ".well-known"),
        {"OIDC_OP_ISSUER": "{op}/op/.well-known/openid-configuration"},
    ),
    Planted("http", ("OIDC_OP_ISSUER", "https"), {"OIDC_OP_ISSUER": "http://id.example.org"}),
    Planted("without scheme", ("OIDC_OP_ISSUER", "https"), {"OIDC_OP_ISSUER": "id.example.org"}),
    Planted(
        "nobody there",
        ("op", "nothing answers", str(DEAD), "OIDC_OP_ISSUER"),
        {"OIDC_OP_ISSUER": f"https://127.0.0.1:{DEAD}"},
    ),
    Planted(
        "no such host",
        ("op", "DNS", "OIDC_OP_ISSUER"),
        {"OIDC_OP_ISSUER": "https://nobody.invalid"},
    ),
    Planted(
        "a certificate not trusted", ("op", "certificate", "SSL_CERT_FILE"), {"SSL_CERT_FILE": None}
    ),
    Planted(
        "no TLS",
        ("op", "TLS", "OIDC_OP_ISSUER"),
        {"OIDC_OP_ISSUER": "https://127.0.0.1:{plain_port}"},
        alone=False,
    ),
    Planted(
        "a dead proxy",
        ("op", "OUTBOUND_PROXY"),
        {"OUTBOUND_PROXY": f"http://127.0.0.1:{DEAD}", "OIDC_OP_ISSUER": "https://id.example.org"},
    ),
    Planted(
        "a redirect",
        ("op", "301", "id.example"),
        change=fault("metadata", Reply(b"", 301, [("Location", "https://id.example/x")])),
    ),
    Planted(
        "a page in place of metadata", ("op", "HTML"), change=fault("metadata", Reply(b"<html>"))
    ),
    Planted(
        "a dead token endpoint",
        ("forum", "nothing answers", "OAUTH_FORUM_TOKEN_ENDPOINT"),
        {
            **FORUM,
            "OAUTH_FORUM_TOKEN_ENDPOINT": f"https://127.0.0.1:{DEAD}/token",
            "OAUTH_FORUM_CLIENT_SECRET": "another",
        },
    ),
    Planted(
        "no authorization endpoint",
        ("forum", "404", "OAUTH_FORUM_AUTHORIZATION_ENDPOINT"),
        {**FORUM, "OAUTH_FORUM_AUTHORIZATION_ENDPOINT": "{op}/one/auth"},
    ),
    Planted(
        "no profile",
        ("forum", "profile", "404", "OAUTH_FORUM_USERINFO_ENDPOINT"),
        {**FORUM, "OAUTH_FORUM_USERINFO_ENDPOINT": "{op}/one/me"},
    ),
    Planted(
        "an endpoint left out",
        ("OAUTH_FORUM_TOKEN_ENDPOINT is missing",),
        {**FORUM, "OAUTH_FORUM_TOKEN_ENDPOINT": None},
    ),
    Planted(
        "the base URL of another program",
        ("github", "404", "GITHUB_BASE_URL"),
        {**GITHUB, "GITHUB_BASE_URL": "{op}"},
        "fail",
    ),
]
METADATA = [
    Planted(
        "a scope not there",
        ("op", "groups", "scopes_supported", "OIDC_OP_SCOPE"),
        {"OIDC_OP_SCOPE": "openid email profile groups"},
        "warn",
    ),
    Planted(
        "no code flow",
        ("op", "response_types_supported"),
        change=metadata(response_types_supported=["id_token"]),
    ),
    Planted(
        "no grant",
        ("op", "authorization_code", "grant_types_supported"),
        change=metadata(grant_types_supported=["implicit"]),
    ),
    Planted(
        "no form_post",
        ("op", "form_post", "OIDC_OP_AUTHORIZATION_PARAMS"),
        {"OIDC_OP_AUTHORIZATION_PARAMS": "response_mode=form_post"},
        change=metadata(response_modes_supported=["query"]),
    ),
    Planted(
        "a prompt not there",
        ("op", "consent", "prompt_values_supported"),
        {"OIDC_OP_AUTHORIZATION_PARAMS": "prompt=consent"},
        "warn",
        change=metadata(prompt_values_supported=["login"]),
    ),
    Planted(
        "an acr not there",
        ("op", "gold", "acr_values_supported"),
        {"OIDC_OP_AUTHORIZATION_PARAMS": "acr_values=gold"},
        "warn",
        change=metadata(acr_values_supported=["silver"]),
    ),
    Planted(
        "pushed requests",
        ("op", "pushed"),
        change=metadata(require_pushed_authorization_requests=True),
    ),
    Planted(
        "only HS256",
        ("op", "HS256", "OIDC_OP_ID_TOKEN_ALG"),
        change=metadata(id_token_signing_alg_values_supported=["HS256"]),
    ),
    Planted(
        "only an algorithm of nobody's",
        ("op", "XY1"),
        change=metadata(id_token_signing_alg_values_supported=["XY1"]),
    ),
    Planted(
        "another algorithm set",
        ("op", "ES256", "RS256", "OIDC_OP_ID_TOKEN_ALG"),
        {"OIDC_OP_ID_TOKEN_ALG": "ES256"},
    ),
    Planted(
        "no key of that kind",
        ("op", "ES256", "RSA", "signing key"),
        change=metadata(id_token_signing_alg_values_supported=["ES256"]),
    ),
    Planted("no keys", ("op", "key set", "jwks"), change=fault("jwks", {"keys": []})),
    Planted(
        "only other ways to authenticate",
        ("op", "private_key_jwt", "OIDC_OP_AUTH_METHOD"),
        change=metadata(token_endpoint_auth_methods_supported=["private_key_jwt"]),
    ),
    Planted(
        "a way that the provider refuses",
        ("op", "client_secret_post", "OIDC_OP_AUTH_METHOD"),
        {"OIDC_OP_AUTH_METHOD": "client_secret_post"},
        "warn",
        change=lambda app: (
            metadata(token_endpoint_auth_methods_supported=["client_secret_basic"])(app),
            fault("token", Reply({"error": "invalid_client"}, 401))(app),
        ),
        alone=False,
    ),
    Planted(
        "plain PKCE",
        ("op", "PKCE", "S256", "OIDC_OP_PKCE"),
        change=metadata(code_challenge_methods_supported=["plain"]),
    ),
    Planted(
        "http inside",
        ("op", "token_endpoint", "https"),
        change=metadata(token_endpoint="http://id.example/token"),
    ),
    Planted(
        "an optional endpoint by http",
        ("op", "userinfo_endpoint"),
        result="warn",
        change=metadata(userinfo_endpoint="http://id.example/u"),
    ),
    Planted(
        "another issuer",
        ("op", "issuer", "https://other.example"),
        change=metadata(issuer="https://other.example"),
    ),
    Planted(
        "the clock",
        ("op", "clock"),
        change=long_ago,
    ),
    Planted(
        "the callback is refused",
        ("op: authorization endpoint", "http://localhost:8000/callback/op", "OIDC_OP_CLIENT_ID"),
        result="warn",
        change=fault("authorize", Reply(b"<html>", 400)),
    ),
    Planted(
        "a scope refused",
        ("op: authorization endpoint", "invalid_scope", "OIDC_OP_SCOPE"),
        change=fault("authorize", {"error": "invalid_scope"}),
    ),
]
PEOPLE = [
    Planted("nobody can come", ("SIGNUP", "closed", "nobody"), {"SIGNUP": "closed"}),
    Planted(
        "nobody is invited",
        ("SIGNUP", "invite", "flask users invite"),
        {"SIGNUP": "invite"},
        "warn",
    ),
    Planted(
        "an unknown administrator",
        ("ADMINS", "op:7", "flask users list"),
        {"ADMINS": "op:7"},
        "warn",
        change=ada,
    ),
    Planted(
        "an administrator elsewhere",
        ("ADMINS", "github:1", "GitHub", "not set up"),
        {"ADMINS": "github:1"},
        "warn",
    ),
    Planted(
        "another issuer stored",
        ("op: stored identities", "https://old.example", "flask identities move op"),
        change=lambda app: ada(app, issuer="https://old.example"),
    ),
    Planted(
        "scope without e-mail",
        ("github", "GITHUB_SCOPE", "user:email"),
        {**GITHUB, "GITHUB_BASE_URL": "{op}/github", "GITHUB_SCOPE": "read:user"},
        "warn",
    ),
    Planted(
        "scope without e-mail where one is needed",
        ("op", "no e-mail address", "REQUIRE_EMAIL"),
        {"OIDC_OP_SCOPE": "openid profile", "REQUIRE_EMAIL": "yes"},
        alone=False,
    ),
    Planted(
        "no address with a domain",
        ("tiktok", "ALLOWED_EMAIL_DOMAINS"),
        {"TIKTOK_CLIENT_ID": "a", "TIKTOK_CLIENT_SECRET": "b", "ALLOWED_EMAIL_DOMAINS": "a.org"},
        alone=False,
    ),
    Planted(
        "no address with REQUIRE_EMAIL",
        ("tiktok", "REQUIRE_EMAIL"),
        {"TIKTOK_CLIENT_ID": "a", "TIKTOK_CLIENT_SECRET": "b", "REQUIRE_EMAIL": "yes"},
        alone=False,
    ),
    Planted(
        "never verified",
        ("box", "REQUIRE_EMAIL", "BOX_EMAIL_VERIFIED=always"),
        {"BOX_CLIENT_ID": "a", "BOX_CLIENT_SECRET": "b", "REQUIRE_EMAIL": "verified"},
        "warn",
        alone=False,
    ),
    Planted(
        "metadata without email_verified",
        ("op", "ALLOWED_EMAIL_DOMAINS", "OIDC_OP_EMAIL_VERIFIED=always"),
        {"ALLOWED_EMAIL_DOMAINS": "a.org"},
        "warn",
        change=metadata(claims_supported=["sub", "email"]),
    ),
    Planted(
        "metadata without email",
        ("op", "REQUIRE_EMAIL"),
        {"REQUIRE_EMAIL": "yes"},
        change=metadata(claims_supported=["sub"]),
    ),
    Planted(
        "trusted addresses that link",
        ("OIDC_OP_EMAIL_VERIFIED", "LINK_BY_EMAIL"),
        {"OIDC_OP_EMAIL_VERIFIED": "always", "LINK_BY_EMAIL": "verified"},
        "warn",
    ),
    Planted(
        "no provider in production", ("providers", "nobody can sign in"), {**PRODUCTION, **NO_OP}
    ),
]
SERVERS = [
    Planted(
        "another database",
        ("DATABASE_URL", "postgresql"),
        {"DATABASE_URL": "mysql://root@localhost/app"},
    ),
    Planted("no URL", ("DATABASE_URL",), {"DATABASE_URL": "app.db"}),
    Planted("no folder", ("DATABASE_URL", "folder"), {"DATABASE_URL": "sqlite:////no/such/app.db"}),
    Planted(
        "@ in the password",
        ("DATABASE_URL", "%40"),
        {"DATABASE_URL": "postgresql://a:b@c@localhost/app"},
        alone=False,
    ),
    Planted(
        "no such database",
        ("database", "createdb"),
        {"DATABASE_URL": "{postgresql}/no_such_database"},
    ),
    Planted(
        "no such role",
        ("database", "role"),
        {"DATABASE_URL": "postgresql://nobody_here@127.0.0.1:5432/postgres"},
    ),
    Planted(
        "no PostgreSQL there",
        ("database", str(DEAD)),
        {"DATABASE_URL": f"postgresql://a@127.0.0.1:{DEAD}/app"},
    ),
    Planted(
        "no such host of PostgreSQL",
        ("database", "nobody.invalid"),
        {"DATABASE_URL": "postgresql://a@nobody.invalid/app"},
    ),
    Planted(
        "not migrated", ("database", "flask db upgrade"), change=lambda app: app.database.unlink()
    ),
    Planted(
        "migrated half",
        ("database", "flask db upgrade"),
        change=sql("UPDATE alembic_version SET version_num = 'signin_0001'"),
    ),
    Planted(
        "newer than the code",
        ("database", "signin_0999", "newer code"),
        change=sql("UPDATE alembic_version SET version_num = 'signin_0999'"),
    ),
    Planted("read only", ("database", "written"), change=read_only),
    Planted(
        "practice identities in production",
        ("database", "flask users delete --practice"),
        PRODUCTION,
        change=lambda app: ada(app, provider="practice"),
    ),
    Planted(
        "no URL of Redis",
        ("RATELIMIT_STORAGE_URI", "redis://"),
        {"RATELIMIT_STORAGE_URI": "localhost:6379"},
    ),
    Planted(
        "no Redis there",
        ("Redis", str(DEAD), "RATELIMIT_STORAGE_URI"),
        {"RATELIMIT_STORAGE_URI": f"redis://127.0.0.1:{DEAD}"},
    ),
    Planted(
        "no password for Redis",
        ("Redis", "RATELIMIT_STORAGE_URI", "password"),
        {"RATELIMIT_STORAGE_URI": "redis://{locked_redis}"},
    ),
    Planted(
        "a wrong password for Redis",
        ("Redis", "RATELIMIT_STORAGE_URI", "password"),
        {"RATELIMIT_STORAGE_URI": "redis://:wrong@{locked_redis}"},
    ),
    Planted(
        "something else than Redis",
        ("Redis", "RATELIMIT_STORAGE_URI"),
        {"RATELIMIT_STORAGE_URI": "redis://127.0.0.1:{op_port}"},
    ),
    Planted(
        "no limits in production",
        ("RATELIMIT_ENABLED",),
        {**PRODUCTION, "RATELIMIT_ENABLED": "0"},
        "warn",
    ),
    Planted(
        "limits of each process",
        ("RATELIMIT_STORAGE_URI", "WEB_CONCURRENCY", "redis://"),
        PRODUCTION,
        "warn",
        environ={"WEB_CONCURRENCY": "4"},
    ),
    Planted(
        "http to this machine in production",
        ("ALLOW_HTTP_LOOPBACK",),
        {**PRODUCTION, "ALLOW_HTTP_LOOPBACK": "1"},
        "warn",
    ),
]
COPIED = [
    Planted(
        "typographic quotes",
        ("OIDC_OP_CLIENT_SECRET", "quotes"),
        {"OIDC_OP_CLIENT_SECRET": f"\u201c{CLIENT_SECRET}\u201d"},
    ),
    Planted("quotes of code", ("APP_NAME", "quotes"), {"APP_NAME": "`Harbour`"}),
    Planted(
        "a command as the key",
        ("SECRET_KEY", "command"),
        {"SECRET_KEY": "`openssl rand -base64 48 | tr -d newline`"},
    ),
    Planted(
        "a command as a URL",
        ("DATABASE_URL", "command"),
        {"DATABASE_URL": "$(cat /run/secrets/database)"},
        alone=False,
    ),
    Planted(
        "a key of a tutorial",
        ("SECRET_KEY", "an example's"),
        {"SECRET_KEY": "super-secret-0123456789-abcdefghijk"},
        result="warn",
    ),
    Planted(
        "Python as the key",
        ("SECRET_KEY", "random"),
        {"SECRET_KEY": "os.environ.get('SECRET_KEY') or os.urandom(24)"},
    ),
    Planted(
        "the name in the value",
        ("OIDC_OP_CLIENT_ID", "own name"),
        {"OIDC_OP_CLIENT_ID": f"OIDC_OP_CLIENT_ID={CLIENT_ID}"},
    ),
    Planted(
        "an invisible character in a word",
        ("SIGNUP", "U+200B"),
        {"SIGNUP": "clo\u200bsed"},
        alone=False,
    ),
    Planted(
        "an invisible character in a name",
        ("SIGNUP?", "invisible"),
        text="\u200bSIGNUP=closed\n",
        alone=False,
    ),
    Planted(
        "the mark of another file",
        ("SIGNUP?", "ASCII"),
        text="\ufeffSIGNUP=closed\n",
        alone=False,
    ),
    Planted("the sign of another keyboard", ("line", "ASCII"), text="SIGNUP\uff1dclosed\n"),
    Planted("YAML", ("line", "NAME=value"), text="SIGNUP: closed\n"),
    Planted("JSON", ("line", "NAME=value"), text='{"SIGNUP": "closed"}\n'),
    Planted("the command of Windows", ("line", "NAME=value"), text="set SIGNUP=closed\n"),
    Planted("PowerShell's", ("line", "NAME=value"), text='$env:SIGNUP="closed"\n'),
    Planted("a Dockerfile's", ("line", "NAME=value"), text="ENV SIGNUP=closed\n"),
    Planted(
        "a secret on two lines",
        ("line", "NAME=value"),
        text="OIDC_OP_LABEL=Op\nabcdefa123456789\n",
    ),
    Planted("a heading", ("line", "NAME=value"), text="[app]\nAPP_NAME=Harbour\n"),
    Planted(
        "a broken line beside a wrong value",
        ("line", "NAME=value"),
        text="// sign-up\nSIGNUP=opne\n",
        alone=False,
    ),
    Planted(
        "a secret of GitHub Actions",
        ("APP_NAME", "secrets.NAME", "not set"),
        text="APP_NAME=${{ secrets.NAME }}\n",
        result="warn",
    ),
    Planted("another name of the file", (".env.txt", "rename"), change=renamed, alone=False),
    Planted(
        "a comma after the ID",
        ("OIDC_OP_CLIENT_ID", "ends with ,"),
        {"OIDC_OP_CLIENT_ID": f"{CLIENT_ID},"},
        "warn",
        alone=False,
    ),
    Planted(
        "a semicolon after the secret",
        ("OIDC_OP_CLIENT_SECRET", "ends with ;"),
        {"OIDC_OP_CLIENT_SECRET": f"{CLIENT_SECRET};"},
        "warn",
        alone=False,
    ),
    Planted(
        "a masked secret",
        ("OIDC_OP_CLIENT_SECRET", "placeholder"),
        {"OIDC_OP_CLIENT_SECRET": "********1234"},
        result="warn",
        alone=False,
    ),
    Planted(
        "a placeholder with words",
        ("OIDC_OP_CLIENT_ID", "placeholder"),
        {"OIDC_OP_CLIENT_ID": "paste-the-client-id-here"},
        result="warn",
        alone=False,
    ),
    Planted(
        "a token of a person",
        ("OIDC_OP_CLIENT_SECRET", "another kind"),
        {"OIDC_OP_CLIENT_SECRET": "github_pat_0123456789"},
        "warn",
        alone=False,
    ),
    Planted(
        "the path of a secret",
        ("OIDC_OP_CLIENT_SECRET", "OIDC_OP_CLIENT_SECRET_FILE"),
        {"OIDC_OP_CLIENT_SECRET": "{folder}/README.md"},
        "warn",
        alone=False,
    ),
    Planted(
        "the number of a GitHub App",
        ("github", "GITHUB_CLIENT_ID", "does not look like"),
        {"GITHUB_CLIENT_ID": "123456", "GITHUB_CLIENT_SECRET": "a"},
        "warn",
        alone=False,
    ),
    Planted(
        "one ID for two",
        ("x: client ID", "github", "another server"),
        {**GITHUB, "X_CLIENT_ID": CLIENT_ID, "X_CLIENT_SECRET": "another"},
        "warn",
        alone=False,
    ),
]
OTHER_KITS = [
    Planted("Auth.js", ("AUTH_GITHUB_ID", "GITHUB_CLIENT_ID?"), {"AUTH_GITHUB_ID": "a"}, "warn"),
    Planted(
        "social-auth",
        ("SOCIAL_AUTH_GOOGLE_OAUTH2_SECRET", "GOOGLE_CLIENT_SECRET?"),
        {"SOCIAL_AUTH_GOOGLE_OAUTH2_SECRET": "a"},
        "warn",
    ),
    Planted(
        "a redirect URI",
        ("GITHUB_REDIRECT_URI", "PUBLIC_URL"),
        {"GITHUB_REDIRECT_URI": "http://localhost:5000/x"},
        "warn",
    ),
    Planted(
        "a callback URL of a generic provider",
        ("OIDC_OP_CALLBACK_URL", "PUBLIC_URL"),
        {"OIDC_OP_CALLBACK_URL": "http://localhost:5000/x"},
    ),
    Planted(
        "an ID of nobody", ("CLIENT_ID", "whose", "GITHUB_CLIENT_ID"), {"CLIENT_ID": "a"}, "warn"
    ),
    Planted(
        "an issuer of nobody",
        ("OIDC_ISSUER", "whose", "OIDC_COMPANY_ISSUER"),
        {"OIDC_ISSUER": "https://a.org"},
    ),
    Planted("OIDC plural", ("OIDC_OP_SCOPES", "OIDC_OP_SCOPE?"), {"OIDC_OP_SCOPES": "openid"}),
    Planted(
        "OIDC by the metadata's name",
        ("OIDC_OP_DISCOVERY_URL", "OIDC_OP_METADATA_URL?"),
        {"OIDC_OP_DISCOVERY_URL": "https://a.org"},
    ),
    Planted(
        "OIDC with a hyphen",
        ("OIDC_MY-CORP_ISSUER", "OIDC_MY_CORP_ISSUER?"),
        {"OIDC_MY-CORP_ISSUER": "https://a.org"},
    ),
    Planted(
        "OIDC in small letters",
        ("oidc_corp_issuer", "OIDC_CORP_ISSUER?"),
        {"oidc_corp_issuer": "https://a.org"},
        "warn",
    ),
    Planted("ALLOW_REGISTRATION", ("ALLOW_REGISTRATION", "SIGNUP?"), {"ALLOW_REGISTRATION": "0"}),
    Planted("DISABLE_SIGNUP", ("DISABLE_SIGNUP", "SIGNUP?"), {"DISABLE_SIGNUP": "1"}),
    Planted(
        "a user name as ADMINS",
        ("ADMINS", "github:octocat", "numbers", "flask users list"),
        {**GITHUB, "GITHUB_BASE_URL": "{op}/github", "ADMINS": "github:octocat"},
        "warn",
        alone=False,
    ),
    Planted(
        "Gmail as a company",
        ("google: members", "GOOGLE_HOSTED_DOMAIN", "gmail.com"),
        {
            "GOOGLE_CLIENT_ID": "1-a.apps.googleusercontent.com",
            "GOOGLE_CLIENT_SECRET": "x",
            "GOOGLE_ISSUER": "{op}/google",
            "GOOGLE_HOSTED_DOMAIN": "gmail.com",
            "UNRESTRICTED_PROVIDERS": "op",
        },
        alone=False,
    ),
    Planted(
        "a scope without credentials",
        ("GITHUB_SCOPE", "no effect", "GITHUB_CLIENT_ID"),
        {"GITHUB_SCOPE": "read:user"},
        "warn",
    ),
    Planted(
        "rediss:// at a Redis without TLS",
        ("Redis", "redis://", "TLS"),
        {"RATELIMIT_STORAGE_URI": "rediss://{locked_redis}"},
    ),
    Planted("ADMIN_USERS", ("ADMIN_USERS", "ADMINS?"), {"ADMIN_USERS": "op:7"}),
    Planted("POSTGRES_URL", ("POSTGRES_URL", "DATABASE_URL?"), {"POSTGRES_URL": "x"}, "warn"),
    Planted(
        "PERMANENT_SESSION_LIFETIME",
        ("PERMANENT_SESSION_LIFETIME", "SESSION_IDLE_MINUTES?"),
        {"PERMANENT_SESSION_LIFETIME": "3600"},
        "warn",
    ),
]
VALUES = [
    *(
        Planted(
            f"domains: {why}",
            ("ALLOWED_EMAIL_DOMAINS", "commas"),
            {"ALLOWED_EMAIL_DOMAINS": value},
        )
        for why, value in {
            "JSON": '["a.org"]',
            "semicolons": "a.org;b.org",
            "a star": "*.a.org",
            "a URL": "https://a.org",
        }.items()
    ),
    Planted("ADMINS by semicolons", ("ADMINS", "commas"), {"ADMINS": "op:7;op:8"}),
    Planted("ADMINS by spaces", ("ADMINS", "commas"), {"ADMINS": "op:7 op:8"}),
    *(
        Planted(
            f"organizations: {why}",
            ("GITHUB_ALLOWED_ORGS", "commas"),
            {**GITHUB, "GITHUB_ALLOWED_ORGS": value, "UNRESTRICTED_PROVIDERS": "op"},
        )
        for why, value in {"a URL": "https://github.com/acme", "@": "@acme", ";": "a;b"}.items()
    ),
    Planted(
        "a provider's label", ("UNRESTRICTED_PROVIDERS", "op"), {"UNRESTRICTED_PROVIDERS": "Op"}
    ),
    Planted("a number with its unit", ("SESSION_MAX_DAYS", "400"), {"SESSION_MAX_DAYS": "30d"}),
    Planted("a very long number", ("AUDIT_DAYS", "36500"), {"AUDIT_DAYS": "9" * 5000}),
    Planted("no sign-in", ("RATELIMIT_LOGIN", "30"), {"RATELIMIT_LOGIN": "0 per minute"}),
    Planted(
        "a scope with commas",
        ("OIDC_OP_SCOPE", "spaces"),
        {"OIDC_OP_SCOPE": "openid,email,profile"},
    ),
    Planted(
        "a provider's scope with commas",
        ("github: scope", "GITHUB_SCOPE", "spaces"),
        {**GITHUB, "GITHUB_BASE_URL": "{op}/github", "GITHUB_SCOPE": "read:user,user:email"},
        "warn",
    ),
    Planted(
        "parameters with commas",
        ("OIDC_OP_AUTHORIZATION_PARAMS", "&"),
        {"OIDC_OP_AUTHORIZATION_PARAMS": "prompt=login,acr_values=1"},
    ),
    Planted(
        "a placeholder as the host",
        ("PUBLIC_URL", "placeholder"),
        {**PRODUCTION, "PUBLIC_URL": "https://YOUR-HOST"},
    ),
    Planted(
        "https without a proxy",
        ("PUBLIC_URL", "http://localhost:8000"),
        {"PUBLIC_URL": "https://localhost:8000"},
        "warn",
        environ={"FLASK_RUN_PORT": "8000"},
    ),
    Planted(
        "no port",
        ("PUBLIC_URL", "no port", "http://localhost:8000"),
        {"PUBLIC_URL": "http://localhost"},
        "warn",
        environ={"FLASK_RUN_PORT": "8000"},
    ),
    Planted("two slashes", ("DATABASE_URL", "sqlite:///"), {"DATABASE_URL": "sqlite://app.db"}),
    Planted(
        "in memory",
        ("DATABASE_URL", "memory"),
        {"DATABASE_URL": "sqlite:///:memory:"},
        "warn",
        alone=False,
    ),
    Planted(
        "no such folder in instance/",
        ("DATABASE_URL", "folder"),
        {"DATABASE_URL": "sqlite:///data/app.db"},
    ),
    Planted("a folder", ("DATABASE_URL", "folder"), {"DATABASE_URL": "sqlite:///{folder}"}),
    Planted(
        "a command's URL",
        ("DATABASE_URL", "psql"),
        {"DATABASE_URL": "psql 'postgresql://a:b@localhost/app'"},
        alone=False,
    ),
    Planted(
        "a placeholder as the password",
        ("DATABASE_URL", "placeholder"),
        {"DATABASE_URL": "postgresql://a:[YOUR-PASSWORD]@localhost/app"},
    ),
    Planted(
        "no name of a database",
        ("DATABASE_URL", "names no database"),
        {"DATABASE_URL": "postgresql://a@localhost:5432"},
    ),
    Planted(
        "# in Redis's password",
        ("RATELIMIT_STORAGE_URI", "%23"),
        {"RATELIMIT_STORAGE_URI": "redis://:a#b@{locked_redis}"},
    ),
    Planted(
        "a word as Redis's database",
        ("RATELIMIT_STORAGE_URI", "/0"),
        {"RATELIMIT_STORAGE_URI": "redis://:a-password@{locked_redis}/cache"},
    ),
    Planted(
        "a host of a container",
        ("Redis", "no host", "RATELIMIT_STORAGE_URI"),
        {"RATELIMIT_STORAGE_URI": "redis://redis.invalid:6379/0"},
    ),
    Planted(
        "metadata that is down",
        ("op", "503", "try again later"),
        change=fault("metadata", Reply(b"", 503)),
    ),
]
# Each value is a good one, and does something else than its owner means.
LOOKS_RIGHT = [
    Planted(
        "FLASK_ENV beside APP_ENV",
        ("FLASK_ENV", "APP_ENV?"),
        {"FLASK_ENV": "production"},
        "warn",
    ),
    Planted(
        "SERVER_NAME", ("SERVER_NAME", "PUBLIC_URL?"), {"SERVER_NAME": "app.example.org"}, "warn"
    ),
    Planted(
        "BASE_URL, which is like X_BASE_URL",
        ("BASE_URL", "did you mean PUBLIC_URL?"),
        {"PUBLIC_URL": None, "BASE_URL": "http://localhost:8000"},
        "warn",
    ),
    Planted(
        "no time to sign in",
        ("PENDING_LOGIN_SECONDS", "5 seconds", "600"),
        {"PENDING_LOGIN_SECONDS": "5"},
        "warn",
    ),
    Planted(
        "one sign-in a minute",
        ("RATELIMIT_LOGIN", "1 per 1 minute", "30 per minute"),
        {"RATELIMIT_LOGIN": "1/minute"},
        "warn",
    ),
    Planted(
        "ten sign-ins a day",
        ("RATELIMIT_LOGIN", "10 per 1 day"),
        {"RATELIMIT_LOGIN": "10 per day"},
        "warn",
    ),
    Planted(
        "an address as the id of an administrator",
        ("ADMINS", "op:ada@example.org", "flask users list"),
        {"ADMINS": "op:ada@example.org"},
        "warn",
    ),
    Planted(
        "the key as its own fallback",
        ("SECRET_KEY_FALLBACKS", "old key"),
        result="warn",
        change=lambda app: app.lines.update(SECRET_KEY_FALLBACKS=app.lines["SECRET_KEY"]),
    ),
    Planted(
        "open beside nothing",
        ("UNRESTRICTED_PROVIDERS", "no effect"),
        {"UNRESTRICTED_PROVIDERS": "op"},
        "warn",
    ),
    Planted(
        "two buttons alike",
        ("several", "Op", "_LABEL"),
        {**FORUM, "OAUTH_FORUM_LABEL": "Op"},
        "warn",
    ),
    Planted(
        "organizations with a GitHub App",
        ("github", "GITHUB_ALLOWED_ORGS", "GITHUB_CLIENT_ID", "https://github.com/settings"),
        {
            "GITHUB_CLIENT_ID": "Iv23liABCDEFGHIJKLMN",
            "GITHUB_CLIENT_SECRET": CLIENT_SECRET,
            "GITHUB_ALLOWED_ORGS": "acme",
            "UNRESTRICTED_PROVIDERS": "op",
        },
        alone=False,
    ),
    Planted(
        "a page that complains of the callback URL",
        ("op: authorization endpoint", "callback URL", "http://localhost:8000/callback/op"),
        result="warn",
        change=fault("authorize", Reply(b"<h1>Error: redirect_uri_mismatch</h1>")),
    ),
    Planted(
        "on to a page of errors",
        ("op: authorization endpoint", "/signin/oauth/error", "http://localhost:8000/callback/op"),
        result="warn",
        change=fault(
            "authorize", redirect_to("https://id.example/signin/oauth/error?authError=Cg")
        ),
    ),
    Planted(
        "another place of the metadata",
        ("op", "404", "OIDC_OP_METADATA_URL"),
        {"OIDC_OP_METADATA_URL": "{op}/op"},
    ),
    Planted(
        "another tool's file beside .env",
        (".env.local", "not read", ".env"),
        result="warn",
        change=lambda app: (app.folder / ".env.local").write_text("SIGNUP=closed\n"),
    ),
    Planted(
        "a secret in .env.example",
        (".env.example", "GITHUB_CLIENT_SECRET", "move it to .env"),
        result="warn",
        change=in_the_example("GITHUB_CLIENT_SECRET=0123456789"),
    ),
]
PLANTED = [
    *SETTINGS,
    *PUBLIC_URL,
    *NAMES,
    *ENV_FILE,
    *CREDENTIALS,
    *ADDRESSES,
    *METADATA,
    *PEOPLE,
    *SERVERS,
    *COPIED,
    *OTHER_KITS,
    *VALUES,
    *LOOKS_RIGHT,
]
