"""Two administrators remove or disable each other at once: one is always left."""

import re
import threading
from concurrent.futures import ThreadPoolExecutor
from html import unescape
from typing import Any

import pytest
from app import create_app
from app.db import db
from app.models import User
from app.signin.database import hash_of, now
from app.signin.models import AuditEvent, LoginSession
from flask.testing import FlaskClient
from harness.app_server import SECRET_KEY
from sqlalchemy import delete, func, select

ROUNDS = 15


def browser_of(app: Any, key: str) -> FlaskClient:
    browser: FlaskClient = app.test_client()
    with browser.session_transaction(base_url=app.config["PUBLIC_URL"]) as cookie:
        cookie["_user_id"] = key
    return browser


def two_admins(app: Any) -> dict[int, str]:
    """Make two administrators that are signed in; return the keys of their sessions."""
    with app.app_context():
        db.session.execute(delete(User))
        people = [User(is_admin=True), User(is_admin=True)]
        db.session.add_all(people)
        db.session.flush()
        keys = {person.id: f"signin.{person.id}" for person in people}
        for number, key in keys.items():
            row = LoginSession(key_hash=hash_of(key), user_id=number, provider="corp", address="")
            row.expires_at, row.user_agent = now().replace(year=now().year + 1), ""
            db.session.add(row)
        db.session.commit()
    return keys


@pytest.mark.parametrize("actions", [("remove_admin",) * 2, ("disable",) * 2])
def test_one_administrator_is_left(each_database: str, actions: tuple[str, str]) -> None:
    settings = {"APP_ENV": "development", "SECRET_KEY": SECRET_KEY, "DATABASE_URL": each_database}
    app = create_app(settings | {"RATELIMIT_ENABLED": "0"})
    for _ in range(ROUNDS):
        keys = two_admins(app)
        together = threading.Barrier(2)

        def act(
            number: int, other: int, action: str, keys: Any = keys, together: Any = together
        ) -> int:
            browser = browser_of(app, keys[number])
            page = browser.get(f"/admin/users/{other}", base_url=app.config["PUBLIC_URL"]).text
            found = re.search(r'name="csrf_token" value="([^"]+)"', page)
            assert found
            form = {"csrf_token": unescape(found[1]), "action": action}
            together.wait()
            answer = browser.post(
                f"/admin/users/{other}", data=form, base_url=app.config["PUBLIC_URL"]
            )
            return answer.status_code

        first, second = keys
        with ThreadPoolExecutor(2) as pool:
            one = pool.submit(act, first, second, actions[0])
            two = pool.submit(act, second, first, actions[1])
            # The second one is told, or is no administrator any more by then.
            assert {one.result(), two.result()} <= {303, 404}
        with app.app_context():
            able = User.is_admin, User.disabled_at.is_(None)
            assert db.session.scalar(select(func.count()).select_from(User).where(*able)) == 1
            done = select(func.count()).select_from(AuditEvent).where(AuditEvent.actor.is_not(None))
            assert db.session.scalar(done.where(AuditEvent.user_id.in_(keys))) == 1
    with app.app_context():
        db.engine.dispose()
