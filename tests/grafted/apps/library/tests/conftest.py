import os
import re

import pytest
from flask_migrate import downgrade, upgrade
from werkzeug.security import generate_password_hash

from library import create_app
from library.database import db
from library.models import Account


class Browser:
    """A test client that sends the CSRF token along."""

    def __init__(self, app):
        self.client = app.test_client()
        self.get = self.client.get

    def post(self, url, data=None, **kwargs):
        page = self.client.get("/signin").text
        token = re.search(r'name="_csrf" value="([^"]+)"', page).group(1)
        return self.client.post(url, data={"_csrf": token, **(data or {})}, **kwargs)

    def sign_in(self, email="clara@example.com"):
        return self.post("/signin", {"email": email, "password": "bookworm"})


@pytest.fixture
def app(tmp_path):
    url = os.environ.get("DATABASE_URL") or f"sqlite:///{tmp_path}/test.sqlite"
    app = create_app({"TESTING": True, "SQLALCHEMY_DATABASE_URI": url})
    with app.app_context():
        # the tests run on the migrated tables
        upgrade()
        hashed = generate_password_hash("bookworm")
        db.session.add_all([
            Account(display_name="Clara", email="clara@example.com", password=hashed),
            Account(display_name="Otto", email="otto@example.com", password=hashed,
                    role="librarian"),
        ])
        db.session.commit()
    yield app
    with app.app_context():
        db.session.remove()
        downgrade(revision="base")
        db.engine.dispose()


@pytest.fixture
def browser(app):
    return Browser(app)
