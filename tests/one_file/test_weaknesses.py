"""What each line of the file is for: W1 to W23 of docs/one-file.md.

A check goes by real HTTP and holds for the file as it is.  Each mutation takes out or replaces what
mends the weakness, and the same check must then fail: a line that nobody needs is not in the file.
"""

import secrets
import threading
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from harness.bad_provider import BadProvider, Reply
from harness.raw import silence
from harness.walk import query_of, with_query
from protocol.test_next_url import ELSEWHERE, browser_goes_to
from sqlalchemy import inspect

from .serving import SET_UP, SOURCE, OneFile, Person, load, served

Replacements = list[tuple[str, str]]
EXPIRED = "This sign-in has expired. Please start again."
BY_ADDRESS = (
    "identity.user = identity.user or",
    "identity.user = db.session.scalars(db.select(User).filter_by(email=new.email)).first() or",
)


def w1(app: OneFile, provider: BadProvider) -> None:
    """An address that is not verified is not taken; the same address is not the same person."""
    other = {"email": "victim@example.org", "primary": False, "verified": False}
    provider.fault("emails", lambda honest: [other, *honest])
    assert Person(app).sign_in("github").headers["Location"] == "/"
    assert [user["email"] for user in app.rows("user")] == [provider.profile["email"]]
    provider.fault("claims", lambda claims: claims | provider.profile)
    provider.sub = "another"
    assert Person(app).sign_in("google").headers["Location"] == "/"
    assert [user["email"] for user in app.rows("user")] == [provider.profile["email"]] * 2
    provider.profile["email_verified"] = False
    provider.sub = "a third"
    Person(app).sign_in("google")
    assert not app.rows("user")[2]["email"]


def w2(app: OneFile, provider: BadProvider) -> None:
    """A second way to sign in is connected, and taken away again; the last one stays."""
    me, other = Person(app), Person(app)
    me.sign_in("github")
    provider.sub = "mine-at-google"
    me.sign_in("google")
    assert [i["user_id"] for i in app.rows("identity")] == [1, 1]
    provider.sub = "7"
    other.sign_in("github")
    provider.sub = "mine-at-google"
    other.sign_in("google")
    assert other.alerts() == ["That account belongs to another user here."]
    assert [i["user_id"] for i in app.rows("identity")] == [1, 1, 2]
    me.press("/unlink/github")
    me.press("/unlink/google")
    assert me.alerts() == ["That is your only way to sign in."]
    assert [(i["provider"], i["user_id"]) for i in app.rows("identity")] == [
        ("google", 1),
        ("github", 2),
    ]


def w3(app: OneFile, provider: BadProvider) -> None:
    """A state is good at the provider that it was made for."""
    me = Person(app)
    me.visit(me.callback_url("google").replace("/callback/google", "/callback/github"))
    assert me.alerts() == [EXPIRED]
    assert me.user() is None
    assert provider.count("token") == 0


def w4(app: OneFile, provider: BadProvider) -> None:
    """A state is good once."""
    me = Person(app)
    callback = me.callback_url("google")
    me.visit(callback)
    me.visit(callback)
    assert me.alerts() == [EXPIRED]
    assert provider.count("token") == 1


def w5(app: OneFile, provider: BadProvider) -> None:
    """Two tabs both get in."""
    me = Person(app)
    tabs = [me.callback_url("google"), me.callback_url("google")]
    for tab in tabs:
        me.visit(tab)
    assert me.alerts() == []
    assert provider.count("token") == 2


def w6(app: OneFile, provider: BadProvider) -> None:
    """A callback without a state is refused like any other."""
    me = Person(app)
    assert me.visit("/callback/google?code=1").status_code == 303
    assert me.alerts() == [EXPIRED]


def w7(app: OneFile, provider: BadProvider) -> None:
    """A link of a stranger's makes the page say nothing of the stranger's."""
    me = Person(app)
    me.visit("/callback/google?error=Call+555-0100&error_evil=Call+555-0100")
    assert me.alerts() == [EXPIRED]


def w8(app: OneFile, provider: BadProvider) -> None:
    """Nobody needs an address."""
    for number, answer in enumerate(([], [{"email": "a@b.c", "primary": True, "verified": False}])):
        provider.fault("emails", lambda _, answer=answer: answer)
        provider.sub = str(number)
        me = Person(app)
        me.sign_in("github")
        assert me.user()
    for value in (None, 7):
        provider.fault("claims", lambda claims, value=value: {**claims, "email": value})
        me = Person(app)
        me.sign_in("google")
        assert me.user()


