"""Many people at once: everybody gets in, and nobody gets into another's account."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests
from harness.app_server import SECRET_KEY, TEMPLATE
from harness.browser import Browser
from harness.counting_provider import CountingProvider, Person, counting_provider
from harness.databases import postgresql_database
from harness.pooler import pooled
from harness.ports import free_port

AT_ONCE = 16
PEOPLE = {"sqlite": 500, "postgresql": 200}
PROVIDER_SECONDS = 0.05
START_SECONDS = 60


@contextmanager
def gunicorn(database_url: str, settings: dict[str, str]) -> Iterator[str]:
    """Serve the app as in production: one process, eight threads."""
    port = free_port()
    url = f"http://localhost:{port}"
    environ = {
        **os.environ,
        **settings,
        "APP_ENV": "development",
        "SECRET_KEY": SECRET_KEY,
        "DATABASE_URL": database_url,
        "PUBLIC_URL": url,
        "RATELIMIT_ENABLED": "0",
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    # The app's own configuration serves production only, which needs https.
    command = [sys.executable, "-m", "gunicorn", "--config", os.devnull]
    command += ["--workers", "1", "--threads", "8"]
    process = subprocess.Popen(
        [*command, "--bind", f"127.0.0.1:{port}", "app:create_app()"], cwd=TEMPLATE, env=environ
    )
    try:
        wait_for(url, process)
        yield url
    finally:
        process.terminate()
        process.wait(START_SECONDS)


def wait_for(url: str, process: "subprocess.Popen[bytes]") -> None:
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end:
        assert process.poll() is None, "gunicorn ended"
        try:
            assert requests.get(f"{url}/readyz", timeout=START_SECONDS).json() == {"status": "ok"}
            return
        except requests.ConnectionError:
            time.sleep(0.1)
    raise AssertionError("gunicorn does not answer")


def usual(person: Person) -> str:
    """Return the provider that a person signs in with."""
    return ("github", "corp")[person.number % 2]


def log_in(url: str, provider: CountingProvider, person: Person) -> tuple[str, str, str]:
    """Log in and return who the app says that this browser is: id, name, address."""
    with Browser(url) as browser:
        name = usual(person)
        start = browser.start(name)
        answer = browser.get(
            provider.sign_in(start.headers["Location"], person), allow_redirects=False
        )
        assert answer.headers["Location"] == "/"
        user = browser.session_json()["user"]
        return user["id"], user["name"], user["email"]


def test_right_person(each_database: str) -> None:
    people = [Person(number) for number in range(PEOPLE[each_database.partition(":")[0]])]
    with counting_provider() as provider, gunicorn(each_database, provider.settings) as url:
        provider.seconds = PROVIDER_SECONDS
        with ThreadPoolExecutor(AT_ONCE) as crowd:
            found = list(crowd.map(lambda person: log_in(url, provider, person), people))
            assert [(name, email) for _, name, email in found] == [
                (person.name, person.email_at(usual(person))) for person in people
            ]
            assert len({user_id for user_id, _, _ in found}) == len(people)

            # Those who come back find their own account.
            returning = people[::10]
            again = list(crowd.map(lambda person: log_in(url, provider, person), returning))
            assert again == found[::10]


def test_behind_a_pooler(migrated_postgresql: str, tmp_path: Path) -> None:
    """Few connections of the server for all, and another one for each transaction."""
    people = [Person(number) for number in range(40)]
    with (
        postgresql_database(migrated_postgresql) as database,
        pooled(database, tmp_path) as url_of_pooler,
        counting_provider() as provider,
        gunicorn(url_of_pooler, provider.settings) as url,
        ThreadPoolExecutor(AT_ONCE) as crowd,
    ):
        found = list(crowd.map(lambda person: log_in(url, provider, person), people))
        assert [name for _, name, _ in found] == [person.name for person in people]


@pytest.mark.parametrize("name", ["github", "corp"])
def test_one_person_many_times_at_once(name: str, each_database: str) -> None:
    """The first sign-in of one person in ten browsers at once makes one account."""
    with counting_provider() as provider, gunicorn(each_database, provider.settings) as url:
        browsers = [Browser(url) for _ in range(10)]
        callbacks = [
            provider.sign_in(browser.start(name).headers["Location"], Person(7))
            for browser in browsers
        ]
        with ThreadPoolExecutor(len(browsers)) as crowd:
            answers = list(
                crowd.map(
                    lambda pair: pair[0].get(pair[1], allow_redirects=False).headers["Location"],
                    zip(browsers, callbacks, strict=True),
                )
            )
        assert answers == ["/"] * len(browsers)
        assert len({browser.sub() for browser in browsers}) == 1
