"""Sign in with GitHub or Google, in one file: python app.py.  docs/one-file.md explains it."""

import hashlib
import logging
import os
import secrets
from base64 import urlsafe_b64encode
from urllib.parse import urlencode, urlsplit

import requests
from cryptography.fernet import Fernet, InvalidToken
from dotenv import load_dotenv
from flask import Flask, abort, flash, redirect, render_template_string, request, session
from flask_login import LoginManager, UserMixin, current_user, login_required, login_user
from flask_sqlalchemy import SQLAlchemy
from flask_wtf.csrf import CSRFProtect
from joserfc import errors, jwk, jwt

load_dotenv()
PUBLIC_URL = os.environ.get("PUBLIC_URL", "http://localhost:5050").rstrip("/")
PRACTICE_URL = os.environ.get("PRACTICE_URL", "http://localhost:8000/dev/practice")
PROVIDERS = {
    "github": {"label": "GitHub", "issuer": "https://github.com/login/oauth"}
    | {"scope": "read:user user:email", "userinfo": "https://api.github.com/user"}
    | {"authorize": "https://github.com/login/oauth/authorize"}
    | {"token": "https://github.com/login/oauth/access_token"},
    "google": {"label": "Google", "issuer": "https://accounts.google.com"}
    | {"authorize": "https://accounts.google.com/o/oauth2/v2/auth"}
    | {"token": "https://oauth2.googleapis.com/token"}
    | {"userinfo": "https://openidconnect.googleapis.com/v1/userinfo"}
    | {"jwks": "https://www.googleapis.com/oauth2/v3/certs"},
}
PRACTICE = {"label": "Practice provider", "issuer": "http://localhost/dev/practice"}
PRACTICE |= {end: f"{PRACTICE_URL}/{end}" for end in ("authorize", "token", "userinfo", "jwks")}
for name, each in PROVIDERS.items():
    each.update({e: os.environ.get(f"{name}_client_{e}".upper()) for e in ("id", "secret")})
READY = {name: each for name, each in PROVIDERS.items() if each["id"] and each["secret"]}
READY = READY or {"practice": PRACTICE | {"id": "guest", "secret": "guest-secret"}}
PAGE = """<!doctype html><html lang="en"><title>One file</title><h1>One file</h1>
{% for text in get_flashed_messages() %}<p role="alert">{{ text }}</p>{% endfor %}
{% macro button(url, text) %}<form method="post" action="{{ url }}"><button>{{ text }}</button>
<input type="hidden" name="csrf_token" value="{{ csrf_token() }}">
<input type="hidden" name="next" value="{{ request.args.get("next", "")[:200] }}"></form>
{% endmacro %}{% if current_user.is_authenticated %}<p>Hello, {{ current_user.name or "you" }}!</p>
{{ button("/logout", "Sign out") }}{% endif %}{% for one in current_user.identities %}
<a href="/profile/{{ one.provider }}">What {{ one.provider }} says of you</a>
{{ button("/unlink/" ~ one.provider, "Disconnect " ~ one.provider) }}{% endfor %}
{% for name in ready %}{{ button("/login/" ~ name, "Use " ~ ready[name].label) }}{% endfor %}"""
app = Flask(__name__)
KEY = app.config["SECRET_KEY"] = os.environ.get("SECRET_KEY") or secrets.token_urlsafe(48)
BOX = Fernet(urlsafe_b64encode(hashlib.sha256(f"tokens {KEY}".encode()).digest()))
app.config["SESSION_COOKIE_SECURE"] = PUBLIC_URL.startswith("https:")
app.config["SESSION_COOKIE_SAMESITE"] = "Lax"
app.config["SQLALCHEMY_DATABASE_URI"] = os.environ.get("DATABASE_URL", "sqlite:///one_file.db")
csrf, db, manager = CSRFProtect(app), SQLAlchemy(app), LoginManager(app)
manager.user_loader(lambda user_id: db.session.get(User, int(user_id)))
manager.login_view = "index"
app.add_url_rule("/", "index", lambda: render_template_string(PAGE, ready=READY))


class User(UserMixin, db.Model):  # name and address are for display; nobody is found by them
    id, name = db.Column(db.Integer, primary_key=True), db.Column(db.String(200))
    email, identities = db.Column(db.String(254)), db.relationship("Identity", backref="user")


class Identity(db.Model):  # only (provider, sub) says who somebody is
    provider = db.Column(db.String(64), primary_key=True)
    sub = db.Column(db.String(255), primary_key=True)
    user_id, token = db.Column(db.ForeignKey("user.id")), db.Column(db.LargeBinary)  # encrypted


@app.post("/login/<name>")
def start(name):
    """Send somebody to a provider; keep what will show that the answer is for this login."""
    provider = READY.get(name) or abort(404)
    login = {key: secrets.token_urlsafe(32) for key in ("state", "nonce", "verifier")}
    login |= {"provider": name, "user": current_user.get_id(), "next": request.form.get("next")}
    session["logins"] = [*session.get("logins", [])[-4:], login]  # five tabs
    query = {"response_type": "code", "client_id": provider["id"], "state": login["state"]}
    query |= {"redirect_uri": f"{PUBLIC_URL}/callback/{name}", "nonce": login["nonce"]}
    query |= {"scope": provider.get("scope", "openid email profile")}
    challenge = urlsafe_b64encode(hashlib.sha256(login["verifier"].encode()).digest())
    query |= {"code_challenge": challenge.decode().rstrip("="), "code_challenge_method": "S256"}
    return redirect(f"{provider['authorize']}?{urlencode(query)}", code=303)


