"""Walks through a sample app, in its folder and as its own process: `walk.py APP before|after`.

Prints whom a provider is to sign in and where, reads where the browser goes then, and ends with 0
if everything is as it should be.
"""

import re
import sys
from importlib import import_module
from pathlib import Path
from typing import Any
from uuid import UUID

sys.path[:0] = [str(Path.cwd()), str(Path(__file__).parent)]

from flask_login import encode_cookie
from kinds import KINDS
from sqlalchemy import text
from visitor import BASE, Visitor, hidden

NAME, WHEN = sys.argv[1:]
KIND = KINDS[NAME]
module = import_module(NAME)
app = module.app if hasattr(module, "app") else module.create_app()


def visitor() -> Visitor:
    return Visitor(app, KIND)


def sql(statement: str, **values: Any) -> Any:
    with app.app_context(), app.extensions["sqlalchemy"].engine.begin() as connection:
        done = connection.execute(text(statement), values)
        return done.scalar() if done.returns_rows else done.rowcount


def error_of(answer: Any) -> str:
    found = re.search(r"/login/error/(\w+)", answer.location or "")
    assert found, (answer.status_code, answer.location, answer.text)
    return found[1]


def store(person: Visitor) -> None:
    for path, fields in KIND.stores:
        assert person.send(path, "/", **fields).status_code in (302, 303)


def before() -> None:
    """Two people have accounts with a password, and one of them a row in another table."""
    if NAME == "shop":
        sql("INSERT INTO product (name, price) VALUES ('Green tea', 450)")
    for who in ("ada", "bob"):
        person = visitor()
        assert person.register(who).status_code == 302
        person.with_password(who)
        assert person.sees_own_page(who)
        if who == "ada":
            store(person)


def passwords_still_work() -> None:
    ada = visitor()
    assert not ada.sees_own_page("ada")
    ada.with_password("ada", password="wrong-and-a-secret")
    assert not ada.sees_own_page("ada")
    ada.with_password("ada")
    assert ada.sees_own_page("ada")
    # The page of the account shows this browser; the app's own way out ends its session.
    assert "This device" in ada.get(ada.at("/account/sessions")).text
    ada.log_out()
    assert not ada.sees_own_page("ada")
    assert sql("SELECT count(*) FROM login_sessions") == 0


def a_password_account_connects_a_provider() -> None:
    ada = visitor()
    ada.with_password("ada")
    answer = ada.connect("ada")
    assert answer.location.endswith("/account/connections"), answer.location
    assert "is connected to your account" in ada.get(answer.location).text
    # A password is a way to sign in, so the only provider can be disconnected, and come back.
    assert "has been disconnected" in ada.get(ada.disconnect().location).text
    ada.connect("ada")

    other = visitor()
    assert other.start("ada").location == KIND.home
    assert other.sees_own_page("ada")
    # For `fresh_login_required` of the app.
    with other.client.session_transaction(base_url=BASE) as cookie:
        assert cookie["_fresh"]
    # The page of the app shows who signed in with the provider, and the app's own way out works.
    other.log_out()
    assert not other.sees_own_page("ada")
    ada.send(ada.at("/logout"), ada.at("/account/connections"))
    assert not ada.sees_own_page("ada")


def somebody_new() -> None:
    users = count_users()
    new = visitor()
    assert new.start("new").location == KIND.home
    assert count_users() == users + 1
    assert new.who()["name"] == "Grace New"
    store(new)
    page = new.get(new.at("/account/connections")).text
    assert "Your only sign-in" in page
    assert "unlink" not in page
    # No password fits an account that has none.
    for password in ("", "!", "None"):
        guess = visitor()
        field = next(iter(KIND.fields))
        value = {"username": new_name(), "email": "new@corp.example"}[field]
        guess.with_password("new", **{field: value, "password": password})
        assert not guess.sees_own_page(new_name())


def new_name() -> str:
    column = KIND.name_field
    return sql(f"SELECT {column} FROM {users()} WHERE email = 'new@corp.example'")


def users() -> str:
    return "accounts" if NAME == "library" else '"user"'


def count_users() -> int:
    return sql(f"SELECT count(*) FROM {users()}")


def nobody_takes_over_an_account() -> None:
    """Bob has a password and an address; others come with the same address."""
    before = count_users()
    same = visitor()
    assert error_of(same.start("bob-verified")) == "email_taken"
    assert not same.sees_own_page("bob")
    assert count_users() == before
    # Whether an account has an address that was not proved, nobody learns.
    for person in ("bob-unverified", "nobody-unverified"):
        unproved = visitor()
        answer = unproved.start(person)
        if KIND.needs_email:
            assert error_of(answer) == "email_required"
        else:
            assert answer.location == KIND.home
            assert unproved.who()["email"] is None
        assert not unproved.sees_own_page("bob"), unproved.get("/").text
    # Bob signs in with his password, and connects it.
    bob = visitor()
    bob.with_password("bob")
    bob.connect("bob-verified")
    assert same.start("bob-verified").location == KIND.home
    assert same.sees_own_page("bob")


