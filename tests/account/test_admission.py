"""Who may come in: sign-up, invitations, addresses, organizations, domains, administrators."""

from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from harness.app_server import RunningApp
from harness.counting_provider import CountingProvider, Someone
from harness.visitor import Visitor, error_of, went_to

from .conftest import ADA, ADA_AT_B, GRACE, Serve, Visit


def invitation(app: RunningApp, flask_command: Any, *options: str) -> str:
    """Return the path of a new invitation."""
    done = flask_command(app, "users", "invite", *options)
    assert done.exit_code == 0, done.output
    link = done.output.splitlines()[0]
    assert link.startswith(f"{app.url}/invite/")
    return link.removeprefix(app.url)


def nothing_written(app: RunningApp) -> bool:
    return not any(app.rows(table) for table in ("users", "identities", "login_sessions", "notes"))


# --- SIGNUP: new and known, open, invite and closed


@pytest.mark.parametrize(
    ("signup", "end"),
    [("open", "/"), ("invite", "invitation_required"), ("closed", "signup_closed")],
)
def test_lk_22_somebody_new(serve: Serve, visit: Visit, signup: str, end: str) -> None:
    app = serve(SIGNUP=signup)
    visitor = visit(app)
    answer = visitor.sign_in("alpha", ADA, next="/notes")

    if end == "/":
        assert went_to(answer) == "/notes"
        assert visitor.who()["id"] == "1"
    else:
        assert error_of(answer) == end
        page = visitor.visit(went_to(answer))
        assert page.status_code == 403
        assert nothing_written(app)
        assert visitor.who() is None
        assert app.rows("audit_events")[0]["reason"] == end


@pytest.mark.parametrize("signup", ["open", "invite", "closed"])
def test_lk_22_somebody_known(serve: Serve, visit: Visit, sqlite_url: str, signup: str) -> None:
    visit(serve(sqlite_url)).sign_in("alpha", ADA)
    ada = visit(serve(sqlite_url, SIGNUP=signup))

    assert went_to(ada.sign_in("alpha", ADA)) == "/"
    assert ada.who()["id"] == "1"
    assert went_to(ada.link("beta", ADA_AT_B)) == "/account/connections"


# --- Invitations


def test_an_invitation_lets_one_person_in(serve: Serve, visit: Visit, flask_command: Any) -> None:
    app = serve(SIGNUP="invite")
    path = invitation(app, flask_command)
    guest = visit(app)
    assert went_to(guest.visit(path)) == "/login"
    assert "You've been invited." in guest.page("/login")
    assert went_to(guest.sign_in("alpha", ADA)) == "/"
    (row,) = app.rows("invitations")
    assert row["used_by_id"] == 1
    assert row["used_at"]

    second = visit(app)
    assert error_of(second.visit(path)) == "invitation_used"
    assert error_of(second.sign_in("beta", GRACE)) == "invitation_required"
    assert len(app.rows("users")) == 1
    guest.press("/logout")
    assert went_to(guest.sign_in("alpha", ADA)) == "/"


def test_an_invitation_opened_twice_works_once(
    serve: Serve, visit: Visit, flask_command: Any
) -> None:
    app = serve(SIGNUP="invite")
    path = invitation(app, flask_command)
    first, second = visit(app), visit(app)
    first.visit(path)
    second.visit(path)
    first.sign_in("alpha", ADA)

    assert error_of(second.sign_in("beta", GRACE)) == "invitation_used"
    assert [user["name"] for user in app.rows("users")] == [ADA.name]


def test_an_invitation_is_not_used_up_by_somebody_known(
    serve: Serve, visit: Visit, flask_command: Any
) -> None:
    app = serve(SIGNUP="invite")
    first = visit(app)
    first.visit(invitation(app, flask_command))
    first.sign_in("alpha", ADA)
    path = invitation(app, flask_command)
    again = visit(app)
    again.visit(path)
    again.sign_in("alpha", ADA)
    guest = visit(app)
    guest.visit(path)

    assert went_to(guest.sign_in("beta", GRACE)) == "/"


