"""Every command in a block of README and docs is run by a test, as it stands there.

A command that is in an inline `code` of a sentence is a name, not a step: it must exist.
"""

import ast
import re
import shlex
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import click
import pytest
from clean_copy import ROOT
from flask import Flask
from harness.app_server import SECRET_KEY
from harness.counting_provider import CountingProvider, counting_provider
from harness.needs import is_missing

from .furnish import furnish
from .machine import Machine
from .pages import NOT_RUN, PAGES, TEMPLATE, all_commands, blocks, commands, sections, text_of

HERE = "tests/docs/test_commands.py::"
UPDATES, CRUFT = "tests/template/test_owner_updates.py::", "tests/template/test_cruft.py::"
RUNBOOK = "tests/production/test_runbook.py::test_the_runbook"
FIRST_PAGE = "tests/template/test_docs.py::test_your_first_page_works_as_printed"
ADD = "tests/template/test_add_provider.py::test_the_page_works_as_printed"
# Which test runs each block below a heading.
RUN_BY = {
    ("README.md", ""): f"{HERE}test_the_first_screen",
    ("README.md", "Try it"): f"{HERE}test_try_it",
    ("README.md", "Make an app"): f"{HERE}test_make_an_app",
    ("docs/existing-app.md", "1. The command"): f"{HERE}test_an_app_that_exists",
    ("docs/existing-app.md", "2. The lines by hand"): f"{HERE}test_an_app_that_exists",
    ("docs/one-file.md", "Run it"): f"{HERE}test_the_one_file",
    ("docs/tutorial.md", "1. Generate"): f"{HERE}test_the_tutorial",
    ("docs/tutorial.md", "2. Run"): f"{HERE}test_the_tutorial",
    ("docs/tutorial.md", "3. A real provider"): f"{HERE}test_the_tutorial",
    ("docs/tutorial.md", "6. Check"): f"{HERE}test_the_tutorial",
    ("docs/tutorial.md", "7. Production"): f"{HERE}test_production",
    ("docs/updating.md", "With cruft"): f"{CRUFT}test_the_page_on_updating_works_as_written",
    ("docs/updating.md", "Adding a provider later"): (
        f"{CRUFT}test_the_page_on_updating_works_as_written"
    ),
    ("docs/updating.md", "With git alone"): f"{UPDATES}test_nothing_of_the_owner_s_is_lost",
    ("docs/updating.md", "Migrations"): f"{UPDATES}test_nothing_of_the_owner_s_is_lost",
    ("app/README.md", "Run it"): f"{HERE}test_run_it",
    ("app/docs/add-a-provider.md", "1. Draft it"): ADD,
    ("app/docs/add-a-provider.md", "4. Test it, and write its page"): ADD,
    ("app/docs/deploy.md", "What a server needs"): f"{HERE}test_production",
    ("app/docs/deploy.md", "PostgreSQL and Redis"): f"{HERE}test_the_lock_files",
    ("app/docs/hosting.md", "One machine, with Docker Compose"): f"{HERE}test_small_commands",
    ("app/docs/security.md", "When something leaks"): f"{HERE}test_small_commands",
    ("app/docs/tokens/README.md", "Use it"): f"{HERE}test_a_program_with_a_token",
    ("app/docs/your-first-page.md", "5. The migration"): FIRST_PAGE,
    ("app/docs/your-first-page.md", "6. A look at the table"): FIRST_PAGE,
    ("app/docs/your-first-page.md", "7. The test"): f"{HERE}test_the_tutorial",
    **{
        ("app/docs/runbook.md", heading): RUNBOOK
        for heading in (
            *("Back up", "Restore", "Change the secret key", "The secret key has leaked"),
            *("A client secret has leaked", "Somebody's account is in wrong hands"),
            *("Remove a person", "What has happened?", "A provider is down, or has moved"),
            "Data that has expired",
        )
    },
}


def test_every_command_is_run_by_a_test() -> None:
    """Or NOT_RUN says why not.  A new section with a command needs a test."""
    assert set(sections()) == set(RUN_BY)


@pytest.mark.parametrize("name", sorted(set(RUN_BY.values())))
def test_the_test_exists(name: str) -> None:
    file, _, function = name.partition("::")
    tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
    assert function in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