def a_remembered_browser() -> None:
    bob, elsewhere = visitor(), visitor()
    elsewhere.with_password("bob", remember=True)
    elsewhere.client.delete_cookie("session", domain="localhost")
    assert elsewhere.sees_own_page("bob")
    # Signed out elsewhere, it is out, remembered or not.
    bob.with_password("bob")
    had = sql("SELECT count(*) FROM login_sessions")
    # The other apps do not show their form to somebody who is signed in.
    if NAME == "library":
        bob.with_password("bob")
    assert sql("SELECT count(*) FROM login_sessions") == had
    bob.send(bob.at("/account/sessions/end-others"), bob.at("/account/sessions"))
    assert bob.sees_own_page("bob")
    assert not elsewhere.sees_own_page("bob")


def a_session_without_a_row() -> None:
    """A session that began without `passwords.sign_in` works, and is no recent sign-in."""
    old = remembered("bob")
    assert old.sees_own_page("bob")
    if NAME == "shop":
        # With its strong protection, Flask-Login ends such a session at its second request.
        return
    assert old.get(old.at("/account/sessions")).status_code == 200
    assert "/account/reauthenticate" in old.get(old.at("/account/export")).location
    refused = old.send(old.at("/account/connections/corp"), old.at("/account/connections"))
    assert "/account/reauthenticate" in refused.location
    assert "sign in with your password again" in old.get(refused.location).text
    # The way out of sign-in ends it, the remember cookie included.
    for way_in in ("/account/sessions", "/logout"):
        old = remembered("bob")
        old.send(old.at("/logout"), old.at(way_in))
        assert not old.sees_own_page("bob")


def remembered(who: str) -> Visitor:
    """Return a browser with a remember cookie from before sign-in came."""
    key = sql(f"SELECT id FROM {users()} WHERE email = '{who}@example.org'")
    key = UUID(str(key)) if NAME == "library" else key
    browser = visitor()
    with app.app_context():
        browser.client.set_cookie("remember_token", encode_cookie(str(key)), domain="localhost")
    return browser


def a_recent_sign_in() -> None:
    bob = visitor()
    bob.with_password("bob")
    assert bob.get(bob.at("/account/export")).status_code == 200
    sql("UPDATE login_sessions SET authenticated_at = '2020-01-01 00:00:00'")
    assert "/account/reauthenticate" in bob.get(bob.at("/account/export")).location
    bob.log_out()
    bob.with_password("bob")
    assert bob.get(bob.at("/account/export")).status_code == 200


def a_disabled_user() -> None:
    bob = visitor()
    bob.with_password("bob")
    run("users", "disable", "corp:bob")
    assert not bob.sees_own_page("bob")
    assert not remembered("bob").sees_own_page("bob")
    for way in (lambda: bob.with_password("bob"), lambda: bob.start("bob-verified")):
        way()
        assert not bob.sees_own_page("bob")
    run("users", "enable", "corp:bob")
    bob.with_password("bob")
    assert bob.sees_own_page("bob")


def run(*command: str) -> str:
    done = app.test_cli_runner().invoke(args=command)
    assert done.exit_code == 0, done.output
    return done.output


def the_app_keeps_what_is_its_own() -> None:
    somebody = visitor()
    assert somebody.get("/nothing").status_code == 404
    assert 'class="signin"' not in somebody.get("/nothing").text
    assert somebody.client.post(somebody.at("/logout"), base_url=BASE).status_code == 400
    if KIND.logout[0] == "POST":
        assert somebody.post(KIND.logout[1]).status_code in (400, 403)
    assert 'action="' + somebody.at("/login/corp") in somebody.get(KIND.login).text
    assert somebody.get(somebody.at("/account")).status_code in (302, 303)
    assert "corp" in run("providers")
    # Not everything that it looks for is here, such as GitHub.
    checked = app.test_cli_runner().invoke(args=["doctor"]).output
    assert "ok    database and migrations" in checked, checked
    assert f"http://localhost:5000{KIND.prefix}/callback/corp" in checked


def the_practice_provider() -> None:
    """What a browser does there, in an app whose CSRF protection is not ours."""
    new = visitor()
    answer = new.send(new.at("/login/practice"), new.at("/login/practice"))
    page = answer.location.removeprefix(BASE)
    assert "static/app.css" in new.get(page).text
    fields = hidden(new.get(page).text) | {"persona": "grace"}
    back = new.client.post(page.partition("?")[0], data=fields, base_url=BASE)
    assert back.location.startswith(BASE + new.at("/callback/practice")), back.text


def accounts_are_deleted() -> None:
    identities = "SELECT count(*) FROM identities"
    had = sql(identities)
    new = visitor()
    new.start("new")
    form = new.at("/account/delete")
    answer = new.send(form, form, sure="y")
    assert answer.location == KIND.home, new.get(form).text
    assert sql(identities) == had - 1
    assert not new.sees_own_page("new")
    # Whoever comes next is somebody else.
    new.start("new")
    assert new.who()["name"] == "Grace New"
    assert sql(identities) == had


def after() -> None:
    for step in (
        *(passwords_still_work, a_password_account_connects_a_provider, somebody_new),
        *(nobody_takes_over_an_account, a_remembered_browser, a_session_without_a_row),
        *(a_recent_sign_in, a_disabled_user, the_app_keeps_what_is_its_own, accounts_are_deleted),
        the_practice_provider,
    ):
        print(step.__name__, file=sys.stderr, flush=True)
        step()


{"before": before, "after": after}[WHEN]()
print("done", flush=True)
