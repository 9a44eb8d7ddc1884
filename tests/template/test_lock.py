"""The lock files: all is pinned with hashes, within the caps, alike in both trees; no host."""

import ast
import importlib.metadata
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from clean_copy import clean_copy
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

TEMPLATE = "{{cookiecutter.project_slug}}"
LOCKS = [
    "requirements.txt",
    f"{TEMPLATE}/requirements.txt",
    f"{TEMPLATE}/requirements-dev.txt",
    "requirements-docs.txt",
]


def requirements(lock: Path) -> list[Requirement]:
    """The requirements of a lock file; fails where one has no hash."""
    text = re.sub(r"^# template:.*\n", "", lock.read_text(), flags=re.MULTILINE)
    blocks = re.findall(r"^(\S.*?) \\\n((?:    --hash=sha256:[0-9a-f]{64}(?: \\)?\n)+)", text, re.M)
    assert "".join(f"{line} \\\n{hashes}" for line, hashes in blocks) == text
    return [Requirement(line) for line, _ in blocks]


def wanted(template: Path) -> list[Requirement]:
    project = tomllib.loads((template / TEMPLATE / "pyproject.toml").read_text())
    lines = [*project["project"]["dependencies"], *project["dependency-groups"]["dev"]]
    return [Requirement(line) for line in lines]


@pytest.mark.parametrize("name", LOCKS)
def test_everything_is_pinned_with_hashes(template: Path, name: str):
    pinned = requirements(template / name)
    assert len(pinned) > 20
    for requirement in pinned:
        assert [part.operator for part in requirement.specifier] == ["=="], requirement
        assert requirement.url is None


@pytest.mark.parametrize("name", LOCKS)
def test_no_host_is_named(template: Path, name: str):
    assert not re.search(r"://|index-url|find-links", (template / name).read_text())


def test_node_lock_names_no_host(template: Path):
    lock = (template / "tests/node/package-lock.json").read_text()
    assert '"resolved"' not in lock
    assert '"integrity"' in lock


def test_every_dependency_has_a_floor_and_a_cap(template: Path):
    own = tomllib.loads((template / "pyproject.toml").read_text())["dependency-groups"]
    for requirement in [*wanted(template), *map(Requirement, [*own["dev"], *own["docs"]])]:
        assert {part.operator for part in requirement.specifier} == {">=", "<"}, requirement


def test_locks_fit_what_is_wanted(template: Path):
    pins = {
        (canonicalize_name(pin.name), str(pin.marker)): pin
        for pin in requirements(template / LOCKS[2])
    }
    names = {name for name, _ in pins}
    for requirement in wanted(template):
        name = canonicalize_name(requirement.name)
        assert name in names
        for (pinned, _), pin in pins.items():
            version = str(pin.specifier).removeprefix("==")
            assert pinned != name or version in requirement.specifier


def test_all_locks_agree(template: Path):
    """The template is tested with the versions that an app gets."""
    here, app, dev, _ = (set(map(str, requirements(template / name))) for name in LOCKS)
    assert app <= dev
    versions = {line.partition(" ;")[0].partition(";")[0] for line in here}
    assert {line.partition(" ;")[0].partition(";")[0] for line in dev} <= versions


def test_options_off_bring_nothing(generate):
    lite, full = generate(database="sqlite"), generate(database="postgresql")
    for lock in ("requirements.txt", "requirements-dev.txt"):
        less = {pin.name for pin in requirements(lite / lock)}
        more = {pin.name for pin in requirements(full / lock)}
        assert less < more
        assert {"psycopg", "psycopg-binary", "redis"} <= more - less


def test_every_import_is_declared(template: Path):
    """An app imports only what pyproject.toml names: what comes along may go again."""
    declared = {canonicalize_name(requirement.name) for requirement in wanted(template)}
    modules = importlib.metadata.packages_distributions()
    for folder in ("app", "migrations", "scripts", "tests"):
        own = {path.stem for path in (template / TEMPLATE / folder).rglob("*")}
        for path in (template / TEMPLATE / folder).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
                if isinstance(node, ast.ImportFrom) and node.level == 0:
                    names = [node.module or ""]
                for name in (name.partition(".")[0] for name in names):
                    # Jinja is Flask's own language for pages.
                    ours = own | {"app", "scripts", "tests", "jinja2"}
                    if name in sys.stdlib_module_names or name in ours:
                        continue
                    found = {canonicalize_name(dist) for dist in modules.get(name, [name])}
                    assert found & declared, f"{path}: {name}"


def test_made_again_it_is_the_same(tmp_path: Path):
    """`make lock` changes nothing, so no requirement was changed without it."""
    copy = clean_copy(tmp_path / "copy")
    before = {name: (copy / name).read_text() for name in LOCKS}
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    subprocess.run(
        [sys.executable, "scripts/lock.py"], cwd=copy, env={**os.environ, "PATH": path}, check=True
    )
    assert {name: (copy / name).read_text() for name in LOCKS} == before