def w9(app: OneFile, provider: BadProvider) -> None:
    """A provider that is away, or says nothing, costs a few seconds and shows a message."""
    me = Person(app)
    callback = me.callback_url("github")
    provider.fault("token", silence())
    began = time.monotonic()
    assert me.get(callback, allow_redirects=False, timeout=8).status_code == 303
    assert time.monotonic() - began < 7
    assert me.alerts() == ["That did not work. Please try again."]
    app.module.READY["github"]["token"] = "http://127.0.0.1:1/"
    assert me.sign_in("github").status_code == 303
    assert me.alerts() == ["That did not work. Please try again."]


def w10(app: OneFile, provider: BadProvider) -> None:
    """A provider that is not set up has no button and no address."""
    me = Person(app)
    page = me.get(app.url).text
    assert "Use GitHub" in page
    assert "Use Google" not in page
    assert me.start("google").status_code == 404


def w11(app: OneFile, provider: BadProvider) -> None:
    """States are compared in constant time, and an empty one is none."""
    compared: list[bytes] = []

    def compare(ours: bytes, sent: bytes) -> bool:
        compared.append(sent)
        return secrets.compare_digest(ours, sent)

    found = SimpleNamespace(compare_digest=compare, token_urlsafe=secrets.token_urlsafe)
    app.module.secrets = found
    me = Person(app)
    me.visit(with_query(me.callback_url("google"), state=""))
    assert me.alerts() == [EXPIRED]
    assert compared == [b""]


def w12(app: OneFile, provider: BadProvider) -> None:
    """PKCE and a nonce are sent, the issuer is compared, the ID Token is of this login and ours."""
    me = Person(app)
    sent = query_of(me.start("google").headers["Location"])
    assert sent["code_challenge_method"] == "S256"
    assert len(sent["code_challenge"]) == len(sent["nonce"]) == 43
    wrong = {"nonce": "another", "aud": "another", "iss": "https://issuer.example", "exp": 1}
    for claim, value in wrong.items():
        provider.fault("claims", lambda claims, claim=claim, value=value: {**claims, claim: value})
        me.sign_in("google")
        assert me.alerts() == ["That did not work. Please try again."], claim
    provider.heal()
    provider.fault("sign", lambda made: (*made[:3], provider.attacker))
    me.sign_in("google")
    assert me.alerts() == ["That did not work. Please try again."]
    provider.heal()
    me.visit(with_query(me.callback_url("google"), iss="https://issuer.example"))
    assert me.alerts() == ["This answer came from somebody else."]
    assert me.user() is None


def w13(app: OneFile, provider: BadProvider) -> None:
    """A picture or a form of another site signs nobody out, and nobody in."""
    me = Person(app)
    me.sign_in("google")
    me.visit("/logout")
    me.post(f"{app.url}/logout", allow_redirects=False)
    assert me.user()
    answer = Person(app).post(f"{app.url}/login/google", allow_redirects=False)
    assert "authorize" not in answer.headers["Location"]
    me.press("/logout")
    assert me.user() is None


def w14(app: OneFile, provider: BadProvider) -> None:
    """No key stands in the source, and the debugger is off."""
    folder = Path(app.module.__file__).parent / "again"
    folder.mkdir()
    keys = {load(app.source, folder, SET_UP).KEY for _ in range(2)}
    assert len(keys) == 2
    assert min(map(len, keys)) > 40
    assert "debug=True" not in app.source


def w15(app: OneFile, provider: BadProvider) -> None:
    """The cookie stays with https, out of scripts, and out of other sites' requests."""
    cookie = Person(app).get(app.url).headers["Set-Cookie"]
    assert {"Secure", "HttpOnly", "SameSite=Lax"} <= set(cookie.split("; "))


def w16(app: OneFile, provider: BadProvider) -> None:
    """The redirect URI is the setting's, whatever host a request names."""
    me = Person(app)
    form = {"csrf_token": me.csrf_token("/")}
    headers = {"Host": "evil.example", "Cookie": f"session={me.cookies['session']}"}
    answer = me.post(f"{app.url}/login/google", form, headers=headers, allow_redirects=False)
    assert query_of(answer.headers["Location"])["redirect_uri"] == f"{app.url}/callback/google"


def w17(app: OneFile, provider: BadProvider) -> None:
    """People come to where they wanted to go, if it is here."""
    me = Person(app)
    assert query_of(me.visit("/profile/github").headers["Location"]) == {"next": "/profile/github"}
    page = me.get(f"{app.url}/?next=/profile/github").text
    assert 'name="next" value="/profile/github"' in page
    for here in ("/profile/github", "/?a=//b"):
        assert me.sign_in("github", next_url=here).headers["Location"] == here
    for elsewhere in ELSEWHERE:
        answer = me.sign_in("github", next_url=elsewhere[:500])
        assert browser_goes_to(app.url, answer.headers["Location"]) == app.url, elsewhere


