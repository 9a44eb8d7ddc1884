"""The filters of cookiecutter.json and of the template's files: answers checked, text escaped.

Cookiecutter renders answers of the command line and of ~/.cookiecutterrc as Jinja, believes a
replay file, and lets anybody set a private variable. So the environment is a sandbox, and every
answer is checked a second time when the project folder gets its name, before anything is on disk.

What differs between versions of the template (providers, features) is read from the files when a
filter runs: cruft generates two versions in one process, and imports this module once.
"""

from __future__ import annotations

import difflib
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
PROVIDERS = ROOT / "{{cookiecutter.project_slug}}" / "app" / "providers"
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
    """The words of a comma-separated answer, once each, in the order of `valid`; or `none`."""
    words = re.findall(r"[^\s,]+", str(answer).lower())
    if words == ["none"]:
        words = []
    for word in words:
        if word in valid or word == "all":
            continue
        near = difflib.get_close_matches(word, valid, n=1)
        refuse(
            f"{question}: {quoted(word)} is not among the valid answers."
            + (f" Did you mean {near[0]}?" if near else "")
            + (
                f" Choose from {', '.join(valid)} (comma-separated), or answer all or none."
                if valid
                else f" This version of the template has no optional {question}: answer none."
            )
        )
    return ",".join(name for name in valid if name in words or "all" in words) or "none"


def check_providers(answer: object) -> str:
    """The chosen providers, out of the modules of app/providers that declare one."""
    modules = sorted(PROVIDERS.glob("[!_]*.py"))
    declare = re.compile(r"^PROVIDER\b", re.MULTILINE)
    names = [path.stem for path in modules if declare.search(path.read_text(encoding="utf-8"))]
    return check_list("providers", answer, names)


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
        environment.__class__ = CheckedEnvironment
        environment.filters.update({check.__name__: check for check in FILTERS})
