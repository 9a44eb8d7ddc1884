"""What comes out: the right files for each choice, no trace of the template, each time the same."""

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
from cookiecutter.generate import is_copy_only_path

import local_extensions

TEMPLATE = "{{cookiecutter.project_slug}}"
PROVIDERS = local_extensions.check_providers("all").split(",")
FEATURES = local_extensions.check_features("all").split(",")
CHOICES = ["none", "github,google", "x,facebook", "all"]
# Every file that is rendered and not copied because it carries Jinja. Few, and it stays so.
JINJA = {
    ".devcontainer/compose.yaml",
    ".devcontainer/devcontainer.json",
    ".env.example",
    "README.md",
    "app/__init__.py",
    "compose.yaml",
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
        f"app/signin/dev/practice_{name}.py",
        f"app/signin/dev/register_{name}.py",
        f"app/signin/providers/{name}.py",
        f"docs/providers/{name}.md",
        f"app/signin/static/marks/{name}.svg",
        f"app/signin/static/marks/practice-{name}.svg",
        f"docs/providers/{name}.md",
        f"tests/providers/recorded/{name}.json",
        f"tests/providers/test_{name}.py",
    }


def chosen(providers: str) -> list[str]:
    return local_extensions.check_providers(providers).split(",")


def expected(
    template: Path, providers: str, features: str = "none", database: str = "sqlite"
) -> set[str]:
    """What the app with these choices holds: all but the files of the others."""
    without = {".devcontainer/compose.yaml"} if database == "sqlite" else set()
    unchosen = [of_provider(name) for name in PROVIDERS if name not in chosen(providers)]
    options = tuple(
        f"{folder}/{name}/"
        for folder in ("app", "docs", "tests")
        for name in FEATURES
        if name not in features.split(",")
    )
    kept = files(template / TEMPLATE).difference(without, *unchosen) | {".env"}
    return {name for name in kept if not name.startswith(options)}


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
@pytest.mark.parametrize("providers", CHOICES)
def test_each_choice(generate, template: Path, tool, providers: str, database: str):
    app = generate(providers=providers, database=database)
    assert files(app) == expected(template, providers, database=database)
    container = json.loads((app / ".devcontainer" / "devcontainer.json").read_text())
    assert ("dockerComposeFile" in container) is (database == "postgresql")
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
    assert ("\nDATABASE_URL=postgresql://" in settings) is (database == "postgresql")
    wanted = " ".join(project["project"]["dependencies"])
    assert ("psycopg" in wanted) is (database == "postgresql")


def test_the_marks_of_an_app_are_credited_in_one_file(generate):
    app = generate(providers="gitlab,slack")
    marks = app / "app/signin/static/marks"
    credited = re.findall(r"^- `(.+)`: .+$", (marks / "CREDITS.md").read_text(), re.M)
    assert credited == sorted(file.name for file in marks.glob("*.svg"))
    assert {"gitlab.svg", "slack.svg"} <= set(credited)


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
    own = [
        app / name
        for name in ("app/signin/providers/company.py", "app/home/own.py", "tests/test_own.py")
    ] + [app / "migrations/versions/0003_own.py", app / "docs/own.md"]
    for file in own:
        file.write_text("mine")
    subprocess.run([*command, "-f", "providers=x"], cwd=tmp_path, capture_output=True, check=True)
    assert (app / ".env").read_bytes() == before
    assert [file.read_text() for file in own] == ["mine"] * len(own)
    assert not (app / "app/signin/providers/github.py").exists()


def test_closing_message(generate, capfd):
    app = generate(project_name="Größe", providers="x, GitHub", database="postgres")
    said = capfd.readouterr().out
    assert said.isascii()
    assert "grosse is ready in grosse/" in said
    assert "providers: x,github   features: none   database: postgresql" in said
    for line in (
        f"cd {app.name}",
        "make run",
        "GitHub: register an app at https://github.com/settings/applications/new",
        "callback URL: http://localhost:8000/callback/github",
        "GITHUB_CLIENT_ID and GITHUB_CLIENT_SECRET",
        "callback URL: http://127.0.0.1:8000/callback/x",
        "no localhost there: PUBLIC_URL=http://127.0.0.1:8000 in .env",
        "X_CLIENT_ID and X_CLIENT_SECRET",
        "createdb -h localhost -U postgres grosse",
        "DATABASE_URL",
        "python3 scripts/setup.py",
    ):
        assert line in said
    assert said.index("X: register") < said.index("GitHub: register") < said.index("make run")
    assert "google" not in said.lower()
    assert secret(app) not in said


def test_a_message_that_nobody_reads_undoes_nothing(template: Path, tmp_path: Path):
    command = [sys.executable, "-m", "cookiecutter", str(template), "--no-input"]
    with subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE) as process:
        process.stdout.close()
    assert process.returncode == 0
    assert (tmp_path / "my-app/.env").exists()


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
    assert conditions <= {
        'if cookiecutter.__database == "postgresql"',
        'if "live" in cookiecutter.__features',
        'if "metrics" in cookiecutter.__features',
        'if cookiecutter.__providers != "none"',
        "for provider in cookiecutter.__providers | declarations",
        "if cookiecutter is not defined",
        "else",
        "endif",
        "endfor",
    }


