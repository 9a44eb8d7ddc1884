"""`flask providers` and `flask providers new`: show the providers, and draft another one."""

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import click
import requests
from flask.cli import with_appcontext

from ..auth import flow
from ..auth import settings as current_settings
from ..config import ROOT, Settings
from ..config.callback import needed_public_url
from ..config.providers import PRACTICE, needed_settings
from ..oauth.errors import InvalidResponse, OAuthError
from ..oauth.provider import Document, Provider
from ..oauth.responses import SUCCESS, decode_json, unexpected_status, url_problem
from ..oauth.transport.deadline import time_limit
from . import drafts
from .console import Command, Group, json_option, print_json

SIGNIN = Path(__file__).parents[1]
METADATA_ENDINGS = (
    "/.well-known/openid-configuration",
    "/.well-known/oauth-authorization-server",
)


@click.group(cls=Group, invoke_without_command=True)
@json_option
@click.pass_context
@with_appcontext
def providers(context: click.Context, as_json: bool) -> None:
    """Show each provider: whether it is set up, its callback URL and the settings it needs."""
    if context.invoked_subcommand:
        return
    settings = current_settings()
    if as_json:
        print_json([_as_json(settings, provider) for provider in settings.providers])
        return
    for provider in settings.providers:
        ready = provider.name in settings.clients
        click.echo(f"{provider.name:<16} {'ready' if ready else 'not set up'}")
        needed = needed_public_url(provider, settings.public_url)
        click.echo(f"    callback URL  {_callback_url(provider)}")
        if needed:
            click.echo(f"    needs         PUBLIC_URL={needed} in .env")
        if provider.console_url:
            click.echo(f"    register at   {provider.console_url}")
        if not ready:
            click.echo(f"    settings      {', '.join(needed_settings(provider))}")
    if not settings.providers:
        click.echo(
            "No providers. Choose some when generating the app, or set OIDC_<NAME>_…"
            " (docs/settings.md)."
        )


def _as_json(settings: Settings, provider: Provider) -> dict[str, Any]:
    return {
        "name": provider.name,
        "label": provider.label,
        "ready": provider.name in settings.clients,
        "callback_url": _callback_url(provider),
        "register_at": provider.console_url or None,
        "settings": needed_settings(provider),
    }


def _callback_url(provider: Provider) -> str:
    public_url, prefix = current_settings().public_url, current_settings().prefix
    base_url = (needed_public_url(provider, public_url) or public_url) + prefix
    return f"{base_url}/callback/{provider.name}"


@providers.command(cls=Command)
@click.argument("name")
@click.option("--label", metavar="TEXT", help="What its button says.")
@click.option("--metadata", metavar="URL", help="An OpenID Provider's issuer or metadata URL.")
@click.option("--authorization-endpoint", metavar="URL", help="Where people are sent.")
@click.option("--token-endpoint", metavar="URL", help="Where the code is exchanged.")
@click.option("--userinfo-endpoint", metavar="URL", help="Where the profile is.")
@click.option("--scope", metavar="TEXT", help="What to ask for.")
@click.option("--sub-path", metavar="PATH", help="Where the id is in the profile: user.id")
@click.option("--name-path", metavar="PATH", help="Where the name is.")
@click.option("--email-path", metavar="PATH", help="Where the e-mail address is.")
def new(name: str, label: str | None, metadata: str | None, **said: str | None) -> None:
    """Draft the provider NAME: its declaration, recorded answers and mark.

    With --metadata, the provider says what it has. Without it, this command asks for what is
    missing.
    """
    files = {
        "declaration": SIGNIN / "providers" / f"{name}.py",
        "recorded": ROOT / "tests" / "providers" / "recorded" / f"{name}.json",
        "mark": SIGNIN / "static" / "marks" / f"{name}.svg",
    }
    label = label or name.title()
    _check_names(name, label, files.values())
    if metadata:
        document, metadata_url = _published(name, metadata)
        provider = drafts.openid_provider(name, label, document, metadata_url, said["scope"])
        draft = drafts.openid_files(provider, document)
    else:
        provider, paths = _described(name, label, said)
        draft = drafts.oauth_files(provider, paths)
    mark = (SIGNIN / "static" / "marks" / "openid.svg").read_text(encoding="utf-8")
    for kind, text in {**draft, "mark": mark}.items():
        files[kind].parent.mkdir(exist_ok=True)
        files[kind].write_text(text, encoding="utf-8", newline="\n")
        click.echo(f"Wrote {files[kind].relative_to(ROOT)}")
    _tell_next_steps(provider)