def test_an_invitation_expires(serve: Serve, visit: Visit, flask_command: Any, sql: Any) -> None:
    app = serve(SIGNUP="invite")
    path = invitation(app, flask_command, "--days", "1", "--note", "for Ada")
    guest = visit(app)
    guest.visit(path)
    sql(app, "UPDATE invitations SET expires_at = '2026-01-01'")

    assert error_of(guest.sign_in("alpha", ADA)) == "invitation_expired"
    assert error_of(guest.visit(path)) == "invitation_expired"
    assert nothing_written(app)
    assert app.rows("invitations")[0]["note"] == "for Ada"


def test_an_invitation_is_kept_as_a_hash(serve: Serve, flask_command: Any) -> None:
    app = serve(SIGNUP="invite")
    token = invitation(app, flask_command).rpartition("/")[2]

    assert token not in str(app.rows("invitations"))
    assert len(token) >= 43


@pytest.mark.parametrize("token", ["x", "%00", "' OR 1=1", "../../x", "\u00e4", "x" * 3000])
def test_an_invitation_of_nobody(app: RunningApp, visitor: Visitor, token: str) -> None:
    answer = visitor.visit(f"/invite/{token}")

    assert answer.status_code in (303, 404)
    assert answer.status_code == 404 or error_of(answer) == "invitation_unknown"


def test_an_invitation_does_not_open_what_is_closed(
    serve: Serve, visit: Visit, flask_command: Any
) -> None:
    app = serve(SIGNUP="closed")
    guest = visit(app)
    guest.visit(invitation(app, flask_command))

    assert error_of(guest.sign_in("alpha", ADA)) == "signup_closed"
    assert nothing_written(app)


def test_an_invitation_to_the_page_that_asks(
    serve: Serve, visit: Visit, flask_command: Any
) -> None:
    """An invited person whose address is known makes a separate account: that uses it up."""
    app = serve(SIGNUP="invite")
    first, guest = visit(app), visit(app)
    first.visit(invitation(app, flask_command))
    first.sign_in("alpha", ADA)
    guest.visit(invitation(app, flask_command))
    guest.sign_in("beta", ADA_AT_B)
    assert went_to(guest.press("/login/same-address")) == "/"

    assert guest.who()["id"] == "2"
    assert [row["used_by_id"] for row in app.rows("invitations")] == [1, 2]


# --- REQUIRE_EMAIL

WITHOUT = {
    "verified": ADA,
    "unverified": replace(ADA, verified=False),
    "none": replace(ADA, email=None),
    "malformed": replace(ADA, email="a@b@example.com"),
}


@pytest.mark.parametrize("said", WITHOUT)
@pytest.mark.parametrize("setting", ["no", "yes", "verified"])
def test_require_email(serve: Serve, visit: Visit, setting: str, said: str) -> None:
    app = serve(REQUIRE_EMAIL=setting)
    answer = visit(app).sign_in("alpha", WITHOUT[said])
    let_in = {
        "no": list(WITHOUT),
        "yes": ["verified", "unverified"],
        "verified": ["verified"],
    }[setting]

    if said in let_in:
        assert went_to(answer) == "/"
    else:
        assert error_of(answer) == "email_required"
        assert nothing_written(app)


# --- ALLOWED_EMAIL_DOMAINS: verified, and exactly the domain

ADDRESSES = {
    "ada@example.com": True,
    "ada@EXAMPLE.com": True,
    "ada@second.org": True,
    "ada@sub.example.com": False,
    "ada@notexample.com": False,
    "ada@example.com.evil.net": False,
    "ada@example.co": False,
    "ada@example.com.": False,
    "ada@evil.net@example.com": False,
    "ada@example.com@evil.net": False,
    '"ada@evil.net"@example.com': False,
    "ada@example.com ": False,
    "ada@ example.com": False,
    "ada@evil.net\n@example.com": False,
    "ada@example.com\u0000": False,
    "ada@evil.net,ada@example.com": False,
    "ada@exam\uff50le.com": False,
    "ada@\u0435xample.com": False,
    "@example.com": False,
    "example.com": False,
    "ada@": False,
    "": False,
}


