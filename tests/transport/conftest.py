"""What the tests of single calls share: the app's `Http`, by itself, and a provider as data."""

from collections.abc import Iterator

import harness.app_server  # noqa: F401  so that `app` is the template's
import pytest
from app.signin.oauth.provider import Provider
from app.signin.oauth.transport.deadline import time_limit
from app.signin.oauth.transport.http import Http

URL = "https://id.example/document"
OPENID = Provider(name="openid", label="OpenID", issuer="https://id.example", scope="openid")
METADATA = {
    "issuer": "https://id.example",
    "authorization_endpoint": "https://id.example/authorize",
    "token_endpoint": "https://id.example/token",
    "jwks_uri": "https://id.example/keys",
}


@pytest.fixture(scope="module")
def http() -> Iterator[Http]:
    """One for all, as in the app: it holds no state."""
    made = Http(loopback=True)
    yield made
    made.close()


@pytest.fixture
def limit() -> Iterator[None]:
    with time_limit(5):
        yield
