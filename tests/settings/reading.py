"""Read settings as the app does at its start."""

from collections.abc import Iterable
from typing import Any

import pytest
from harness.app_server import SECRET_KEY

PRODUCTION = {
    "APP_ENV": "production",
    "SECRET_KEY": SECRET_KEY,
    "PUBLIC_URL": "https://app.example.org",
    "DATABASE_URL": "sqlite:////tmp/no-such-database.db",
}
DEVELOPMENT = PRODUCTION | {"APP_ENV": "development", "PUBLIC_URL": "http://localhost:8000"}
GITHUB = {"GITHUB_CLIENT_ID": "our-id", "GITHUB_CLIENT_SECRET": "our-secret"}
GOOGLE = {"GOOGLE_CLIENT_ID": "our-id", "GOOGLE_CLIENT_SECRET": "our-secret"}


def load(
    environ: dict[str, str], written: Iterable[str] = (), providers: str = "github,google"
) -> Any:
    """Return the settings of production with these changes; those in `written` are of `.env`."""
    from app.signin import config
    from app.signin.config.reader import Environment
    from app.signin.providers import load as declared

    found = Environment(PRODUCTION | environ)
    found.written = frozenset(written)
    return config.load(found, declared(providers))


def problems(
    environ: dict[str, str], written: Iterable[str] = (), providers: str = "github,google"
) -> list[str]:
    """Return the problems that stop the app."""
    from app.signin.config import ConfigError

    with pytest.raises(ConfigError) as caught:
        load(environ, written, providers)
    found: list[str] = caught.value.problems
    return found
