"""What holds for every declared provider.

A new one needs a file in `app/signin/providers/`, a mark in `app/signin/static/marks/` and its
recorded answers in `recorded/`, and passes here.
"""

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit
from xml.etree import ElementTree

import pytest

from app.signin import config, providers
from app.signin.config.generic_providers import COMMON_ENDINGS
from app.signin.config.providers import AUTH_METHODS, WITHOUT_SECRET
from app.signin.oauth.provider import Colors, Provider

FOLDER = Path(providers.__file__).parent
MARKS = FOLDER.parent / "static" / "marks"
PROVIDERS = providers.load()
URLS = (*config.providers.URLS, "console_url")
FUNCTIONS = ("authenticate", "edit_token_request", "read_tokens", "issuers", "claims")
MOST_LINES = 50
HOST = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)+")
HEX = re.compile(r"#([0-9a-f]{3}|[0-9a-f]{6})")

each = pytest.mark.parametrize("provider", PROVIDERS, ids=lambda provider: provider.name)


def needed_values(provider: Provider) -> dict[str, str]:
    """Return a value for each setting that the provider needs."""
    needed = dict.fromkeys(config.providers.needed_settings(provider), "a-value")
    servers = {provider.setting(s.ending): s.default for s in provider.settings if s.default}
    return {name: servers.get(name, value) for name, value in needed.items()}


def source_of(provider: Provider) -> str:
    return (FOLDER / f"{provider.name}.py").read_text(encoding="utf-8")


def functions_of(provider: Provider) -> Iterator[ast.FunctionDef]:
    for node in ast.parse(source_of(provider)).body:
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
            yield node


@each
def test_it_is_named_like_its_file(provider):
    assert (FOLDER / f"{provider.name}.py").is_file()
    assert re.fullmatch(r"[a-z][a-z0-9-]*", provider.name)
    assert provider.name != "error"
    assert not provider.name.startswith(config.providers.PRACTICE)
    assert provider.label.strip() == provider.label != ""


@each
def test_it_says_where_its_documentation_is(provider):
    docstring = ast.get_docstring(ast.parse(source_of(provider)))

    assert re.fullmatch(rf"{provider.label}\.  Docs: https://\S+\.", docstring)


@each
def test_it_says_whose_ids_it_gives(provider):
    """With every identity that is stored, so it is there and constant."""
    identity = provider.identity_issuer or provider.issuer

    assert urlsplit(identity).scheme == "https"
    assert identity not in provider.former_issuers
    if provider.openid_connect:
        assert provider.issuer


@each
def test_its_addresses_are_https(provider):
    urls = {name: value for name in URLS if (value := getattr(provider, name))}

    assert urls
    for name, url in urls.items():
        parts = urlsplit(url)
        assert parts.scheme == "https", name
        assert HOST.fullmatch(parts.netloc), name
        assert "{" not in url, name
    if not provider.uses_discovery:
        assert provider.token_endpoint


@each
def test_its_quirks_say_what_they_are(provider):
    for function in functions_of(provider):
        text = ast.get_docstring(function) or ""
        assert text.startswith("Quirk: "), function.name
        assert re.search(r"^Source: https://\S+$", text, re.MULTILINE), function.name
    declared = filter(None, (getattr(provider, name) for name in FUNCTIONS))
    module = f"{providers.__name__}.{provider.name}"
    ours = {one.__name__ for one in declared if one.__module__ == module}
    assert ours <= {function.name for function in functions_of(provider)}


@each
def test_it_is_as_safe_as_can_be(provider):
    """PKCE and nonce are on, or the file says why not."""
    source = source_of(provider)

    assert provider.authenticate or provider.auth_method in AUTH_METHODS
    assert provider.pkce or re.search(r"# PKCE", source)
    assert provider.nonce or re.search(r"# .*nonce", source)
    assert not any(alg == "none" or alg.startswith("HS") for alg in provider.id_token_algs)


@each
def test_it_asks_for_little(provider):
    """To know who somebody is, nothing need be changed there, or done while they are away."""
    for word in provider.scope.replace(",", " ").split():
        assert not any(much in word for much in ("write", "admin", "offline", "repo", "delete"))
    assert not (provider.offline or {}).items() & provider.authorization_params.items()


