from flask_migrate import downgrade, upgrade
from sqlalchemy import inspect, text

from shop.extensions import db
from shop.models import Order, Product, User

from conftest import clean


def add_tea(app, client):
    with app.app_context():
        tea = Product.query.one().id
    return client.post(f"/cart/add/{tea}", follow_redirects=True)


def test_index(client):
    response = client.get("/")
    assert "Earl Grey" in response.text
    assert "€ 6.50" in response.text


def test_cart_survives_login(app, client):
    add_tea(app, client)
    assert "Cart (2)" in add_tea(app, client).text
    client.post("/auth/login", data={"email": "anna@example.com", "password": "chamomile"})
    response = client.get("/cart")
    assert "2 x Earl Grey" in response.text
    assert "€ 13.00" in response.text


def test_checkout(app, logged_in):
    add_tea(app, logged_in)
    response = logged_in.post("/checkout", follow_redirects=True)
    assert "Thank you for your order!" in response.text
    assert "1 x Earl Grey" in response.text
    assert "Cart (0)" in response.text


def test_checkout_needs_login(app, client):
    add_tea(app, client)
    assert client.post("/checkout").location.startswith("/auth/login")


def test_orders_go_with_their_user(app):
    with app.app_context():
        user = User.query.one()
        user.orders.append(Order(items="1 x Teapot", total=2400))
        db.session.commit()
        db.session.delete(user)
        db.session.commit()
        assert Order.query.count() == 0


def test_error_pages(app, client):
    response = client.get("/nothing")
    assert response.status_code == 404
    assert "there is nothing at this address" in response.text

    app.config["PROPAGATE_EXCEPTIONS"] = False
    app.view_functions["main.index"] = lambda: 1 / 0
    response = client.get("/")
    assert response.status_code == 500
    assert "Something went wrong" in response.text


def test_migrations(app):
    with app.app_context():
        clean()
        upgrade()
        names = [c["name"] for c in inspect(db.engine).get_columns("user")]
        assert names == ["id", "email", "password_hash", "name", "created_at", "is_active"]
        downgrade()
        names = [c["name"] for c in inspect(db.engine).get_columns("user")]
        assert "is_active" not in names
        db.session.execute(text(
            "INSERT INTO \"user\" (email, password_hash, created_at)"
            " VALUES ('old@example.com', 'x', '2024-01-01 00:00:00')"))
        db.session.commit()
        upgrade()
        assert User.query.one().is_active is True
