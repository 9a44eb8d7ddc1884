"""Writes docs/settings.md from the settings of the code.  A test fails when the page is stale."""

# ruff: noqa: E501 - rows of tables
import sys
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(PROJECT))

from app.signin.config.settings import ROWS  # noqa: E402 - after the path

PAGE = PROJECT / "docs" / "settings.md"
HEAD = """# Settings

Settings are environment variables, or lines of `.env`; the environment wins. They are read once, when the app starts,
and all problems are reported together, by name and without values. An empty value counts as unset. `.env` is never
committed; [.env.example](../.env.example) is. In `.env`, values with `#`, `$` or spaces stand in single quotes.

Every secret can come from a file: `SECRET_KEY_FILE=/run/secrets/key` in place of `SECRET_KEY=…`. So can
`SECRET_KEY_FALLBACKS`, `DATABASE_URL`, `RATELIMIT_STORAGE_URI`, `OUTBOUND_PROXY`, each `…_CLIENT_SECRET`, and the other
secrets of providers, such as a private key.

A name that looks like a setting and is none is reported at the start and by `flask doctor`. In `.env` the app does not
start if that name is about who may sign in. A name there for a provider that this app does not have is told with the
command that adds the provider.

`python scripts/settings.py` writes this page from the code; a test fails when it is stale.

## The app

| setting | meaning | default |
|---|---|---|
"""
PROVIDERS = """
## A provider of `app/signin/providers/`

`<PROVIDER>` is the provider's name in capitals. A provider may have settings of its own: see its file, or
`flask providers`.

| setting | meaning | default |
|---|---|---|
| `<PROVIDER>_CLIENT_ID`, `<PROVIDER>_CLIENT_SECRET` | Our registration there. With both set its button is shown; with one of them production does not start, and in development each page says which is missing | none |
| `<PROVIDER>_SCOPE` | Replaces the scope | see its file |
| `<PROVIDER>_AUTH_METHOD` | How the app authenticates: `client_secret_post`, `client_secret_basic`, or `none` for a public client, which has no secret | see its file |
| `<PROVIDER>_BASE_URL`, `<PROVIDER>_API_URL` | Another server of the same kind, such as a company's own: replaces the address of the authorization endpoint, or of the profile | see its file |
| `<PROVIDER>_ISSUER` | Another issuer, whose people are other people | see its file |
| `<PROVIDER>_AUTHORIZATION_PARAMS` | More parameters of the authorization request, as a query string: `prompt=select_account&domain_hint=example.org`, or `response_mode=form_post` for an answer as a POST. Those that the app sets itself are refused | none |
| `<PROVIDER>_EMAIL_VERIFIED` | `always`: all addresses of this provider count as verified. Only for a provider that has itself checked them, or has given them out | as the provider says |
| `<PROVIDER>_PKCE` | `off` only where the provider refuses it | `on`, or see its file |

## Any OpenID Provider

`<NAME>` is any name in capitals; the provider is then called by it in lower case. Any number of them. The setup page of
development asks for name and address, and writes these lines.

| setting | meaning | default |
|---|---|---|
| `OIDC_<NAME>_ISSUER` | What stands before `/.well-known/openid-configuration` | required |
| `OIDC_<NAME>_CLIENT_ID`, `OIDC_<NAME>_CLIENT_SECRET` | Our registration there | required |
| `OIDC_<NAME>_LABEL` | What its button says | the name |
| `OIDC_<NAME>_ICON` | The logo on its button: a picture in `app/static/`, such as `corp.svg`, or the name of a file in `app/signin/static/marks/`, such as `openid` | the logo with its name there, else the first letter of its label |
| `OIDC_<NAME>_SCOPE` | The scope | `openid email profile` |
| `OIDC_<NAME>_AUTH_METHOD` | As above | what its metadata lists |
| `OIDC_<NAME>_AUTHORIZATION_PARAMS`, `OIDC_<NAME>_EMAIL_VERIFIED`, `OIDC_<NAME>_PKCE` | As above | as above |
| `OIDC_<NAME>_NONCE` | `off` only where the provider does not return the nonce; then PKCE must stay on | `on` |
| `OIDC_<NAME>_METADATA_URL` | Where the app reads the metadata if not below the issuer, such as in a container network. The `issuer` in it must still be the setting's | below the issuer |
| `OIDC_<NAME>_ID_TOKEN_ALG` | The one algorithm of its ID Tokens: RS, PS, ES or HS with 256, 384 or 512; EdDSA, Ed25519 | what its metadata lists, but HS |

## Any plain OAuth 2.0 provider

It has one profile document in JSON.

| setting | meaning | default |
|---|---|---|
| `OAUTH_<NAME>_AUTHORIZATION_ENDPOINT`, `OAUTH_<NAME>_TOKEN_ENDPOINT`, `OAUTH_<NAME>_USERINFO_ENDPOINT` | Where to send people, exchange the code, read the profile | required |
| `OAUTH_<NAME>_CLIENT_ID`, `OAUTH_<NAME>_CLIENT_SECRET` | Our registration there | required |
| `OAUTH_<NAME>_ISSUER` | Its name, if it sends `iss` (RFC 9207) | the server of the authorization endpoint |
| `OAUTH_<NAME>_LABEL`, `OAUTH_<NAME>_SCOPE` | What its button says; the scope | the name; none |
| `OAUTH_<NAME>_ICON` | As above | as above |
| `OAUTH_<NAME>_AUTH_METHOD` | As above | `client_secret_post` |
| `OAUTH_<NAME>_SUB`, `OAUTH_<NAME>_NAME`, `OAUTH_<NAME>_EMAIL`, `OAUTH_<NAME>_EMAIL_VERIFIED`, `OAUTH_<NAME>_PICTURE` | Which members of the profile these are, with dots for nesting | `sub`, `name`, `email`, `email_verified`, `picture` |
| `OAUTH_<NAME>_EMAIL_VERIFIED` | The word `always` in place of a member: as above | |
| `OAUTH_<NAME>_AUTHORIZATION_PARAMS`, `OAUTH_<NAME>_PKCE` | As above | as above |

## Read by the servers

| setting | meaning | default |
|---|---|---|
| `FLASK_RUN_PORT` | The port of `flask run`, in `.flaskenv` | `8000` |
| `BIND` | Where gunicorn listens | `127.0.0.1:8000`; `0.0.0.0:$PORT` where `PORT` is set |
| `WEB_CONCURRENCY` | How many processes gunicorn starts | `1` |
"""


def page() -> str:
    """Return the whole page."""
    rows = "".join(
        f"| `{row.name.upper()}` | {row.metadata['meaning']} | {row.metadata['default']} |\n"
        for row in ROWS
    )
    return HEAD + rows + PROVIDERS


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8", newline="\n")
    print(f"Wrote {PAGE.relative_to(PROJECT)}.")