@pytest.fixture
def fenced(serve: Serve) -> RunningApp:
    return serve(ALLOWED_EMAIL_DOMAINS="Example.com, second.org")


@pytest.mark.parametrize("address", ADDRESSES, ids=ascii)
def test_lk_19_domains(fenced: RunningApp, visit: Visit, address: str) -> None:
    answer = visit(fenced).sign_in("alpha", replace(ADA, email=address))

    if ADDRESSES[address]:
        assert went_to(answer) == "/"
    else:
        assert error_of(answer) == "not_allowed"
        assert nothing_written(fenced)


@pytest.mark.parametrize("said", ["unverified", "none", "malformed"])
def test_lk_19_domains_want_verified_addresses(fenced: RunningApp, visit: Visit, said: str) -> None:
    assert error_of(visit(fenced).sign_in("alpha", WITHOUT[said])) == "not_allowed"
    assert nothing_written(fenced)


def test_lk_19_domains_count_at_each_sign_in(fenced: RunningApp, visit: Visit) -> None:
    """Also for those who have an account: who leaves the company is out with the next sign-in."""
    ada = visit(fenced)
    ada.sign_in("alpha", ADA)
    before = fenced.rows("users"), fenced.rows("identities")

    assert error_of(ada.sign_in("alpha", replace(ADA, email="ada@elsewhere.net"))) == "not_allowed"
    assert error_of(ada.link("beta", replace(GRACE, email="x@elsewhere.net"))) == "not_allowed"
    assert error_of(ada.confirm("alpha", replace(ADA, verified=False))) == "not_allowed"
    assert (fenced.rows("users"), fenced.rows("identities")) == before


# --- GITHUB_ALLOWED_ORGS

OCTO = Someone("583231", "Octo", "octo@example.com", orgs=("Other", "Acme-Corp"))


def scope_of(location: str) -> list[str]:
    return parse_qs(urlsplit(location).query)["scope"][0].split()


def test_github_organizations(serve: Serve, visit: Visit) -> None:
    app = serve(GITHUB_ALLOWED_ORGS="acme-corp, second", UNRESTRICTED_PROVIDERS="google,alpha,beta")
    visitor = visit(app)

    assert went_to(visitor.sign_in("github", OCTO)) == "/"
    for orgs in ((), ("acme",), ("acme-corp-2",), ("acme corp",), ("acme-corp/x",)):
        stranger = visit(app)
        answer = stranger.sign_in("github", replace(OCTO, sub="2", orgs=orgs))
        assert error_of(answer) == "not_allowed"
        assert stranger.who() is None
    assert error_of(visitor.sign_in("github", replace(OCTO, orgs=()))) == "not_allowed"
    assert len(app.rows("users")) == 1
    # Those that the owner has named stay open.
    assert went_to(visit(app).sign_in("alpha", ADA)) == "/"


def test_cf_11_read_org_is_asked_only_where_needed(
    serve: Serve, visit: Visit, app: RunningApp
) -> None:
    assert scope_of(visit(app).leave("/login/github")) == ["read:user", "user:email"]
    visit(app).sign_in("github", OCTO)
    asked = [call.name for call in visit(app).people.take_calls()]
    assert "GET /user/orgs" not in asked
    fenced = serve(GITHUB_ALLOWED_ORGS="acme-corp", UNRESTRICTED_PROVIDERS="google,alpha,beta")
    location = visit(fenced).leave("/login/github")
    assert scope_of(location) == ["read:user", "user:email", "read:org"]


