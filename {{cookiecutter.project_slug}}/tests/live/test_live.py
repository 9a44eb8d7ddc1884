"""Live pages: who may open a socket, what it hears, and when it is closed."""

import re
import socket
import threading
from contextlib import contextmanager
from datetime import timedelta
from types import SimpleNamespace
from urllib.parse import urlsplit

import pytest
from sqlalchemy import select, update
from werkzeug.test import EnvironBuilder

from app import live
from app.db import db
from app.live import hub, routes
from app.live.routes import OPTIONS
from app.models import User
from app.signin.database import now
from app.signin.models import AuditEvent, LiveEvent, LoginSession
from tests.fake_provider import GRACE

from .conftest import wait_until

NOTES = {"changed": "notes"}


def publish(app, user_id, event, *, commit=True):
    with app.app_context():
        live.publish(user_id, event)
        (db.session.commit if commit else db.session.rollback)()


@pytest.fixture
def quiet(open_page, signed_in, store):
    """A page of Ada's whose account has had no event for a while."""
    store(update(LoginSession).values(created_at=now() - timedelta(hours=1)))
    store(update(AuditEvent).values(created_at=now() - timedelta(hours=1)))
    return open_page(signed_in)


# --- What pages hear


def test_a_note_of_another_browser(app, signed_in, quiet):
    other = app.test_client()
    other.sign_in()
    assert [quiet.hears(), quiet.hears()] == [{"changed": "account"}, {"notice": "sign_in"}]
    for path, fields in (
        ("/notes", {"body": "one"}),
        ("/notes/2/edit", {"body": "two"}),
        ("/notes/2/delete", {}),
    ):
        other.press(path, **fields)
        assert quiet.hears() == NOTES
    assert quiet.hears_nothing()


def test_an_event_is_sent_once_and_only_to_its_user(app, quiet, fake, open_page):
    fake.person = GRACE
    grace = app.test_client()
    grace.sign_in()
    hers = open_page(grace)
    publish(app, 1, {"changed": "books", "by": "é"})
    assert quiet.hears() == {"changed": "books", "by": "é"}
    assert quiet.hears_nothing()
    # Her own sign-up, but no notice of it.
    assert hers.hears() == {"changed": "account"}
    assert hers.hears_nothing()


def test_what_is_rolled_back_is_not_sent(app, quiet):
    publish(app, 1, {"changed": "nothing"}, commit=False)
    publish(app, 1, NOTES)
    assert quiet.hears() == NOTES


def test_an_event_is_small(app):
    with app.app_context(), pytest.raises(ValueError, match="500"):
        live.publish(1, {"changed": "x" * 500})


def test_what_happened_while_the_page_was_on_its_way(app, quiet, signed_in, open_page, store):
    publish(app, 1, NOTES)
    publish(app, 1, {"changed": "old"})
    store(
        update(LiveEvent)
        .where(LiveEvent.event.contains("old"))
        .values(created_at=now() - timedelta(seconds=20))
    )
    late = open_page(signed_in)
    assert late.hears() == NOTES
    assert late.hears_nothing()


def test_a_commit_that_takes_long_is_not_missed(app, quiet):
    """An older event that is seen later, as with two transactions of PostgreSQL."""
    publish(app, 1, NOTES)
    assert quiet.hears() == NOTES
    with app.app_context():
        late = LiveEvent(user_id=1, event='{"changed": "late"}', created_at=now())
        late.created_at = now() - timedelta(seconds=3)
        db.session.add(late)
        db.session.commit()
    assert quiet.hears() == {"changed": "late"}


# --- Who may open one


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "null", "", "http://127.0.0.1", "http://localhost:8000"]
)
def test_other_sites_are_refused(signed_in, open_page, origin):
    assert open_page(signed_in, Origin=origin).closed() == 1008


def test_whoever_is_signed_out_is_refused(app, browser, open_page, signed_in):
    assert open_page().closed() == 1008
    assert open_page(browser).closed() == 1008
    made_up = f"{app.config['SESSION_COOKIE_NAME']}=made-up"
    assert open_page(Cookie=made_up).closed() == 1008
    app.test_cli_runner().invoke(args=["users", "disable", "1"])
    assert open_page(signed_in).closed() == 1008


def test_what_is_no_handshake_is_refused(app, signed_in):
    assert signed_in.get("/live").status_code == 400
    url = urlsplit(app.config["PUBLIC_URL"])
    lines = "GET /live HTTP/1.1", f"Host: {url.netloc}", "Connection: Upgrade", "Upgrade: websocket"
    with socket.create_connection((url.hostname, url.port), 5) as raw:
        raw.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())
        assert raw.recv(100).split()[1] == b"400"


