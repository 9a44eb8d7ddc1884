import click
from flask import Flask, render_template

from .config import Config
from .extensions import csrf, db, login_manager, migrate


def create_app(config=None):
    app = Flask(__name__)
    app.config.from_object(Config)
    if config:
        app.config.update(config)

    db.init_app(app)
    migrate.init_app(app, db)
    login_manager.init_app(app)
    csrf.init_app(app)

    from . import models
    from .auth import bp as auth_bp
    from .main import bp as main_bp

    app.register_blueprint(auth_bp, url_prefix="/auth")
    app.register_blueprint(main_bp)

    register_error_handlers(app)

    app.jinja_env.filters["price"] = lambda cents: "€ %.2f" % (cents / 100)

    @app.cli.command("add-product")
    @click.argument("name")
    @click.argument("cents", type=int)
    def add_product(name, cents):
        """Put a product into the shop."""
        db.session.add(models.Product(name=name, price=cents))
        db.session.commit()

    return app


def register_error_handlers(app):
    @app.errorhandler(404)
    def not_found(error):
        return render_template("errors/404.html"), 404

    @app.errorhandler(500)
    def server_error(error):
        db.session.rollback()
        return render_template("errors/500.html"), 500
