"""What sign-in needs around it: packages, settings in `.env`, and `.env` kept out of git."""

import re
import secrets
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from .problems import Problem

PROJECT = Path(__file__).parents[2]
# The list in a pyproject file; a text in it may have brackets.
LIST = re.compile(r"""^dependencies\s*=\s*\[((?:[^\]"'#]|"[^"\n]*"|'[^'\n]*'|#[^\n]*)*)\]""", re.M)
# Packages that have another name than their module, and those that others import.
CALLED = {"dotenv": "python-dotenv"}
NOT_IMPORTED = {"cryptography", "flask-migrate", "flask-sqlalchemy"}
# The port of `flask run`.
PUBLIC_URL = "http://localhost:5000"


def packages(survey: Mapping[str, Any]) -> list[str]:
    """Return the packages that `app/signin/` needs, with their versions."""
    text = (PROJECT / "pyproject.toml").read_text(encoding="utf-8")
    sources = "".join(file.read_text("utf-8") for file in (PROJECT / "app/signin").rglob("*.py"))
    modules = set(re.findall(r"^ *(?:from|import) (\w+)", sources, flags=re.MULTILINE))
    used = {_name(CALLED.get(module, module)) for module in modules} | NOT_IMPORTED
    wanted = tomllib.loads(text)["project"]["dependencies"]
    return [line for line in wanted if _name(line) in used]


def missing(wanted: list[str], listed: str) -> list[str]:
    """Return the packages that a text of requirements does not name."""
    names = {_name(line) for line in re.split(r"[\n,\"']", listed) if line.strip()}
    return [line for line in wanted if _name(line) not in names]


def newer(wanted: list[str], installed: Mapping[str, str]) -> list[str]:
    """Return the packages that an app has in an older version than sign-in needs."""
    versions = {_name(name): version for name, version in installed.items()}
    bounds = {line: re.search(r">=([\d.]+)", line) for line in wanted}
    return [
        line
        for line, least in bounds.items()
        if least and _name(line) in versions and _parts(versions[_name(line)]) < _parts(least[1])
    ]


def _parts(version: str) -> list[int]:
    return [int(part) for part in re.findall(r"\d+", version)]


def with_requirements(text: str, wanted: list[str]) -> str:
    """Return a requirements file with these packages added."""
    lines = missing(wanted, text)
    return _ended(text) + "".join(f"{line}\n" for line in lines)


def with_dependencies(text: str, wanted: list[str]) -> str:
    """Return a pyproject file with these packages added to `project.dependencies`.

    Raises Problem if there is no such list.
    """
    found = LIST.search(text)
    if found is None:
        raise Problem("pyproject.toml has no list `dependencies` under [project].")
    lines = "".join(f'    "{line}",\n' for line in missing(wanted, found[1]))
    before = found[1].rstrip()
    comma = "" if not before or before.endswith(",") else ","
    return text[: found.start(1)] + f"{before}{comma}\n{lines}" + text[found.end(1) :]


def with_settings(env: str, survey: Mapping[str, Any], example: str) -> str:
    """Return `.env` with the settings added that sign-in needs and that are not there."""
    has = set(re.findall(r"^\s*(?:export\s+)?(\w+)=", env, flags=re.MULTILINE))
    lines = {"APP_ENV": "development", "PUBLIC_URL": PUBLIC_URL, "APP_NAME": survey["app_name"]}
    if not survey["secret_key"]:
        lines["SECRET_KEY"] = secrets.token_urlsafe(48)
    credentials = re.findall(r"^(\w+_CLIENT_(?:ID|SECRET))=$", example, flags=re.MULTILINE)
    lines |= dict.fromkeys(credentials, "")
    added = [f"{name}={value}\n" for name, value in lines.items() if name not in has]
    return _ended(env) + "".join(["\n# Sign-in: docs/settings.md\n", *added]) if added else env


def with_ignored(gitignore: str) -> str:
    """Return `.gitignore` with `.env` in it."""
    there = re.search(r"^/?(\*|\.env\*?)\s*$", gitignore, flags=re.MULTILINE)
    return gitignore if there else _ended(gitignore) + ".env\n"


def _ended(text: str) -> str:
    return text if not text or text.endswith("\n") else f"{text}\n"


def _name(requirement: str) -> str:
    """Return the name of a package in the one spelling that counts."""
    found = re.match(r"\s*([A-Za-z0-9._-]+)", requirement)
    return re.sub(r"[-_.]+", "-", found[1]).lower() if found else ""
