"""The filters of cookiecutter.json and of the template's files: answers checked, text escaped.

Cookiecutter renders answers of the command line and of ~/.cookiecutterrc as Jinja, believes a
replay file, and lets anybody set a private variable. So the environment is a sandbox, and every
answer is checked a second time when the project folder gets its name, before anything is on disk.

cruft generates two versions of the template in one process, from one folder.  So the module takes
itself out of `sys.modules`, for the next version to import its own; and what the files say
(providers, features) is read when a filter runs.
"""

from __future__ import annotations

import ast
import difflib
import itertools
import json
import re
import subprocess
import sys
import unicodedata
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NoReturn

from cookiecutter import __version__ as cookiecutter_version
from cookiecutter.environment import StrictEnvironment
from cookiecutter.exceptions import FailedHookException
from jinja2 import Environment, TemplateSyntaxError
from jinja2.exceptions import SecurityError
from jinja2.ext import Extension
from jinja2.sandbox import ImmutableSandboxedEnvironment

ROOT = Path(__file__).resolve().parent
PROVIDERS = ROOT / "{{cookiecutter.project_slug}}" / "app" / "signin" / "providers"
# The groups of providers that can be chosen by one word, and which providers are used most.
GROUPS = ROOT / "provider_groups.json"
# Other names of a provider, without hyphens and dots, which are understood as its name here.
OTHER_NAMES = {
    "42": "fortytwo",
    "42school": "fortytwo",
    "aad": "microsoft",
    "amazoncognito": "cognito",
    "aws": "cognito",
    "awscognito": "cognito",
    "azure": "microsoft",
    "azuread": "microsoft",
    "azureadb2c": "entraexternal",
    "azureb2c": "entraexternal",
    "blizzard": "battlenet",
    "bnet": "battlenet",
    "cisco": "webex",
    "confluence": "atlassian",
    "elixir": "lifescience",
    "entra": "microsoft",
    "entraexternalid": "entraexternal",
    "entraid": "microsoft",
    "epic": "epicgames",
    "eve": "eveonline",
    "exact": "exactonline",
    "fb": "facebook",
    "feide": "dataporten",
    "gh": "github",
    "gmail": "google",
    "googleplus": "google",
    "googleworkspace": "google",
    "gsuite": "google",
    "hf": "huggingface",
    "hydra": "ory",
    "ig": "instagram",
    "insta": "instagram",
    "jira": "atlassian",
    "kakaotalk": "kakao",
    "larksuite": "lark",
    "live": "microsoft",
    "loginwithamazon": "amazon",
    "lwa": "amazon",
    "mediawiki": "wikimedia",
    "meta": "facebook",
    "mondaycom": "monday",
    "netiqaccessmanager": "netiq",
    "o365": "microsoft",
    "office365": "microsoft",
    "ok": "odnoklassniki",
    "okru": "odnoklassniki",
    "orcidid": "orcid",
    "orynetwork": "ory",
    "osm": "openstreetmap",
    "outlook": "microsoft",
    "pingidentity": "pingone",
    "quickbooks": "intuit",
    "sfdc": "salesforce",
    "sinaweibo": "weibo",
    "stackoverflow": "stackexchange",
    "switch": "eduid",
    "switcheduid": "eduid",
    "tencentqq": "qq",
    "trello": "atlassian",
    "twitter": "x",
    "vkid": "vk",
    "vkontakte": "vk",
    "weixin": "wechat",
    "wikipedia": "wikimedia",
    "wow": "battlenet",
}
# As in the app: a client that authenticates in one of these ways has no secret.
WITHOUT_SECRET = ("none", "private_key_jwt")
# What generation reads of a declaration, by the class that is called.
SAID = {
    "Provider": (
        *("label", "console_url", "console_hint", "loopback_host", "auth_method", "settings"),
    ),
    "Setting": ("ending", "default", "required", "allow_list", "example"),
}
FEW = 10
NEAR, ALIKE = 3, 0.7
DATABASES = {"sqlite": "sqlite", "postgresql": "postgresql", "postgres": "postgresql"}
WINDOWS_DEVICES = re.compile(r"con|prn|aux|nul|(com|lpt)\d")