@app.get("/callback/<name>")
def callback(name):
    """Take the answer.  Which login it belongs to comes first, whatever else it says."""
    answer, logins, provider = request.args, session.get("logins", []), READY.get(name)
    state = answer.get("state", "").encode()
    found = (one for one in logins if secrets.compare_digest(one["state"].encode(), state))
    login = next(found, {"provider": None})
    session["logins"] = [one for one in logins if one is not login]  # a state works once
    if login["provider"] != name or login["user"] not in (None, current_user.get_id()):
        abort(400, "This sign-in has expired. Please start again.")
    if answer.get("iss", provider["issuer"]) != provider["issuer"]:
        abort(400, "This answer came from somebody else.")
    if not answer.get("code") or "error" in answer or max(map(len, answer.listvalues())) > 1:
        abort(400, "You did not sign in.")
    form = {"grant_type": "authorization_code", "code": answer["code"]}
    form |= {"redirect_uri": f"{PUBLIC_URL}/callback/{name}", "code_verifier": login["verifier"]}
    form |= {"client_id": provider["id"], "client_secret": provider["secret"]}
    try:
        tokens = fetch("POST", provider["token"], form)
        claims = read_claims(provider, login["nonce"], tokens)
        login_user(person(name, claims, tokens["access_token"], login["user"]))
    except (errors.JoseError, db.exc.IntegrityError, LookupError, TypeError, ValueError):
        abort(400, "That did not work. Please try again.")
    goal = login["next"] or ""
    stays = goal.isprintable() and goal.startswith("/") and goal[1:2] not in ("/", "\\")
    return redirect(goal if stays else "/", code=303)


def fetch(method, url, form=None, **headers):
    """Call a provider, for a few seconds at most; return its JSON."""
    headers["Accept"] = "application/json"
    never = {"allow_redirects": False, "auth": lambda sent: sent}  # nor a password of ~/.netrc
    answer = requests.request(method, url, data=form, headers=headers, timeout=(3, 5), **never)
    if answer.status_code != 200 or "error" in answer.json():
        abort(400, "The provider refused.")
    return answer.json()


def read_claims(provider, nonce, tokens):
    """Return who the provider says this is."""
    if "jwks" in provider:  # OpenID Connect: a signed token, made for us, in this login
        keys = jwk.KeySet.import_key_set(fetch("GET", provider["jwks"]))
        claims = jwt.decode(tokens["id_token"], keys, algorithms=["RS256"]).claims
        wanted = {"iss": provider["issuer"], "aud": provider["id"], "nonce": nonce}
        rules = {claim: {"essential": True, "value": value} for claim, value in wanted.items()}
        jwt.JWTClaimsRegistry(leeway=60, exp={"essential": True}, **rules).validate(claims)
        return claims
    bearer = f"Bearer {tokens['access_token']}"
    user = fetch("GET", provider["userinfo"], Authorization=bearer)
    addresses = fetch("GET", f"{provider['userinfo']}/emails", Authorization=bearer)
    good = [one["email"] for one in addresses if one["primary"] is one["verified"] is True]
    claims = {"name": user["name"], "email": (good or [None])[0], "email_verified": True}
    return claims | {"sub": str(user["id"]) if type(user["id"]) is int else None}


def person(name, claims, token, asking):
    """Return who signed in: somebody known, somebody new, or the one who asked to connect this."""
    sub, verified = claims["sub"], claims.get("email_verified") is True
    if not (isinstance(sub, str) and sub.isprintable() and 0 < len(sub) < 256):
        abort(400, "The provider did not say who you are.")
    identity = db.session.get(Identity, (name, sub)) or Identity(provider=name, sub=sub)
    if identity.user and asking and identity.user_id != int(asking):
        abort(400, "That account belongs to another user here.")
    new = User(name=str(claims.get("name") or "")[:200])
    new.email = str(claims.get("email") or "")[:254] if verified else ""
    identity.user = identity.user or db.session.get(User, asking or 0) or new
    identity.token = BOX.encrypt(f"Bearer {token}".encode())
    db.session.add(identity)
    db.session.commit()
    return identity.user


@app.get("/profile/<name>")
@login_required
def profile(name):
    """Ask a provider something later, with the token that the last sign-in left."""
    mine = [one.token for one in current_user.identities if one.provider == name] or abort(404)
    return fetch("GET", READY[name]["userinfo"], Authorization=BOX.decrypt(mine[0]).decode())


@app.post("/unlink/<name>")
@login_required
def unlink(name):
    if all(one.provider == name for one in current_user.identities):
        abort(400, "That is your only way to sign in.")
    db.session.execute(db.delete(Identity).filter_by(provider=name, user_id=current_user.id))
    db.session.commit()
    return redirect("/", code=303)


@app.post("/logout")
def logout():
    session.clear()
    return redirect("/", code=303)


@app.errorhandler(400)
@app.errorhandler(requests.RequestException)  # no answer, or not in time
@app.errorhandler(InvalidToken)  # SECRET_KEY has changed
def refused(problem):
    """Say what happened, in our own words; the log has the rest, without codes and tokens."""
    text = getattr(problem, "description", "That did not work. Please try again.")
    why = type(problem.__context__ or problem).__name__, request.args.get("error", "")[:100]
    app.logger.warning("refused: %s: %s %r", request.path, text, why)
    flash(text)
    return redirect("/", code=303)


if __name__ == "__main__":
    logging.getLogger("werkzeug").setLevel("WARNING")  # its lines would hold codes
    with app.app_context():
        db.create_all()
    print("Open", PUBLIC_URL)
    app.run(port=urlsplit(PUBLIC_URL).port or 5050)
