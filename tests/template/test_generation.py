"""What comes out: the right files for each choice, no trace of the template, each time the same."""

import ast
import fnmatch
import json
import os
import re
import shutil
import stat
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import local_extensions

TEMPLATE = "{{cookiecutter.project_slug}}"
PROVIDERS = local_extensions.check_providers("all").split(",")
CHOICES = ["none", "github,google", "all", *PROVIDERS]
# Every file that is rendered and not copied because it carries Jinja. Few, and it stays so.
JINJA = {
    ".env.example",
    "README.md",
    "app/project.py",
    "app/providers/__init__.py",
    "pyproject.toml",
    "requirements-dev.txt",
    "requirements.txt",
}
LEFTOVER = re.compile(
    r"# template:|\{\{ ?cookiecutter|cookiecutter\.(_|project_|providers|features|database)"
)


def files(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def of_provider(name: str) -> set[str]:
    return {
        f"app/providers/{name}.py",
        f"tests/providers/test_{name}.py",
        f"app/static/providers/{name}.svg",
    }


def chosen(providers: str) -> set[str]:
    return set(local_extensions.check_providers(providers).split(","))


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
@pytest.mark.parametrize("providers", CHOICES)
def test_each_choice(generate, template: Path, tool, providers: str, database: str):
    app = generate(providers=providers, database=database)
    unchosen = [of_provider(name) for name in PROVIDERS if name not in chosen(providers)]
    assert files(app) == files(template / TEMPLATE).difference(*unchosen) | {".env"}
    for name in files(app):
        text = (app / name).read_text(encoding="utf-8", errors="replace")
        assert not LEFTOVER.search(text), name
        if name.endswith(".py"):
            compile(text, name, "exec")
    tool(app, "ruff", "check", ".")
    tool(app, "ruff", "format", "--check", ".")
    project = tomllib.loads((app / "pyproject.toml").read_text())
    stamp = project["tool"]["social-login-template"]
    questions = json.loads((template / "cookiecutter.json").read_text())
    assert stamp == {
        "version": questions["__version"],
        "commit": "unknown",
        "providers": local_extensions.check_providers(providers),
        "features": "none",
        "database": database,
    }
    settings = (app / ".env").read_text()
    for name in PROVIDERS:
        for setting in (f"{name.upper()}_CLIENT_ID=", f"{name.upper()}_CLIENT_SECRET="):
            assert (f"\n{setting}\n" in settings) is (name in chosen(providers)), setting
    assert ("\nDATABASE_URL=postgresql://" in settings) is (database == "postgresql")
    wanted = " ".join(project["project"]["dependencies"])
    assert ("psycopg" in wanted) is (database == "postgresql")


@pytest.mark.parametrize("answers", [{}, {"providers": "all", "database": "postgresql"}])
def test_types(generate, tool, answers: dict[str, str]):
    tool(generate(**answers), "mypy")


def test_same_answers_same_bytes(generate):
    one, two = generate(), generate()
    assert files(one) == files(two)
    different = {
        name for name in files(one) if (one / name).read_bytes() != (two / name).read_bytes()
    }
    assert different == {".env"}
    assert secret(one) != secret(two)


def secret(app: Path) -> str:
    found = re.search(r"^SECRET_KEY=(\S{64,})$", (app / ".env").read_text(), re.MULTILINE)
    assert found
    return found[1]


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such modes")
def test_modes(generate):
    app = generate()
    assert stat.S_IMODE((app / ".env").stat().st_mode) == 0o600
    for path in app.rglob("*"):
        assert not path.stat().st_mode & stat.S_IWOTH, path


def test_secrets_and_data_are_ignored_by_git(generate):
    app = generate()
    subprocess.run(["git", "init", "-q"], cwd=app, check=True)
    (app / "instance").mkdir(exist_ok=True)
    for name in (".env", ".env.production", "instance/app.db", "server.key", ".venv/x"):
        done = subprocess.run(["git", "check-ignore", "-q", name], cwd=app, check=False)
        assert done.returncode == 0, name
    kept = subprocess.run(["git", "check-ignore", "-q", ".env.example"], cwd=app, check=False)
    assert kept.returncode == 1


def make_env(app: Path) -> str:
    done = subprocess.run(
        [sys.executable, "scripts/make_env.py"], cwd=app, capture_output=True, text=True, check=True
    )
    return done.stdout


def test_clone_of_a_team_mate_gets_its_own_env(generate, tmp_path: Path):
    app = generate()
    clone = tmp_path / "clone"
    shutil.copytree(app, clone, ignore=shutil.ignore_patterns(".env"))
    assert "fresh SECRET_KEY" in make_env(clone)
    assert secret(clone) != secret(app)
    before = (clone / ".env").read_bytes()
    assert make_env(clone) == ""
    assert (clone / ".env").read_bytes() == before


def test_generating_over_an_app_keeps_env_and_own_files(template: Path, tmp_path: Path):
    command = [sys.executable, "-m", "cookiecutter", str(template), "--no-input"]
    subprocess.run([*command], cwd=tmp_path, capture_output=True, check=True)
    app = tmp_path / "my-app"
    before = (app / ".env").read_bytes()
    own = app / "app/providers/company.py"
    own.write_text("mine")
    subprocess.run([*command, "-f", "providers=x"], cwd=tmp_path, capture_output=True, check=True)
    assert (app / ".env").read_bytes() == before
    assert own.read_text() == "mine"


def test_closing_message(generate, capfd):
    app = generate(project_name="Größe", providers="GitHub, x", database="postgres")
    said = capfd.readouterr().out
    assert said.isascii()
    assert "Gr\\xf6\\xdfe is ready in grosse/" in said
    assert "providers: github,x   features: none   database: postgresql" in said
    for line in (
        f"cd {app.name}",
        "make run",
        "GitHub: register an app at https://github.com/settings/applications/new",
        "callback URL: http://localhost:8000/callback/github",
        "GITHUB_CLIENT_ID and GITHUB_CLIENT_SECRET",
        "callback URL: http://localhost:8000/callback/x",
        "X_CLIENT_ID and X_CLIENT_SECRET",
        "DATABASE_URL",
    ):
        assert line in said
    assert "google" not in said.lower()
    assert secret(app) not in said


def test_a_message_that_nobody_reads_undoes_nothing(template: Path, tmp_path: Path):
    command = [sys.executable, "-m", "cookiecutter", str(template), "--no-input"]
    with subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE) as process:
        process.stdout.close()
    assert process.returncode == 0
    assert (tmp_path / "my-app/.env").exists()


