"""The setup page writes `.env`, and tries a provider without making an account."""

import stat
from dataclasses import replace
from html import unescape
from urllib.parse import urlsplit

import pytest
from dotenv import dotenv_values
from sqlalchemy import select

from app.db import db
from app.models import User
from app.signin.config import ROOT
from app.signin.dev import env_writer
from app.signin.dev.env_writer import NotWritable, with_values, write
from app.signin.dev.steps import steps
from app.signin.oauth.provider import Provider, Setting
from tests.browser import callback_after
from tests.examples import PLAIN

BEFORE = """\
# The settings of this app.
APP_ENV=development

# Plain:  https://plain.example/apps
PLAIN_CLIENT_ID=
PLAIN_CLIENT_SECRET='old secret'
# ADMINS=plain:1
LAST='two
lines'
"""


@pytest.fixture
def env_file(tmp_path, monkeypatch):
    monkeypatch.setattr("app.signin.dev.setup.ROOT", tmp_path)
    file = tmp_path / ".env"
    file.write_text(BEFORE)
    return file


@pytest.fixture
def plain(make_app, env_file):
    """A browser at an app with one provider, which is not set up."""
    return make_app(declared=[PLAIN]).test_client()


# --- The file


def test_comments_and_order_stay():
    after = with_values(BEFORE, {"PLAIN_CLIENT_ID": "our-id", "ADMINS": "plain:2", "NEW": "1"})

    assert after == BEFORE.replace("CLIENT_ID=", "CLIENT_ID=our-id").replace(
        "# ADMINS=plain:1\n", "# ADMINS=plain:1\nADMINS=plain:2\n"
    ) + ("\n# Written by the setup page\nNEW=1\n")
    assert with_values(after, {"ALSO": "2"}) == after + "\nALSO=2\n"


@pytest.mark.parametrize(
    "value",
    [
        *("a b", "$HOME", "#1", "it's", 'say "x"', "back\\slash", "ä€", "="),
        "-----BEGIN KEY-----\nAb/+\\n \"q\" 's' $x #\n-----END KEY-----",
    ],
)
def test_any_value_is_read_as_it_was_written(tmp_path, value):
    file = tmp_path / ".env"
    write(file, {"SECRET": value, "NEXT": "1"})

    assert dotenv_values(file, interpolate=True) == {"SECRET": value, "NEXT": "1"}


def test_the_last_line_of_a_name_counts():
    assert with_values("A=1\nexport A=2\nB=3\n", {"A": "4"}) == "A=1\nA=4\nB=3\n"


def test_lines_end_as_they_did():
    assert with_values("A=1\r\nB=2\r\n", {"B": "3"}) == "A=1\r\nB=3\r\n"


@pytest.mark.parametrize("value", ["two\rlines", "nul\0"])
def test_what_no_line_can_hold_is_refused(value):
    with pytest.raises(ValueError, match="SECRET has characters"):
        with_values(BEFORE, {"SECRET": value})


def test_a_name_inside_a_value_of_several_lines_is_refused():
    with pytest.raises(ValueError, match="write them by hand"):
        with_values("KEY='first\nA=2\nlast'\n", {"A": "3"})


def test_only_its_owner_may_read_it(tmp_path):
    file = tmp_path / ".env"
    file.write_text("A=1\n")
    file.chmod(0o644)
    write(file, {"A": "2"})

    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir()] == [".env"]


def test_a_link_stays_a_link(tmp_path):
    (tmp_path / "real").write_text("A=1\n")
    (tmp_path / ".env").symlink_to("real")
    write(tmp_path / ".env", {"A": "2"})

    assert (tmp_path / ".env").is_symlink()
    assert (tmp_path / "real").read_text() == "A=2\n"


def test_a_file_that_cannot_be_written_stays(tmp_path, monkeypatch):
    file = tmp_path / ".env"
    file.write_text("A=1\n")

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(env_writer.Path, "replace", full)
    with pytest.raises(NotWritable, match="No space left"):
        write(file, {"A": "2"})
    assert file.read_text() == "A=1\n"
    assert [path.name for path in tmp_path.iterdir()] == [".env"]


