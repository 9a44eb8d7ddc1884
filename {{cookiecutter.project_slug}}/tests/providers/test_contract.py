"""What holds for every declared provider.  A new one needs a line in `providers/__init__.py` and
passes here, and a file of its own beside this one with its recorded answers."""

import ast
import io
import tokenize
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from app import providers
from app.config import ROOT
from app.oauth.provider import Provider
from app.providers import PROVIDERS

each = pytest.mark.parametrize("provider", PROVIDERS, ids=lambda provider: provider.name)


def source_of(provider: Provider) -> Path:
    return Path(providers.__file__).parent / f"{provider.name}.py"


def test_names_are_unique():
    names = [provider.name for provider in PROVIDERS]

    assert len(names) == len(set(names))
    assert "error" not in names


@each
def test_it_is_declared_in_a_file_of_its_name(provider):
    assert source_of(provider).is_file()
    assert (ROOT / "tests" / "providers" / f"test_{provider.name}.py").is_file()


@each
def test_its_addresses_are_https(provider):
    urls = [
        value for value in vars(provider.at()).values() if isinstance(value, str) and "://" in value
    ]

    assert urls
    assert all(urlsplit(url).scheme == "https" and "{" not in url for url in urls)
    assert provider.at().discovered or provider.token_endpoint


@each
def test_it_says_where_to_register(provider):
    assert provider.console_url.startswith("https://")
    assert provider.console_hint.endswith(".")


@each
def test_it_is_as_safe_as_can_be(provider):
    assert provider.auth_method in ("client_secret_basic", "client_secret_post")
    assert provider.pkce or "PKCE" in source_of(provider).read_text(encoding="utf-8")
    assert "none" not in provider.id_token_algs


@each
def test_it_asks_for_little(provider):
    """To know who somebody is, nothing need be changed there, or done while they are away."""
    for word in provider.scope.replace(",", " ").split():
        assert not any(much in word for much in ("write", "admin", "offline", "repo", "delete"))


@each
def test_its_button_has_a_mark(provider):
    assert (ROOT / "app" / "static" / "providers" / f"{provider.name}.svg").is_file()


@each
def test_it_can_be_set_up(make_app, provider):
    ours = {provider.setting("CLIENT_ID"): "our-id", provider.setting("CLIENT_SECRET"): "secret"}
    page = make_app(ours).test_client().get("/login")

    assert f"Continue with {provider.label}" in page.text


@each
def test_it_is_short(provider):
    """At most 50 lines of code: comments, docstrings and empty lines aside."""
    source = source_of(provider).read_text(encoding="utf-8")
    nothing = (tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT)
    code = {
        token.start[0]
        for token in tokenize.generate_tokens(io.StringIO(source).readline)
        if token.type not in nothing and token.string
    }
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            code -= set(range(node.lineno, node.end_lineno + 1))

    assert len(code) <= 50
