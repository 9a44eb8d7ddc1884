"""The example of docs/admin runs."""

import sys
from types import ModuleType

from app.db import Base, db
from app.signin.config import ROOT


def test_a_table_of_one_s_own(make_app):
    text = (ROOT / "docs" / "admin" / "README.md").read_text(encoding="utf-8")
    source = text.partition("<!-- example -->\n```python\n")[2].partition("\n```\n")[0]
    books = ModuleType("books_example")
    sys.modules["books_example"] = books
    app = make_app()
    try:
        exec(compile(source, "docs/admin/README.md", "exec"), vars(books))  # noqa: S102
        app.register_blueprint(books.bp)
        with app.app_context():
            books.Book.__table__.create(db.engine)
            db.session.add_all(books.Book(title=f"T{y}", year=y) for y in (1935, 2001))
            db.session.commit()
        browser = app.test_client()
        browser.sign_in()

        assert browser.get("/books").text.count("<tr>") == 3
        assert browser.get("/books?age=old").text.count("<tr>") == 2
        assert ">\nT1935</textarea>" in browser.get("/books?age=old&sort=-year").text
        assert '"T2001","2001","new"' in browser.get("/books?format=csv").text
        assert browser.press("/books/1", title="x").status_code == 404
        app.test_cli_runner().invoke(args=["users", "make-admin", "1"])
        assert browser.press("/books/1", title="x" * 101).status_code == 422
        assert browser.press("/books/1", title="Mine").location == "/books"
        assert "Mine" in browser.get("/books").text
    finally:
        del sys.modules["books_example"]
        if "books" in Base.metadata.tables:
            Base.metadata.remove(Base.metadata.tables["books"])
            Base.registry._dispose_cls(books.Book)
