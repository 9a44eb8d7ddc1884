"""cruft is the way to update an app and to add an option later: create, check, diff, update."""

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from .updating import commit, git, written

pytestmark = pytest.mark.proof

TEMPLATE = "{{cookiecutter.project_slug}}"


@pytest.fixture
def repository(template: Path, tmp_path: Path) -> Path:
    """The template as a git repository."""
    folder = tmp_path / "template"
    shutil.copytree(template, folder)
    git(folder, "init", "-q", "-b", "main")
    commit(folder, "first version")
    return folder


@pytest.fixture
def app(repository: Path, tool, tmp_path: Path) -> Path:
    """An app made by cruft, committed as its owner would."""
    tool(tmp_path, "cruft", "create", str(repository), "--no-input")
    folder = tmp_path / "my-app"
    git(folder, "init", "-q", "-b", "main")
    commit(folder, "generated")
    return folder


def secret(app: Path) -> str:
    found = re.search(r"^SECRET_KEY=(\S+)$", (app / ".env").read_text(), re.MULTILINE)
    assert found
    return found[1]


def test_create_is_what_cookiecutter_makes(app: Path, repository: Path, generate):
    def content(folder: Path) -> dict[str, bytes]:
        return {
            str(path.relative_to(folder)): path.read_bytes()
            for path in folder.rglob("*")
            if path.is_file()
            and ".git" not in path.parts
            and path.name not in {".env", ".cruft.json"}
        }

    assert content(app) == content(generate(repository))


def test_check_and_diff_are_clean_and_show_no_secret(app: Path, tool):
    tool(app, "cruft", "check")
    assert tool(app, "cruft", "diff").stdout.strip() == ""
    assert secret(app) not in (app / ".cruft.json").read_text()
    (app / "instance").mkdir(exist_ok=True)
    (app / "instance/app.db").write_text("data")
    (app / "LICENSE").write_text("Mine.\n")
    shown = tool(app, "cruft", "diff").stdout
    assert "Mine." in shown
    assert secret(app) not in shown
    assert "SECRET_KEY" not in shown


def test_adding_a_provider_later(app: Path, tool):
    before = secret(app)
    more = json.dumps({"providers": "github,google,x"})
    tool(app, "cruft", "update", "--skip-apply-ask", "--variables-to-update", more)
    changed = {line[3:] for line in git(app, "status", "--porcelain").splitlines()}
    assert {"app/signin/providers/x.py", "app/__init__.py", ".env.example"} <= changed
    assert ".env" not in changed
    assert not list(app.rglob("*.rej"))
    assert (app / "app/signin/providers/x.py").exists()
    assert 'PROVIDERS = "github,google,x"' in (app / "app/__init__.py").read_text()
    assert "X_CLIENT_ID" in (app / ".env.example").read_text()
    assert 'providers = "github,google,x"' in (app / "pyproject.toml").read_text()
    assert secret(app) == before
    tool(app, "cruft", "check")
    assert tool(app, "cruft", "diff").stdout.strip() == ""


def test_updating_to_a_newer_version(app: Path, repository: Path, tool):
    """A fix, a new option and a new version arrive; what the owner changed stays."""
    factory = app / "app/__init__.py"
    factory.write_text(factory.read_text().replace('NAME = "My App"', 'NAME = "Mine"'))
    commit(app, "own name")
    questions = json.loads((repository / "cookiecutter.json").read_text())
    questions["__version"] = "0.2.0"
    questions["_features"] += ["later"]
    (repository / "cookiecutter.json").write_text(json.dumps(questions, indent=4))
    # Its own filter, too: the older version's module must not stay.
    filters = repository / "local_extensions.py"
    filters.write_text(filters.read_text().replace("FILTERS = (", "FILTERS = (\n    ascii,"))
    with (repository / TEMPLATE / ".env.example").open("a") as file:
        file.write("# {{ 'later' | ascii }}\n")
    feature = repository / TEMPLATE / "app/later/__init__.py"
    feature.parent.mkdir()
    feature.write_text('"""A feature of a later version."""\n')
    with (repository / TEMPLATE / "Makefile").open("a") as file:
        file.write("\n# A fix.\n")
    head = commit(repository, "second version")
    tool(
        app,
        *("cruft", "update", "--skip-apply-ask"),
        *("--variables-to-update", json.dumps({"features": "later"})),
    )
    assert (app / "Makefile").read_text().endswith("# A fix.\n")
    assert (app / "app/later/__init__.py").exists()
    assert (app / ".env.example").read_text().endswith("# 'later'\n")
    assert 'NAME = "Mine"' in factory.read_text()
    stamp = (app / "pyproject.toml").read_text()
    assert 'version = "0.2.0"' in stamp
    assert f'commit = "{head}"' in stamp
    assert 'features = "later"' in stamp
    assert not list(app.rglob("*.rej"))


def release(repository: Path, version: str) -> None:
    """Make a new version, with a fix, and tag it."""
    questions = json.loads((repository / "cookiecutter.json").read_text())
    questions["__version"] = version
    (repository / "cookiecutter.json").write_text(json.dumps(questions, indent=4))
    with (repository / TEMPLATE / "Makefile").open("a") as file:
        file.write(f"\n# A fix of {version}.\n")
    commit(repository, version)
    git(repository, "tag", f"v{version}")


def test_the_page_on_updating_works_as_written(
    repository: Path, tmp_path: Path, type_in: Callable[..., str]
) -> None:
    create, _, update, after = written("With cruft")
    [add] = written("Adding a provider later")
    type_in(tmp_path, create)
    app = tmp_path / "my-app"
    git(app, "init", "-q", "-b", "main")
    commit(app, "generated")
    release(repository, "0.2.0")
    check, rest = update.split("\n", 1)
    assert check == "uvx cruft check"
    type_in(app, f"! {check}")
    assert "+# A fix of 0.2.0." in type_in(app, rest)
    type_in(app, after)
    assert git(app, "status", "--porcelain") == ""
    type_in(app, check)
    type_in(app, add)
    assert (app / "app/signin/providers/x.py").exists()
    assert not list(app.rglob("*.rej"))


def test_linking_works_as_written(
    repository: Path, generate: Callable[..., Path], type_in: Callable[..., str]
) -> None:
    """An app that cookiecutter has made, linked after a newer version came out."""
    app = generate(repository)
    git(app, "init", "-q", "-b", "main")
    first = commit(app, "generated") and git(repository, "rev-parse", "HEAD")
    release(repository, "0.2.0")
    _, link, update, _ = written("With cruft")
    type_in(app, link, "\n" * 5 + first)
    assert json.loads((app / ".cruft.json").read_text())["commit"] == first.strip()
    assert "+# A fix of 0.2.0." in type_in(app, update.replace("uvx cruft check\n", ""))