def refuse(message: str) -> NoReturn:
    """Stop the generation with one line; cookiecutter prints it and exits with 1."""
    raise FailedHookException(message)


def quoted(answer: str) -> str:
    """`answer` in quotes, short and in ASCII, so that any console can print it."""
    return ascii(answer if len(answer) <= 60 else answer[:57] + "...")


def check_cookiecutter(_: str) -> str:
    """The version of cookiecutter, refused where it is too old to generate correctly."""
    if tuple(map(int, re.findall(r"\d+", cookiecutter_version)[:3])) < (2, 7, 1):
        refuse(f"This template needs cookiecutter 2.7.1 or newer; this is {cookiecutter_version}.")
    return cookiecutter_version


def check_project_name(answer: object) -> str:
    """The trimmed name: 1 to 80 printable characters, joiners of scripts and emoji among them."""
    name = str(answer).strip()
    if not 1 <= len(name) <= 80 or not re.sub("[\u200c\u200d]", "", name).isprintable():
        refuse(f"project_name: {quoted(name)} is not 1 to 80 printable characters on one line.")
    return name


def make_slug(name: str) -> str:
    """A slug out of a project name; `my-app` where no letter of it is left."""
    plain = unicodedata.normalize("NFKD", name.casefold()).encode("ascii", "ignore").decode()
    slug = re.sub(r"[^a-z0-9]+", "-", plain)[:45].strip("-")
    if slug and (slug[0].isdigit() or WINDOWS_DEVICES.fullmatch(slug)):
        slug = f"app-{slug}"
    return slug or "my-app"


def check_project_slug(answer: object) -> str:
    """The slug as it was given; it names the folder, the Python project and the cookies."""
    slug = str(answer)
    if not re.fullmatch(r"[a-z]([a-z0-9_-]{0,48}[a-z0-9])?", slug):
        refuse(
            f"project_slug: {quoted(slug)} cannot be used. Start with a letter, then lower-case "
            "letters, digits, - and _, at most 50 characters, the last one a letter or digit."
        )
    if WINDOWS_DEVICES.fullmatch(slug):
        refuse(f"project_slug: {quoted(slug)} is a reserved name on Windows; choose another one.")
    return slug


def check_list(question: str, answer: object, valid: Sequence[str]) -> str:
    """The words of a comma-separated answer, once each, in their order; or `none`.

    Groups that stand side by side are taken as one, so that the most used of all are first.
    """
    words = re.findall(r"[^\s,]+", str(answer))
    if [spelling(word) for word in words] == ["none"]:
        words = []
    known = {spelling(name): name for name in valid}
    known |= {other: name for other, name in OTHER_NAMES.items() if name in valid}
    groups = {"all": list(valid)}
    if question == "providers":
        groups |= provider_groups(valid)
    chosen: list[str] = []
    for is_group, side_by_side in itertools.groupby(words, lambda word: spelling(word) in groups):
        found: list[str] = []
        for word in side_by_side:
            if is_group:
                found += groups[spelling(word)]
            elif spelling(word) in known:
                found.append(known[spelling(word)])
            else:
                wrong = f"{question}: {quoted(word)} is not among the valid answers."
                refuse(wrong + advice(question, spelling(word), valid, [*known, *groups]))
        chosen += sorted(found, key=valid.index) if is_group else found
    return ",".join(dict.fromkeys(chosen)) or "none"


def spelling(word: str) -> str:
    """A word without what people write differently: EVE-Online and eve_online are eveonline."""
    return re.sub(r"[-_.]", "", word.lower())


