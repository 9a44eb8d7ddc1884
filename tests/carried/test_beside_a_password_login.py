"""`signin/` in an app that has its own `auth`, LoginManager, CSRF protection and error pages.

Nothing of the app's changes: people with a password sign in as before, and its pages stay its own.
"""

from pathlib import Path

from .test_in_a_bare_app import make_shop, sign_in

FILES = {
    "shop/db.py": """
from flask_sqlalchemy import SQLAlchemy

db = SQLAlchemy()
""",
    "shop/models.py": """
from flask_login import UserMixin
from sqlalchemy.orm import Mapped, mapped_column

from .db import db
from .signin.user import SignInUser


class User(SignInUser, UserMixin, db.Model):
    __tablename__ = "people"
    id: Mapped[int] = mapped_column(primary_key=True)
    password: Mapped[str | None]

    def get_id(self):
        return str(self.id)
""",
    "shop/auth.py": """
from flask import Blueprint, request
from flask_login import LoginManager, login_required, login_user, current_user
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_wtf import CSRFProtect

from .db import db
from .models import User

bp = Blueprint("auth", __name__)
login_manager = LoginManager()
login_manager.login_view = "auth.password"
csrf = CSRFProtect()
limiter = Limiter(get_remote_address, storage_uri="memory://")


@login_manager.user_loader
def load(user_id):
    return db.session.get(User, int(user_id))


@bp.route("/password", methods=["GET", "POST"])
@csrf.exempt
def password():
    if request.method == "POST":
        user = db.session.query(User).filter_by(name=request.form["name"]).one()
        assert user.password == request.form["password"]
        login_user(user)
    return "the shop's own login"


@bp.get("/rare")
@limiter.limit("2 per minute")
def rare():
    return "twice a minute"


@bp.get("/mine")
@login_required
def mine():
    return f"mine {current_user.name}"
""",
    "shop/__init__.py": """
from flask import Flask

from . import auth, models, signin
from .db import db


def create_app(**config):
    app = Flask(__name__)
    app.config.update(config)
    db.init_app(app)
    auth.login_manager.init_app(app)
    auth.csrf.init_app(app)
    app.config["RATELIMIT_HEADERS_ENABLED"] = False
    auth.limiter.init_app(app)
    app.register_blueprint(auth.bp)
    app.register_error_handler(404, lambda _: ("the shop's own 404", 404))
    app.add_url_rule("/", "start", lambda: "the shop")
    signin.init_app(app)
    return app
""",
    "sign_in.py": """
import re, sys
from html import unescape
from shop import create_app
from shop.db import db
from shop.models import User

BASE = "http://localhost:8000"
app = create_app(SECRET_KEY=sys.argv[1], SQLALCHEMY_DATABASE_URI=sys.argv[2])
with app.app_context():
    db.create_all()
    db.session.add(User(name="Old Hand", password="secret"))
    db.session.commit()

old = app.test_client()
form = {"name": "Old Hand", "password": "secret"}
assert old.get("/mine", base_url=BASE).location.startswith("/password")
assert old.post("/password", data=form, base_url=BASE).status_code == 200
assert old.get("/mine", base_url=BASE).text == "mine Old Hand"
assert old.get("/session", base_url=BASE).status_code == 401, "no session of ours"
assert old.get("/nothing", base_url=BASE).text == "the shop's own 404"
assert old.post("/logout", base_url=BASE).status_code == 400, "its CSRF protection holds"

rare = [old.get("/rare", base_url=BASE) for _ in range(3)]
assert [answer.status_code for answer in rare] == [200, 200, 429], "its own limits hold"
assert "X-RateLimit-Limit" not in rare[0].headers
assert app.config["RATELIMIT_HEADERS_ENABLED"] is False, "its configuration of them is its own"

# What comes from another server by design passes the app's own CSRF protection.
for path in ("/dev/practice/token", "/backchannel-logout/corp", "/callback/corp"):
    answer = old.post(path, base_url=BASE)
    assert "CSRF" not in answer.text, (path, answer.text)

new = app.test_client()
page = new.get("/login/corp", base_url=BASE)
token = unescape(re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page.text)[1])
start = new.post("/login/corp", data={"csrf_token": token}, base_url=BASE)
print(start.location, flush=True)
assert new.get(input(), base_url=BASE).location == "/"
assert new.get("/mine", base_url=BASE).text == "mine Person 3"
assert new.get("/account/connections", base_url=BASE).status_code == 200
assert new.get("/login/corp/nothing", base_url=BASE).text == "the shop's own 404"
with app.app_context():
    db.session.execute(db.text("DELETE FROM login_sessions"))
    db.session.commit()
assert new.get("/mine", base_url=BASE).location.startswith("/password"), "an ended session"
""",
}


def test_both_ways_to_sign_in_work(tmp_path: Path) -> None:
    make_shop(tmp_path, FILES)
    sign_in(tmp_path)