def test_every_provider_says_where_to_register(generate, capfd):
    app = generate(providers="all")
    said = capfd.readouterr().out
    settings = (app / ".env.example").read_text()
    urls = re.findall(r"register an app at (https://\S+)$", said, re.MULTILINE)
    assert len(urls) == len(PROVIDERS)
    for url, provider in zip(urls, PROVIDERS, strict=True):
        assert f"{url}   callback: http://localhost:8000/callback/{provider}\n" in settings


def test_few_files_carry_jinja(template: Path):
    verbatim = json.loads((template / "cookiecutter.json").read_text())["_copy_without_render"]
    carrying = set()
    for name in files(template / TEMPLATE):
        text = (template / TEMPLATE / name).read_text(encoding="utf-8", errors="replace")
        parents = [name, *(parent.as_posix() for parent in Path(name).parents)]
        if any(fnmatch.fnmatch(part, pattern) for part in parents for pattern in verbatim):
            assert "# template:" not in text, f"{name} is copied, its guards would stay"
        elif re.search(r"\{\{|\{%|\{#|# template:", text):
            carrying.add(name)
    assert carrying == JINJA


def test_guards_ask_for_options_that_exist(template: Path):
    conditions = {
        line.strip().removeprefix("# template:").strip()
        for name in JINJA
        for line in (template / TEMPLATE / name).read_text().splitlines()
        if line.strip().startswith("# template:")
    }
    known = {f'if "{name}" in cookiecutter.__providers.split(",")' for name in PROVIDERS}
    known |= {'if cookiecutter.__database == "postgresql"', "else", "endif"}
    known |= {"if cookiecutter is not defined"}
    assert conditions <= known


