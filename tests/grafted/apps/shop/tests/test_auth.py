from shop.extensions import db
from shop.models import User

ANNA = {"email": "anna@example.com", "password": "chamomile"}


def test_register_logs_in(app, client):
    response = client.post("/auth/register", follow_redirects=True, data={
        "name": "Ben", "email": "Ben@Example.com",
        "password": "peppermint", "confirm": "peppermint",
    })
    assert "Log out Ben" in response.text
    with app.app_context():
        user = User.query.filter_by(email="ben@example.com").one()
        assert user.is_active is True
        assert user.created_at is not None


def test_register_errors(app, client):
    response = client.post("/auth/register", data={
        "email": "anna@example.com", "password": "peppermint", "confirm": "spearmint"})
    assert "already registered" in response.text
    assert "Passwords must match." in response.text
    with app.app_context():
        assert User.query.count() == 1


def test_login_and_logout(client):
    response = client.post("/auth/login", data=ANNA, follow_redirects=True)
    assert "Welcome back!" in response.text
    response = client.post("/auth/logout", follow_redirects=True)
    assert "You have been logged out." in response.text
    assert client.get("/orders").status_code == 302


def test_login_wrong_password(client):
    response = client.post("/auth/login", data={**ANNA, "password": "coffee"})
    assert "Wrong email or password." in response.text


def test_login_disabled_account(app, client):
    with app.app_context():
        User.query.one().is_active = False
        db.session.commit()
    response = client.post("/auth/login", data=ANNA)
    assert "This account has been disabled." in response.text


def test_login_next(client):
    response = client.get("/orders")
    assert response.location == "/auth/login?next=%2Forders"
    assert client.post(response.location, data=ANNA).location == "/orders"

    client.post("/auth/logout")
    response = client.post("/auth/login?next=https://example.org/", data=ANNA)
    assert response.location == "/"


def test_strong_session_protection(logged_in):
    assert logged_in.get("/orders").status_code == 200
    response = logged_in.get("/orders", headers={"User-Agent": "another browser"})
    assert response.status_code == 302


def test_csrf(app):
    app.config["WTF_CSRF_ENABLED"] = True
    response = app.test_client().post("/auth/login", data=ANNA)
    assert response.status_code == 400