def w18(app: OneFile, provider: BadProvider) -> None:
    """Who changes the address, or its capitals, stays the same; nobody becomes another."""
    for email in ("A@example.org", "a@example.org", "new@example.org"):
        provider.profile["email"] = email
        assert Person(app).sign_in("github").headers["Location"] == "/"
    assert len(app.rows("user")) == 1
    provider.sub = "2"
    assert Person(app).sign_in("github").headers["Location"] == "/"
    assert len(app.rows("user")) == 2


def w19(app: OneFile, provider: BadProvider) -> None:
    """The longest address that exists fits, and a longer one is cut."""
    provider.profile |= {"email": "a" * 300, "name": "n" * 300}
    assert Person(app).sign_in("github").headers["Location"] == "/"
    (user,) = app.rows("user")
    columns = app.module.User.__table__.c
    assert len(user["email"]) == columns.email.type.length == 254
    assert len(user["name"]) == columns.name.type.length == 200


def w20(app: OneFile, provider: BadProvider) -> None:
    """The token can be used later, and does not stand in the database as it is."""
    me = Person(app)
    me.sign_in("github")
    provider.profile["name"] = "A New Name"
    assert me.visit("/profile/github").json()["name"] == "A New Name"
    (identity,) = app.rows("identity")
    assert provider.access_token.encode() not in identity["token"]


def w21(app: OneFile, provider: BadProvider) -> None:
    """A refusal has a page with a message, and a line of the log without secrets."""
    me = Person(app)
    provider.fault("token", lambda _: Reply({"error": "invalid_client"}, 401))
    answer = me.sign_in("github")
    assert answer.status_code == 303
    assert me.alerts() == ["The provider refused."]
    assert "refused: /callback/github: The provider refused." in app.log_text()


def w22(app: OneFile, provider: BadProvider) -> None:
    """To import the file makes no table, so a test or a tool may do it."""
    folder = Path(app.module.__file__).parent / "imported"
    folder.mkdir()
    module = load(app.source, folder, SET_UP)
    with module.app.app_context():
        tables = inspect(module.db.engine).get_table_names()
        module.db.engine.dispose()
    assert tables == []