@pytest.mark.parametrize(
    ("path", "copied"),
    [
        *((path, True) for path in ("app/_x.py", "app/p.py", "app/pr.py", "app/project.py")),
        *((path, True) for path in ("app/provider_api/x.py", "app/provider_api/templates/x.html")),
        ("app/_private/templates/x.html", True),
        ("app/signin/__init__.py", True),
        ("app/__init__.py", False),
        # A folder that is copied as a whole is first deleted where an app is generated again.
        *((path, False) for path in ("app/signin", "app/home", "migrations/versions", "tests")),
    ],
)
def test_what_is_copied(template: Path, path: str, copied: bool):
    questions = json.loads((template / "cookiecutter.json").read_text())
    assert is_copy_only_path(path, {"cookiecutter": questions}) is copied


def test_every_file_of_app_but_its_factory_is_copied(template: Path):
    questions = json.loads((template / "cookiecutter.json").read_text())
    rendered = [
        name
        for name in files(template / TEMPLATE)
        if name.startswith("app/") and not is_copy_only_path(name, {"cookiecutter": questions})
    ]
    assert rendered == ["app/__init__.py"]


def test_the_example_holds_what_the_app_reads(generate, inside):
    """A setting that is missing is not found; one that is ignored, such as a limit, is believed."""
    app = generate(providers="none")
    example = (app / ".env.example").read_text()
    listed = set(re.findall(r"^(?:# )?([A-Z][A-Z_]+)=", example, re.MULTILINE))
    read = inside(
        app,
        "from app.signin.config.generic_providers import OAUTH_ENDINGS, OIDC_ENDINGS",
        "from app.signin.config.settings import ROWS",
        "[row.name.upper() for row in ROWS]"
        " + [f'OIDC_COMPANY_{ending}' for ending in OIDC_ENDINGS]"
        " + [f'OAUTH_FORUM_{ending}' for ending in OAUTH_ENDINGS]",
    )
    assert listed == set(read)


def test_an_optional_feature_is_a_folder(template: Path, generate, tmp_path: Path):
    """How later versions add options: a name in `_features`, a folder in app/ and one in tests/."""
    later = tmp_path / "later"
    shutil.copytree(template, later)
    questions = json.loads((later / "cookiecutter.json").read_text())
    questions["_features"] = ["one", "two", "three_four"]
    (later / "cookiecutter.json").write_text(json.dumps(questions))
    page = "<a href=\"{{ url_for('home.index') }}\">{# a page of Flask's own #}</a>\n"
    for name in questions["_features"]:
        for folder in ("app", "tests"):
            (later / TEMPLATE / folder / name / "templates").mkdir(parents=True)
            (later / TEMPLATE / folder / name / "file.py").write_text('"""Empty."""\n')
            (later / TEMPLATE / folder / name / "templates" / "page.html").write_text(page)
    app = generate(later, features=" Two, three_four")
    for folder in ("app/two", "tests/two", "app/three_four", "tests/three_four"):
        assert (app / folder / "file.py").exists()
        assert (app / folder / "templates/page.html").read_text() == page
    assert not (app / "app/one").exists()
    assert not (app / "tests/one").exists()
    stamp = tomllib.loads((app / "pyproject.toml").read_text())["tool"]["social-login-template"]
    assert stamp["features"] == "two,three_four"


@pytest.mark.parametrize("features", ["none", *FEATURES, "all"])
def test_each_feature(generate, template: Path, tool, features: str):
    app = generate(features=features)
    wanted = local_extensions.check_features(features)
    assert files(app) == expected(template, "github,google", wanted)
    tool(app, "ruff", "check", ".")
    tool(app, "ruff", "format", "--check", ".")
    tool(app, "mypy")


def test_an_app_without_features_carries_nothing_of_any(generate):
    """No route, no page, no word of documentation; only the tables are there."""
    app = generate()
    traces = re.compile(
        r"(?<!\w)/admin/|app/admin|/api/v1|account/tokens|app/tokens|tokens\.bearer|_pat_|Bearer …"
        r"|(?<!\w)/live\b|app[/.]live|live\.js|WebSocket|wss?://|flask.sock|wsproto"
        r"|METRICS_|prometheus"
    )
    found = [
        f"{name}: {line}"
        for name in sorted(files(app))
        if not name.endswith(".png")
        for line in (app / name).read_text(encoding="utf-8").splitlines()
        if traces.search(line)
    ]
    assert found == []


def test_an_app_without_features_connects_to_nothing(generate, inside):
    """Nothing of an option is in the policy, the addresses or the pages."""
    policy, rules, scripts = inside(
        generate(),
        "from app import create_app",
        "app = create_app({'APP_ENV': 'development', 'SECRET_KEY': 'for-tests-only' * 4,"
        " 'DATABASE_URL': 'sqlite://'})",
        "answer = app.test_client().get('/login', base_url='http://localhost:8000')",
        "[answer.headers['Content-Security-Policy'], [str(rule) for rule in"
        " app.url_map.iter_rules()], app.extensions['scripts']]",
    )
    assert " connect-src 'self';" in policy
    assert not [rule for rule in rules if rule.startswith(("/live", "/api", "/admin", "/device"))]
    assert scripts == []


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
