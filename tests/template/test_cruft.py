"""cruft is the way to update an app and to add an option later: create, check, diff, update."""

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

TEMPLATE = "{{cookiecutter.project_slug}}"


def git(folder: Path, *arguments: str) -> str:
    done = subprocess.run(
        ["git", "-C", str(folder), *arguments], capture_output=True, text=True, check=True
    )
    return done.stdout


def commit(folder: Path, message: str) -> str:
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "-m", message)
    return git(folder, "rev-parse", "HEAD").strip()


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
    questions["_features"] = ["admin"]
    (repository / "cookiecutter.json").write_text(json.dumps(questions, indent=4))
    feature = repository / TEMPLATE / "app/admin/__init__.py"
    feature.parent.mkdir()
    feature.write_text('"""A feature of a later version."""\n')
    with (repository / TEMPLATE / "Makefile").open("a") as file:
        file.write("\n# A fix.\n")
    head = commit(repository, "second version")
    tool(
        app,
        *("cruft", "update", "--skip-apply-ask"),
        *("--variables-to-update", json.dumps({"features": "admin"})),
    )
    assert (app / "Makefile").read_text().endswith("# A fix.\n")
    assert (app / "app/admin/__init__.py").exists()
    assert 'NAME = "Mine"' in factory.read_text()
    stamp = (app / "pyproject.toml").read_text()
    assert 'version = "0.2.0"' in stamp
    assert f'commit = "{head}"' in stamp
    assert 'features = "admin"' in stamp
    assert not list(app.rglob("*.rej"))