def _tell_next_steps(provider: Provider) -> None:
    name = provider.name
    click.echo(
        f"\nNext:\n"
        f"1. Read these files, and correct what a draft cannot know.\n"
        f"2. Add {name} to PROVIDERS in app/__init__.py.\n"
        f"3. Register the app there, with the callback URL {_callback_url(provider)}\n"
        f"   and set {' and '.join(needed_settings(provider))} in .env.\n"
        f"4. Run: python scripts/provider_pages.py, and pytest tests/providers -k {name}"
    )


def _check_names(name: str, label: str, files: Iterable[Path]) -> None:
    """Refuse names that cannot be written, and files that exist.  Raises ClickException."""
    if not re.fullmatch(r"[a-z][a-z0-9]*", name) or name == "error" or name.startswith(PRACTICE):
        raise click.ClickException(
            f"{name!r} cannot be the name: use lower-case letters and digits, such as harbor"
        )
    if not label.isprintable() or any(character in label for character in '"\\'):
        raise click.ClickException("the label is plain text, without quotes and backslashes")
    taken = [str(file.relative_to(ROOT)) for file in files if file.exists()]
    if taken:
        raise click.ClickException(f"nothing was written, since there is: {', '.join(taken)}")
    if not (ROOT / "tests" / "providers").is_dir():
        raise click.ClickException("this needs the app's source with its tests")


def _described(
    name: str, label: str, said: Mapping[str, str | None]
) -> tuple[Provider, dict[str, str]]:
    """Return a plain OAuth 2.0 provider, and the paths of its claims, as the owner says."""
    paths = {
        "sub": _ask("Where is the id in the profile?", said["sub_path"], "id"),
        "name": _ask("Where is the name?", said["name_path"], "name"),
        "email": _ask("Where is the e-mail address?", said["email_path"], "email"),
    }
    provider = Provider(
        name=name,
        label=label,
        authorization_endpoint=_ask_url("Authorization endpoint", said["authorization_endpoint"]),
        token_endpoint=_ask_url("Token endpoint", said["token_endpoint"]),
        userinfo_endpoint=_ask_url("Userinfo endpoint", said["userinfo_endpoint"]),
        scope=_ask("Scope", said["scope"], ""),
        auth_method="client_secret_post",
    )
    return provider, paths


def _ask(question: str, said: str | None, default: str | None = None) -> str:
    """Return what the command line said, or else the answer to a question."""
    answer: str = said if said is not None else click.prompt(question, default=default)
    return answer.strip()


def _ask_url(question: str, said: str | None) -> str:
    """Return a URL that may be called.  Raises ClickException."""
    url, http = _ask(question, said), flow().http
    if problem := url_problem(url, loopback=http.loopback, http_hosts=http.http_hosts):
        raise click.ClickException(f"{question}: {url!r} {problem}")
    return url


def _published(name: str, url: str) -> tuple[Document, str]:
    """Return an OpenID Provider's metadata, and its URL.  Raises ClickException."""
    if not url.split("?")[0].endswith(METADATA_ENDINGS):
        url = url.rstrip("/") + METADATA_ENDINGS[0]
    try:
        with time_limit():
            response = flow().http.send(name, requests.Request("GET", url))
        if response.status not in SUCCESS:
            raise unexpected_status("it", response)
        document = decode_json(response.body)
        issuer = str(document.get("issuer")) if isinstance(document, dict) else ""
        if problem := url_problem(issuer, loopback=flow().http.loopback):
            raise InvalidResponse(f"the metadata's issuer {issuer!r} {problem}")
        provider = Provider(name=name, label=name, issuer=issuer, metadata_url=url)
        with time_limit():
            return flow().documents.metadata(provider), url
    except OAuthError as error:
        raise click.ClickException(f"{url}: {error}") from error
