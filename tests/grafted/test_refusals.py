"""What `graft.py` refuses, with one line that says what to do, and without a trace in the app."""

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from .repository import GRAFT, commit, files, graft, rewrite, shop_in


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    return shop_in(tmp_path)


def no_database(app: Path) -> None:
    rewrite(app / "shop/extensions.py", "db = SQLAlchemy()", "db = [SQLAlchemy()][0]")


def own_table(app: Path) -> None:
    rewrite(app / "shop/models.py", '__tablename__ = "orders"', '__tablename__ = "identities"')


def own_folder(app: Path) -> None:
    (app / "shop/signin").mkdir()
    (app / "shop/signin/__init__.py").write_text("")


def own_blueprint(app: Path) -> None:
    rewrite(app / "shop/main.py", 'Blueprint("main"', 'Blueprint("signin"')


def another_key(app: Path) -> None:
    rewrite(
        app / "shop/models.py",
        "class User(UserMixin, db.Model):\n    id = db.Column(db.Integer",
        "class User(UserMixin, db.Model):\n    id = db.Column(db.Float",
    )


def a_required_date(app: Path) -> None:
    rewrite(
        app / "shop/models.py",
        "    name = db.Column(db.String(100))\n    created_at",
        "    born = db.Column(db.Date, nullable=False)\n    created_at",
    )


def a_missing_package(app: Path) -> None:
    rewrite(app / "shop/models.py", "from datetime", "import no_such_package\nfrom datetime")


def a_factory_with_an_argument(app: Path) -> None:
    rewrite(app / "shop/__init__.py", "create_app(config=None)", "create_app(config)")


def migrations_of_another_module(app: Path) -> None:
    rewrite(app / "shop/__init__.py", "    migrate.init_app(app, db)\n", "")


def no_migrations_yet(app: Path) -> None:
    shutil.rmtree(app / "migrations")


def in_another_folder(app: Path) -> None:
    (app / "backend").mkdir()
    (app / "shop").rename(app / "backend" / "shop")


def two_heads(app: Path) -> None:
    newest = next((app / "migrations/versions").glob("*users_can_be*"))
    text = newest.read_text().replace("eca42ad0f5f4", "another")
    newest.with_name("another.py").write_text(text)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (no_database, "--db shop.extensions:db"),
        (own_table, "tables that sign-in needs the names of: identities"),
        (own_folder, "signin is there already"),
        (own_blueprint, "a blueprint signin"),
        (another_key, "the type Float"),
        (a_required_date, "The column born"),
        (a_missing_package, "No module named 'no_such_package'"),
        (a_factory_with_an_argument, "--flask-app wsgi.py"),
        (migrations_of_another_module, "--flask-app wsgi.py"),
        (two_heads, "several heads"),
        (no_migrations_yet, "flask db init"),
        (in_another_folder, "There is no package or module shop in "),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_an_app_that_it_cannot_take(shop: Path, change: Callable[[Path], None], said: str) -> None:
    change(shop)
    commit(shop)
    before = files(shop)
    done = graft(shop)

    assert done.returncode == 1
    assert said in done.stderr
    assert done.stderr.startswith("Nothing was changed. ")
    assert "Traceback" not in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    assert files(shop) == before


def test_a_database_that_is_not_there(shop: Path) -> None:
    for named in ("nothing:db", "shop.extensions:nothing", "shop"):
        assert f"--db {named} does not name a database" in graft(shop, "--db", named).stderr


def test_what_git_could_not_undo(shop: Path) -> None:
    (shop / "shop/main.py").write_text("# changed\n" + (shop / "shop/main.py").read_text())
    assert "not committed" in graft(shop).stderr
    shutil.rmtree(shop / ".git")
    assert "not in a git repository" in graft(shop).stderr
    assert not (shop / "shop/signin").exists()

    assert graft(shop, "--dirty").returncode == 0


def test_a_dry_run_writes_nothing(shop: Path) -> None:
    before = files(shop)
    done = graft(shop, "--dry-run")

    assert done.returncode == 0, done.stderr
    assert files(shop) == before
    assert "+++ b/shop/signin/host.py" in done.stdout
    assert "+++ b/requirements.txt" in done.stdout
    assert '+    if "identities" not in tables:' in done.stdout
    assert "1. shop/models.py:9:" in done.stdout


def test_a_file_that_is_none(shop: Path) -> None:
    before = files(shop)
    (shop / ".env").mkdir()
    done = graft(shop)

    assert ".env cannot be read as text" in done.stderr
    assert files(shop) == before


def test_all_or_nothing(tmp_path: Path) -> None:
    """One file cannot be written: what was written before it goes, what was changed comes back."""
    kept, stray = tmp_path / "kept", tmp_path / "a" / "b" / "new"
    kept.write_text("as it was")
    program = f"""
import sys
sys.path.insert(0, {str(GRAFT.parent)!r})
from pathlib import Path
import graft
graft._write(graft.Plan(
    added={{Path({str(stray)!r}): b"new"}},
    changed={{Path({str(kept)!r}): b"other", Path({str(kept / "below")!r}): b"impossible"}},
))
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)

    assert "Problem" in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["kept"]
    assert kept.read_text() == "as it was"


def test_git_takes_it_back(shop: Path) -> None:
    before = files(shop)
    assert graft(shop).returncode == 0
    assert files(shop) != before
    assert graft(shop).returncode == 1
    assert (
        "SECRET"
        not in subprocess.run(
            ["git", "status", "--porcelain"], cwd=shop, capture_output=True, text=True, check=True
        ).stdout
    )
    for command in (["checkout", "-q", "."], ["clean", "-fdq"]):
        subprocess.run(["git", *command], cwd=shop, check=True)
    (shop / ".env").unlink()
    assert files(shop) == before


@pytest.mark.parametrize("listed", ["pyproject", "none"])
def test_where_the_packages_are_listed(shop: Path, listed: str) -> None:
    (shop / "requirements.txt").unlink()
    if listed == "pyproject":
        (shop / "pyproject.toml").write_text(
            '[project]\nname = "shop"\nversion = "1"\ndependencies = ["Flask>=3", "requests"]\n'
        )
    commit(shop)
    done = graft(shop)

    assert done.returncode == 0, done.stderr
    if listed == "pyproject":
        import tomllib

        found = tomllib.loads((shop / "pyproject.toml").read_text())["project"]["dependencies"]
        assert found[:2] == ["Flask>=3", "requests"]
        assert any(one.startswith("joserfc") for one in found)
        assert not any(one.startswith(("requests>", "gunicorn")) for one in found)
    else:
        assert "Install: flask" in done.stdout