@each
def test_its_settings_have_names_of_their_own(provider):
    endings = [setting.ending for setting in provider.settings]

    assert len(set(endings)) == len(endings)
    for setting in provider.settings:
        assert re.fullmatch(r"[A-Z][A-Z0-9_]*", setting.ending)
        assert setting.ending not in (*COMMON_ENDINGS, "API_URL")
        # A server that each owner has, and nobody else.
        assert setting.ending != "BASE_URL" or (setting.required and setting.default)
        assert setting.example
        assert not (setting.secret and setting.default)


@each
def test_its_settings_are_understood(provider):
    """Set all together, as an owner would; none of them is taken for another, misspelt."""
    needed = needed_values(provider)
    own = {provider.setting(s.ending): s.default or "a-value" for s in provider.settings}
    base = {"APP_ENV": "development", "SECRET_KEY": "for-tests-only-0123456789-abcdefghijklmnop"}
    client = config.load(base | needed | own, [provider]).clients[provider.name]

    assert bool(client.client_secret) is (provider.auth_method not in WITHOUT_SECRET)
    assert client.settings.keys() == {setting.ending for setting in provider.settings}


@each
def test_it_says_where_to_register(provider):
    assert provider.console_hint.endswith(".")
    assert len(provider.console_hint) <= 100


@each
def test_it_can_be_set_up(make_app, provider):
    needed = needed_values(provider)
    page = make_app(needed).test_client().get("/login")

    assert f"Continue with {provider.label}" in page.text


@each
def test_its_button_has_colours(provider):
    assert provider.colors
    for colors in filter(None, (provider.colors, provider.dark_colors)):
        check_colors(colors)


def check_colors(colors: Colors) -> None:
    for color in filter(None, (colors.background, colors.text, colors.border)):
        assert HEX.fullmatch(color), color
    assert colors.mark in ("", "white", "black")
    # WCAG 2.2, 1.4.3.
    assert contrast(colors.background, colors.text) >= 4.5


def contrast(one: str, other: str) -> float:
    """Return how well two colours can be told apart.  Spec: WCAG 2.2, "contrast ratio"."""
    lighter, darker = sorted(map(luminance, (one, other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def luminance(color: str) -> float:
    digits = color[1:] if len(color) == 7 else "".join(c * 2 for c in color[1:])
    channels = [int(digits[i : i + 2], 16) / 255 for i in (0, 2, 4)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@each
def test_its_button_has_a_mark(provider):
    """A drawing and nothing else, which says where it comes from and what the owner asks."""
    text = (MARKS / f"{provider.name}.svg").read_text(encoding="utf-8")
    tags = {element.tag.rpartition("}")[2] for element in ElementTree.fromstring(text).iter()}  # noqa: S314

    assert tags <= {"svg", "path", "g"}
    assert re.match(r"<!-- [^>]*?\bRules\b[^>]*?-->\n<svg ", text, re.DOTALL)


@each
def test_its_mark_is_seen(provider):
    """On its button, light and dark.  Spec: WCAG 2.2, 1.4.11."""
    text = (MARKS / f"{provider.name}.svg").read_text(encoding="utf-8")
    own = re.findall(r'(?:fill|stroke)="(#[0-9a-f]+)"', text, re.IGNORECASE) or ["#000"]
    # The standard leaves out logos that are known by their colours.
    if "It keeps its colour" in text:
        return
    for colors in (provider.colors, provider.dark_colors or provider.colors):
        filtered = {"white": ["#fff"], "black": ["#000"]}.get(colors.mark or provider.colors.mark)
        seen = max(contrast(color, colors.background) for color in filtered or own)
        assert seen >= 3, f"{filtered or own} on {colors.background}: {seen:.2f}"


@each
def test_it_has_recorded_answers(provider):
    file = Path(__file__).parent / "recorded" / f"{provider.name}.json"

    assert file.is_file()


@each
def test_it_is_short(provider):
    """Lines of code: comments, docstrings and empty lines aside.  A longer file says why."""
    source = source_of(provider)
    nothing = (tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT)
    code = {
        token.start[0]
        for token in tokenize.generate_tokens(io.StringIO(source).readline)
        if token.type not in nothing and token.string
    }
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            code -= set(range(node.lineno, node.end_lineno + 1))

    longer = re.search(r"^# (\d+) lines: ", source, re.MULTILINE)
    assert len(code) <= (int(longer[1]) if longer else MOST_LINES)