def w23(app: OneFile, provider: BadProvider) -> None:
    """Two callbacks of a new person at once make one user, and no page of an error."""
    gate, answers = threading.Barrier(2, timeout=5), []
    provider.fault("emails", lambda honest: [gate.wait(), honest][1])
    people = [Person(app), Person(app)]
    callbacks = [one.callback_url("github") for one in people]
    # Both have looked for the identity, and found none, before either writes it.
    find = app.module.db.session.get

    def find_together(table: Any, key: Any) -> Any:
        found = find(table, key)
        if table is app.module.Identity:
            gate.wait()
        return found

    app.module.db.session.get = find_together
    threads = [
        threading.Thread(target=lambda one=one, url=url: answers.append(one.visit(url)))
        for one, url in zip(people, callbacks, strict=True)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [answer.status_code for answer in answers] == [303, 303]
    assert (len(app.rows("user")), len(app.rows("identity"))) == (1, 1)
    assert any(one.user() for one in people)


CHECKS: dict[str, Callable[[OneFile, BadProvider], None]] = {
    check.__name__.upper(): check
    for check in (w1, w2, w3, w4, w5, w6, w7, w8, w9, w10, w11, w12, w13, w14, w15, w16, w17, w18)
}
CHECKS |= {check.__name__.upper(): check for check in (w19, w20, w21, w22, w23)}
ENVIRON = {
    "W10": {name: value for name, value in SET_UP.items() if name.startswith("GITHUB")},
    "W15": {**SET_UP, "PUBLIC_URL": "https://example.org"},
}
MUTATIONS: dict[str, Replacements] = {
    "W1 verified": [(' if one["primary"] is one["verified"] is True', "")],
    "W1 verified, OpenID Connect": [('if verified else ""', 'if True else ""')],
    "W1 by address": [BY_ADDRESS],
    "W2 connect": [("db.session.get(User, asking or 0) or new", "new")],
    "W2 somebody else's": [("if identity.user and asking and", "if False and")],
    "W2 the last": [("if all(one.provider == name", "if False and all(one.provider == name")],
    "W3": [('if login["provider"] != name or login["user"]', 'if login["user"]')],
    "W4": [("[one for one in logins if one is not login]", "logins")],
    "W5": [('[*session.get("logins", [])[-4:], login]', "[login]")],
    "W6": [('answer.get("state", "")', 'answer["state"]')],
    "W7": [
        (
            '    state = answer.get("state"',
            '    if "error" in answer:\n        abort(400, answer["error"])\n'
            '    state = answer.get("state"',
        )
    ],
    "W8": [("(good or [None])[0]", "good[0]")],
    "W9 timeout": [(" timeout=(3, 5),", "")],
    "W9 no answer": [("@app.errorhandler(requests.RequestException)", "")],
    "W10": [(' if each["id"] and each["secret"]}', "}")],
    "W11": [('secrets.compare_digest(one["state"].encode(), state)', 'one["state"] == state')],
    "W12 PKCE": [('"code_challenge_method": "S256"', "")],
    "W12 nonce": [(', "nonce": nonce}', "}")],
    "W12 audience": [('"aud": provider["id"], ', "")],
    "W12 issuer of the token": [('wanted = {"iss": provider["issuer"], ', "wanted = {")],
    "W12 expiry": [(".validate(claims)", "")],
    "W12 issuer of the answer": [
        ('if answer.get("iss", provider["issuer"]) != provider["issuer"]:', "if False:")
    ],
    "W13 GET": [('@app.post("/logout")', '@app.get("/logout")')],
    "W13 CSRF": [("CSRFProtect(app)", "CSRFProtect()")],
    "W14 key": [("secrets.token_urlsafe(48)", '"top secret!"')],
    "W14 debug": [("app.run(", "app.run(debug=True, ")],
    "W15 Secure": [('app.config["SESSION_COOKIE_SECURE"] = PUBLIC_URL.startswith("https:")', "")],
    "W15 SameSite": [('app.config["SESSION_COOKIE_SAMESITE"] = "Lax"', "")],
    "W16": [
        (
            'f"{PUBLIC_URL}/callback/{name}", "nonce"',
            'f"{request.host_url}callback/{name}", "nonce"',
        )
    ],
    "W17 next": [('redirect(goal if stays else "/", code=303)', 'redirect("/", code=303)')],
    "W17 elsewhere": [("goal if stays else", "goal or")],
    "W18": [
        (
            'str(user["id"]) if type(user["id"]) is int else None',
            "good[0]",
        )
    ],
    "W19 column": [
        (
            "email, identities = db.Column(db.String(254))",
            "email, identities = db.Column(db.String(64))",
        )
    ],
    "W19 cut": [("[:254]", "")],
    "W20 kept": [
        ('identity.token = BOX.encrypt(f"Bearer {token}".encode())', 'identity.token = b""')
    ],
    "W20 encrypted": [
        ('BOX.encrypt(f"Bearer {token}".encode())', 'f"Bearer {token}".encode()'),
        ("BOX.decrypt(mine[0])", "mine[0]"),
    ],
    "W21 message": [("    flash(text)\n", "")],
    "W21 log": [('    app.logger.warning("refused: %s: %s %r", request.path, text, why)\n', "")],
    "W22": [
        (
            '@app.post("/login/<name>")',
            'with app.app_context():\n    db.create_all()\n\n\n@app.post("/login/<name>")',
        )
    ],
    "W23 answer": [("db.exc.IntegrityError, ", "")],
    "W23 key": [
        (
            "sub = db.Column(db.String(255), primary_key=True)",
            "sub, number = db.Column(db.String(255)), db.Column(db.Integer, primary_key=True)",
        ),
        (
            "provider = db.Column(db.String(64), primary_key=True)",
            "provider = db.Column(db.String(64))",
        ),
        (
            "db.session.get(Identity, (name, sub)) or",
            "db.session.get(Identity, hash(sub)) or",
        ),
    ],
}


def check(name: str, source: str, folder: Path, provider: BadProvider) -> None:
    """Serve the file, or a changed copy, and go the way of a check."""
    place = None if name == "W10" else provider
    with served(folder, place, source, ENVIRON.get(name, SET_UP)) as app:
        CHECKS[name](app, provider)


@pytest.mark.parametrize("name", CHECKS)
def test_is_mended(name: str, tmp_path: Path, provider: BadProvider) -> None:
    check(name, SOURCE, tmp_path, provider)


@pytest.mark.parametrize("name", MUTATIONS)
def test_without_its_line_the_check_fails(name: str, tmp_path: Path, provider: BadProvider) -> None:
    source = SOURCE
    for old, new in MUTATIONS[name]:
        assert source.count(old) == 1, f"{old} stands {source.count(old)} times in the file"
        source = source.replace(old, new)
    with pytest.raises((AssertionError, LookupError, OSError)):
        check(name.partition(" ")[0], source, tmp_path, provider)


def test_every_weakness_has_a_mutation() -> None:
    assert {name.partition(" ")[0] for name in MUTATIONS} == set(CHECKS)
    assert list(CHECKS) == [f"W{number}" for number in range(1, 24)]


def test_the_file_is_short() -> None:
    assert SOURCE.count("\n") <= 200
