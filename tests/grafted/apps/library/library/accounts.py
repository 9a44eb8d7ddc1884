from __future__ import annotations

import uuid

from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from flask_login import LoginManager, current_user, login_required, login_user, logout_user
from sqlalchemy import select
from werkzeug.security import check_password_hash, generate_password_hash

from library.database import db
from library.models import Account

bp = Blueprint("accounts", __name__)

login_manager = LoginManager()
login_manager.login_view = "accounts.signin"
login_manager.login_message = "Please sign in first."


@login_manager.user_loader
def load_account(account_id: str) -> Account | None:
    try:
        return db.session.get(Account, uuid.UUID(account_id))
    except ValueError:
        return None


def find_by_email(email: str) -> Account | None:
    return db.session.scalar(select(Account).where(Account.email == email))


def next_url() -> str:
    target = request.args.get("next", "")
    if target.startswith("/") and not target.startswith(("//", "/\\")):
        return target
    return url_for("loans.index")


@bp.route("/signin", methods=["GET", "POST"])
def signin():
    if request.method == "POST":
        account = find_by_email(request.form.get("email", "").strip().lower())
        password = request.form.get("password", "")
        if account and account.password and check_password_hash(account.password, password):
            session.clear()
            login_user(account, remember="remember" in request.form)
            return redirect(next_url())
        flash("Email or password is wrong.")
    return render_template("signin.html")


@bp.post("/signout")
def signout():
    session.clear()
    logout_user()
    return redirect(url_for("loans.index"))


@bp.route("/join", methods=["GET", "POST"])
def join():
    if request.method == "POST":
        name = request.form.get("display_name", "").strip()
        email = request.form.get("email", "").strip().lower()
        password = request.form.get("password", "")
        if not 1 <= len(name) <= 80:
            flash("Please tell us your name.")
        elif "@" not in email or len(email) > 254:
            flash("Please enter a valid email address.")
        elif len(password) < 8:
            flash("The password needs at least 8 characters.")
        elif find_by_email(email):
            flash("There is an account with this email already.")
        else:
            account = Account(
                display_name=name, email=email, password=generate_password_hash(password)
            )
            db.session.add(account)
            db.session.commit()
            session.clear()
            login_user(account)
            flash(f"Welcome to the library, {name}!")
            return redirect(url_for("loans.index"))
    return render_template("join.html")


@bp.route("/account", methods=["GET", "POST"])
@login_required
def account():
    if request.method == "POST":
        name = request.form.get("display_name", "").strip()
        if 1 <= len(name) <= 80:
            current_user.display_name = name
            db.session.commit()
            flash("Saved.")
            return redirect(url_for("accounts.account"))
        flash("Please tell us your name.")
    return render_template("account.html")
