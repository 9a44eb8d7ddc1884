"""Writes the tables of docs/providers/<name>.md, the page of each provider.

A table comes from the declaration and the recorded answers.  From "Register an app" on, a page is
written by hand and left as it is.  A test fails when a table is stale.
"""

import json
import sys
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

PROJECT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(PROJECT))

from app.signin import providers  # noqa: E402 - after the path
from app.signin.config.callback import needed_public_url  # noqa: E402 - after the path
from app.signin.config.providers import needed_settings  # noqa: E402 - after the path
from app.signin.oauth.provider import Provider  # noqa: E402 - after the path

PAGES = PROJECT / "docs" / "providers"
RECORDED = PROJECT / "tests" / "providers" / "recorded"
PUBLIC_URL = "http://localhost:8000"
BY_HAND = "## Register an app\n"
DRAFT = """
1. Open <CONSOLE>.
2. …

## Good to know

- …

## Sources

- …
"""


def page(provider: Provider) -> str:
    """Return the whole page of a provider."""
    file = PAGES / f"{provider.name}.md"
    written = file.read_text(encoding="utf-8") if file.is_file() else ""
    draft = DRAFT.replace("CONSOLE", provider.console_url)
    by_hand = written.partition(BY_HAND)[2] if BY_HAND in written else draft
    rows = "".join(f"| {what} | {says} |\n" for what, says in facts(provider).items())
    declaration = f"`app/signin/providers/{provider.name}.py`"
    return (
        f"# {provider.label}\n\n"
        f"| | |\n|---|---|\n{rows}\n"
        f"`python scripts/provider_pages.py` makes this table from the declaration,\n"
        f"[{declaration}](../../app/signin/providers/{provider.name}.py).\n\n"
        f"{BY_HAND}{by_hand}"
    )


def facts(provider: Provider) -> dict[str, str]:
    """Return what a declaration says, in words for its page and for the table of all providers."""
    recorded = answers(provider)
    kind = "OpenID Connect" if provider.openid_connect else "OAuth 2.0"
    nonce = " and a nonce" if provider.openid_connect and provider.nonce else ""
    pkce = f"PKCE (S256){nonce}" if provider.pkce else f"no PKCE{nonce.replace('and', 'but')}"
    examples = {provider.setting(s.ending): f"={s.example}" for s in provider.settings}
    needed = [f"`{name}{examples.get(name, '')}`" for name in needed_settings(provider)]
    identity = provider.identity_issuer or provider.issuer
    for setting in provider.settings:
        if setting.required and setting.default:
            identity = identity.replace(setting.default, setting.example)
    found = {
        "Callback URL": callback_url(provider),
        "Settings in `.env`": ", ".join(needed),
        "Further settings": ", ".join(further_settings(provider)),
        "Protocol": f"{kind}, with {pkce}",
        "Scope": f"`{provider.scope}`" if provider.scope else "none",
        "Stored issuer": f"`{identity}`",
        "Claims": ", ".join(claims(recorded)),
        "E-mail address": email(recorded),
        "Client authentication": authentication(provider),
        "Refresh token": refresh(provider),
        "Revocation": url_of(provider, recorded, "revocation_endpoint") or "none documented",
        "Single sign-out": url_of(provider, recorded, "end_session_endpoint") or "not offered",
    }
    return {what: says for what, says in found.items() if says}


def answers(provider: Provider) -> dict[str, Any]:
    """Return the recorded answers of a provider."""
    file = RECORDED / f"{provider.name}.json"
    found: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return found


def callback_url(provider: Provider) -> str:
    """Return where its answers come to, on this machine and in production."""
    in_production = f"`https://YOUR-HOST/callback/{provider.name}`"
    needed = needed_public_url(provider, PUBLIC_URL)
    if "…" in needed:
        return f"{in_production}; {provider.label} accepts no address of this machine"
    setting = f" (with `PUBLIC_URL={needed}`)" if needed else ""
    here = f"`{needed or PUBLIC_URL}/callback/{provider.name}`{setting}"
    return f"{here}; in production {in_production}"


def further_settings(provider: Provider) -> list[str]:
    """Return the provider's own settings that may be left out, each with an example."""
    return [
        f"`{provider.setting(setting.ending)}={setting.example}`"
        + (f" (`{setting.default}` if unset)" if setting.default else "")
        for setting in provider.settings
        if not setting.required
    ]


def claims(recorded: dict[str, Any]) -> list[str]:
    """Return which claims the recorded logins gave, beside the id."""
    words = {
        "name": "name",
        "preferred_username": "user name",
        "email": "e-mail address",
        "picture": "picture",
        "member_of": "organizations",
    }
    given = {name for login in logins(recorded) for name, value in login.items() if value}
    return ["an id", *(word for name, word in words.items() if name in given)]


def email(recorded: dict[str, Any]) -> str:
    """Return whether there is an address, and whether it is verified."""
    found = [bool(login.get("email_verified")) for login in logins(recorded) if login.get("email")]
    if not found:
        return "none"
    if not any(found):
        return "yes, never verified"
    return "verified addresses only" if all(found) else "yes, verified if the provider says so"


def logins(recorded: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the claims of the recorded logins."""
    return [case["claims"] for case in recorded["cases"] if "claims" in case]


def authentication(provider: Provider) -> str:
    """Return how the app proves to the token endpoint which client it is."""
    if provider.authenticate is not None and not provider.auth_method:
        return "a way of this provider's own: see the declaration"
    return f"`{provider.auth_method}`" if provider.auth_method else "what its metadata lists"


def refresh(provider: Provider) -> str:
    """Return how to get a refresh token there."""
    if provider.offline is None:
        return "none documented"
    return f"with `{urlencode(provider.offline, safe=' ')}`" if provider.offline else "always given"


def url_of(provider: Provider, recorded: dict[str, Any], endpoint: str) -> str:
    """Return an endpoint that the declaration or the metadata names."""
    url = getattr(provider, endpoint) or recorded.get("metadata", {}).get(endpoint)
    return f"`{url}`" if url else ""


if __name__ == "__main__":
    PAGES.mkdir(exist_ok=True)
    for one in providers.load():
        (PAGES / f"{one.name}.md").write_text(page(one), encoding="utf-8", newline="\n")
    print(f"Wrote {PAGES.relative_to(PROJECT)}/.")
