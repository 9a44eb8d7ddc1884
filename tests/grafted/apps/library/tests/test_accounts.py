import uuid

from sqlalchemy import select

from library.database import db
from library.models import Account


def test_join(app, browser):
    response = browser.post(
        "/join",
        {"display_name": "Nils", "email": " Nils@Example.com", "password": "long enough"},
        follow_redirects=True,
    )
    assert "Welcome to the library, Nils!" in response.text
    with app.app_context():
        account = db.session.scalar(select(Account).where(Account.email == "nils@example.com"))
        assert isinstance(account.id, uuid.UUID)
        assert account.role == "reader"


def test_join_with_known_email(browser):
    response = browser.post(
        "/join", {"display_name": "C", "email": "clara@example.com", "password": "long enough"}
    )
    assert "There is an account with this email already." in response.text


def test_sign_in_and_out(browser):
    assert browser.sign_in().location == "/"
    assert "Your loans" in browser.get("/").text
    assert browser.client.get("/signout").status_code == 405
    browser.post("/signout")
    assert "Please sign in or join" in browser.get("/").text


def test_stay_signed_in(browser):
    form = {"email": "clara@example.com", "password": "bookworm", "remember": "1"}
    browser.post("/signin", form)
    assert browser.client.get_cookie("remember_token") is not None
    browser.client.delete_cookie("session")
    assert "Your loans" in browser.get("/").text
    browser.post("/signout")
    assert "Please sign in or join" in browser.get("/").text


def test_wrong_password(browser):
    response = browser.post("/signin", {"email": "clara@example.com", "password": "nope"})
    assert "Email or password is wrong." in response.text


def test_account_without_password(app, browser):
    with app.app_context():
        db.session.add(Account(display_name="Desk", email="desk@example.com"))
        db.session.commit()
    response = browser.post("/signin", {"email": "desk@example.com", "password": ""})
    assert "Email or password is wrong." in response.text


def test_next(browser):
    assert browser.get("/account").location == "/signin?next=%2Faccount"
    form = {"email": "clara@example.com", "password": "bookworm"}
    assert browser.post("/signin?next=/account", form).location == "/account"
    assert browser.post("/signin?next=//example.org", form).location == "/"


def test_change_name(browser):
    browser.sign_in()
    response = browser.post("/account", {"display_name": "Clara B."}, follow_redirects=True)
    assert "Saved." in response.text
    assert "Clara B." in browser.get("/").text


def test_csrf(browser):
    response = browser.client.post(
        "/signin", data={"email": "clara@example.com", "password": "bookworm"}
    )
    assert response.status_code == 403
    assert "The form has expired." in response.text
    assert browser.post("/signin", {"_csrf": "wrong"}).status_code == 403