# --- The form


def test_the_form_writes_what_was_pasted(plain, env_file):
    fields = {"PLAIN_CLIENT_ID": " our-id ", "PLAIN_CLIENT_SECRET": "a$ecret"}
    answer = plain.press("/dev/setup/plain", **fields)

    assert answer.location == "/dev/ready/plain"
    page = plain.get("/dev/ready/plain").text
    assert "Stop the app and start it again" in page
    assert "Written into .env: PLAIN_CLIENT_ID, PLAIN_CLIENT_SECRET." in page
    assert "a$ecret" not in page
    found = dotenv_values(env_file)
    assert (found["PLAIN_CLIENT_ID"], found["PLAIN_CLIENT_SECRET"]) == ("our-id", "a$ecret")
    assert found["APP_ENV"] == "development"


@pytest.mark.parametrize("pasted", ["\u201cour-id\u201d", "PLAIN_CLIENT_ID=our-id", "$(cat id)"])
def test_what_would_stop_the_app_is_not_written(pasted, plain, env_file):
    before = env_file.read_text()
    plain.press("/dev/setup/plain", PLAIN_CLIENT_ID=pasted, PLAIN_CLIENT_SECRET="a-secret")
    page = plain.get("/dev/setup").text
    assert "PLAIN_CLIENT_ID " in page
    assert "Nothing was written" in page
    assert env_file.read_text() == before


def test_an_empty_field_keeps_what_is_there(plain, env_file):
    plain.press("/dev/setup/plain", PLAIN_CLIENT_ID="our-id", PLAIN_CLIENT_SECRET="")
    assert dotenv_values(env_file)["PLAIN_CLIENT_SECRET"] == "old secret"
    plain.press("/dev/setup/plain")
    assert "nothing was written" in plain.get("/dev/setup").text


def test_only_settings_of_that_provider_are_written(plain, env_file):
    plain.press("/dev/setup/plain", PLAIN_CLIENT_ID="x", ADMINS="plain:1", SECRET_KEY="mine")
    assert "plain:1" not in env_file.read_text().replace("# ADMINS=plain:1", "")
    assert "mine" not in env_file.read_text()
    assert plain.press("/dev/setup/nobody", PLAIN_CLIENT_ID="x").status_code == 404


def test_a_variable_of_the_process_wins_and_is_told(plain, env_file, monkeypatch):
    monkeypatch.setenv("PLAIN_CLIENT_ID", "of the process")
    plain.press("/dev/setup/plain", PLAIN_CLIENT_ID="our-id")
    page = plain.get("/dev/setup").text
    assert "the environment of this process sets PLAIN_CLIENT_ID" in page


@pytest.mark.parametrize("path", ["/dev/setup/plain", "/dev/register/plain", "/dev/openid"])
def test_only_from_this_machine(plain, env_file, path):
    elsewhere = {"environ_base": {"REMOTE_ADDR": "203.0.113.7"}}
    assert 'name="PLAIN_CLIENT_ID"' not in plain.get("/dev/setup", **elsewhere).text
    token = plain.get("/login").text.split('name="csrf_token" value="')[1].split('"')[0]
    form = {"csrf_token": unescape(token), "PLAIN_CLIENT_ID": "theirs"}
    assert plain.post(path, data=form, **elsewhere).status_code == 403
    assert plain.post(path, data={"PLAIN_CLIENT_ID": "theirs"}).status_code == 400
    assert env_file.read_text() == BEFORE


def test_what_cannot_be_written_is_told(plain, env_file):
    env_file.write_bytes(b"\xff\xfe")
    plain.press("/dev/setup/plain", PLAIN_CLIENT_ID="our-id")
    assert ".env cannot be written" in unescape(plain.get("/dev/setup").text)
    assert env_file.read_bytes() == b"\xff\xfe"


