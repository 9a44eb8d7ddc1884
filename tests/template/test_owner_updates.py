"""An app of an early version, which its owner has changed, takes the newest one in both ways.

The owner has a page, a table, a column of User and a migration, and lines in files of the template.
Nothing of it may be lost; the newest version also brings a migration with the same parent as
theirs, as a later release would.
"""

import re
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from clean_copy import ROOT, clean_copy
from harness.needs import is_missing

from .updating import commit, git, written

pytestmark = pytest.mark.proof

TEMPLATE = "{{cookiecutter.project_slug}}"
# A commit of this repository, long before the first release: everything of sign-in is in
# app/signin already, and most providers and options are not there.
EARLY = "d8a54597"
FILES = {
    "app/wiki/__init__.py": '''"""The owner's page."""

from .routes import bp

__all__ = ["bp"]
''',
    "app/wiki/routes.py": '''"""Show the page, and by whom."""

from flask import Blueprint

from ..signin.auth import sessions
from .models import Page as Page

bp = Blueprint("wiki", __name__)


@bp.get("/wiki")
@sessions.login_required
def wiki() -> str:
    """Show who reads."""
    return f"A wiki for {sessions.user().nickname or 'somebody'}"
''',
    "app/wiki/models.py": '''"""The owner's table."""

from sqlalchemy import ForeignKey, Text
from sqlalchemy.orm import Mapped, mapped_column

from ..db import Base


class Page(Base):
    """A page of the wiki."""

    __tablename__ = "pages"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    body: Mapped[str] = mapped_column(Text)
''',
    "migrations/versions/wiki_0001_pages.py": '''"""The wiki: its pages, and a column of User."""

import sqlalchemy as sa
from alembic import op

revision = "wiki_0001"
down_revision = "signin_0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("users") as batch:
        batch.add_column(sa.Column("nickname", sa.String(40), nullable=True))
    op.create_table(
        "pages",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name="fk_pages_user_id_users", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_pages"),
    )
    op.create_index("ix_pages_user_id", "pages", ["user_id"])


def downgrade() -> None:
    op.drop_table("pages")
    with op.batch_alter_table("users") as batch:
        batch.drop_column("nickname")
''',
    "tests/test_wiki.py": '''"""The owner's page."""


def test_the_wiki(signed_in):
    assert signed_in.get("/wiki").text == "A wiki for somebody"


def test_the_wiki_is_for_signed_in_people(browser):
    assert browser.get("/wiki").location == "/login?next=/wiki"
''',
}
# File, a line of the template's, and what the owner writes behind it.
LINES = [
    (
        "app/__init__.py",
        "from .web import errors, health, logs, proxies, security_headers\n",
        "from .wiki import bp as wiki_bp\n",
    ),
    ("app/__init__.py", "    errors.init_app(app)\n", "    app.register_blueprint(wiki_bp)\n"),
    (
        "app/__init__.py",
        '        {"label": "Notes", "endpoint": "home.notes"},\n',
        '        {"label": "Wiki", "endpoint": "wiki.wiki"},\n',
    ),
    (
        "app/models.py",
        "    id: Mapped[int] = mapped_column(primary_key=True)\n",
        "    nickname: Mapped[str | None]\n",
    ),
    ("README.md", "# My App\n", "\nThe wiki of the house.\n"),
    (".env.example", "APP_ENV=development\n", "# The owner's own setting\n# WIKI_NAME=House\n"),
    ("Makefile", "help:  ## Show what there is\n", "\t@echo The wiki of the house\n"),
]
LATER = '''"""A later migration of the template's."""

from alembic import op

revision = "signin_9999"
down_revision = "{parent}"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("UPDATE users SET name = 'Later' WHERE name IS NULL")


def downgrade() -> None:
    """Names stay."""
'''
INIT = "        super().__init__(environment)\n"
TESTS = ("tests/test_wiki.py", "tests/test_db.py")


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """The template at its early version, as a repository."""
    folder = tmp_path / "template"
    folder.mkdir()
    archive = subprocess.run(
        ["git", f"--git-dir={ROOT / '.git'}", "archive", EARLY], capture_output=True, check=False
    )
    if archive.returncode:
        # A clone may be shallow, and be one that nobody can fetch the rest for.
        where = f"git fetch --unshallow: no {EARLY[:7]}"
        is_missing("the history of this repository", where, always=False)
    subprocess.run(["tar", "-x"], cwd=folder, input=archive.stdout, check=True)
    # What every release has: without it, cruft would render the newer version with its filters.
    extensions = folder / "local_extensions.py"
    text = extensions.read_text().replace(INIT, f"{INIT}        sys.modules.pop(__name__, None)\n")
    assert text.count(INIT) == 1
    extensions.write_text(text)
    git(folder, "init", "-q", "-b", "main")
    commit(folder, "early")
    git(folder, "tag", "v0.1.0")
    return folder