@pytest.mark.parametrize("page", ["app/docs/add-a-provider.md", "app/docs/your-first-page.md"])
def test_marked_pages_mark_each_block(page: str) -> None:
    """Their tests run the blocks that a comment marks: none is without."""
    marked = re.findall(
        r"^<!-- (?:run|shell)[^\n]*-->\n```console\n(.*?)^```", text_of(page), re.M | re.S
    )
    every = re.findall(r"^```console\n(.*?)^```", text_of(page), re.M | re.S)
    assert every == marked


def test_each_reason_is_needed() -> None:
    typed = [line for _, line in all_commands()]
    for start in NOT_RUN:
        assert any(line.startswith(start) for line in typed), start


@pytest.fixture
def repository(template: Path, tmp_path: Path) -> Path:
    """The template as a git repository."""
    folder = tmp_path / "upstream"
    shutil.copytree(template, folder)
    for command in (["init", "-q", "-b", "main"], ["add", "-A"], ["commit", "-qm", "first"]):
        subprocess.run(["git", "-C", folder, *command], check=True)
    # Cookiecutter's `gh:` clones an address that ends so.
    folder.with_suffix(".git").symlink_to(folder)
    return folder


@pytest.fixture
def machine(repository: Path, tmp_path: Path) -> Machine:
    root = tmp_path / "machine"
    root.mkdir()
    return Machine(root, repository)


@pytest.fixture
def app(machine: Machine, generate: Callable[..., Path]) -> Path:
    """An app with tokens, and somebody in its folder."""
    folder = generate(features="tokens")
    furnish(folder, "requirements-dev.txt")
    machine.folder = folder
    return folder


def test_try_it(machine: Machine, repository: Path) -> None:
    machine.folder = repository
    furnish(repository, "requirements.txt")
    machine.follow("README.md", "Try it")


def test_the_first_screen(machine: Machine) -> None:
    *make, run = commands(blocks("README.md", "")[0])
    machine.type(*make)
    furnish(machine.folder, "requirements-dev.txt")
    machine.type(run)


def test_make_an_app(machine: Machine) -> None:
    """One of three commands makes it; the next block runs it."""
    ways, *_ = blocks("README.md", "Make an app")
    start = machine.folder
    for number, line in enumerate(commands(ways)):
        machine.folder = start / str(number)
        machine.folder.mkdir()
        machine.type(line)
        assert (machine.folder / "my-app" / "app").is_dir()
    furnish(machine.folder / "my-app", "requirements-dev.txt")
    machine.follow("README.md", "Make an app", 1)


@pytest.mark.proof
def test_the_tutorial(machine: Machine) -> None:
    page = "docs/tutorial.md"
    machine.follow(page, "1. Generate", 0)
    assert (machine.folder / "my-app" / "app").is_dir()
    machine.follow(page, "1. Generate", 1, 2)
    furnish(machine.folder, "requirements-dev.txt")
    machine.follow(page, "2. Run")
    assert "callback/github" in machine.follow(page, "3. A real provider")
    assert " passed" in machine.follow("app/docs/your-first-page.md", "7. The test")
    assert lines(page, "6. Check") <= machine.typed