def test_github_organizations_that_cannot_be_read(
    serve: Serve, visit: Visit, provider: CountingProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the list is no list, nobody is a member."""
    app = serve(GITHUB_ALLOWED_ORGS="acme-corp", UNRESTRICTED_PROVIDERS="google,alpha,beta")
    for answer in ({"message": "no"}, [{"login": None}], ["acme-corp"], None):
        answers = {**CountingProvider._answers, "GET /user/orgs": lambda *_, answer=answer: answer}
        monkeypatch.setattr(CountingProvider, "_answers", answers)
        assert error_of(visit(app).sign_in("github", OCTO)) in ("not_allowed", "provider_error")
    assert nothing_written(app)


# --- GOOGLE_HOSTED_DOMAIN

HOSTED = {
    "hd": ({"hd": "example.com"}, True),
    "hd-in-capitals": ({"hd": "Example.COM"}, True),
    "no-hd": ({}, False),
    "other-hd": ({"hd": "evil.example"}, False),
    "hd-that-ends-alike": ({"hd": "notexample.com"}, False),
    "hd-below": ({"hd": "sub.example.com"}, False),
    "empty-hd": ({"hd": ""}, False),
    "hd-as-a-list": ({"hd": ["example.com"]}, False),
    "hd-as-a-boolean": ({"hd": True}, False),
}


@pytest.mark.parametrize("row", HOSTED)
def test_id_26_hosted_domain(serve: Serve, visit: Visit, row: str) -> None:
    """The `hd` of the signed token counts; an address that ends with the domain does not."""
    claims, let_in = HOSTED[row]
    app = serve(GOOGLE_HOSTED_DOMAIN="example.com", UNRESTRICTED_PROVIDERS="github,alpha,beta")
    visitor = visit(app)
    location = visitor.leave("/login/google")
    visitor.people.take_calls()
    answer = visitor.come_back(location, replace(ADA, claims=claims))

    asked = [call.name for call in visitor.people.take_calls()]
    assert asked.count("POST /token") == 1
    assert "GET /userinfo" not in asked
    if let_in:
        assert went_to(answer) == "/"
    else:
        assert error_of(answer) == "not_allowed"
        assert nothing_written(app)
        assert visitor.who() is None


# --- ADMINS


def test_ad_03_admins(serve: Serve, visit: Visit) -> None:
    """By provider and sub; never the first user, and never an address."""
    app = serve(ADMINS="alpha:1815,github:583231")
    first = visit(app)
    first.sign_in("beta", replace(ADA, email="x@example.com"))
    assert first.who()["is_admin"] is False
    ada = visit(app)
    ada.sign_in("alpha", ADA)
    assert ada.who()["is_admin"] is True
    for sub in ("1815 ", "01815", "18150"):
        other = visit(app)
        other.sign_in("alpha", replace(ADA, sub=sub, email=None))
        assert other.who()["is_admin"] is False


def test_ad_03_admins_who_have_an_account_already(
    serve: Serve, visit: Visit, sqlite_url: str
) -> None:
    visit(serve(sqlite_url)).sign_in("alpha", ADA)
    ada = visit(serve(sqlite_url, ADMINS="alpha:1815"))
    ada.sign_in("alpha", ADA)

    assert ada.who()["is_admin"] is True


def test_ad_03_an_admin_who_is_disabled_stays_out(
    serve: Serve, visit: Visit, flask_command: Any
) -> None:
    app = serve(ADMINS="alpha:1815")
    ada = visit(app)
    ada.sign_in("alpha", ADA)
    flask_command(app, "users", "disable", "1")

    assert error_of(ada.sign_in("alpha", ADA)) == "account_disabled"


# --- Lists that are empty or misspelt mean nobody, or no start; never everybody


def start_with(provider: CountingProvider, written: tuple[str, ...] = (), **settings: str) -> Any:
    """Return the settings; those in `written` stand in `.env`."""
    from app.signin.config import load
    from app.signin.config.reader import Environment

    environ = Environment(
        {
            "APP_ENV": "development",
            "SECRET_KEY": "0123456789-abcdefghijklmnopqrstuvwxyz",
            **provider.settings_for("github", "google", "alpha"),
            **settings,
        }
    )
    environ.written = frozenset(written)
    return load(environ)


def test_cf_08_the_rest_of_the_settings_is_right(provider: CountingProvider) -> None:
    others = {"GITHUB_ACTIONS": "true", "GITHUB_ACTOR": "x", "GITHUB_REF_NAME": "x"}
    others |= {"GOOGLE_APPLICATION_CREDENTIALS": "x", "ALLOWED_HOSTS": "x", "EMAIL": "x"}
    start_with(provider, ALLOWED_EMAIL_DOMAINS="example.com", ADMINS="alpha:1", **others)


@pytest.mark.parametrize(
    "name", ["ALLOWED_EMAIL_DOMAINS", "GITHUB_ALLOWED_ORGS", "GOOGLE_HOSTED_DOMAIN", "ADMINS"]
)
@pytest.mark.parametrize("value", ["", "  ", ",", " , ,"])
def test_cf_08_an_empty_list(provider: CountingProvider, name: str, value: str) -> None:
    from app.signin.config import ConfigError

    with pytest.raises(ConfigError, match=name):
        start_with(provider, **{name: value})


@pytest.mark.parametrize(
    "name",
    [
        "ALLOWED_EMAIL_DOMAIN",
        "ALLOWED_EMAILS_DOMAINS",
        "ALLOW_EMAIL_DOMAINS",
        "ALLOWED_DOMAINS_EMAIL",
        "GITHUB_ALLOWED_ORG",
        "GITHUB_ALOWED_ORGS",
        "GITHUB_ALLOWED_ORGANIZATIONS",
        "GOOGLE_HOSTED_DOMAINS",
        "ALLOWED_DOMAINS",
        "GITHUB_ALLOWED_USERS",
        "GITHUB_ORGS",
        "GOOGLE_DOMAIN",
        "ADMIN",
    ],
)
def test_cf_08_a_misspelt_list(provider: CountingProvider, name: str) -> None:
    from app.signin.config import ConfigError

    with pytest.raises(ConfigError, match=name):
        start_with(provider, (name,), **{name: "example.com"})


@pytest.mark.parametrize(
    "name",
    [
        "ALLOWED_EMAIL_DOMAIN",
        "ALOWED_EMAIL_DOMAINS",
        "ALLOWED_DOMAINS",
        "EMAIL_DOMAINS",
    ],
)
def test_cf_08_a_misspelt_list_of_the_process(provider: CountingProvider, name: str) -> None:
    """It may be another program's, so the app starts, and says what it makes of it."""
    [notice] = start_with(provider, **{name: "example.com"}).notices
    assert notice.startswith(f"{name} is not a setting of this app: did you mean ")


def test_cf_08_a_misspelt_list_with_the_name_of_a_provider(provider: CountingProvider) -> None:
    """No other program has it: production does not start, development says it on each page."""
    [problem] = start_with(provider, GITHUB_ORGS="example").incomplete
    assert "GITHUB_ALLOWED_ORGS" in problem


@pytest.mark.parametrize(
    "name",
    [
        "ADMIN",
        "ADMIN_ID",
        "ADMIN_IP",
        "ADMINPASS",
        "SITE_ADMINS",
        "MAIL_ADMINS",
    ],
)
def test_variables_of_other_programs_do_not_stop_the_app(
    provider: CountingProvider, name: str
) -> None:
    assert start_with(provider, **{name: "root"}).notices == ()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ALLOWED_EMAIL_DOMAINS", "example.com;second.org"),
        ("ALLOWED_EMAIL_DOMAINS", "@example.com"),
        ("ALLOWED_EMAIL_DOMAINS", "*.example.com"),
        ("ALLOWED_EMAIL_DOMAINS", "ada@example.com"),
        ("ALLOWED_EMAIL_DOMAINS", "localhost"),
        ("ADMINS", "ada@example.com"),
        ("ADMINS", "1815"),
        ("ADMINS", "nobody:1815"),
        ("ADMINS", "alpha:"),
        ("SIGNUP", "Closed"),
        ("SIGNUP", "invited"),
        ("REQUIRE_EMAIL", "true"),
        ("LINK_BY_EMAIL", "always"),
        ("LINK_BY_EMAIL", "yes"),
        ("PROFILE_SYNC", "on"),
    ],
)
def test_cf_08_a_value_that_means_nothing(
    provider: CountingProvider, name: str, value: str
) -> None:
    from app.signin.config import ConfigError

    with pytest.raises(ConfigError, match=name):
        start_with(provider, **{name: value})


