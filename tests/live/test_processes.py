"""Live pages as in production: gunicorn with two processes, PostgreSQL, few threads."""

import re
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from harness.counting_provider import CountingProvider, Someone, counting_provider
from harness.databases import postgresql_database
from harness.gunicorn import Gunicorn, gunicorn
from harness.tcp_proxy import TcpProxy, tcp_proxy
from harness.visitor import Visitor
from sqlalchemy.engine import URL, make_url

from .pages import PageSocket

NOTES = {"changed": "notes"}
NOTICE = {"notice": "sign_in"}
# Four sockets for each process: with more than that, both have some.
THREADS = 8
# What is promised, and what a busy machine adds.
SOON = 2 + 1


@pytest.fixture(scope="module")
def people() -> Iterator[CountingProvider]:
    with counting_provider() as running:
        yield running


@pytest.fixture(scope="module")
def proxied(migrated_postgresql: str) -> Iterator[tuple[TcpProxy, URL]]:
    """A database behind a proxy that can be cut."""
    with postgresql_database(migrated_postgresql) as url:
        there = make_url(url)
        with tcp_proxy(there.host or "127.0.0.1", there.port or 5432) as proxy:
            yield proxy, there.set(host="127.0.0.1", port=proxy.port)


@pytest.fixture(scope="module")
def served(
    people: CountingProvider,
    proxied: tuple[TcpProxy, URL],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Gunicorn]:
    url = proxied[1].render_as_string(hide_password=False)
    folder = tmp_path_factory.mktemp("gunicorn")
    with gunicorn(url, people.settings, folder, workers=2, threads=THREADS) as running:
        yield running


@pytest.fixture
def visit(served: Gunicorn, people: CountingProvider) -> Callable[[str], Visitor]:
    """Sign somebody in with a browser of its own."""

    def run(sub: str) -> Visitor:
        visitor = Visitor(served.url, people)
        answer = visitor.sign_in("corp", Someone(sub))
        assert answer.status_code == 303
        assert visitor.who(), answer.headers["Location"]
        return visitor

    return run


@pytest.fixture
def fill() -> Iterator[Callable[..., list[PageSocket]]]:
    """Open sockets in turn for these people until all places are taken; close them in the end."""
    opened: list[PageSocket] = []

    def run(visitors: list[Visitor]) -> list[PageSocket]:
        for number in range(100):
            page = PageSocket(visitors[number % len(visitors)])
            opened.append(page)
            time.sleep(0.2)
            refused = [page for page in opened if not page.ws.connected]
            assert all(page.closed()[0] == 1013 for page in refused)
            opened[:] = [page for page in opened if page.ws.connected]
            if len(opened) == THREADS:
                break
        # Wherever the next ones arrive, there is no place.
        assert [PageSocket(visitors[0]).closed()[0] for _ in range(3)] == [1013] * 3
        return opened

    yield run
    for page in opened:
        if page.ws.connected:
            page.ws.close()
    # The processes notice it.
    time.sleep(0.5)


def test_both_processes_hear_of_everything(
    visit: Callable[[str], Visitor], fill: Callable[..., list[PageSocket]]
) -> None:
    ada, grace, other = visit("1815"), visit("1906"), visit("1815")
    pages = fill([ada, grace])
    assert len(pages) == THREADS
    hers = [page for page in pages if page.browser is ada]
    others = [page for page in pages if page.browser is grace]
    assert hers
    assert others
    other.press("/notes", body="for all of Ada's")
    assert max(page.hears(NOTES) for page in hers) < SOON
    # Half of the threads are left: pages are answered as always.
    assert grace.who()
    start = time.monotonic()
    ada.press("/logout")
    for page in hers:
        assert page.closed()[0] == 4001
    assert time.monotonic() - start < SOON
    assert all(page.ws.connected for page in others)


def test_a_sign_in_and_a_sign_out_elsewhere(visit: Callable[[str], Visitor]) -> None:
    first = visit("1837")
    time.sleep(2.1)
    page = PageSocket(first)
    second = visit("1837")
    assert page.hears(NOTICE) < SOON
    assert second.press("/account/sessions/end-others").status_code == 303
    code, seconds = page.closed()
    assert code == 4001
    assert seconds < SOON
    assert PageSocket(first).closed()[0] == 1008


def test_another_site_s_page_is_refused(visit: Callable[[str], Visitor], served: Gunicorn) -> None:
    visitor = visit("1838")
    assert PageSocket(visitor, origin="https://evil.example").closed()[0] == 1008
    lines = [line for line in served.log.read_text().splitlines() if "socket refused" in line]
    assert "foreign_origin" in lines[-1]
    cookies = [cookie.value for cookie in visitor.cookies]
    assert not any(value in served.log.read_text() for value in cookies if len(value or "") > 20)


def test_no_connection_is_kept(visit: Callable[[str], Visitor], served: Gunicorn) -> None:
    """More sockets in turn than a process has threads: each gives its thread back."""
    visitor = visit("1839")
    for _ in range(3 * THREADS):
        page = PageSocket(visitor)
        page.ws.close()
    time.sleep(1)
    assert visitor.who()
    assert "Traceback" not in served.log.read_text()


def test_a_database_that_is_away(
    visit: Callable[[str], Visitor], proxied: tuple[TcpProxy, URL]
) -> None:
    visitor = visit("1840")
    page = PageSocket(visitor)
    visitor.press("/notes", body="it is open")
    page.hears(NOTES)
    proxied[0].cut()
    code, seconds = page.closed()
    assert code == 1013
    assert seconds < SOON
    assert PageSocket(visitor).closed()[0] == 1013
    proxied[0].restore()
    back = PageSocket(visitor)
    visitor.press("/notes", body="again")
    assert back.hears(NOTES) < SOON
    back.ws.close()


def test_a_stop_does_not_wait_for_sockets(
    visit: Callable[[str], Visitor], fill: Callable[..., list[PageSocket]], served: Gunicorn
) -> None:
    """The last one: it ends the server."""
    pages = fill([visit("1841"), visit("1842")])
    assert len(pages) == THREADS
    before = len(Path(served.log).read_text())
    start = time.monotonic()
    served.process.send_signal(signal.SIGTERM)
    for page in pages:
        assert page.closed()[0] == 1001
    assert time.monotonic() - start < SOON
    assert served.process.wait(20) == 0
    assert time.monotonic() - start < 8
    written = Path(served.log).read_text()[before:]
    assert "Worker exiting" in written
    assert not re.search(r"Traceback|Error", written)
