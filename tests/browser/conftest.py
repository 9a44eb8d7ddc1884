"""What the browser tests share: the app with every provider set up, at a provider that agrees."""

from collections.abc import Iterator

import pytest
from harness.app_server import RunningApp, running_app
from harness.counting_provider import CountingProvider, counting_provider


@pytest.fixture
def provider() -> Iterator[CountingProvider]:
    with counting_provider() as running:
        yield running


@pytest.fixture
def app(provider: CountingProvider, sqlite_url: str) -> Iterator[RunningApp]:
    environ = {
        **provider.settings,
        "APP_NAME": "Field Notes",
        "GOOGLE_ISSUER": provider.url,
        "GOOGLE_CLIENT_ID": "google-app",
        "GOOGLE_CLIENT_SECRET": "google-secret",
    }
    with running_app(sqlite_url, environ) as running:
        yield running
