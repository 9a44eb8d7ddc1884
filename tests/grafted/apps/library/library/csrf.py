import hmac
import secrets

from flask import Flask, abort, request, session
from markupsafe import Markup


def get_token() -> str:
    if "_csrf" not in session:
        session["_csrf"] = secrets.token_urlsafe(24)
    return session["_csrf"]


def csrf_field() -> Markup:
    return Markup('<input type="hidden" name="_csrf" value="{}">').format(get_token())


def check() -> None:
    if request.method != "POST":
        return
    expected = session.get("_csrf", "")
    given = request.form.get("_csrf", "")
    if not expected or not hmac.compare_digest(expected.encode(), given.encode()):
        abort(403, "The form has expired. Please go back, reload the page and try again.")


def init_app(app: Flask) -> None:
    app.before_request(check)
    app.jinja_env.globals["csrf_field"] = csrf_field
