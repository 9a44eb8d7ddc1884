"""A misbehaving provider, a canary, and the app with everything that it can be set up with."""

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from harness.app_server import RunningApp, running_app
from harness.bad_provider import (
    CLIENT_ID,
    CLIENT_SECRET,
    BadProvider,
    Listener,
)
from harness.browser import Browser
from harness.databases import postgresql_database, sqlite_copy
from harness.walk import forget


@pytest.fixture(scope="session")
def provider() -> Iterator[BadProvider]:
    made = BadProvider()
    yield made
    made.close()


@pytest.fixture(scope="session")
def canary() -> Iterator[Listener]:
    """A server that nothing may ever reach."""
    made = Listener()
    yield made
    made.close()


@pytest.fixture(scope="session")
def sqlite(migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[[], str]:
    """Return the URL of a fresh, migrated SQLite database, again and again."""
    folder = tmp_path_factory.mktemp("databases")
    return lambda: sqlite_copy(migrated_sqlite, folder)


@pytest.fixture(scope="session")
def postgresql(migrated_postgresql: str) -> Iterator[Callable[[], str]]:
    """Return the URL of a fresh, migrated PostgreSQL database, again and again."""
    with ExitStack() as stack:
        yield lambda: stack.enter_context(postgresql_database(migrated_postgresql))


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> str:
    """Return a database of each kind."""
    make: Callable[[], str] = request.getfixturevalue(request.param)
    return make()


def settings(provider: BadProvider) -> dict[str, str]:
    """Return settings for every kind of provider, all at the one that misbehaves."""
    at = provider.url
    client = {"CLIENT_ID": CLIENT_ID, "CLIENT_SECRET": CLIENT_SECRET}
    found = {
        "GITHUB_BASE_URL": f"{at}/github",
        "GITHUB_API_URL": f"{at}/github",
        "GOOGLE_ISSUER": f"{at}/google",
        "FACEBOOK_BASE_URL": f"{at}/facebook",
        "FACEBOOK_API_URL": f"{at}/facebook",
        "X_BASE_URL": f"{at}/x",
        "X_API_URL": f"{at}/x",
        "OIDC_OP_ISSUER": f"{at}/op",
        "OIDC_ONE_ISSUER": f"{at}/one",
        "OIDC_TWO_ISSUER": f"{at}/two",
        "OAUTH_PLAIN_AUTHORIZATION_ENDPOINT": f"{at}/plain/authorize",
        "OAUTH_PLAIN_TOKEN_ENDPOINT": f"{at}/plain/token",
        "OAUTH_PLAIN_USERINFO_ENDPOINT": f"{at}/plain/userinfo",
        "OAUTH_PLAIN_SCOPE": "profile",
    }
    prefixes = ("GITHUB", "GOOGLE", "FACEBOOK", "X", "OIDC_OP", "OIDC_ONE", "OIDC_TWO")
    for prefix in (*prefixes, "OAUTH_PLAIN"):
        found |= {f"{prefix}_{ending}": value for ending, value in client.items()}
    return found


@pytest.fixture(scope="session")
def served(sqlite: Callable[[], str], provider: BadProvider) -> Iterator[RunningApp]:
    """The app with every kind of provider, served for all tests."""
    with running_app(sqlite(), settings(provider)) as app:
        yield app


@pytest.fixture
def app(served: RunningApp, provider: BadProvider, canary: Listener) -> RunningApp:
    """The same app at the beginning of a test: an honest provider, empty caches, an empty log."""
    forget(served, provider, canary)
    return served


@pytest.fixture
def browser(app: RunningApp) -> Iterator[Browser]:
    with Browser(app.url) as made:
        yield made


@pytest.fixture(scope="module")
def on_both(database: str, provider: BadProvider) -> Iterator[RunningApp]:
    """The app on SQLite, then on PostgreSQL."""
    with running_app(database, settings(provider)) as app:
        yield app


@pytest.fixture
def either(on_both: RunningApp, provider: BadProvider, canary: Listener) -> RunningApp:
    """The app on a database of each kind, at the beginning of a test."""
    forget(on_both, provider, canary)
    return on_both


@pytest.fixture
def at_once() -> Callable[..., list]:
    """Run calls in threads that begin together; return what they return."""

    def run(*calls: Callable[[], object]) -> list[object]:
        gate = threading.Barrier(len(calls))
        results: list[object] = [None] * len(calls)

        def one(number: int, call: Callable[[], object]) -> None:
            gate.wait()
            try:
                results[number] = call()
            except Exception as error:
                results[number] = error

        threads = [
            threading.Thread(target=one, args=(number, call)) for number, call in enumerate(calls)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        for result in results:
            if isinstance(result, Exception):
                raise result
        return results

    return run
