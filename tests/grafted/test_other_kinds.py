"""What `graft.py` makes of an app that is built in another way: the sample `shop`, changed."""

import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from .repository import HERE, commit, graft, rewrite, shop_in

pytestmark = pytest.mark.proof


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    return shop_in(tmp_path)


def grafted(app: Path, *more: str) -> str:
    """Return what a graft of the changed app tells."""
    commit(app)
    done = graft(app, *more)
    assert done.returncode == 0, done.stderr
    return done.stdout


def said_by(app: Path, program: str) -> str:
    """Return what a program prints in the grafted app, with its edits and a new database."""
    subprocess.run(["git", "apply", str(HERE / "edits" / "shop.patch")], cwd=app, check=True)
    start = """
from shop import create_app
from shop.extensions import db
from shop.models import User
from shop.signin.auth import lifecycle, required
from shop.signin.auth.errors import IdentityError

create_app({"TESTING": True, "SQLALCHEMY_DATABASE_URI": "sqlite://"}).app_context().push()
db.create_all()
"""
    done = subprocess.run(
        [sys.executable, "-c", start + program], cwd=app, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def host(app: Path) -> str:
    return (app / "shop/signin/host.py").read_text()


def layout(app: Path) -> str:
    return (app / "shop/signin/auth/templates/signin/layout.html").read_text()


def started_by_wsgi(app: Path) -> None:
    """The factory needs an argument, and Flask-Migrate is set up where it gets it."""
    rewrite(app / "shop/__init__.py", "create_app(config=None)", "create_app(config)")
    rewrite(app / "shop/__init__.py", "    migrate.init_app(app, db)\n", "")
    (app / "wsgi.py").write_text(
        "from shop import create_app\nfrom shop.extensions import db, migrate\n"
        "app = create_app({})\nmigrate.init_app(app, db)\n"
    )


def test_an_app_is_found_as_flask_finds_it(shop: Path) -> None:
    started_by_wsgi(shop)
    told = grafted(shop, "--flask-app", "wsgi.py")

    assert "2. shop/__init__.py:" in told
    assert "from flask_migrate" not in told
    assert "flask --app wsgi.py db upgrade" in told


def test_an_app_is_found_by_its_settings(shop: Path) -> None:
    started_by_wsgi(shop)
    (shop / ".flaskenv").write_text("FLASK_APP=wsgi.py\nDATABASE_URL=sqlite:///other.db\n")
    grafted(shop)


def test_a_package_in_src(shop: Path) -> None:
    (shop / "src").mkdir()
    (shop / "shop").rename(shop / "src" / "shop")
    told = grafted(shop)

    assert "1. src/shop/models.py:9:" in told
    assert "from shop.signin.user import SignInUser" in told
    assert (shop / "src/shop/signin/host.py").exists()
    assert (shop / "migrations/versions/signin_grafted.py").exists()


def test_an_address_that_need_not_be_unique(shop: Path) -> None:
    """Where passwords are, nobody may have a stranger's address: a new one would be sent there."""
    rewrite(shop / "shop/models.py", "unique=True, nullable=False, index", "index")
    grafted(shop)
    assert "required.unique_address(user, claims, needed=False)\n" in host(shop)


def test_an_extension_that_has_every_attribute(shop: Path) -> None:
    """Flask-Mail's object answers None to all names, so it looks like a database, too."""
    any_name = "class Any:\n    def __getattr__(self, name): return None\n\nmail = Any()\n"
    rewrite(shop / "shop/extensions.py", "db = SQLAlchemy()", f"{any_name}\ndb = SQLAlchemy()")
    grafted(shop)
    assert "from shop.extensions import db\n" in host(shop)


def test_a_base_template_that_extends_a_packages(shop: Path) -> None:
    base = shop / "shop/templates/layout.html"
    base.write_text('{% extends "bootstrap/base.html" %}\n' + base.read_text())
    grafted(shop)
    assert '{% extends "layout.html" %}' in layout(shop)


def test_no_base_template(shop: Path) -> None:
    """Each page is whole by itself, and the way out is on one of them."""
    for file in (shop / "shop/templates").rglob("*.html"):
        file.write_text("<!doctype html>\n<p>A page</p>\n")
    (shop / "shop/templates/orders.html").write_text("<p>Mine</p>\n<a href='/logout'>Log out</a>\n")
    told = grafted(shop)

    assert "<!doctype html>" in layout(shop)
    assert "extends" not in layout(shop)
    assert ". shop/templates/orders.html:2: for people who are signed in" in told


def test_columns_that_may_be_null_and_that_pages_need(shop: Path) -> None:
    """Old models say nothing of null; a link to a person without a name is an error."""
    rewrite(
        shop / "shop/models.py",
        "    name = db.Column(db.String(100))\n    created_at",
        "    name = db.Column(db.String(100))\n"
        "    username = db.Column(db.String(64), unique=True)\n"
        "    confirmed = db.Column(db.Boolean, default=False)\n"
        "    newsletter = db.Column(db.Boolean, default=False)\n    created_at",
    )
    grafted(shop)

    assert 'required.unique_name(user, claims, "username", 64)\n' in host(shop)
    assert host(shop).endswith('    required.confirmed(user, "confirmed")\n')
    assert "newsletter" not in host(shop)
    people = """
for address, verified in (("a@example.org", True), ("b@example.org", False), (None, False)):
    user = User(email=address, email_verified=verified)
    required.confirmed(user, "confirmed")
    print(user.confirmed, end=" ")
"""
    assert said_by(shop, people) == "True False False "


def an_address_that_may_be_null(app: Path) -> None:
    rewrite(app / "shop/models.py", "unique=True, nullable=False, index", "unique=True, index")


def rows_that_stay(app: Path) -> None:
    models = app / "shop/models.py"
    rewrite(models, 'back_populates="user", cascade="all, delete-orphan"', 'back_populates="user"')
    rewrite(models, '"user.id"), nullable=False', '"user.id")')


def rows_that_must_not_be_loaded(app: Path) -> None:
    rewrite(
        app / "shop/models.py",
        'db.relationship("Order"',
        'db.relationship("Order", lazy="write_only"',
    )


def rows_that_sqlite_keeps(app: Path) -> None:
    rewrite(app / "shop/models.py", '"user.id")', '"user.id", ondelete="CASCADE")')


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (rows_that_sqlite_keeps, "whatever their ondelete says: orders.user_id"),
        (an_address_that_may_be_null, "needed=True in adapt_user"),
        (rows_that_stay, "without an owner"),
        (rows_that_must_not_be_loaded, "passive_deletes=True"),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_what_the_owner_is_told(shop: Path, change: Callable[[Path], None], said: str) -> None:
    assert said not in graft(shop, "--dry-run").stdout
    change(shop)
    assert said in grafted(shop)


def test_an_account_that_the_app_cannot_delete(shop: Path) -> None:
    """It is refused with words for the person, and the log says which relationship it is."""
    rows_that_must_not_be_loaded(shop)
    grafted(shop)
    program = """
user = User(email="a@example.org", password_hash="!")
db.session.add(user)
db.session.commit()
try:
    lifecycle.delete_account(user.id)
except IdentityError as error:
    print(error.reason, error)
"""
    told = said_by(shop, program)
    assert told.startswith("account_in_use ")
    assert "User.orders" in told


def test_a_package_that_says_nothing_of_the_app(shop: Path) -> None:
    os.rename(shop / "shop", shop / "web")
    for file in (shop / "web").rglob("*.py"):
        file.write_text(file.read_text().replace("from shop", "from web"))
    commit(shop)
    # The last --package counts.
    done = graft(shop, "--package", "web")

    assert done.returncode == 0, done.stderr
    assert "APP_NAME=shop\n" in (shop / ".env").read_text()


def test_sizes_do_not_depend_on_the_app(shop: Path) -> None:
    """Bootstrap 3 makes a rem ten pixels."""
    grafted(shop)
    styles = (shop / "shop/signin/static/signin.css").read_text()
    assert ".signin { --rem: max(16px, 1rem); }" in styles
    assert "@media (max-width: 40rem)" in styles
    assert "padding: calc(" in styles


def test_older_packages(shop: Path, tmp_path: Path) -> None:
    """What is listed without a version is not made newer by installing the list again."""
    assert "older versions" not in graft(shop, "--dry-run").stdout
    (tmp_path / "flask_wtf-1.0.1.dist-info").mkdir()
    about = tmp_path / "flask_wtf-1.0.1.dist-info" / "METADATA"
    about.write_text("Metadata-Version: 2.1\nName: Flask-WTF\nVersion: 1.0.1\n")
    done = graft(shop, "--dry-run", PYTHONPATH=str(tmp_path))

    assert re.search(r"in older versions.*: flask-wtf>=[\d.]+,<2\n", done.stdout)


@pytest.mark.parametrize("shown", ["by the base", "by a part of it", "by nothing"])
def test_messages_are_shown_once(shop: Path, shown: str) -> None:
    base = shop / "shop/templates/layout.html"
    found = re.search(
        r"(?s)\{% with .*?get_flashed_messages.*?endwith %\}|\{% for[^%]*get_flashed.*?endfor %\}",
        base.read_text(),
    )
    assert found
    if shown != "by the base":
        part = '{% include "part.html" %}' if shown == "by a part of it" else ""
        rewrite(base, found[0], part)
        (shop / "shop/templates/part.html").write_text(found[0] if part else "")
    grafted(shop)
    assert ("get_flashed_messages" in layout(shop)) == (shown == "by nothing")