def test_nothing_is_sent_before_the_address_is_known(make_app, env_file):
    domain = Setting(ending="DOMAIN", required=True, default="your-town.example", example="a.org")
    town = Provider(
        name="town", label="Town", issuer="https://your-town.example", settings=(domain,)
    )
    browser = make_app(declared=[town]).test_client()
    assert "/dev/register/town" not in browser.get("/dev/setup").text
    browser.press("/dev/register/town")
    assert "Write TOWN_DOMAIN first" in browser.get("/dev/setup").text
    known = make_app({"TOWN_DOMAIN": "own.example"}, declared=[town]).test_client()
    assert "/dev/register/town" in known.get("/dev/setup").text


def test_a_provider_that_registers_nobody(browser, env_file):
    """The test's own provider publishes no registration_endpoint."""
    browser.press("/dev/register/fake")
    assert "takes no registrations by itself" in browser.get("/dev/setup").text
    assert env_file.read_text() == BEFORE


def test_any_openid_provider_is_added(plain, fake, env_file):
    answer = plain.press("/dev/openid", label="Tide House", issuer=f"{fake.issuer}/")
    assert answer.location == "/dev/ready/tide_house"
    added = {"OIDC_TIDE_HOUSE_ISSUER": fake.issuer, "OIDC_TIDE_HOUSE_LABEL": "Tide House"}
    assert {name: dotenv_values(env_file).get(name) for name in added} == added


def test_what_cannot_be_written_of_it_is_told(plain, fake, env_file):
    env_file.write_bytes(b"\xff\xfe")
    answer = plain.press("/dev/openid", label="Tide", issuer=fake.issuer)
    assert answer.location == "/dev/setup#openid"
    assert ".env cannot be written" in unescape(plain.get("/dev/setup").text)


def test_where_it_registers_nobody_its_steps_come_after_the_restart(make_app, fake, env_file):
    apart = {"OIDC_TIDE_ISSUER": fake.issuer}
    before, after = make_app(declared=[]), make_app(apart, declared=[])
    browser = before.test_client()
    browser.press("/dev/openid", label="Tide", issuer=fake.issuer)
    name = before.config["SESSION_COOKIE_NAME"]
    same = after.test_client()
    same.set_cookie(name, browser.get_cookie(name).value)

    assert same.get("/dev/ready/tide").location == "/dev/setup#tide"
    page = same.get("/dev/setup").text
    assert "Tide takes no registrations by itself: follow its steps." in page
    assert "Tide takes no registrations" not in same.get("/dev/setup").text


@pytest.mark.parametrize(
    ("label", "issuer", "why"),
    [
        ("Tide", "{issuer}/elsewhere", "The metadata at this address cannot be used"),
        ("Tide", "http://127.0.0.1:9", "cannot be used: nothing answers at 127.0.0.1:9"),
        ("Tide", "id.example.org", "OIDC_TIDE_ISSUER is not an https:// URL"),
        ("Fake", "{issuer}", "OIDC_FAKE_… takes the name fake, which is in use"),
        ("\u65e5\u672c", "{issuer}", "its name needs a letter from a to z"),
        ("Tide", "", "its address is missing"),
    ],
)
def test_what_cannot_be_added_is_told(label, issuer, why, browser, fake, env_file):
    issuer = issuer.format(issuer=fake.issuer)
    answer = browser.press("/dev/openid", label=label, issuer=issuer)
    page = unescape(browser.get(answer.location).text)
    assert "Nothing was written" in page
    assert why in page
    assert f'value="{issuer}"' in page
    assert env_file.read_text() == BEFORE


# --- The restart


def test_the_page_waits_for_the_restart(plain, monkeypatch):
    monkeypatch.setenv("WERKZEUG_RUN_MAIN", "true")
    page = plain.get("/dev/ready/plain").text
    assert '<meta http-equiv="refresh" content="1; url=/dev/ready/plain?tries=1">' in page
    page = plain.get("/dev/ready/plain?tries=10").text
    assert "http-equiv" not in page
    assert "Plain is still not set up" in page
    # One that was just added is not known before the restart.
    assert "The app restarts" in plain.get("/dev/ready/added").text


