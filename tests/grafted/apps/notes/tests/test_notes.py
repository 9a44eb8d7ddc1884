import os
import tempfile

os.environ.setdefault("DATABASE_URL", "sqlite:///" + os.path.join(tempfile.mkdtemp(), "t.db"))

from notes import app


def test_join_and_keep_a_note():
    browser = app.test_client()
    assert browser.get("/mine").status_code == 302
    who = {"username": "wanda", "password": "fish"}
    browser.post("/join", data=who)
    assert "Wrong" in browser.post("/login", data=who | {"password": "dog"}).text
    assert browser.post("/login", data=who).location == "/mine"
    browser.post("/mine", data={"text": "Buy milk"})
    assert "<li>Buy milk</li>" in browser.get("/mine").text
    assert "1 notes" in browser.get("/people/wanda").text
    assert browser.get("/people/nobody").status_code == 404
    browser.get("/logout")
    assert browser.get("/mine").status_code == 302