# --- The owner's commands


def test_the_list_of_users(app: RunningApp, ada: Visitor, visit: Visit, flask_command: Any) -> None:
    visit(app).sign_in("beta", replace(GRACE, email=None))
    ada.link("github", OCTO)
    flask_command(app, "users", "make-admin", "1")
    flask_command(app, "users", "disable", f"beta:{GRACE.sub}")
    lines = flask_command(app, "users", "list").output.splitlines()

    assert [" ".join(line.split()) for line in lines] == [
        "1 Ada Lovelace <ada@example.com> [admin]",
        "alpha:1815 ada@example.com",
        "github:583231 octo@example.com",
        "2 Grace Hopper <no e-mail> [disabled]",
        "beta:1906",
    ]


def test_lk_20_disable_and_enable(
    app: RunningApp, ada: Visitor, visit: Visit, flask_command: Any
) -> None:
    ada.link("beta", ADA_AT_B)
    flask_command(app, "users", "disable", "1")
    before = app.rows("users"), app.rows("identities")
    for name, person in (("alpha", ADA), ("beta", ADA_AT_B)):
        answer = visit(app).sign_in(name, person)
        assert error_of(answer) == "account_disabled"
        page = visit(app).visit(went_to(answer))
        assert page.status_code == 403
        assert ADA.name not in page.text
    assert (app.rows("users"), app.rows("identities")) == before
    assert app.rows("login_sessions") == []
    flask_command(app, "users", "enable", "1")

    assert went_to(ada.sign_in("alpha", ADA)) == "/"