def test_production(
    machine: Machine, generate: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """With a GitHub of the tests, that knows the client and not the code that `doctor` sends."""
    known = {"POST /login/oauth/access_token": lambda *_: {"error": "bad_verification_code"}}
    monkeypatch.setattr(CountingProvider, "_answers", CountingProvider._answers | known)
    machine.folder = generate()
    with counting_provider() as provider:
        machine.environ |= {
            **provider.settings_for("github"),
            "ALLOW_HTTP_LOOPBACK": "1",
            "APP_ENV": "production",
            "SECRET_KEY": SECRET_KEY,
            "PUBLIC_URL": "https://tidewater.example.org",
            "TRUSTED_PROXIES": "1",
            "BIND": f"127.0.0.1:{machine.port}",
        }
        machine.follow("docs/tutorial.md", "7. Production")
    assert lines("app/docs/deploy.md", "What a server needs") <= machine.typed


def lines(page: str, heading: str) -> set[str]:
    """Return the commands below a heading."""
    return {line for block in blocks(page, heading) for line in commands(block)}


def test_an_app_that_exists(machine: Machine) -> None:
    grafted = ROOT / "tests" / "grafted"
    shop = machine.folder / "shop"
    shutil.copytree(grafted / "apps" / "shop", shop, ignore=shutil.ignore_patterns("__pycache__"))
    furnish(shop)
    machine.folder = shop
    machine.type("git init -q", "git add -A", "git commit -qm 'The shop'")
    page = "docs/existing-app.md"
    [block] = blocks(page, "1. The command")
    before, make, after = block.partition("make setup\n")
    machine.type(*commands(before))
    furnish(machine.folder, "requirements-dev.txt")
    machine.type(*commands(make + after))

    machine.folder = shop
    machine.type(f"git apply '{grafted / 'edits' / 'shop.patch'}'")
    machine.environ |= {"FLASK_APP": "wsgi", "SECRET_KEY": SECRET_KEY}
    machine.follow(page, "2. The lines by hand")


def test_the_one_file(machine: Machine, repository: Path) -> None:
    machine.folder = repository
    machine.environ["PUBLIC_URL"] = f"http://localhost:{machine.port}"
    machine.follow("docs/one-file.md", "Run it")


def test_run_it(machine: Machine, app: Path) -> None:
    machine.follow("app/README.md", "Run it")


def test_the_lock_files(machine: Machine, app: Path) -> None:
    before = (app / "requirements.txt").read_text()
    machine.follow("app/docs/deploy.md", "PostgreSQL and Redis")
    assert (app / "requirements.txt").read_text() == before


def test_small_commands(machine: Machine, app: Path) -> None:
    machine.follow("app/docs/hosting.md", "One machine, with Docker Compose")
    assert (app / "production" / "app.env").exists()
    assert len(machine.follow("app/docs/security.md", "When something leaks").strip()) == 64


TOKEN = """
from app import create_app
from app.db import db
from app.models import User
from app.tokens import grants
with create_app().app_context():
    user = User(name="Ada")
    db.session.add(user)
    db.session.flush()
    print(grants.personal(user.id, "a program", "profile:read", 7))
    db.session.commit()
"""


def test_a_program_with_a_token(machine: Machine, app: Path) -> None:
    if not shutil.which("curl"):
        is_missing("curl", "not on the path")
    machine.type("flask db upgrade")
    token = machine.run(f"python3 -c '{TOKEN}'").strip()
    address = f"http://localhost:{machine.port}"
    machine.own_words |= {"myapp_pat_…": token, "https://app.example.org": address}
    machine.environ["PUBLIC_URL"] = address
    with machine.serving("flask run"):
        assert '"Ada"' in machine.follow("app/docs/tokens/README.md", "Use it")


INLINE = re.compile(r"`((?:\.venv/bin/)?(?:flask|make) [^`]*)`")
FENCED = re.compile(r"^ *```.*?^ *```", re.DOTALL | re.MULTILINE)
# Flask's and Flask-Migrate's own, and those of `flask db`, need no look.
NOT_OURS = {"run", "shell", "db", "--app"}


def inline() -> list[tuple[str, list[str]]]:
    """Return each page and each command in a sentence of it, in words."""
    found = [
        (page, re.sub(r"\s+", " ", command).removeprefix(".venv/bin/"))
        for page in PAGES
        for command in INLINE.findall(FENCED.sub("", text_of(page)))
    ]
    return [
        (page, shlex.split(command.replace("{{", "").replace("}}", ""))) for page, command in found
    ]


def test_a_target_in_a_sentence_exists() -> None:
    files = (ROOT / "Makefile", ROOT / TEMPLATE / "Makefile")
    targets = set(re.findall(r"^([a-z]+):", "".join(map(Path.read_text, files)), re.MULTILINE))
    named = [(page, words[1]) for page, words in inline() if words[0] == "make"]
    assert len(named) > 20
    assert [found for found in named if found[1] not in targets] == []


def test_a_flask_command_in_a_sentence_exists(running_commands: click.Group) -> None:
    named = [(page, words[1:]) for page, words in inline() if words[0] == "flask"]
    assert len(named) > 40
    assert [found for found in named if not exists(running_commands, found[1])] == []


def exists(command: click.Command, words: list[str]) -> bool:
    """Return whether these are subcommands and options of a command."""
    if not words or words[0] in NOT_OURS:
        return True
    if words[0] == "|":  # "list | revoke" names two.
        return True
    if isinstance(command, click.Group):
        parts = words[0].split("|")
        return all(part in command.commands for part in parts) and exists(
            command.commands[parts[0]], words[1:]
        )
    options = {name for option in command.params for name in option.opts}
    return {word for word in words if word.startswith("-")} <= options


@pytest.fixture
def running_commands(monkeypatch: pytest.MonkeyPatch) -> click.Group:
    """The commands of the app."""
    monkeypatch.syspath_prepend(str(ROOT / TEMPLATE))
    from app.signin import commands as of_the_kit

    flask = Flask(__name__)
    of_the_kit.init_app(flask)
    return flask.cli
