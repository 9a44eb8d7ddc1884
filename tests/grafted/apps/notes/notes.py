# Notes: a page of notes for each person. Everything is in this file.
import os

from flask import Flask, flash, redirect, render_template, request, url_for
from flask_login import LoginManager, UserMixin, current_user, login_required, login_user, logout_user
from flask_sqlalchemy import SQLAlchemy
from werkzeug.security import check_password_hash, generate_password_hash

app = Flask(__name__)
app.config["SECRET_KEY"] = os.environ.get("SECRET_KEY", "change me")
app.config["SQLALCHEMY_DATABASE_URI"] = os.environ.get("DATABASE_URL", "sqlite:///notes.db")

db = SQLAlchemy(app)
manager = LoginManager(app)
manager.login_view = "login"


class User(db.Model, UserMixin):
    id = db.Column(db.Integer, primary_key=True)
    username = db.Column(db.String(30), unique=True)
    email = db.Column(db.String(100), unique=True)
    password = db.Column(db.String(200))
    notes = db.relationship("Note", backref="owner", cascade="all, delete-orphan")


class Note(db.Model):
    id = db.Column(db.Integer, primary_key=True)
    text = db.Column(db.Text, nullable=False)
    user_id = db.Column(db.Integer, db.ForeignKey("user.id"), nullable=False)


@manager.user_loader
def load(key):
    return db.session.get(User, int(key))


@app.route("/")
def index():
    return render_template("index.html")


@app.route("/join", methods=["GET", "POST"])
def join():
    if request.method == "POST":
        if User.query.filter_by(username=request.form["username"]).first():
            flash("Somebody has that name.")
            return redirect(url_for("join"))
        hashed = generate_password_hash(request.form["password"])
        email = request.form.get("email") or None
        db.session.add(User(username=request.form["username"], email=email, password=hashed))
        db.session.commit()
        return redirect(url_for("login"))
    return render_template("join.html")


@app.route("/login", methods=["GET", "POST"])
def login():
    if request.method == "POST":
        user = User.query.filter_by(username=request.form["username"]).first()
        if user and check_password_hash(user.password, request.form["password"]):
            login_user(
                user,
                remember="remember" in request.form,
            )
            return redirect(url_for("mine"))
        flash("Wrong name or password.")
    return render_template("login.html")


@app.route("/logout")
def logout():
    logout_user()
    return redirect(url_for("index"))


@app.route("/mine", methods=["GET", "POST"])
@login_required
def mine():
    if request.method == "POST":
        db.session.add(Note(text=request.form["text"], owner=current_user._get_current_object()))
        db.session.commit()
        return redirect(url_for("mine"))
    return render_template("mine.html")


@app.route("/people/<username>")
def person(username):
    return render_template("person.html", person=User.query.filter_by(username=username).first_or_404())


with app.app_context():
    db.create_all()


if __name__ == "__main__":
    app.run(port=int(os.environ.get("PORT", 5000)))