def advice(question: str, word: str, valid: Sequence[str], understood: Sequence[str]) -> str:
    """What to answer in place of a wrong word: what is like it, and what there is."""
    if not valid:
        return f" This version of the template has no optional {question}: answer none."
    begin = [one for one in understood if len(word) > 2 and one.startswith(word)]
    alike = [*begin, *difflib.get_close_matches(word, understood, NEAR, ALIKE)]
    near = list(dict.fromkeys(OTHER_NAMES.get(one, one) for one in alike))[:NEAR]
    like = f" Did you mean {' or '.join(near)}?" if near else ""
    if question == "providers" and not near:
        like = " Other providers work by settings alone, without an answer here."
    if len(valid) > FEW:
        return f"{like} docs/providers.md of the template lists all; or answer all or none."
    return f"{like} Choose from {', '.join(valid)} (comma-separated), or answer all or none."


def all_providers() -> list[str]:
    """The providers that have a file: the most used first, then the others by their names."""
    names = sorted(path.stem for path in PROVIDERS.glob("[!_]*.py"))
    ranking = json.loads(GROUPS.read_text(encoding="utf-8"))["most used first"]
    return sorted(names, key=lambda name: ranking.index(name) if name in ranking else len(ranking))


def provider_groups(valid: Sequence[str]) -> dict[str, list[str]]:
    """The groups, each with those of its providers that there are."""
    groups = json.loads(GROUPS.read_text(encoding="utf-8"))["groups"]
    return {group: [name for name in valid if name in names] for group, names in groups.items()}


def check_providers(answer: object) -> str:
    """The chosen providers, in the order of the sign-in page, out of those that have a file."""
    return check_list("providers", answer, all_providers())


def declarations(providers: str) -> list[dict[str, Any]]:
    """What the declarations of these providers say to people."""
    return [] if providers == "none" else [declaration(name) for name in providers.split(",")]


def declaration(name: str) -> dict[str, Any]:
    """The texts of a provider's declaration, and its settings: those it needs, and the others.

    Its file is read and not run, since it needs packages that only the app has.
    """
    try:
        said = arguments((PROVIDERS / f"{name}.py").read_text(encoding="utf-8"))
        own = said.get("settings", [])
        secret = [] if said.get("auth_method") in WITHOUT_SECRET else [{"ending": "CLIENT_SECRET"}]
        needed = [{"ending": "CLIENT_ID"}, *secret, *(s for s in own if s.get("required"))]
        return {
            "name": name,
            "label": said["label"],
            "console_url": said.get("console_url", ""),
            "console_hint": said.get("console_hint", ""),
            **callback(name, said.get("loopback_host", "localhost")),
            "needed": [named(name, setting) for setting in needed],
            "optional": [named(name, setting) for setting in own if not setting.get("required")],
        }
    except (KeyError, SyntaxError, ValueError) as error:
        refuse(
            f"app/signin/providers/{name}.py: PROVIDER must be a Provider(...) with a label, and "
            f"say {', '.join(SAID['Provider'])} in literals: {error!r}"
        )


def callback(name: str, host: str) -> dict[str, str]:
    """The callback URL in development, and what PUBLIC_URL must be for it if not the default.

    `host` is the name of this machine that the provider takes, empty if it takes none.
    """
    public_url = f"http://{host}:8000" if host else "https://YOUR-HOST"
    return {
        "loopback_host": host,
        "callback_url": f"{public_url}/callback/{name}",
        "public_url": "" if host == "localhost" else public_url,
    }


def arguments(source: str) -> dict[str, Any]:
    """What a declaration calls Provider with, out of SAID; a Setting is a dict of the same kind."""
    assigned = {
        target.id: node.value
        for node in ast.parse(source).body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }

    def literal(node: ast.expr) -> Any:
        """The value of an expression that is made of literals, and of names of such."""
        if isinstance(node, ast.Name):
            return literal(assigned[node.id])
        if isinstance(node, ast.Tuple):
            return [literal(entry) for entry in node.elts]
        if isinstance(node, ast.Call):
            wanted = SAID[ast.unparse(node.func)]
            return {word.arg: literal(word.value) for word in node.keywords if word.arg in wanted}
        return ast.literal_eval(node)

    said: dict[str, Any] = literal(assigned["PROVIDER"])
    return said