@pytest.mark.parametrize("purpose", ["link", "confirm"])
def test_lk_20_disabled_while_at_the_provider(
    app: RunningApp, ada: Visitor, sql: Any, purpose: str
) -> None:
    path = {"link": "/account/connections/beta", "confirm": "/account/reauthenticate/alpha"}
    location = ada.leave(path[purpose], next="/")
    sql(app, "UPDATE users SET disabled_at = '2026-01-01'")
    ada.people.take_calls()
    answer = ada.come_back(location, ADA_AT_B if purpose == "link" else ADA)

    assert error_of(answer) == "invalid_callback"
    assert ada.people.take_calls() == []
    assert len(app.rows("identities")) == 1


@pytest.mark.parametrize(
    "command", ["make-admin", "remove-admin", "disable", "enable", "show", "delete"]
)
@pytest.mark.parametrize(
    "who", ["99", "0", "-1", "alpha:nobody", "ada@example.com", "x", ":", "9" * 30]
)
def test_a_command_about_nobody(
    app: RunningApp, ada: Visitor, flask_command: Any, command: str, who: str
) -> None:
    before = app.rows("users")
    done = flask_command(app, "users", command, "--", who)

    assert done.exit_code == 1
    assert "There is no user" in done.output
    assert "Give a number or provider:sub" in done.output
    assert ("Ada Lovelace (user 1)" in done.output) == (who == "ada@example.com")
    assert app.rows("users") == before


def test_the_owners_commands_are_events(app: RunningApp, ada: Visitor, flask_command: Any) -> None:
    for command in ("make-admin", "disable", "enable"):
        flask_command(app, "users", command, "1")
    events = app.rows("audit_events")[-3:]

    assert [row["event"] for row in events] == ["make_admin", "disable", "enable"]
    assert {row["actor"] for row in events} == {"command line"}
    assert {row["user_id"] for row in events} == {1}