def test_then_it_has_the_button(browser):
    page = browser.get("/dev/ready/fake").text
    assert "Fake is ready" in page
    assert 'action="/login/fake"' in page
    assert "http-equiv" not in page


# --- Try it


def tried(browser):
    answer = browser.get(callback_after(browser.press("/dev/try/fake")))
    assert answer.status_code == 303
    return browser.get(urlsplit(answer.location).path)


def test_a_trial_makes_no_account(app, browser):
    page = tried(browser).text

    assert "What Fake sent" in page
    assert "Ada Lovelace" in page
    assert "They would get a new account." in page
    assert browser.user() is None
    with app.app_context():
        assert db.session.scalars(select(User)).all() == []


def test_it_says_what_a_sign_in_would_do(make_app, fake, browser):
    browser.sign_in()
    assert "signed in to the account of user 1" in tried(browser).text
    fake.person = fake.person | {"sub": "another"}
    assert "The address belongs to user 1" in tried(browser).text
    fake.person = fake.person | {"email": None}
    page = tried(browser).text
    assert "They would get a new account." in page
    assert "There is no e-mail address." in page


def test_it_says_that_sign_up_is_closed(make_app, fake):
    closed = make_app({"SIGNUP": "closed", "OIDC_FAKE_ISSUER": fake.issuer}).test_client()
    assert "They would be refused: signup_closed." in tried(closed).text


def test_a_trial_needs_its_own_browser(app, browser, signed_in):
    """It is a login like any other, and nobody else's response ends it."""
    callback = callback_after(browser.press("/dev/try/fake"))
    assert "/login/error/" in app.test_client().get(callback).location


def test_results_are_few(browser):
    for _ in range(3):
        tried(browser)
    results = browser.application.extensions["signin_tries"]
    assert len(results) == 3
    results.update({str(number): {} for number in range(40)})
    tried(browser)
    assert len(results) == 20


# --- The steps


def test_the_steps_are_those_of_each_providers_page():
    pages = sorted((ROOT / "docs" / "providers").glob("*.md"))
    for page in pages:
        html = "".join(steps(page.stem))
        assert html or "registers no apps" in page.read_text(encoding="utf-8"), page.name
        for left in ("`", "**", "](", "&lt;http", "\n"):
            assert left not in html, (page.name, left)


def test_a_step_has_links_code_and_nothing_else(tmp_path, monkeypatch):
    monkeypatch.setattr("app.signin.dev.steps.ROOT", tmp_path)
    folder = tmp_path / "docs" / "providers"
    folder.mkdir(parents=True)
    (folder / "plain.md").write_text(
        "# Plain\n\n## Register an app\n\n"
        "1. Open <https://plain.example/apps?a=1&b=2> and <script>.\n"
        "2. Choose **Web**, set `PLAIN_CLIENT_ID`,\n   and read [this](https://plain.example/).\n\n"
        "## Good to know\n\n1. No step.\n"
    )
    outside = 'target="_blank" rel="noopener noreferrer"'

    first, second = steps("plain")
    url = "https://plain.example/apps?a=1&amp;b=2"
    assert first == f'Open <a href="{url}" {outside}>{url}</a> and &lt;script&gt;.'
    assert second == (
        "Choose <strong>Web</strong>, set <code>PLAIN_CLIENT_ID</code>, and read"
        f' <a href="https://plain.example/" {outside}>this</a>.'
    )
    assert steps("other") == []


def test_a_key_of_several_lines_can_be_pasted(make_app, env_file):
    keyed = replace(PLAIN, settings=(Setting(ending="PRIVATE_KEY", required=True, secret=True),))
    browser = make_app(declared=[keyed]).test_client()
    assert '<textarea class="input" id="PLAIN_PRIVATE_KEY"' in browser.get("/dev/setup").text
    key = "-----BEGIN PRIVATE KEY-----\r\nAbc+/=\r\n-----END PRIVATE KEY-----"
    browser.press("/dev/setup/plain", PLAIN_PRIVATE_KEY=f"{key}\r\n")

    assert dotenv_values(env_file)["PLAIN_PRIVATE_KEY"] == key.replace("\r\n", "\n")