def settings_in(source: str) -> set[str]:
    """The strings of a module that look like names of settings, without the leading underscore."""
    return {
        node.value.strip("_")
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and re.fullmatch(r"_?[A-Z]+(_[A-Z]+)*", node.value)
    }


def test_the_example_holds_what_the_app_reads(template: Path):
    """A setting that is missing is not found; one that is ignored, such as a limit, is believed."""
    example = (template / TEMPLATE / ".env.example").read_text()
    named = set(re.findall(r"^(?:# )?([A-Z][A-Z_]+)=", example, re.MULTILINE))
    app = template / TEMPLATE / "app"
    modules = {path: settings_in(path.read_text()) for path in app.rglob("*.py")}
    read = set().union(*modules.values())
    prefix = "|".join(["OIDC_COMPANY", "OAUTH_FORUM", *map(str.upper, PROVIDERS)])
    assert {re.sub(rf"^({prefix})_", "", name) for name in named} <= read
    config = [
        found for path, found in modules.items() if "config" in path.relative_to(app).parts[0]
    ]
    missing = {
        name
        for name in set().union(*config)
        if "_" in name and not re.search(rf"(\b|_){name}\b", example)
    }
    assert missing <= {"DOTENV_NAMES", "FLASK_DEBUG"}  # not for people to set


def test_an_optional_feature_is_a_folder(template: Path, generate, tmp_path: Path):
    """How later versions add options: a name in `_features`, a folder in app/ and one in tests/."""
    later = tmp_path / "later"
    shutil.copytree(template, later)
    questions = json.loads((later / "cookiecutter.json").read_text())
    questions["_features"] = ["admin", "tokens"]
    (later / "cookiecutter.json").write_text(json.dumps(questions))
    for name in questions["_features"]:
        for folder in ("app", "tests"):
            (later / TEMPLATE / folder / name).mkdir(parents=True)
            (later / TEMPLATE / folder / name / "file.py").write_text('"""Empty."""\n')
    app = generate(later, features=" Tokens")
    assert (app / "app/tokens/file.py").exists()
    assert (app / "tests/tokens").exists()
    assert not (app / "app/admin").exists()
    assert not (app / "tests/admin").exists()
    stamp = tomllib.loads((app / "pyproject.toml").read_text())["tool"]["social-login-template"]
    assert stamp["features"] == "tokens"


def test_hooks_declined(template: Path, tmp_path: Path):
    """Nothing is deleted and there is no .env; the app starts with `make run`, which makes it."""
    subprocess.run(
        [sys.executable, "-m", "cookiecutter", str(template), "--no-input", "--accept-hooks", "no"],
        cwd=tmp_path,
        capture_output=True,
        check=True,
    )
    assert not (tmp_path / "my-app/.env").exists()
    make_env(tmp_path / "my-app")
    assert secret(tmp_path / "my-app")


def test_commit_is_stamped_where_git_knows_it(template: Path, generate, tmp_path: Path):
    clone = tmp_path / "clone"
    shutil.copytree(template, clone)
    git = ["git", "-C", str(clone)]
    subprocess.run([*git, "init", "-q"], check=True)
    subprocess.run([*git, "add", "-A"], check=True)
    subprocess.run([*git, "commit", "-q", "-m", "one"], check=True)
    head = subprocess.run([*git, "rev-parse", "HEAD"], capture_output=True, text=True, check=True)
    project = tomllib.loads((generate(clone) / "pyproject.toml").read_text())
    assert project["tool"]["social-login-template"]["commit"] == head.stdout.strip()
