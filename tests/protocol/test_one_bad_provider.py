"""One provider hangs (DS-05): gunicorn as shipped, fifty people waiting, and everybody else."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
import requests
from harness.bad_provider import BadProvider
from harness.production import ProxiedBrowser, Served, gunicorn
from harness.raw import drip, silence

from .conftest import settings

PEOPLE = 50


@pytest.fixture(scope="module")
def dead() -> Iterator[BadProvider]:
    """A provider of its own that will hang."""
    made = BadProvider()
    yield made
    made.close()


@pytest.fixture(scope="module")
def served(
    tmp_path_factory: pytest.TempPathFactory,
    sqlite: Callable[[], str],
    provider: BadProvider,
    dead: BadProvider,
) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("gunicorn")
    environ = settings(provider) | {"OIDC_TWO_ISSUER": f"{dead.url}/two"}
    with gunicorn(folder, sqlite(), environ) as running:
        yield running


@pytest.mark.parametrize("fault", ["silence", "drip"])
def test_ds_05_fifty_people_wait_and_everybody_else_does_not(
    fault: str, served: Served, provider: BadProvider, dead: BadProvider
) -> None:
    provider.reset()
    dead.reset()
    people = [ProxiedBrowser(served.url) for _ in range(PEOPLE)]
    callbacks = [person.to_callback(person.start("two")) for person in people]
    slow = silence(30) if fault == "silence" else drip(b"HTTP/1.1 200 OK\r\n", b"X: 1\r\n", 0.5, 30)
    dead.fault("token", slow)
    answers: list[requests.Response] = []

    def come_back(person: ProxiedBrowser, callback: str) -> None:
        answers.append(person.get(callback, allow_redirects=False))

    began = time.monotonic()
    threads = [
        threading.Thread(target=come_back, args=pair)
        for pair in zip(people, callbacks, strict=True)
    ]
    for thread in threads:
        thread.start()
    time.sleep(1.2)
    assert dead.count("token") == 8

    other = ProxiedBrowser(served.url)
    for path in ("/", "/login", "/healthz", "/readyz", "/static/app.css"):
        # Twice, since this machine may be busy with something else; a thread that waits stays so.
        pages = [other.get(served.url + path) for _ in range(2)]
        assert {page.status_code for page in pages} == {200}
        assert min(page.elapsed.total_seconds() for page in pages) < 1
    start = time.monotonic()
    callback = other.to_callback(other.start("op"))
    assert other.get(callback, allow_redirects=False).headers["Location"] == "/"
    assert time.monotonic() - start < 5

    for thread in threads:
        thread.join(30)
    assert time.monotonic() - began < 20
    assert len(answers) == PEOPLE
    assert {answer.status_code for answer in answers} == {303}
    places = {answer.headers["Location"].partition("?")[0] for answer in answers}
    assert places == {"/login/error/provider_unavailable"}

    # Once it is well again, so is the login.
    dead.heal()
    callback = people[0].to_callback(people[0].start("two"))
    answer = people[0].get(callback, allow_redirects=False)
    assert answer.headers["Location"] == "/"
    for person in (*people, other):
        person.close()


def test_ds_05_discovery_hangs_for_everybody(
    tmp_path: Path, sqlite: Callable[[], str], provider: BadProvider, dead: BadProvider
) -> None:
    """Nothing is known of the provider yet, and twenty press its button."""
    provider.reset()
    dead.reset()
    dead.fault("metadata", silence(30))
    environ = settings(provider) | {"OIDC_TWO_ISSUER": f"{dead.url}/two"}
    with gunicorn(tmp_path, sqlite(), environ) as served:
        people = [ProxiedBrowser(served.url) for _ in range(20)]
        tokens = [person.csrf_token("/login/two") for person in people]
        answers: list[requests.Response] = []

        def press(person: ProxiedBrowser, token: str) -> None:
            url = f"{served.url}/login/two"
            answers.append(person.post(url, data={"csrf_token": token}, allow_redirects=False))

        threads = [
            threading.Thread(target=press, args=pair) for pair in zip(people, tokens, strict=True)
        ]
        for thread in threads:
            thread.start()
        time.sleep(0.7)
        other = ProxiedBrowser(served.url)
        start = time.monotonic()
        callback = other.to_callback(other.start("op"))
        assert other.get(callback, allow_redirects=False).headers["Location"] == "/"
        assert time.monotonic() - start < 3
        for thread in threads:
            thread.join(30)
        places = {answer.headers["Location"].partition("?")[0] for answer in answers}
        assert places == {"/login/error/provider_unavailable"}
        dead.heal()
        callback = other.to_callback(other.start("two"))
        assert other.get(callback, allow_redirects=False).headers["Location"] == "/"
        for person in (*people, other):
            person.close()


def test_ds_07_slow_clients_do_not_stop_the_others(served: Served) -> None:
    """Each holds a thread, an idle one for seconds, slow headers for as long as they take:
    sixty-four at once would be all, which is why a proxy belongs in front (docs/deploy.md)."""
    host, port = served.url.removeprefix("http://").split(":")
    with ExitStack() as stack:
        idle = [socket.create_connection((host, int(port))) for _ in range(25)]
        slow = [socket.create_connection((host, int(port))) for _ in range(25)]
        for connection in (*idle, *slow):
            stack.callback(connection.close)
        for connection in slow:
            connection.sendall(b"GET /login HTTP/1.1\r\nHost: x\r\nX-Slow: ")
        time.sleep(0.5)
        for _ in range(5):
            began = time.monotonic()
            assert requests.get(f"{served.url}/healthz", timeout=10).status_code == 200
            assert time.monotonic() - began < 2