def named(provider: str, setting: dict[str, Any]) -> dict[str, Any]:
    """A setting by its whole name, with what it may look like."""
    return {
        "name": f"{provider.upper().replace('-', '_')}_{setting['ending']}",
        "example": setting.get("example") or setting.get("default") or "",
        "allow_list": setting.get("allow_list", False),
    }


def check_features(answer: object) -> str:
    """The chosen optional features, out of those that `_features` of cookiecutter.json lists."""
    questions = json.loads((ROOT / "cookiecutter.json").read_text(encoding="utf-8"))
    return check_list("features", answer, questions["_features"])


def check_database(answer: object) -> str:
    """`sqlite` or `postgresql`."""
    name = str(answer).strip().lower()
    if name not in DATABASES:
        refuse(
            f"database: {quoted(name)} is not among the valid answers. Choose sqlite or postgresql."
        )
    return DATABASES[name]


def template_commit(_: str) -> str:
    """The commit of this template, or `unknown` where it did not come by git."""
    command = ["git", f"--git-dir={ROOT / '.git'}", "rev-parse", "--verify", "HEAD"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=10, check=True)
    except (OSError, subprocess.SubprocessError):
        return "unknown"
    return done.stdout.strip()


def inside_quotes(value: str) -> str:
    """`value` between double quotes of Python, TOML, JSON or YAML."""
    return json.dumps(value, ensure_ascii=False)[1:-1]


def inside_markdown(value: str) -> str:
    """`value` as plain words of a Markdown text."""
    return re.sub(r"([\\`*_\[\]<>&#|~$])", r"\\\1", value)


# Everything that decides where and what is generated; each is its own canonical form by then.
SETTLED = {
    "__project_name": check_project_name,
    "project_slug": check_project_slug,
    "__project_slug": check_project_slug,
    "__providers": check_providers,
    "__features": check_features,
    "__database": check_database,
}
FILTERS = (
    check_cookiecutter,
    make_slug,
    template_commit,
    inside_quotes,
    inside_markdown,
    declarations,
    *SETTLED.values(),
)


class CheckedEnvironment(ImmutableSandboxedEnvironment, StrictEnvironment):
    """Cookiecutter's environment, but an answer is data: it reaches neither Python nor the disk."""

    def getattr(self, obj: Any, attribute: str) -> Any:
        """As Jinja does it; but the slug, which names the folder, only with good answers."""
        if attribute == "project_slug" and isinstance(obj, dict):
            for name, check in SETTLED.items():
                if name in obj and check(obj[name]) != obj[name]:
                    refuse(f"{name} is made from the answer {name.strip('_')}: set that instead.")
        return super().getattr(obj, attribute)

    def handle_exception(self, source: str | None = None) -> NoReturn:
        """Refuse an answer that is a broken or a forbidden template in one line."""
        error = sys.exc_info()[1]
        if isinstance(error, SecurityError) or (
            isinstance(error, TemplateSyntaxError) and error.name is None
        ):
            refuse(f"An answer with {{{{ or {{% in it was refused: {quoted(str(error.message))}.")
        super().handle_exception(source)


class Answers(Extension):
    """Installs the filters and the sandbox in the environment that cookiecutter has made."""

    def __init__(self, environment: Environment) -> None:
        """Cookiecutter offers no way to choose the class, so the finished object changes it."""
        super().__init__(environment)
        sys.modules.pop(__name__, None)
        environment.__class__ = CheckedEnvironment
        environment.filters.update({check.__name__: check for check in FILTERS})
