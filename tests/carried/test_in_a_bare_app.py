"""`signin/` stands in a Flask app of 20 lines with a user class of its own, by one call.

The app has a database, a base template and pages of its own, and knows nothing of the kit but
`signin.init_app(app)` and `SignInUser`.
"""

import shutil
from pathlib import Path

from harness.app_server import SECRET_KEY, TEMPLATE
from harness.counting_provider import Person, counting_provider

from .dialogue import run

FILES = {
    "shop/db.py": """
from flask_sqlalchemy import SQLAlchemy

db = SQLAlchemy()
""",
    "shop/models.py": """
from sqlalchemy.orm import Mapped, mapped_column

from .db import db
from .signin.user import SignInUser


class User(SignInUser, db.Model):
    __tablename__ = "people"
    id: Mapped[int] = mapped_column(primary_key=True)
    shoe_size: Mapped[int | None]
""",
    "shop/__init__.py": """
from flask import Flask

from . import models, signin
from .db import db


def create_app(**config):
    app = Flask(__name__)
    app.config.update(config)
    db.init_app(app)
    signin.init_app(app)
    app.add_url_rule("/", "start", lambda: "the shop")
    return app
""",
}
BESIDE = {
    "shop/templates/layout.html": """
<title>{% block title %}{% endblock %}</title>{% block signin_content %}{% endblock %}
""",
    "sign_in.py": """
import re, sys
from html import unescape
from shop import create_app
from shop.db import db
from shop.models import User

app = create_app(SECRET_KEY=sys.argv[1], SQLALCHEMY_DATABASE_URI=sys.argv[2])
with app.app_context():
    db.create_all()
browser = app.test_client()
page = browser.get("/login/corp", base_url="http://localhost:8000")
assert page.status_code == 200, page.text
assert "<title>Sign in with" in page.text, page.text
token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page.text)[1]
start = browser.post("/login/corp", data={"csrf_token": unescape(token)},
                     base_url="http://localhost:8000")
assert start.status_code == 303, start.text
print(start.location, flush=True)
callback = browser.get(input(), base_url="http://localhost:8000")
assert callback.location == "/", callback.location
who = browser.get("/session", base_url="http://localhost:8000").json
for path in ("/account", "/account/connections", "/account/sessions", "/account/activity",
             "/account/export", "/account/delete"):
    answer = browser.get(path, base_url="http://localhost:8000")
    assert answer.status_code == 200, (path, answer.text)
assert browser.get("/nothing", base_url="http://localhost:8000").status_code == 404
wrong = browser.post("/logout", base_url="http://localhost:8000")
assert wrong.status_code == 400, wrong.text
token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', browser.get("/account/export",
                  base_url="http://localhost:8000").text)[1]
left = browser.post("/logout", data={"csrf_token": unescape(token)},
                    base_url="http://localhost:8000")
assert left.status_code == 303, left.text
assert browser.get("/session", base_url="http://localhost:8000").status_code == 401
with app.app_context():
    user = db.session.query(User).one()
    print(who["user"]["name"], who["provider"], user.shoe_size)
""",
}


# What its owner changes in `signin/host.py`.
HOST = {
    "from ..db import Base, db": "from ..db import db\n\nBase = db.Model",
    "users.id": "people.id",
    "base.html": "layout.html",
}


def make_shop(folder: Path, files: dict[str, str]) -> None:
    """Write an app with `signin/` copied into it as it stands."""
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(TEMPLATE / "app" / "signin", folder / "shop" / "signin", ignore=ignored)
    host = folder / "shop" / "signin" / "host.py"
    text = host.read_text(encoding="utf-8")
    for ours, theirs in HOST.items():
        text = text.replace(ours, theirs)
    host.write_text(text, encoding="utf-8")
    for name, text in (BESIDE | files).items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text.lstrip(), encoding="utf-8")


def sign_in(folder: Path) -> str:
    """Run sign_in.py with the settings of its owner, and return what it printed last."""
    database = f"sqlite:///{folder / 'shop.db'}"
    with counting_provider() as provider:
        settings = provider.settings | {
            "APP_ENV": "development",
            "PUBLIC_URL": "http://localhost:8000",
        }
        return run(folder, provider, Person(3), "sign_in.py", SECRET_KEY, database, **settings)


def test_the_app_has_twenty_lines() -> None:
    lines = [line for line in "".join(FILES.values()).splitlines() if line]
    assert len(lines) <= 20, len(lines)


def test_one_call_signs_people_in(tmp_path: Path) -> None:
    make_shop(tmp_path, FILES)

    assert sign_in(tmp_path).split()[-2:] == ["corp", "None"]