@pytest.fixture
def app(repository: Path, tool: Callable[..., object], tmp_path: Path) -> Path:
    """The app of an owner: generated early, migrated, changed, with a row in each table."""
    tool(tmp_path, "cruft", "create", str(repository), "--no-input")
    folder = tmp_path / "my-app"
    git(folder, "init", "-q", "-b", "main")
    commit(folder, "generated")
    for name, text in FILES.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text)
    for name, line, own in LINES:
        text = (folder / name).read_text()
        assert text.count(line) == 1, (name, line)
        (folder / name).write_text(text.replace(line, line + own))
    commit(folder, "a wiki")
    (folder / ".venv/bin").mkdir(parents=True)
    flask = folder / ".venv/bin/flask"
    flask.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m flask "$@"\n')
    flask.chmod(0o755)
    run(folder, "flask", "db", "upgrade")
    # Closed, since to copy an open database's file drops its locks.
    with closing(sqlite3.connect(folder / "instance/app.db")) as database, database:
        database.execute(
            "INSERT INTO users (id, nickname, email_verified, name_edited, picture_edited,"
            " is_admin, created_at) VALUES (7, 'Ada', 0, 0, 0, 0, '2026-01-01')"
        )
        database.execute("INSERT INTO pages (id, user_id, body) VALUES (1, 7, 'Mine')")
    return folder


def release(repository: Path) -> None:
    """Make the newest version out of this repository as it is, with one more migration."""
    git(repository, "rm", "-rq", ".")
    newest = clean_copy(repository.parent / "newest")
    shutil.copytree(newest, repository, dirs_exist_ok=True)
    versions = repository / TEMPLATE / "migrations/versions"
    text = "\n".join(file.read_text() for file in versions.glob("*.py"))
    parents = re.findall(r'^down_revision = "(\w+)"', text, re.MULTILINE)
    [head] = set(re.findall(r'^revision = "(\w+)"', text, re.MULTILINE)) - set(parents)
    (versions / "signin_9999_later.py").write_text(LATER.format(parent=head))
    commit(repository, "newest")
    git(repository, "tag", "v0.2.0")


def run(app: Path, *command: str, code: int = 0) -> str:
    done = subprocess.run(
        [sys.executable, "-B", "-m", *command],
        cwd=app,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == code, f"{done.stdout}\n{done.stderr}"
    return done.stdout + done.stderr


def tracked(app: Path) -> dict[str, str]:
    """Return the files that git knows, each with its text."""
    names = git(app, "ls-files", "-z").split("\0")[:-1]
    return {name: (app / name).read_text(encoding="utf-8", errors="replace") for name in names}


def assert_all_is_there(app: Path) -> None:
    """Each line of the owner's, in its file; nothing that is left to do by hand."""
    for name, text in FILES.items():
        assert (app / name).read_text() == text
    for name, _, own in LINES:
        assert own in (app / name).read_text(), (name, own)
    found = tracked(app)
    assert not [name for name in found if name.endswith(".rej")]
    assert not [name for name, text in found.items() if re.search("^(<<<<<<<|>>>>>>>)", text, re.M)]
    assert git(app, "status", "--porcelain") == ""


def test_nothing_of_the_owner_s_is_lost(
    app: Path, repository: Path, tmp_path: Path, type_in: Callable[..., str]
) -> None:
    by_git = tmp_path / "by-git" / "my-app"
    shutil.copytree(app, by_git)
    release(repository)
    _, _, update, after = written("With cruft")
    # Before it, the page looks at what differs, which is much here: that ends with 1.
    type_in(app, update[update.index("uvx cruft update") :])
    type_in(app, after)
    assert_all_is_there(app)
    [merge] = written("With git alone")
    type_in(by_git, merge)
    assert_all_is_there(by_git)
    cruft, alone = tracked(app), tracked(by_git)
    assert cruft.pop(".cruft.json")
    assert cruft == alone

    assert "Multiple head revisions" in run(app, "flask", "db", "upgrade", code=1)
    [join] = written("Migrations")
    type_in(app, join)
    with closing(sqlite3.connect(app / "instance/app.db")) as database:
        joined = "SELECT nickname, name, body FROM pages JOIN users ON users.id = user_id"
        assert database.execute(joined).fetchall() == [("Ada", "Later", "Mine")]
    assert " passed" in run(app, "pytest", "-q", "-p", "no:cacheprovider", *TESTS)
