from sqlalchemy import select

from library.database import db
from library.models import Account, Loan


def test_borrow_and_give_back(browser):
    browser.sign_in()
    response = browser.post("/loans", {"title": "Sea Birds"}, follow_redirects=True)
    assert "Please bring it back by" in response.text
    [loan] = browser.get("/api/loans").json["loans"]
    assert loan["title"] == "Sea Birds"
    browser.post(f"/loans/{loan['id']}/return")
    assert browser.get("/api/loans").json == {"loans": []}


def test_api_needs_sign_in(browser):
    response = browser.get("/api/loans")
    assert response.status_code == 401
    assert response.json == {"error": "not signed in"}


def test_desk(browser):
    browser.sign_in()
    browser.post("/loans", {"title": "Sea Birds"})
    assert browser.get("/desk").status_code == 403
    browser.post("/signout")
    browser.sign_in("otto@example.com")
    page = browser.get("/desk").text
    assert "Sea Birds" in page
    assert "Clara" in page


def test_error_page(browser):
    response = browser.get("/nowhere")
    assert response.status_code == 404
    assert "<h1>Not Found</h1>" in response.text


def test_loans_go_with_the_account(app, browser):
    browser.sign_in()
    browser.post("/loans", {"title": "Sea Birds"})
    with app.app_context():
        db.session.delete(
            db.session.scalar(select(Account).where(Account.email == "clara@example.com"))
        )
        db.session.commit()
        assert db.session.scalars(select(Loan)).all() == []


def test_set_role(app):
    result = app.test_cli_runner().invoke(args=["set-role", "clara@example.com", "librarian"])
    assert result.exit_code == 0
    with app.app_context():
        account = db.session.scalar(select(Account).where(Account.email == "clara@example.com"))
        assert account.role == "librarian"
