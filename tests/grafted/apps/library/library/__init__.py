from __future__ import annotations

import os

import click
from flask import Flask, render_template
from flask_migrate import Migrate
from sqlalchemy import select
from werkzeug.exceptions import HTTPException

from library import csrf
from library.accounts import bp as accounts_bp, login_manager
from library.database import db
from library.loans import bp as loans_bp
from library.models import Account

migrate = Migrate()


def create_app(test_config: dict | None = None) -> Flask:
    app = Flask(__name__)
    app.config.from_mapping(
        SECRET_KEY=os.environ.get("SECRET_KEY", "dev"),
        SQLALCHEMY_DATABASE_URI=os.environ.get("DATABASE_URL", "sqlite:///library.sqlite"),
        LOAN_DAYS=21,
    )
    if test_config is not None:
        app.config.from_mapping(test_config)

    db.init_app(app)
    migrate.init_app(app, db)
    login_manager.init_app(app)
    csrf.init_app(app)

    app.register_blueprint(accounts_bp)
    app.register_blueprint(loans_bp)

    @app.errorhandler(HTTPException)
    def http_error(error: HTTPException):
        return render_template("error.html", error=error), error.code

    @app.cli.command("set-role")
    @click.argument("email")
    @click.argument("role", type=click.Choice(["reader", "librarian"]))
    def set_role(email: str, role: str) -> None:
        """Change the role of an account."""
        account = db.session.scalar(select(Account).where(Account.email == email))
        if account is None:
            raise click.ClickException("No such account.")
        account.role = role
        db.session.commit()

    return app