def test_a_server_without_websockets_says_so(app):
    builder = EnvironBuilder("/live", app.config["PUBLIC_URL"])
    builder.headers.update({"Connection": "Upgrade", "Upgrade": "websocket"})
    with app.request_context(builder.get_environ()):
        assert app.full_dispatch_request().status_code == 501


HANDSHAKE = {
    "Connection": "Upgrade",
    "Upgrade": "websocket",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAAAA==",
}


@pytest.mark.parametrize("name", ["gunicorn.socket", "werkzeug.socket"])
@pytest.mark.parametrize("left_out", ["", "Sec-WebSocket-Key"])
def test_a_connection_that_is_gone_stays_the_server_s(app, left_out, name):
    ours, theirs = socket.socketpair()
    theirs.close()
    builder = EnvironBuilder("/live", app.config["PUBLIC_URL"])
    builder.headers.update({key: HANDSHAKE[key] for key in HANDSHAKE if key != left_out})
    environ = builder.get_environ() | {name: ours}
    with ours, app.request_context(environ):
        assert app.full_dispatch_request().status_code == 400
        assert environ[name] is not ours
        assert environ[name].fileno() == -1
        assert ours.fileno() != -1


def test_half_of_the_threads_at_most(app, signed_in, open_page):
    worker = SimpleNamespace(wsgi=app, cfg=SimpleNamespace(threads=5), alive=True)
    live.gunicorn_hooks()["post_worker_init"](worker)
    pages = [open_page(signed_in) for _ in range(2)]
    assert open_page(signed_in).closed() == 1013
    pages[0].ws.close()
    wait_until(lambda: len(app.extensions["live"]._sockets) == 1)
    publish(app, 1, NOTES)
    assert NOTES in (open_page(signed_in).hears(), pages[1].hears(), pages[1].hears())


def test_a_person_has_a_few_at_most(app, signed_in, open_page):
    for _ in range(hub.PER_PERSON):
        open_page(signed_in)
    assert open_page(signed_in).closed() == 1013


# --- When it is closed


def sign_out(app, browser, store):
    browser.press("/logout")


def end_elsewhere(app, browser, store):
    other = app.test_client()
    other.sign_in()
    other.press("/account/sessions/end-others")


def disable(app, browser, store):
    app.test_cli_runner().invoke(args=["users", "disable", "1"])


def only_disable(app, browser, store):
    store(update(User).values(disabled_at=now()))


def delete(app, browser, store):
    assert app.test_cli_runner().invoke(args=["users", "delete", "1"]).exit_code == 0


def expire(app, browser, store):
    store(update(LoginSession).values(expires_at=now()))


def leave_idle(app, browser, store):
    store(update(LoginSession).values(last_seen_at=now() - timedelta(days=8)))


@pytest.mark.parametrize(
    "end", [sign_out, end_elsewhere, disable, only_disable, delete, expire, leave_idle]
)
def test_the_end_of_the_session_closes_it(app, signed_in, quiet, store, end):
    end(app, signed_in, store)
    assert quiet.closed() == 4001
    wait_until(lambda: not app.extensions["live"]._runs)


def test_a_database_that_is_away(app, signed_in, quiet, open_page, tmp_path):
    live_hub = app.extensions["live"]
    turn = live_hub._turn

    def away(sockets):
        # By the thread that asks, before it asks: a connection that is out while its pool is
        # disposed of would be closed by nobody.
        with app.app_context():
            assert db.engine.pool.checkedout() == 0
            db.engine.dispose()
        tmp_path.rename(tmp_path.with_name("away"))
        live_hub._turn = turn
        turn(sockets)

    live_hub._turn = away
    assert quiet.closed() == 1013
    assert open_page(signed_in).closed() == 1013


def test_a_server_that_stops(app, quiet):
    app.extensions["live"].stopping = lambda: True
    assert quiet.closed() == 1001


def test_what_a_page_sends_is_dropped(quiet, app):
    quiet.ws.send("hello")
    publish(app, 1, NOTES)
    assert quiet.hears() == NOTES


def test_too_many_messages(quiet):
    for _ in range(20):
        quiet.ws.send("x")
    assert quiet.closed() == 1008


def test_a_large_message(quiet, app):
    quiet.ws.send("x" * 1025)
    assert quiet.closed() == 1009


