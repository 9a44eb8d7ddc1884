"""What the browser tests share: the app with every provider set up, at a provider that agrees."""

from collections.abc import Iterator

import pytest
from harness.app_server import RunningApp, running_app
from harness.chromium import chromium, context, no_complaints, page  # noqa: F401
from harness.counting_provider import CountingProvider, counting_provider
from harness.fixtures import migrated_sqlite, sqlite_url  # noqa: F401


@pytest.fixture
def provider() -> Iterator[CountingProvider]:
    with counting_provider() as running:
        yield running


@pytest.fixture
def app(provider: CountingProvider, sqlite_url: str) -> Iterator[RunningApp]:  # noqa: F811
    environ = {
        **provider.settings,
        "APP_NAME": "Field Notes",
        "GOOGLE_ISSUER": provider.url,
        "GOOGLE_CLIENT_ID": "google-app",
        "GOOGLE_CLIENT_SECRET": "google-secret",
    }
    with running_app(sqlite_url, environ) as running:
        yield running
