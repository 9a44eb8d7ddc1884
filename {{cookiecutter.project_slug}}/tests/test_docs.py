"""The settings that exist, and the pages that tell the owner of them."""

import ast
import re
from collections.abc import Iterator
from functools import cache

import pytest

from app.signin import providers
from app.signin.auth.error_pages import (
    EXPIRED_GRANTS,
    MISCONFIGURED_ERRORS,
    RETRY_ERRORS,
    STATUSES,
)
from app.signin.auth.form_errors import TEXTS as FORM_TEXTS
from app.signin.config import ROOT
from app.signin.config.settings import ROWS
from app.web.errors import TEXTS
from scripts import provider_pages, settings

SIGNIN = ROOT / "app" / "signin"


def test_every_setting_is_in_the_example():
    example = (ROOT / ".env.example").read_text(encoding="utf-8")
    names = {row.name.upper() for row in ROWS}

    assert set(re.findall(r"^(?:# )?([A-Z_]+)=", example, re.MULTILINE)) >= names


def test_the_page_of_settings_is_not_stale():
    written = settings.PAGE.read_text(encoding="utf-8")

    assert written == settings.page(), "run: python scripts/settings.py"


@pytest.mark.parametrize("provider", providers.load(), ids=lambda provider: provider.name)
def test_the_page_of_a_provider_is_not_stale(provider):
    page = provider_pages.PAGES / f"{provider.name}.md"
    written = page.read_text(encoding="utf-8") if page.is_file() else ""

    assert written == provider_pages.page(provider), "run: python scripts/provider_pages.py"
    assert "## Good to know" in written
    assert "## Sources" in written


@pytest.mark.parametrize("provider", providers.load(), ids=lambda provider: provider.name)
def test_the_page_of_a_provider_explains_its_own_reasons(provider):
    source = (SIGNIN / "providers" / f"{provider.name}.py").read_text(encoding="utf-8")
    page = (provider_pages.PAGES / f"{provider.name}.md").read_text(encoding="utf-8")
    own = set(literal_reasons(ast.parse(source))) - reasons()

    assert own <= set(re.findall(r"`(\w+)`", page))


def literal_reasons(node: ast.AST) -> Iterator[str]:
    """Yield the reasons that a piece of code gives to errors and events."""
    for part in ast.walk(node):
        found: list[ast.expr | None] = []
        if isinstance(part, ast.Call):
            found += [keyword.value for keyword in part.keywords if keyword.arg == "reason"]
            if isinstance(part.func, ast.Name) and part.func.id == "IdentityError":
                found += part.args[:1]
        elif isinstance(part, ast.arguments):
            pairs = zip(part.kwonlyargs, part.kw_defaults, strict=True)
            found += [default for argument, default in pairs if argument.arg == "reason"]
        yield from (one.value for one in found if isinstance(one, ast.Constant) and one.value)


@cache
def reasons() -> set[str]:
    """Return every reason that the log may name, but for those of a single provider."""
    files = [file for file in SIGNIN.rglob("*.py") if file.parent.name != "providers"]
    trees = [ast.parse(file.read_text(encoding="utf-8")) for file in files]
    words = [*RETRY_ERRORS, *MISCONFIGURED_ERRORS, *EXPIRED_GRANTS, *FORM_TEXTS]
    # Their names are put together from the state of an invitation.
    words += [code for code in STATUSES if code.startswith("invitation_")]
    pages = [f"http_{code}" for code in TEXTS if 400 <= code < 500 and code != 429]
    return {reason for tree in trees for reason in literal_reasons(tree)} | {*words, *pages}


def test_every_reason_is_explained():
    """Each reason of a refusal has a row: what happened, and what to do."""
    page = (ROOT / "docs" / "troubleshooting.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(\w+)` \| .+ \| .* \|$", page, re.MULTILINE)

    assert len(reasons()) > 50
    assert reasons() - set(rows) == set()


def test_known_trouble_names_settings_and_reasons_that_exist():
    page = (ROOT / "docs" / "known-trouble.md").read_text(encoding="utf-8")
    rows = [line.split(" | ") for line in page.splitlines() if line.startswith("| ")]
    settings_page, known = settings.page(), reasons()

    assert len(rows) > 40
    for _, seen, _, advice in rows:
        for name in re.findall(r"`([A-Z<][A-Z_<>]+)(?:=[^`]*)?`", seen + advice):
            assert f"`{name}`" in settings_page or name.endswith("_FILE"), name
        # The last one is a provider's own error code.
        named = set(re.findall(r"`([a-z]+_[a-z_]+)`", seen)) - {"invalid_request"}
        assert named <= known, named - known
