"""Write the tables of docs/providers.md, and the list of providers that every app has.

A test fails when they are stale.
"""

import json
import re
import runpy
import sys
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from local_extensions import OTHER_NAMES  # noqa: E402 - after the path

TEMPLATE = ROOT / "{{cookiecutter.project_slug}}"
PAGE = ROOT / "docs" / "providers.md"
KNOWN = TEMPLATE / "app" / "signin" / "config" / "known_providers.txt"
RECORDED = TEMPLATE / "tests" / "providers" / "recorded"
KNOWN_HEAD = """\
# The providers of the template, also those that this app was made without, so that the app can say
# what a line of .env for one of them needs:
# name|label|its e-mail address|its ids of people, if they are numbers|other names.
# Written by the template's scripts/catalogue.py.
"""
FOLDER = "../%7B%7Bcookiecutter.project_slug%7D%7D/docs/providers"
# What a provider's page says, in one word.
EMAIL = {
    "none": "none",
    "yes, never verified": "unverified",
    "yes, verified if the provider says so": "verified",
    "verified addresses only": "verified",
}
HEAD = (
    "| provider | answer | kind | PKCE | e-mail address | refresh token | single sign-out |\n"
    "|---|---|---|---|---|---|---|\n"
)


def page() -> str:
    """Return the whole page, with its tables as the declarations say."""
    written = PAGE.read_text(encoding="utf-8")
    return filled(filled(written, "table", table()), "groups", groups())


def filled(text: str, name: str, content: str) -> str:
    """Return the text with new content between two comments."""
    between = re.compile(rf"(<!-- {name} -->\n).*?(<!-- /{name} -->)", re.DOTALL)
    return between.sub(lambda found: found[1] + content + found[2], text)


def table() -> str:
    """Return the table of all providers, by their labels."""
    rows = [row(provider, facts) for provider, facts in declared()]
    return f"\n{len(rows)} providers:\n\n{HEAD}{''.join(rows)}\n"


def known() -> str:
    """Return the list of all providers for the app, by their names."""
    rows = []
    for provider, facts in sorted(declared(), key=lambda pair: str(pair[0].name)):
        others = sorted(other for other, name in OTHER_NAMES.items() if name == provider.name)
        email = EMAIL[facts["E-mail address"]]
        ids = "numbers" if has_numbers(provider.name) else ""
        rows.append(f"{provider.name}|{provider.label}|{email}|{ids}|{','.join(others)}\n")
    return KNOWN_HEAD + "".join(rows)


def has_numbers(name: str) -> bool:
    """Return whether each id of a person in the provider's recorded answers is a number."""
    recorded = json.loads((RECORDED / f"{name}.json").read_text(encoding="utf-8"))
    claims = [case.get("claims") for case in (recorded, *recorded["cases"])]
    ids = [one["sub"] for one in claims if one]
    return bool(ids) and all(map(str.isdecimal, ids))


@cache
def declared() -> list[tuple[Any, Mapping[str, str]]]:
    """Return each provider with what its page says of it, by their labels."""
    made = runpy.run_path(str(TEMPLATE / "scripts" / "provider_pages.py"))
    found = sorted(made["providers"].load(), key=lambda provider: provider.label.casefold())
    return [(provider, made["facts"](provider)) for provider in found]


def groups() -> str:
    """Return the table of the groups, as provider_groups.json has them."""
    named = json.loads((ROOT / "provider_groups.json").read_text(encoding="utf-8"))["groups"]
    rows = [
        f"| `{group}` | {len(names)} | {', '.join(names)} |\n" for group, names in named.items()
    ]
    return f"\n| answer | how many | providers |\n|---|---|---|\n{''.join(rows)}\n"


def row(provider: Any, facts: Mapping[str, str]) -> str:
    """Return the line of one provider."""
    refresh = facts["Refresh token"]
    cells = [
        f"[{provider.label}]({FOLDER}/{provider.name}.md)",
        f"`{provider.name}`",
        "OpenID Connect" if provider.openid_connect else "OAuth 2.0",
        "yes" if provider.pkce else "no",
        facts["E-mail address"],
        "no" if refresh.startswith("none") else refresh,
        "yes" if facts["Single sign-out"].startswith("`") else "no",
    ]
    return f"| {' | '.join(cells)} |\n"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8", newline="\n")
    KNOWN.write_text(known(), encoding="utf-8", newline="\n")
    print(f"Wrote {PAGE.relative_to(ROOT)} and {KNOWN.relative_to(ROOT)}.")