@contextmanager
def silent_page(app, browser):
    """A page that reads, and answers nothing."""
    url = urlsplit(app.config["PUBLIC_URL"])
    name = app.config["SESSION_COOKIE_NAME"]
    lines = (
        "GET /live HTTP/1.1",
        f"Host: {url.netloc}",
        f"Origin: {app.config['PUBLIC_URL']}",
        f"Cookie: {name}={browser.get_cookie(name, '127.0.0.1').value}",
        "Connection: Upgrade",
        "Upgrade: websocket",
        "Sec-WebSocket-Version: 13",
        "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==",
    )
    with socket.create_connection((url.hostname, url.port), 5) as raw:
        raw.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())
        assert raw.recv(1000).startswith(b"HTTP/1.1 101")
        wait_until(lambda: app.extensions["live"]._sockets)
        yield raw


def test_who_does_not_answer_a_ping(app, signed_in):
    assert OPTIONS["ping_interval"] == 25
    app.config["SOCK_SERVER_OPTIONS"]["ping_interval"] = 0.2
    with silent_page(app, signed_in) as raw:
        received = b""
        while more := raw.recv(1000):
            received += more
    assert b"\x89\x00" in received
    assert b"\x03\xf0Ping/Pong timeout" in received


def test_whoever_keeps_silent_gives_the_place_back(app, signed_in, monkeypatch):
    monkeypatch.setattr(routes, "WAIT_SECONDS", 60)
    with silent_page(app, signed_in):
        app.test_cli_runner().invoke(args=["sessions", "end", "--all"])
        wait_until(lambda: not app.extensions["live"]._sockets)


# --- What it costs


def test_one_turn_is_three_queries_whatever_the_number(app, signed_in, open_page, statements):
    for _ in range(3):
        open_page(signed_in)
    with app.app_context():
        wait_until(lambda: db.engine.pool.checkedout() == 0)
    turns = []
    turn = app.extensions["live"]._turn
    app.extensions["live"]._turn = lambda sockets: (turns.append(1), turn(sockets))
    wait_until(lambda: turns)
    with statements() as seen:
        turns.clear()
        wait_until(lambda: len(turns) > 3)
    assert 3 * (len(turns) - 2) <= len(seen) <= 3 * (len(turns) + 1)


def test_without_sockets_nothing_is_asked(app, quiet, statements):
    quiet.ws.close()
    wait_until(lambda: not app.extensions["live"]._runs)
    assert not [thread for thread in threading.enumerate() if thread.name == "live"]


def test_a_socket_does_not_count_as_use(app, signed_in, quiet, open_page, store):
    before = now() - timedelta(hours=2)
    store(update(LoginSession).values(last_seen_at=before))
    page = open_page(signed_in)
    publish(app, 1, NOTES)
    assert page.hears() == NOTES
    signed_in.get("/notes", headers={"X-By-Page": "1"})
    with app.app_context():
        assert db.session.scalar(select(LoginSession.last_seen_at)) == before
    signed_in.get("/notes")
    with app.app_context():
        assert db.session.scalar(select(LoginSession.last_seen_at)) > before


def test_a_page_that_fetches_itself_takes_no_message(app, signed_in):
    signed_in.press("/account/sessions/end-others")
    message = "All other devices have been signed out."
    assert message in signed_in.get("/account/sessions", headers={"X-By-Page": "1"}).text
    assert message in signed_in.get("/account/sessions").text
    assert message not in signed_in.get("/account/sessions").text


# --- Pages


def test_pages_of_people_who_are_signed_in_have_the_script(app, browser, signed_in):
    assert "live.js" not in browser.get("/").text
    page = signed_in.get("/notes")
    script = re.search(r'<script src="(/live/static/live\.js)" data-user="1"', page.text)
    assert signed_in.get(script[1]).status_code == 200
    assert 'data-part="notes"' in page.text
    for path in ("/account/sessions", "/account/activity"):
        assert 'data-part="account"' in signed_in.get(path).text
    allowed = app.config["PUBLIC_URL"].replace("http", "ws")
    assert f"connect-src 'self' {allowed};" in page.headers["Content-Security-Policy"]


@pytest.mark.parametrize(
    ("url", "source"),
    [("https://app.example.org", "wss://app.example.org"), ("http://[::1]:8000", "")],
)
def test_the_policy_names_the_address_of_the_socket(make_app, url, source):
    answer = make_app({"PUBLIC_URL": url}).test_client().get("/login")
    found = re.search(r"connect-src 'self' ?([^;]*);", answer.headers["Content-Security-Policy"])
    assert found[1] == source


def test_old_events_are_deleted(app, store):
    publish_at = now() - timedelta(hours=2)
    with app.app_context():
        db.session.add(User())
        db.session.flush()
        db.session.add(LiveEvent(user_id=1, event="{}", created_at=publish_at))
        live.publish(1, NOTES)
        db.session.commit()
    app.test_cli_runner().invoke(args=["cleanup"])
    with app.app_context():
        assert len(db.session.scalars(select(LiveEvent)).all()) == 1
