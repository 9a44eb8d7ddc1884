import os

import pytest
from sqlalchemy import text

from shop import create_app
from shop.extensions import db
from shop.models import Product, User


@pytest.fixture
def app(tmp_path):
    app = create_app({
        "TESTING": True,
        "WTF_CSRF_ENABLED": False,
        "SQLALCHEMY_DATABASE_URI": os.environ.get("DATABASE_URL")
        or f"sqlite:///{tmp_path}/test.db",
    })
    with app.app_context():
        clean()
        db.create_all()
        db.session.add(Product(name="Earl Grey", price=650))
        user = User(email="anna@example.com", name="Anna")
        user.set_password("chamomile")
        db.session.add(user)
        db.session.commit()
    yield app
    with app.app_context():
        clean()
        db.engine.dispose()


def clean():
    db.session.remove()
    db.drop_all()
    db.session.execute(text("DROP TABLE IF EXISTS alembic_version"))
    db.session.commit()


@pytest.fixture
def client(app):
    return app.test_client()


@pytest.fixture
def logged_in(client):
    client.post("/auth/login", data={"email": "anna@example.com", "password": "chamomile"})
    return client
