"""Write the table of all providers, and that of the groups, into docs/providers.md.

A test fails when they are stale.
"""

import json
import re
import runpy
from collections.abc import Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
TEMPLATE = ROOT / "{{cookiecutter.project_slug}}"
PAGE = ROOT / "docs" / "providers.md"
FOLDER = "../%7B%7Bcookiecutter.project_slug%7D%7D/docs/providers"
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
    made = runpy.run_path(str(TEMPLATE / "scripts" / "provider_pages.py"))
    declared = sorted(made["providers"].load(), key=lambda provider: provider.label.casefold())
    rows = [row(provider, made["facts"](provider)) for provider in declared]
    return f"\n{len(rows)} providers:\n\n{HEAD}{''.join(rows)}\n"


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
    print(f"Wrote {PAGE.relative_to(ROOT)}.")
